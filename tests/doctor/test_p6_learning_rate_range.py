"""P6: rates that are told, and those next to them that are not, for they do no harm."""

from dataclasses import replace

import numpy as np
import pytest

from pellucid import Input, Sequential, layers, optimizers
from pellucid.doctor.case import Case
from pellucid.doctor.finding import Severity
from pellucid.doctor.learning_rate import rate_test
from pellucid.doctor.probes.learning_rate_range import LearningRateRange, _rates
from pellucid.engines.engine import engine
from pellucid.models.data import prepare
from pellucid.random.seeds import set_random_seed
from tests.doctor.test_clone import photograph

rng = np.random.default_rng(0)
X = rng.normal(size=(200, 6)).astype(np.float32)
CLASSES = np.argmax(X[:, :3], axis=1)
Schedule = optimizers.schedules.ExponentialDecay


def case_of(optimizer, epochs=20, x=X):
    set_random_seed(1)
    model = Sequential([Input((6,)), layers.Dense(16, "relu"), layers.Dense(3, "softmax")])
    model.compile(optimizer, "sparse_categorical_crossentropy")
    return Case(model, prepare(x, CLASSES), epochs=epochs)


def found(case):
    with engine("numpy"):
        return list(LearningRateRange().examine(case))


def test_a_rate_that_is_too_large_is_a_warning_with_its_numbers():
    case = case_of(optimizers.SGD(30.0))
    before = photograph(case.model)
    (finding,) = found(case)
    assert photograph(case.model) == before
    assert (finding.check, finding.severity) == ("P6", Severity.WARNING)
    assert finding.symptom == "A learning rate of 30 is too large."
    rate, used, suggested = finding.measures
    assert rate.value > rate.limit
    assert used.value > 1.0 > suggested.value
    treated = finding.fix.treated(case)
    assert 0.01 < float(treated.model.optimizer.learning_rate.numpy()) < 3
    assert finding.fix.instead.startswith("optimizers.SGD(learning_rate=")


def test_a_rate_that_is_too_small_is_a_warning():
    (finding,) = found(case_of(optimizers.SGD(1e-6)))
    assert finding.symptom == "A learning rate of 1e-06 is too small."
    assert finding.measures[0].value < finding.measures[0].limit


def test_a_small_rate_that_has_the_time_to_get_there_is_none():
    # The same rate, with so many epochs that the pace of the first steps is enough.
    assert found(case_of(optimizers.SGD(1e-4), epochs=200)) != []
    assert found(case_of(optimizers.SGD(1e-4), epochs=200_000)) == []


@pytest.mark.parametrize(
    "optimizer",
    [
        optimizers.SGD(0.1),
        optimizers.SGD(0.05, momentum=0.9),
        optimizers.Adam(),
        optimizers.RMSprop(),
        optimizers.SGD(Schedule(0.5, 100, 0.5)),
        optimizers.Adam(lambda: 0.003),
        optimizers.LossScaleOptimizer(optimizers.Adam()),
        optimizers.SGD(0.0),
    ],
    ids=lambda optimizer: optimizer.name,
)
def test_a_rate_that_learns_is_silent(optimizer):
    assert found(case_of(optimizer)) == []


def test_a_large_rate_that_learns_all_the_same_is_silent():
    with engine("numpy"):
        diverging = rate_test(case_of(optimizers.SGD(0.1))).diverging
    assert found(case_of(optimizers.SGD(0.6 * diverging))) == []
    assert found(case_of(optimizers.SGD(6 * diverging))) != []


def test_a_warm_up_from_nothing_is_judged_by_where_it_leads():
    cosine = optimizers.schedules.CosineDecay
    warm = cosine(1e-8, 100, warmup_target=0.3, warmup_steps=70)
    assert found(case_of(optimizers.SGD(warm))) == []
    (finding,) = found(case_of(optimizers.SGD(cosine(1e-8, 100, 0.0, "c", 1e-7, 70))))
    assert finding.symptom == "A learning rate of 1e-07 is too small."


def test_the_rates_to_come_are_those_of_the_schedule():
    schedule = Schedule(0.5, 10, 0.5)
    rates = _rates(case_of(optimizers.SGD(schedule)))  # 20 epochs of 7 steps
    np.testing.assert_allclose(rates, 0.5 * 0.5 ** (np.arange(140) / 10), rtol=1e-5)
    assert _rates(case_of(optimizers.SGD(0.25), epochs=2)).tolist() == [0.25] * 14


def test_what_other_checks_tell_of_is_none_of_its_own():
    x = X.copy()
    x[3, 2] = np.nan
    assert found(case_of(optimizers.SGD(30.0), x=x)) == []
    case = case_of(optimizers.SGD(30.0))
    case.model.trainable = False
    assert found(case) == []
    case = case_of(optimizers.SGD(30.0))
    assert found(replace(case, train=prepare(X, CLASSES + 1))) == []  # label 3 of 3 classes
