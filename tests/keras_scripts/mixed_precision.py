"""Half precision in the layers, single precision in the weights, and a loss that is scaled."""

import keras
import numpy as np
from keras import layers, mixed_precision

from tests.keras_scripts.starting import start

rng = np.random.default_rng(20)
x = rng.normal(size=(64, 6)).astype("float32")
y = np.argmax(x[:, :3], axis=1)

mixed_precision.set_global_policy("mixed_float16")
try:
    inputs = keras.Input((6,))
    h = layers.Dense(8, activation="relu", name="hidden")(inputs)
    h = layers.Dense(3, name="logits")(h)
    outputs = layers.Activation("softmax", dtype="float32")(h)
    model = keras.Model(inputs, outputs)
finally:
    mixed_precision.set_global_policy("float32")
start(model)
model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
history = model.fit(x, y, epochs=3, batch_size=16, shuffle=False, verbose=0)
hidden = model.get_layer("hidden")
kind, scale = type(model.optimizer).__name__, float(np.asarray(model.optimizer.dynamic_scale))

# A scale under which gradients overflow: steps are left out until it has been halved enough,
# and then it grows again.
start(model)
searching = mixed_precision.LossScaleOptimizer(
    keras.optimizers.SGD(0.1), initial_scale=2.0**22, dynamic_growth_steps=6
)
model.compile(searching, "sparse_categorical_crossentropy")
found = model.fit(x, y, epochs=5, batch_size=16, shuffle=False, verbose=0)

tolerance = 5e-3
result = {
    "found": found.history["loss"],
    "found scale": float(np.asarray(searching.dynamic_scale)),
    "good steps": int(np.asarray(searching.step_counter)),
    "steps": int(np.asarray(searching.iterations)),
    **history.history,
    "predicted": model.predict(x[:5], verbose=0),
    "dtypes": [hidden.compute_dtype, hidden.variable_dtype, str(model.predict(x[:1]).dtype)],
    "optimizers": [kind, type(model.optimizer).__name__],
    "scale": scale,
}
