"""Regularizers against their formulas, against Keras, and as costs of which one takes gradients."""

import keras
import ml_dtypes
import numpy as np
import pytest

from pellucid import function, gradients, placeholder, regularizers
from pellucid.errors import ArgumentError, DTypeError, ShapeError, UnknownNameError
from pellucid.testing import check_engines, check_gradient

CASES = [
    ("L1", {}),
    ("L1", {"l1": 0.3}),
    ("L2", {}),
    ("L2", {"l2": 0.3}),
    ("L1L2", {}),
    ("L1L2", {"l1": 0.3}),
    ("L1L2", {"l2": 0.2}),
    ("L1L2", {"l1": 0.3, "l2": 0.2}),
    ("OrthogonalRegularizer", {}),
    ("OrthogonalRegularizer", {"factor": 0.3, "mode": "columns"}),
]


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_every_regularizer_is_that_of_keras(name, options, rng):
    x = rng.normal(size=(4, 3)).astype("float32")
    actual = getattr(regularizers, name)(**options)(x)
    theirs = getattr(keras.regularizers, name)(**options)
    expected = np.asarray(theirs(keras.ops.convert_to_tensor(x)))
    assert (actual.shape, actual.dtype) == ((), "float32")
    np.testing.assert_allclose(actual, expected, rtol=1e-6)


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_engines_agree_and_gradients_of_both_orders_are_right(name, options, rng):
    f = getattr(regularizers, name)(**options)
    x = rng.normal(size=(4, 3))
    for dtype in ("float64", "float32", "float16", ml_dtypes.bfloat16):
        check_engines(f, x.astype(dtype))
    if f.get_config() == {"l1": 0.0, "l2": 0.0}:
        return  # a constant, of which there is no gradient
    check_gradient(f, x)
    check_gradient(lambda x: gradients(f(x) ** 2, x), x, rtol=1e-6)


def test_orthogonal_rows_cost_nothing_and_parallel_ones_half_the_factor():
    rotation = np.array([[3.0, 4.0], [-8.0, 6.0]])
    np.testing.assert_allclose(regularizers.OrthogonalRegularizer(0.5)(rotation), 0, atol=1e-15)
    parallel = np.array([[1.0, 2.0], [-2.0, -4.0], [3.0, 6.0]])
    rows = regularizers.OrthogonalRegularizer(0.5)
    np.testing.assert_allclose(rows(parallel), 0.5, rtol=1e-14)  # 0.5 factor, each pair twice
    columns = regularizers.OrthogonalRegularizer(0.5, "columns")
    np.testing.assert_allclose(columns(parallel.T), rows(parallel), rtol=1e-14)


def test_a_single_row_and_a_row_of_zeros_cost_nothing_and_have_finite_slopes():
    f = regularizers.OrthogonalRegularizer()
    assert f(np.ones((1, 3))) == 0
    x = placeholder((2, 3))
    value, slope = function([x], [f(x), gradients(f(x), x)])(np.eye(2, 3, 2, "float32"))
    assert value == 0
    assert np.isfinite(slope).all()


def test_slope_of_l1_at_0_is_that_of_keras_on_jax():
    x = placeholder((3,))
    slope = function([x], gradients(regularizers.L1(0.5)(x), x))(np.array([-2.0, 0.0, 2.0]))
    np.testing.assert_array_equal(slope, [-0.5, 0.5, 0.5])


def in_single(config):
    """A config with its numbers in float32, as which Keras keeps some of them."""
    return {k: np.float32(v) if isinstance(v, float) else v for k, v in config.items()}


def test_every_config_goes_to_keras_and_comes_back():
    for name, options in CASES:
        ours = getattr(regularizers, name)(**options)
        theirs = getattr(keras.regularizers, name)(**options)
        config = ours.get_config()
        assert in_single(config) == in_single(theirs.get_config())
        assert type(theirs).from_config(config).get_config() == theirs.get_config()
        read = regularizers.deserialize(keras.regularizers.serialize(theirs))
        assert type(read) is type(ours)
        assert in_single(read.get_config()) == in_single(config)
        again = regularizers.get(regularizers.serialize(ours))
        assert repr(again) == repr(ours)


def test_every_name_of_keras_is_there_and_found():
    public = [n for n in dir(keras.regularizers) if not n.startswith("_")]
    assert [n for n in public if not hasattr(regularizers, n)] == []
    from keras.src.regularizers import ALL_OBJECTS_DICT

    for name, theirs in ALL_OBJECTS_DICT.items():
        if theirs.__name__ != "Regularizer":
            assert type(regularizers.get(name)).__name__ == theirs.__name__
    assert regularizers.get(None) is None
    assert isinstance(regularizers.get(regularizers.l1_l2), regularizers.L1L2)
    own = regularizers.L2()
    assert regularizers.get(own) is own
    assert regularizers.get(abs) is abs
    own = regularizers.deserialize("own", custom_objects={"own": regularizers.L1})
    assert isinstance(own, regularizers.L1)


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), "much", True])
def test_a_factor_that_is_no_number_of_at_least_0_is_an_error(value):
    with pytest.raises(ArgumentError) as error:
        regularizers.L1L2(l2=value)
    assert str(error.value) == (
        "L1L2 needs a number of at least 0 for 'l2'.\n"
        f"  given:    l2={value!r}\n"
        "  expected: 0 or more, and finite"
    )


def test_mistakes_are_told():
    with pytest.raises(UnknownNameError, match="Unknown regularizer 'l1_l3'; did you mean 'l1l2'"):
        regularizers.get("l1_l3")
    with pytest.raises(DTypeError, match="This does not say which regularizer is meant"):
        regularizers.get(0.01)
    with pytest.raises(UnknownNameError, match="Unknown mode 'row'; did you mean 'rows'"):
        regularizers.OrthogonalRegularizer(mode="row")
    with pytest.raises(ShapeError) as error:
        regularizers.OrthogonalRegularizer()(np.zeros((2, 3, 4)))
    assert str(error.value) == (
        "OrthogonalRegularizer is for matrices.\n"
        "  given:    shape (2, 3, 4)\n"
        "  expected: two axes of known sizes"
    )
