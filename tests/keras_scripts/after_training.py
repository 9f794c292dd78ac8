"""A trained model changed: its last activation taken off, its weights in a layer that ties them."""

import keras
import numpy as np
from keras import layers, ops

from tests.keras_scripts.starting import start


class Tied(layers.Dense):
    """A Dense that has a bias, and takes the other's kernel."""

    def __init__(self, units, other, **options):
        super().__init__(units, **options)
        self.other = other

    def build(self, input_shape):
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")
        self.built = True

    def call(self, x):
        return self.activation(ops.matmul(x, ops.transpose(self.other.kernel)) + self.bias)


rng = np.random.default_rng(0)
x = rng.uniform(size=(32, 6)).astype("float32")
encoder = layers.Dense(3, activation="relu", name="encoder")
tied, last = Tied(6, encoder, activation="tanh"), layers.Dense(6, activation="sigmoid")
model = keras.Sequential([keras.Input((6,)), encoder, tied, last])
start(model)
model.compile("sgd", "binary_crossentropy")
history = model.fit(x, x, epochs=3, batch_size=8, shuffle=False, verbose=0)
model.layers[-1].activation = None
logits = keras.Model(model.inputs[0], model.outputs[0])
result = {
    "loss": history.history["loss"],
    "weights": model.get_weights(),
    "logits": ops.convert_to_numpy(logits(x)),
}
