"""S2: a loss that stretches targets against outputs is named; one that means to is left alone."""

from dataclasses import dataclass

import numpy as np
import pytest

import pellucid as pl
from pellucid import Input, Model, Sequential, layers, losses
from pellucid.doctor.case import Case
from pellucid.doctor.structure.broadcast_loss import BroadcastLoss
from pellucid.doctor.view import View
from pellucid.models.data import prepare

N = 12


def squares(y_true, y_pred):
    return pl.ops.mean(pl.ops.square(y_true - y_pred))


@dataclass(eq=False)
class Squares(losses.Loss):
    def call(self, y_true, y_pred):
        return pl.ops.square(y_true - y_pred)


def found(units, y, loss, model=None):
    model = model or Sequential([Input((4,)), layers.Dense(units, name="out")])
    model.compile("sgd", loss)
    return list(BroadcastLoss().examine(Case(model, prepare(np.ones((N, 4)), y))))


def shown(finding):
    return [m.value for m in finding.measures]


def test_rows_against_a_column_become_a_square():
    (finding,) = found(1, np.ones(N), Squares())
    assert finding.symptom == (
        "The loss stretches targets (n,) and outputs (n, 1) against each other."
    )
    assert shown(finding) == ["(n,)", "(n, 1)", "(n, n)"]
    assert (finding.layer, finding.fix.instead) == ("out", "y.reshape(-1, 1)")
    assert finding.line.endswith("return pl.ops.square(y_true - y_pred)")


def test_two_columns_against_one_are_stretched():
    model = Sequential([Input((4,)), layers.Dense(1, name="out")])
    (finding,) = found(1, np.ones((N, 2)), squares, model)
    assert shown(finding) == ["(n, 2)", "(n, 1)", "(n, 2)"]
    assert (finding.fix.now, finding.fix.instead) == (
        "layers.Dense(units=1)",
        "layers.Dense(units=2)",
    )
    treated = finding.fix.treated(Case(model, prepare(np.ones((N, 4)), np.ones((N, 2)))))
    assert list(BroadcastLoss().examine(treated)) == []


def test_the_stretch_is_seen_behind_a_logarithm():
    def likelihood(y_true, y_pred):
        return -pl.ops.mean(y_true * pl.ops.log(pl.ops.maximum(y_pred, 1e-7)))

    (finding,) = found(1, np.ones((N, 3)), likelihood)
    assert shown(finding)[2] == "(n, 3)"


@pytest.mark.parametrize("y", [np.ones((N, 2)), np.ones((N, 5))])
def test_shapes_that_a_loss_refuses_are_told_with_the_change(y):
    (finding,) = found(3, y, "mse")
    assert finding.symptom == (
        "mean_squared_error cannot compare truth and predictions of different shapes."
    )
    assert shown(finding)[0] == f"y_true (None, {y.shape[1]}), y_pred (None, 3)"
    assert finding.fix.instead == f"layers.Dense(units={y.shape[1]})"


@pytest.mark.parametrize(
    ("units", "y", "loss"),
    [
        (1, np.ones(N), "mse"),
        (1, np.ones((N, 1)), "mse"),
        (1, np.ones(N), squares),  # a function gets truth and predictions of equal rank
        (1, np.ones((N, 1)), Squares()),
        (3, np.ones((N, 3)), squares),
        (3, np.zeros(N, int), "sparse_categorical_crossentropy"),
        (1, np.ones(N), "binary_crossentropy"),
        # All pairs of rows, as for ranking: an axis was put in on purpose.
        (1, np.ones(N), lambda y, p: pl.ops.mean((y[:, None] - y[None]) * (p - p[:, 0]))),
        # A weight for each row, read off the targets, times the costs of all columns.
        (3, np.ones((N, 3)), lambda y, p: pl.ops.mean(y[:, :1] * pl.ops.square(y - p))),
        # The length of a row is one number for all its columns.
        (3, np.ones((N, 3)), lambda y, p: -pl.ops.mean(y * p / pl.ops.norm(p, axis=1)[:, None])),
    ],
)
def test_what_matches_or_is_meant_is_silent(units, y, loss):
    assert found(units, y, loss) == []


def test_each_output_is_compared_with_its_own_targets():
    x = Input((4,))
    model = Model(x, [layers.Dense(1, name="a")(x), layers.Dense(2, name="b")(x)])
    (finding,) = found(None, [np.ones((N, 1)), np.ones((N, 1))], squares, model)
    assert (finding.layer, shown(finding)[:2]) == ("b", ["(n, 1)", "(n, 2)"])


def test_the_fix_flattens_what_the_loss_does_not_flatten_itself():
    def squeezes(y, p):
        return pl.ops.mean(pl.ops.abs(p - pl.ops.squeeze(y, -1)))

    model = Sequential([Input((4,)), layers.Dense(1, name="out")])
    (finding,) = found(1, np.ones((N, 1)), squeezes, model)
    assert shown(finding)[:2] == ["(n,)", "(n, 1)"]
    treated = finding.fix.treated(Case(model, prepare(np.ones((N, 4)), np.ones((N, 1)))))
    assert list(BroadcastLoss().examine(treated)) == []
    assert np.isfinite(View(treated, treated.probe).loss_at())
