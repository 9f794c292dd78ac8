"""Activations against their definitions, against Keras, and at their kinks."""

import keras
import numpy as np
import pytest

from pellucid import activations, function, gradients, placeholder
from pellucid.errors import DTypeError, UnknownNameError
from pellucid.testing import check_engines, check_gradient

NAMES = [
    name for name in activations.__all__ if name not in ("get", "serialize", "heaviside", "linear")
]
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
]
CASES = [(name, {}) for name in NAMES] + OPTIONS


def slope(f, at, dtype="float64"):
    """The derivative at a point, by the backward pass."""
    x = placeholder((), dtype)
    return float(function([x], gradients(f(x), x))(at))


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_every_activation_is_that_of_keras(name, options, rng):
    x = rng.normal(scale=3.0, size=(4, 5)).astype("float32")
    theirs = getattr(keras.activations, "silu" if name == "swish" else name)
    actual = getattr(activations, name)(x, **options)
    np.testing.assert_allclose(actual, theirs(x, **options), rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_gradients_of_both_orders_are_those_of_central_differences(name, options, rng):
    x = rng.normal(scale=2.0, size=(2, 3))

    def f(x):
        return getattr(activations, name)(x, **options)

    check_gradient(f, x)
    check_gradient(lambda x: gradients(f(x) ** 2, x), x, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("name", "options"), [*CASES, ("heaviside", {})], ids=str)
def test_engines_agree_in_every_dtype(name, options, rng):
    for dtype in ("float64", "float32", "float16"):
        x = rng.normal(scale=2.0, size=(2, 3)).astype(dtype)
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
        ("hard_sigmoid", {}, 3.0, 1 / 12),
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
    f = getattr(activations, name)
    x = placeholder((2,))
    y = f(x)
    value, gradient = function([x], [y, gradients(y, x, np.array([1.0, 0.0], "float32"))])(
        np.array([size, 0.0], "float32")
    )
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


def test_get_finds_what_serialize_named():
    for name in NAMES:
        f = getattr(activations, name)
        assert activations.get(activations.serialize(f)) is f
        assert activations.get(name) is f
    assert activations.get(None) is activations.linear


def test_get_names_the_near_ones_and_refuses_numbers():
    with pytest.raises(UnknownNameError, match="Unknown activation 'rleu'; did you mean 'relu'"):
        activations.get("rleu")
    with pytest.raises(DTypeError, match="This does not say which activation is meant"):
        activations.get(3)
    with pytest.raises(UnknownNameError, match="Unknown activation '<lambda>'"):
        activations.serialize(lambda x: x)
