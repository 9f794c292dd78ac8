"""R9: the same prediction for every row."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from pellucid.doctor.case import Case, Head
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.gate import CLEAR, LEARNED, harm
from pellucid.doctor.remedies import RECIPE
from pellucid.doctor.view import view

__all__ = ["ConstantOutput"]

ONE_CLASS = 0.999
COMMON = 0.95  # of the rows in one class: then to predict it for all is no wonder
SPREAD = 0.01
LEAST_ROWS = 20


class ConstantOutput(Check):
    """R9: the predictions are one class, or hardly differ, while the targets do.

    Rule: at least 99.9 % of the probe's rows get the same class of several, while their targets
    have others in 5 %; or the standard deviation of the outputs is below 1 % of the targets'. An
    error if the network does not learn, else a note.

    Source:
        TheDeepChecker (constant outputs).
    """

    id: ClassVar[str] = "R9"
    moment: ClassVar[Moment] = Moment.RUNNING
    looks: ClassVar[bool] = True
    explains: ClassVar[frozenset[str]] = frozenset({"E3"})

    def examine(self, case: Case) -> Iterator[Finding]:
        reached = harm(case)
        # Outputs that do not vary cannot have a loss far below the best constant's.
        if reached is None or reached.learned > CLEAR * LEARNED or len(case.probe) < LEAST_ROWS:
            return
        severity = Severity.ERROR if reached.not_learning else Severity.NOTE
        rows = np.linspace(0, len(case.train) - 1, len(case.probe), dtype=int)  # as the probe's
        predicted = view(case).predictions()
        if len(predicted) != len(case.heads):
            return
        for head, output in zip(case.heads, predicted, strict=True):
            measure = _constant(head, output, rows)
            if measure is not None:
                yield Finding(
                    self.id,
                    severity,
                    f"The output '{head.name}' is the same for all rows.",
                    "It then says nothing of its input, however small the loss may look.",
                    (measure,),
                    layer=head.name,
                    fix=Fix(instead="doctor.examine(model, x, y)  # which layer stops the signal?"),
                    explains=self.explains,
                    reading=(RECIPE,),
                )


def _constant(head: Head, output: np.ndarray, rows: np.ndarray) -> Measure | None:
    """The measure by which an output is constant; ``None`` if it is not."""
    if head.targets is None or not np.isfinite(output).all():
        return None
    targets = head.targets[rows].astype(np.float64)
    labels = _classes(targets)
    if output.ndim == 2 and output.shape[1] > 2 and labels is not None:
        chosen = np.bincount(output.argmax(axis=1)).max() / len(output)
        commonest = np.unique(labels, return_counts=True)[1].max() / len(output)
        if chosen >= ONE_CLASS and commonest <= COMMON:
            return Measure("share of rows with the commonest prediction", float(chosen), ONE_CLASS)
    wanted = float(targets.std(axis=0).mean())
    if wanted > 0 and output.std(axis=0).mean() < SPREAD * wanted:
        spread = float(output.std(axis=0).mean() / wanted)
        return Measure("standard deviation of the output / of the targets", spread, SPREAD)
    return None


def _classes(targets: np.ndarray) -> np.ndarray | None:
    """The targets' classes, from numbers or one-hot rows; ``None`` if they are no classes."""
    if targets.ndim == 2 and targets.shape[1] > 1:
        one_hot = bool(np.isin(targets, (0, 1)).all() and (targets.sum(axis=1) == 1).all())
        return targets.argmax(axis=1) if one_hot else None
    flat = targets.reshape(len(targets), -1)[:, 0]
    return flat if targets.size == len(flat) and bool((flat == np.floor(flat)).all()) else None
