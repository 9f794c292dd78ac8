"""A small convolutional network on images of bars."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start

rng = np.random.default_rng(2)
labels = rng.integers(0, 2, 64)
images = rng.normal(0, 0.3, (64, 10, 10, 1)).astype("float32")
images[labels == 0, 4:6] += 1
images[labels == 1, :, 4:6] += 1
targets = keras.utils.to_categorical(labels, 2)

model = keras.models.Sequential()
model.add(keras.Input((10, 10, 1)))
model.add(layers.Conv2D(4, (3, 3), activation="relu", padding="same"))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(6, 3, strides=2, activation="relu"))
model.add(layers.Flatten())
model.add(layers.Dense(2, activation="softmax"))
start(model)
model.compile(loss="categorical_crossentropy", optimizer="rmsprop", metrics=["acc"])
history = model.fit(images, targets, epochs=3, batch_size=20, shuffle=False, verbose=0)

result = {**history.history, "predicted": model.predict(images[:5], verbose=0)}
