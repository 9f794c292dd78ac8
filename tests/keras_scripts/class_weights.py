"""Rare classes that count more, and rows that count less."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start

rng = np.random.default_rng(14)
x = rng.normal(size=(60, 4)).astype("float32")
y = (x[:, 0] > 1).astype("int32")
importance = rng.uniform(0.2, 2, 60).astype("float32")


def make():
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(5, "relu"), layers.Dense(1, activation="sigmoid")]
    )
    start(model)
    model.compile(
        optimizer=keras.optimizers.Adagrad(0.1),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        weighted_metrics=[keras.metrics.BinaryAccuracy(name="weighted"), "mse"],
    )
    return model


options = {"epochs": 2, "batch_size": 16, "shuffle": False, "verbose": 0}
by_class = make()
first = by_class.fit(x, y, class_weight={0: 1.0, 1: 5.0}, **options)
by_row = make()
second = by_row.fit(
    x, y, sample_weight=importance, validation_data=(x[:20], y[:20], importance[:20]), **options
)

result = {
    **first.history,
    **{f"second_{name}": values for name, values in second.history.items()},
    "evaluated": by_row.evaluate(x, y, sample_weight=importance, verbose=0),
    "predicted": [by_class.predict(x, verbose=0), by_row.predict(x, verbose=0)],
}
