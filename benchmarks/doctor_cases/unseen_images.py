"""Convolutional networks that the doctor never saw: a LeNet, and its mutations one by one.

The mutations are kinds of faults that Nikanjam et al. 2021, "NeuraLint", put into LeNet.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

import pellucid as pl
from benchmarks.doctor_cases import data
from benchmarks.doctor_cases.networks import classifier, compiled, mlp
from benchmarks.doctor_cases.patient import Setup, healthy, sick
from pellucid import initializers, layers, losses, optimizers


def _images(seed: int, rows: int = 500) -> tuple[np.ndarray, np.ndarray]:
    """Digits of 16 by 16 pixels, from 0 to 1."""
    x, y = data.digits(seed, rows)
    return np.kron(x.reshape(-1, 8, 8, 1), np.ones((1, 2, 2, 1), np.float32)), y


def _lenet(
    seed: int,
    *,
    inner: Any = "relu",
    output: Any = "softmax",
    loss: Any = "categorical_crossentropy",
    optimizer: Any = None,
    after: Callable[[], list[Any]] = list,
    epochs: int = 6,
    **arguments: Any,
) -> Setup:
    """A small LeNet on digits with classes as columns; what a mutation changes is an argument."""
    chain = [
        layers.Conv2D(6, 3, activation=inner, **arguments),
        *after(),
        layers.MaxPooling2D(2),
        layers.Conv2D(12, 3, activation=inner, **arguments),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(32, activation=inner, **arguments),
        layers.Dense(10, activation=output, **arguments),
    ]
    model = compiled(pl.Sequential(chain), optimizer or optimizers.Adam(0.005), loss)
    x, y = _images(seed)
    return Setup(model, x, data.one_hot(y, 10), {"epochs": epochs})


@healthy("LeNet", unseen=True)
def _(seed: int) -> Setup:
    return _lenet(seed)


@healthy("LeNet of tanh, momentum", unseen=True)
def _(seed: int) -> Setup:
    return _lenet(seed, inner="tanh", optimizer=optimizers.SGD(0.05, momentum=0.9))


@healthy("LeNet with smoothed labels and decay of weights", unseen=True)
def _(seed: int) -> Setup:
    loss = losses.CategoricalCrossentropy(label_smoothing=0.1)
    return _lenet(seed, loss=loss, optimizer=optimizers.AdamW(0.003, weight_decay=0.01))


@healthy("a convnet with batch normalization and dropout", unseen=True)
def _(seed: int) -> Setup:
    model = classifier(
        layers.Conv2D(8, 3, use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dropout(0.5),
        10,
        optimizer=optimizers.Adam(0.003),
        metrics=["accuracy"],
    )
    x, y = data.digits(seed, 600)
    return Setup(model, x.reshape(-1, 8, 8, 1), y, {"epochs": 12, "validation_split": 0.2})


@healthy("convolutions that add to what they get", unseen=True)
def _(seed: int) -> Setup:
    inputs = layers.Input((8, 8, 1))
    h = layers.Conv2D(8, 3, padding="same", activation="relu")(inputs)
    for _ in range(2):
        h = h + layers.Conv2D(8, 3, padding="same", activation="relu")(h)
    h = layers.GlobalAveragePooling2D()(h)
    model = pl.Model(inputs, layers.Dense(10, activation="softmax")(h))
    x, y = data.digits(seed, 600)
    model = compiled(model, optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    return Setup(model, x.reshape(-1, 8, 8, 1), y, {"epochs": 12})


@healthy("images there and back, by convolutions", unseen=True)
def _(seed: int) -> Setup:
    x = data.digits(seed, 500)[0].reshape(-1, 8, 8, 1)
    model = mlp(
        layers.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2D(4, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2DTranspose(8, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid"),
        loss="binary_crossentropy",
        optimizer=optimizers.Adam(0.01),
    )
    return Setup(model, x, x, {"epochs": 15})


@healthy("noise taken out of images", unseen=True)
def _(seed: int) -> Setup:
    x = data.digits(seed, 600)[0]
    noisy = x + np.random.default_rng(seed).normal(0, 0.3, x.shape).astype(np.float32)
    return Setup(mlp(64, 16, 64, 64, optimizer=optimizers.Adam(0.003)), noisy, x, {"epochs": 20})


@sick("LeNet without functions", "S4", curable=True, unseen=True)
def _(seed: int) -> Setup:
    # Pooling by means: with the largest it would not be linear.
    chain = [
        layers.Conv2D(6, 3),
        layers.AveragePooling2D(2),
        layers.Conv2D(12, 3),
        layers.Flatten(),
        layers.Dense(32),
        layers.Dense(10, activation="softmax"),
    ]
    x, y = _images(seed)
    model = compiled(pl.Sequential(chain), "adam", "sparse_categorical_crossentropy")
    return Setup(model, x, y, {"epochs": 6})


@sick("LeNet without its softmax", "S1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    return _lenet(seed, output=None)


@sick("LeNet that ends in ReLU", "S1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    return _lenet(seed, output="relu")


@sick("LeNet that ends in sigmoids", "S1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    return _lenet(seed, output="sigmoid")


@sick("LeNet by squared errors", "S1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    return _lenet(seed, loss="mse")


@sick("LeNet by hinge on a softmax", "S1", curable=True, unseen=True)
def _(seed: int) -> Setup:
    return _lenet(seed, loss="hinge")


@sick("LeNet that begins with zeros", "I3", curable=True, unseen=True)
def _(seed: int) -> Setup:
    return _lenet(seed, kernel_initializer="zeros")


@sick("LeNet that begins with ones", "I3", curable=True, unseen=True)
def _(seed: int) -> Setup:
    return _lenet(seed, kernel_initializer="ones")


@sick("LeNet with weights of 5", "I1", "I2", "I5", curable=True, unseen=True)
def _(seed: int) -> Setup:
    return _lenet(seed, kernel_initializer=initializers.RandomNormal(stddev=5.0))


@sick("LeNet at a rate of 5", "P6", "R1", "R2", "R5", "R6", curable=True, unseen=True)
def _(seed: int) -> Setup:
    return _lenet(seed, optimizer=optimizers.SGD(5.0))


@sick("LeNet that drops nine tenths", "S5", curable=True, unseen=True)
def _(seed: int) -> Setup:
    return _lenet(seed, after=lambda: [layers.Dropout(0.9)])


@sick("LeNet of sigmoids, by plain descent", "P6", "R4", "I6", "R7", "R3", unseen=True)
def _(seed: int) -> Setup:
    return _lenet(seed, inner="sigmoid", optimizer=optimizers.SGD(0.001), epochs=10)


@sick("LeNet with biases of -20", "I4", curable=True, unseen=True)
def _(seed: int) -> Setup:
    return _lenet(seed, bias_initializer=initializers.Constant(-20.0))


@sick("LeNet with a softmax over the batch", "P3", "S1", unseen=True)
def _(seed: int) -> Setup:
    return _lenet(seed, output=lambda x: pl.ops.softmax(x, axis=0), epochs=8)


@sick("pixels divided by 255 three times", "A2", curable=True, unseen=True)
def _(seed: int) -> Setup:
    x, y = data.digits(seed)
    model = classifier(32, 10, optimizer=optimizers.SGD(0.1))
    return Setup(model, x / 255**2, y, {"epochs": 10})
