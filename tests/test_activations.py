"""Activations against their definitions, against Keras, and at their kinks."""

import keras
import numpy as np
import pytest

from pellucid import activations, function, gradients, placeholder
from pellucid.activations.unit_length import unit_length
from pellucid.errors import DTypeError, ShapeError, UnknownNameError
from pellucid.testing import check_engines, check_gradient

OTHERS = ("deserialize", "get", "heaviside", "linear", "serialize")
NAMES = [name for name in activations.__all__ if name not in OTHERS]
NEEDED = {"threshold": {"threshold": 0.5, "default_value": -2.0}}
OPTIONS = [
    ("relu", {"negative_slope": 0.1}),
    ("relu", {"max_value": 1.5}),
    ("relu", {"threshold": 0.5}),
    ("relu", {"negative_slope": 0.1, "max_value": 1.5, "threshold": 0.5}),
    ("relu", {"negative_slope": 0.1, "max_value": 1.5}),
    ("leaky_relu", {"negative_slope": 0.1}),
    ("elu", {"alpha": 0.5}),
    ("gelu", {"approximate": True}),
    ("softmax", {"axis": 0}),
    ("log_softmax", {"axis": 0}),
    ("celu", {"alpha": 0.5}),
    ("glu", {"axis": 0}),
    ("hard_shrink", {"threshold": 1.5}),
    ("soft_shrink", {"threshold": 1.5}),
    ("sparsemax", {"axis": 0}),
    ("squareplus", {"b": 0.5}),
    ("threshold", {"threshold": -1.0, "default_value": 3.0}),
]
CASES = [(name, NEEDED.get(name, {})) for name in NAMES] + OPTIONS


def slope(f, at, dtype="float64"):
    """The derivative at a point, by the backward pass."""
    x = placeholder((), dtype)
    return float(function([x], gradients(f(x), x))(at))


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_every_activation_is_that_of_keras(name, options, rng):
    if name == "sparsemax":
        return  # Keras's does not sum to 1; ours is compared with the definition below
    x = rng.normal(scale=3.0, size=(4, 6)).astype("float32")
    actual = getattr(activations, name)(x, **options)
    expected = getattr(keras.activations, name)(x, **options)
    np.testing.assert_allclose(actual, expected, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_gradients_of_both_orders_are_those_of_central_differences(name, options, rng):
    x = rng.normal(scale=2.0, size=(2, 4))

    def f(x):
        return getattr(activations, name)(x, **options)

    check_gradient(f, x)
    check_gradient(lambda x: gradients(f(x) ** 2, x), x, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("name", "options"), [*CASES, ("heaviside", {})], ids=str)
def test_engines_agree_in_every_dtype(name, options, rng):
    for dtype in ("float64", "float32", "float16"):
        x = rng.normal(scale=2.0, size=(2, 4)).astype(dtype)
        check_engines(lambda x: getattr(activations, name)(x, **options), x)


@pytest.mark.parametrize(
    ("name", "options", "at", "expected"),
    [
        ("relu", {}, 0.0, 0.0),
        ("relu", {"negative_slope": 0.1}, 0.0, 1.0),
        ("relu", {"threshold": 0.5}, 0.5, 0.0),
        ("relu", {"max_value": 1.0}, 1.0, 0.5),
        ("leaky_relu", {}, 0.0, 1.0),
        ("elu", {"alpha": 0.5}, 0.0, 0.5),
        ("elu", {}, 0.0, 1.0),
        ("softplus", {}, 0.0, 0.5),
        ("softsign", {}, 0.0, 1.0),
        ("hard_sigmoid", {}, -3.0, 0.0),
        ("hard_sigmoid", {}, 3.0, 0.0),
        ("hard_silu", {}, 3.0, 1.0),
        ("hard_tanh", {}, 1.0, 1.0),
        ("hard_shrink", {}, 0.5, 0.0),
        ("soft_shrink", {}, 0.5, 0.0),
        ("soft_shrink", {}, -0.5, 0.0),
        ("relu6", {}, 6.0, 0.0),
        ("celu", {"alpha": 0.5}, 0.0, 1.0),
        ("log_sigmoid", {}, 0.0, 0.5),
        ("sparse_plus", {}, -1.0, 0.0),
        ("sparse_plus", {}, 1.0, 1.0),
        ("sparse_sigmoid", {}, 1.0, 0.25),
        ("squareplus", {}, 0.0, 0.5),
        ("threshold", {"threshold": 1.0, "default_value": 0.0}, 1.0, 0.0),
        ("heaviside", {}, 0.0, 0.0),
        ("heaviside", {}, 1.0, 0.0),
    ],
)
def test_the_slope_at_a_kink_is_the_one_that_is_promised(name, options, at, expected):
    assert slope(lambda x: getattr(activations, name)(x, **options), at) == expected


@pytest.mark.parametrize(
    ("name", "options", "at"),
    [
        ("relu", {}, 0.0),
        ("relu", {"negative_slope": 0.1}, 0.0),
        ("relu", {"max_value": 1.0}, 1.0),
        ("leaky_relu", {}, 0.0),
        ("elu", {"alpha": 0.5}, 0.0),
        ("softsign", {}, 0.0),
        ("hard_sigmoid", {}, -3.0),
        ("hard_sigmoid", {}, 3.0),
        ("hard_silu", {}, -3.0),
        ("hard_silu", {}, 3.0),
        ("hard_tanh", {}, -1.0),
        ("hard_tanh", {}, 1.0),
        ("hard_shrink", {}, 0.5),
        ("soft_shrink", {}, -0.5),
        ("relu6", {}, 0.0),
        ("relu6", {}, 6.0),
        ("celu", {"alpha": 0.5}, 0.0),
        ("log_sigmoid", {}, 0.0),
        ("sparse_plus", {}, 1.0),
        ("sparse_sigmoid", {}, -1.0),
        ("squareplus", {}, 0.0),
        ("threshold", {"threshold": 1.0, "default_value": 0.0}, 1.0),
    ],
)
def test_the_slope_at_a_kink_is_that_of_keras(name, options, at):
    import jax

    theirs = float(jax.grad(lambda x: getattr(keras.activations, name)(x, **options))(at))
    ours = slope(lambda x: getattr(activations, name)(x, **options), at, "float32")
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [1e4, -1e4])
def test_extreme_values_make_no_nan_nor_do_their_slopes(name, size):
    if name == "exponential" and size > 0:
        return  # infinite, as it should be
    x = placeholder((2,))
    y = getattr(activations, name)(x, **NEEDED.get(name, {}))
    value, gradient = function([x], [y, gradients(y, x)])(np.array([size, 0.0], "float32"))
    assert np.isfinite(value).all()
    assert np.isfinite(gradient).all()


def test_selu_has_the_fixed_point_mean_0_and_variance_1():
    # Trapezoids, since sums at the roots of Hermite polynomials converge slowly at a kink.
    x = np.linspace(-30, 30, 2_000_001)
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    y = activations.selu(x)
    np.testing.assert_allclose(np.trapezoid(y * density, x), 0, atol=1e-9)
    np.testing.assert_allclose(np.trapezoid(y**2 * density, x), 1, rtol=1e-9)


def test_softmax_does_not_change_when_all_logits_move(rng):
    x = rng.normal(size=(3, 4))
    np.testing.assert_allclose(activations.softmax(x + 100), activations.softmax(x), rtol=1e-12)
    np.testing.assert_allclose(activations.softmax(x).sum(-1), 1, rtol=1e-14)


def test_log_softmax_is_the_logarithm_and_outlives_it(rng):
    x = rng.normal(size=(3, 4))
    np.testing.assert_allclose(
        activations.log_softmax(x), np.log(activations.softmax(x)), rtol=1e-12
    )
    assert activations.log_softmax(np.array([0.0, -2000.0]))[1] == -2000.0


def test_gelu_keeps_its_digits_far_below_zero():
    from scipy.special import ndtr

    x = np.array([-30.0, -10.0, -3.0])
    np.testing.assert_allclose(activations.gelu(x), x * ndtr(x), rtol=1e-12)


def test_sparsemax_is_the_projection_onto_the_probabilities(rng):
    x = rng.normal(size=(50, 6))
    p = activations.sparsemax(x)
    low, high = x.min(-1, keepdims=True) - 1, x.max(-1, keepdims=True)
    for _ in range(60):  # the tau that makes the sum 1, by halving
        tau = (low + high) / 2
        above = np.maximum(x - tau, 0).sum(-1, keepdims=True) > 1
        low, high = np.where(above, tau, low), np.where(above, high, tau)
    np.testing.assert_allclose(p, np.maximum(x - tau, 0), atol=1e-13)
    assert 2 < (p > 0).sum(-1).mean() < 4  # neither one-hot nor dense
    np.testing.assert_allclose(p.sum(-1), 1, rtol=1e-14)
    np.testing.assert_allclose(activations.sparsemax(x.T, axis=0), p.T, rtol=1e-14)


def test_sparsemax_of_equal_logits_is_even_and_works_with_an_open_axis():
    np.testing.assert_array_equal(activations.sparsemax(np.full(4, 1e4)), 0.25)
    x = placeholder((None, None), "float64")
    value = function([x], activations.sparsemax(x))(np.array([[0.0, 0.5, -9.0]]))
    np.testing.assert_allclose(value, [[0.25, 0.75, 0]], rtol=1e-14)


def test_squareplus_keeps_its_digits_far_below_zero():
    x = np.array([-1e6, -1e3], "float32")
    expected = 4 / (np.sqrt(np.float64(x) ** 2 + 4) - x) / 2
    np.testing.assert_allclose(activations.squareplus(x), expected, rtol=1e-6)


def test_sparse_plus_has_sparse_sigmoid_for_its_slope(rng):
    for at in rng.uniform(-2, 2, 20):
        np.testing.assert_allclose(
            slope(activations.sparse_plus, at), activations.sparse_sigmoid(at), atol=1e-15
        )


def test_soft_shrink_minimizes_what_it_is_said_to(rng):
    y = np.linspace(-4, 4, 80_001)
    for x in rng.normal(scale=2.0, size=5):
        best = y[np.argmin((y - x) ** 2 / 2 + 0.7 * np.abs(y))]
        np.testing.assert_allclose(activations.soft_shrink(np.float64(x), 0.7), best, atol=1e-4)


def test_an_axis_that_cannot_be_halved_is_an_error():
    with pytest.raises(ShapeError) as error:
        activations.glu(np.zeros((2, 3)))
    assert str(error.value) == (
        "An axis of size 3 cannot be split into 2 equal parts.\n"
        "  given:    shape (2, 3), axis=1\n"
        "  expected: a size that 2 divides"
    )


def test_integers_are_made_float_unless_they_can_stay():
    for name in NAMES:
        y = getattr(activations, name)(np.array([-2, 0, 1, 3]), **NEEDED.get(name, {}))
        assert y.dtype == ("int64" if name in ("relu", "relu6") else "float32"), name


def test_unit_length_leaves_directions_and_zeros():
    x = placeholder((2, 2), "float16")
    y = unit_length(x)
    value, gradient = function([x], [y, gradients(y, x)])(
        np.array([[300.0, 400.0], [0, 0]], "float16")
    )
    np.testing.assert_allclose(value, [[0.6, 0.8], [0, 0]], rtol=1e-3)
    assert np.isfinite(gradient[0]).all()
    check_gradient(lambda x: unit_length(x, axis=0), np.array([[3.0, -1.0], [4.0, 2.0]]))


def test_get_finds_what_serialize_named():
    for name in NAMES:
        f, theirs = getattr(activations, name), getattr(keras.activations, name)
        assert activations.get(activations.serialize(f)) is f
        assert activations.get(name) is f
        assert activations.deserialize(keras.activations.serialize(theirs)) is f
        assert activations.deserialize(keras.losses.serialize(theirs)) is f  # the longer form
        assert keras.activations.deserialize(activations.serialize(f)) is theirs
    assert activations.get(None) is activations.linear
    double = activations.deserialize("double", custom_objects={"double": lambda x: 2 * x})
    assert double(3) == 6


def test_get_names_the_near_ones_and_refuses_numbers():
    with pytest.raises(UnknownNameError, match="Unknown activation 'rleu'; did you mean 'relu'"):
        activations.get("rleu")
    with pytest.raises(DTypeError, match="This does not say which activation is meant"):
        activations.get(3)
    with pytest.raises(UnknownNameError, match="Unknown activation '<lambda>'"):
        activations.serialize(lambda x: x)
