"""Traces: what every node came to, forwards and backwards, by name."""

import numpy as np
import pytest

from pellucid import Sequential, Session, Variable, gradients, layers, ops, placeholder
from pellucid.errors import GraphError, StateError, UnknownNameError


def test_the_lectures_graph_is_traced_by_name():
    x, y = placeholder(name="x"), placeholder(name="y")
    trace = Session().run(x**2 * y + (y + 2), {x: 1, y: 2}, trace=True)
    assert trace.outputs == 6
    assert {"x": 1, "y": 2}.items() <= trace.values.items()
    assert (trace.gradients["x"], trace.gradients["y"]) == (4, 2)
    assert (trace.value(x), trace.gradient(y), trace.gradient("add")) == (1, 2, 1)


def test_every_gradient_of_a_trace_is_the_one_that_gradients_gives(rng):
    x = placeholder((None, 3), "float64", name="x")
    w = Variable(rng.normal(size=(3, 2)), dtype="float64", name="w")
    hidden = ops.tanh(x @ w)
    loss = ops.mean(hidden**2)
    feed = {x: rng.normal(size=(5, 3))}
    trace = Session().run(loss, feed, trace=True)
    for node in (x, w, hidden, loss):
        np.testing.assert_array_equal(
            trace.gradient(node), Session().run(gradients(loss, node), feed, trace=True).outputs
        )


def test_a_trace_has_the_form_of_what_was_asked_for_and_gradients_of_its_real_numbers():
    x = placeholder(name="x")
    trace = Session().run({"twice": 2 * x, "rest": [x > 1, x]}, {x: 3}, trace=True)
    assert trace.outputs == {"twice": 6, "rest": [True, 3]}
    assert trace.gradients["x"] == 2 + 1
    assert trace.gradient("less") is None


def test_a_node_that_is_fed_is_where_the_trace_begins():
    x = placeholder(name="x")
    inner = ops.exp(x)
    trace = Session().run(inner * 3, {inner: 4.0}, trace=True)
    assert trace.values["exp"] == 4
    assert trace.gradients["exp"] == 3
    assert "x" not in trace.values


def test_layers_give_names_that_do_not_change_from_run_to_run():
    model = Sequential([layers.Dense(2, "relu", name="h"), layers.Dense(1, name="o")], name="net")
    model.compile(loss="mse")
    x, y = np.ones((3, 4)), np.ones((3, 1))
    first, second = model.trace(x, y), model.trace(x, y)
    assert list(first.values) == list(second.values)
    assert {"x", "y", "net/h/kernel", "net/h/relu", "net/o/bias", "net/o/add"} <= set(first.values)
    np.testing.assert_array_equal(first.gradients["net/o/add"], second.gradients["net/o/add"])


def test_a_model_without_targets_is_traced_to_its_outputs():
    model = Sequential([layers.Dense(2, name="h")], name="net")
    trace = model.trace(np.ones((3, 4)))
    assert trace.outputs.shape == (3, 2)
    np.testing.assert_array_equal(trace.gradients["net/h/bias"], [3, 3])


def test_a_trace_in_training_drops_and_leaves_the_model_as_it_is():
    model = Sequential([layers.Dropout(0.5, seed=0, name="drop")], name="net")
    x = np.ones((4, 50))
    state = [v.numpy() for v in model.variables]
    assert 0.2 < np.mean(model.trace(x, training=True).outputs == 0) < 0.8
    np.testing.assert_array_equal(model.trace(x).outputs, x)
    for before, v in zip(state, model.variables, strict=True):
        np.testing.assert_array_equal(before, v.numpy())


def test_what_is_not_in_a_trace_is_said_to_be_missing():
    x = placeholder(name="x")
    trace = Session().run(2 * x, {x: 3}, trace=True)
    with pytest.raises(UnknownNameError, match=r"Unknown node of the trace 'multipli'; did you"):
        trace.value("multipli")
    with pytest.raises(UnknownNameError):
        trace.gradient(placeholder(name="x"))
    with pytest.raises(GraphError, match="Placeholder 'x' needs a value"):
        Session().run(2 * x, {}, trace=True)
    with pytest.raises(StateError):
        Sequential([layers.Dense(1)]).trace(np.ones((1, 2)), np.ones(1))
