"""P7: the two engines held against each other."""

from dataclasses import dataclass

import numpy as np
import pytest

from pellucid import Input, Sequential, layers
from pellucid.doctor.case import Case
from pellucid.doctor.examining import _build
from pellucid.doctor.finding import Severity
from pellucid.doctor.probes.unequal_engines import UnequalEngines
from pellucid.graph.tensor import Op, apply
from pellucid.models.data import prepare
from pellucid.random import set_random_seed
from tests.doctor.test_clone import photograph

rng = np.random.default_rng(0)
X = rng.normal(size=(32, 5)).astype(np.float32)
Y = X[:, :1]


@dataclass(frozen=True)
class Doubled(Op):
    """Twice its input, or by XLA nearly so."""

    by: float

    def infer(self, x):
        return x

    def value(self, x):
        return 2 * x

    def lower(self, jax, x):
        return self.by * x

    def gradient(self, upstream, output, x):
        return (2 * upstream,)


def case_of(*hidden, optimizer="adam"):
    set_random_seed(0)
    model = Sequential([Input((5,)), layers.Dense(8, "relu"), *hidden, layers.Dense(1)])
    model.compile(optimizer, "mse")
    data = prepare(X, Y)
    assert _build(model, data) is None
    return Case(model, data)


def doubled(by):
    return layers.Lambda(lambda x: apply(Doubled(by), x), name="own")


def test_an_operation_that_xla_computes_otherwise_is_an_error_and_leaves_no_trace():
    case = case_of(doubled(2.01))
    before = photograph(case.model)
    (finding,) = UnequalEngines().examine(case)
    assert photograph(case.model) == before
    assert (finding.check, finding.severity, finding.layer) == ("P7", Severity.ERROR, "own")
    assert finding.symptom == "'doubled' is not the same in both engines."
    assert finding.measures[0].value == pytest.approx(0.005, rel=1e-3)
    assert finding.measures[0].limit == 1e-10
    assert finding.line.endswith("def lower(self, jax, x):")


@pytest.mark.parametrize("by", [2.0, 2.00001], ids=["equal", "just inside the limit"])
def test_what_agrees_raises_no_alarm(by):
    assert list(UnequalEngines().examine(case_of(doubled(by)))) == []


def test_rounding_that_cancels_is_no_difference():
    # The bias before a batch normalization has no slope: what is computed of it is rounding alone.
    case = case_of(layers.Dense(8), layers.BatchNormalization())
    before = photograph(case.model)
    assert list(UnequalEngines().examine(case)) == []
    assert photograph(case.model) == before
