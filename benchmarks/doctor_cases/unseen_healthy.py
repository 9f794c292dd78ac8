"""Healthy networks that the study does not name. Made up before the checks were looked at."""

from typing import Any

import numpy as np

import pellucid as pl
from benchmarks.doctor_cases import data
from benchmarks.doctor_cases.networks import classifier, compiled, mlp, regressor
from benchmarks.doctor_cases.patient import Setup, healthy
from pellucid import layers, losses, ops, optimizers
from sklearn import datasets


@healthy("iris in centimetres", unseen=True)
def _(seed: int) -> Setup:
    x, y = datasets.load_iris(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(x))
    model = classifier(16, 3, optimizer=optimizers.Adam(0.01))
    return Setup(model, x[order], y[order], {"epochs": 50, "validation_split": 0.2})


@healthy("breast cancer behind Normalization", unseen=True)
def _(seed: int) -> Setup:
    x, y = datasets.load_breast_cancer(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(x))
    x, y = x[order].astype(np.float32), y[order]
    normalization = layers.Normalization()
    normalization.adapt(x)
    model = classifier(normalization, 16, 1, optimizer="adam", metrics=["accuracy"])
    return Setup(model, x, y, {"epochs": 20, "validation_split": 0.2})


@healthy("autoencoder of digits", unseen=True)
def _(seed: int) -> Setup:
    x, _ = data.digits(seed)
    model = mlp(32, 8, 32, 64, output="sigmoid", optimizer=optimizers.Adam(0.003))
    return Setup(model, x, x, {"epochs": 30})


@healthy("linear autoencoder", unseen=True)
def _(seed: int) -> Setup:
    x, _ = data.digits(seed)
    model = mlp(8, 64, activation=None, optimizer=optimizers.Adam(0.003))
    return Setup(model, x, x, {"epochs": 30})


@healthy("a residual network", unseen=True)
def _(seed: int) -> Setup:
    inputs = layers.Input((64,))
    x = layers.Dense(32, activation="relu")(inputs)
    for _ in range(4):
        x = x + layers.Dense(32)(layers.Dense(32, activation="relu")(x))
        x = layers.LayerNormalization()(x)
    model = pl.Model(inputs, layers.Dense(10)(x))
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    return Setup(compiled(model, "adam", loss), *data.digits(seed), {"epochs": 10})


@healthy("words of a made-up language", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 50, (500, 12))
    y = ((x < 10).sum(axis=1) > (x > 40).sum(axis=1)).astype(np.int32)
    model = classifier(
        layers.Embedding(50, 8),
        layers.GlobalAveragePooling1D(),
        1,
        optimizer=optimizers.Adam(0.01),
    )
    return Setup(model, x, y, {"epochs": 30})


@healthy("LSTM tells rising from falling", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, 400)
    slope = np.where(y == 1, 0.15, -0.15)[:, None] * np.arange(15)
    x = (slope + rng.normal(0, 0.5, (400, 15)))[..., None].astype(np.float32)
    return Setup(
        classifier(layers.LSTM(8), 1, optimizer=optimizers.Adam(0.01)), x, y, {"epochs": 12}
    )


@healthy("next step by causal convolutions", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    phase, speed = rng.uniform(0, 6, (300, 1)), rng.uniform(0.3, 0.6, (300, 1))
    wave = np.sin(phase + speed * np.arange(25))[..., None].astype(np.float32)
    model = mlp(
        layers.Conv1D(16, 3, padding="causal", activation="relu"),
        layers.Conv1D(16, 3, padding="causal", activation="relu"),
        layers.Dense(1),
        optimizer=optimizers.Adam(0.003),
    )
    return Setup(model, wave[:, :-1], wave[:, 1:], {"epochs": 20})


@healthy("several labels by sigmoids", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(500, 4)).astype(np.float32)
    y = (x @ rng.normal(size=(4, 5)) > 0).astype(np.float32)
    model = mlp(16, 5, output="sigmoid", loss="binary_crossentropy")
    return Setup(model, x, y, {"epochs": 25})


@healthy("two outputs", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.digits(seed)
    inputs = layers.Input((64,))
    hidden = layers.Dense(32, activation="relu")(inputs)
    outputs = [
        layers.Dense(10, activation="softmax", name="digit")(hidden),
        layers.Dense(1, name="ink")(hidden),
    ]
    model = compiled(pl.Model(inputs, outputs), "adam", ["sparse_categorical_crossentropy", "mse"])
    ink = data.standardized(x.mean(axis=1))
    return Setup(model, x, [y, ink], {"epochs": 12})


@healthy("cosine schedule and clipping", unseen=True)
def _(seed: int) -> Setup:
    schedule = optimizers.schedules.CosineDecay(0.1, 400)
    model = classifier(
        32, 32, 1, optimizer=optimizers.SGD(schedule, momentum=0.9, nesterov=True, clipnorm=1.0)
    )
    return Setup(model, *data.checkerboard(seed), {"epochs": 40})


@healthy("weights for classes, 15 to 1", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.moons(seed, 1300)
    kept = np.concatenate([np.flatnonzero(y == 0)[:600], np.flatnonzero(y == 1)[:40]])
    kept = np.random.default_rng(seed).permutation(kept)
    model = classifier(16, 1, optimizer=optimizers.Adam(0.01))
    return Setup(model, x[kept], y[kept], {"epochs": 25, "class_weight": {0: 1.0, 1: 15.0}})


@healthy("a frozen base with a new head", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.digits(seed)
    base = classifier(64, 32, 10, optimizer="adam")
    base.fit(x[:500], y[:500], epochs=10, verbose=0)
    for layer in base.layers[:-1]:
        layer.trainable = False
    model = classifier(*base.layers[:-1], 1, optimizer=optimizers.Adam(0.01))
    return Setup(model, x[500:], (y[500:] > 4).astype(np.int32), {"epochs": 15})


@healthy("counts by a Poisson loss", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (600, 3)).astype(np.float32)
    y = rng.poisson(np.exp(1 + x[:, 0] - 0.7 * x[:, 1])).astype(np.float32)
    model = regressor(16, 1, output="exponential", loss="poisson", optimizer=optimizers.Adam(0.01))
    return Setup(model, x, y, {"epochs": 20})


@healthy("attention to one of 8", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(500, 8, 4)).astype(np.float32)
    y = x[np.arange(500), x[..., 0].argmax(axis=1), 1]
    inputs = layers.Input((8, 4))
    h = layers.Dense(16)(inputs)
    h = layers.LayerNormalization()(h + layers.MultiHeadAttention(2, 8)(h, h))
    h = layers.Dense(16, activation="gelu")(h)
    model = pl.Model(inputs, layers.Dense(1)(layers.GlobalMaxPooling1D()(h)))
    return Setup(compiled(model, optimizers.Adam(0.005), "mse"), x, y, {"epochs": 25})


@healthy("Huber loss with outliers", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.friedman1(seed)
    rng = np.random.default_rng(seed)
    far = rng.random(len(y)) < 0.03
    y = np.where(far, y + rng.normal(0, 15, len(y)), y).astype(np.float32)
    model = regressor(32, 1, activation="silu", loss="huber", optimizer=optimizers.Adam(0.01))
    return Setup(model, x, y, {"epochs": 25, "validation_split": 0.2})


@healthy("hinge loss on -1 and 1", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.moons(seed)
    model = regressor(16, 1, output="tanh", loss="hinge", optimizer=optimizers.Adam(0.01))
    return Setup(model, x, 2 * y - 1, {"epochs": 20})


@healthy("house prices in thousands, behind a log", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    size, age = rng.uniform(40, 250, 600), rng.uniform(0, 80, 600)
    price = np.exp(3 + 0.008 * size - 0.01 * age + rng.normal(0, 0.1, 600))
    x = data.standardized(np.stack([size, age], axis=1))
    y = np.log(price).astype(np.float32) - 4
    return Setup(regressor(16, 1, optimizer=optimizers.Adam(0.01)), x, y, {"epochs": 30})


@healthy("a loss of one's own", unseen=True)
def _(seed: int) -> Setup:
    def quantile(y_true: Any, y_pred: Any) -> Any:
        error = y_true - y_pred
        return ops.mean(ops.maximum(0.8 * error, -0.2 * error), axis=-1)

    x, y = data.friedman1(seed)
    model = regressor(32, 1, loss=quantile, optimizer=optimizers.Adam(0.01))
    return Setup(model, x, y[:, None], {"epochs": 25})
