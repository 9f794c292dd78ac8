"""Flax: the jitted step of its tutorials, with Optax."""

from typing import Any

from benchmarks.measure import Training
from benchmarks.tasks import Task


def prepare(task: Task) -> Training:
    """A loop over batches that calls `train_step`."""
    import jax
    import numpy as np
    import optax
    from flax import nnx

    model = task.flax()
    model.train()
    make = {"sgd": optax.sgd, "adam": optax.adam}[task.optimizer]
    optimizer = nnx.Optimizer(model, make(task.learning_rate), wrt=nnx.Param)

    def loss_of(model: Any, x: Any, y: Any) -> Any:
        if task.loss == "mse":
            return ((model(x) - y) ** 2).mean()
        return optax.softmax_cross_entropy_with_integer_labels(model(x), y).mean()

    @nnx.jit
    def train_step(model: Any, optimizer: Any, x: Any, y: Any) -> Any:
        loss, slopes = nnx.value_and_grad(loss_of)(model, x, y)
        optimizer.update(model, slopes)
        return loss

    # The graph of the objects is walked once, not each step: its guide to performance says so.
    step = nnx.cached_partial(train_step, model, optimizer)
    x, y = task.data()
    rng = np.random.default_rng(0)

    def train(epochs: int) -> float:
        for _ in range(epochs):
            total = 0.0
            for rows in rng.permutation(task.rows).reshape(-1, task.batch_size):
                total = total + step(x[rows], y[rows])
        return float(total) / task.steps

    def parameters() -> int:
        return sum(p.size for p in jax.tree.leaves(nnx.state(model, nnx.Param)))

    return Training(train, parameters)
