"""Networks that go wrong while they are trained, or do not hold afterwards: table 2.5."""

import time
from typing import Any

import numpy as np

from benchmarks.doctor_cases import data
from benchmarks.doctor_cases.networks import classifier, regressor
from benchmarks.doctor_cases.patient import Setup, sick
from pellucid import callbacks, layers, ops, optimizers, regularizers


@sick("SGD of 1000 until NaN", "R1", "P6", "R2", curable=True)
def _(seed: int) -> Setup:
    model = regressor(32, 32, 1, optimizer=optimizers.SGD(1e3))
    return Setup(model, *data.friedman1(seed), {"epochs": 8})


@sick("the logarithm of 0", "R1")
def _(seed: int) -> Setup:
    def loss(y_true: Any, y_pred: Any) -> Any:
        return ops.mean(-y_true * ops.log(y_pred), axis=-1)

    x, y = data.digits(seed)
    model = classifier(64, 10, output="relu", loss=loss)
    return Setup(model, x, data.one_hot(y, 10), {"epochs": 5})


@sick("an error that is maximized", "R2", "S7", "P1")
def _(seed: int) -> Setup:
    def loss(y_true: Any, y_pred: Any) -> Any:
        return -ops.mean(ops.square(y_true - y_pred), axis=-1)

    x, y = data.friedman1(seed)
    return Setup(regressor(32, 1, loss=loss), x, y[:, None], {"epochs": 20})


@sick("full batch beyond the stable rate", "R5", "P6", "R2", "R6", curable=True)
def _(seed: int) -> Setup:
    model = regressor(32, 32, 1, optimizer=optimizers.Adam(0.5))
    return Setup(model, *data.friedman1(seed), {"epochs": 30})


@sick("ReLUs killed by a great step", "R6", "P6", "R2", "R5", curable=True)
def _(seed: int) -> Setup:
    model = classifier(32, 32, 10, optimizer=optimizers.SGD(3.0))
    return Setup(model, *data.digits(seed), {"epochs": 12})


@sick("L2 of 10", "R8", curable=True)
def _(seed: int) -> Setup:
    model = classifier(32, 32, 10, kernel_regularizer=lambda: regularizers.L2(10.0))
    return Setup(model, *data.digits(seed), {"epochs": 15})


@sick("a slow callback", "R10")
def _(seed: int) -> Setup:
    class Slow(callbacks.Callback):
        """Draws a picture after each step, or does as if."""

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            time.sleep(0.01)

    model = classifier(32, 10)
    return Setup(model, *data.digits(seed), {"epochs": 4, "callbacks": [Slow()]})


@sick("overfitted", "E1", curable=True)
def _(seed: int) -> Setup:
    x, y = data.friedman1(seed, 200)
    rng = np.random.default_rng(seed)
    y = y + rng.normal(0, 1, len(y)).astype(np.float32)
    model = regressor(128, 128, 1, optimizer=optimizers.Adam(0.003))
    fit = {"epochs": 120, "validation_data": (x[40:], y[40:])}
    return Setup(model, x[:40], y[:40], fit)


@sick("a class that is never predicted", "E3", "A8", curable=True)
def _(seed: int) -> Setup:
    x, y = data.moons(seed, 2400)
    kept = np.concatenate([np.flatnonzero(y == 0)[:1000], np.flatnonzero(y == 1)[:50]])
    kept = np.random.default_rng(seed).permutation(kept)
    train, test = kept[:700], kept[700:]
    model = classifier(16, 1, optimizer=optimizers.SGD(0.01))
    fit = {"epochs": 5, "validation_data": (x[test], y[test])}
    return Setup(model, x[train], y[train], fit)


@sick("batch normalization of 0.9999", "E4", curable=True)
def _(seed: int) -> Setup:
    model = classifier(64, 64, 10, before=lambda: [layers.BatchNormalization(momentum=0.9999)])
    x, y = data.digits(seed, scale=1)
    return Setup(model, x, y, {"epochs": 8, "validation_split": 0.2})


@sick("batch normalization, batch of 1", "E4", curable=True)
def _(seed: int) -> Setup:
    model = classifier(
        32, 10, before=lambda: [layers.BatchNormalization()], optimizer=optimizers.SGD(0.05)
    )
    fit = {"epochs": 3, "batch_size": 1, "validation_split": 0.2}
    return Setup(model, *data.digits(seed, 500), fit)
