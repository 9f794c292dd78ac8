"""A GAN with a gradient penalty: two optimizers, several steps of the critic."""

import keras
import numpy as np
from keras import layers, ops, random

keras.utils.set_random_seed(6)


class WGAN(keras.Model):
    def __init__(self, discriminator, generator, latent_dim, extra=2, gp_weight=10.0):
        super().__init__()
        self.discriminator, self.generator = discriminator, generator
        self.latent_dim, self.d_steps, self.gp_weight = latent_dim, extra, gp_weight

    def compile(self, d_optimizer, g_optimizer):
        super().compile()
        self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer

    def penalty(self, real, fake):
        alpha = random.uniform((ops.shape(real)[0], 1))
        mixed = real + alpha * (fake - real)
        slope = keras.gradients(ops.sum(self.discriminator(mixed, training=True)), [mixed])[0]
        norm = ops.sqrt(ops.sum(ops.square(slope), axis=1) + 1e-12)
        return ops.mean((norm - 1.0) ** 2)

    def train_step(self, data):
        real = data[0]
        for _ in range(self.d_steps):
            noise = random.normal((ops.shape(real)[0], self.latent_dim))
            fake = self.generator(noise, training=True)
            cost = ops.mean(self.discriminator(fake)) - ops.mean(self.discriminator(real))
            loss = cost + self.gp_weight * self.penalty(real, fake)
            self.d_optimizer.minimize(loss, self.discriminator.trainable_variables)
        noise = random.normal((ops.shape(real)[0], self.latent_dim))
        g_loss = -ops.mean(self.discriminator(self.generator(noise, training=True)))
        self.g_optimizer.minimize(g_loss, self.generator.trainable_variables)
        return {"d_loss": loss, "g_loss": g_loss}


real = np.random.default_rng(0).normal(3.0, 0.5, size=(512, 2)).astype("float32")
generator = keras.Sequential([keras.Input((4,)), layers.Dense(16, "relu"), layers.Dense(2)])
discriminator = keras.Sequential(
    [keras.Input((2,)), layers.Dense(16, "leaky_relu"), layers.Dense(1)]
)
gan = WGAN(discriminator, generator, 4)
gan.compile(keras.optimizers.Adam(0.01, beta_1=0.5), keras.optimizers.Adam(0.01, beta_1=0.5))
before = np.abs(
    generator.predict(np.random.default_rng(1).normal(size=(200, 4)), verbose=0).mean(0) - 3
).max()
history = gan.fit(real, batch_size=64, epochs=60, verbose=0)
made = generator.predict(np.random.default_rng(1).normal(size=(500, 4)), verbose=0)
after = np.abs(made.mean(0) - 3).max()
assert after < 1.0 < before
