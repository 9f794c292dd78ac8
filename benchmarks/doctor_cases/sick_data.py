"""Networks whose data are what ails them: the last column of table 2.2, rows A1 to A9."""

import numpy as np

from benchmarks.doctor_cases import data
from benchmarks.doctor_cases.networks import classifier, regressor
from benchmarks.doctor_cases.patient import Setup, sick
from pellucid import optimizers
from sklearn import datasets


@sick("NaN in three cells", "A1", curable=True)
def _(seed: int) -> Setup:
    x, y = data.digits(seed)
    x = x.copy()
    rng = np.random.default_rng(seed)
    x[rng.integers(0, len(x), 3), rng.integers(0, 64, 3)] = np.nan
    return Setup(classifier(64, 10), x, y, {"epochs": 5})


@sick("circle times 1e4", "A2", curable=True)
def _(seed: int) -> Setup:
    x, y = data.circle(seed)
    model = classifier(16, 1, activation="tanh", optimizer=optimizers.SGD(0.01))
    return Setup(model, x * np.float32(1e4), y, {"epochs": 30})


@sick("wine, raw units", "A2", curable=True)
def _(seed: int) -> Setup:
    x, y = datasets.load_wine(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(x))
    model = classifier(16, 3, optimizer=optimizers.SGD(0.01))
    return Setup(model, x[order].astype(np.float32), y[order], {"epochs": 40})


@sick("targets of 5e4 and more", "A3", curable=True)
def _(seed: int) -> Setup:
    x, y = data.friedman1(seed)
    model = regressor(32, 32, 1, optimizer=optimizers.Adam(0.003))
    return Setup(model, x, y * np.float32(1e4) + np.float32(5e4), {"epochs": 20})


@sick("sigmoid output for y in deviations", "A4", curable=True)
def _(seed: int) -> Setup:
    return _bounded(seed, "sigmoid")


@sick("tanh output for y in deviations", "A4", curable=True)
def _(seed: int) -> Setup:
    return _bounded(seed, "tanh")


@sick("ReLU output for y in deviations", "A4", curable=True)
def _(seed: int) -> Setup:
    return _bounded(seed, "relu")


@sick("sorted labels, no shuffling", "A5", curable=True)
def _(seed: int) -> Setup:
    x, y = _sorted(seed)
    model = classifier(64, 10, optimizer=optimizers.SGD(0.1))
    return Setup(model, x, y, {"epochs": 15, "shuffle": False})


@sick("sorted labels, validation from the end", "A5", "A6", curable=True)
def _(seed: int) -> Setup:
    return Setup(classifier(64, 10), *_sorted(seed), {"epochs": 10, "validation_split": 0.2})


@sick("validation of one class that training lacks", "A6")
def _(seed: int) -> Setup:
    x, y = data.blobs(seed, 300, classes=3)
    train, test = y < 2, y == 2
    model = classifier(8, 3, optimizer=optimizers.Adam(0.01))
    fit = {"epochs": 15, "validation_data": (x[test], y[test])}
    return Setup(model, x[train], y[train], fit)


@sick("most validation rows copied from training", "A7", curable=True)
def _(seed: int) -> Setup:
    x, y = data.digits(seed, 1000)
    new, old = np.arange(800, 820), np.arange(180)
    test = np.concatenate([new, old])
    fit = {"epochs": 10, "validation_data": (x[test], y[test])}
    return Setup(classifier(64, 10), x[:800], y[:800], fit)


@sick("200 to 1", "A8", curable=True)
def _(seed: int) -> Setup:
    x, y = data.moons(seed, 4000)
    rare = np.flatnonzero(y == 1)[:10]
    kept = np.random.default_rng(seed).permutation(np.concatenate([np.flatnonzero(y == 0), rare]))
    model = classifier(16, 1, optimizer=optimizers.SGD(0.01))
    return Setup(model, x[kept], y[kept], {"epochs": 15})


@sick("labels permuted", "A9")
def _(seed: int) -> Setup:
    x, y = data.digits(seed)
    y = np.random.default_rng(seed).permutation(y)
    return Setup(classifier(64, 10), x, y, {"epochs": 25, "validation_split": 0.2})


@sick("targets one row off", "A9")
def _(seed: int) -> Setup:
    x, y = data.friedman1(seed)
    model = regressor(32, 32, 1, optimizer=optimizers.Adam(0.003))
    return Setup(model, x, np.roll(y, 1), {"epochs": 30, "validation_split": 0.2})


def _bounded(seed: int, output: str) -> Setup:
    model = regressor(32, 1, output=output, optimizer=optimizers.Adam(0.01))
    return Setup(model, *data.friedman1(seed), {"epochs": 20})


def _sorted(seed: int) -> tuple[np.ndarray, np.ndarray]:
    x, y = data.digits(seed)
    order = np.argsort(y, kind="stable")
    return x[order], y[order]
