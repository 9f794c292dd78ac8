"""Rows taken with their axes: the same numbers, and no long list of rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import ops
from pellucid.graph.gradients import gradients
from pellucid.graph.operations.contraction import Matmul
from pellucid.graph.operations.indexing import Gather, ScatterAdd
from pellucid.graph.unflattening import with_rows_apart
from pellucid.graph.variable import Variable, placeholder
from pellucid.graph.walk import ancestors, evaluate

RNG = np.random.default_rng(0)


def variable(*shape):
    return Variable(RNG.normal(size=shape), dtype="float64")


def same_values(before, fed):
    after = with_rows_apart(before)
    for node in before:
        old, new = evaluate([node], fed)[node], evaluate([after[node]], fed)[after[node]]
        np.testing.assert_allclose(new, old, rtol=1e-12, atol=1e-12)
    return ancestors(after.values())


@given(time=st.integers(1, 4), batch=st.integers(1, 4), units=st.integers(1, 3))
def test_products_and_their_gradients_stay_the_same(time, batch, units):
    x, w, v = placeholder((time, None, 3), "float64"), variable(3, units), variable(units, 2)
    y = ops.matmul(ops.tanh(ops.matmul(x, w)), v)
    before = [y, *gradients(ops.sum(ops.sin(y)), [x, w, v])]
    nodes = same_values(before, {x: RNG.normal(size=(time, batch, 3))})
    assert not [node for node in nodes if isinstance(node.op, Matmul)]


def test_rows_are_looked_up_and_added_with_their_axes():
    table, ids = variable(5, 3), placeholder((4, None), "int32")
    rows = ops.take(table, ops.reshape(ids, (-1,)), 0)
    total = ops.scatter_add(ops.zeros((5, 3), "float64"), ops.reshape(ids, (-1,)), rows * 1.0)
    nodes = same_values([rows, total], {ids: RNG.integers(-6, 6, (4, 2)).astype(np.int32)})
    (gather,) = [node for node in nodes if isinstance(node.op, Gather)]
    assert gather.inputs[1] is ids


def test_of_two_open_axes_nobody_knows_which_is_which():
    x, y = placeholder((None, None, 3)), placeholder((None, None, 2))
    flat = [ops.reshape(z, (-1, z.shape[-1])) for z in (x, y)]
    product = ops.matmul(ops.transpose(flat[0]), flat[1])
    assert with_rows_apart([product])[product] is product


@pytest.mark.parametrize("shape", [(None, 4), (None, 3)])
def test_rows_without_more_axes_are_left_alone(shape):
    x = placeholder(shape)
    y = ops.matmul(ops.reshape(x, (-1, shape[-1])), np.ones((shape[-1], 2), np.float32))
    assert with_rows_apart([y])[y] is y


def test_updates_with_other_axes_than_their_positions_are_left_alone():
    ids, updates = placeholder((6, None), "int32"), placeholder((3, None, 2))
    flat = ops.reshape(ids, (-1,)), ops.reshape(updates, (-1, 2))
    total = ops.scatter_add(np.zeros((5, 2), np.float32), *flat)
    assert isinstance(total.op, ScatterAdd)
    assert with_rows_apart([total])[total] is total
