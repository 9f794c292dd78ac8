"""A tag for every word: stacked GRUs, with padding that neither trains nor counts."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start

rng = np.random.default_rng(4)
words = rng.integers(1, 12, (40, 7))
words[np.arange(7) >= rng.integers(3, 8, (40, 1))] = 0
tags = words % 3

inputs = keras.Input(shape=(None,), dtype="int32")
x = layers.Embedding(12, 6, mask_zero=True)(inputs)
x = layers.GRU(6, return_sequences=True)(x)
x = layers.GRU(5, return_sequences=True, reset_after=False)(x)
outputs = layers.TimeDistributed(layers.Dense(3, activation="softmax"))(x)
model = keras.Model(inputs, outputs)
start(model)
model.compile(
    optimizer=keras.optimizers.Nadam(0.02),
    loss=keras.losses.SparseCategoricalCrossentropy(),
    metrics=["accuracy"],
)
history = model.fit(words, tags, epochs=3, batch_size=8, shuffle=False, verbose=0)

result = {
    "loss": history.history["loss"],  # in fit, Keras on JAX loses the mask of its metrics
    "evaluated": model.evaluate(words, tags, verbose=0),
    "predicted": model.predict(words[:6], verbose=0),
}
