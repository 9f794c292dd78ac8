"""The settings that hold for everything."""

import numpy as np
import pytest

from pellucid import Sequential, config, layers
from pellucid.errors import ArgumentError
from pellucid.models.arguments import verbosity


@pytest.fixture
def model():
    model = Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


X, Y = np.ones((8, 2), np.float32), np.ones(8, np.float32)


class Counting:
    """A data set that counts the batches that are asked for."""

    def __init__(self):
        self.given = 0

    def __iter__(self):
        for _ in range(100):
            self.given += 1
            yield X, Y


def test_a_limit_ends_trainings_early(model):
    config.set_max_epochs(2)
    try:
        assert config.max_epochs() == 2
        assert len(model.fit(X, Y, epochs=5, verbose=0).epoch) == 2
        assert len(model.fit(X, Y, epochs=1, verbose=0).epoch) == 1
    finally:
        config.set_max_epochs(None)
    assert len(model.fit(X, Y, epochs=3, verbose=0).epoch) == 3


def test_a_limit_ends_epochs_early(model):
    config.set_max_steps_per_epoch(3)
    try:
        assert config.max_steps_per_epoch() == 3
        assert model.predict(X, batch_size=2, verbose=0).shape == (6, 1)
        data = Counting()
        model.evaluate(data, steps=50, verbose=0)
        assert data.given < 10
    finally:
        config.set_max_steps_per_epoch(None)
    assert model.predict(X, batch_size=2, verbose=0).shape == (8, 1)


@pytest.mark.parametrize("name", ["max_epochs", "max_steps_per_epoch"])
@pytest.mark.parametrize("value", [0, 1.5, True])
def test_limits_are_whole_numbers(name, value):
    with pytest.raises(ArgumentError) as error:
        getattr(config, f"set_{name}")(value)
    assert str(error.value) == (
        f"'{name}' is a whole number of at least 1, or None.\n"
        f"  given:    {name}={value!r}\n"
        "  expected: 1, 2, 3, …, or None"
    )


def test_progress_comes_in_lines_where_interactive_logging_is_off():
    assert verbosity("auto") == 1
    config.disable_interactive_logging()
    try:
        assert not config.is_interactive_logging_enabled()
        assert verbosity("auto") == 2
        assert verbosity(1) == 1
    finally:
        config.enable_interactive_logging()
