"""Keras's `fit` on PyTorch: so slow that an epoch of it has a quarter of the steps."""

from benchmarks.measure import Training
from benchmarks.peers import keras_jax
from benchmarks.tasks import Task


def prepare(task: Task) -> Training:
    """The same script, on another backend, with less data."""
    task.steps //= 4
    return keras_jax.prepare(task, "torch")
