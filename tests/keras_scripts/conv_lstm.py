"""The next picture of a moving dot."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start

films = np.zeros((12, 5, 6, 6, 1), "float32")
for i in range(12):
    for t in range(5):
        films[i, t, (i + t) % 6, i % 6] = 1
x, y = films[:, :-1], films[:, 1:]

model = keras.Sequential(
    [
        keras.Input((4, 6, 6, 1)),
        layers.ConvLSTM2D(3, (3, 3), padding="same", return_sequences=True),
        layers.BatchNormalization(),
        layers.Conv3D(1, (3, 3, 3), activation="sigmoid", padding="same"),
    ]
)
start(model)
model.compile(loss="binary_crossentropy", optimizer="adam")
history = model.fit(x, y, epochs=2, batch_size=6, shuffle=False, verbose=0)

result = {**history.history, "predicted": model.predict(x[:2], verbose=0)}
