"""Reading and writing at positions that are known when the graph runs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import engine, function, gradients, placeholder
from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.dtypes import numpy_dtype
from pellucid.graph.operations.broadcasting import size_of
from pellucid.graph.operations.counting import arange
from pellucid.graph.operations.indexing import (
    dynamic_slice,
    dynamic_update_slice,
    one_hot,
    scatter_add,
    take,
    take_along_axis,
)
from pellucid.graph.operations.reductions import sum
from pellucid.testing import check_engines

DTYPES = ["bool", "int8", "uint8", "int64", "uint64", "float16", "bfloat16", "float32", "float64"]
ENGINES = pytest.mark.parametrize("name", ["numpy", "xla"])


def array(values, dtype):
    return np.array(values).astype(numpy_dtype(dtype))


@given(st.sampled_from([None, 0, 1, -1]), st.sampled_from([(), (0,), (4,), (2, 3)]))
def test_take_is_numpys(axis, shape):
    x = np.arange(12).reshape(3, 4)
    i = np.random.default_rng(0).integers(-3, 3, shape)
    np.testing.assert_array_equal(take(x, i, axis), np.take(x, i, axis))
    node = take(placeholder((3, 4)), placeholder(shape, "int32"), axis)
    assert node.shape == np.take(x, i, axis).shape


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_take_along_axis_is_numpys(axis, rng):
    x = rng.normal(size=(3, 4))
    i = rng.integers(-3, 3, (12,) if axis is None else (3, 4))
    np.testing.assert_array_equal(take_along_axis(x, i, axis), np.take_along_axis(x, i, axis))


def test_take_along_axis_stretches_sizes_of_1(rng):
    x, i = rng.normal(size=(3, 4)), np.array([[1, 0, -1]])
    np.testing.assert_array_equal(take_along_axis(x, i, 1), x[:, [1, 0, -1]])
    np.testing.assert_array_equal(
        take_along_axis(x[:1], np.repeat(i, 3, 0), 1), x[[0] * 3][:, i[0]]
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_engines_agree_on_positions_outside(dtype):
    """Both read what Keras on JAX reads there, and drop what is written there."""
    x, i = array([[1, 0, 1], [0, 1, 1]], dtype), np.array([0, 3, -1, -4, 99], np.int32)
    along = np.array([[0, 3, -4], [2, -3, 7]], np.int32)

    def outside(x, i, along):
        return take(x, i, 1), take_along_axis(x, along, 1), take_along_axis(x, along[:, 1:2], 1)

    check_engines(outside, x, i, along)
    if dtype != "bool":
        check_engines(lambda x, i: scatter_add(x, i, take(x, 0 * i, 1), 1), x, i)


def test_a_position_outside_reads_as_in_keras():
    import keras

    x, i = np.arange(6.0, dtype="float32").reshape(2, 3), np.array([0, 3, -1, -4], "int32")
    tensors = placeholder((2, 3)), placeholder((4,), "int32")
    ours = function(tensors, take(*tensors, 1))(x, i)
    np.testing.assert_array_equal(ours, np.asarray(keras.ops.take(x, i, 1)))
    assert np.isnan(ours[:, [1, 3]]).all()


@ENGINES
def test_a_position_outside_has_no_part_in_a_gradient(name):
    x, i = placeholder((3,), "float64"), placeholder((4,), "int32")
    updates = placeholder((4,), "float64")
    added = scatter_add(x, i, updates)
    slopes = gradients(sum(added * np.array([1.0, 2.0, 3.0])), [x, updates])
    with engine(name):
        f = function([x, i, updates], (gradients(take(x, i), x), *slopes))
        to_taken, to_x, to_updates = f(np.zeros(3), [0, 3, -1, -4], np.zeros(4))
    np.testing.assert_array_equal(to_taken, [1, 0, 1])
    np.testing.assert_array_equal(to_x, [1, 2, 3])
    np.testing.assert_array_equal(to_updates, [1, 0, 3, 0])


@ENGINES
@pytest.mark.parametrize("count", [1, 3])
def test_slopes_at_one_position_add_up(name, count):
    x, i = placeholder((2, 4), "float64"), placeholder((2, count), "int32")
    positions = np.array([[1, 1, -3], [0, -4, 9]])[:, :count]
    with engine(name):
        slope = function([x, i], gradients(take_along_axis(x, i, 1), x))(
            np.zeros((2, 4)), positions
        )
    expected = np.zeros((2, 4))
    expected[0, 1], expected[1, 0] = (1, 1) if count == 1 else (3, 2)
    np.testing.assert_array_equal(slope, expected)


@ENGINES
def test_many_small_slopes_in_half_precision_are_not_lost(name):
    table, i = placeholder((2,), "float16"), placeholder((None,), "int32")
    with engine(name):
        f = function([table, i], gradients(take(table, i), table))
        np.testing.assert_array_equal(f(np.zeros(2), np.ones(3000)), [0, 3000])


@ENGINES
def test_rows_of_a_table_for_a_batch_of_open_size(name, rng):
    table, words = placeholder((5, 2), "float64"), placeholder((None, None), "int32")
    rows = take(table, words, 0)
    assert rows.shape == (None, None, 2)
    value, i = rng.normal(size=(5, 2)), np.array([[0, 1, 1], [4, -1, 0]])
    with engine(name):
        read, slope = function([table, words], (rows, gradients(rows, table)))(value, i)
    np.testing.assert_array_equal(read, value[i])
    np.testing.assert_array_equal(slope, np.repeat([[2], [2], [0], [0], [2]], 2, 1))


def test_positions_can_be_of_any_integer_dtype():
    x = np.arange(300.0)
    for dtype in ("int8", "uint8", "int16", "uint16", "uint32", "int64", "uint64"):
        i = np.array([0, 120], dtype)
        np.testing.assert_array_equal(take(x, i), [0, 120])
        check_engines(take, x, i)


def test_what_cannot_be_a_position_is_refused():
    x = np.zeros((2, 3))
    with pytest.raises(DTypeError) as error:
        take(x, np.array([0.0]))
    assert str(error.value) == (
        "Positions are whole numbers.\n"
        "  given:    dtype float64\n"
        "  expected: an integer dtype\n"
        "  to mend:  cast them first: cast(indices, 'int32')"
    )
    for f in (take, take_along_axis):
        with pytest.raises(ShapeError) as error:
            f(placeholder((2, 3)), [[0, 3, -9]], 1)
        assert error.value.problem == "Position 3 lies outside of axis 1."
        assert error.value.expected == "from -3 to 2"
    with pytest.raises(ShapeError, match="need the tensor's sizes on all other axes"):
        take_along_axis(x, [0], 1)
    with pytest.raises(ShapeError, match="need the shape of what is read"):
        scatter_add(x, [0, 1], np.zeros((3, 3)))


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_one_hot_marks_the_class(axis):
    labels = np.array([[0, 2, 1], [3, -1, 4]]).astype("uint8" if axis == 1 else "int32")
    codes = np.moveaxis(one_hot(labels, 4, axis, "int32"), axis, -1)
    for place in np.ndindex(labels.shape):
        assert codes[place].tolist() == [int(k == labels[place]) for k in range(4)]


@ENGINES
def test_arange_of_an_open_size(name):
    x = placeholder((None, 2))
    numbers = arange(size_of(x, 0), "float64")
    with engine(name):
        np.testing.assert_array_equal(function([x], numbers)(np.zeros((4, 2))), [0, 1, 2, 3])


@ENGINES
@pytest.mark.parametrize("start", [-9, -5, -3, -1, 0, 2, 3, 9])
def test_a_part_is_moved_back_until_it_fits(name, start):
    x, i = placeholder((None, 5), "float64"), placeholder((), "int32")
    part = dynamic_slice(x, [0, i], (size_of(x, 0), 2))
    put = dynamic_update_slice(x, -part, [0, i])
    value = np.arange(10.0).reshape(2, 5)
    with engine(name):
        read, written, slope = function([x, i], (part, put, gradients(part, x)))(value, start)
    first = min(max(start + 5 if start < 0 else start, 0), 3)
    marked = np.zeros((2, 5))
    marked[:, first : first + 2] = 1
    np.testing.assert_array_equal(read, value[:, first : first + 2])
    np.testing.assert_array_equal(written, np.where(marked, -value, value))
    np.testing.assert_array_equal(slope, marked)


def test_a_part_larger_than_the_whole_is_refused():
    with pytest.raises(ShapeError) as error:
        dynamic_slice(np.zeros((2, 3)), [0, 0], (2, 4))
    assert error.value.problem == (
        "A part needs as many axes as the whole, no longer ones, and a start on each."
    )
    with pytest.raises(ShapeError):
        dynamic_update_slice(np.zeros((2, 3)), np.zeros((2, 3)), [0])
