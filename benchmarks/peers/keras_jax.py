"""Keras's `fit` on JAX."""

import os

from benchmarks.measure import Training
from benchmarks.peers import fit
from benchmarks.tasks import Task


def prepare(task: Task, backend: str = "jax") -> Training:
    """The same script for every backend of Keras."""
    os.environ["KERAS_BACKEND"] = backend
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras

    return fit.prepare(task, keras)
