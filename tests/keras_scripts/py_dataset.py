"""Batches that a class reads when they are wanted."""

import math

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start


class Squares(keras.utils.PyDataset):
    def __init__(self, x, y, batch_size, **kwargs):
        super().__init__(**kwargs)
        self.x, self.y, self.batch_size = x, y, batch_size

    def __len__(self):
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, index):
        low = index * self.batch_size
        high = min(low + self.batch_size, len(self.x))
        return self.x[low:high], self.y[low:high]


rng = np.random.default_rng(24)
x = rng.uniform(-1, 1, (50, 2)).astype("float32")
y = (x**2).sum(axis=1, keepdims=True).astype("float32")


def forever():
    while True:
        for low in range(0, 40, 10):
            yield x[low : low + 10], y[low : low + 10]


model = keras.Sequential([keras.Input((2,)), layers.Dense(8, "relu"), layers.Dense(1)])
start(model)
model.compile("adam", "mse")
first = model.fit(
    Squares(x, y, 16),
    epochs=2,
    shuffle=False,
    validation_data=Squares(x[:20], y[:20], 8),
    verbose=0,
)
second = model.fit(forever(), steps_per_epoch=4, epochs=2, shuffle=False, verbose=0)

result = {
    **first.history,
    "second": second.history["loss"],
    "predicted": model.predict(Squares(x, y, 16), verbose=0),
    "evaluated": model.evaluate(Squares(x, y, 16), verbose=0),
}
