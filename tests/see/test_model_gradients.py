"""Gradients in drawn models: by every node what differences of the loss give, in float64."""

import numpy as np
import pytest

from pellucid import (
    Input,
    Model,
    Sequential,
    Variable,
    config,
    layers,
    losses,
    ops,
    placeholder,
)
from pellucid.graph.tensor import Constant
from pellucid.graph.walk import evaluate
from pellucid.layers.inputs import InputLayer
from pellucid.see import draw
from pellucid.see.drawing import subject_of

STEP = 6e-6
DIRECTIONS = 2  # a gradient with one wrong element is wrong along almost every direction


@pytest.fixture(autouse=True)
def in_float64():
    config.set_dtype_policy(None)  # a test before may have left one, which would rule
    config.set_floatx("float64")
    yield
    config.set_floatx("float32")


def one_neuron(rng):
    model = Sequential([Input((2,)), layers.Dense(1, "sigmoid", name="neuron")], name="one")
    model.compile("sgd", "binary_crossentropy")
    return model, (rng.normal(size=(1, 2)), np.array([[1.0]]))


def perceptron(rng):
    model = Sequential([Input((4,)), layers.Dense(5, "gelu"), layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model, (rng.normal(size=(6, 4)), rng.integers(0, 3, 6))


def convnet(rng):
    model = Sequential(
        [
            Input((8, 8, 1)),
            layers.Conv2D(4, 3, activation="tanh"),  # no ties in the pool, which has kinks there
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Conv2D(2, 2, strides=1, dilation_rate=1, padding="same"),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(3),
        ]
    )
    model.compile("sgd", losses.SparseCategoricalCrossentropy(from_logits=True))
    return model, (rng.normal(size=(2, 8, 8, 1)), rng.integers(0, 3, 2))


def lstm(rng):
    model = Sequential([Input((5, 2)), layers.LSTM(3), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model, (rng.normal(size=(2, 5, 2)), rng.normal(size=(2, 1)))


def gru(rng):
    model = Sequential([Input((4, 2)), layers.GRU(3, return_sequences=True), layers.Dense(1)])
    model.compile("sgd", "huber")
    return model, (rng.normal(size=(2, 4, 2)), rng.normal(size=(2, 4, 1)))


def attention(rng):
    x = Input((4, 6))
    attended = layers.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True)
    model = Model(x, layers.Dense(1)(layers.LayerNormalization()(attended + x)))
    model.compile("sgd", "mse")
    return model, (rng.normal(size=(2, 4, 6)), rng.normal(size=(2, 4, 1)))


def subclassed(rng):
    class Mine(Model):
        def __init__(self):
            super().__init__(name="mine")
            self.first = layers.Dense(4, "tanh")
            self.second = layers.Dense(2)

        def call(self, x):
            return self.second(self.first(x) * 2) + ops.sum(x, axis=1, keepdims=True)

    model = Mine()
    model.compile("sgd", "mse")
    return model, (rng.normal(size=(3, 3)), rng.normal(size=(3, 2)))


def two_outputs(rng):
    x = Input((3,), name="x")
    hidden = layers.Dense(4, "tanh", name="h")(x)
    outputs = {"p": layers.Dense(1)(hidden), "q": layers.Dense(2, "softmax")(hidden)}
    model = Model(x, outputs)
    by_name = {"p": "mse", "q": "categorical_crossentropy"}
    model.compile("sgd", by_name, loss_weights={"p": 2.0, "q": 0.5})
    return model, (
        rng.normal(size=(3, 3)),
        {"p": rng.normal(size=(3, 1)), "q": np.eye(2)[[0, 1, 1]]},
    )


def shared(rng):
    first, second = Input((3,)), Input((3,))
    twice = layers.Dense(4, "sigmoid")
    model = Model([first, second], layers.Dense(1)(twice(first) * twice(second)))
    model.compile("sgd", "mse")
    return model, ([rng.normal(size=(3, 3)), rng.normal(size=(3, 3))], rng.normal(size=(3, 1)))


def embedded(rng):
    layer = layers.Embedding(6, 3)
    model = Sequential([Input((4,), dtype="int32"), layer, layers.GlobalAveragePooling1D()])
    model.add(layers.Dense(1, "sigmoid"))
    model.compile("sgd", "binary_crossentropy")
    return model, (rng.integers(0, 6, (3, 4)), np.array([0, 1, 1]))


def kinds_of_numbers(rng):
    x, keep = placeholder((None, 3), "float64", name="x"), placeholder((None,), "bool", name="keep")
    place = placeholder((None,), "int32", name="place")
    chosen = ops.sum(x * ops.one_hot(place, 3, dtype="float64"), axis=1)
    feed = {x: rng.normal(size=(4, 3)), place: [0, 1, 2, 1], keep: [True, False, True, True]}
    return ops.sum(ops.where(keep, chosen, 0.5 * ops.sum(x, axis=1)) ** 2), feed


MODELS = [
    one_neuron,
    perceptron,
    convnet,
    lstm,
    gru,
    attention,
    subclassed,
    two_outputs,
    shared,
    embedded,
    kinds_of_numbers,
]


@pytest.mark.parametrize("make", MODELS)
def test_by_every_node_of_a_model_the_gradient_is_what_differences_give(make, rng):
    target, feed = make(rng)
    subject = subject_of(target, feed)
    trace, (loss,) = subject.trace, subject.outputs
    fed = {x: np.asarray(trace.value(x)) for x in subject.stop}
    variables = 0
    for node in subject.nodes:
        if isinstance(node.spec, tuple) or isinstance(node.op, Constant):
            continue
        gradient = trace.gradient(node)
        if "float" not in node.dtype:
            assert gradient is None
            continue
        value = np.asarray(trace.value(node), np.float64)
        for _ in range(DIRECTIONS):
            direction = rng.normal(size=value.shape)
            ends = [
                float(evaluate([loss], {**fed, node: value + sign * STEP * direction})[loss])
                for sign in (+1, -1)
            ]
            along = (ends[0] - ends[1]) / (2 * STEP)
            np.testing.assert_allclose(
                np.sum(gradient * direction), along, rtol=1e-6, atol=1e-8, err_msg=node.name
            )
        variables += isinstance(node, Variable)
    model = target if isinstance(target, Model) else None
    assert variables >= (len(model.trainable_variables) if model else 0)


@pytest.mark.parametrize("make", MODELS)
def test_a_model_is_drawn_folded_and_its_layers_whole(make, rng):
    target, feed = make(rng)
    picture = draw(target, feed)
    assert picture.svg.startswith("<svg")
    assert "nan" not in picture.describe()
    if isinstance(target, Model):
        said = f"Graph of the loss of {target.label}"
        assert picture.describe().startswith(f"{said}, ")
        folded = draw(target, feed, depth=2)
        made = {str(n.name) for n in target.layers if not isinstance(n, InputLayer)}
        assert made <= {name for name, _ in folded.parts}


def test_of_an_empty_batch_shapes_are_shown():
    x, w = placeholder((None, 3), name="x"), Variable(np.ones((3, 1)), name="w")
    words = draw(ops.sum((x @ w) ** 2), {x: np.zeros((0, 3))}).describe()
    assert "fed, value (0, 3), empty, gradient (0, 3), empty" in words
    assert "weights, value [[1], [1], [1]], gradient [[0], [0], [0]]" in words
