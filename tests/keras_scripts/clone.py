"""A model made again: the same layers, other weights."""

import keras
import numpy as np
from keras import layers
from keras.models import Model, clone_model

from tests.keras_scripts.starting import start

rng = np.random.default_rng(25)
x = rng.normal(size=(30, 4)).astype("float32")
y = rng.normal(size=(30, 1)).astype("float32")

inputs = keras.Input((4,))
h = layers.Dense(5, activation=layers.LeakyReLU(negative_slope=0.1), name="hidden")(inputs)
h = layers.LayerNormalization()(h)
h = layers.PReLU()(h)
model = Model(inputs, layers.Dense(1)(h))
start(model)
model.compile("sgd", "mse")
history = model.fit(x, y, epochs=2, batch_size=10, shuffle=False, verbose=0)
twin = clone_model(model)
twin.set_weights(model.get_weights())
twin.compile("sgd", "mse")
again = twin.fit(x, y, epochs=2, batch_size=10, shuffle=False, verbose=0)
part = Model(twin.input, twin.get_layer("hidden").output)

result = {
    **history.history,
    "again": again.history["loss"],
    "names": [layer.name for layer in twin.layers[1:]]
    == [layer.name for layer in model.layers[1:]],
    "part": part.predict(x[:3], verbose=0),
    "original": model.predict(x[:3], verbose=0),
    "config": model.get_layer("hidden").get_config()["units"],
}
