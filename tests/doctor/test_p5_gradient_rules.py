"""P5: gradients that users wrote, against centred differences."""

from dataclasses import dataclass

import numpy as np
import pytest

from pellucid import Input, Sequential, layers, ops
from pellucid.doctor.case import Case
from pellucid.doctor.examining import _build
from pellucid.doctor.finding import Severity
from pellucid.doctor.probes.gradient_rules import GradientRules
from pellucid.graph.tensor import Op, apply
from pellucid.models.data import prepare
from pellucid.random import set_random_seed
from tests.doctor.test_clone import photograph

rng = np.random.default_rng(0)
X = rng.normal(size=(64, 5)).astype(np.float32)
Y = X[:, :1]


def rule(forwards, backwards):
    @ops.custom_gradient
    def own(x):
        return forwards(x), lambda upstream: backwards(upstream, x)

    return own


def case_of(function, loss="mse"):
    set_random_seed(0)
    own = layers.Lambda(function, name="own")
    model = Sequential([Input((5,)), layers.Dense(8), own, layers.Dense(1)])
    model.compile("adam", loss)
    data = prepare(X, Y)
    assert _build(model, data) is None
    return Case(model, data)


def found(case):
    with np.errstate(all="ignore"):
        return list(GradientRules().examine(case))


WRONG = {  # with the relative error of the slope
    "sign": (lambda x: x * x * x, lambda g, x: -3 * g * x * x, 2.0),
    "factor": (lambda x: x * x * x, lambda g, x: 2 * g * x * x, 1 / 3),
    "one per cent and more": (lambda x: x * x, lambda g, x: 2.03 * g * x, 0.03 / 2.03),
    "upstream forgotten": (lambda x: x * x, lambda g, x: 2 * x, None),
    "one of two pieces": (
        lambda x: ops.where(x > 0, x, 0.1 * x), lambda g, x: g * ops.where(x > 0, 1.0, 0.2), 0.5,
    ),
    "forgotten": (lambda x: ops.exp(x), lambda g, x: 0 * g, 1.0),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_gradient_is_an_error_with_its_place(name):
    forwards, backwards, error = WRONG[name]
    (finding,) = found(case_of(rule(forwards, backwards)))
    assert (finding.check, finding.severity, finding.layer) == ("P5", Severity.ERROR, "own")
    assert finding.symptom.startswith("The gradient of 'own' is not its slope: by argument 0 it")
    if error is not None:
        assert finding.measures[0].value == pytest.approx(error, rel=1e-3)


def test_a_wrong_sign_is_told_as_such():
    (finding,) = found(case_of(rule(lambda x: x * x * x, lambda g, x: -3 * g * x * x)))
    assert finding.fix.instead == "the same with the other sign"
    assert finding.line.endswith("return forwards(x), lambda upstream: backwards(upstream, x)")


def test_a_gradient_off_by_a_thousandth_is_a_warning_and_by_less_than_the_limit_nothing():
    off = [rule(lambda x: x * x, lambda g, x, f=f: f * g * x) for f in (2.002, 2.0001)]
    assert [f.severity for f in found(case_of(off[0]))] == [Severity.WARNING]
    assert found(case_of(off[1])) == []


def square_root(x):
    return ops.sqrt(ops.abs(x))


RIGHT = {
    "exact": (lambda x: ops.log(1 + ops.exp(x)), lambda g, x: g * ops.sigmoid(x)),
    "with a kink": (ops.relu, lambda g, x: g * ops.cast(x > 0, "float32")),
    "with a pole": (square_root, lambda g, x: g * ops.sign(x) / (2 * square_root(x))),
    "where it is no number": (ops.log, lambda g, x: g / x),
    "reversed on purpose": (lambda x: x + 0, lambda g, x: -g),
    "clipped on purpose": (lambda x: x, lambda g, x: ops.clip(g, -0.1, 0.1)),
    "straight through rounding": (ops.round, lambda g, x: g),
    "straight through a step": (
        lambda x: ops.cast(x > 0, "float32"), lambda g, x: g / (1 + x * x),
    ),
    "straight through bounds": (lambda x: ops.clip(x, -1, 1), lambda g, x: g),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_a_gradient_that_is_right_or_meant_raises_no_alarm(name):
    assert found(case_of(rule(*RIGHT[name]))) == []


def test_a_slope_by_convention_at_a_kink_raises_no_alarm():
    # A relu lets 0 through as 0, so that half of the values lie on the kink itself.
    own = rule(lambda x: 2 * ops.relu(x), lambda g, x: 2 * g * ops.cast(x > 0, "float32"))
    assert found(case_of(lambda x: own(ops.relu(x)))) == []


def test_an_argument_that_is_said_to_have_no_gradient_raises_none():
    @ops.custom_gradient
    def scaled(x, by):
        return x * by, lambda upstream: (upstream * by, None)

    assert found(case_of(lambda x: scaled(x, ops.exp(x)))) == []


def test_the_wrong_one_of_several_arguments_is_named():
    @ops.custom_gradient
    def product(a, b):
        return a * b, lambda upstream: (upstream * b, -upstream * a)

    (finding,) = found(case_of(lambda x: product(x, ops.exp(x))))
    assert "by argument 1 it gives" in finding.symptom


def test_a_loss_with_a_wrong_gradient_is_found():
    @ops.custom_gradient
    def error(y, p):
        return ops.square(y - p), lambda upstream: (None, 2 * upstream * (y - p))

    (finding,) = found(case_of(lambda x: x, error))
    assert finding.layer is None
    assert finding.fix.instead == "the same with the other sign"


@dataclass(frozen=True)
class Cube(Op):
    """An operation of the user's own."""

    factor: float

    def infer(self, x):
        return x

    def value(self, x):
        return x**3

    def lower(self, jax, x):
        return x**3

    def gradient(self, upstream, output, x):
        return (self.factor * upstream * x * x,)


@pytest.mark.parametrize(("factor", "told"), [(3.0, []), (1.0, [Severity.ERROR])])
def test_an_operation_of_the_users_own_is_checked_too(factor, told):
    findings = found(case_of(lambda x: apply(Cube(factor), x)))
    assert [f.severity for f in findings] == told
    assert all("the operation 'cube'" in f.symptom for f in findings)
    assert all(f.line.endswith("def gradient(self, upstream, output, x):") for f in findings)


def test_a_rule_that_is_used_twice_is_told_once():
    wrong = rule(lambda x: x * x, lambda g, x: g * x)
    assert len(found(case_of(lambda x: wrong(x)))) == 1


def test_a_model_without_rules_of_its_own_is_not_looked_into():
    assert found(case_of(lambda x: ops.relu(x) * ops.stop_gradient(x))) == []


def test_nothing_of_the_model_is_changed():
    case = case_of(rule(lambda x: x * x, lambda g, x: g * x))
    before = photograph(case.model)
    assert found(case)
    assert photograph(case.model) == before
