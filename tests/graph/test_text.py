"""Nodes and graphs as text."""

from pellucid import Graph, Variable, gradients, name_scope, placeholder
from pellucid.ops import relu


def test_a_node_prints_its_name_shape_operation_inputs_and_scope():
    x = placeholder((None, 64), name="x")
    with name_scope("encoder"), name_scope("dense"):
        y = relu(x + 1)
    assert repr(y) == "relu: float32[None, 64] = relu(add)  # encoder/dense"
    assert repr(relu(y)) == "relu_1: float32[None, 64] = relu(relu)"


def test_a_graph_prints_a_line_for_each_node_inputs_first():
    x = placeholder((None, 2), name="x")
    w = Variable([[1.0], [2.0]], name="w")
    assert str(Graph(relu(x @ w))).splitlines() == [
        "x: float32[None, 2] = placeholder()",
        "w: float32[2, 1] = variable()",
        "matmul: float32[None, 1] = matmul(x, w)",
        "relu: float32[None, 1] = relu(matmul)",
    ]


def test_a_gradients_nodes_stand_in_the_scope_of_what_they_are_the_gradient_of():
    x = placeholder(name="x")
    with name_scope("square"):
        y = x * x
    forward = set(Graph(y).nodes)
    backward = [n for n in Graph(gradients(y, x)).nodes if n not in forward and n.inputs]
    assert {n.scope for n in backward} == {"square"}
