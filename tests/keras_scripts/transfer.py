"""A trained base with a new head: frozen first, then tuned with a small rate."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start

rng = np.random.default_rng(16)
x = rng.normal(size=(40, 6, 6, 2)).astype("float32")
y = rng.integers(0, 2, 40)

base = keras.Sequential(
    [
        keras.Input((6, 6, 2)),
        layers.Conv2D(4, 3, use_bias=False),
        layers.BatchNormalization(),
        layers.Activation("relu"),
        layers.GlobalAveragePooling2D(),
    ],
    name="base",
)
base.trainable = False
inputs = keras.Input(shape=(6, 6, 2))
h = layers.Rescaling(scale=0.5, offset=0.1)(inputs)
h = base(h, training=False)
h = layers.Dropout(0.0)(h)
outputs = layers.Dense(1)(h)
model = keras.Model(inputs, outputs)
start(model)
before = base.get_weights()
loss = keras.losses.BinaryCrossentropy(from_logits=True)
model.compile(keras.optimizers.Adam(0.01), loss, metrics=[keras.metrics.BinaryAccuracy()])
first = model.fit(x, y, epochs=2, batch_size=10, shuffle=False, verbose=0)
unchanged = all(np.array_equal(a, b) for a, b in zip(before, base.get_weights(), strict=True))
frozen = len(model.trainable_weights)

base.trainable = True
for layer in base.layers:
    if isinstance(layer, layers.BatchNormalization):
        layer.trainable = False
model.compile(keras.optimizers.Adam(1e-3), loss, metrics=["accuracy"])
second = model.fit(x, y, epochs=2, batch_size=10, shuffle=False, verbose=0)

result = {
    **first.history,
    **{f"tuned_{name}": values for name, values in second.history.items()},
    "unchanged": unchanged,
    "trained": [frozen, len(model.trainable_weights)],
    "predicted": model.predict(x[:4], verbose=0),
    "weights": model.get_weights(),
}
