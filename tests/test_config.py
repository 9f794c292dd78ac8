"""The settings that hold for everything."""

import keras
import numpy as np
import pytest

from pellucid import Input, Sequential, config, layers, utils
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


@pytest.fixture
def afresh():
    def clear():
        for lib in (config, keras.config):
            lib.set_floatx("float32")
        utils.clear_session()
        keras.utils.clear_session()

    clear()
    yield
    clear()


@pytest.mark.parametrize("floats", ["float16", "bfloat16", "float32", "float64"])
def test_new_layers_are_of_the_floats_that_are_set_as_keras_s_are(afresh, floats):
    made = []
    for lib, kinds, entry in ((config, layers, Input), (keras.config, keras.layers, keras.Input)):
        lib.set_floatx(floats)
        layer = kinds.Dense(2)
        made.append(
            [
                lib.floatx(),
                lib.dtype_policy().name,
                layer.compute_dtype,
                layer.variable_dtype,
                kinds.Dense(2, dtype="float32").compute_dtype,
                entry((3,)).dtype,
            ]
        )
    assert made[0] == made[1]
    assert made[0][2] == floats
    recurrent = layers.LSTM(2)
    assert recurrent(np.ones((1, 3, 4))).dtype == floats
    assert {w.dtype for w in recurrent.weights} == {floats}


def test_a_policy_that_was_chosen_outweighs_the_floats_until_all_is_cleared(afresh):
    for lib, kinds, clear in (
        (config, layers, utils.clear_session),
        (keras.config, keras.layers, keras.utils.clear_session),
    ):
        lib.set_dtype_policy("mixed_bfloat16")
        lib.set_floatx("float64")
        assert kinds.Dense(1).compute_dtype == "bfloat16"
        clear()
        assert kinds.Dense(1).compute_dtype == "float64"


def test_a_network_of_float64_learns_to_more_digits_than_float32_has(afresh, rng):
    config.set_floatx("float64")
    x = rng.normal(size=(64, 3))
    y = x @ [[1 / 3], [-2 / 7], [0.1]]
    model = Sequential([layers.Dense(1)])
    model.build((None, 3))
    model.compile("sgd", "mse")
    model.optimizer.learning_rate = 0.3
    model.fit(x, y, epochs=300, batch_size=64, verbose=0, doctor="off")
    assert {str(w.dtype) for w in model.get_weights()} == {"float64"}
    np.testing.assert_allclose(model.predict(x, verbose=0), y, rtol=0, atol=1e-12)
