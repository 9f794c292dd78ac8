"""Networks that were made up, whole, before anything was asked of the doctor about them."""

from typing import Any

import numpy as np

import pellucid as pl
from benchmarks.doctor_cases import data
from benchmarks.doctor_cases.networks import classifier, compiled, regressor
from benchmarks.doctor_cases.patient import Setup, healthy, sick
from pellucid import layers, losses, ops, optimizers, regularizers

Pair = tuple[Any, np.ndarray]


def _pairs(seed: int, rows: int = 800) -> Pair:
    """Two digits each, one of 0 to 4, and whether they are the same."""
    rng = np.random.default_rng(seed)
    x, y = data.digits(seed, 1500)
    one, other = rng.choice(np.flatnonzero(y < 5), (2, rows))
    for i in np.flatnonzero(rng.random(rows) < 0.5):
        other[i] = rng.choice(np.flatnonzero(y == y[one[i]]))
    return [x[one], x[other]], (y[one] == y[other]).astype(np.int32)


def _twins() -> Any:
    """One encoder for both, and how far apart its codes are."""
    encoder = pl.Sequential([layers.Dense(32, activation="relu"), layers.Dense(16)])
    a, b = layers.Input((64,)), layers.Input((64,))
    apart = ops.square(encoder(a) - encoder(b))
    model = pl.Model([a, b], layers.Dense(1, activation="sigmoid")(apart))
    return compiled(model, optimizers.Adam(0.005), "binary_crossentropy", metrics=["accuracy"])


def _ratings(seed: int, rows: int = 3000) -> Pair:
    """Whom, what, and 1 to 5 stars."""
    rng = np.random.default_rng(seed)
    who, what = rng.integers(0, 60, rows), rng.integers(0, 40, rows)
    taste, kind = rng.normal(size=(60, 3)), rng.normal(size=(40, 3))
    liked = (taste[who] * kind[what]).sum(axis=1) + rng.normal(0, 0.3, rows)
    return [who, what], np.clip(np.round(3.2 + 0.9 * liked), 1, 5).astype(np.float32)


def _beats(seed: int, rows: int = 500, length: int = 48) -> Pair:
    """Heart beats, one in five of which comes too early and is wide."""
    rng = np.random.default_rng(seed)
    y = (rng.random(rows) < 0.2).astype(np.int32)
    t = np.arange(length)
    middle = np.where(y, 16, 24)[:, None] + rng.normal(0, 1.5, (rows, 1))
    width = np.where(y, 4.0, 2.0)[:, None] * rng.uniform(0.8, 1.2, (rows, 1))
    x = np.exp(-(((t - middle) / width) ** 2)) + rng.normal(0, 0.1, (rows, length))
    return x[..., None].astype(np.float32), y


def _demand(seed: int, hours: int = 1200) -> tuple[np.ndarray, np.ndarray]:
    """The last 24 hours with the time of day, and the next hour, in megawatts."""
    rng = np.random.default_rng(seed)
    t = np.arange(hours)
    wave = 6000 * np.sin(2 * np.pi * t / 24) + 2000 * np.sin(2 * np.pi * t / 168)
    power = 40_000 + wave + rng.normal(0, 500, hours)
    past = np.lib.stride_tricks.sliding_window_view((power[:-1] - 40_000) / 5000, 24)
    clock = np.stack([np.sin(2 * np.pi * t[24:] / 24), np.cos(2 * np.pi * t[24:] / 24)], axis=1)
    return np.hstack([past, clock]).astype(np.float32), power[24:].astype(np.float32)


def _cells(seed: int, rows: int = 120, size: int = 16) -> Pair:
    """Pictures of a few round cells, and for each pixel whether it is in one."""
    rng = np.random.default_rng(seed)
    at = np.stack(np.mgrid[:size, :size], axis=-1)[None, :, :, None]
    middle, radius = (
        rng.uniform(2, size - 2, (rows, 1, 1, 3, 2)),
        rng.uniform(1.5, 3, (rows, 1, 1, 3)),
    )
    inside = (((at - middle) ** 2).sum(axis=-1) < radius**2).any(axis=-1)
    x = 0.6 * inside + rng.normal(0, 0.3, inside.shape)
    return x[..., None].astype(np.float32), inside[..., None].astype(np.float32)


def _unet(end: str) -> Any:
    inputs = layers.Input((16, 16, 1))
    high = layers.Conv2D(8, 3, padding="same", activation="relu")(inputs)
    low = layers.Conv2D(16, 3, padding="same", activation="relu")(layers.MaxPooling2D(2)(high))
    back = layers.Conv2DTranspose(8, 2, strides=2, activation="relu")(low)
    both = layers.Concatenate()([high, back])
    both = layers.Conv2D(8, 3, padding="same", activation="relu")(both)
    model = pl.Model(inputs, layers.Conv2D(1, 1, activation=end)(both))
    return compiled(model, optimizers.Adam(0.01), "binary_crossentropy")


def _brackets(seed: int, rows: int = 600, length: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Rows of signs, and at each place how many of the first kind came before, up to 4."""
    x = np.random.default_rng(seed).integers(0, 4, (rows, length))
    return x, np.minimum(np.cumsum(x == 0, axis=1), 4)


def _transformer(optimizer: Any, dropout: float = 0.1) -> Any:
    inputs = layers.Input((12,), dtype="int32")
    places = layers.Embedding(12, 24)(ops.arange(12))
    h = layers.Embedding(4, 24)(inputs) + places
    for _ in range(2):
        seen = layers.MultiHeadAttention(2, 12)(h, h, use_causal_mask=True)
        h = layers.LayerNormalization()(h + layers.Dropout(dropout)(seen))
        wide = layers.Dense(48, activation="gelu")(h)
        h = layers.LayerNormalization()(h + layers.Dropout(dropout)(layers.Dense(24)(wide)))
    model = pl.Model(inputs, layers.Dense(5)(h))
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    return compiled(model, optimizer, loss, metrics=["accuracy"])


def _spread(seed: int, rows: int = 800) -> tuple[np.ndarray, np.ndarray]:
    """A curve, whose noise grows to the right."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-2, 2, (rows, 1)).astype(np.float32)
    y = np.sin(2 * x) + rng.normal(size=(rows, 1)) * np.exp(0.6 * x - 1.5)
    return x, y.astype(np.float32)


def _normal(y: Any, told: Any) -> Any:
    """Minus the logarithm of the normal density of a mean and a logarithm of a deviation."""
    mean, log = told[:, :1], told[:, 1:]
    return ops.mean(log + 0.5 * ops.square((y - mean) * ops.exp(-log)), axis=-1)


@healthy("twins that tell whether two digits are the same", unseen=True)
def _(seed: int) -> Setup:
    return Setup(_twins(), *_pairs(seed), {"epochs": 8, "validation_split": 0.2})


@healthy("experts, and who is asked", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.friedman1(seed, 600)
    inputs = layers.Input((10,))
    asked = layers.Dense(4, activation="softmax")(inputs)
    said = layers.Dense(4)(layers.Dense(32, activation="tanh")(inputs))
    model = pl.Model(inputs, ops.sum(asked * said, axis=-1, keepdims=True))
    model = compiled(model, optimizers.Adam(0.01), "mse")
    return Setup(model, x, y, {"epochs": 30, "validation_split": 0.2})


@healthy("stars from viewers and films", unseen=True)
def _(seed: int) -> Setup:
    who, what = layers.Input((), dtype="int32"), layers.Input((), dtype="int32")
    u, f = layers.Embedding(60, 4)(who), layers.Embedding(40, 4)(what)
    bias = layers.Embedding(60, 1)(who) + layers.Embedding(40, 1)(what) + 3.2
    model = pl.Model([who, what], ops.sum(u * f, axis=-1, keepdims=True) + bias)
    model = compiled(model, optimizers.Adam(0.02), "mse")
    return Setup(model, *_ratings(seed), {"epochs": 20, "batch_size": 64})


@healthy("a picture learned from its places", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    at = rng.uniform(-1, 1, (1500, 2))
    grey = 0.5 + 0.25 * np.sin(6 * at[:, 0]) + 0.25 * np.cos(5 * at[:, 0] * at[:, 1])
    turned = at @ rng.normal(0, 3, (2, 24))
    x = np.hstack([np.sin(turned), np.cos(turned)]).astype(np.float32)
    model = regressor(48, 48, 1, output="sigmoid", optimizer=optimizers.Adam(0.003))
    return Setup(model, x, grey.astype(np.float32), {"epochs": 20})


@healthy("hours until a part fails, exponential", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(800, 5)).astype(np.float32)
    hours = rng.exponential(np.exp(1.2 * x[:, 0] - 0.8 * x[:, 1] + 0.5))

    def lived(y: Any, log_rate: Any) -> Any:
        return ops.mean(y * ops.exp(log_rate) - log_rate, axis=-1)

    model = regressor(16, 1, loss=lived, optimizer=optimizers.Adam(0.005))
    return Setup(model, x, hours[:, None].astype(np.float32), {"epochs": 25})


@healthy("a mean and a deviation by their density", unseen=True)
def _(seed: int) -> Setup:
    model = regressor(32, 32, 2, loss=_normal, optimizer=optimizers.Adam(0.005))
    return Setup(model, *_spread(seed), {"epochs": 30, "validation_split": 0.2})


@healthy("cells found pixel by pixel", unseen=True)
def _(seed: int) -> Setup:
    return Setup(_unet("sigmoid"), *_cells(seed), {"epochs": 12, "batch_size": 16})


@healthy("a small transformer that counts", unseen=True)
def _(seed: int) -> Setup:
    model = _transformer(optimizers.AdamW(0.003))
    return Setup(model, *_brackets(seed), {"epochs": 12, "validation_split": 0.2})


@healthy("early beats, weighted 4 to 1", unseen=True)
def _(seed: int) -> Setup:
    model = classifier(
        layers.Conv1D(8, 7, activation="relu", strides=2),
        layers.Bidirectional(layers.GRU(8)),
        1,
        optimizer=optimizers.Adam(0.01),
        metrics=["accuracy"],
    )
    fit = {"epochs": 12, "class_weight": {0: 1.0, 1: 4.0}, "validation_split": 0.2}
    return Setup(model, *_beats(seed), fit)


@healthy("demand of the next hour, Nadam", unseen=True)
def _(seed: int) -> Setup:
    x, y = _demand(seed)
    model = regressor(32, 16, 1, activation="swish", optimizer=optimizers.Nadam(0.003))
    return Setup(model, x, (y - 40_000) / 5000, {"epochs": 20, "validation_split": 0.2})


@sick("cells by a softmax of one channel", "S1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    return Setup(_unet("softmax"), *_cells(seed), {"epochs": 8, "batch_size": 16})


@sick("a transformer at a rate of 3", "P6", "R1", "R2", "R5", curable=True, unseen=True)
def _(seed: int) -> Setup:
    return Setup(_transformer(optimizers.Adam(3.0)), *_brackets(seed), {"epochs": 8})


@sick("a transformer that drops nine tenths", "S5", curable=True, unseen=True)
def _(seed: int) -> Setup:
    model = _transformer(optimizers.AdamW(0.003), dropout=0.9)
    return Setup(model, *_brackets(seed), {"epochs": 8})


@sick("twins whose second pictures were shuffled alone", "A9", unseen=True)
def _(seed: int) -> Setup:
    (one, other), y = _pairs(seed)
    other = np.random.default_rng(seed + 1).permutation(other)
    return Setup(_twins(), [one, other], y, {"epochs": 20, "validation_split": 0.2})


@sick("five stars by five classes from 0", "S3", unseen=True)
def _(seed: int) -> Setup:
    who, what = layers.Input((), dtype="int32"), layers.Input((), dtype="int32")
    both = layers.Concatenate()([layers.Embedding(60, 8)(who), layers.Embedding(40, 8)(what)])
    hidden = layers.Dense(32, activation="relu")(both)
    model = pl.Model([who, what], layers.Dense(5, activation="softmax")(hidden))
    model = compiled(model, "adam", "sparse_categorical_crossentropy")
    x, y = _ratings(seed)
    return Setup(model, x, y.astype(np.int32), {"epochs": 10})


@sick("beats sorted by kind, the last to validate", "A5", "A6", unseen=True)
def _(seed: int) -> Setup:
    x, y = _beats(seed)
    order = np.argsort(y, kind="stable")
    model = classifier(
        layers.Conv1D(8, 7, activation="relu"),
        layers.GlobalMaxPooling1D(),
        1,
        optimizer=optimizers.Adam(0.01),
    )
    return Setup(model, x[order], y[order], {"epochs": 10, "validation_split": 0.15})


@sick("demand in megawatts", "A3", curable=True, unseen=True)
def _(seed: int) -> Setup:
    model = regressor(32, 16, 1, activation="swish", optimizer=optimizers.Nadam(0.003))
    return Setup(model, *_demand(seed), {"epochs": 20, "validation_split": 0.2})


@sick("a clock in seconds since 1970 beside the rest", "A2", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = _demand(seed)
    clock = 1.7e9 + 3600.0 * np.arange(len(x))
    x = np.column_stack([x, clock]).astype(np.float32)
    model = regressor(32, 1, optimizer=optimizers.SGD(0.01))
    return Setup(model, x, (y - 40_000) / 5000, {"epochs": 10})


@sick("a tanh for deviations, there and back", "A4", unseen=True)
def _(seed: int) -> Setup:
    x = data.standardized(data.blobs(seed, 400, classes=4, features=8)[0])
    model = regressor(6, 8, output="tanh", optimizer=optimizers.Adam(0.01))
    return Setup(model, x, x, {"epochs": 20})


@sick("L2 of 5 on a recurrent network", "R8", curable=True, unseen=True)
def _(seed: int) -> Setup:
    layer = layers.GRU(
        12, kernel_regularizer=regularizers.L2(5.0), recurrent_regularizer=regularizers.L2(5.0)
    )
    last = layers.Dense(1, activation="sigmoid", kernel_regularizer=regularizers.L2(5.0))
    model = classifier(layer, last, loss="binary_crossentropy", optimizer=optimizers.Adam(0.005))
    return Setup(model, *_beats(seed), {"epochs": 8})


@sick("7 sigmoid convolutions, one after the other", "I6", "R7", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = data.digits(seed, 600)
    middle = [layers.Conv2D(8, 3, padding="same", activation="sigmoid") for _ in range(7)]
    model = classifier(*middle, layers.GlobalAveragePooling2D(), 10, optimizer=optimizers.SGD(0.1))
    return Setup(model, x.reshape(-1, 8, 8, 1), y, {"epochs": 6})


@sick("the logarithm of a deviation that may be negative", "R1", unseen=True)
def _(seed: int) -> Setup:
    def density(y: Any, told: Any) -> Any:
        mean, deviation = told[:, :1], told[:, 1:]
        return ops.mean(ops.log(deviation) + 0.5 * ops.square((y - mean) / deviation), axis=-1)

    model = regressor(32, 2, loss=density, optimizer=optimizers.Adam(0.005))
    return Setup(model, *_spread(seed), {"epochs": 10})
