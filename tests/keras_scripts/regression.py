"""Regression with inputs that the model normalizes itself."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start

rng = np.random.default_rng(19)
x = (rng.normal(size=(80, 4)) * [1, 10, 100, 0.1] + [0, 5, -50, 1]).astype("float32")
y = (x[:, 0] + x[:, 1] / 10 - x[:, 2] / 100).astype("float32")

hidden = keras.Sequential(
    [
        keras.Input((4,)),
        layers.Dense(8, activation="relu", kernel_initializer="he_normal"),
        layers.Dense(1),
    ]
)
start(hidden)
normalizer = layers.Normalization(axis=-1)
normalizer.adapt(x)
model = keras.Sequential([normalizer, hidden])
model.compile(
    loss="mean_squared_error",
    optimizer=keras.optimizers.Adam(learning_rate=0.02),
    metrics=["mae", keras.metrics.R2Score()],
)
history = model.fit(x, y.reshape(-1, 1), validation_split=0.2, verbose=0, epochs=3, shuffle=False)

result = {
    **history.history,
    "predicted": model.predict(x[:10], verbose=0).flatten(),
    "normalized": np.asarray(normalizer(x[:5])),
}
