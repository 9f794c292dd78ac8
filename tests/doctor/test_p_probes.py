"""The probes: what they name, what they leave alone, and that they leave no trace."""

import numpy as np
import pytest

from pellucid import Input, Sequential, layers, ops
from pellucid.doctor.examining import examine
from pellucid.doctor.finding import Severity
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
