"""Networks on real tables that the doctor never saw: healthy ones, and the usual mistakes."""

import numpy as np

import pellucid as pl
from benchmarks.doctor_cases import data
from benchmarks.doctor_cases.networks import classifier, compiled, regressor
from benchmarks.doctor_cases.patient import Setup, healthy, sick
from benchmarks.doctor_cases.tables import HAVE, columns, houses, rows
from pellucid import callbacks, layers, losses, optimizers

BODY = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
CAR = ("cylinders", "displacement", "horsepower", "weight", "acceleration", "model_year")


def _penguins(seed: int) -> tuple[np.ndarray, np.ndarray]:
    table = rows("penguins", seed).dropna()
    return columns(table, *BODY), table.species.astype("category").cat.codes.to_numpy()


def _titanic(seed: int) -> tuple[np.ndarray, np.ndarray]:
    table = rows("titanic", seed)
    table = table.assign(woman=table.sex == "female")
    x = columns(table, "pclass", "woman", "age", "sibsp", "parch", "fare")
    return x, table.survived.to_numpy()


def _tables() -> None:
    @healthy("penguins", unseen=True)
    def _(seed: int) -> Setup:
        x, y = _penguins(seed)
        model = classifier(16, 3, optimizer=optimizers.Adam(0.01), metrics=["accuracy"])
        return Setup(model, data.standardized(x), y, {"epochs": 20, "validation_split": 0.2})

    @healthy("penguins in grams, behind Normalization", unseen=True)
    def _(seed: int) -> Setup:
        x, y = _penguins(seed)
        norm = layers.Normalization()
        norm.adapt(x)
        inputs = layers.Input((4,))
        h = layers.Dense(12, activation="tanh")(norm(inputs))
        model = pl.Model(inputs, layers.Dense(3)(h))
        loss = losses.SparseCategoricalCrossentropy(from_logits=True)
        return Setup(compiled(model, optimizers.RMSprop(0.005), loss), x, y, {"epochs": 25})

    @healthy("titanic with dropout of one half", unseen=True)
    def _(seed: int) -> Setup:
        x, y = _titanic(seed)
        model = classifier(
            32,
            32,
            1,
            after=lambda: [layers.Dropout(0.5)],
            optimizer=optimizers.AdamW(0.003),
            metrics=["accuracy"],
        )
        return Setup(model, data.standardized(x), y, {"epochs": 30, "validation_split": 0.25})

    @healthy("titanic, stopped early by a callback", unseen=True)
    def _(seed: int) -> Setup:
        x, y = _titanic(seed)
        stop = callbacks.EarlyStopping(patience=5, restore_best_weights=True)
        model = classifier(16, 1, optimizer=optimizers.Adam(0.01))
        fit = {"epochs": 60, "validation_split": 0.25, "callbacks": [stop]}
        return Setup(model, data.standardized(x), y, fit)

    @healthy("diamonds, three embeddings and numbers", unseen=True)
    def _(seed: int) -> Setup:
        table = rows("diamonds", seed)
        kinds = [table[c].astype("category").cat.codes.to_numpy() for c in ("cut", "color")]
        numbers = data.standardized(columns(table, "carat", "depth", "table"))
        inputs = [layers.Input((), dtype="int32"), layers.Input((), dtype="int32")]
        inputs.append(layers.Input((3,)))
        parts = [layers.Embedding(n, 3)(i) for n, i in zip((5, 7), inputs[:2], strict=True)]
        h = layers.Concatenate()([*parts, inputs[2]])
        h = layers.Dense(32, activation="relu")(h)
        model = pl.Model(inputs, layers.Dense(1)(h))
        y = data.standardized(np.log(columns(table, "price")))
        return Setup(compiled(model, "adam", "mse"), [*kinds, numbers], y, {"epochs": 20})

    @healthy("houses, batch normalization, logarithms", unseen=True)
    def _(seed: int) -> Setup:
        x, y = houses(seed)
        model = regressor(
            64, 32, 1, before=lambda: [layers.BatchNormalization()], optimizer="rmsprop"
        )
        y = data.standardized(np.log(y))
        return Setup(model, data.standardized(x), y, {"epochs": 20, "validation_split": 0.2})

    @healthy("houses in 100,000 dollars, MAE", unseen=True)
    def _(seed: int) -> Setup:
        x, y = houses(seed)
        model = regressor(32, 1, loss="mae", optimizer=optimizers.Adam(0.005))
        return Setup(model, data.standardized(x), y / 1e5, {"epochs": 20, "validation_split": 0.2})

    @healthy("miles per gallon as they are", unseen=True)
    def _(seed: int) -> Setup:
        table = rows("mpg", seed)
        x, y = data.standardized(columns(table, *CAR)), columns(table, "mpg")[:, 0]
        model = regressor(32, 1, optimizer=optimizers.Adam(0.01))
        return Setup(model, x, y, {"epochs": 60, "validation_split": 0.2})

    @healthy("tips: few rows and much noise", unseen=True)
    def _(seed: int) -> Setup:
        table = rows("tips", seed)
        x = data.standardized(columns(table, "total_bill", "size"))
        model = regressor(8, 1, activation="tanh", optimizer=optimizers.SGD(0.02, momentum=0.9))
        return Setup(model, x, columns(table, "tip")[:, 0], {"epochs": 40, "batch_size": 16})

    @sick("houses as they come, in dollars", "A2", "A3", curable=True, unseen=True)
    def _(seed: int) -> Setup:
        return Setup(regressor(64, 1, optimizer="sgd"), *houses(seed), {"epochs": 10})

    @sick("missing ages as -999", "A2", curable=True, unseen=True)
    def _(seed: int) -> Setup:
        x, y = _titanic(seed)
        rng = np.random.default_rng(seed)
        x[rng.random(len(x)) < 0.2, 2] = -999
        return Setup(classifier(16, 1, optimizer=optimizers.SGD(0.01)), x, y, {"epochs": 15})

    @sick("years of cars, not centred", "A2", curable=True, unseen=True)
    def _(seed: int) -> Setup:
        table = rows("mpg", seed)
        x, y = columns(table, "model_year", "acceleration"), columns(table, "mpg")
        x[:, 0] += 1900
        return Setup(regressor(16, 1), x, data.standardized(y), {"epochs": 15})

    @sick("missing horsepower left as NaN", "A1", curable=True, unseen=True)
    def _(seed: int) -> Setup:
        table = rows("mpg", seed)
        x = table[list(CAR)].to_numpy(np.float32)
        x = (x - np.nanmean(x, axis=0)) / np.nanstd(x, axis=0)
        y = data.standardized(columns(table, "mpg"))
        return Setup(regressor(16, 1), x, y, {"epochs": 5})

    @sick("penguins as they come, the last fifth to validate", "A5", "A6", unseen=True)
    def _(seed: int) -> Setup:
        table = rows("penguins", seed).dropna().sort_values("species", kind="stable")
        x, y = columns(table, *BODY), table.species.astype("category").cat.codes.to_numpy()
        model = classifier(16, 3, optimizer=optimizers.Adam(0.01))
        return Setup(model, data.standardized(x), y, {"epochs": 20, "validation_split": 0.2})

    @sick("titanic learned by heart", "E1", curable=True, unseen=True)
    def _(seed: int) -> Setup:
        x, y = _titanic(seed)
        x = data.standardized(x)
        model = classifier(256, 256, 1, optimizer=optimizers.Adam(0.003))
        fit = {"epochs": 80, "validation_data": (x[250:], y[250:])}
        return Setup(model, x[:250], y[:250], fit)

    @sick("prices beside the wrong houses", "A9", unseen=True)
    def _(seed: int) -> Setup:
        x, y = houses(seed, 1000)
        y = np.random.default_rng(seed).permutation(np.log(y))
        model = regressor(32, 1)
        return Setup(model, data.standardized(x), data.standardized(y), {"epochs": 15})


if HAVE:
    _tables()
