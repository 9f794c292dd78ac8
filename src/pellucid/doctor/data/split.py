"""A6: a validation that cannot tell what it should."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.data.rows import classes_of, divided
from pellucid.doctor.finding import Finding, Fix, Measure, Severity

__all__ = ["Split"]

FEW_ROWS = 30
BY_CHANCE = 5.0  # expected rows: less of them are missing by chance in 1 of 150 splits


class Split(Check):
    """Classes that only the training or only the validation has, and validations of few rows.

    A class that the validation has and the training lacks, or the other way round where 5 rows or
    more of it were to be expected, is a warning. Fewer than 30 rows of validation are a note: the
    standard error of an accuracy is then near a tenth.

    Source:
        keras-team/keras, issue 796; Kohavi 1995, "A Study of Cross-Validation", on stratifying.
    """

    id: ClassVar[str] = "A6"
    moment: ClassVar[Moment] = Moment.DATA
    explains: ClassVar[frozenset[str]] = frozenset(["E1", "E2", "E3"])

    def examine(self, case: Case) -> Iterator[Finding]:
        if case.validation is None:
            return
        for head in case.heads:
            ours = classes_of(case, head, head.targets)
            others = classes_of(case, head, head.validation_targets)
            if ours is not None and others is not None:
                yield from self._compare(ours, others)
        rows = len(case.validation)
        if rows < FEW_ROWS:
            yield Finding(
                self.id,
                Severity.NOTE,
                f"The validation has {rows} rows.",
                "What is measured on so few says little: an accuracy of 80 % has a standard error "
                f"of {100 * (0.16 / rows) ** 0.5:.0f} points.",
                (Measure("rows of the validation", rows, FEW_ROWS),),
                fix=Fix("cross_val_score(estimator, x, y, cv=5)"),
                explains=frozenset(),
                reading=(
                    "scikit-learn, Cross-validation: "
                    "https://scikit-learn.org/stable/modules/cross_validation.html",
                ),
            )

    def _compare(self, ours: np.ndarray, others: np.ndarray) -> Iterator[Finding]:
        unseen = np.setdiff1d(others, ours)
        found, counts = np.unique(ours, return_counts=True)
        expected = counts * len(others) / len(ours)
        unasked = np.setdiff1d(found[expected >= BY_CHANCE], others)
        both = np.concatenate([ours, others])
        for classes, lacks, has in (
            (unseen, "training", "validation"),
            (unasked, "validation", "training"),
        ):
            if not len(classes):
                continue
            yield Finding(
                self.id,
                Severity.WARNING,
                f"The {lacks} lacks {_named(classes)}, which the {has} has.",
                "What a network never saw it cannot give."
                if lacks == "training"
                else "How well those classes are learned is never measured.",
                (Measure(f"classes that the {lacks} lacks", len(classes), 0),),
                fix=Fix(
                    "x_train, x_val, y_train, y_val = train_test_split(x, y, stratify=y)",
                    treated=lambda case: divided(case, both),
                ),
                explains=self.explains,
                reading=(
                    "scikit-learn, Cross-validation with stratification: "
                    "https://scikit-learn.org/stable/modules/cross_validation.html",
                ),
            )


def _named(classes: np.ndarray) -> str:
    shown = ", ".join(map(str, classes[:5])) + (", …" if len(classes) > 5 else "")
    return f"class {shown}" if len(classes) == 1 else f"classes {shown}"
