"""Explained gradients: their terms add up to what gradients() gives, and they are told as is."""

import numpy as np
import pytest

from pellucid import Session, Variable, gradients, layers, ops, placeholder
from pellucid.errors import GraphError
from pellucid.models.sequential import Sequential
from pellucid.see import explain
from tests.see.test_drawing import GRAPHS


def test_the_lectures_graph_is_explained_as_in_the_lecture():
    x, y = placeholder(name="x"), placeholder(name="y")
    explained = explain(x**2 * y + (y + 2), wrt=x, feed={x: 1, y: 2})
    assert str(explained) == (
        "n1 = x²  = 1\n"
        "n2 = n1 · y  = 2\n"
        "n3 = y + 2  = 4\n"
        "loss = n2 + n3  = 6\n"
        "\n"
        "path 1: loss ← n2 ← n1 ← x\n"
        "  ∂loss/∂n2 · ∂n2/∂n1 · ∂n1/∂x = 1 · y · 2 · x = y · (2 · x) = 4\n"
        "\n"
        "∂loss/∂x = y · (2 · x) = 4"
    )
    assert explained.latex == (
        r"\frac{\partial \mathrm{loss}}{\partial x} = "
        r"\frac{\partial \mathrm{loss}}{\partial n_{2}}\frac{\partial n_{2}}{\partial n_{1}}"
        r"\frac{\partial n_{1}}{\partial x} = y \cdot (2 \cdot x) = 4"
    )


@pytest.mark.parametrize("make", GRAPHS)
def test_the_terms_add_up_to_the_gradient(make, rng):
    loss, feed = make(rng)
    for wrt in feed:
        explained = explain(loss, wrt, feed, most=1000)
        assert explained.paths == len(explained.terms)
        gradient = Session().run(gradients(loss, wrt), feed, trace=True).outputs
        np.testing.assert_allclose(explained.value, gradient, rtol=1e-12)
        total = np.sum([term.value for term in explained.terms], axis=0)
        np.testing.assert_allclose(total, gradient, rtol=1e-9, atol=1e-12)


def test_there_is_a_term_for_each_path():
    x = placeholder(name="x")
    explained = explain(x * x * ops.exp(x), x)
    assert [t.formula.text for t in explained.terms] == [
        "n2 · x",
        "n2 · x",
        "n1 · n2",
    ]
    assert explained.formula.text == "n2 · x + n2 · x + n1 · n2"
    assert explained.value is None


def test_on_a_batch_shapes_and_numbers_are_shown_step_by_step():
    x, w = placeholder((None, 2), name="x"), Variable([[1.0], [2.0]], name="w")
    explained = explain(ops.sum((x @ w) ** 2), w, {x: [[1.0, 0.0], [1.0, 1.0]]})
    assert str(explained).replace("\N{MULTIPLICATION SIGN}", "x").splitlines() == [
        "n1 = x @ w  B x 1  = [[1], [3]]",
        "n2 = n1²  B x 1  = [[1], [9]]",
        "loss = sum(n2; axis 0, 1)  = 10",
        "",
        "path 1: loss ← n2 ← n1 ← w",
        "  ∇n2 = 1  B x 1  = [[1], [1]]",
        "  ∇n1 = ∇n2 · (2 · n1)  B x 1  = [[2], [6]]",
        "  ∇w = xᵀ @ ∇n1  2 x 1  = [[8], [6]]",
        "",
        "∂loss/∂w = xᵀ @ (2 · n1) = [[8], [6]]",
    ]


def test_of_many_paths_the_first_are_written_and_the_gradient_is_that_of_all():
    x = y = placeholder(name="x")
    for _ in range(40):
        y = y + y
    explained = explain(y, x, {x: 1}, most=3)
    assert (len(explained.terms), explained.paths) == (3, 2**40)
    assert explained.value == 2**40
    assert "and 1,099,511,627,773 paths more" in str(explained)
    assert explained.formula is None


def test_the_gradient_of_a_layers_weights_is_explained(rng):
    model = Sequential([layers.Input((3,)), layers.Dense(2, "tanh", name="h")], name="net")
    loss = ops.sum(model.outputs[0])
    explained = explain(loss, model.layers[0].kernel, {model.inputs[0]: rng.normal(size=(4, 3))})
    assert "∇kernel = input_layerᵀ @ ∇n1" in str(explained).replace("input_layer_1", "input_layer")


def test_a_models_loss_is_explained_on_a_batch(rng):
    model = Sequential([layers.Input((3,)), layers.Dense(1, name="line")], name="net")
    model.compile(loss="mse")
    batch = rng.normal(size=(5, 3)), rng.normal(size=(5, 1))
    kernel = model.layers[0].kernel
    explained = explain(model, kernel, batch)
    np.testing.assert_allclose(
        explained.value, model.trace(*batch).gradients["net/line/kernel"], rtol=1e-6
    )
    assert "∇kernel = xᵀ @ ∇n1" in str(explained)
    with pytest.raises(GraphError, match="One loss is explained at a time"):
        explain([kernel * 1, kernel * 2], kernel)


def test_what_the_loss_does_not_depend_on_is_not_explained():
    x, other = placeholder(name="x"), placeholder(name="other")
    with pytest.raises(GraphError, match="No gradient goes from 'multiply' to 'other'"):
        explain(2 * x, other)
    y = ops.stop_gradient(x)
    with pytest.raises(GraphError, match="No gradient goes"):
        explain(2 * y, x)
