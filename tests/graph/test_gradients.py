"""Backpropagation: the chain rule over whole graphs."""

import numpy as np
import pytest

from pellucid import Session, Variable, engine, gradients, placeholder
from pellucid.errors import DTypeError, GraphError
from pellucid.graph.walk import ancestors
from pellucid.ops import mean, relu, sin, stop_gradient, sum, tanh
from pellucid.testing import check_engines, check_gradient


def value(tensor, feed):
    with engine("numpy"):
        return Session().run(tensor, feed)


def test_contributions_over_several_paths_are_added():
    x = placeholder(name="x")
    y = x * x + sin(x) * x
    assert value(gradients(y, x), {x: 2.0}) == pytest.approx(4 + 2 * np.cos(2) + np.sin(2))


def test_a_loss_that_is_not_a_scalar_counts_as_its_sum():
    x = placeholder((3,))
    assert value(gradients(x * x, x), {x: [1.0, 2.0, 3.0]}).tolist() == [2.0, 4.0, 6.0]


def test_what_the_loss_does_not_depend_on_has_the_gradient_zero():
    x, y = placeholder((2,)), placeholder((3,))
    assert value(gradients(sum(x), y), {y: np.ones(3)}).tolist() == [0.0, 0.0, 0.0]


def test_no_gradient_passes_stop_gradient():
    x = placeholder()
    assert value(gradients(x * stop_gradient(x), x), {x: 3.0}) == 3.0


def test_gradients_are_taken_by_tensors_inside_the_graph():
    x = placeholder()
    inner = x * x
    assert value(gradients(inner * inner, inner), {x: 3.0}) == 18.0


def test_an_upstream_weighs_the_outputs():
    x = placeholder((2,))
    gradient = gradients(x * x, x, upstream=np.array([1.0, 10.0], np.float32))
    assert value(gradient, {x: [1.0, 1.0]}).tolist() == [2.0, 20.0]


def test_several_losses_are_differentiated_together():
    x = placeholder()
    assert value(gradients([x * x, 3 * x], x), {x: 2.0}) == 7.0


def test_gradient_penalty_is_differentiated_through_the_gradient(rng):
    def penalty(x, w, v):
        output = tanh(x @ w) @ v
        by_x = gradients(sum(output), x)
        return mean((sum(by_x**2, axis=1) ** 0.5 - 1) ** 2)

    inputs = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=(4, 1))
    check_gradient(penalty, *inputs)
    check_engines(lambda *t: gradients(penalty(*t), t[1]), *inputs)


def test_hessian_vector_product_is_that_of_the_quadratic_form(rng):
    a = rng.normal(size=(4, 4))
    v = rng.normal(size=4)
    x = placeholder((4,), "float64")
    slope = gradients(x @ (a @ x), x)
    product = gradients(sum(slope * v), x)
    np.testing.assert_allclose(value(product, {x: rng.normal(size=4)}), (a + a.T) @ v, rtol=1e-12)


def test_the_third_derivative_of_the_fourth_power_is_24_x():
    x = placeholder(dtype="float64")
    y = x**4
    for _ in range(3):
        y = gradients(y, x)
    assert value(y, {x: 1.5}) == pytest.approx(36.0)


def test_a_graph_20_000_nodes_deep_has_a_gradient():
    x = placeholder()
    y = x
    for _ in range(20_000):
        y = -y
    assert value(gradients(y, x), {x: 1.0}) == 1.0


def test_every_node_of_the_backward_pass_knows_its_forward_node():
    x = placeholder((None, 3), name="x")
    w = Variable(np.ones((3, 2)), name="w")
    loss = mean(relu(x @ w) ** 2)
    forward = set(ancestors([loss]))
    backward = [n for n in ancestors([gradients(loss, w)]) if n not in forward]
    made = [n for n in backward if n.op.name != "constant" and n.forward is None]
    # Only the gradient of the loss by itself belongs to no operation.
    assert all(n.op.name in ("broadcast", "reshape") for n in made)
    assert {n.forward.op.name for n in backward if n.forward is not None} == {
        "divide",
        "sum",
        "integer_power",
        "relu",
        "matmul",
    }


def test_gradients_of_whole_numbers_are_refused():
    n = placeholder(dtype="int32", name="n")
    with pytest.raises(DTypeError) as error:
        gradients(n * n, n)
    assert str(error.value).startswith("'multiply' has no gradient: it does not vary continuously.")


def test_gradients_of_arrays_are_refused():
    with pytest.raises(GraphError, match="Gradients are taken of tensors, by tensors"):
        gradients([np.ones(3)], [placeholder()])
