"""Networks that were made up after the rules stood, and asked about once."""

from typing import Any

import numpy as np

import pellucid as pl
from benchmarks.doctor_cases import data
from benchmarks.doctor_cases.networks import classifier, compiled, mlp, regressor
from benchmarks.doctor_cases.patient import Setup, healthy, sick
from pellucid import constraints, initializers, layers, losses, ops, optimizers

Pair = tuple[Any, np.ndarray]
LOGIT = losses.BinaryCrossentropy


def _bags(seed: int, rows: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Bags of eight points, and whether one of them lies in a corner."""
    x = np.random.default_rng(seed).normal(size=(rows, 8, 3)).astype(np.float32)
    return x, ((x[..., 0] > 0.9) & (x[..., 1] > 0)).any(axis=1).astype(np.int32)


def _bag_network(optimizer: Any) -> Any:
    return classifier(
        layers.Dense(24, activation="relu"), layers.GlobalMaxPooling1D(), 1, optimizer=optimizer
    )


def _preferences(seed: int, rows: int = 800) -> Pair:
    """Two things each, and whether the first was liked better."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, rows, 6)).astype(np.float32)
    worth = [x[:, 0] - np.abs(x[:, 1]) + 0.5 * x[:, 2] for x in (a, b)]
    return [a, b], (worth[0] > worth[1] + rng.normal(0, 0.3, rows)).astype(np.int32)


def _judge(optimizer: Any) -> Any:
    scorer = pl.Sequential([layers.Dense(24, activation="relu"), layers.Dense(1)])
    a, b = layers.Input((6,)), layers.Input((6,))
    model = pl.Model([a, b], scorer(a) - scorer(b))
    return compiled(model, optimizer, LOGIT(from_logits=True))


def _neighbours(seed: int, rows: int = 400, nodes: int = 20) -> tuple[np.ndarray, np.ndarray, Any]:
    """Heat on a ring of nodes, where it is after a while, and who is whose neighbour."""
    ring = np.eye(nodes) + np.roll(np.eye(nodes), 1, axis=0) + np.roll(np.eye(nodes), -1, axis=0)
    x = np.random.default_rng(seed).normal(size=(rows, nodes, 2)).astype(np.float32)
    y = np.tanh(x[..., 0] * 1.5) @ np.linalg.matrix_power(ring / 3, 2) + 0.3 * x[..., 1]
    return x, y[..., None].astype(np.float32), ring.astype(np.float32)


def _graph_network(ring: np.ndarray, depth: int, optimizer: Any) -> Any:
    inputs = h = layers.Input((20, 2))
    for _ in range(depth):
        h = layers.Dense(16, activation="relu")(ops.matmul(ring, h))
    return compiled(pl.Model(inputs, layers.Dense(1)(h)), optimizer, "mse")


def _words(seed: int, rows: int = 800, length: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Words of numbers, and the same backwards."""
    x = np.random.default_rng(seed).integers(0, 6, (rows, length))
    return x, x[:, ::-1].copy()


def _speller(optimizer: Any) -> Any:
    return mlp(
        layers.Embedding(6, 8),
        layers.LSTM(48),
        layers.RepeatVector(5),
        layers.LSTM(48, return_sequences=True),
        6,
        loss=losses.SparseCategoricalCrossentropy(from_logits=True),
        optimizer=optimizer,
    )


def _dots(seed: int, rows: int = 500, size: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Pictures of some dots, and how many there are."""
    rng = np.random.default_rng(seed)
    count = rng.integers(1, 9, rows)
    x = np.zeros((rows, size * size), np.float32)
    for row, n in zip(x, count, strict=True):
        row[rng.choice(size * size, n, replace=False)] = 1
    x += rng.normal(0, 0.05, x.shape)
    return x.reshape(rows, size, size, 1).astype(np.float32), count.astype(np.float32)


def _counter(end: str | None, loss: str) -> Any:
    return regressor(
        layers.Conv2D(8, 3, activation="relu"),
        layers.Conv2D(8, 3, activation="relu", strides=2),
        layers.Flatten(),
        16,
        1,
        output=end,
        loss=loss,
        optimizer=optimizers.Adam(0.003),
    )


def _patients(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Measurements, a tenth of which are missing, and how the disease went on."""
    x, y = data.diabetes(seed)
    gone = np.random.default_rng(seed).random(x.shape) < 0.1
    return np.where(gone, np.nan, x).astype(np.float32), y


@healthy("bags, one point of which decides", unseen=True)
def _(seed: int) -> Setup:
    return Setup(_bag_network(optimizers.Adam(0.01)), *_bags(seed), {"epochs": 25})


@healthy("which of two is liked better", unseen=True)
def _(seed: int) -> Setup:
    fit = {"epochs": 15, "validation_split": 0.2}
    return Setup(_judge(optimizers.Adam(0.01)), *_preferences(seed), fit)


@healthy("heat on a ring, by its neighbours", unseen=True)
def _(seed: int) -> Setup:
    x, y, ring = _neighbours(seed)
    return Setup(_graph_network(ring / 3, 2, optimizers.Adam(0.01)), x, y, {"epochs": 20})


@healthy("words spelled backwards", unseen=True)
def _(seed: int) -> Setup:
    return Setup(_speller(optimizers.Adam(0.01)), *_words(seed), {"epochs": 25})


@healthy("dots counted, Poisson", unseen=True)
def _(seed: int) -> Setup:
    return Setup(_counter("exponential", "poisson"), *_dots(seed), {"epochs": 15})


@healthy("gaps filled with 0, and told in columns", unseen=True)
def _(seed: int) -> Setup:
    x, y = _patients(seed)
    x = np.hstack([np.nan_to_num(x), np.isnan(x)]).astype(np.float32)
    model = regressor(16, 1, optimizer=optimizers.Adam(0.003))
    return Setup(model, x, y, {"epochs": 20, "validation_split": 0.2})


@healthy("wide and deep together", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.friedman1(seed, 600)
    inputs = layers.Input((10,))
    deep = layers.Dense(32, activation="relu")(layers.Dense(32, activation="relu")(inputs))
    model = pl.Model(inputs, layers.Dense(1)(deep) + layers.Dense(1, use_bias=False)(inputs))
    return Setup(compiled(model, optimizers.RMSprop(0.003), "log_cosh"), x, y, {"epochs": 20})


@healthy("a price that must rise, weights not negative", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 1, (500, 3)).astype(np.float32)
    y = (2 * x[:, 0] + x[:, 1] ** 2 + 0.5 * x[:, 2] + rng.normal(0, 0.05, 500)).astype(np.float32)
    made = [
        layers.Dense(n, activation=a, kernel_constraint=constraints.NonNeg())
        for n, a in ((16, "tanh"), (1, None))
    ]
    model = regressor(*made, optimizer=optimizers.Adam(0.01))
    return Setup(model, x, y, {"epochs": 25})


@healthy("digits behind noise, a warm-up and decay of weights", unseen=True)
def _(seed: int) -> Setup:
    rate = optimizers.schedules.CosineDecay(
        1e-4, 400, warmup_target=5e-3, warmup_steps=60, alpha=0.01
    )
    model = classifier(
        layers.GaussianNoise(0.1), 48, 10, activation="gelu", optimizer=optimizers.AdamW(rate)
    )
    return Setup(model, *data.digits(seed, 800), {"epochs": 18, "validation_split": 0.2})


@healthy("spectra there and back, MAE", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    at, places = rng.uniform(5, 35, (500, 3, 1)), np.arange(40)
    peaks = np.exp(-(((places - at) / 2.5) ** 2)) * rng.uniform(0.3, 1, (500, 3, 1))
    clean = peaks.sum(axis=1)[..., None].astype(np.float32)
    noisy = clean + rng.normal(0, 0.15, clean.shape).astype(np.float32)
    model = regressor(
        layers.Conv1D(12, 5, padding="same", activation="relu"),
        layers.Conv1D(12, 5, padding="same", activation="relu"),
        layers.Conv1D(1, 5, padding="same"),
        loss="mae",
        optimizer=optimizers.Adam(0.005),
    )
    return Setup(model, noisy, clean, {"epochs": 15})


@sick("preferences of -1 and 1 for a probability", "S3", "A4", "S1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = _preferences(seed)
    return Setup(_judge(optimizers.Adam(0.01)), x, 2 * y - 1, {"epochs": 10})


@sick("neighbours summed six times, not averaged", "I2", "I1", unseen=True)
def _(seed: int) -> Setup:
    x, y, ring = _neighbours(seed)
    return Setup(_graph_network(3 * ring, 6, optimizers.Adam(0.01)), x, y, {"epochs": 10})


@sick("dots counted by a sigmoid", "A4", curable=True, unseen=True)
def _(seed: int) -> Setup:
    return Setup(_counter("sigmoid", "mse"), *_dots(seed), {"epochs": 15})


@sick("gaps left as they are", "A1", unseen=True)
def _(seed: int) -> Setup:
    x, y = _patients(seed)
    return Setup(regressor(16, 1), x, y, {"epochs": 10})


@sick("bags at a rate of 30", "P6", "R1", "R2", "R5", "R6", curable=True, unseen=True)
def _(seed: int) -> Setup:
    return Setup(_bag_network(optimizers.SGD(30.0)), *_bags(seed), {"epochs": 10})


@sick("words at a rate of 1e-7", "P6", "R4", curable=True, unseen=True)
def _(seed: int) -> Setup:
    return Setup(_speller(optimizers.Adam(1e-7)), *_words(seed), {"epochs": 8})


@sick("every picture doubled before it was split", "A7", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.digits(seed, 400)
    order = np.random.default_rng(seed).permutation(800)
    x, y = np.repeat(x, 2, axis=0)[order], np.repeat(y, 2)[order]
    model = classifier(64, 10, optimizer=optimizers.Adam(0.01))
    return Setup(model, x, y, {"epochs": 15, "validation_split": 0.25})


@sick("a choice by the sign, on the way to the answer", "S6", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.moons(seed)
    inputs = layers.Input((2,))
    h = ops.sign(layers.Dense(16)(inputs))
    model = pl.Model(inputs, layers.Dense(1, activation="sigmoid")(h))
    return Setup(compiled(model, "adam", "binary_crossentropy"), x, y, {"epochs": 15})


@sick("one bag in a hundred and twenty", "A8", unseen=True)
def _(seed: int) -> Setup:
    x, y = _bags(seed, 3000)
    kept = np.concatenate([np.flatnonzero(y == 0)[:1200], np.flatnonzero(y == 1)[:10]])
    kept = np.random.default_rng(seed).permutation(kept)
    return Setup(_bag_network(optimizers.SGD(0.01)), x[kept], y[kept], {"epochs": 6})


@sick("forty patients and 400 units", "E1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = data.diabetes(seed)
    model = regressor(400, 400, 1, optimizer=optimizers.Adam(0.003))
    fit = {"epochs": 60, "validation_data": (x[40:200], y[40:200])}
    return Setup(model, x[:40], y[:40], fit)


@sick("convolutions of spectra that begin as 0", "I3", "I4", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x = np.random.default_rng(seed).normal(size=(400, 30, 1)).astype(np.float32)
    y = np.abs(np.diff(x[..., 0], axis=1)).mean(axis=1)
    zeros = initializers.Zeros()
    model = regressor(
        layers.Conv1D(8, 3, activation="relu", kernel_initializer=zeros),
        layers.GlobalAveragePooling1D(),
        layers.Dense(8, activation="relu", kernel_initializer=zeros),
        layers.Dense(1, kernel_initializer=zeros),
        optimizer=optimizers.Adam(0.01),
    )
    return Setup(model, x, (y - y.mean()) / y.std(), {"epochs": 15})


@sick("ten classes by absolute errors", "S1", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.digits(seed, 600)
    model = mlp(32, 10, output="softmax", loss="mae", optimizer=optimizers.Adam(0.005))
    return Setup(model, x, data.one_hot(y, 10), {"epochs": 10})
