"""JAX with a jitted step that Python calls for each batch."""

from benchmarks.measure import Training
from benchmarks.tasks.mlp import Mlp


def prepare(task: Mlp) -> Training:
    """The usual way to train in JAX."""
    import jax
    import numpy as np

    from benchmarks import jax_by_hand

    jitted = jax.jit(lambda state, x, y: jax_by_hand.step(task, state, x, y), donate_argnums=0)
    x, y = task.data()
    rng = np.random.default_rng(0)
    state = jax_by_hand.first_state(task)

    def train(epochs: int) -> float:
        nonlocal state
        for _ in range(epochs):
            order = rng.permutation(task.rows)
            total = 0.0
            for rows in order.reshape(-1, task.batch_size):
                state, loss = jitted(state, x[rows], y[rows])
                total = total + loss
            mean = float(total) / task.steps
        return mean

    return Training(train, lambda: jax_by_hand.parameters(state))
