"""pellucid's `fit`."""

from benchmarks.measure import Trainer
from benchmarks.tasks import Task


def prepare(task: Task) -> Trainer:
    """A Sequential model, as anybody would write it."""
    import pellucid as pl

    hidden = []
    for units in task.sizes[1:-1]:
        hidden.append(pl.layers.Dense(units, task.activation))
        if task.dropout:
            hidden.append(pl.layers.Dropout(task.dropout))
    model = pl.Sequential([pl.Input((task.sizes[0],)), *hidden, pl.layers.Dense(task.sizes[-1])])
    optimizer = {"sgd": pl.optimizers.SGD, "adam": pl.optimizers.Adam}[task.optimizer]
    softmax = pl.losses.SparseCategoricalCrossentropy(from_logits=True)
    loss = softmax if task.loss == "softmax" else pl.losses.MeanSquaredError()
    model.compile(optimizer(task.learning_rate), loss)
    x, y = task.data()
    return lambda epochs: model.fit(x, y, task.batch_size, epochs, verbose=0) and None
