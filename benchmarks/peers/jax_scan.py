"""JAX with `lax.scan` over the epoch, shuffled data and the mean loss: the fastest by hand."""

from benchmarks.measure import Training
from benchmarks.tasks.mlp import Mlp


def prepare(task: Mlp) -> Training:
    """One call an epoch."""
    import jax
    import numpy as np

    from benchmarks import jax_by_hand

    def epoch(state, x, y, order):  # type: ignore[no-untyped-def]
        batches = order.reshape(-1, task.batch_size)

        def one(state, rows):  # type: ignore[no-untyped-def]
            return jax_by_hand.step(task, state, x[rows], y[rows])

        state, losses = jax.lax.scan(one, state, batches)
        return state, losses.mean()

    jitted = jax.jit(epoch, donate_argnums=0)
    x, y = (jax.device_put(a) for a in task.data())
    rng = np.random.default_rng(0)
    state = jax_by_hand.first_state(task)

    def train(epochs: int) -> float:
        nonlocal state
        for _ in range(epochs):
            state, loss = jitted(state, x, y, rng.permutation(task.rows).astype(np.int32))
            mean = float(loss)
        return mean

    return Training(train, lambda: jax_by_hand.parameters(state))
