"""Faults one by one, in a regression, a deep network and losses of one's own.

Kinds of Ben Braiek, Khomh 2023, "TheDeepChecker", and of Humbatova et al. 2020, "Taxonomy of
Real Faults in Deep Learning Systems".
"""

from typing import Any

import numpy as np

import pellucid as pl
from benchmarks.doctor_cases import data
from benchmarks.doctor_cases.networks import classifier, compiled, mlp, regressor
from benchmarks.doctor_cases.patient import Setup, sick
from pellucid import initializers, layers, losses, ops, optimizers, regularizers


@sick("differences that are not squared", "R2", "P1", unseen=True)
def _(seed: int) -> Setup:
    def loss(y_true: Any, y_pred: Any) -> Any:
        return ops.mean(y_pred - y_true, axis=-1)

    x, y = data.friedman1(seed)
    return Setup(regressor(16, 1, loss=loss), x, y[:, None], {"epochs": 30})


@sick("errors summed over the batch", "P6", "R1", "R2", "R5", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.friedman1(seed)
    loss = losses.MeanSquaredError(reduction="sum")
    fit = {"epochs": 15, "batch_size": 128}
    return Setup(regressor(32, 1, loss=loss, optimizer=optimizers.SGD(0.05)), x, y, fit)


@sick("a cross-entropy of one's own without a floor", "R1", unseen=True)
def _(seed: int) -> Setup:
    def loss(y_true: Any, y_pred: Any) -> Any:
        return -ops.mean(y_true * ops.log(y_pred) + (1 - y_true) * ops.log(1 - y_pred), axis=-1)

    x, y = data.blobs(seed)
    model = classifier(32, 1, loss=loss, optimizer=optimizers.Adam(0.1))
    return Setup(model, 20 * x, y[:, None].astype(np.float32), {"epochs": 40})


@sick("targets of one column against two", "S2", unseen=True)
def _(seed: int) -> Setup:
    def loss(y_true: Any, y_pred: Any) -> Any:
        return ops.mean(ops.square(y_pred - y_true))

    x, y = data.diabetes(seed)
    return Setup(regressor(16, 2, loss=loss), x, y[:, None], {"epochs": 10})


@sick("rows of x turned by one", "A9", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.friedman1(seed)
    return Setup(regressor(32, 1), np.roll(x, 7, axis=0), y, {"epochs": 15})


@sick("inputs that were never filled in", "P2", "A9", "R9", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.friedman1(seed)
    return Setup(regressor(32, 1), np.zeros_like(x), y, {"epochs": 15})


@sick("labels from another file", "A9", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.digits(seed)
    y = np.random.default_rng(seed + 1).permutation(y)
    return Setup(classifier(64, 10), x, y, {"epochs": 15, "validation_split": 0.2})


@sick("decay that eats the weights", "S7", "R8", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = data.friedman1(seed)
    model = regressor(32, 1, optimizer=optimizers.AdamW(0.001, weight_decay=300.0))
    return Setup(model, x, y, {"epochs": 15})


@sick("a deep network with L2 of 3", "R8", curable=True, unseen=True)
def _(seed: int) -> Setup:
    model = classifier(
        32, 32, 32, 10, activation="elu", kernel_regularizer=lambda: regularizers.L2(3.0)
    )
    return Setup(model, *data.digits(seed), {"epochs": 10})


@sick("weights of 1e-5 in a deep network", "I2", "I6", curable=True, unseen=True)
def _(seed: int) -> Setup:
    tiny = initializers.RandomNormal(stddev=1e-5)
    model = classifier(32, 32, 32, 10, kernel_initializer=tiny, optimizer=optimizers.SGD(0.1))
    return Setup(model, *data.digits(seed), {"epochs": 10})


@sick("8 sigmoid layers for a regression", "I6", "R7", curable=True, unseen=True)
def _(seed: int) -> Setup:
    model = regressor(*[16] * 8, 1, activation="sigmoid", optimizer=optimizers.SGD(0.05))
    return Setup(model, *data.friedman1(seed), {"epochs": 15})


@sick("a bias of 1,000 on the output", "I1", "A3", curable=True, unseen=True)
def _(seed: int) -> Setup:
    last = layers.Dense(1, bias_initializer=initializers.Constant(1000.0))
    model = regressor(16, last, optimizer=optimizers.Adam(0.001))
    return Setup(model, *data.friedman1(seed), {"epochs": 15})


@sick("Adam of 5", "P6", "R1", "R2", "R5", "R6", curable=True, unseen=True)
def _(seed: int) -> Setup:
    model = regressor(32, 32, 1, optimizer=optimizers.Adam(5.0))
    return Setup(model, *data.diabetes(seed), {"epochs": 20})


@sick("SGD of 1e-7", "P6", "R4", curable=True, unseen=True)
def _(seed: int) -> Setup:
    return Setup(
        classifier(32, 10, optimizer=optimizers.SGD(1e-7)), *data.digits(seed), {"epochs": 8}
    )


@sick("a rate that halves at every step", "S7", curable=True, unseen=True)
def _(seed: int) -> Setup:
    rate = optimizers.schedules.ExponentialDecay(0.01, decay_steps=1, decay_rate=0.5)
    model = classifier(16, 1, optimizer=optimizers.Adam(rate))
    return Setup(model, *data.moons(seed), {"epochs": 15})


@sick("two softmaxes in a row", "S1", "S5", curable=True, unseen=True)
def _(seed: int) -> Setup:
    model = classifier(
        32,
        layers.Dense(10, activation="softmax"),
        layers.Softmax(),
        loss="sparse_categorical_crossentropy",
    )
    return Setup(model, *data.digits(seed), {"epochs": 10})


@sick("statistics that lag behind", "E4", curable=True, unseen=True)
def _(seed: int) -> Setup:
    model = regressor(
        32,
        1,
        before=lambda: [layers.BatchNormalization(momentum=0.9999)],
        optimizer=optimizers.Adam(0.01),
    )
    x, y = data.friedman1(seed)
    return Setup(model, 4 * x + 3, y, {"epochs": 10})


@sick("rounded on the way", "S6", unseen=True)
def _(seed: int) -> Setup:
    inputs = layers.Input((10,))
    h = ops.round(layers.Dense(16)(inputs))
    model = pl.Model(inputs, layers.Dense(1)(h))
    return Setup(compiled(model, "adam", "mse"), *data.friedman1(seed), {"epochs": 10})


@sick("two units for ten digits", "P1", unseen=True)
def _(seed: int) -> Setup:
    chain = [64, layers.Dense(1, activation="relu"), 10]
    model = classifier(*chain, optimizer=optimizers.Adam(0.01))
    return Setup(model, *data.digits(seed), {"epochs": 15})


@sick("rows and columns exchanged by a reshape", "P3", unseen=True)
def _(seed: int) -> Setup:
    def mixed(x: Any) -> Any:
        return ops.reshape(ops.transpose(x), (-1, 10))

    model = regressor(layers.Lambda(mixed, output_shape=(10,)), 32, 1)
    fit = {"epochs": 10, "batch_size": 50}
    return Setup(model, *data.friedman1(seed), fit)


@sick("a network of 500 units for 40 rows", "E1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = data.friedman1(seed)
    model = mlp(500, 500, 1, activation="tanh", optimizer=optimizers.Adam(0.003))
    return Setup(model, x[:40], y[:40], {"epochs": 120, "validation_data": (x[40:], y[40:])})
