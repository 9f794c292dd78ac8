"""Keras's `fit` on JAX."""

import os

from benchmarks.measure import Trainer
from benchmarks.tasks import Task


def prepare(task: Task, backend: str = "jax") -> Trainer:
    """The same script for every backend of Keras."""
    os.environ["KERAS_BACKEND"] = backend
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras

    hidden = []
    for units in task.sizes[1:-1]:
        hidden.append(keras.layers.Dense(units, task.activation))
        if task.dropout:
            hidden.append(keras.layers.Dropout(task.dropout))
    model = keras.Sequential(
        [keras.Input((task.sizes[0],)), *hidden, keras.layers.Dense(task.sizes[-1])]
    )
    optimizer = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}[task.optimizer]
    softmax = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    loss = softmax if task.loss == "softmax" else keras.losses.MeanSquaredError()
    model.compile(optimizer(task.learning_rate), loss)
    x, y = task.data()
    return lambda epochs: model.fit(x, y, task.batch_size, epochs, verbose=0) and None
