"""Weights that cost something and weights that are held within bounds."""

import keras
import numpy as np
from keras import constraints, layers, regularizers

from tests.keras_scripts.starting import start

rng = np.random.default_rng(26)
x = rng.normal(size=(40, 6)).astype("float32")
y = rng.integers(0, 2, (40, 1)).astype("float32")

model = keras.Sequential(
    [
        keras.Input((6,)),
        layers.Dense(
            8,
            activation="relu",
            kernel_regularizer=regularizers.L1L2(l1=1e-3, l2=1e-2),
            bias_regularizer=regularizers.l2(1e-2),
            kernel_constraint=constraints.MaxNorm(0.7),
        ),
        layers.GaussianNoise(0.0),
        layers.Dense(
            4,
            activity_regularizer=regularizers.L2(1e-2),
            kernel_constraint="non_neg",
            kernel_regularizer="l1",
        ),
        layers.Dense(1, "sigmoid", kernel_constraint=constraints.UnitNorm(axis=0)),
    ]
)
start(model)
model.compile(keras.optimizers.SGD(0.2), "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, shuffle=False, verbose=0)

result = {
    **history.history,
    "weights": model.get_weights(),
    "evaluated": model.evaluate(x, y, verbose=0),
}
