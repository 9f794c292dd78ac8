"""Graphs made smaller: merged, folded, and equal in value."""

import numpy as np

from pellucid import Session, Variable, engine, gradients, placeholder
from pellucid.graph.rewriting import simplify, substitute
from pellucid.graph.tensor import Constant, as_tensor
from pellucid.graph.walk import ancestors
from pellucid.ops import broadcast_to, exp, mean, tanh
from pellucid.random import normal


def simplified(*outputs):
    new = simplify(outputs)
    return [new[x] for x in outputs]


def test_equal_nodes_are_merged():
    x = placeholder(name="x")
    (y,) = simplified(exp(x + 1) * exp(x + 1))
    assert [n.op.name for n in ancestors([y])] == [
        "placeholder",
        "constant",
        "add",
        "exp",
        "multiply",
    ]
    assert y.inputs[0] is y.inputs[1]


def test_nodes_that_differ_in_a_field_are_kept_apart():
    x = placeholder((2, 2))
    (y,) = simplified(mean(x, axis=0) + mean(x, axis=1))
    assert sum(n.op.name == "sum" for n in ancestors([y])) == 2


def test_what_is_made_of_constants_is_folded():
    x = placeholder(name="x")
    two = exp(as_tensor(0.0)) + 1.0
    (y,) = simplified(x * two)
    (constant,) = [n for n in ancestors([y]) if isinstance(n.op, Constant)]
    assert constant.op.array == 2.0
    assert len(ancestors([y])) == 3


def test_a_large_constant_is_not_stored_in_the_program():
    (y,) = simplified(broadcast_to(as_tensor(1.0), (1000, 1000)))
    assert y.op.name == "broadcast"


def test_variables_are_never_taken_for_constants_nor_for_one_another():
    a, b = Variable(1.0), Variable(1.0)
    (y,) = simplified(a + b)
    assert set(ancestors([y])) >= {a, b}


def test_dead_code_is_left_out():
    x = placeholder(name="x")
    _unused = exp(x)
    (y,) = simplified(x + 1)
    assert all(n.op.name != "exp" for n in ancestors([y]))


def test_draws_with_different_keys_are_kept_apart():
    state = Variable(np.array([0, 1], np.uint32), trainable=False)
    other = Variable(np.array([0, 2], np.uint32), trainable=False)
    (y,) = simplified(normal((3,), seed=state) - normal((3,), seed=other))
    with engine("numpy"):
        assert np.all(Session().run(y) != 0)


def test_the_graph_given_stays_as_it_is():
    x = placeholder(name="x")
    y = (x + 1) * (x + 1)
    before = [(n, n.inputs) for n in ancestors([y])]
    simplify([y])
    assert [(n, n.inputs) for n in ancestors([y])] == before


def test_a_simplified_training_graph_has_the_same_value(rng):
    x = placeholder((None, 3))
    w = Variable(rng.normal(size=(3, 2)), dtype="float64")
    loss = mean(tanh(x @ w) ** 2) + mean(w * w)
    gradient = gradients(loss, w)
    (smaller,) = simplified(gradient)
    assert len(ancestors([smaller])) < len(ancestors([gradient]))
    feed = {x: rng.normal(size=(5, 3))}
    with engine("numpy"):
        full, small = Session().run([gradient, smaller], feed)
    np.testing.assert_array_equal(full, small)


def test_substitute_puts_a_node_in_place_of_another():
    x, y = placeholder(name="x"), placeholder(name="y")
    z = exp(x) + x
    new = substitute([z], {x: y})[z]
    with engine("numpy"):
        assert Session().run(new, {y: 0.0}) == 1.0
