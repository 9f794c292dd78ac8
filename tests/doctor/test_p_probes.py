"""The probes: what they name, what they leave alone, and that they leave no trace."""

import numpy as np
import pytest

from pellucid import Input, Sequential, layers, ops, optimizers
from pellucid.doctor.examining import examine
from pellucid.doctor.finding import Severity
from pellucid.doctor.learning_rate import find_learning_rate, smoothed
from pellucid.errors import StateError
from pellucid.random import set_random_seed
from tests.doctor.test_clone import photograph

rng = np.random.default_rng(0)
X = rng.normal(size=(200, 6)).astype(np.float32)
CLASSES = np.argmax(X[:, :3], axis=1)


def network(*hidden, optimizer="adam"):
    set_random_seed(1)
    model = Sequential([Input((6,)), *hidden, layers.Dense(3, "softmax")])
    model.compile(optimizer, "sparse_categorical_crossentropy")
    return model


def alarms(model, x=X, y=CLASSES):
    diagnosis = examine(model, x, y, moments=["probe"])
    return [f for f in diagnosis.findings if f.severity > Severity.NOTE]


def test_a_healthy_network_raises_no_alarm_and_stays_as_it_is():
    model = network(layers.Dense(16, "relu"), layers.Dropout(0.5))
    examine(model, X, CLASSES, moments=["data"])  # its losses are matched with its outputs
    before = photograph(model)
    assert alarms(model) == []
    assert photograph(model) == before


def test_a_network_that_sees_no_input_is_an_error():
    model = network(layers.Lambda(lambda x: 0 * x), layers.Dense(16, "relu"))
    assert ("P2", Severity.ERROR) in [(f.check, f.severity) for f in alarms(model)]


def test_rows_that_are_mixed_are_an_error():
    model = network(layers.Lambda(lambda x: x - ops.mean(x, axis=0)), layers.Dense(16, "relu"))
    assert [f.check for f in alarms(model)] == ["P3"]


@pytest.mark.parametrize(("padding", "told"), [("same", ["P4"]), ("causal", [])])
def test_a_convolution_that_sees_the_future_is_an_error(padding, told):
    wave = np.cumsum(rng.normal(size=(60, 13)), axis=1)[..., None].astype(np.float32)
    model = Sequential(
        [Input((12, 1)), layers.Conv1D(8, 3, padding=padding, activation="tanh"), layers.Dense(1)]
    )
    model.compile("adam", "mse")
    found = alarms(model, wave[:, :-1], wave[:, 1:])
    assert [f.check for f in found if f.check == "P4"] == told


@pytest.mark.parametrize(
    ("optimizer", "told"),
    [(optimizers.Adam(10.0), ["P6"]), (optimizers.SGD(1e-7), ["P6"]), (optimizers.SGD(0.1), [])],
    ids=["far too large", "far too small", "right"],
)
def test_learning_rates_are_judged_by_a_range_test(optimizer, told):
    model = network(layers.Dense(16, "relu"), optimizer=optimizer)
    assert [f.check for f in alarms(model)] == told


def test_the_rate_that_is_found_learns_and_the_model_stays_as_it_is():
    x = np.linspace(-1, 1, 128, dtype=np.float32)[:, None]
    set_random_seed(1)
    model = Sequential([Input((1,)), layers.Dense(16, "tanh"), layers.Dense(1)])
    model.compile(optimizers.SGD(1e-9), "mse")
    model.fit(x, x**2, verbose=0, doctor="off")
    before = photograph(model)
    rate = find_learning_rate(model, x, x**2)
    assert photograph(model) == before
    model.optimizer.learning_rate = rate
    losses = model.fit(x, x**2, epochs=40, verbose=0, doctor="off").history["loss"]
    assert losses[-1] < losses[0] / 3


def test_a_range_test_needs_a_compiled_model():
    with pytest.raises(StateError, match="has to be compiled before 'find_learning_rate'"):
        find_learning_rate(Sequential([layers.Dense(1)]), X, CLASSES)


def test_smoothing_gives_the_weighted_mean_of_the_losses_so_far():
    assert smoothed([2.0, 2.0, 2.0]) == pytest.approx([2, 2, 2])
    assert smoothed([1.0, 4.0])[1] == pytest.approx((0.8 * 1 + 4) / 1.8)
