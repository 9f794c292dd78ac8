"""Small trainings for the tests of callbacks."""

import numpy as np

import pellucid
from pellucid import layers

X = np.linspace(-1, 1, 80, dtype=np.float32).reshape(20, 4)
Y = np.sin(X.sum(axis=1, keepdims=True))


def small_model(optimizer="sgd", metrics=("mae",), dropout=0.0):
    model = pellucid.Sequential(
        [
            pellucid.Input((4,)),
            layers.Dense(8, "tanh"),
            layers.Dropout(dropout),
            layers.Dense(1),
        ]
    )
    model.compile(optimizer, "mse", metrics=list(metrics))
    return model


def fitted(callbacks, epochs=3, model=None, **options):
    model = model or small_model()
    history = model.fit(
        X, Y, batch_size=5, epochs=epochs, callbacks=callbacks, **{"verbose": 0, **options}
    )
    return model, history
