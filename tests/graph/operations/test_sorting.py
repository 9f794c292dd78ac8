"""Sorting, the largest, and running sums and products."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import engine, function, gradients, placeholder
from pellucid.errors import ShapeError
from pellucid.graph.dtypes import numpy_dtype
from pellucid.graph.operations.cumulative import cumprod, cumsum, linear_recurrence
from pellucid.graph.operations.sorting import argsort, sort, top_k
from pellucid.testing import check_engines

DTYPES = ["bool", "int8", "uint8", "int64", "uint64", "float16", "bfloat16", "float32", "float64"]


def array(values, dtype):
    return np.array(values).astype(numpy_dtype(dtype))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_equal_elements_keep_their_order(values):
    x = np.array(values, "float32")
    stable = sorted(range(len(values)), key=lambda i: values[i])
    falling = sorted(range(len(values)), key=lambda i: -values[i])
    np.testing.assert_array_equal(argsort(x), stable)
    np.testing.assert_array_equal(top_k(x, len(values))[1], falling)
    np.testing.assert_array_equal(sort(x), sorted(values))


@pytest.mark.parametrize("dtype", DTYPES)
def test_engines_sort_every_dtype_alike(dtype):
    x = array([[1, 0, 3, 1, 2], [0, 0, 1, 1, 0]], dtype)
    check_engines(lambda x: (sort(x), argsort(x, 0), *top_k(x, 3)), x)


def test_engines_put_nan_last_in_sort_and_first_in_top_k():
    x = np.array([np.inf, np.nan, -1.0, 0.0, np.nan, -np.inf])
    np.testing.assert_array_equal(argsort(x), [5, 2, 3, 0, 1, 4])
    np.testing.assert_array_equal(top_k(x, 4)[1], [1, 4, 0, 3])
    check_engines(lambda x: (sort(x), argsort(x), *top_k(x, 4)), x)


@pytest.mark.parametrize("name", ["numpy", "xla"])
def test_slopes_go_back_to_where_the_values_stood(name):
    x = placeholder((None, 3), "float64")
    weights = np.array([1.0, 10.0, 100.0])
    with engine(name):
        slopes = [gradients(y, x) for y in (sort(x) * weights, top_k(x, 2)[0] * weights[:2])]
        risen, chosen = function([x], slopes)(np.array([[3.0, 1.0, 2.0], [5.0, 5.0, 5.0]]))
    np.testing.assert_array_equal(risen, [[100, 1, 10], [1, 10, 100]])
    np.testing.assert_array_equal(chosen, [[1, 0, 10], [1, 10, 0]])


def test_top_k_refuses_more_than_there_are():
    with pytest.raises(ShapeError) as error:
        top_k(np.zeros((2, 3)), 4)
    assert str(error.value).splitlines()[:3] == [
        "There are no 4 largest elements.",
        "  given:    a tensor of shape (2, 3)",
        "  expected: a last axis of at least 4 elements",
    ]
    with pytest.raises(ShapeError):
        sort(np.zeros((2, 3)), 2)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("axis", [None, 0, -1])
def test_running_sums_and_products_are_those_of_slices(axis, reverse, rng):
    x = rng.integers(-2, 3, (3, 4))
    line = x.reshape(-1) if axis is None else x
    a = -1 if axis is None else axis
    for ours, theirs in ((cumsum, np.sum), (cumprod, np.prod)):
        parts = [
            theirs(np.take(line, range(i, line.shape[a]) if reverse else range(i + 1), a), axis=a)
            for i in range(line.shape[a])
        ]
        np.testing.assert_array_equal(ours(x, axis, reverse), np.stack(parts, a))


@pytest.mark.parametrize("dtype", DTYPES)
def test_engines_agree_on_running_sums_and_products(dtype):
    x = array([[1, 0, 3, 1, 2], [1, 2, 1, 1, 0]], dtype)
    check_engines(lambda x: (cumsum(x, 1), cumprod(x, 0), cumprod(x, 1, reverse=True)), x)


def test_running_sum_of_booleans_counts_in_int32():
    assert cumsum(np.array([True, True])).dtype == np.int32


def test_a_long_running_sum_in_half_precision_goes_on():
    assert cumsum(np.ones(3000, np.float16))[-1] == 3000


@pytest.mark.parametrize(
    "values", [[2.0, 3.0, 4.0], [0.0, 3.0, 4.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.0]], ids=str
)
@pytest.mark.parametrize("name", ["numpy", "xla"])
def test_slopes_of_running_products_are_right_at_zeros(name, values):
    x = placeholder((3,), "float64")
    u, v, w = upstream = np.array([1.0, 10.0, 100.0])
    a, b, c = values
    with engine(name):
        forward, backward = function(
            [x], [gradients(cumprod(x, reverse=r), x, upstream) for r in (False, True)]
        )(np.array(values))
    np.testing.assert_array_equal(forward, [u + v * b + w * b * c, v * a + w * a * c, w * a * b])
    np.testing.assert_array_equal(backward, [u * b * c, u * a * c + v * c, u * a * b + v * b + w])


@pytest.mark.parametrize("reverse", [False, True])
def test_linear_recurrence_is_its_definition(reverse, rng):
    a, b = rng.normal(size=(7, 2)), rng.normal(size=(7, 2))
    order = range(7)[::-1] if reverse else range(7)
    h, expected = np.zeros(2), np.zeros((7, 2))
    for t in order:
        h = a[t] * h + b[t]
        expected[t] = h
    np.testing.assert_allclose(linear_recurrence(a, b, 0, reverse), expected, rtol=1e-14)
    check_engines(lambda a, b: linear_recurrence(a, b, 0, reverse), a, b)


def test_linear_recurrence_needs_a_factor_for_each_term():
    with pytest.raises(ShapeError) as error:
        linear_recurrence(np.zeros(3), np.zeros(4))
    assert error.value.given == "factors of shape (3,), terms of shape (4,)"


@pytest.mark.parametrize("name", ["numpy", "xla"])
def test_running_values_of_nothing_are_nothing(name):
    x = placeholder((None,), "float64")
    outputs = (cumsum(x), cumprod(x), sort(x), linear_recurrence(x, x), gradients(cumprod(x), x))
    with engine(name):
        for result in function([x], outputs)(np.zeros(0)):
            assert result.shape == (0,)
