"""A9: inputs that do not tell their targets, or tell nothing at all."""

import warnings
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import LATER, Check, Moment
from pellucid.doctor.data.rows import classes_of, leaves
from pellucid.doctor.data.target_scale import compares_numbers
from pellucid.doctor.finding import Finding, Fix, Measure, Severity

__all__ = ["NoSignal"]

ROWS, LEAST_ROWS = 1000, 100  # of fewer a signal may well lie within two standard errors
FOLDS = 5
ERRORS = 2.0  # standard errors
NUMBERS = 100_000  # of the inputs, together: more take seconds


class NoSignal(Check):
    """Neither the five nearest neighbours nor a linear model do better than a constant: a note.

    On 100 to 1,000 rows, cross-validated five times; better is a mean gain (in rows that are
    right, in the squared error of the linear model's probabilities, or of numbers) of more than
    two of its standard errors. Where a network does not get beyond a constant on its validation
    either, inputs and targets were probably brought out of step. Of one input of columns or of
    images: of sequences, what tells may stand anywhere in them, which both models do not see.

    Rows that are all the same, in every input, are an error: then nothing can be learned.

    Source:
        Karpathy 2019, "A Recipe for Training Neural Networks", section 2 (input-independent
        baseline).
    """

    id: ClassVar[str] = "A9"
    moment: ClassVar[Moment] = Moment.DATA
    explains: ClassVar[frozenset[str]] = frozenset(["P2", "R3", "R9", "E1", "E2", "E3"])
    quick: ClassVar[bool] = False  # scikit-learn alone takes a second to import

    def examine(self, case: Case) -> Iterator[Finding]:
        if len(case.train) > 1 and all(_is_same(a) for a in leaves(case.train, "x")):
            yield self._same(len(case.train))
            return
        x = case.train.x
        plain = isinstance(x, np.ndarray) and (x.dtype.kind == "f" or x.dtype == np.uint8)
        if not plain or x.ndim == 3 or len(case.heads) != 1 or len(x) < LEAST_ROWS:
            return
        (head,) = case.heads
        labels = classes_of(case, head, head.targets)
        y = head.targets if labels is None else labels
        if y is None or (labels is None and not (compares_numbers(head.loss) and y.size == len(y))):
            return
        size = max(LEAST_ROWS, min(ROWS, NUMBERS // max(x[0].size, 1), len(x)))
        rows = np.linspace(0, len(x) - 1, min(size, len(x)), dtype=int)
        flat = x[rows].reshape(len(rows), -1).astype(np.float64)
        truth = y.reshape(-1)[rows]
        if not np.isfinite(flat).all() or not np.isfinite(truth).all():  # of those A1 tells
            return
        best = -np.inf
        for gain, error in _gains(flat, truth):  # the quicker model first: often it is enough
            best = max(best, gain / max(error, 1e-12))
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

    def _same(self, rows: int) -> Finding:
        return Finding(
            self.id,
            Severity.ERROR,
            "All rows of the inputs are the same.",
            "Outputs that hang on nothing else are the same, too: the best that can be learned is "
            "a constant.",
            (Measure("rows that are equal", rows, 1),),
            fix=Fix("# look at some rows of x, as they go into fit: were they ever filled in?"),
            explains=LATER,
            reading=(
                "Karpathy 2019, A Recipe for Training Neural Networks: "
                "https://karpathy.github.io/2019/04/25/recipe/",
            ),
        )


def _is_same(x: np.ndarray) -> bool:
    """Whether all rows are the same: no number of any row differs from that of the first."""
    return bool((x[:LEAST_ROWS] == x[0]).all() and (x == x[0]).all())


def _gains(x: np.ndarray, y: np.ndarray) -> Iterator[tuple[float, float]]:
    """How much better rows are predicted than by a constant, and the standard errors of that."""
    from sklearn.dummy import DummyClassifier, DummyRegressor
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    classes = y.dtype.kind != "f"
    folds = KFold(FOLDS, shuffle=True, random_state=0)

    def predicted(model: Any, what: str = "predict") -> np.ndarray:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of steps that were not enough: near is near enough
            scaled = make_pipeline(StandardScaler(), model)
            return np.asarray(cross_val_predict(scaled, x, y, cv=folds, method=what))

    if not classes:
        constant = (predicted(DummyRegressor()) - y) ** 2
        for model in (KNeighborsRegressor(5), Ridge()):
            yield _mean(constant - (predicted(model) - y) ** 2)
        return
    kinds = np.unique(y)
    constant = (predicted(DummyClassifier()) == y).astype(np.float64)
    yield _mean((predicted(KNeighborsClassifier(5)) == y) - constant)
    ours = predicted(LogisticRegression(max_iter=100), "predict_proba")
    yield _mean((kinds[ours.argmax(axis=1)] == y) - constant)
    # Of rare classes a model may know much and still never name them.
    truth = y[:, None] == kinds
    shares = predicted(DummyClassifier(), "predict_proba")
    yield _mean(((shares - truth) ** 2 - (ours - truth) ** 2).sum(axis=1))


def _mean(gains: np.ndarray) -> tuple[float, float]:
    return float(gains.mean()), float(gains.std() / len(gains) ** 0.5)
