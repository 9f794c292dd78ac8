"""A convolutional autoencoder, its encoder used alone."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start

rng = np.random.default_rng(7)
images = rng.uniform(size=(24, 8, 8, 1)).astype("float32")

picture = keras.Input(shape=(8, 8, 1), name="picture")
h = layers.Conv2D(4, 3, activation="relu", padding="same", strides=2)(picture)
h = layers.Flatten()(h)
code = layers.Dense(3, name="code")(h)
encoder = keras.Model(picture, code, name="encoder")

seed = keras.Input(shape=(3,), name="seed")
h = layers.Dense(4 * 4 * 2, activation="relu")(seed)
h = layers.Reshape((4, 4, 2))(h)
h = layers.Conv2DTranspose(4, 3, strides=2, padding="same", activation="relu")(h)
drawn = layers.Conv2D(1, 3, padding="same", activation="sigmoid")(h)
decoder = keras.Model(seed, drawn, name="decoder")

autoencoder = keras.Model(picture, decoder(encoder(picture)), name="autoencoder")
start(autoencoder)
autoencoder.compile(optimizer="adam", loss="binary_crossentropy", metrics=["mse"])
history = autoencoder.fit(
    images,
    images,
    epochs=3,
    batch_size=12,
    shuffle=False,
    validation_data=(images, images),
    verbose=0,
)

result = {
    **history.history,
    "codes": encoder.predict(images, verbose=0),
    "drawn": decoder.predict(np.ones((2, 3)), verbose=0),
    "layers": [layer.name for layer in autoencoder.layers],
}
