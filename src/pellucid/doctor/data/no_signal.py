"""A9: inputs that do not tell their targets."""

import warnings
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.data.rows import classes_of
from pellucid.doctor.data.target_scale import compares_numbers
from pellucid.doctor.finding import Finding, Fix, Measure, Severity

__all__ = ["NoSignal"]

ROWS, LEAST_ROWS = 1000, 40
FOLDS = 5
ERRORS = 2.0  # standard errors
NUMBERS = 100_000  # of the inputs, together: more take seconds


class NoSignal(Check):
    """Neither the five nearest neighbours nor a linear model do better than a constant: a note.

    On at most 1,000 rows, cross-validated five times; better is a mean gain (in rows that are
    right, or in squared error) of more than two of its standard errors. Where a network
    does not get beyond a constant on its validation either, inputs and targets were probably
    brought out of step. Of one input of columns.

    Source:
        Karpathy 2019, "A Recipe for Training Neural Networks", section 2 (input-independent
        baseline).
    """

    id: ClassVar[str] = "A9"
    moment: ClassVar[Moment] = Moment.DATA
    explains: ClassVar[frozenset[str]] = frozenset(["P2", "E1", "E2"])
    quick: ClassVar[bool] = False  # scikit-learn alone takes a second to import

    def examine(self, case: Case) -> Iterator[Finding]:
        x = case.train.x
        plain = isinstance(x, np.ndarray) and (x.dtype.kind == "f" or x.dtype == np.uint8)
        if not plain or len(case.heads) != 1 or len(x) < LEAST_ROWS:
            return
        (head,) = case.heads
        labels = classes_of(case, head, head.targets)
        y = head.targets if labels is None else labels
        if y is None or (labels is None and not (compares_numbers(head.loss) and y.size == len(y))):
            return
        size = max(LEAST_ROWS, min(ROWS, NUMBERS // max(x[0].size, 1), len(x)))
        rows = np.linspace(0, len(x) - 1, min(size, len(x)), dtype=int)
        flat = x[rows].reshape(len(rows), -1).astype(np.float64)
        if not np.isfinite(flat).all():
            return
        truth = y.reshape(-1)[rows]
        gains = [_gain(model, flat, truth) for model in _models(labels is not None)]
        best = max(gain / max(error, 1e-12) for gain, error in gains)
        if best > ERRORS:
            return
        yield Finding(
            self.id,
            Severity.NOTE,
            "The inputs do not seem to tell the targets.",
            "Neither near rows nor a linear model say more than a constant; perhaps x and y "
            "were brought out of step, as by sorting or mixing one of them alone.",
            (Measure("gain over a constant, in standard errors", float(best), ERRORS),),
            fix=Fix("# look at some rows of x beside their y, as they go into fit"),
            explains=self.explains,
            reading=(
                "Karpathy 2019, A Recipe for Training Neural Networks: "
                "https://karpathy.github.io/2019/04/25/recipe/",
            ),
        )


def _models(classes: bool) -> list[Any]:
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    if classes:
        return [KNeighborsClassifier(5), LogisticRegression(max_iter=100)]
    return [KNeighborsRegressor(5), Ridge()]


def _gain(model: Any, x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """How much better a row is predicted than by a constant, and the standard error of that."""
    from sklearn.dummy import DummyClassifier, DummyRegressor
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    classes = y.dtype.kind != "f"
    folds = KFold(FOLDS, shuffle=True, random_state=0)
    constant = DummyClassifier() if classes else DummyRegressor()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of steps that were not enough: near is near enough
        ours = cross_val_predict(make_pipeline(StandardScaler(), model), x, y, cv=folds)
        theirs = cross_val_predict(constant, x, y, cv=folds)
    if classes:
        gains = (ours == y).astype(np.float64) - (theirs == y)
    else:
        gains = (theirs - y) ** 2 - (ours - y) ** 2
    return float(gains.mean()), float(gains.std() / len(y) ** 0.5)
