"""What people do and are right to: losses, weights, schedules and shapes the doctor never saw."""

from typing import Any

import numpy as np

import pellucid as pl
from benchmarks.doctor_cases import data
from benchmarks.doctor_cases.networks import classifier, compiled, mlp, regressor
from benchmarks.doctor_cases.patient import Setup, healthy
from pellucid import callbacks, initializers, layers, losses, ops, optimizers, random, regularizers
from sklearn import datasets


@healthy("rows with weights", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.friedman1(seed)
    weight = np.random.default_rng(seed).choice([0.0, 0.5, 2.0], len(y)).astype(np.float32)
    model = regressor(32, 1, optimizer=optimizers.Adam(0.005))
    return Setup(model, x, y, {"epochs": 25, "sample_weight": weight})


@healthy("40 bottles of wine", unseen=True)
def _(seed: int) -> Setup:
    x, y = datasets.load_wine(return_X_y=True)
    chosen = np.random.default_rng(seed).permutation(len(x))[:40]
    model = classifier(8, 3, optimizer=optimizers.Adam(0.01))
    return Setup(model, data.standardized(x)[chosen], y[chosen], {"epochs": 60, "batch_size": 8})


@healthy("9 to 1, measured by the area under the curve", unseen=True)
def _(seed: int) -> Setup:
    x, y = datasets.make_classification(
        1000, 10, n_informative=5, weights=[0.9], class_sep=1.2, random_state=seed
    )
    model = classifier(16, 1, optimizer=optimizers.Adam(0.005), metrics=["AUC"])
    return Setup(model, data.standardized(x), y, {"epochs": 25, "validation_split": 0.3})


@healthy("amounts with a long tail, MAE", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(600, 4)).astype(np.float32)
    y = np.exp(0.7 * x[:, 0] - 0.5 * x[:, 1] + rng.normal(0, 0.5, 600)).astype(np.float32)
    model = regressor(32, 1, output="softplus", loss="mae", optimizer=optimizers.Adam(0.005))
    return Setup(model, x, y, {"epochs": 25, "validation_split": 0.2})


@healthy("counts of some thirty, Poisson", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (600, 3)).astype(np.float32)
    y = rng.poisson(np.exp(3.2 + 0.6 * x[:, 0] + 0.4 * x[:, 1] * x[:, 2]))
    model = regressor(32, 1, output="softplus", loss="poisson", optimizer=optimizers.Adam(0.01))
    return Setup(model, x, y.astype(np.float32), {"epochs": 40})


@healthy("squared hinge and L2, as a support vector machine", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.blobs(seed, 400)
    last = layers.Dense(1, kernel_regularizer=regularizers.L2(0.01))
    model = regressor(last, loss="squared_hinge", optimizer=optimizers.SGD(0.05))
    return Setup(model, x, 2 * y - 1, {"epochs": 20})


@healthy("what a teacher says, KL divergence", unseen=True)
def _(seed: int) -> Setup:
    x, _ = data.digits(seed, 600)
    logits = 4 * data.standardized(x @ np.random.default_rng(seed).normal(size=(64, 5)))
    y = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    model = mlp(32, 5, output="softmax", loss="kl_divergence", optimizer=optimizers.Adam(0.005))
    return Setup(model, x, y, {"epochs": 20})


@healthy("a weak signal in much noise", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(1500, 5)).astype(np.float32)
    y = rng.random(1500) < 1 / (1 + np.exp(-1.2 * x[:, 0] + 0.8 * x[:, 1]))
    model = classifier(8, 1, optimizer=optimizers.Adam(0.003))
    return Setup(model, x, y.astype(np.int32), {"epochs": 20, "validation_split": 0.2})


@healthy("labels that few rows have", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(800, 6)).astype(np.float32)
    score = x @ rng.normal(size=(6, 4))
    y = (score > np.quantile(score, 0.85, axis=0)).astype(np.float32)
    loss = losses.BinaryCrossentropy(from_logits=True)
    return Setup(mlp(32, 4, loss=loss, optimizer=optimizers.Adam(0.005)), x, y, {"epochs": 25})


@healthy("20 to 1, a focal loss", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(1200, 4)).astype(np.float32)
    y = (x[:, 0] + x[:, 1] > 2.3).astype(np.int32)
    loss = losses.BinaryFocalCrossentropy(apply_class_balancing=True)
    model = classifier(16, 1, loss=loss, optimizer=optimizers.Adam(0.01))
    return Setup(model, x, y, {"epochs": 25})


@healthy("random features, a trained output", unseen=True)
def _(seed: int) -> Setup:
    model = classifier(
        layers.Dense(200, activation="relu", trainable=False), 1, optimizer=optimizers.Adam(0.005)
    )
    return Setup(model, *data.circle(seed), {"epochs": 20})


@healthy("a plateau halves the rate", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.friedman1(seed)
    plateau = callbacks.ReduceLROnPlateau(factor=0.5, patience=4)
    model = regressor(32, 1, optimizer=optimizers.SGD(0.05, momentum=0.9))
    fit = {"epochs": 40, "validation_split": 0.25, "callbacks": [plateau]}
    return Setup(model, x, y, fit)


@healthy("columns that are constant, and columns of 0 and 1", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x, y = data.friedman1(seed)
    flags = (rng.random((len(x), 5)) < [0.02, 0.1, 0.5, 0.5, 0.9]).astype(np.float32)
    x = np.hstack([x, flags, np.ones((len(x), 1), np.float32)])
    model = regressor(32, 1, optimizer=optimizers.Adam(0.005))
    return Setup(model, x, y + flags[:, 2], {"epochs": 25, "validation_split": 0.2})


@healthy("10 layers with normalization, cosine", unseen=True)
def _(seed: int) -> Setup:
    rate = optimizers.schedules.CosineDecay(0.05, 300)
    model = classifier(
        *[24] * 10,
        10,
        before=lambda: [layers.LayerNormalization()],
        optimizer=optimizers.SGD(rate, momentum=0.9, global_clipnorm=5.0),
    )
    return Setup(model, *data.digits(seed, 800), {"epochs": 12})


@healthy("three quantiles at once", unseen=True)
def _(seed: int) -> Setup:
    def pinball(y_true: Any, y_pred: Any) -> Any:
        error, share = y_true - y_pred, ops.array([0.1, 0.5, 0.9])
        return ops.mean(ops.maximum(share * error, (share - 1) * error), axis=-1)

    x, y = data.friedman1(seed)
    model = regressor(32, 3, loss=pinball, optimizer=optimizers.Adam(0.01))
    return Setup(model, x, np.repeat(y[:, None], 3, axis=1), {"epochs": 25})


@healthy("a variational autoencoder", unseen=True)
def _(seed: int) -> Setup:
    class Sampling(layers.Layer):
        """Draws a code around its mean; its divergence is added to the loss."""

        def call(self, mean: Any, scale: Any) -> Any:
            self.add_loss(0.001 * ops.mean(ops.square(mean) + ops.exp(scale) - scale - 1))
            return mean + ops.exp(0.5 * scale) * random.normal(ops.shape(mean))

    x, _ = data.digits(seed, 600)
    inputs = layers.Input((64,))
    h = layers.Dense(32, activation="relu")(inputs)
    code = Sampling()(layers.Dense(8)(h), layers.Dense(8)(h))
    h = layers.Dense(32, activation="relu")(code)
    model = pl.Model(inputs, layers.Dense(64, activation="sigmoid")(h))
    return Setup(compiled(model, optimizers.Adam(0.005), "mse"), x, x, {"epochs": 20})


@healthy("a class of one's own with dropout in training", unseen=True)
def _(seed: int) -> Setup:
    class Net(pl.Model):
        """Two layers and dropout, called by hand."""

        def __init__(self) -> None:
            super().__init__()
            self.inner = layers.Dense(48, activation="swish")
            self.drop = layers.Dropout(0.3)
            self.outer = layers.Dense(10)

        def call(self, x: Any, training: bool = False) -> Any:
            return self.outer(self.drop(self.inner(x), training=training))

    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    model = compiled(Net(), "nadam", loss, metrics=["accuracy"])
    return Setup(model, *data.digits(seed), {"epochs": 15, "validation_split": 0.2})


@healthy("batches gathered, values clipped", unseen=True)
def _(seed: int) -> Setup:
    model = classifier(
        32,
        1,
        optimizer=optimizers.Adam(0.02, gradient_accumulation_steps=4, clipvalue=0.5),
    )
    return Setup(model, *data.moons(seed), {"epochs": 40, "batch_size": 8})


@healthy("two outputs of one unit, weighted", unseen=True)
def _(seed: int) -> Setup:
    x, y = data.friedman1(seed)
    inputs = layers.Input((10,))
    h = layers.Dense(32, activation="relu")(inputs)
    h = layers.Dense(16, activation="relu")(h)
    outputs = [
        layers.Dense(1, name="amount")(h),
        layers.Dense(1, activation="sigmoid", name="high")(h),
    ]
    model = pl.Model(inputs, outputs)
    model.compile(
        optimizers.Adam(0.005),
        {"amount": "huber", "high": "binary_crossentropy"},
        loss_weights={"amount": 1.0, "high": 0.3},
    )
    y = {"amount": y, "high": (y > 0.5).astype(np.int32)}
    return Setup(model, x, y, {"epochs": 20})


@healthy("orthogonal weights, tanh, Adagrad", unseen=True)
def _(seed: int) -> Setup:
    model = classifier(
        24,
        24,
        1,
        activation="tanh",
        kernel_initializer=initializers.Orthogonal(),
        optimizer=optimizers.Adagrad(0.1),
    )
    return Setup(model, *data.moons(seed), {"epochs": 40})


@healthy("a hash of one's own, wide and sparse", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = (rng.random((600, 300)) < 0.03).astype(np.float32)
    y = x @ rng.normal(size=300)
    y = (y > np.median(y)).astype(np.int32)
    model = classifier(16, 1, optimizer=optimizers.Adam(0.003))
    return Setup(model, x, y, {"epochs": 10, "validation_split": 0.2})


@healthy("clicks, of which columns say little", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2000, 6)).astype(np.float32)
    y = rng.random(2000) < 1 / (1 + np.exp(0.6 - 0.45 * x[:, 0]))
    model = classifier(8, 1, optimizer=optimizers.Adam(0.002))
    return Setup(model, x, y.astype(np.int32), {"epochs": 8})


@healthy("gains of tomorrow, of which today says little", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2000, 5)).astype(np.float32)
    y = (0.2 * x[:, 0] + rng.normal(size=2000)).astype(np.float32)
    model = regressor(8, 1, optimizer=optimizers.SGD(0.01))
    return Setup(model, x, y, {"epochs": 10})
