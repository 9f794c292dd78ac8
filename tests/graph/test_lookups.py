"""Products with looked-up rows: the same numbers, by a smaller product."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pellucid
from pellucid import ops
from pellucid.graph.gradients import gradients
from pellucid.graph.lookups import multiply_tables
from pellucid.graph.operations.contraction import Matmul
from pellucid.graph.operations.indexing import Gather
from pellucid.graph.variable import Variable, placeholder
from pellucid.graph.walk import ancestors, evaluate

RNG = np.random.default_rng(0)


def parts(words=3, features=4, units=5):
    table = Variable(RNG.normal(size=(words, features)), dtype="float64", name="table")
    kernel = Variable(RNG.normal(size=(features, units)), dtype="float64", name="kernel")
    return table, kernel


def largest_product(outputs, rows):
    """The most rows that a matrix product of the graph has on its left, or sums over."""
    sizes = [
        rows if n is None else n
        for node in ancestors(outputs)
        if isinstance(node.op, Matmul)
        for x in node.inputs
        for n in x.shape
    ]
    return max(sizes)


@given(
    batch=st.integers(2, 5),
    length=st.integers(2, 6),
    time_first=st.booleans(),
    words=st.integers(1, 3),
)
def test_values_and_gradients_stay_the_same(batch, length, time_first, words):
    table, kernel = parts(words)
    ids = placeholder((None, length), "int32", name="ids")
    x = ops.take(table, ids, 0)
    x = ops.transpose(x, (1, 0, 2)) if time_first else x
    y = ops.matmul(x, kernel)
    loss = ops.sum(ops.sin(y))
    before = [y, *gradients(loss, [table, kernel])]
    after = multiply_tables(before, rows=batch)
    fed = {ids: RNG.integers(-words, words, (batch, length)).astype(np.int32)}
    for node in before:
        old, new = evaluate([node], fed)[node], evaluate([after[node]], fed)[after[node]]
        np.testing.assert_allclose(new, old, rtol=1e-12, atol=1e-12)
    assert largest_product([after[x] for x in before], batch) <= 5  # features or units, no rows


def test_a_table_of_more_rows_than_are_looked_up_is_left_alone():
    table, kernel = parts(words=9)
    ids = placeholder((None, 2), "int32", name="ids")
    y = ops.matmul(ops.take(table, ids, 0), kernel)
    before = [y, *gradients(ops.sum(y), [table, kernel])]
    assert multiply_tables(before, rows=4) == {x: x for x in before}
    assert multiply_tables(before, rows=5)[y] is not y


@pytest.mark.parametrize("position", [3, -4])
def test_a_position_outside_still_reads_nan_and_trains_nothing(position):
    table, kernel = parts()
    ids = placeholder((None,), "int32", name="ids")
    y = ops.matmul(ops.take(table, ids, 0), kernel)
    (slope,) = gradients(ops.sum(y), [table])
    after = multiply_tables([y, slope], rows=10)
    fed = {ids: np.array([0, position] * 5, np.int32)}
    rows = evaluate([after[y]], fed)[after[y]]
    assert np.isnan(rows[1::2]).all()
    assert np.isfinite(rows[::2]).all()
    np.testing.assert_allclose(evaluate([after[slope]], fed)[after[slope]][1:], 0)


def test_rows_that_are_mixed_or_changed_on_the_way_are_multiplied_as_they_are():
    table, kernel = parts(features=4)
    ids = placeholder((None, 4), "int32", name="ids")
    rows = ops.take(table, ids, 0)
    for x in (
        ops.transpose(rows, (0, 2, 1)),
        ops.sin(rows),
        ops.reshape(rows, (-1, 2, 8))[..., :4],
    ):
        y = ops.matmul(x, kernel)
        assert multiply_tables([y], rows=50)[y] is y


def test_a_layer_behind_the_first_is_multiplied_in_the_table_too():
    table, kernel = parts(units=4)
    ids = placeholder((None,), "int32", name="ids")
    y = ops.matmul(ops.matmul(ops.take(table, ids, 0), kernel), kernel)
    after = multiply_tables([y], rows=50)[y]
    assert isinstance(after.op, Gather)
    assert largest_product([after], 50) <= 4


def test_a_language_model_trains_as_in_the_reference_engine():
    ids = RNG.integers(0, 5, (12, 6)).astype(np.int32)
    losses = {}
    for engine in ("numpy", "xla"):
        pellucid.utils.set_random_seed(0)
        model = pellucid.Sequential(
            [
                pellucid.Input((6,), dtype="int32"),
                pellucid.layers.Embedding(5, 4),
                pellucid.layers.LSTM(3, return_sequences=True),
                pellucid.layers.Dense(5, activation="softmax"),
            ]
        )
        model.compile("adam", "sparse_categorical_crossentropy", run_eagerly=engine == "numpy")
        losses[engine] = model.fit(ids, ids, batch_size=4, epochs=3, verbose=0).history["loss"]
    np.testing.assert_allclose(losses["xla"], losses["numpy"], rtol=1e-5)
