"""What every test and doctest gets."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import hypothesis
import numpy as np
import pytest

import pellucid
from pellucid.engines.xla import xla_engine

xla_engine()  # before Keras comes: what it asks of XLA is heard once, and all tests run with it

hypothesis.settings.register_profile("pellucid", deadline=None, derandomize=True, max_examples=25)
hypothesis.settings.load_profile("pellucid")


@pytest.fixture(autouse=True)
def repeatable():
    """First weights, dropout and the order of rows are the same in every run of a test."""
    pellucid.utils.set_random_seed(0)


@pytest.fixture(autouse=True)
def names_in_doctests(doctest_namespace):
    """Examples may use NumPy and the public names, as after `from pellucid import *`."""
    pellucid.graph.scope.reset_names()
    doctest_namespace["np"] = np
    doctest_namespace.update({name: getattr(pellucid, name) for name in pellucid.__all__})


@pytest.fixture
def rng():
    """Random numbers that are the same in every run."""
    return np.random.default_rng(0)
