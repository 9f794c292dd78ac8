"""S3: labels that no output stands for are named."""

import numpy as np
import pytest

from pellucid import Input, Sequential, layers, losses
from pellucid.doctor.case import Case
from pellucid.doctor.structure.impossible_labels import ImpossibleLabels
from pellucid.models.data import prepare

LOSS = "sparse_categorical_crossentropy"


def case_of(y, loss=LOSS, validation=None, units=3):
    model = Sequential([Input((4,)), layers.Dense(units, "softmax", name="out")])
    model.compile("sgd", loss)
    other = None if validation is None else prepare(np.ones((len(validation), 4)), validation)
    return Case(model, prepare(np.ones((len(y), 4)), y), other)


def found(*args, **options):
    return list(ImpossibleLabels().examine(case_of(*args, **options)))


def test_label_3_with_3_units_needs_a_fourth():
    y = np.array([0, 1, 2, 3] * 5)
    case = case_of(y)
    (finding,) = ImpossibleLabels().examine(case)
    assert (finding.check, finding.layer) == ("S3", "out")
    assert finding.symptom == "Labels of the training reach 3, but there are 3 units."
    assert [(m.value, m.limit) for m in finding.measures] == [(3, 2), (0.25, 0.0)]
    assert finding.fix.instead == "layers.Dense(units=4, activation='softmax')"
    assert list(ImpossibleLabels().examine(finding.fix.treated(case))) == []


def test_labels_below_0_are_shifted():
    (finding,) = found(np.array([-1, 0, 1, 1]))
    assert [m.value for m in finding.measures] == [-1, 0.25]
    assert finding.fix.instead == "y + 1"


def test_labels_between_classes_are_named():
    (finding,) = found(np.array([0.0, 1.5, 2.0, 1.0]))
    assert finding.symptom == "Labels of the training are no whole numbers."
    assert finding.measures[0].value == 0.25


def test_labels_of_the_validation_count_too():
    (finding,) = found(np.array([0, 1, 2]), validation=np.array([0, 7]))
    assert finding.symptom == "Labels of the validation reach 7, but there are 3 units."


@pytest.mark.parametrize(
    ("y", "options"),
    [
        (np.array([0, 1, 2]), {}),
        (np.array([[0.0], [1.0], [2.0]]), {}),
        (np.array([0, 0, 0]), {}),
        (np.array([0, -1, 2]), {"loss": losses.SparseCategoricalCrossentropy(ignore_class=-1)}),
        (np.array([0, 7, 2]), {"loss": lambda y_true, y_pred: y_pred}),
        (np.eye(3), {"loss": "categorical_crossentropy"}),
        (np.array([0, 1, 2]), {"validation": np.array([2, 0])}),
    ],
)
def test_labels_that_have_a_unit_are_silent(y, options):
    assert found(y, **options) == []
