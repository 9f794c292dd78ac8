"""S1: outputs, losses and targets that do not belong together are named, others are left alone."""

from dataclasses import replace

import numpy as np
import pytest

import pellucid as pl
from pellucid import Input, Model, Sequential, activations, layers, losses
from pellucid.doctor.case import Case
from pellucid.doctor.finding import Severity
from pellucid.doctor.structure.output_and_loss import OutputAndLoss
from pellucid.models.data import prepare

rng = np.random.default_rng(0)
ROWS = 60
CLASSES = np.arange(ROWS) % 3
TARGETS = {
    "binary": CLASSES % 2,
    "signs": 2.0 * (CLASSES % 2) - 1,
    "classes": CLASSES,
    "one-hot": np.eye(3)[CLASSES],
    "multi-label": (rng.random((ROWS, 3)) < 0.5).astype("float32"),
    "numbers": rng.normal(size=(ROWS, 1)),
}


def logits(name):
    return getattr(losses, name)(from_logits=True)


def case_of(output, loss, targets, metrics=None, before=()):
    model = Sequential([Input((4,)), layers.Dense(8, "relu"), *before, output], name="net")
    model.compile("sgd", loss, metrics=metrics)
    return Case(model, prepare(rng.normal(size=(ROWS, 4)), TARGETS[targets]))


def found(case):
    return list(OutputAndLoss().examine(case))


def dense(units, activation=None):
    return layers.Dense(units, activation, name="out")


BCE, CCE, SCCE = "BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"
SICK = [  # units, activation, loss, targets, what is found, and what it is to be replaced by
    (1, "softmax", "binary_crossentropy", "binary", "A softmax over one unit is always 1.",
     'layers.Dense(units=1, activation=\'sigmoid\')'),
    (1, "softmax", "mse", "numbers", "A softmax over one unit is always 1.",
     "layers.Dense(units=1)"),
    (1, "sigmoid", "categorical_crossentropy", "binary",
     "A cross-entropy over one class is always 0.", 'loss="binary_crossentropy"'),
    (3, "softmax", logits(CCE), "one-hot",
     "Softmax is applied twice: by the output and by the loss.", 'loss="categorical_crossentropy"'),
    (3, "softmax", logits(SCCE), "classes",
     "Softmax is applied twice: by the output and by the loss.",
     'loss="sparse_categorical_crossentropy"'),
    (1, "sigmoid", logits(BCE), "binary",
     "Sigmoid is applied twice: by the output and by the loss.", 'loss="binary_crossentropy"'),
    (3, "sigmoid", logits(SCCE), "classes", "Sigmoids are taken for logits of a softmax.",
     'layers.Dense(units=3, activation=\'softmax\')\nloss="sparse_categorical_crossentropy"'),
    (3, None, "categorical_crossentropy", "one-hot", "Logits are judged as probabilities.",
     "loss=losses.CategoricalCrossentropy(from_logits=True)"),
    (3, None, "sparse_categorical_crossentropy", "classes", "Logits are judged as probabilities.",
     "loss=losses.SparseCategoricalCrossentropy(from_logits=True)"),
    (1, None, "binary_crossentropy", "binary", "Logits are judged as probabilities.",
     "loss=losses.BinaryCrossentropy(from_logits=True)"),
    (3, "sigmoid", "categorical_crossentropy", "one-hot",
     "Sigmoids are judged as the probabilities of one of several classes.",
     "layers.Dense(units=3, activation='softmax')"),
    (3, "sigmoid", "categorical_crossentropy", "multi-label",
     "Sigmoids are judged as the probabilities of one of several classes.",
     'loss="binary_crossentropy"'),
    (3, "log_softmax", "sparse_categorical_crossentropy", "classes",
     "Logarithms of probabilities are judged as probabilities.",
     "loss=losses.SparseCategoricalCrossentropy(from_logits=True)"),
    (3, "relu", "sparse_categorical_crossentropy", "classes",
     "ReLU outputs are judged as probabilities.", "layers.Dense(units=3, activation='softmax')"),
    (1, "tanh", "binary_crossentropy", "binary",
     "Outputs of tanh are judged as probabilities.", "layers.Dense(units=1, activation='sigmoid')"),
    (3, "relu", logits(SCCE), "classes", "ReLU cuts off the logits below 0.",
     "layers.Dense(units=3)"),
    (1, "tanh", logits(BCE), "binary", "The output cannot be sure of anything.",
     "layers.Dense(units=1)"),
    (3, "softmax", "binary_crossentropy", "multi-label",
     "A softmax stands where several labels can hold at once.",
     "layers.Dense(units=3, activation='sigmoid')"),
    (3, "softmax", "mse", "multi-label",
     "A softmax stands where several labels can hold at once.",
     "layers.Dense(units=3, activation='sigmoid')\nloss=\"binary_crossentropy\""),
    (1, "sigmoid", "binary_crossentropy", "numbers",
     "A cross-entropy is asked for targets that are no probabilities.",
     'layers.Dense(units=1)\nloss="mse"'),
    (1, "sigmoid", "binary_crossentropy", "signs",
     "A cross-entropy is asked for targets of -1 and 1.", "(y + 1) / 2"),
    (3, "softmax", "binary_crossentropy", "one-hot", "A softmax is judged class by class.",
     'loss="categorical_crossentropy"'),
    (1, "sigmoid", "mse", "binary", "Classes are judged by a distance.",
     'loss="binary_crossentropy"'),
    (3, "softmax", "mae", "one-hot", "Classes are judged by a distance.",
     'loss="categorical_crossentropy"'),
    (1, None, "poisson", "classes",
     "A Poisson loss is asked of outputs that can be below 0.",
     "layers.Dense(units=3, activation='softplus')"),
    (1, "sigmoid", "hinge", "signs", "A hinge loss is asked of outputs that cannot be below 0.",
     "layers.Dense(units=1)"),
]  # fmt: skip
MEASURED = {"Classes are judged by a distance.", "A softmax is judged class by class."}


@pytest.mark.parametrize(("units", "activation", "loss", "targets", "symptom", "instead"), SICK)
def test_a_mismatch_is_named_with_its_replacement(
    units, activation, loss, targets, symptom, instead
):
    (finding,) = found(case_of(dense(units, activation), loss, targets))
    assert (finding.check, finding.layer, finding.symptom) == ("S1", "out", symptom)
    assert finding.fix.instead == instead
    assert (finding.severity is Severity.NOTE) == (symptom in MEASURED)
    assert "test_s1" in finding.line


@pytest.mark.parametrize(("units", "activation", "loss", "targets", "symptom", "instead"), SICK)
def test_what_was_treated_is_found_no_more(units, activation, loss, targets, symptom, instead):
    case = case_of(dense(units, activation), loss, targets)
    (finding,) = found(case)
    treated = finding.fix.treated(case)
    assert found(treated) == []
    assert [len(found(case)), case.model.layers[-1].units] == [1, units]  # as it was
    ours, theirs = case.model.layers[0].kernel, treated.model.layers[0].kernel
    np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


HEALTHY = [
    (1, "sigmoid", "binary_crossentropy", "binary"),
    (1, None, logits(BCE), "binary"),
    (2, "softmax", "sparse_categorical_crossentropy", "binary"),
    (3, "softmax", "sparse_categorical_crossentropy", "classes"),
    (3, None, logits(SCCE), "classes"),
    (3, "log_softmax", logits(SCCE), "classes"),
    (3, "softmax", "categorical_crossentropy", "one-hot"),
    (3, "sigmoid", "binary_crossentropy", "multi-label"),
    (3, "sigmoid", "binary_crossentropy", "one-hot"),
    (3, "softplus", "categorical_crossentropy", "one-hot"),
    (1, None, "mse", "numbers"),
    (1, None, "mse", "signs"),
    (1, "tanh", "hinge", "signs"),
    (1, None, "hinge", "binary"),
    (1, "softplus", "poisson", "classes"),
    (3, "softmax", "kl_divergence", "one-hot"),
    (3, "relu", lambda y_true, y_pred: pl.ops.sum(y_pred), "classes"),
]


@pytest.mark.parametrize(("units", "activation", "loss", "targets"), HEALTHY)
def test_what_belongs_together_is_silent(units, activation, loss, targets):
    assert found(case_of(dense(units, activation), loss, targets)) == []


@pytest.mark.parametrize(
    "output", [layers.Softmax(name="last"), layers.Activation("softmax", name="last")]
)
def test_an_activation_that_is_a_layer_is_seen_too(output):
    case = case_of(output, logits(SCCE), "classes", before=[layers.Dense(3)])
    (finding,) = found(case)
    assert (finding.layer, finding.measures[0].value) == (
        "last",
        pytest.approx(np.log(1 + 2 / np.e)),
    )
    assert found(finding.fix.treated(case)) == []


def test_a_function_in_a_functional_model_is_seen_too():
    x = Input((4,))
    y = activations.softmax(layers.Dense(3, name="scores")(x))
    model = Model(x, y)
    model.compile("sgd", logits(SCCE))
    (finding,) = found(Case(model, prepare(np.ones((ROWS, 4)), CLASSES)))
    assert finding.symptom == "Softmax is applied twice: by the output and by the loss."
    assert finding.line.endswith('y = activations.softmax(layers.Dense(3, name="scores")(x))')


def test_a_function_in_the_call_of_a_subclass_is_seen_too():
    class Net(Model):
        def __init__(self):
            super().__init__()
            self.scores = layers.Dense(3)

        def call(self, x):
            return activations.softmax(self.scores(x))

    model = Net()
    model.compile("sgd", logits(SCCE))
    (finding,) = found(Case(model, prepare(np.ones((ROWS, 4)), CLASSES)))
    assert finding.line.endswith("return activations.softmax(self.scores(x))")
    assert finding.fix.treated is None


def test_a_softmax_of_sigmoids_cannot_be_sure():
    case = case_of(
        layers.Softmax(), "sparse_categorical_crossentropy", "classes", before=[dense(3, "sigmoid")]
    )
    (finding,) = found(case)
    assert finding.symptom == "The output cannot be sure of anything."
    assert finding.measures[0].value == pytest.approx(np.log(1 + 2 / np.e))
    assert finding.fix.now == 'activation in "out"'


def test_logits_within_wide_bounds_are_silent():
    def scaled(factor):
        return layers.Lambda(lambda x: factor * pl.ops.tanh(x))

    def severity(factor):
        case = case_of(scaled(factor), logits(SCCE), "classes", before=[layers.Dense(3)])
        return [f.severity for f in found(case)]

    # log(1 + 2 exp(-2 c)) crosses 0.05 nats at c = 1.83
    assert (severity(1.8), severity(1.9)) == ([Severity.WARNING], [])


def test_class_numbers_by_a_distance_are_named_where_hits_are_counted():
    (finding,) = found(case_of(dense(1), "mse", "classes", metrics=["accuracy"]))
    assert finding.symptom == "Numbers of classes are learned as amounts."
    assert finding.fix.instead == (
        "layers.Dense(units=3, activation='softmax')\nloss=\"sparse_categorical_crossentropy\""
    )


def test_whole_numbers_by_a_distance_are_a_note_where_nobody_counts_hits():
    case = case_of(dense(1), "mse", "classes", metrics=["mae"])
    (finding,) = found(case)
    assert finding.symptom == "Whole numbers from 0 on are learned as amounts."
    assert finding.severity == Severity.NOTE

    def with_targets(y):
        return found(replace(case, train=replace(case.train, y=y)))

    assert len(with_targets(CLASSES)) == 1
    assert with_targets(CLASSES.astype("float32")) == []  # as amounts are written
    assert with_targets(CLASSES * 30) == []  # too many to be classes


def test_each_of_several_outputs_is_judged_by_its_own_loss():
    x = Input((4,))
    right = layers.Dense(1, name="right")(x)
    wrong = layers.Dense(1, "softmax", name="wrong")(x)
    model = Model(x, [right, wrong])
    model.compile("sgd", ["mse", "binary_crossentropy"])
    data = prepare(np.ones((ROWS, 4)), [TARGETS["numbers"], TARGETS["binary"]])
    assert [f.layer for f in found(Case(model, data))] == ["wrong"]
