"""A5: rows that come class by class."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.data.rows import classes_of, divided
from pellucid.doctor.finding import Finding, Fix, Measure, Severity

__all__ = ["Order"]

LEAST = 0.1  # of the changes that rows in a random order would have


class Order(Check):
    """Rows in the order of their classes, where that order matters: a warning.

    Rows in a random order change their class ``N (1 - Σ p²)`` times, with the classes' shares p.
    With less than a tenth of that, and either ``shuffle=False`` with batches that are not all of
    the rows, or a ``validation_split``, which takes the last rows as they lie.

    Source:
        keras-team/keras, issues 597, 6422 and 8346, in which people meet it.
    """

    id: ClassVar[str] = "A5"
    moment: ClassVar[Moment] = Moment.DATA
    explains: ClassVar[frozenset[str]] = frozenset(["A6", "R3", "R5", "E1", "E2", "E3"])

    def examine(self, case: Case) -> Iterator[Finding]:
        as_they_lie = not case.shuffle and case.batch_size < len(case.train)
        tail = bool(case.split) and case.validation is not None
        if not as_they_lie and not tail:
            return
        for head in case.heads:
            classes = classes_of(case, head, head.targets)
            if classes is None:
                continue
            if tail:
                others = classes_of(case, head, head.validation_targets)
                classes = classes if others is None else np.concatenate([classes, others])
            shares = np.unique(classes, return_counts=True)[1] / len(classes)
            expected = len(classes) * (1 - float(np.sum(shares**2)))
            changes = int(np.count_nonzero(np.diff(classes)))
            if not expected or changes >= LEAST * expected:
                continue
            which = (
                "the validation has other classes than the training"
                if tail
                else ("each batch pulls all outputs to its own class, and undoes the batch before")
            )
            yield Finding(
                self.id,
                Severity.WARNING,
                "The rows come class by class.",
                f"So {which}.",
                (
                    Measure("changes of class from row to row", changes, LEAST * expected),
                    Measure("expected in a random order", expected),
                ),
                fix=Fix(_MIX if tail else "model.fit(x, y, shuffle=True)", treated=_mixed),
                explains=self.explains,
                reading=(
                    "Keras FAQ, How is the validation split computed: "
                    "https://keras.io/getting_started/faq/",
                ),
            )


_MIX = (
    "x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.2, stratify=y)\n"
    "model.fit(x_train, y_train, validation_data=(x_val, y_val))"
)


def _mixed(case: Case) -> Case:
    """The same with rows in a random order, divided anew where a split took the last ones."""
    if case.split and case.validation is not None:
        head = case.heads[0]
        parts = [classes_of(case, head, y) for y in (head.targets, head.validation_targets)]
        known = [p for p in parts if p is not None]
        case = divided(case, np.concatenate(known) if len(known) == 2 else None)
    return replace(case, shuffle=True)
