"""The best constant: by its formula and by search, against all constants on a fine grid."""

import numpy as np
import pytest

from pellucid import Input, Sequential, doctor, layers, losses, ops
from pellucid.doctor.case import Case
from pellucid.doctor.dumb import best_constant, dumb_loss
from pellucid.models.data import prepare

GRID = np.linspace(0.001, 0.999, 999)
TRUTH = np.array([0, 0, 0, 1, 0, 0, 1, 0, 0, 0])


def case_of(loss, y, activation=None, units=1, **settings):
    model = Sequential([Input((2,)), layers.Dense(units, activation)])
    model.compile("sgd", loss)
    doctor.examine(model, np.zeros((len(y), 2)), y, moments=[])  # tells the losses their outputs
    return Case(model, prepare(np.zeros((len(y), 2)), y, settings.pop("weight", None)), **settings)


def constant(case):
    (head,) = case.heads
    return best_constant(head, case.weight(head), case.predictions[0].shape[1:])


def least(loss, y, weight=1.0, grid=GRID):
    """The smallest loss of any constant: each is tried."""
    weight = np.broadcast_to(weight, len(y))
    return min(float(np.mean(weight * loss(y, c))) for c in grid)


def crossentropy(y, p):
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def test_smoothed_labels_have_a_smoothed_share_for_a_constant():
    case = case_of(losses.BinaryCrossentropy(label_smoothing=0.2), TRUTH, "sigmoid")
    assert constant(case) == pytest.approx(0.8 * 0.2 + 0.1)
    assert dumb_loss(case) == pytest.approx(least(crossentropy, 0.8 * TRUTH + 0.1), rel=1e-4)


def test_smoothed_columns_have_the_entropy_of_their_shares():
    y = np.eye(3, dtype="float32")[[0, 0, 0, 1, 1, 2]]
    shares = 0.7 * y.mean(axis=0) + 0.1
    loss = losses.CategoricalCrossentropy(label_smoothing=0.3)
    assert dumb_loss(case_of(loss, y, "softmax", 3)) == pytest.approx(
        -np.sum(shares * np.log(shares)), rel=1e-5
    )


def test_logits_have_the_same_loss_as_probabilities():
    loss = losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.2)
    case = case_of(loss, TRUTH)
    assert constant(case) == pytest.approx(np.log(0.26 / 0.74))
    assert dumb_loss(case) == pytest.approx(least(crossentropy, 0.8 * TRUTH + 0.1), rel=1e-4)


def test_weights_of_classes_move_the_constant():
    case = case_of("binary_crossentropy", TRUTH, "sigmoid", class_weight={0: 1.0, 1: 4.0})
    assert constant(case) == pytest.approx(0.5)
    weight = np.where(TRUTH == 1, 4.0, 1.0)
    assert dumb_loss(case) == pytest.approx(least(crossentropy, TRUTH, weight), rel=1e-4)


def test_absolute_errors_have_the_weighted_median():
    y, weight = np.array([1.0, 2.0, 3.0, 10.0]), np.array([1.0, 1.0, 1.0, 4.0])
    assert constant(case_of("mae", y)) in (2.0, 3.0)
    case = case_of("mae", y, weight=weight)
    assert constant(case) == 10
    assert dumb_loss(case) == pytest.approx(
        least(lambda y, c: abs(y - c), y, weight, np.linspace(0, 12, 1201))
    )


@pytest.mark.parametrize(
    ("loss", "slow"),
    [
        ("huber", lambda e: np.where(abs(e) < 1, e**2 / 2, abs(e) - 0.5)),
        (
            lambda t, p: ops.mean(ops.maximum(0.9 * (t - p), 0.1 * (p - t)), axis=-1),
            lambda e: np.maximum(0.9 * e, -0.1 * e),
        ),
    ],
    ids=["huber", "quantile"],
)
def test_losses_without_a_formula_are_searched(loss, slow):
    y = np.random.default_rng(0).exponential(3.0, 200)
    found = dumb_loss(case_of(loss, y[:, None]))
    best = least(lambda y, c: slow(y - c), y, 1.0, np.linspace(0, 15, 3001))
    assert found == pytest.approx(best, rel=2e-3)


def test_poisson_has_the_mean():
    y = np.random.default_rng(0).poisson(4.0, 100).astype("float32")
    case = case_of("poisson", y[:, None], "softplus")
    assert constant(case) == pytest.approx(y.mean(), rel=1e-3)
