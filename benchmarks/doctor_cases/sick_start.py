"""Networks that begin badly, and ones that a probe unmasks: tables 2.3 and 2.4."""

from typing import Any

import numpy as np

from benchmarks.doctor_cases import data
from benchmarks.doctor_cases.networks import classifier, mlp, regressor
from benchmarks.doctor_cases.patient import Setup, sick
from pellucid import initializers, layers, ops, optimizers, regularizers


@sick("10 ReLU layers, 3 times He", "I2", "I1", curable=True)
def _(seed: int) -> Setup:
    return _deep(seed, 10, initializers.VarianceScaling(18.0, "fan_in", "untruncated_normal"))


@sick("weights of 1e-4 in 5 layers", "I2", curable=True)
def _(seed: int) -> Setup:
    return _deep(seed, 5, initializers.RandomNormal(stddev=1e-4))


@sick("all weights zero", "I3", curable=True)
def _(seed: int) -> Setup:
    model = classifier(32, 32, 10, kernel_initializer="zeros")
    return Setup(model, *data.digits(seed), {"epochs": 10})


@sick("all weights one half", "I3", curable=True)
def _(seed: int) -> Setup:
    model = classifier(16, 1, activation="tanh", kernel_initializer=initializers.Constant(0.5))
    return Setup(model, *data.xor(seed), {"epochs": 15})


@sick("bias of -10 before ReLU", "I4", curable=True)
def _(seed: int) -> Setup:
    hidden = layers.Dense(32, activation="relu", bias_initializer=initializers.Constant(-10.0))
    return Setup(classifier(hidden, 10), *data.digits(seed), {"epochs": 10})


@sick("weights that saturate tanh", "I5", curable=True)
def _(seed: int) -> Setup:
    model = classifier(
        *[32] * 3,
        10,
        activation="tanh",
        kernel_initializer=initializers.VarianceScaling(100.0, "fan_in", "untruncated_normal"),
        optimizer=optimizers.SGD(0.01),
    )
    x, y = data.digits(seed)
    return Setup(model, data.standardized(x), y, {"epochs": 10})


@sick("10 sigmoid layers", "I6", "R7", curable=True)
def _(seed: int) -> Setup:
    model = classifier(*[32] * 10, 10, activation="sigmoid", optimizer=optimizers.SGD(0.1))
    return Setup(model, *data.digits(seed), {"epochs": 10})


@sick("ReLU network of 60 times, weights twice the identity", "I6", "I2", "I1", curable=True)
def _(seed: int) -> Setup:
    recurrent = layers.SimpleRNN(
        16, activation="relu", recurrent_initializer=initializers.Identity(gain=2.0)
    )
    model = mlp(recurrent, 1, optimizer=optimizers.Adam(0.001))
    return Setup(model, *data.sequences(seed, 300, 60), {"epochs": 8})


@sick("a hidden layer of one unit", "P1")
def _(seed: int) -> Setup:
    model = classifier(layers.Dense(1, activation="tanh"), 10, optimizer=optimizers.Adam(0.01))
    return Setup(model, *data.digits(seed), {"epochs": 15})


@sick("a loss that forgets half of the error", "P1")
def _(seed: int) -> Setup:
    def loss(y_true: Any, y_pred: Any) -> Any:
        return ops.mean(-ops.log(y_pred + 1e-7) * y_true, axis=-1)  # without the zeros' part

    x, y = data.circle(seed)
    model = mlp(8, 8, 1, output="sigmoid", loss=loss, metrics=["accuracy"])
    return Setup(model, x, y[:, None].astype(np.float32), {"epochs": 20})


@sick("inputs multiplied by 0", "P2", "I4", "S6")
def _(seed: int) -> Setup:
    model = classifier(layers.Rescaling(0.0), 32, 10)
    return Setup(model, *data.digits(seed), {"epochs": 10})


@sick("rows mixed by a reshape", "P3")
def _(seed: int) -> Setup:
    mixed = layers.Lambda(lambda x: ops.reshape(ops.transpose(x), (-1, 10)), output_shape=(10,))
    model = regressor(layers.Dense(10), mixed, 32, 1)
    return Setup(model, *data.friedman1(seed), {"epochs": 15})


@sick("a convolution that sees what it is to predict", "P4")
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    wave = np.cumsum(rng.normal(size=(300, 21)), axis=1)[..., None].astype(np.float32)
    wave /= wave.std()
    model = mlp(layers.Conv1D(8, 3, padding="same", activation="relu"), layers.Dense(1))
    return Setup(model, wave[:, :-1], wave[:, 1:], {"epochs": 15})


@sick("a gradient with the wrong sign", "P5")
def _(seed: int) -> Setup:
    @ops.custom_gradient
    def cube(x: Any) -> Any:
        return x * x * x, lambda upstream: -3 * upstream * x * x

    model = regressor(layers.Dense(16), layers.Lambda(cube), 1, optimizer=optimizers.Adam(0.003))
    return Setup(model, *data.friedman1(seed), {"epochs": 20})


@sick("SGD of 10", "P6", "R1", "R2", "R5", curable=True)
def _(seed: int) -> Setup:
    return _rate(seed, optimizers.SGD(10.0))


@sick("Adam of 1", "P6", "R1", "R2", "R5", curable=True)
def _(seed: int) -> Setup:
    return _rate(seed, optimizers.Adam(1.0))


@sick("SGD of 1e-6", "P6", "R4", curable=True)
def _(seed: int) -> Setup:
    return _rate(seed, optimizers.SGD(1e-6))


@sick("a regularizer that rewards weights", "P8")
def _(seed: int) -> Setup:
    class Reward(regularizers.Regularizer):
        """Minus the squares."""

        def __call__(self, x: Any) -> Any:
            return -0.05 * ops.sum(ops.square(x))

    model = classifier(32, 10, kernel_regularizer=Reward)
    return Setup(model, *data.digits(seed), {"epochs": 15})


def _deep(seed: int, depth: int, initializer: Any) -> Setup:
    model = classifier(
        *[32] * depth, 10, kernel_initializer=initializer, optimizer=optimizers.SGD(0.01)
    )
    return Setup(model, *data.digits(seed), {"epochs": 8})


def _rate(seed: int, optimizer: Any) -> Setup:
    model = classifier(32, 32, 10, optimizer=optimizer)
    return Setup(model, *data.digits(seed), {"epochs": 12})
