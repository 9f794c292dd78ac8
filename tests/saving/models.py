"""Equal models of ours and of Keras, trained a little, so that optimizers have a state."""

import keras
import numpy as np

import pellucid
from pellucid import layers

X = np.linspace(-1, 1, 32, dtype=np.float32).reshape(8, 4)
Y = np.linspace(0, 2, 16, dtype=np.float32).reshape(8, 2)


def made_of(library, inner):
    """A model with two layers of one class, with a layer of chance and one without weights."""
    return library.Sequential(
        [
            library.Input((4,)),
            inner.Dense(3, "relu"),
            inner.Dropout(0.5, seed=3),
            inner.ReLU(),
            inner.Dense(5, use_bias=False),
            inner.Dense(2),
        ]
    )


def ours(optimizer=None):
    model = made_of(pellucid, layers)
    if optimizer is not None:
        model.compile(optimizer, "mse")
        model.fit(X, Y, epochs=2, verbose=0)
    return model


def theirs(optimizer=None):
    model = made_of(keras, keras.layers)
    if optimizer is not None:
        model.compile(optimizer, "mse")
        model.fit(X, Y, epochs=2, verbose=0)
    return model


def state(model):
    return [np.asarray(v) for v in model.get_weights()]


def optimizer_state(model):
    return [np.asarray(v.numpy()) for v in model.optimizer.variables]
