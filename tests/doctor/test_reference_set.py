"""A quick part of `python -m benchmarks.doctor`: checks before the first step, and four fits."""

import numpy as np
import pytest
from benchmarks.doctor_cases import PATIENTS
from benchmarks.doctor_cases.consultation import HARMFUL, case_of, consult, ranked

from pellucid.doctor.check import Moment
from pellucid.doctor.checking import examine_case
from pellucid.errors import PellucidError

HEALTHY = [p.name for p in PATIENTS.values() if p.healthy]
STATIC = [p.name for p in PATIENTS.values() if p.expected and p.expected[0][0] in "AS"]
NOT_AT_SIGHT = {  # all but the last by A9, which takes seconds: it is not made in every fit
    "labels from another file",
    "labels permuted",
    "rows of x turned by one",
    "targets one row off",
    "twins whose second pictures were shuffled alone",
    "MSE on numbers of classes",  # they may be counts
}


def at_sight(name, seed=0):
    """What is told before the first step of every fit."""
    with np.errstate(all="ignore"):
        case = case_of(PATIENTS[name].setup(seed))
        found = examine_case(case, [Moment.DATA, Moment.STRUCTURE], lambda check: check.quick)
    assert not found.failed
    return ranked(found)


@pytest.mark.parametrize("name", HEALTHY)
def test_no_fit_of_a_healthy_network_begins_with_an_alarm(name):
    assert [f.symptom for f in at_sight(name) if f.severity >= HARMFUL] == []


@pytest.mark.parametrize("name", [n for n in STATIC if n not in NOT_AT_SIGHT])
def test_what_ails_data_or_structure_is_told_before_the_first_step(name):
    assert at_sight(name)[0].check in PATIENTS[name].expected


@pytest.mark.parametrize("name", ["linear regression", "XOR tanh"])
def test_a_healthy_network_is_trained_without_an_alarm(name):
    outcome = consult(name, 0, treat=False)
    assert outcome.alarms == []
    assert outcome.failed == {}
    assert outcome.learned > 0.5


@pytest.mark.parametrize("name", ["circle times 1e4", "SGD of 1000 until NaN"])
def test_the_true_cause_is_told_first_of_a_training_that_fails(name):
    outcome = consult(name, 0, treat=False)
    assert outcome.named_by(1)
    assert outcome.learned is None or outcome.learned < 0.05


def test_every_name_is_one_network_that_can_be_made_again():
    for name in ("circle relu", "labels permuted"):
        one, again = (PATIENTS[name].setup(3) for _ in range(2))
        np.testing.assert_array_equal(one.x, again.x)
        np.testing.assert_array_equal(one.y, again.y)


def test_what_fit_refuses_was_told_of_before():
    outcome = consult("label 3 of 3 classes", 0, treat=False)
    assert outcome.refused is not None
    assert outcome.named_by(1)
    setup = PATIENTS[outcome.name].setup(0)
    with pytest.raises(PellucidError):
        setup.model.fit(setup.x, setup.y, verbose=0)
