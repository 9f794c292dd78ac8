"""All checks of the structure together: silent on healthy networks, and leaving no trace."""

import numpy as np
import pytest

from pellucid import Input, Model, Sequential, layers, losses, ops, random
from pellucid.doctor.case import Case
from pellucid.doctor.finding import Severity
from pellucid.doctor.structure import CHECKS
from pellucid.models.data import prepare

rng = np.random.default_rng(0)
Dense = layers.Dense
N = 40
CLASSES = np.arange(N) % 3
SPARSE = "sparse_categorical_crossentropy"


def examined(case):
    return [finding for check in CHECKS for finding in check.examine(case)]


def case_of(model, x, y, loss):
    model.compile("adam", loss)
    return Case(model, prepare(x, y), epochs=5)


def residual():
    x = Input((8, 8, 3))
    h = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(x)))
    short = layers.BatchNormalization()(layers.Conv2D(8, 1)(h))
    h = layers.Conv2D(8, 3, padding="same")(h)
    h = layers.ReLU()(layers.Add()([short, layers.BatchNormalization()(h)]))
    return Model(x, Dense(3, "softmax")(layers.GlobalAveragePooling2D()(h)))


def bottlenecks():
    h = x = Input((8, 8, 3))
    for filters in (6, 6, 8):
        e = layers.BatchNormalization()(layers.Conv2D(24, 1)(h))
        e = layers.DepthwiseConv2D(3, padding="same")(layers.ReLU(6.0)(e))
        e = layers.ReLU(6.0)(layers.BatchNormalization()(e))
        e = layers.BatchNormalization()(layers.Conv2D(filters, 1)(e))
        h = layers.Add()([h, e]) if h.shape[-1] == filters else e
    return Model(x, Dense(3, "softmax")(layers.GlobalAveragePooling2D()(h)))


def transformer():
    x = Input((6, 3))
    h = Dense(8)(x)
    attended = layers.MultiHeadAttention(2, 4)(h, h)
    h = layers.LayerNormalization()(layers.Add()([h, layers.Dropout(0.1)(attended)]))
    h = layers.LayerNormalization()(layers.Add()([h, Dense(8)(Dense(16, "gelu")(h))]))
    return Model(x, Dense(3, "softmax")(layers.GlobalAveragePooling1D()(h)))


class Sampled(layers.Layer):
    def call(self, given):
        mean, log_variance = given
        self.add_loss(ops.mean(mean**2 + ops.exp(log_variance) - log_variance))
        return mean + ops.exp(0.5 * log_variance) * random.normal(ops.shape(mean))


def variational():
    x = Input((16,))
    h = Dense(8, "relu")(x)
    code = Sampled()([Dense(2)(h), Dense(2)(h)])
    return Model(x, Dense(16, "sigmoid")(Dense(8, "relu")(code)))


def twins():
    tower = Sequential([Input((5,)), Dense(8, "relu"), Dense(4)])
    a, b = Input((5,)), Input((5,))
    return Model([a, b], Dense(1, "sigmoid")(ops.abs(tower(a) - tower(b))))


def line(*given, shape=(5,)):
    return lambda: Sequential([Input(shape), *given])


TABLE, IMAGES, SERIES = rng.normal(size=(N, 5)), rng.random((N, 8, 8, 3)), rng.random((N, 6, 3))
WORDS, UNIT = rng.integers(0, 9, (N, 6)), rng.random((N, 16))
HEALTHY = {
    "linear regression": (line(Dense(1)), TABLE, TABLE[:, 0], "mse"),
    "logistic regression": (line(Dense(1, "sigmoid")), TABLE, CLASSES % 2, "binary_crossentropy"),
    "ten layers": (
        line(*(Dense(8, "relu") for _ in range(10)), Dense(1)),
        TABLE,
        TABLE[:, 0],
        "mae",
    ),
    "dropout": (
        line(Dense(8, "relu"), layers.Dropout(0.5), Dense(3, "softmax")),
        TABLE,
        CLASSES,
        SPARSE,
    ),
    "selu": (
        line(Dense(8, "selu"), layers.AlphaDropout(0.1), Dense(3, "softmax")),
        TABLE,
        CLASSES,
        SPARSE,
    ),
    "maxout": (line(layers.Maxout(4), Dense(1)), TABLE, TABLE[:, 0], "mse"),
    "margin": (line(Dense(8, "relu"), Dense(1)), TABLE, 2.0 * (CLASSES % 2) - 1, "hinge"),
    "logits": (
        line(Dense(8, "tanh"), Dense(3)),
        TABLE,
        CLASSES,
        losses.SparseCategoricalCrossentropy(from_logits=True),
    ),
    "convolutions": (
        line(
            layers.Conv2D(4, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            Dense(3, "softmax"),
            shape=(8, 8, 3),
        ),
        IMAGES,
        CLASSES,
        SPARSE,
    ),
    "recurrent": (
        line(layers.GRU(4, return_sequences=True), layers.SimpleRNN(4), Dense(1), shape=(6, 3)),
        SERIES,
        SERIES[:, 0, 0],
        "mse",
    ),
    "a class for each word": (
        line(
            layers.Embedding(9, 4),
            layers.Bidirectional(layers.LSTM(4, return_sequences=True)),
            Dense(9, "softmax"),
            shape=(6,),
        ),
        WORDS,
        WORDS,
        SPARSE,
    ),
    "autoencoder": (
        line(Dense(8, "relu"), Dense(2, "relu"), Dense(16, "sigmoid"), shape=(16,)),
        UNIT,
        UNIT,
        "mse",
    ),
    "residual": (residual, IMAGES, CLASSES, SPARSE),
    "bottlenecks": (bottlenecks, IMAGES, CLASSES, SPARSE),
    "transformer": (transformer, SERIES, CLASSES, SPARSE),
    "variational": (variational, UNIT, UNIT, "binary_crossentropy"),
    "twins": (twins, [TABLE, TABLE], CLASSES % 2, "binary_crossentropy"),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_networks_get_no_warning(name):
    make, *rest = HEALTHY[name]
    found = examined(case_of(make(), *rest))
    assert [f for f in found if f.severity > Severity.NOTE] == []


def test_the_checks_are_in_order_and_explain_what_there_is():
    assert [check.id for check in CHECKS] == [f"S{i}" for i in range(1, 8)]


@pytest.mark.parametrize("name", ["transformer", "variational"])
def test_looking_leaves_no_trace(name):
    make, *rest = HEALTHY[name]
    case = case_of(make(), *rest)
    before = [v.numpy() for v in case.model.variables]
    calls = [len(layer.calls) for layer in case.model._layers_inside()]
    examined(case)
    assert case.model.predictions == []
    assert [len(layer.calls) for layer in case.model._layers_inside()] == calls
    assert case.model.optimizer.built is False
    for old, new in zip(before, case.model.variables, strict=True):
        np.testing.assert_array_equal(old, new.numpy())
