"""A generative adversarial network: a step of training of one's own, with two optimizers.

How gradients are taken in a ``train_step`` differs between Keras's backends, and here too.
"""

import keras
import numpy as np
from keras import layers, ops


class GAN(keras.Model):
    def __init__(self, discriminator, generator, latent_dim):
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator
        self.latent_dim = latent_dim
        self.seed_generator = keras.random.SeedGenerator(1337)
        self.d_loss_metric = keras.metrics.Mean(name="d_loss")
        self.g_loss_metric = keras.metrics.Mean(name="g_loss")

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile(optimizer=d_optimizer)
        self.g_optimizer = g_optimizer
        self.loss_fn = loss_fn

    def train_step(self, data):
        real = data[0]
        rows = ops.shape(real)[0]
        noise = keras.random.normal((rows, self.latent_dim), seed=self.seed_generator)
        fake = self.generator(noise, training=True)
        said = self.discriminator(ops.concatenate([real, fake], axis=0), training=True)
        labels = ops.concatenate([ops.ones((rows, 1)), ops.zeros((rows, 1))], axis=0)
        d_loss = self.loss_fn(labels, said)
        self.optimizer.minimize(d_loss, self.discriminator.trainable_weights)

        noise = keras.random.normal((rows, self.latent_dim), seed=self.seed_generator)
        said = self.discriminator(self.generator(noise, training=True), training=True)
        g_loss = self.loss_fn(ops.ones((rows, 1)), said)
        self.g_optimizer.minimize(g_loss, self.generator.trainable_weights)

        self.d_loss_metric.update_state(d_loss)
        self.g_loss_metric.update_state(g_loss)
        return {"d_loss": self.d_loss_metric.result(), "g_loss": self.g_loss_metric.result()}


keras.utils.set_random_seed(3)
rng = np.random.default_rng(3)
real = (rng.normal(size=(512, 2)) * 0.3 + [2.0, -1.0]).astype("float32")

discriminator = keras.Sequential(
    [keras.Input((2,)), layers.Dense(16), layers.LeakyReLU(negative_slope=0.2), layers.Dense(1)]
)
generator = keras.Sequential(
    [keras.Input((2,)), layers.Dense(16, activation="relu"), layers.Dense(2)]
)
gan = GAN(discriminator, generator, latent_dim=2)
gan.compile(
    d_optimizer=keras.optimizers.Adam(0.01, beta_1=0.5),
    g_optimizer=keras.optimizers.Adam(0.005, beta_1=0.5),
    loss_fn=keras.losses.BinaryCrossentropy(from_logits=True),
)
before = generator.predict(rng.normal(size=(200, 2)), verbose=0).mean(axis=0)
history = gan.fit(real, batch_size=64, epochs=25, verbose=0)
after = generator.predict(rng.normal(size=(200, 2)), verbose=0).mean(axis=0)

assert sorted(history.history) == ["d_loss", "g_loss"]
assert np.isfinite(history.history["g_loss"]).all()
assert np.abs(after - [2, -1]).max() < 0.6 < np.abs(before - [2, -1]).max(), (before, after)
