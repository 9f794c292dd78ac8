"""scikit-learn's multilayer perceptron. It has no dropout: it is spared that work."""

import warnings

from benchmarks.measure import Trainer
from benchmarks.tasks import Task


def prepare(task: Task) -> Trainer:
    """`MLPClassifier` or `MLPRegressor`, told not to stop early."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    warnings.simplefilter("ignore", ConvergenceWarning)
    kind = MLPClassifier if task.loss == "softmax" else MLPRegressor
    x, y = task.data()

    def train(epochs: int) -> None:
        kind(
            hidden_layer_sizes=task.sizes[1:-1],
            activation=task.activation,
            solver=task.optimizer,
            learning_rate_init=task.learning_rate,
            momentum=0.0,
            alpha=0.0,
            batch_size=task.batch_size,
            max_iter=epochs,
            tol=0.0,
            n_iter_no_change=10**6,
        ).fit(x, y.ravel())

    return train
