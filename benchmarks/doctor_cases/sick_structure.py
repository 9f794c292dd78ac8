"""Networks whose parts do not fit together: the last column of table 2.2, rows S1 to S7."""

from typing import Any

import numpy as np

import pellucid as pl
from benchmarks.doctor_cases import data
from benchmarks.doctor_cases.networks import classifier, compiled, mlp, regressor
from benchmarks.doctor_cases.patient import Setup, sick
from pellucid import layers, losses, ops, optimizers

SPARSE = "sparse_categorical_crossentropy"


@sick("softmax on one unit", "S1", curable=True)
def _(seed: int) -> Setup:
    return Setup(
        classifier(8, 8, 1, output="softmax", optimizer=optimizers.Adam(0.01)),
        *data.circle(seed),
        {"epochs": 30},
    )


@sick("softmax on one unit, MSE", "S1", curable=True)
def _(seed: int) -> Setup:
    model = classifier(8, 8, 1, output="softmax", loss="mse", optimizer=optimizers.Adam(0.01))
    return Setup(model, *data.circle(seed), {"epochs": 30})


@sick("softmax and from_logits", "S1", curable=True)
def _(seed: int) -> Setup:
    return _digits(seed, "softmax", losses.SparseCategoricalCrossentropy(from_logits=True))


@sick("sigmoid and from_logits", "S1", curable=True)
def _(seed: int) -> Setup:
    return _circle(seed, "sigmoid", losses.BinaryCrossentropy(from_logits=True))


@sick("logits as probabilities of classes", "S1", curable=True)
def _(seed: int) -> Setup:
    return _digits(seed, None, SPARSE)


@sick("logits as a probability", "S1", curable=True)
def _(seed: int) -> Setup:
    return _circle(seed, None, "binary_crossentropy")


@sick("sigmoids as probabilities of classes", "S1", curable=True)
def _(seed: int) -> Setup:
    return _digits(seed, "sigmoid", SPARSE)


@sick("sigmoids and categorical cross-entropy", "S1", curable=True)
def _(seed: int) -> Setup:
    x, y = data.digits(seed)
    model = classifier(64, 10, output="sigmoid", loss="categorical_crossentropy")
    return Setup(model, x, data.one_hot(y, 10), {"epochs": 10})


@sick("ReLU before cross-entropy", "S1", curable=True)
def _(seed: int) -> Setup:
    return _digits(seed, "relu", SPARSE)


@sick("ReLU before binary cross-entropy", "S1", curable=True)
def _(seed: int) -> Setup:
    return _circle(seed, "relu", "binary_crossentropy")


@sick("tanh before binary cross-entropy", "S1", curable=True)
def _(seed: int) -> Setup:
    return _circle(seed, "tanh", "binary_crossentropy")


@sick("softmax on several labels", "S1", curable=True)
def _(seed: int) -> Setup:
    model = mlp(
        32, 5, output="softmax", loss="binary_crossentropy", optimizer=optimizers.Adam(0.01)
    )
    return Setup(model, *_several_labels(seed), {"epochs": 15})


@sick("softmax on several labels, MSE", "S1", curable=True)
def _(seed: int) -> Setup:
    return Setup(
        mlp(32, 5, output="softmax", optimizer=optimizers.Adam(0.01)),
        *_several_labels(seed),
        {"epochs": 15},
    )


@sick("MAE on XOR", "S1", curable=True)
def _(seed: int) -> Setup:
    x, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32), np.array([0, 1, 1, 0])
    model = mlp(
        4, 1, activation="tanh", output="sigmoid", loss="mae", optimizer=optimizers.SGD(0.5)
    )
    return Setup(model, x, y, {"epochs": 600, "batch_size": 4})


@sick("MSE on numbers of classes", "S1", curable=True)
def _(seed: int) -> Setup:
    return Setup(mlp(32, 1), *data.digits(seed), {"epochs": 10})


@sick("numbers of classes and categorical cross-entropy", "S1", "S2", curable=True)
def _(seed: int) -> Setup:
    return _digits(seed, "softmax", "categorical_crossentropy")


@sick("a loss of one's own that broadcasts", "S2", curable=True)
def _(seed: int) -> Setup:
    def loss(y_true: Any, y_pred: Any) -> Any:
        return ops.square(ops.reshape(y_true, (-1,)) - y_pred)

    x, y = data.friedman1(seed)
    model = mlp(32, 1, loss=loss, optimizer=optimizers.Adam(0.01))
    return Setup(model, x, y[:, None], {"epochs": 15})


@sick("two columns of targets for one output", "S2")
def _(seed: int) -> Setup:
    x, y = data.friedman1(seed)
    return Setup(mlp(16, 1), x, np.stack([y, -y], axis=1), {"epochs": 10})


@sick("label 3 of 3 classes", "S3", curable=True)
def _(seed: int) -> Setup:
    x, y = data.blobs(seed, 300, classes=3)
    return Setup(classifier(8, 3, optimizer=optimizers.Adam(0.01)), x, y + 1, {"epochs": 10})


@sick("labels -1 and 1 for a probability", "S3", "A4", "S1", curable=True)
def _(seed: int) -> Setup:
    x, y = data.circle(seed)
    return Setup(classifier(8, 1, optimizer=optimizers.Adam(0.02)), x, 2 * y - 1, {"epochs": 30})


@sick("no activations", "S4", curable=True)
def _(seed: int) -> Setup:
    return Setup(
        classifier(16, 16, 1, activation=None, optimizer=optimizers.Adam(0.01)),
        *data.xor(seed),
        {"epochs": 30},
    )


@sick("dropout of 0.95", "S5", curable=True)
def _(seed: int) -> Setup:
    model = classifier(32, 32, 10, after=lambda: [layers.Dropout(0.95)])
    return Setup(model, *data.digits(seed), {"epochs": 10})


@sick("everything frozen", "S6", curable=True)
def _(seed: int) -> Setup:
    model = classifier(16, 1, optimizer=optimizers.Adam(0.01))
    for layer in model.layers:
        layer.trainable = False
    return Setup(model, *data.circle(seed), {"epochs": 30})


@sick("argmax in the way", "S6")
def _(seed: int) -> Setup:
    def chosen(x: Any) -> Any:
        return ops.one_hot(ops.argmax(x, axis=-1), 16)

    model = classifier(layers.Dense(16, activation="relu"), layers.Lambda(chosen), 10)
    return Setup(model, *data.digits(seed), {"epochs": 10})


@sick("a branch that reaches no loss", "S6")
def _(seed: int) -> Setup:
    class Forgetful(pl.Model):
        """Computes two branches, and returns one."""

        def __init__(self) -> None:
            super().__init__()
            self.hidden = layers.Dense(16, activation="relu")
            self.forgotten = layers.Dense(16, activation="relu")
            self.out = layers.Dense(10, activation="softmax")

        def call(self, x: Any) -> Any:
            self.forgotten(x)
            return self.out(self.hidden(x))

    return Setup(compiled(Forgetful(), "adam", SPARSE), *data.digits(seed), {"epochs": 10})


@sick("negative learning rate", "S7", curable=True)
def _(seed: int) -> Setup:
    return _optimized(seed, optimizers.SGD(-0.01))


@sick("epsilon of 100", "S7", curable=True)
def _(seed: int) -> Setup:
    return _optimized(seed, optimizers.Adam(0.001, epsilon=100.0))


@sick("rate that decays at every step", "S7", curable=True)
def _(seed: int) -> Setup:
    return _optimized(seed, optimizers.SGD(optimizers.schedules.ExponentialDecay(0.1, 1, 0.7)))


@sick("momentum of 0.999", "S7", curable=True)
def _(seed: int) -> Setup:
    return _optimized(seed, optimizers.SGD(0.1, momentum=0.999))


@sick("gradients clipped to 1e-6", "S7", curable=True)
def _(seed: int) -> Setup:
    return _optimized(seed, optimizers.SGD(0.1, clipnorm=1e-6))


def _digits(seed: int, output: Any, loss: Any) -> Setup:
    model = classifier(64, 10, output=output, loss=loss)
    return Setup(model, *data.digits(seed), {"epochs": 10})


def _circle(seed: int, output: Any, loss: Any) -> Setup:
    model = classifier(8, 8, 1, output=output, loss=loss, optimizer=optimizers.Adam(0.01))
    return Setup(model, *data.circle(seed), {"epochs": 30})


def _several_labels(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Five labels, each by a line of its own through the plane: about half of them hold."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(500, 4)).astype(np.float32)
    return x, (x @ rng.normal(size=(4, 5)) > 0).astype(np.float32)


def _optimized(seed: int, optimizer: Any) -> Setup:
    if seed % 2:
        return Setup(classifier(32, 10, optimizer=optimizer), *data.digits(seed), {"epochs": 10})
    return Setup(regressor(32, 1, optimizer=optimizer), *data.friedman1(seed), {"epochs": 20})
