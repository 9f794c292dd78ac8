"""S7: settings of optimizers and schedules that cannot work are named, defaults are not."""

import numpy as np
import pytest

from pellucid import Input, Sequential, layers, optimizers
from pellucid.doctor.case import Case
from pellucid.doctor.finding import Severity
from pellucid.doctor.structure.optimizer_settings import OptimizerSettings
from pellucid.models.data import prepare
from pellucid.optimizers import schedules

ROWS = 320  # ten steps an epoch
ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


def case_of(optimizer, epochs=10):
    model = Sequential([Input((2,)), layers.Dense(1)])
    model.compile(optimizer, "mse")
    return Case(model, prepare(np.ones((ROWS, 2)), np.ones(ROWS)), epochs=epochs)


def found(optimizer, epochs=10):
    return list(OptimizerSettings().examine(case_of(optimizer, epochs)))


SGD, Adam = optimizers.SGD, optimizers.Adam
SICK = [  # the optimizer, what is found, what was measured, and what works
    (lambda: SGD(-0.01), ERROR, "The learning rate is below 0.", -0.01, "SGD()"),
    (lambda: Adam(0.0), ERROR, "The learning rate is 0.", 0.0, "Adam()"),
    (lambda: SGD(float("inf")), ERROR, "The learning rate is no finite number.", np.inf, "SGD()"),
    (lambda: SGD(0.1, momentum=0.999), WARNING, "momentum=0.999 hardly forgets anything.", 0.999,
     "SGD(learning_rate=0.1, momentum=0.9)"),
    (lambda: Adam(beta_1=0.995), WARNING, "beta_1=0.995 hardly forgets anything.", 0.995, "Adam()"),
    (lambda: Adam(epsilon=100.0), WARNING, "epsilon=100 is large beside most gradients.", 100.0,
     "Adam()"),
    (lambda: optimizers.RMSprop(epsilon=0.1), NOTE, "epsilon=0.1 is large beside most gradients.",
     0.1, "RMSprop()"),
    (lambda: Adam(beta_2=0.5), NOTE, "beta_2=0.5 forgets sooner than beta_1=0.9.", 0.9, "Adam()"),
    (lambda: SGD(clipnorm=1e-5), WARNING, "clipnorm=1e-05 cuts off nearly all of every gradient.",
     1e-5, "SGD(clipnorm=1.0)"),
    (lambda: Adam(clipvalue=1e-6), NOTE, "clipvalue=1e-06 cuts off nearly all of every gradient.",
     1e-6, "Adam(clipvalue=1.0)"),
    (lambda: SGD(0.5, weight_decay=0.5), WARNING, "weight_decay=0.5 takes the weights away.", 0.25,
     "SGD(learning_rate=0.5, weight_decay=0.0001)"),
    (lambda: SGD(gradient_accumulation_steps=101), ERROR,
     "The training ends before the first step.", 101, "SGD()"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "severity", "symptom", "value", "instead"), SICK)
def test_a_setting_that_cannot_work_is_named_with_one_that_does(
    make, severity, symptom, value, instead
):
    case = case_of(make())
    (finding,) = OptimizerSettings().examine(case)
    assert (finding.check, finding.severity, finding.symptom) == ("S7", severity, symptom)
    assert finding.measures[0].value == pytest.approx(value)
    assert finding.fix.instead == f"optimizers.{instead}"
    assert list(OptimizerSettings().examine(finding.fix.treated(case))) == []


@pytest.mark.parametrize(
    "make",
    [
        lambda: SGD(0.5, momentum=0.99),
        lambda: Adam(epsilon=1e-3),
        lambda: Adam(beta_1=0.0, beta_2=0.9),
        lambda: SGD(clipnorm=1e-4),
        lambda: SGD(0.5, weight_decay=0.19),
        lambda: SGD(gradient_accumulation_steps=100),
        lambda: optimizers.LossScaleOptimizer(SGD()),
        lambda: SGD(lambda: 0.1),
    ],
)
def test_settings_just_inside_are_silent(make):
    assert found(make()) == []


NAMES = """SGD RMSprop Adam AdamW Adadelta Adagrad Adamax Adafactor Nadam Ftrl Lion Lamb Muon
ScheduleFreeAdamW"""


@pytest.mark.parametrize("name", NAMES.split())
def test_the_defaults_of_every_optimizer_are_silent(name):
    assert found(getattr(optimizers, name)()) == []


def test_a_schedule_is_measured_against_the_steps_of_this_training():
    schedule = schedules.ExponentialDecay(0.1, 1, 0.7)  # 1 % is left after 13 steps
    (finding,) = found(SGD(schedule), epochs=20)
    assert finding.measures[0].value == 13 / 200
    assert "After 13 of 200 steps" in finding.why
    assert "decay_steps=200" in finding.fix.instead
    assert found(SGD(schedule), epochs=12) == []  # 13 of 120 are more than a tenth


@pytest.mark.parametrize(
    "schedule",
    [
        schedules.CosineDecay(0.1, 100),
        schedules.CosineDecay(0.0, 90, warmup_target=0.1, warmup_steps=10),
        schedules.CosineDecayRestarts(0.1, 5, t_mul=1.0),
        schedules.ExponentialDecay(0.1, 100, 0.5),
        schedules.PiecewiseConstantDecay([50], [0.1, 0.0001]),
        schedules.PolynomialDecay(0.1, 100),
        schedules.InverseTimeDecay(0.1, 1, 0.1),
    ],
)
def test_schedules_that_last_are_silent(schedule):
    assert found(SGD(schedule)) == []


def test_a_schedule_below_0_is_an_error():
    (finding,) = found(SGD(schedules.ExponentialDecay(-0.1, 100, 0.5)))
    assert finding.symptom == "The schedule's learning rate is not above 0."
    assert finding.severity is ERROR


def test_each_part_of_several_optimizers_is_looked_at():
    parts = optimizers.OptimizerMap(Adam(), {"none": SGD(momentum=0.999)})
    (finding,) = found(optimizers.MultiOptimizer(parts))
    assert finding.symptom == "momentum=0.999 hardly forgets anything."
    assert finding.fix.treated is None
