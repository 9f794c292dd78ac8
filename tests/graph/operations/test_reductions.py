"""Reductions against NumPy's, at hard values, and their slopes by definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from pellucid import engine, function, gradients, placeholder
from pellucid.errors import ShapeError
from pellucid.graph.operations import reductions
from pellucid.graph.operations.reductions import (
    all,
    any,
    argmax,
    argmin,
    count_nonzero,
    logsumexp,
    max,
    mean,
    min,
    prod,
    std,
    sum,
    var,
)
from pellucid.testing import check_engines, check_gradient

PLAIN = ["sum", "mean", "prod", "max", "min", "var", "std", "any", "all"]


@st.composite
def array_and_axes(draw):
    shape = draw(array_shapes(min_dims=0, max_dims=3, max_side=3))
    axes = draw(st.none() | st.sets(st.integers(0, len(shape) - 1) if shape else st.nothing()))
    chosen = (
        axes if axes is None else tuple(a - draw(st.sampled_from([0, len(shape)])) for a in axes)
    )
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    return rng.integers(-2, 3, shape).astype("float64"), chosen


@pytest.mark.parametrize("name", PLAIN)
@given(array_and_axes(), st.booleans())
def test_reductions_are_numpys_over_any_axes(name, array, keepdims):
    x, axes = array
    expected = getattr(np, name)(x, axis=axes, keepdims=keepdims)
    result = getattr(reductions, name)(x, axes, keepdims)
    np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-12)
    node = getattr(reductions, name)(placeholder(x.shape, "float64"), axes, keepdims)
    assert node.shape == expected.shape


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int16", "int32", "uint32", "int64"])
def test_engines_agree_on_what_is_not_floating_point(dtype):
    x = np.array([[1, 0, 100], [3, 0, 100]]).astype(dtype)
    functions = [sum, mean, prod, max, min, any, all, count_nonzero, argmax, argmin, var]
    check_engines(lambda x: tuple(f(x, 0) for f in functions), x)


@pytest.mark.parametrize("dtype", ["bool", "int8", "int16"])
def test_small_integers_are_added_and_multiplied_in_int32(dtype):
    x = np.ones((3, 50), dtype)
    assert sum(x).dtype == prod(x).dtype == np.int32
    assert sum(x) == 150


def test_a_mean_in_half_precision_does_not_overflow_on_the_way():
    x = np.full(1000, 1000.0, np.float16)
    assert mean(x).dtype == np.float16
    assert mean(x) == 1000
    assert var(np.array([-500.0, 500.0], np.float16)) == np.inf  # 250000 itself is too large
    assert std(np.array([-500.0, 500.0], np.float16)) == 500


@pytest.mark.parametrize("f", [max, min, argmax, argmin])
def test_one_of_no_elements_cannot_be_chosen(f):
    with pytest.raises(ShapeError) as error:
        f(np.zeros((2, 0)), 1)
    assert error.value.given == "shape (2, 0), reduced over axes (1,)"
    if f in (max, min):
        assert f(np.zeros((2, 0)), 0).shape == (0,)


def test_what_is_added_of_no_elements_is_nothing():
    x = np.zeros((2, 0), "float32")
    np.testing.assert_array_equal(sum(x, 1), [0, 0])
    np.testing.assert_array_equal(prod(x, 1), [1, 1])
    np.testing.assert_array_equal(any(x, 1), [False, False])
    np.testing.assert_array_equal(all(x, 1), [True, True])


@pytest.mark.parametrize(
    ("f", "values"), [(max, [1.0, 3.0, 3.0, 2.0, 3.0]), (min, [4.0, 3.0, 3.0, 5.0, 3.0])]
)
def test_equal_ones_share_the_slope(f, values):
    x = placeholder((5,), "float64")
    slope = function([x], gradients(f(x), x))(np.array(values))
    np.testing.assert_allclose(slope, [0, 1 / 3, 1 / 3, 0, 1 / 3], rtol=1e-15)


@pytest.mark.parametrize(
    "values", [[2.0, 3.0, 4.0], [0.0, 3.0, 4.0], [0.0, 3.0, 0.0], [0.0, 0.0, 0.0]], ids=str
)
@pytest.mark.parametrize("name", ["numpy", "xla"])
def test_slope_of_a_product_is_the_product_of_the_others(name, values):
    x = placeholder((3,), "float64")
    with engine(name):
        first = gradients(prod(x), x)
        slope, second = function([x], (first, gradients(first[0], x)))(np.array(values))
    a, b, c = values
    np.testing.assert_array_equal(slope, [b * c, a * c, a * b])
    np.testing.assert_array_equal(second, [0, c, b])


@pytest.mark.parametrize("axes", [None, (0, 2), (1,), (2, 0, 1), ()])
def test_slope_of_a_product_over_several_axes(axes, rng):
    x = rng.integers(-1, 3, (2, 2, 3)).astype("float64")
    check_gradient(lambda x: prod(x, axes), x)


def test_slope_of_a_product_over_open_axes(rng):
    x = placeholder((None, 2, None), "float64")
    value = rng.uniform(0.5, 2, (2, 2, 3))
    slope = function([x], gradients(prod(x, (0, 2)), x))(value)
    np.testing.assert_allclose(slope, value.prod((0, 2), keepdims=True) / value, rtol=1e-12)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("name", ["argmax", "argmin"])
def test_positions_are_those_of_numpy_also_with_ties_and_nan(name, keepdims):
    ours, theirs = getattr(reductions, name), getattr(np, name)
    x = np.array([[1.0, 3.0, 3.0], [2.0, np.nan, np.nan], [-np.inf, -np.inf, np.inf]])
    for axis in (None, 0, -1):
        expected = theirs(x, axis=axis, keepdims=keepdims)
        np.testing.assert_array_equal(ours(x, axis, keepdims), expected)
        check_engines(lambda x, axis=axis: ours(x, axis, keepdims), x)
    assert ours(x).dtype == np.int32


def test_nan_is_passed_on_by_both_engines():
    x = np.array([[1.0, np.nan], [np.inf, 2.0]])
    assert np.isnan(max(x))
    assert np.isnan(min(x))
    check_engines(lambda x: (max(x, 1), min(x, 1), sum(x, 1), logsumexp(x, 1)), x)


def test_variance_keeps_its_digits_beside_a_large_mean():
    x = 1e8 + np.array([-1.0, 0.0, 1.0])
    np.testing.assert_allclose(var(x), 2 / 3, rtol=1e-12)


def test_logsumexp_of_infinite_rows():
    inf = np.inf
    x = np.array([[-inf, -inf], [-inf, 2.0], [inf, 1.0], [inf, -inf], [800.0, 800.0], [-800, -800]])
    expected = [-inf, 2.0, inf, inf, 800 + np.log(2), -800 + np.log(2)]
    np.testing.assert_allclose(logsumexp(x, 1), expected, rtol=1e-15)
    check_engines(lambda x: logsumexp(x, 1), x)


@pytest.mark.parametrize("axis", [None, 0, (0, 1)])
def test_slope_of_logsumexp_is_softmax(axis, rng):
    value = rng.normal(size=(3, 4))
    value[0, 0] = -np.inf
    x = placeholder((3, 4), "float64")
    slope = function([x], gradients(logsumexp(x, axis), x))(value)
    powers = np.exp(value)
    np.testing.assert_allclose(slope, powers / powers.sum(axis, keepdims=True), rtol=1e-12)
