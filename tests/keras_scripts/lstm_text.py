"""Reviews of different lengths as good or bad, by an LSTM that passes over the padding."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start

rng = np.random.default_rng(3)
reviews = [list(rng.integers(1, 20, rng.integers(2, 9))) for _ in range(48)]
good = np.array([float(np.mean(r) > 10) for r in reviews])
x = keras.utils.pad_sequences(reviews, maxlen=8, padding="post")

model = keras.Sequential(
    [
        keras.Input((8,), dtype="int32"),
        layers.Embedding(20, 6, mask_zero=True),
        layers.LSTM(5),
        layers.Dense(1, activation="sigmoid"),
    ]
)
start(model)
model.compile("adam", "binary_crossentropy", metrics=["accuracy", keras.metrics.AUC(name="auc")])
history = model.fit(x, good, epochs=3, batch_size=16, shuffle=False, verbose=0)

result = {**history.history, "predicted": model.predict(x, verbose=0)}
