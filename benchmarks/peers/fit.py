"""Training by `compile` and `fit`: one script for pellucid and for Keras."""

from typing import Any

from benchmarks.measure import Training
from benchmarks.tasks import Task


def prepare(task: Task, library: Any) -> Training:
    """The model, compiled."""
    model = task.keras(library)
    optimizer = {"sgd": library.optimizers.SGD, "adam": library.optimizers.Adam}[task.optimizer]
    softmax = library.losses.SparseCategoricalCrossentropy(from_logits=True)
    loss = softmax if task.loss == "softmax" else library.losses.MeanSquaredError()
    model.compile(optimizer(task.learning_rate), loss)
    x, y = task.data()

    def train(epochs: int) -> float:
        return model.fit(x, y, task.batch_size, epochs, verbose=0).history["loss"][-1]

    return Training(train, model.count_params)
