"""The tasks written by hand in JAX, as an expert would: what a compiled loop can reach at best."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.tasks.mlp import Mlp

Weights = list[tuple[Any, Any]]


def first_weights(task: Mlp) -> Weights:
    """Glorot's uniform weights and zero biases."""
    rng = np.random.default_rng(0)
    weights = []
    for inputs, units in zip(task.sizes, task.sizes[1:], strict=False):
        limit = np.sqrt(6 / (inputs + units))
        kernel = rng.uniform(-limit, limit, (inputs, units)).astype(np.float32)
        weights.append((jnp.asarray(kernel), jnp.zeros(units)))
    return weights


def loss_of(task: Mlp, weights: Weights, x: Any, y: Any, key: Any) -> Any:
    """The loss of a batch."""
    activation = {"tanh": jnp.tanh, "relu": jax.nn.relu}[task.activation]
    for kernel, bias in weights[:-1]:
        x = activation(x @ kernel + bias)
        if task.dropout:
            key, part = jax.random.split(key)
            kept = jax.random.bernoulli(part, 1 - task.dropout, x.shape)
            x = jnp.where(kept, x / (1 - task.dropout), 0.0)
    x = x @ weights[-1][0] + weights[-1][1]
    if task.loss == "mse":
        return jnp.mean((x - y) ** 2)
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(x), y[:, None], axis=1))


def first_state(task: Mlp) -> Any:
    """Weights, Adam's two means, the number of steps, and the random key."""
    weights = first_weights(task)
    zeros = [jax.tree.map(jnp.zeros_like, weights) for _ in range(2)]
    means = zeros if task.optimizer == "adam" else []
    return weights, means, jnp.zeros(()), jax.random.key(0)


def parameters(state: Any) -> int:
    """How many numbers are trained."""
    return sum(x.size for x in jax.tree.leaves(state[0]))


def step(task: Mlp, state: Any, x: Any, y: Any) -> Any:
    """One step: the new state and the loss."""
    weights, means, t, key = state
    key, part = jax.random.split(key) if task.dropout else (key, key)
    loss, gradient = jax.value_and_grad(loss_of, argnums=1)(task, weights, x, y, part)
    if task.optimizer == "sgd":
        weights = jax.tree.map(lambda w, g: w - task.learning_rate * g, weights, gradient)
        return (weights, means, t, key), loss
    t = t + 1
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, means[0], gradient)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, means[1], gradient)
    rate = task.learning_rate * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    weights = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), weights, m, v)
    return (weights, [m, v], t, key), loss
