"""E3: a class that is never predicted."""

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
import optree

from pellucid.doctor.case import Case, Head
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.gate import harm
from pellucid.doctor.view import View
from pellucid.models.data import Dataset

__all__ = ["MissingClass"]

LEAST_ROWS = 10
MOST_ROWS = 2000
READING = "He, Garcia 2009, Learning from Imbalanced Data, https://doi.org/10.1109/TKDE.2008.239"


class MissingClass(Check):
    """E3: a class with ten rows or more in the validation, none of which is recognized.

    Rule: of up to 2,000 rows of the validation, or else of the training, no row of a class that
    has ten is predicted as that class, after three epochs and a hundred steps. A class is the
    largest of several outputs; of a single one, a probability above a half.

    Source:
        Amazon SageMaker Debugger's ClassImbalance (misprediction).
    """

    id: ClassVar[str] = "E3"
    moment: ClassVar[Moment] = Moment.EVALUATION

    def examine(self, case: Case) -> Iterator[Finding]:
        if not any(_is_class_loss(head) for head in case.heads):
            return
        reached = harm(case)
        if reached is None or not reached.ripe:
            return
        data = _thinned(case.validation or case.train)
        predicted = View(case, data).predictions()
        targets = optree.tree_leaves(data.y)
        if not len(predicted) == len(case.heads) == len(targets):
            return
        for head, output, y in zip(case.heads, predicted, targets, strict=True):
            found = _classes(head, output, y) if _is_class_loss(head) else None
            if found is None:
                continue
            truth, chosen = found
            classes, counts = np.unique(truth, return_counts=True)
            missing = [
                int(c)
                for c, n in zip(classes, counts, strict=True)
                if n >= LEAST_ROWS and not np.any(chosen[truth == c] == c)
            ]
            if missing:
                yield _finding(head, missing, truth)


def _finding(head: Head, missing: list[int], truth: np.ndarray) -> Finding:
    counts = {c: int(np.sum(truth == c)) for c in missing}
    weights = {
        int(c): round(len(truth) / (len(np.unique(truth)) * int(np.sum(truth == c))), 2)
        for c in np.unique(truth)
    }
    names = ", ".join(map(str, missing[:8]))
    return Finding(
        "E3",
        Severity.WARNING,
        f"Class {names} is never recognized."
        if len(missing) == 1
        else f"Classes {names} are never recognized.",
        "The loss gains more from the other classes' rows, and the accuracy hides it.",
        tuple(Measure(f"rows of class {c}, none recognized", n) for c, n in counts.items())[:8],
        layer=head.name,
        fix=Fix(
            instead=f"fit(..., class_weight={weights})"
            if len(weights) <= 12
            else "fit(..., class_weight={...})  # rows / (classes * rows of the class)"
        ),
        reading=(READING,),
    )


def _is_class_loss(head: Head) -> bool:
    """Whether a loss is one of classes: a crossentropy, by its name."""
    name = type(head.loss).__name__ + getattr(getattr(head.loss, "fn", None), "__name__", "")
    return "crossentropy" in name.lower()


def _thinned(data: Dataset) -> Dataset:
    rows = np.linspace(0, len(data) - 1, min(MOST_ROWS, len(data)), dtype=int)
    return data.filled([a[rows] for a in data.arrays])


def _classes(head: Head, output: np.ndarray, y: np.ndarray) -> tuple[Any, Any] | None:
    """The true and the predicted classes of rows; ``None`` if a row has no single class."""
    if output.ndim != 2 or not np.isfinite(output).all():
        return None
    if output.shape[1] == 1:
        half = 0.0 if getattr(head.loss, "from_logits", False) else 0.5
        flat = y.reshape(len(y), -1)
        two = flat.shape[1] == 1 and bool(np.isin(flat, (0, 1)).all())
        return (flat[:, 0].astype(int), (output[:, 0] > half).astype(int)) if two else None
    if y.ndim == 2 and y.shape[1] == output.shape[1]:
        single = bool(np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all())
        return (y.argmax(axis=1), output.argmax(axis=1)) if single else None
    flat = y.reshape(len(y), -1)
    return (flat[:, 0].astype(int), output.argmax(axis=1)) if flat.shape[1] == 1 else None
