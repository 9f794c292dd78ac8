"""Moving elements, ``x[key]`` and shapes whose sizes are open until the graph runs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, basic_indices

from pellucid import engine, function, gradients, placeholder
from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.operations.broadcasting import broadcast_to, reshape, shape_of, size_of
from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.movement import (
    concatenate,
    flip,
    moveaxis,
    pad,
    split,
    squeeze,
    stack,
    swapaxes,
    transpose,
)
from pellucid.graph.operations.reductions import mean, sum
from pellucid.graph.operations.subscript import index
from pellucid.graph.walk import ancestors
from pellucid.testing import check_engines

ENGINES = pytest.mark.parametrize("name", ["numpy", "xla"])


def run(name, inputs, outputs, *arrays):
    with engine(name):
        return function(inputs, outputs)(*arrays)


@st.composite
def array_and_key(draw):
    shape = draw(array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=4))
    return shape, draw(basic_indices(shape, allow_newaxis=True))


@given(array_and_key())
def test_index_is_numpys(shape_and_key):
    shape, key = shape_and_key
    x = np.arange(np.prod(shape)).reshape(shape)
    np.testing.assert_array_equal(index(x, key), x[key])


@given(array_and_key())
def test_index_knows_its_shape_before_it_runs(shape_and_key):
    shape, key = shape_and_key
    assert index(placeholder(shape), key).shape == np.zeros(shape)[key].shape


def goes_backwards_in_part(key):
    keys = key if isinstance(key, tuple) else (key,)
    return any(
        isinstance(k, slice) and (k.step or 1) < 0 and (k.start, k.stop, k.step) != (None, None, -1)
        for k in keys
    )


@given(array_and_key())
def test_index_is_numpys_where_every_size_is_open(shape_and_key):
    shape, key = shape_and_key
    x = np.arange(np.prod(shape), dtype="float32").reshape(shape)
    node = placeholder((None,) * x.ndim)
    if goes_backwards_in_part(key):
        with pytest.raises(ShapeError, match="cannot be read backwards in part"):
            index(node, key)
        return
    result = index(node, key)
    np.testing.assert_array_equal(run("numpy", [node], result, x), x[key])
    assert len(result.shape) == x[key].ndim


@ENGINES
@pytest.mark.parametrize(
    "key",
    [
        np.s_[:-1],
        np.s_[-2:],
        np.s_[1:100],
        np.s_[::2],
        np.s_[::-1],
        np.s_[-1],
        np.s_[2],
        np.s_[-3:-1, 1],
        np.s_[5:2],
        np.s_[-9:2],
    ],
    ids=str,
)
def test_index_and_its_gradient_on_an_open_axis(name, key):
    x = placeholder((None, 3), "float64")
    value = np.arange(12.0).reshape(4, 3)
    part, slope = run(name, [x], (x[key], gradients(x[key] ** 2, x)), value)
    expected = np.zeros_like(value)
    expected[key] = 2 * value[key]
    np.testing.assert_array_equal(part, value[key])
    np.testing.assert_array_equal(slope, expected)


@ENGINES
def test_a_position_beyond_an_open_axis_is_an_error_when_it_runs(name):
    x = placeholder((None, None))
    with pytest.raises(ShapeError, match="cannot be reshaped"):
        run(name, [x], x[5], np.zeros((4, 3)))


def test_index_says_what_it_does_not_take():
    x = placeholder((4, 3))
    with pytest.raises(DTypeError) as error:
        x[[0, 1]]
    error.value.line = None
    assert str(error.value) == (
        "A tensor is indexed with numbers, slices, None and `...`.\n"
        "  given:    a list\n"
        "  expected: numbers that are known now\n"
        "  to mend:  use take(x, indices, axis) for an array of positions"
    )
    for key in (True, np.s_[: placeholder((), "int32")]):
        with pytest.raises(DTypeError, match="indexed with numbers"):
            x[key]
    with pytest.raises(ShapeError, match="can be used once"):
        x[..., ...]
    with pytest.raises(ShapeError, match="never ends"):
        x[::0]
    with pytest.raises(ShapeError, match="indexed along 3"):
        x[0, 0, 0]
    with pytest.raises(ShapeError) as error:
        x[0, 3]
    assert error.value.problem == "Position 3 lies outside of axis 1."
    assert error.value.expected == "from -3 to 2"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda x: transpose(x, (0, 3)),
        lambda x: transpose(x, (0, 0)),
        lambda x: swapaxes(x, 0, 2),
        lambda x: moveaxis(x, 2, 0),
        lambda x: moveaxis(x, (0, 1), 0),
        lambda x: concatenate([x, x], 2),
        lambda x: concatenate([x, x[:, :1]], 0),
        lambda x: concatenate([x[0, 0]]),
        lambda x: concatenate([]),
        lambda x: split(x, 2, 0),
        lambda x: split(x, 0, 0),
        lambda x: split(x, 1, 2),
        lambda x: flip(x, 2),
        lambda x: pad(x, -1),
        lambda x: pad(x, ((1, 2), (3, 4), (5, 6))),
        lambda x: squeeze(x, 0),
        lambda x: reshape(x, (-1, -1)),
        lambda x: reshape(x, (-3, -4)),
        lambda x: reshape(x, (5, 2)),
        lambda x: reshape(x, (5, -1)),
        lambda x: broadcast_to(x, (4,)),
        lambda x: broadcast_to(x, (6, 4)),
    ],
)
def test_what_does_not_fit_is_a_shape_error(wrong):
    for x in (np.zeros((3, 4)), placeholder((3, 4))):
        with pytest.raises(ShapeError):
            wrong(x)


@ENGINES
def test_parts_of_open_size_are_joined_and_taken_apart_again(name):
    x, y = placeholder((None, 2), "float64"), placeholder((None, 2), "float64")
    joined = concatenate([x, y, x])
    weights = np.arange(10.0).reshape(5, 2)
    slopes = gradients(sum(joined * weights), [x, y])
    ones = np.ones((2, 2)), np.ones((1, 2))
    result, to_x, to_y = run(name, [x, y], (joined, *slopes), *ones)
    np.testing.assert_array_equal(result, np.ones((5, 2)))
    np.testing.assert_array_equal(to_x, weights[:2] + weights[3:])
    np.testing.assert_array_equal(to_y, weights[2:3])


@ENGINES
def test_two_open_sizes_are_reshaped_apart_and_together(name):
    x = placeholder((None, None, 3))
    batch, time, _ = shape_of(x)
    flat = reshape(x, (batch * time, 3))
    back = reshape(flat, (batch, time, 3))
    value = np.arange(24.0).reshape(2, 4, 3)
    a, b = run(name, [x], (flat, back), value)
    np.testing.assert_array_equal(a, value.reshape(8, 3))
    np.testing.assert_array_equal(b, value)


@ENGINES
def test_reshape_takes_sizes_from_another_tensor(name):
    x = placeholder((None, 6))
    result = reshape(x, (size_of(x, 0), 1, 2, 3))
    assert result.shape == (None, 1, 2, 3)
    assert run(name, [x], result, np.zeros((5, 6))).shape == (5, 1, 2, 3)


@ENGINES
def test_an_open_size_that_turns_out_as_1_is_not_stretched(name):
    x, y = placeholder((None, 2)), placeholder((None, 2))
    wide = broadcast_to(x, shape_of(y))
    assert run(name, [x, y], wide, np.zeros((3, 2)), np.zeros((3, 2))).shape == (3, 2)
    with pytest.raises(ShapeError) as error:
        run(name, [x, y], wide, np.zeros((1, 2)), np.zeros((3, 2)))
    assert str(error.value) == (
        "Axis -2 of a tensor cannot be stretched to a size of 3.\n"
        "  given:    a tensor of shape (1, 2)\n"
        "  expected: shape (3, 2), or sizes of 1 that were declared as 1"
    )


@ENGINES
def test_mean_and_matmul_over_open_axes(name):
    x, y = placeholder((None, None, 4), "float64"), placeholder((4, None), "float64")
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 3, 4)), rng.normal(size=(4, 5))
    outputs = (mean(x, (0, 1)), mean(x), matmul(x, y), gradients(mean(x**2), x))
    means, total, product, slope = run(name, [x, y], outputs, a, b)
    np.testing.assert_allclose(means, a.mean((0, 1)), rtol=1e-12)
    np.testing.assert_allclose(total, a.mean(), rtol=1e-12)
    np.testing.assert_allclose(product, a @ b, rtol=1e-12)
    np.testing.assert_allclose(slope, 2 * a / a.size, rtol=1e-12)


@given(st.lists(st.integers(-7, 7), max_size=3).map(sorted))
def test_split_cuts_where_numpy_does(cuts):
    x = np.arange(10).reshape(2, 5)
    for ours, theirs in zip(split(x, cuts, 1), np.split(x, cuts, 1), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    node = placeholder((2, 5))
    assert [p.shape for p in split(node, cuts, 1)] == [p.shape for p in np.split(x, cuts, 1)]


def test_the_gradient_of_a_split_is_one_concatenation(rng):
    x = placeholder((2, 6), "float64")
    a, _, c = split(x, [1, 3], 1)
    slope = gradients([a * a, c * 3.0], x)
    assert [type(n.op).__name__ for n in ancestors([slope])].count("Concatenate") == 1
    assert "Unslice" not in [type(n.op).__name__ for n in ancestors([slope])]
    value = rng.normal(size=(2, 6))
    expected = np.concatenate([2 * value[:, :1], np.zeros((2, 2)), np.full((2, 3), 3.0)], 1)
    np.testing.assert_array_equal(function([x], slope)(value), expected)


def test_moving_back_and_forth_changes_nothing(rng):
    x = rng.normal(size=(2, 3, 4))
    order = (2, 0, 1)
    np.testing.assert_array_equal(transpose(transpose(x, order), np.argsort(order)), x)
    np.testing.assert_array_equal(moveaxis(moveaxis(x, (0, 2), (1, 0)), (1, 0), (0, 2)), x)
    np.testing.assert_array_equal(flip(flip(x, 1), 1), x)
    np.testing.assert_array_equal(concatenate(split(x, 2, -1), -1), x)
    np.testing.assert_array_equal(pad(x, 2)[2:-2, 2:-2, 2:-2], x)
    np.testing.assert_array_equal(stack([x[i] for i in range(2)]), x)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int64", "uint64"])
def test_engines_agree_on_what_is_not_floating_point(dtype):
    x = np.array([[1, 0, 1], [0, 0, 1]]).astype(dtype)
    check_engines(lambda x: (x[::-1, 1:], pad(x, 1), concatenate([x, x], 1), x[0]), x)
