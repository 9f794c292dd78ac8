"""Sick networks that the study does not name. Made up before the checks were looked at."""

from typing import Any

import numpy as np

import pellucid as pl
from benchmarks.doctor_cases import data
from benchmarks.doctor_cases.networks import classifier, compiled, mlp, regressor
from benchmarks.doctor_cases.patient import Setup, sick
from pellucid import initializers, layers, losses, ops, optimizers, regularizers
from sklearn import datasets


@sick("an infinite target", "A1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = data.diabetes(seed)
    y = y.copy()
    y[seed % len(y)] = np.inf
    return Setup(regressor(16, 1), x, y, {"epochs": 5})


@sick("one column in millions", "A2", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = data.friedman1(seed)
    x = x.copy()
    x[:, 8] = x[:, 8] * 2e5 + 3e6  # a column that says nothing of y
    return Setup(regressor(32, 1, optimizer=optimizers.Adam(0.003)), x, y, {"epochs": 20})


@sick("temperatures in millikelvin", "A3", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = data.diabetes(seed)
    model = regressor(32, 1, activation="tanh", optimizer=optimizers.Adam(0.003))
    return Setup(model, x, 293e3 + 5e3 * y, {"epochs": 20})


@sick("softplus output for logarithms", "A4", curable=True, unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(500, 3)).astype(np.float32)
    y = (x[:, 0] - x[:, 1] ** 2).astype(np.float32)
    model = regressor(16, 1, output="softplus", optimizer=optimizers.Adam(0.01))
    return Setup(model, x, y, {"epochs": 20})


@sick("iris as it comes, validation from its end", "A5", "A6", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = datasets.load_iris(return_X_y=True)
    model = classifier(16, 3, optimizer=optimizers.Adam(0.01))
    return Setup(model, x, y, {"epochs": 30, "validation_split": 0.3})


@sick("softmax on a convnet's one unit", "S1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = data.digits(seed)
    model = mlp(
        layers.Conv2D(8, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(1),
        layers.Softmax(),
        loss="binary_crossentropy",
    )
    return Setup(model, x.reshape(-1, 8, 8, 1), (y > 4).astype(np.int32), {"epochs": 8})


@sick("a recurrent classifier with softmax twice", "S1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = data.sequences(seed)
    y = np.digitize(y, [-0.5, 0.5])
    inputs = layers.Input((10, 1))
    hidden = layers.GRU(16)(inputs)
    outputs = layers.Activation("softmax")(layers.Dense(3)(hidden))
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    return Setup(compiled(pl.Model(inputs, outputs), "adam", loss), x, y, {"epochs": 10})


@sick("an error of columns less rows", "S2", curable=True, unseen=True)
def _(seed: int) -> Setup:
    def loss(y_true: Any, y_pred: Any) -> Any:
        return ops.mean(ops.abs(y_pred - ops.squeeze(y_true, -1)))

    x, y = data.diabetes(seed)
    return Setup(
        regressor(16, 1, loss=loss, optimizer=optimizers.Adam(0.01)), x, y[:, None], {"epochs": 20}
    )


@sick("labels of 1 to 10 for ten units", "S3", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = data.digits(seed)
    model = mlp(
        layers.Conv2D(4, 3, activation="relu"),
        layers.Flatten(),
        10,
        loss=losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return Setup(model, x.reshape(-1, 8, 8, 1), y + 1, {"epochs": 5})


@sick("deep and linear on a circle", "S4", curable=True, unseen=True)
def _(seed: int) -> Setup:
    inputs = layers.Input((2,))
    x = inputs
    for units in (32, 32, 16):
        x = layers.Dropout(0.1)(layers.Dense(units)(x))
    model = pl.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    return Setup(
        compiled(model, optimizers.Adam(0.01), "binary_crossentropy"),
        *data.circle(seed),
        {"epochs": 30},
    )


@sick("a gradient that is stopped by mistake", "S6", unseen=True)
def _(seed: int) -> Setup:
    class Cut(pl.Model):
        """Its features get no gradient."""

        def __init__(self) -> None:
            super().__init__()
            self.features = layers.Dense(2, activation="relu")
            self.out = layers.Dense(10, activation="softmax")

        def call(self, x: Any) -> Any:
            return self.out(ops.stop_gradient(self.features(x)))

    model = compiled(Cut(), "adam", "sparse_categorical_crossentropy")
    return Setup(model, *data.digits(seed), {"epochs": 10})


@sick("RMSprop whose rate falls to nothing", "S7", curable=True, unseen=True)
def _(seed: int) -> Setup:
    schedule = optimizers.schedules.PolynomialDecay(0.001, 5, end_learning_rate=1e-9)
    model = regressor(32, 1, optimizer=optimizers.RMSprop(schedule))
    return Setup(model, *data.friedman1(seed), {"epochs": 15})


@sick("convolutions that all begin as 0.1", "I3", curable=True, unseen=True)
def _(seed: int) -> Setup:
    constant = initializers.Constant(0.1)
    model = classifier(
        layers.Conv2D(8, 3, activation="relu", kernel_initializer=constant),
        layers.Flatten(),
        layers.Dense(10, activation="softmax", kernel_initializer=constant),
        loss="sparse_categorical_crossentropy",
    )
    x, y = data.digits(seed)
    return Setup(model, x.reshape(-1, 8, 8, 1), y, {"epochs": 8})


@sick("sigmoids pushed flat by their bias", "I5", curable=True, unseen=True)
def _(seed: int) -> Setup:
    model = classifier(
        layers.Dense(16, activation="sigmoid", bias_initializer=initializers.Constant(12.0)),
        1,
        optimizer=optimizers.SGD(0.1),
    )
    return Setup(model, *data.circle(seed), {"epochs": 15})


@sick("12 tanh layers of small weights", "I2", "I6", curable=True, unseen=True)
def _(seed: int) -> Setup:
    model = regressor(
        *[24] * 12,
        1,
        activation="tanh",
        kernel_initializer=initializers.RandomNormal(stddev=0.02),
        optimizer=optimizers.SGD(0.01),
    )
    return Setup(model, *data.friedman1(seed), {"epochs": 15})


@sick("a preprocessing layer that rounds everything to 0", "P2", "S6", "I4", unseen=True)
def _(seed: int) -> Setup:
    model = classifier(layers.Lambda(lambda x: ops.floor(x / 100)), 32, 10)
    return Setup(model, *data.digits(seed), {"epochs": 10})


@sick("rows centred on their batch", "P3", unseen=True)
def _(seed: int) -> Setup:
    centred = layers.Lambda(lambda x: x - ops.mean(x, axis=0, keepdims=True))
    return Setup(regressor(32, centred, 1), *data.friedman1(seed), {"epochs": 15})


@sick("RMSprop of 0.3", "P6", "R2", "R5", "R1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    model = classifier(32, 32, 10, activation="elu", optimizer=optimizers.RMSprop(0.3))
    return Setup(model, *data.digits(seed), {"epochs": 12})


@sick("Adam of 1e-8", "P6", "R4", curable=True, unseen=True)
def _(seed: int) -> Setup:
    model = regressor(16, 1, optimizer=optimizers.Adam(1e-8))
    return Setup(model, *data.diabetes(seed), {"epochs": 15})


@sick("L1 of 1 on a convnet", "R8", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = data.digits(seed)
    model = classifier(
        layers.Conv2D(8, 3, activation="relu", kernel_regularizer=regularizers.L1(1.0)),
        layers.Flatten(),
        layers.Dense(10, activation="softmax", kernel_regularizer=regularizers.L1(1.0)),
        loss="sparse_categorical_crossentropy",
    )
    return Setup(model, x.reshape(-1, 8, 8, 1), y, {"epochs": 10})


@sick("a great network for 30 patients", "E1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = data.diabetes(seed)
    model = regressor(128, 64, 1, activation="gelu", optimizer=optimizers.Adam(0.005))
    return Setup(model, x[:30], y[:30], {"epochs": 150, "validation_data": (x[30:], y[30:])})
