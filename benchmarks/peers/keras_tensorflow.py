"""Keras's `fit` on TensorFlow."""

from benchmarks.measure import Training
from benchmarks.peers import keras_jax
from benchmarks.tasks import Task


def prepare(task: Task) -> Training:
    """The same script, on another backend."""
    return keras_jax.prepare(task, "tensorflow")
