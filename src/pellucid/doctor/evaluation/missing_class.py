"""E3: a class that is never predicted."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import optree

from pellucid.doctor.case import Case, Head
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.gate import harm
from pellucid.doctor.view import view_of
from pellucid.models.data import Dataset

__all__ = ["MissingClass"]

LEAST_ROWS = 10
KNOWN = 0.5  # of the other classes' rows: below, what is missing is not some class
RARE = 0.75  # of the rows of a class in the mean: one with more is no smaller than the others
MOST_ROWS = 2000
FIRST_ROWS = 256  # looked at first: mostly all classes are recognized among them
READING = "He, Garcia 2009, Learning from Imbalanced Data, https://doi.org/10.1109/TKDE.2008.239"


Missing = tuple[Head, list[int], Any, float]


class MissingClass(Check):
    """E3: a class with ten rows or more in the validation, none of which is recognized.

    Rule: of up to 2,000 rows of the validation, or else of the training, no row of a class that
    has ten is predicted as that class, after three epochs and a hundred steps. A class is the
    largest of several outputs; of a single one, a probability above a half. A warning where half
    of the other classes' rows are recognized and a missing class has less than three quarters of
    the rows of a class in the mean; else a note, for then something is not learned well yet.

    Source:
        Amazon SageMaker Debugger's ClassImbalance (misprediction).
    """

    id: ClassVar[str] = "E3"
    moment: ClassVar[Moment] = Moment.EVALUATION
    looks: ClassVar[bool] = True

    def examine(self, case: Case) -> Iterator[Finding]:
        if not any(_is_class_loss(head) for head in case.heads):
            return
        reached = harm(case)
        if reached is None or not reached.ripe:
            return
        whole = _thinned(case.validation or case.train, MOST_ROWS)
        some = _missing(case, _thinned(whole, FIRST_ROWS), whole)
        # A class that one of a few rows is recognized of is not missing among more of them.
        for head, missing, truth, known in _missing(case, whole, whole) if some else ():
            yield _finding(head, missing, truth, len(case.heads) == 1, known)


def _missing(case: Case, rows: Dataset, whole: Dataset) -> list[Missing]:
    """For each output the classes with enough rows that none of some rows is recognized of.

    With them the true classes, and the share of the other classes' rows that are recognized.
    """
    predicted = view_of(case, rows).predictions()
    targets = optree.tree_leaves(rows.y), optree.tree_leaves(whole.y)
    if not len(predicted) == len(case.heads) == len(targets[0]):
        return []
    found = []
    for head, output, y, every in zip(case.heads, predicted, *targets, strict=True):
        told = _classes(head, output, y) if _is_class_loss(head) else None
        truth = None if told is None else _truth(output.shape[1], every)
        if told is None or truth is None:
            continue
        classes, counts = np.unique(truth, return_counts=True)
        recognized = told[0][told[0] == told[1]]
        enough = classes[counts >= LEAST_ROWS]
        missing = [int(c) for c in enough if c not in recognized]
        others = ~np.isin(told[0], missing)
        known = float(np.mean((told[0] == told[1])[others])) if others.any() else 0.0
        found += [(head, missing, truth, known)] if missing else []
    return found


def _finding(
    head: Head, missing: list[int], truth: np.ndarray, single: bool, known: float
) -> Finding:
    counts = {c: int(np.sum(truth == c)) for c in missing}
    weights = {
        int(c): round(len(truth) / (len(np.unique(truth)) * int(np.sum(truth == c))), 2)
        for c in np.unique(truth)
    }
    names = ", ".join(map(str, missing[:8]))
    return Finding(
        "E3",
        Severity.WARNING if known >= KNOWN and _is_rare(counts, truth) else Severity.NOTE,
        f"Class {names} is never recognized."
        if len(missing) == 1
        else f"Classes {names} are never recognized.",
        "The loss gains more from the other classes' rows, and the accuracy hides it.",
        tuple(Measure(f"rows of class {c}, none recognized", n) for c, n in counts.items())[:8],
        layer=head.name,
        fix=Fix(
            instead=f"fit(..., class_weight={weights})"
            if len(weights) <= 12
            else "fit(..., class_weight={...})  # rows / (classes * rows of the class)",
            treated=(lambda sick: replace(sick, class_weight=weights)) if single else None,
        ),
        reading=(READING,),
    )


def _is_rare(counts: dict[int, int], truth: np.ndarray) -> bool:
    """Whether one of some classes has few rows beside the others."""
    return min(counts.values()) < RARE * len(truth) / len(np.unique(truth))


def _is_class_loss(head: Head) -> bool:
    """Whether a loss is one of classes: a crossentropy, by its name."""
    name = type(head.loss).__name__ + getattr(getattr(head.loss, "fn", None), "__name__", "")
    return "crossentropy" in name.lower()


def _thinned(data: Dataset, most: int) -> Dataset:
    rows = np.linspace(0, len(data) - 1, min(most, len(data)), dtype=int)
    return data.filled([a[rows] for a in data.arrays])


def _classes(head: Head, output: np.ndarray, y: np.ndarray) -> tuple[Any, Any] | None:
    """The true and the predicted classes of rows; ``None`` if a row has no single class."""
    if output.ndim != 2 or not np.isfinite(output).all():
        return None
    truth = _truth(output.shape[1], y)
    if truth is None:
        return None
    if output.shape[1] == 1:
        half = 0.0 if getattr(head.loss, "from_logits", False) else 0.5
        return truth, (output[:, 0] > half).astype(int)
    return truth, output.argmax(axis=1)


def _truth(units: int, y: np.ndarray) -> Any:
    """The true classes of rows, for so many outputs; ``None`` if a row has no single class."""
    if units > 1 and y.ndim == 2 and y.shape[1] == units:
        single = bool(np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all())
        return y.argmax(axis=1) if single else None
    flat = y.reshape(len(y), -1)
    if flat.shape[1] != 1 or (units == 1 and not np.isin(flat, (0, 1)).all()):
        return None
    return flat[:, 0].astype(int)
