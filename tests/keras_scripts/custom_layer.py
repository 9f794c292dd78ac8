"""Layers of one's own: with build and add_weight, regularized, saved as a configuration."""

import keras
import numpy as np
from keras import layers, ops

from tests.keras_scripts.starting import start


class Linear(layers.Layer):
    def __init__(self, units=4, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units),
            initializer="random_normal",
            regularizer=keras.regularizers.L2(0.01),
            trainable=True,
            name="w",
        )
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")
        super().build(input_shape)

    def call(self, inputs):
        return self.activation(ops.matmul(inputs, self.w) + self.b)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        config = super().get_config()
        config.update(
            {"units": self.units, "activation": keras.activations.serialize(self.activation)}
        )
        return config


class RunningTotal(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.total = self.add_weight(shape=(), initializer="zeros", trainable=False, name="total")

    def call(self, inputs, training=False):
        if training:
            self.total.assign_add(ops.sum(inputs))
        return inputs


rng = np.random.default_rng(10)
x = rng.normal(size=(30, 3)).astype("float32")
y = x.sum(axis=1, keepdims=True)

first = Linear(6, "relu", name="first")
total = RunningTotal()
model = keras.Sequential([keras.Input((3,)), first, total, Linear(1)])
start(model)
total.total.assign(0.0)
model.compile("sgd", "mse")
history = model.fit(x, y, batch_size=10, epochs=3, shuffle=False, verbose=0)
again = Linear.from_config(first.get_config())

result = {
    **history.history,
    "predicted": model.predict(x, verbose=0),
    "total": ops.convert_to_numpy(total.total),
    "units": again.units,
    "name": again.name,
    "kinds": [len(model.trainable_weights), len(model.non_trainable_weights)],
}
