"""Trying a fix: what is told of it, and that nothing of it stays."""

from dataclasses import replace

import numpy as np
import pytest

from pellucid import Input, Sequential, layers, optimizers
from pellucid.doctor.case import Case
from pellucid.doctor.examining import examine
from pellucid.doctor.finding import Finding, Fix, Severity
from pellucid.doctor.treating import Course, Treatment, compare
from pellucid.engines.engine import engine
from pellucid.errors import StateError
from pellucid.models.data import prepare
from pellucid.random.seeds import set_random_seed
from tests.doctor.test_clone import photograph

rng = np.random.default_rng(0)
X = rng.normal(size=(128, 4)).astype(np.float32)
Y = (X[:, :1] * 2 - X[:, 1:2]).astype(np.float32)


@pytest.fixture(autouse=True)
def _reference():
    with engine("numpy"):
        yield


def network(output=None, optimizer=None, **dense):
    set_random_seed(1)
    model = Sequential([Input((4,)), layers.Dense(8, "tanh", **dense), layers.Dense(1, output)])
    model.compile(optimizer or optimizers.SGD(0.1), "mse")
    return model


def case_of():
    model = network()
    return Case(model, prepare(X, Y), epochs=2)


def found(model, check, x=X, y=Y, **arguments):
    diagnosis = examine(model, x, y, **arguments)
    return next(f for f in diagnosis.findings if f.check == check)


def test_a_change_that_helps_is_told_and_the_model_stays_as_it_is():
    model = network("sigmoid")
    finding = found(model, "A4", moments=["data"], epochs=40)
    before = photograph(model)
    treatment = finding.treat()
    assert photograph(model) == before
    assert treatment.helped
    assert treatment.after.end() > 0.9 > 0.5 > treatment.before.end()
    assert treatment.model is not model
    assert treatment.model.layers[-1].activation.__name__ == "linear"
    # Both began with the same weights.
    for ours, theirs in zip(model.weights[:2], treatment.model.weights[:2], strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
    assert treatment.before.steps[-1] == treatment.after.steps[-1] == 40 * 4


def test_the_course_of_the_model_as_it_is_is_what_fit_would_give():
    model = network("sigmoid")
    finding = found(model, "A4", moments=["data"], epochs=3, shuffle=False)
    course = finding.treat().before
    model.fit(X, Y, epochs=3, shuffle=False, verbose=0, doctor="off")
    assert course.losses[-1] == pytest.approx(model.evaluate(X, Y, verbose=0), rel=1e-4)
    dumb = float(np.mean((Y - Y.mean()) ** 2))
    assert course.end() == pytest.approx(1 - course.losses[-1] / dumb, rel=1e-4)


def test_after_a_training_both_begin_where_it_began():
    model = network(optimizer=optimizers.SGD(20.0))
    first = [w.copy() for w in model.get_weights()]
    history = model.fit(X, Y, epochs=30, verbose=0, doctor="quiet")
    after = photograph(model)
    finding = next(f for f in history.diagnosis.findings if f.check in ("R1", "R2", "R5"))
    treatment = finding.treat(steps=100)
    assert photograph(model) == after
    assert treatment.helped
    assert treatment.after.steps[-1] == 100
    for ours, theirs in zip(first, treatment.model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_change_of_data_is_tried_on_the_same_model():
    model = network()
    finding = found(model, "A2", x=X * 1e4, moments=["data"], epochs=20)
    treatment = finding.treat()
    assert treatment.model is model
    assert treatment.helped


def test_a_change_that_does_not_help_is_told():
    treatment = compare(case_of(), lambda case: replace(case), "X1", "nothing at all", 8)
    assert treatment.before.end() == treatment.after.end()
    assert not treatment.helped
    assert treatment.describe().startswith("X1: the change did not help.")


def test_only_what_a_machine_can_do_is_tried():
    finding = Finding("X1", Severity.NOTE, "It is so.", "Because.", fix=Fix("look at the data"))
    with pytest.raises(StateError) as caught:
        finding.treat()
    assert str(caught.value) == (
        "The change that X1 advises cannot be tried by a machine.\n"
        "  given:    a finding whose fix only people can make\n"
        "  expected: a finding of doctor.examine or fit, with fix.treated\n"
        "  to mend:  look at the data"
    )


def test_a_training_that_does_not_run_is_told_and_drawn():
    from matplotlib.figure import Figure

    none = np.zeros(0)
    before = Course(none, none, none, none, "There is nothing to train.")
    learned = np.array([0.0, 0.5])
    after = Course(np.array([0, 10]), 1 - learned, learned, none)
    treatment = Treatment("S6", "layer.trainable = True", before, after, None)
    assert treatment.helped
    assert repr(treatment) == (
        "<Treatment of S6: helped, as it is not trained, with the change 50%>"
    )
    assert treatment.describe() == (
        "S6: the change helped.\n"
        "Of the way from the best constant's loss to 0 on rows of the training, after 10 steps: "
        "as it is not trained, with the change 50%.\n"
        "The training as it is stopped: There is nothing to train.\n"
        "The change:\n"
        "layer.trainable = True"
    )
    ax = treatment.plot(ax=Figure().subplots())
    np.testing.assert_array_equal(ax.lines[1].get_xydata(), [[0, 0.0], [10, 0.5]])
    assert ax.pellucid_words == treatment.describe()


@pytest.mark.parametrize(("was", "now", "helped"), [(0.2, 0.26, True), (0.2, 0.24, False)])
def test_a_twentieth_more_is_help(was, now, helped):
    none = np.zeros(0)
    courses = [Course(np.zeros(1), none, np.array([p]), none) for p in (was, now)]
    assert Treatment("X1", "", *courses, None).helped is helped
