"""A variational autoencoder; the noise is an input, so that two libraries see the same."""

import keras
import numpy as np
from keras import layers, ops

from tests.keras_scripts.starting import start


class Sampling(layers.Layer):
    """Draws by the trick of the mean and the spread, and adds what the spread costs."""

    def call(self, inputs):
        mean, log_variance, noise = inputs
        cost = -0.5 * ops.mean(
            ops.sum(1 + log_variance - ops.square(mean) - ops.exp(log_variance), axis=1)
        )
        self.add_loss(0.1 * cost)
        return mean + ops.exp(0.5 * log_variance) * noise


rng = np.random.default_rng(8)
x = rng.uniform(size=(40, 6)).astype("float32")
noise = rng.normal(size=(40, 2)).astype("float32")

data = keras.Input((6,))
chance = keras.Input((2,))
h = layers.Dense(8, activation="tanh")(data)
mean = layers.Dense(2, name="mean")(h)
log_variance = layers.Dense(2, name="log_variance")(h)
z = Sampling()([mean, log_variance, chance])
h = layers.Dense(8, activation="tanh")(z)
again = layers.Dense(6, activation="sigmoid")(h)
vae = keras.Model([data, chance], again)
start(vae)
vae.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
history = vae.fit([x, noise], x, epochs=4, batch_size=10, shuffle=False, verbose=0)

result = {
    **history.history,
    "evaluated": vae.evaluate([x, noise], x, verbose=0),
    "predicted": vae.predict([x[:5], noise[:5]], verbose=0),
}
