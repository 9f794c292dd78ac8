"""Models as graphs of their layers: boxes, arrows, what is said in them, files."""

import re
import struct

import pytest

from pellucid import Input, Model, Sequential, layers, ops, utils
from pellucid.errors import ArgumentError, StateError


def words(graph, box):
    """What a box says, line by line."""
    return re.findall(r"<td>(.*?)</td>", graph.get_node(box).attr["label"])


def arrows(graph):
    """The arrows between boxes, by the first lines of these."""
    first = {box: re.sub("<.*?>", "", words(graph, box)[0]) for box in graph.nodes()}
    return sorted((first[a], first[b]) for a, b in graph.edges())


def two_ways():
    """A model with a shared layer, a sum of its outputs, and a model inside."""
    a, b = Input((4,), name="a"), Input((4,), name="b")
    shared = layers.Dense(4, "relu", name="shared")
    inner = Sequential([Input((4,), name="inside"), layers.Dense(2, name="last")], name="inner")
    return Model([a, b], inner(ops.tanh(shared(a) + shared(b))), name="outer")


def test_there_is_an_arrow_for_each_tensor_between_layers():
    assert arrows(utils.model_to_dot(two_ways())) == [
        ("a (InputLayer)", "shared (Dense)"),
        ("add", "tanh"),
        ("b (InputLayer)", "shared (Dense)"),
        ("shared (Dense)", "add"),
        ("shared (Dense)", "add"),
        ("tanh", "inner (Sequential)"),
    ]


def test_a_model_inside_is_drawn_with_its_layers_if_wanted():
    graph = utils.model_to_dot(two_ways(), expand_nested=True)
    (cluster,) = graph.subgraphs()
    assert (cluster.graph_attr["label"], len(cluster.nodes())) == ("inner", 2)
    assert ("tanh", "inside (InputLayer)") in arrows(graph)
    assert ("inside (InputLayer)", "last (Dense)") in arrows(graph)


def test_a_box_says_what_is_asked_for():
    model = Sequential([Input((4,)), layers.Dense(3, "relu", name="it", trainable=False)])
    graph = utils.model_to_dot(model, True, True, show_layer_activations=True, show_trainable=True)
    assert words(graph, "1") == [
        "<b>it</b> (Dense)",
        "activation: relu",
        "input: (None, 4)",
        "output: (None, 3)",
        "dtype: float32",
        "not trainable",
    ]
    assert words(utils.model_to_dot(model, show_layer_names=False), "1") == ["<b>Dense</b>"]


def test_a_picture_is_written_as_what_the_name_says(tmp_path):
    model = two_ways()
    for dpi in (50, 100):
        utils.plot_model(model, tmp_path / f"{dpi}.png", show_shapes=True, dpi=dpi)
    sizes = [(tmp_path / f"{dpi}.png").read_bytes()[16:24] for dpi in (50, 100)]
    (w, h), (twice, high) = (struct.unpack(">II", size) for size in sizes)
    assert abs(twice - 2 * w) <= 2
    assert abs(high - 2 * h) <= 2
    utils.plot_model(model, str(tmp_path / "a.svg"), rankdir="LR", show_layer_names=True)
    assert "shared" in (tmp_path / "a.svg").read_text()
    with pytest.raises(ArgumentError) as caught:
        utils.plot_model(model, "model.bmp")
    assert str(caught.value) == (
        "A picture cannot be written as that.\n"
        "  given:    to_file='model.bmp'\n"
        "  expected: a name that ends in one of .dot, .gif, .jpeg, .jpg, .pdf, .png, .svg"
    )


def test_a_model_that_has_seen_nothing_cannot_be_drawn():
    with pytest.raises(StateError) as caught:
        utils.plot_model(Sequential([layers.Dense(2)], name="net"))
    assert str(caught.value) == (
        "Sequential 'net' cannot be drawn: its layers do not know their inputs.\n"
        "  given:    a model that has not been built\n"
        "  expected: a model that has seen an input\n"
        "  to mend:  model.build(input_shape), or begin with Input(shape)"
    )
