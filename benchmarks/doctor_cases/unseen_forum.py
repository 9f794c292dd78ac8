"""Programs that people ask about, retold: the questions that DeepLocalize judged itself on.

Wardat, Le, Rajan 2021, "DeepLocalize", and Schoop, Huang, Hartmann 2021, "UMLAUT", whose two
programs have several faults each. Numbers are those of questions on Stack Overflow.
"""

import numpy as np

import pellucid as pl
from benchmarks.doctor_cases import data
from benchmarks.doctor_cases.networks import classifier, compiled, mlp, regressor
from benchmarks.doctor_cases.patient import Setup, sick
from pellucid import layers, optimizers
from sklearn import datasets

FOUR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)


@sick("31556268: XOR of four points, MAE", "S1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    model = classifier(5, 1, activation="tanh", loss="mae", optimizer=optimizers.SGD(0.1))
    return Setup(model, FOUR, np.array([0, 1, 1, 0]), {"epochs": 300, "batch_size": 4})


@sick("31880720: one softmax for sick or not", "S1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = datasets.load_breast_cancer(return_X_y=True)
    model = classifier(
        32,
        1,
        output="softmax",
        after=lambda: [layers.Dropout(0.5)],
        optimizer="rmsprop",
        metrics=["accuracy"],
    )
    return Setup(model, data.standardized(x), y, {"epochs": 10})


@sick("33969059: amounts by a softmax, nothing scaled", "S1", "A2", "A3", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 1000, (400, 6)).astype(np.float32)
    y = (x @ rng.uniform(0, 2, 6)).astype(np.float32)
    model = regressor(20, 1, output="softmax", optimizer="sgd")
    return Setup(model, x, y, {"epochs": 10})


@sick("34311586: XOR of four points, softmax, 20 epochs", "S1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    model = classifier(
        4, 1, activation="sigmoid", output="softmax", loss="mse", optimizer=optimizers.SGD(0.001)
    )
    return Setup(model, FOUR, np.array([0, 1, 1, 0]), {"epochs": 20, "batch_size": 1})


@sick("38648195: several labels, softmax and squares", "S1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = datasets.make_multilabel_classification(500, 20, n_classes=8, random_state=seed)
    model = mlp(64, 8, output="softmax", loss="mse", optimizer=optimizers.SGD(0.01))
    return Setup(model, data.standardized(x), y, {"epochs": 15})


@sick("39525358: columns of thousands, nothing learned", "A2", curable=True, unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 1, (500, 8)) * 10.0 ** rng.integers(0, 5, 8) * 5
    y = (x[:, 0] / x[:, 0].std() > x[:, 1] / x[:, 1].std()).astype(np.int32)
    model = classifier(16, 8, 1, optimizer=optimizers.SGD(0.01), metrics=["accuracy"])
    return Setup(model, x.astype(np.float32), y, {"epochs": 15})


@sick("44164749: several tags of a text by one softmax", "S1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 100, (400, 20))
    y = np.stack([((x // 10) == k).any(axis=1) for k in range(6)], axis=1).astype(np.float32)
    model = mlp(
        layers.Embedding(100, 16),
        layers.GlobalAveragePooling1D(),
        32,
        6,
        output="softmax",
        loss="categorical_crossentropy",
    )
    return Setup(model, x, y, {"epochs": 10})


@sick("UMLAUT's first: raw pixels, no softmax, a rate of 1", "S1", "A2", "P6", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.digits(seed)
    model = mlp(
        layers.Flatten(),
        64,
        10,
        loss="sparse_categorical_crossentropy",
        optimizer=optimizers.Adam(1.0),
    )
    x = np.floor(x.reshape(-1, 8, 8) * 255)
    return Setup(model, x, y, {"epochs": 8})


@sick("UMLAUT's second: linear convolutions, dropout of 0.8", "S4", "S5", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.digits(seed)
    model = classifier(
        layers.Conv2D(8, 3),
        layers.Conv2D(8, 3),
        layers.Flatten(),
        layers.Dropout(0.8),
        layers.Dense(32),
        10,
    )
    return Setup(model, x.reshape(-1, 8, 8, 1), y, {"epochs": 8, "validation_split": 0.2})


@sick("classes as columns for a loss of numbers", "S2", "S3", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.digits(seed)
    return Setup(classifier(32, 10), x, data.one_hot(y, 10), {"epochs": 5})


@sick("percent by a sigmoid", "A4", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = data.friedman1(seed)
    model = regressor(32, 1, output="sigmoid")
    return Setup(model, x, 50 + 15 * y, {"epochs": 15})


@sick("a validation that the training has seen", "A7", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = data.moons(seed)
    model = classifier(32, 1, optimizer=optimizers.Adam(0.01))
    return Setup(model, x, y, {"epochs": 15, "validation_data": (x[:80], y[:80])})


@sick("one in a hundred, accuracy", "A8", curable=True, unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(1500, 5)).astype(np.float32)
    score = x[:, 0] + x[:, 1] + rng.normal(0, 1, 1500)
    y = (score > np.quantile(score, 0.99)).astype(np.int32)
    model = classifier(8, 1, optimizer=optimizers.SGD(0.05), metrics=["accuracy"])
    return Setup(model, x, y, {"epochs": 10})


@sick("logarithms of amounts, some of them 0", "A1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (400, 3)).astype(np.float32)
    with np.errstate(divide="ignore"):
        y = np.log(rng.poisson(np.exp(1 + x[:, 0])).astype(np.float32))
    return Setup(regressor(16, 1), x, y, {"epochs": 5})


@sick("a part that was scaled for other data", "A2", "I1", "I2", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.friedman1(seed)
    norm = layers.Normalization()
    norm.adapt(x * 1e-4)  # of the same columns in another unit
    inputs = layers.Input((10,))
    h = layers.Dense(16, activation="relu")(norm(inputs))
    model = pl.Model(inputs, layers.Dense(1)(h))
    return Setup(compiled(model, optimizers.SGD(0.01), "mse"), x, y, {"epochs": 10})
