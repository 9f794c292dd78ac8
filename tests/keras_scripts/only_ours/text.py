"""Raw text to a class: the vocabulary is adapted, and needs no TensorFlow here."""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(5)
good, bad = ["great", "lovely", "fine"], ["awful", "boring", "poor"]
rng = np.random.default_rng(5)
y = rng.integers(0, 2, 64)
texts = np.array([f"A {rng.choice(good if label else bad)} film!" for label in y])

vectorize = layers.TextVectorization(max_tokens=20, output_sequence_length=4)
vectorize.adapt(texts)
x = np.asarray(vectorize(texts))
model = keras.Sequential(
    [
        keras.Input((4,), dtype="int64"),
        layers.Embedding(len(vectorize.get_vocabulary()), 8),
        layers.GlobalMaxPooling1D(),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(0.05), loss="binary_crossentropy", metrics=["accuracy"]
)
model.fit(x, y, epochs=15, verbose=0)

assert vectorize.get_vocabulary()[:2] == ["", "[UNK]"]
assert x.shape == (64, 4)
assert model.evaluate(x, y, verbose=0)[1] == 1.0
