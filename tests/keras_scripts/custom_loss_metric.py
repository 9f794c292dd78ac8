"""A loss and metrics of one's own: functions and classes."""

import keras
import numpy as np
from keras import layers, ops

from tests.keras_scripts.starting import start


class Pinball(keras.losses.Loss):
    def __init__(self, quantile=0.5, **kwargs):
        super().__init__(**kwargs)
        self.quantile = quantile

    def call(self, y_true, y_pred):
        error = y_true - y_pred
        worst = ops.maximum(self.quantile * error, (self.quantile - 1) * error)
        return ops.mean(worst, axis=-1)


class Within(keras.metrics.Metric):
    """The part of the predictions that are near enough."""

    def __init__(self, distance=0.5, name="within", **kwargs):
        super().__init__(name=name, **kwargs)
        self.distance = distance
        self.near = self.add_weight(shape=(), name="near", initializer="zeros")
        self.count = self.add_variable(shape=(), name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        near = ops.cast(ops.abs(y_true - y_pred) < self.distance, self.dtype)
        self.near.assign_add(ops.sum(near))
        self.count.assign_add(ops.cast(ops.size(near), self.dtype))

    def result(self):
        return self.near / self.count

    def reset_state(self):
        self.near.assign(0.0)
        self.count.assign(0.0)


def log_cosh_like(y_true, y_pred):
    return ops.mean(ops.log(ops.cosh(y_pred - y_true)), axis=-1)


rng = np.random.default_rng(12)
x = rng.normal(size=(50, 3)).astype("float32")
y = (x @ np.array([[1.0], [-2.0], [0.5]])).astype("float32")

model = keras.Sequential([keras.Input((3,)), layers.Dense(6, "tanh"), layers.Dense(1)])
start(model)
model.compile(
    keras.optimizers.Adam(0.02), Pinball(0.7), metrics=[Within(0.8), log_cosh_like, "mae"]
)
first = model.fit(x, y, batch_size=20, epochs=3, shuffle=False, verbose=0)
model.compile(keras.optimizers.SGD(0.05), loss=log_cosh_like)
second = model.fit(x, y, batch_size=20, epochs=2, shuffle=False, verbose=0)
metric = Within(1.0)
metric.update_state(y[:10], model.predict(x[:10], verbose=0))

result = {
    **first.history,
    "second": second.history["loss"],
    "alone": float(metric.result()),
    "predicted": model.predict(x, verbose=0),
    "names": sorted(first.history),
}
