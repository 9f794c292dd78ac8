"""Drawn graphs: their numbers against differences in float64, their words, their forms."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from pellucid import Input, Model, Sequential, Variable, layers, ops, placeholder
from pellucid.engines.trace import short_array
from pellucid.errors import ArgumentError, DTypeError
from pellucid.graph.tensor import Constant
from pellucid.graph.walk import evaluate
from pellucid.see import draw
from pellucid.see.drawing import subject_of
from pellucid.see.graph_picture import TIMES

SVG = "{http://www.w3.org/2000/svg}"


def scalars(**numbers):
    return {placeholder((), "float64", name=n): v for n, v in numbers.items()}


def array(rng, *shape):
    return placeholder(shape, "float64", name="x"), rng.normal(size=shape)


def the_lectures(rng):
    feed = scalars(x=1.0, y=2.0)
    x, y = feed
    return x**2 * y + (y + 2), feed


def one_neuron(rng):
    feed = scalars(x1=-1.0, x2=0.5, w1=0.3, w2=2.0, b=-0.2)
    x1, x2, w1, w2, b = feed
    return ops.sigmoid(w1 * x1 + w2 * x2 + b), feed


def used_twice(rng):
    feed = scalars(x=0.7)
    (x,) = feed
    return x * x * ops.exp(x) / (1 + x), feed


def kinks(rng):
    feed = scalars(x=-0.3, y=0.4)
    x, y = feed
    return ops.maximum(x, y) + ops.abs(x) * ops.relu(y) - ops.where(x < y, x * y, y), feed


def dense(rng):
    x, value = array(rng, 5, 3)
    w = Variable(rng.normal(size=(3, 2)), dtype="float64", name="w")
    b = Variable(rng.normal(size=2), dtype="float64", name="b")
    return ops.mean((ops.tanh(x @ w + b) - 1) ** 2), {x: value}


def softmax(rng):
    x, value = array(rng, 2, 4)
    return -ops.sum(ops.log_softmax(x) * np.eye(4)[[1, 3]]), {x: value}


def convolution(rng):
    x, value = array(rng, 1, 5, 5, 1)
    kernel = Variable(rng.normal(size=(3, 3, 1, 2)), dtype="float64", name="kernel")
    return ops.sum(ops.max_pool(ops.conv(x, kernel), 2) ** 2), {x: value}


def normalized(rng):
    x, value = array(rng, 4, 3)
    centred = x - ops.mean(x, axis=0, keepdims=True)
    return ops.sum(centred**3 / ops.sqrt(ops.var(x, axis=0) + 0.1)), {x: value}


def attention(rng):
    x, value = array(rng, 3, 4)
    scores = ops.softmax(x @ ops.transpose(x) / 2.0)
    return ops.sum((scores @ x) ** 2), {x: value}


def gathered(rng):
    x, value = array(rng, 5, 2)
    return ops.sum(ops.take(x, np.array([0, 3, 3]), axis=0) * ops.concatenate([x[:2], x[4:]])), {
        x: value
    }


def scanned(rng):
    x, value = array(rng, 4, 2)

    def f(carry, row):
        return ops.tanh(carry + row), carry * row

    last, rows = ops.scan(f, x[0] * 0.5, x)
    return ops.sum(last) + ops.sum(rows), {x: value}


def powers(rng):
    feed = scalars(x=1.3, y=0.6)
    x, y = feed
    return x**y + ops.log1p(x) * ops.rsqrt(y) - ops.softplus(x - y) / ops.cosh(y), feed


GRAPHS = [
    the_lectures,
    one_neuron,
    used_twice,
    kinks,
    dense,
    softmax,
    convolution,
    normalized,
    attention,
    gathered,
    scanned,
    powers,
]


@pytest.mark.parametrize("make", GRAPHS)
def test_every_drawn_gradient_is_what_differences_give(make, rng):
    loss, feed = make(rng)
    subject = subject_of(loss, feed)
    trace, words = subject.trace, draw(loss, feed, depth=0).describe()
    checked = 0
    for node in subject.nodes:
        if isinstance(node.spec, tuple) or node.dtype != "float64" or isinstance(node.op, Constant):
            continue
        gradient = trace.gradient(node)
        numeric = differences(loss, node, trace.value(node), feed)
        np.testing.assert_allclose(gradient, numeric, rtol=1e-6, atol=1e-7, err_msg=node.name)
        line = next(s for s in words.splitlines() if s.startswith(f"{trace.names[node]}: "))
        assert f"value {short_array(trace.value(node))}, gradient {short_array(gradient)}" in line
        checked += 1
    assert checked >= 3


def differences(loss, node, value, feed, step=6e-6):
    """The gradient of a loss by any node: fed a little more and a little less."""
    result = np.zeros(value.shape)
    for index in np.ndindex(value.shape):
        ends = []
        for sign in (+1, -1):
            moved = value.copy()
            moved[index] += sign * step
            ends.append(float(evaluate([loss], {**feed_arrays(feed), node: moved})[loss]))
        result[index] = (ends[0] - ends[1]) / (2 * step)
    return result


def feed_arrays(feed):
    return {x: np.asarray(value, "float64") for x, value in feed.items()}


def test_the_lectures_graph_in_words():
    x, y = placeholder(name="x"), placeholder(name="y")
    picture = draw(x**2 * y + (y + 2), {x: 1, y: 2})
    assert picture.describe() == (
        "Graph of add_1, 7 nodes, from what is fed to what comes out.\n"
        "x: fed, value 1, gradient 4\n"
        "integer_power: x², value 1, gradient 2; slope by x: 2 · x = 2\n"
        "y: fed, value 2, gradient 2\n"
        "multiply: x² · y, value 2, gradient 1; slope by integer_power: y = 2; "
        "slope by y: x² = 1\n"
        "add: y + 2, value 4, gradient 1; slope by y: 1\n"
        "add_1: x² · y + (y + 2), value 6, gradient 1; slope by multiply: 1; slope by add: 1"
    )


def texts(svg):
    return ["".join(t.itertext()).strip() for t in ET.fromstring(svg).iter(f"{SVG}text")]


def test_the_picture_shows_each_value_gradient_and_slope():
    x, y = placeholder(name="x"), placeholder(name="y")
    shown = texts(draw(x * y, {x: 2, y: 3}).svg)
    assert shown[1:] == [
        *("x", "fed", "= 2", "∇ 3"),
        *("x · y", "= 6", "∇ 1"),
        "y = 3",
        *("y", "fed", "= 3", "∇ 2"),
        "x = 2",
    ]


def net():
    return Sequential(
        [
            layers.Input((4,)),
            layers.Dense(3, "relu", name="first"),
            layers.Dense(2, name="second"),
        ],
        name="net",
    )


def test_layers_are_folded_and_open_again(rng):
    model = net()
    model.compile(loss="mse")
    batch = rng.normal(size=(5, 4)), rng.normal(size=(5, 2))
    folded = draw(model, batch, depth=2)
    assert [name for name, _ in folded.parts] == ["first", "second", "mean_squared_error"]
    assert "relu(" not in folded.describe()
    gradient = model.trace(*batch).gradients["net/second/bias"]
    assert f"bias gradient {short_array(gradient)}" in folded.describe()
    for opened in (draw(model, batch, depth=2, opened=["first"]), dict(folded.parts)["first"]):
        assert "net/first/relu: relu(" in opened.describe()
    assert "net/second: " in draw(model, batch, depth=2, opened=["net/first"]).describe()
    assert draw(model, batch, depth=1).describe().count("\n") == 4


def test_without_values_the_structure_is_drawn():
    words = draw(net()).describe()
    assert "value" not in words
    assert f"net/second/add: relu(n1) @ second/kernel + second/bias, B{TIMES}2" in words


def test_a_picture_of_the_same_graph_is_made_of_the_same_marks(tmp_path):
    x, y = placeholder(name="x"), placeholder(name="y")
    picture = draw(x * y, {x: 2, y: 3})
    for kind in ("svg", "png", "html", "dot", "txt"):
        picture.save(tmp_path / f"graph.{kind}")
    assert (tmp_path / "graph.png").read_bytes()[1:4] == b"PNG"
    assert (tmp_path / "graph.dot").read_text().startswith("strict digraph")
    assert "#0102" not in picture.dot + picture.svg + picture.html
    html = (tmp_path / "graph.html").read_text()
    assert html.count("<svg") == 1
    assert "x · y, value 6" in html
    assert not re.search(r'(src|href)="http', html)
    with pytest.raises(ArgumentError, match=r"'.gif'"):
        picture.save(tmp_path / "graph.gif")


def test_a_picture_tells_screen_readers_what_it_shows():
    x = placeholder(name="x")
    picture = draw(2 * x, {x: 2})
    root = ET.fromstring(picture.svg)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}desc").text == picture.describe()


def test_two_pictures_on_a_page_have_no_style_in_common():
    x = placeholder(name="x")
    picture = draw(2 * x, {x: 2})
    one, other = (re.search(r'class="(pellucid-\d+)"', picture.fragment())[1] for _ in range(2))
    assert one != other


def test_what_cannot_be_drawn_is_said_so():
    with pytest.raises(DTypeError, match="Only graphs can be looked at"):
        draw(3.0)
    with pytest.raises(DTypeError, match="has no graph yet"):
        draw(Sequential([layers.Dense(1)]))
    x = y = placeholder(name="x")
    for _ in range(301):
        y = y + x
    with pytest.raises(ArgumentError) as told:
        draw(y, {x: 1}, depth=0)
    assert str(told.value) == (
        "The graph is too large to be drawn node by node.\n"
        "  given:    302 boxes\n"
        "  expected: at most 300\n"
        "  to mend:  fold it: depth=2 for a box a layer, depth=1 for a box a model"
    )


def test_the_picture_in_the_documents_is_of_this_graph():
    # To make it again: the line below, and .save("docs/pictures/graph.svg").
    x, y = placeholder(name="x"), placeholder(name="y")
    picture = draw(x**2 * y + (y + 2), feed={x: 1, y: 2})
    kept = Path(__file__).parents[2] / "docs" / "pictures" / "graph.svg"
    assert ET.parse(kept).getroot().find(f"{SVG}desc").text == picture.describe()


def test_each_folded_box_of_a_page_leads_to_what_is_inside(rng):
    model = net()
    html = draw(model, rng.normal(size=(5, 4)), depth=2).html
    leads = re.findall(r'<a href="#(\S+)" aria-label="Open (\w+)">', html)
    assert [name for _, name in leads] == ["first", "second"]
    for place, name in leads:
        assert f'<details><summary>Inside {name}</summary><div id="{place}"><svg' in html
        assert html.count(f'id="{place}"') == 1


def test_a_wide_graph_keeps_letters_that_can_be_read_on_a_phone():
    xs = [placeholder(name=f"x{i}") for i in range(12)]
    tag = re.search(r"<svg[^>]*>", draw(ops.stack(xs)).html)[0]
    width, least = (
        float(re.search(p, tag)[1]) for p in (r'width="(\d+)pt"', r"min-width: (\d+)pt")
    )
    assert width > 600
    np.testing.assert_allclose(least, 0.65 * width, atol=1)


def test_what_has_several_parts_has_the_shapes_of_all():
    model = Sequential([layers.Input((5, 2)), layers.LSTM(3)])
    assert f"  B{TIMES}3, B{TIMES}3  " in draw(model, depth=0).dot


def test_weights_of_parts_alike_are_told_apart_in_their_box(rng):
    x = Input((3, 4))
    model = Model(x, layers.MultiHeadAttention(2, 2, name="attend")(x, x), name="net")
    model.compile("sgd", "mse")
    rows = rng.normal(size=(2, 3, 4)).astype("float32")
    words = draw(model, (rows, rows), depth=2).describe()
    for part in ("query", "key", "value", "attention_output"):
        assert words.count(f" {part}/kernel gradient") == 1
        assert words.count(f" {part}/bias gradient") == 1
