"""scikit-learn's multilayer perceptron. It has no dropout: it is spared that work."""

import warnings

from benchmarks.measure import Training
from benchmarks.tasks.mlp import Mlp


def prepare(task: Mlp) -> Training:
    """`MLPClassifier` or `MLPRegressor`, told not to stop early, and to go on where it was."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    warnings.simplefilter("ignore", ConvergenceWarning)
    kind = MLPClassifier if task.loss == "softmax" else MLPRegressor
    network = kind(
        hidden_layer_sizes=task.sizes[1:-1],
        activation=task.activation,
        solver=task.optimizer,
        learning_rate_init=task.learning_rate,
        momentum=0.0,
        alpha=0.0,
        batch_size=task.batch_size,
        tol=0.0,
        n_iter_no_change=10**6,
        warm_start=True,
    )
    x, y = task.data()
    targets = y.ravel() if y.shape[-1] == 1 else y

    def train(epochs: int) -> float:
        return float(network.set_params(max_iter=epochs).fit(x, targets).loss_)

    def parameters() -> int:
        return sum(a.size for a in [*network.coefs_, *network.intercepts_])

    return Training(train, parameters)
