"""A8: classes of very different sizes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.data.rows import classes_of
from pellucid.doctor.finding import Finding, Fix, Measure, Severity

__all__ = ["Imbalance"]

NOTED, WARNED = 1 / 10, 1 / 50


class Imbalance(Check):
    """A class with less than a tenth of the rows of the largest: a note; a fiftieth: a warning.

    Silent where rows are weighted, or the loss is one that is made for it (focal, overlap).

    Source:
        Amazon SageMaker Debugger, rule ClassImbalance (10); He, Garcia 2009, "Learning from
        Imbalanced Data".
    """

    id: ClassVar[str] = "A8"
    moment: ClassVar[Moment] = Moment.DATA
    explains: ClassVar[frozenset[str]] = frozenset(["R3", "R9", "E2", "E3"])

    def examine(self, case: Case) -> Iterator[Finding]:
        if case.class_weight or case.train.sample_weight is not None:
            return
        for head in case.heads:
            classes = classes_of(case, head, head.targets)
            name = type(head.loss).__name__ + str(getattr(head.loss, "name", ""))
            if classes is None or any(w in name.lower() for w in ("focal", "dice", "tversky")):
                continue
            found, counts = np.unique(classes, return_counts=True)
            ratio = float(counts.min() / counts.max())
            if ratio >= NOTED:
                continue
            weights = {
                int(c): round(len(classes) / (len(found) * int(n)), 3)
                for c, n in zip(found, counts, strict=True)
            }
            shown = weights if len(weights) <= 10 else "{…}  # rows / (classes * rows of the class)"
            single = len(case.heads) == 1
            yield Finding(
                self.id,
                Severity.WARNING if ratio < WARNED else Severity.NOTE,
                f"Class {found[np.argmin(counts)]} has {counts.min()} of {len(classes)} rows.",
                "Always giving the largest class is right so often that nothing else is learned, "
                "and the accuracy hides it.",
                (
                    Measure(
                        "rows of the smallest class for each of the largest",
                        ratio,
                        WARNED if ratio < WARNED else NOTED,
                    ),
                ),
                fix=Fix(
                    f"model.fit(x, y, class_weight={shown})",
                    "model.fit(x, y)",
                    _weighted(weights) if single else None,
                ),
                explains=self.explains,
                reading=(
                    "Keras, Imbalanced classification: "
                    "https://keras.io/examples/structured_data/imbalanced_classification/",
                ),
                picture=partial(_drawn, classes=found, counts=counts),
            )


def _weighted(weights: dict[int, float]) -> Callable[[Case], Case]:
    return lambda case: replace(case, class_weight=weights)


def _drawn(ax: object, classes: np.ndarray, counts: np.ndarray) -> None:
    ax.bar([str(c) for c in classes], counts)  # type: ignore[attr-defined]
    ax.set(xlabel="class", ylabel="rows")  # type: ignore[attr-defined]
    ax.pellucid_words = f"Rows of each class, from {counts.min()} to {counts.max()}."  # type: ignore[attr-defined]
