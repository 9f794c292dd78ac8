"""Keras's `fit` on tensorflow."""

from benchmarks.measure import Trainer
from benchmarks.peers import keras_jax
from benchmarks.tasks import Task


def prepare(task: Task) -> Trainer:
    """The same script, on another backend."""
    return keras_jax.prepare(task, "tensorflow")
