"""A recurrent cell of one's own inside of RNN, and layers stacked."""

import keras
import numpy as np
from keras import layers, ops

from tests.keras_scripts.starting import start


class MinimalCell(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="uniform", name="kernel"
        )
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, self.units), initializer="uniform", name="recurrent_kernel"
        )

    def call(self, inputs, states):
        previous = states[0]
        output = ops.tanh(
            ops.matmul(inputs, self.kernel) + ops.matmul(previous, self.recurrent_kernel)
        )
        return output, [output]


rng = np.random.default_rng(29)
x = rng.normal(size=(24, 5, 3)).astype("float32")
y = x[:, :, 0].sum(axis=1)

model = keras.Sequential(
    [
        keras.Input((5, 3)),
        layers.RNN(MinimalCell(6), return_sequences=True),
        layers.RNN([layers.GRUCell(4), layers.LSTMCell(3)]),
        layers.Dense(1),
    ]
)
start(model)
model.compile("adam", "mse")
history = model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0)

result = {**history.history, "predicted": model.predict(x, verbose=0)}
