"""Layers that report what goes on inside of them, which Keras on JAX cannot."""

import keras
import numpy as np
from keras import layers, ops
from tests.keras_scripts.starting import start


class Watched(layers.Layer):
    """Reports the mean size of its outputs, and the largest."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(units, activation="relu")
        self.size = keras.metrics.Mean(name="size")

    def call(self, inputs):
        outputs = self.dense(inputs)
        self.size.update_state(ops.mean(ops.abs(outputs)))
        self.add_metric(ops.max(outputs), name="largest")
        return outputs


rng = np.random.default_rng(32)
x = rng.normal(size=(32, 3)).astype("float32")
y = x[:, :1]

model = keras.Sequential([keras.Input((3,)), Watched(5), layers.Dense(1)])
start(model)
outputs = keras.Model(model.inputs, model.layers[0].output).predict(x, verbose=0)
model.compile(keras.optimizers.SGD(0.0), "mse", metrics=["mae"])
history = model.fit(
    x, y, validation_data=(x[:8], y[:8]), epochs=2, batch_size=16, shuffle=False, verbose=0
)
scores = model.evaluate(x, y, batch_size=16, verbose=0, return_dict=True)

largest = (outputs[:16].max() + outputs[16:].max()) / 2
assert sorted(scores) == ["largest", "loss", "mae", "size"]
assert set(history.history) == {*scores, *(f"val_{name}" for name in scores)}
np.testing.assert_allclose(history.history["size"], 2 * [outputs.mean()], rtol=1e-5)
np.testing.assert_allclose(history.history["largest"], 2 * [largest], rtol=1e-5)
np.testing.assert_allclose(history.history["val_size"], 2 * [outputs[:8].mean()], rtol=1e-5)
np.testing.assert_allclose([scores["size"], scores["largest"]], [outputs.mean(), largest], 1e-5)
assert sorted(metric.name for metric in model.layers[0].metrics) == ["largest", "size"]
