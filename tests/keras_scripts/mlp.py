"""A multilayer perceptron that tells three clouds of points apart."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start

rng = np.random.default_rng(1)
centres = rng.normal(0, 2, (3, 5))
y = rng.integers(0, 3, 160)
x = (centres[y] + rng.normal(0, 1, (160, 5))).astype("float32")

model = keras.Sequential(
    [
        keras.Input(shape=(5,)),
        layers.Dense(16, activation="relu"),
        layers.Dropout(0.0),
        layers.Dense(3, activation="softmax"),
    ]
)
start(model)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.01),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = model.fit(x, y, batch_size=32, epochs=4, validation_split=0.25, shuffle=False, verbose=0)
loss, accuracy = model.evaluate(x, y, verbose=0)

result = {
    **history.history,
    "evaluated": [loss, accuracy],
    "predicted": model.predict(x[:7], verbose=0),
    "names": sorted(history.history),
    "parameters": model.count_params(),
    "weights": model.get_weights(),
}
