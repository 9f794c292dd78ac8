"""Healthy networks, section 2.7 of the study: each learns, and the doctor is to be silent."""

from typing import Any

import numpy as np

from benchmarks.doctor_cases import data
from benchmarks.doctor_cases.networks import classifier, mlp, regressor
from benchmarks.doctor_cases.patient import Setup, healthy
from pellucid import layers, optimizers, regularizers

XOR4 = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)


@healthy("linear regression")
def _(seed: int) -> Setup:
    return Setup(
        mlp(1, optimizer=optimizers.SGD(0.05), loss="mse"), *data.line(seed), {"epochs": 20}
    )


@healthy("logistic regression")
def _(seed: int) -> Setup:
    return Setup(classifier(1, optimizer=optimizers.SGD(0.1)), *data.blobs(seed), {"epochs": 20})


@healthy("XOR of 4 points, full batch")
def _(seed: int) -> Setup:
    model = classifier(4, 1, activation="tanh", optimizer=optimizers.SGD(0.5))
    return Setup(model, XOR4, np.array([0, 1, 1, 0]), {"epochs": 1500, "batch_size": 4})


@healthy("XOR tanh")
def _(seed: int) -> Setup:
    model = classifier(8, 1, activation="tanh", optimizer=optimizers.SGD(0.3))
    return Setup(model, *data.xor(seed), {"epochs": 60, "batch_size": 10})


@healthy("circle relu")
def _(seed: int) -> Setup:
    model = classifier(8, 8, 1, optimizer=optimizers.Adam(0.01))
    return Setup(model, *data.circle(seed), {"epochs": 40})


@healthy("circle sigmoid")
def _(seed: int) -> Setup:
    model = classifier(8, 1, activation="sigmoid", optimizer=optimizers.SGD(1.0))
    return Setup(model, *data.circle(seed), {"epochs": 150})


@healthy("spiral relu")
def _(seed: int) -> Setup:
    model = classifier(32, 32, 1, optimizer=optimizers.Adam(0.01))
    return Setup(model, *data.spiral(seed), {"epochs": 100})


@healthy("spiral tanh, slow")
def _(seed: int) -> Setup:
    model = classifier(8, 8, 8, 1, activation="tanh", optimizer=optimizers.SGD(0.3))
    return Setup(model, *data.spiral(seed), {"epochs": 60, "batch_size": 10})


@healthy("digits SGD")
def _(seed: int) -> Setup:
    return _digits(seed, optimizers.SGD(0.1), epochs=20)


@healthy("digits momentum")
def _(seed: int) -> Setup:
    return _digits(seed, optimizers.SGD(0.05, momentum=0.9), epochs=10)


@healthy("digits full batch")
def _(seed: int) -> Setup:
    return _digits(seed, optimizers.SGD(0.5), epochs=150, batch_size=1000)


@healthy("digits batch of 1")
def _(seed: int) -> Setup:
    return _digits(seed, optimizers.SGD(0.01), epochs=4, batch_size=1)


@healthy("digits dropout")
def _(seed: int) -> Setup:
    model = classifier(128, 128, 10, optimizer="adam", after=lambda: [layers.Dropout(0.5)])
    return Setup(model, *data.digits(seed), {"epochs": 20, "validation_split": 0.2})


@healthy("digits batch normalization")
def _(seed: int) -> Setup:
    normalized = lambda: [layers.BatchNormalization()]  # noqa: E731
    model = classifier(64, 64, 10, optimizer="adam", before=normalized)
    return Setup(model, *data.digits(seed), {"epochs": 10, "validation_split": 0.2})


@healthy("small convnet")
def _(seed: int) -> Setup:
    model = mlp(
        layers.Conv2D(8, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
    )
    x, y = data.digits(seed)
    return Setup(model, x.reshape(-1, 8, 8, 1), y, {"epochs": 15})


@healthy("diabetes")
def _(seed: int) -> Setup:
    model = regressor(16, 1, optimizer=optimizers.Adam(0.003))
    return Setup(model, *data.diabetes(seed), {"epochs": 25, "validation_split": 0.2})


@healthy("friedman1 relu")
def _(seed: int) -> Setup:
    model = regressor(32, 32, 1, optimizer=optimizers.Adam(0.003))
    return Setup(model, *data.friedman1(seed), {"epochs": 20})


@healthy("friedman1 MAE and ELU")
def _(seed: int) -> Setup:
    model = regressor(32, 32, 1, activation="elu", optimizer="adam", loss="mae")
    return Setup(model, *data.friedman1(seed), {"epochs": 30})


@healthy("10 ReLU layers, He")
def _(seed: int) -> Setup:
    model = classifier(
        *[32] * 10, 10, kernel_initializer="he_normal", optimizer=optimizers.Adam(0.001)
    )
    return Setup(model, *data.digits(seed), {"epochs": 20})


@healthy("8 SELU layers, LeCun")
def _(seed: int) -> Setup:
    model = classifier(
        *[32] * 8, 10, activation="selu", kernel_initializer="lecun_normal", optimizer="adam"
    )
    x, y = data.digits(seed)
    return Setup(model, data.standardized(x), y, {"epochs": 12})


@healthy("6 tanh layers")
def _(seed: int) -> Setup:
    return Setup(
        classifier(*[32] * 6, 10, activation="tanh", optimizer="adam"),
        *data.digits(seed),
        {"epochs": 15},
    )


@healthy("leaky ReLU")
def _(seed: int) -> Setup:
    model = classifier(16, 16, 1, activation="leaky_relu", optimizer=optimizers.Adam(0.01))
    return Setup(model, *data.circle(seed), {"epochs": 30})


@healthy("maxout")
def _(seed: int) -> Setup:
    model = mlp(
        layers.Maxout(8, 2),
        layers.Dense(1, activation="sigmoid"),
        optimizer=optimizers.Adam(0.02),
        loss="binary_crossentropy",
    )
    return Setup(model, *data.circle(seed), {"epochs": 40})


@healthy("GRU sums")
def _(seed: int) -> Setup:
    return _sums(seed, layers.GRU(16))


@healthy("RNN sums")
def _(seed: int) -> Setup:
    return _sums(seed, layers.SimpleRNN(16))


@healthy("10 % of labels wrong")
def _(seed: int) -> Setup:
    x, y = data.digits(seed)
    rng = np.random.default_rng(seed)
    wrong = rng.random(len(y)) < 0.1
    y = np.where(wrong, rng.integers(0, 10, len(y)), y).astype(np.int32)
    return Setup(classifier(64, 10, optimizer="adam"), x, y, {"epochs": 15})


@healthy("10 to 1")
def _(seed: int) -> Setup:
    x, y = data.moons(seed, 1000)
    kept = np.concatenate([np.flatnonzero(y == 0), np.flatnonzero(y == 1)[:50]])
    kept = np.random.default_rng(seed).permutation(kept)
    model = classifier(16, 1, optimizer=optimizers.Adam(0.01))
    return Setup(model, x[kept], y[kept], {"epochs": 40})


@healthy("L2 of 1e-4")
def _(seed: int) -> Setup:
    model = classifier(64, 10, optimizer="adam", kernel_regularizer=lambda: regularizers.L2(1e-4))
    return Setup(model, *data.digits(seed), {"epochs": 15})


@healthy("raw pixels, Adam")
def _(seed: int) -> Setup:
    model = classifier(64, 10, optimizer="adam")
    return Setup(model, *data.digits(seed, scale=1), {"epochs": 10})


@healthy("20 rows")
def _(seed: int) -> Setup:
    model = classifier(8, 1, optimizer=optimizers.Adam(0.02))
    return Setup(model, *data.blobs(seed, 20), {"epochs": 60})


def _digits(seed: int, optimizer: Any, **fit: Any) -> Setup:
    return Setup(classifier(64, 10, optimizer=optimizer), *data.digits(seed), fit)


def _sums(seed: int, layer: Any) -> Setup:
    model = mlp(layer, layers.Dense(1), optimizer=optimizers.Adam(0.01), loss="mse")
    return Setup(model, *data.sequences(seed), {"epochs": 20})
