"""P1: what cannot learn 8 rows by heart is told, what can is not, and nothing is left behind."""

import numpy as np
import pytest

from pellucid import Input, Model, Sequential, layers, losses, ops
from pellucid.doctor.case import Case
from pellucid.doctor.examining import _build
from pellucid.doctor.finding import Severity
from pellucid.doctor.probes.memory import Memory, few_rows
from pellucid.doctor.probes.overfit_few import OverfitFew
from pellucid.engines.engine import engine
from pellucid.models.data import prepare
from pellucid.random import set_random_seed
from tests.doctor.test_clone import photograph

rng = np.random.default_rng(0)
X = rng.normal(size=(120, 12)).astype(np.float32)
CLASSES = rng.integers(0, 8, 120)
NUMBERS = (X[:, :1] + np.abs(X[:, 1:2])).astype(np.float32)
SPARSE = "sparse_categorical_crossentropy"


@pytest.fixture(autouse=True)
def fewer_attempts_and_all_the_time(monkeypatch):
    monkeypatch.setattr("pellucid.doctor.probes.overfit_few.RATES", (0.03, 0.1))
    monkeypatch.setattr("pellucid.doctor.probes.overfit_few.SECONDS", 600.0)
    monkeypatch.setattr(Memory, "steps", 100)


def case_of(model, y, loss, x=X):
    set_random_seed(0)
    model.compile("adam", loss)
    data = prepare(x, y)
    assert _build(model, data) is None
    return Case(model, data)


def classifier(*hidden):
    set_random_seed(0)
    return Sequential([Input((12,)), *hidden, layers.Dense(8, "softmax")])


def regressor(*hidden, output=None):
    set_random_seed(0)
    return Sequential([Input((12,)), *hidden, layers.Dense(1, output)])


def found(case):
    with engine("numpy"):  # no compilation, for so few steps of so small networks
        return list(OverfitFew().examine(case))


def test_a_hidden_layer_of_one_unit_is_warned_of_by_name():
    hidden = layers.Dense(1, "tanh", name="bottleneck")
    (finding,) = found(case_of(classifier(hidden), CLASSES, SPARSE))
    assert (finding.check, finding.severity) == ("P1", Severity.WARNING)
    assert finding.layer == "bottleneck"
    assert finding.symptom.endswith("'bottleneck' hands on no more than 1.")
    share, right, _ = finding.measures
    assert share.value < 0.6
    assert right.value <= 0.625


def test_a_layer_that_is_dead_is_warned_of():
    dead = layers.Dense(16, "relu", kernel_initializer="zeros", bias_initializer="zeros")
    (finding,) = found(case_of(classifier(layers.Dense(16, "relu"), dead), CLASSES, SPARSE))
    assert finding.severity == Severity.WARNING
    assert finding.symptom.startswith("The network cannot learn 8 rows by heart: 0% of a constant")
    assert finding.layer is None  # none is narrow


HEALTHY = {
    "wide enough": (lambda: classifier(layers.Dense(8, "relu")), CLASSES, SPARSE),
    "dropout, noise and a strong penalty": (
        lambda: classifier(
            layers.GaussianNoise(1.0), layers.Dense(16, "tanh", kernel_regularizer="l2"),
            layers.Dropout(0.9),
        ),
        CLASSES,
        SPARSE,
    ),
    "batch normalization": (
        lambda: classifier(layers.Dense(16), layers.BatchNormalization(), layers.ReLU()),
        CLASSES,
        SPARSE,
    ),
    "a regression": (lambda: regressor(layers.Dense(16, "relu")), NUMBERS, "mse"),
    "a line through numbers that lie on none": (regressor, rng.normal(size=(120, 1)), "mse"),
    "a linear autoencoder of two numbers": (
        lambda: Sequential([Input((12,)), layers.Dense(2), layers.Dense(12)]), X, "mse",
    ),
    "counts, whose least loss is below 0": (
        lambda: regressor(layers.Dense(16, "relu"), output="exponential"),
        rng.poisson(4.0, (120, 1)),
        "poisson",
    ),
    "targets that never vary": (
        lambda: regressor(layers.Dense(1, "relu")), np.ones((120, 1)), "mse",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HEALTHY)
def test_what_can_learn_by_heart_raises_no_alarm(name):
    make, y, loss = HEALTHY[name]
    assert found(case_of(make(), y, loss)) == []


def test_no_more_rows_are_asked_for_than_a_line_must_fit():
    x = np.linspace(-1, 1, 50, dtype=np.float32)[:, None]
    model = Sequential([Input((1,)), layers.Dense(1)])
    assert found(case_of(model, np.sign(x) * rng.uniform(1, 2, (50, 1)), "mse", x)) == []


def test_equal_rows_with_different_labels_are_not_asked_for():
    x = np.repeat(X[:10], 12, axis=0)
    case = case_of(classifier(layers.Dense(16, "relu")), CLASSES, SPARSE, x)
    rows = few_rows(case, 8)
    assert len(np.unique(rows.x, axis=0)) == len(rows.x) == 8
    assert found(case) == []


def test_rows_are_of_every_class_in_turn():
    y = np.where(np.arange(120) < 117, 0, np.arange(120) - 116)
    rows = few_rows(case_of(classifier(), y, SPARSE), 8)
    assert np.bincount(rows.y).tolist() == [5, 1, 1, 1]


def forgets_half(y, p):
    return -y * ops.log(p + 1e-7)


def sees_no_targets(y, p):
    return ops.square(p - ops.mean(p))


@pytest.mark.parametrize(
    ("loss", "output"), [(forgets_half, "sigmoid"), (sees_no_targets, None)], ids=["half", "none"]
)
def test_a_loss_that_asks_for_nothing_is_an_error(loss, output):
    y = (NUMBERS > 0.5).astype(np.float32)
    (finding,) = found(case_of(regressor(layers.Dense(8, "relu"), output=output), y, loss))
    assert finding.severity == Severity.ERROR
    assert finding.symptom == (
        "The loss asks for nothing: a constant output costs no more than one that follows the "
        "targets."
    )
    constant, following = finding.measures
    assert constant.value <= following.value + 1e-6


def test_a_loss_without_a_floor_is_an_error():
    def upside_down(y, p):
        return -ops.square(y - p)

    (finding,) = found(case_of(regressor(layers.Dense(8, "relu")), NUMBERS, upside_down))
    assert finding.severity == Severity.ERROR
    assert finding.symptom == (
        "The loss has no floor: it falls without end as outputs move away from the targets."
    )
    assert "R2" in finding.explains
    far, nearer = finding.measures
    assert far.value == pytest.approx(100 * nearer.value, rel=0.01)


def whole(y, p):
    return -y * ops.log(p + 1e-7) - (1 - y) * ops.log(1 - p + 1e-7)


def smoothed(y, p):
    return whole(0.8 * y + 0.1, p)


def of_logits(y, p):
    return ops.softplus(p) - y * p


def of_distances(y, p):
    return y * p**2 + (1 - y) * ops.square(ops.maximum(1 - p, 0))


def of_critics(y, p):
    return (2 * y - 1) * p  # without a floor, and meant: their weights are held down


@pytest.mark.parametrize(
    ("loss", "output"),
    [
        (whole, "sigmoid"),
        (smoothed, "sigmoid"),
        (of_logits, None),
        (of_distances, "softplus"),
        (of_critics, None),
    ],
)
def test_a_loss_that_pays_for_following_the_targets_is_no_error(loss, output):
    y = (NUMBERS > 0.5).astype(np.float32)
    case = case_of(regressor(layers.Dense(8, "relu"), output=output), y, loss)
    assert [f for f in found(case) if f.severity == Severity.ERROR] == []


def test_a_loss_that_asks_for_the_opposite_of_the_targets_is_no_error():
    y = rng.normal(size=(120, 1)).astype(np.float32)
    case = case_of(regressor(layers.Dense(8, "relu")), y, lambda y, p: ops.square(y + p))
    assert [f for f in found(case) if f.severity == Severity.ERROR] == []


def test_a_loss_on_probabilities_is_not_offered_outputs_that_are_none():
    def own(y, p):  # all ones would cost nothing, if a softmax could give them
        right = ops.sum(ops.one_hot(ops.cast(ops.reshape(y, (-1,)), "int32"), 8) * p, axis=-1)
        return -ops.log(right + 1e-7)

    assert found(case_of(classifier(layers.Dense(16, "relu")), CLASSES, own)) == []


def test_a_model_with_a_loss_of_its_own_is_passed_over():
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1, "relu")

        def call(self, x):
            return self.dense(x)

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return ops.mean(ops.square(y_pred - 1))

    assert found(case_of(Own(), NUMBERS, "mse")) == []


def test_a_probe_that_takes_too_long_is_given_up():
    case = case_of(classifier(layers.Dense(1, "tanh")), CLASSES, SPARSE)
    with engine("numpy"):
        assert Memory(case, few_rows(case, 8), seconds=0.0).learn(0.01) is None


def noisy():
    return classifier(layers.Dense(16, "relu"), layers.BatchNormalization(), layers.Dropout(0.5))


def test_nothing_of_the_model_is_changed():
    case = case_of(noisy(), CLASSES, losses.SparseCategoricalCrossentropy())
    before = photograph(case.model)
    assert found(case) == []
    assert photograph(case.model) == before


def test_an_error_inside_leaves_the_model_as_it_was(monkeypatch):
    case = case_of(noisy(), CLASSES, SPARSE)
    before = photograph(case.model)
    dropping = []

    def broken(case, rows, training):
        dropping.append(case.model.layers[-2].rate)
        raise KeyboardInterrupt

    monkeypatch.setattr("pellucid.doctor.probes.memory.View", broken)
    with pytest.raises(KeyboardInterrupt):
        found(case)
    assert dropping == [0.0]
    assert photograph(case.model) == before


def test_a_likelihood_by_the_logarithm_of_a_rate_is_no_error():
    def lived(y, log_rate):
        return y * ops.exp(log_rate) - log_rate

    y = rng.exponential(3.0, (120, 1)).astype(np.float32)
    case = case_of(regressor(layers.Dense(8, "relu")), y, lived)
    assert [f for f in found(case) if f.severity == Severity.ERROR] == []


def test_a_loss_of_the_outputs_alone_is_an_error_whatever_the_targets_logarithms_are():
    y = rng.uniform(0.8, 1.4, (120, 1)).astype(np.float32)
    case = case_of(regressor(layers.Dense(8, "relu")), y, lambda y, p: ops.square(p) + 0 * y)
    (finding,) = found(case)
    assert finding.symptom.startswith("The loss asks for nothing")
