"""Averaged weights, gathered gradients, decay, and the newer optimizers."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start

rng = np.random.default_rng(31)
x = rng.normal(size=(48, 3)).astype("float32")
y = (x[:, :1] - x[:, 1:2] * x[:, 2:]).astype("float32")

optimizers = {
    "averaged": keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.8),
    "gathered": keras.optimizers.Adam(0.02, gradient_accumulation_steps=2),
    "lion": keras.optimizers.Lion(0.005, weight_decay=0.01),
    "adafactor": keras.optimizers.Adafactor(0.05),
    "ftrl": keras.optimizers.Ftrl(0.1, l1_regularization_strength=0.01),
    "adadelta": keras.optimizers.Adadelta(1.0, clipvalue=0.2),
}
result = {}
for name, optimizer in optimizers.items():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(1)])
    start(model)
    model.compile(optimizer=optimizer, loss="mse")
    history = model.fit(x, y, epochs=2, batch_size=12, shuffle=False, verbose=0)
    result[name] = history.history["loss"]
    result[f"{name} weights"] = model.get_weights()
