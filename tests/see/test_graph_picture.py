import os
import xml.etree.ElementTree as ET

from pellucid import layers
from pellucid.graph.scope import name_scope
from pellucid.graph.variable import Variable, placeholder
from pellucid.models.sequential import Sequential
from pellucid.see.graph_picture import TIMES, draw_graph, fold


def model():
    return Sequential(
        [
            layers.Input((4,), name="x"),
            layers.Dense(3, "relu", name="first"),
            layers.Dense(2, name="second"),
        ],
        name="net",
    )


def titles(folded):
    return [box.title for box in folded.boxes]


def shown(folded):
    pairs = {(titles(folded)[a], titles(folded)[b]): s for (a, b), s in folded.edges.items()}
    return {pair: str(spec) for pair, spec in pairs.items()}


def test_each_layer_is_a_box_and_each_edge_has_its_shape():
    folded = fold(model().outputs)
    assert titles(folded) == ["x", "first", "second"]
    assert [box.operations for box in folded.boxes] == [
        [],
        ["matmul", "add", "relu"],
        ["matmul", "add"],
    ]
    assert [box.weights for box in folded.boxes] == [0, 4 * 3 + 3, 3 * 2 + 2]
    assert shown(folded) == {
        ("x", "first"): "float32[None, 4]",
        ("first", "second"): "float32[None, 3]",
    }


def test_one_level_makes_a_model_one_box():
    folded = fold(model().outputs, depth=1)
    assert titles(folded) == ["x", "net"]
    assert folded.boxes[1].weights == 23


def test_an_opened_layer_is_shown_node_by_node():
    outputs = model().outputs
    by_name, by_path = (fold(outputs, opened={name}) for name in ("first", "net/first"))
    inside = [x.name for x in outputs[0].inputs[0].inputs[0].inputs[0].inputs]
    assert titles(by_name) == titles(by_path)
    assert "first" not in titles(by_name)
    assert {"kernel", "bias", "second"} | set(inside) <= set(titles(by_name))
    assert ("x", "second") not in shown(by_name)


def test_at_no_depth_every_node_and_its_constants_stand_alone():
    x = placeholder((), name="x")
    with name_scope("layer"):
        y = 2.0 * x
    folded = fold(y, depth=0)
    assert [box.nodes[0].op.name for box in folded.boxes] == ["constant", "placeholder", "multiply"]
    assert titles(fold(y)) == ["x", "layer"]


def test_what_lies_before_a_stop_is_not_drawn():
    x = placeholder((), name="x")
    y = x + x
    assert titles(fold(y * y, stop=[y])) == [y.name, "multiply"]


def test_a_layer_used_twice_is_one_box():
    x = placeholder((None, 2), name="x")
    twice = layers.Dense(2, name="twice")
    with name_scope("between"):
        y = twice(x) * 2.0
    folded = fold(twice(y), depth=1)
    assert titles(folded) == ["x", "between", "twice"]
    assert ("between", "twice") in shown(folded)


def test_a_variable_from_outside_lies_in_the_layer_that_uses_it():
    x, inside, outside = placeholder((), name="x"), Variable(1.0, name="w"), Variable(2.0, name="v")
    with name_scope("layer"):
        y = x * inside
    folded = fold(y * outside)
    assert titles(folded) == ["x", "layer", "v", "multiply_1"]
    assert inside in folded.boxes[1].nodes


def test_a_graph_of_20000_nodes_is_folded():
    x = y = placeholder((), name="x")
    with name_scope("deep"):
        for _ in range(20_000):
            y = y + x
    folded = fold(y)
    assert titles(folded) == ["x", "deep"]
    assert len(folded.boxes[1].nodes) == 20_000


def test_every_box_and_every_edge_is_drawn():
    svg = ET.fromstring(draw_graph(model().outputs))
    groups = [g.get("class") for g in svg.iter("{http://www.w3.org/2000/svg}g")]
    texts = ["".join(t.itertext()).strip() for t in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert (groups.count("node"), groups.count("edge")) == (3, 2)
    assert texts == [
        *("x", "fed"),
        *("first", "matmul · add · relu", "15 weights"),
        f"B{TIMES}4",
        *("second", "matmul · add", "8 weights"),
        f"B{TIMES}3",
    ]


def test_a_name_is_drawn_as_it_is_written():
    x = placeholder((None,), name="<b>&\"'")
    texts = ET.fromstring(draw_graph(x + x)).iter("{http://www.w3.org/2000/svg}text")
    assert "<b>&\"'" in [t.text for t in texts]


def test_drawing_leaves_the_standard_error_open(capfd):
    draw_graph(placeholder((), name="x"))
    os.write(2, b"still here")
    assert capfd.readouterr().err == "still here"
