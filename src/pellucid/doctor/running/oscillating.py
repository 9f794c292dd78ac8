"""R5: the loss jumps up and down instead of settling."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Measure, Severity
from pellucid.doctor.gate import harm
from pellucid.doctor.remedies import CS231N, other_rate, rate_of

__all__ = ["Oscillating"]

WORSE = 1.5
MARGIN = 0.05  # of the constant's loss
SHARE = 0.3  # healthy trainings: up to .13; sick ones: .33 to 1
LEAST_LOOKS = 6


class Oscillating(Check):
    """R5: in the second half the loss of fixed rows is often far above its best.

    Rule: in at least 30 % of the looks of the second half the loss is above 1.5 times the best one
    so far, and by more than 5 % of the constant's loss. There must be six looks.

    Source:
        Zhang et al. 2021, "AUTOTRAINER": an oscillating loss; the limits are ours.
    """

    id: ClassVar[str] = "R5"
    moment: ClassVar[Moment] = Moment.RUNNING
    explains: ClassVar[frozenset[str]] = frozenset({"R3"})

    def examine(self, case: Case) -> Iterator[Finding]:
        signals = case.signals
        if signals is None or signals.broken is not None:
            return
        losses = np.array([look.loss for look in signals.looks])
        half = np.array([look.epoch > signals.epochs / 2 for look in signals.looks], bool)
        if half.sum() < LEAST_LOOKS:
            return
        best = np.minimum.accumulate(losses)
        if not (half & (losses > WORSE * best)).any() or (reached := harm(case)) is None:
            return
        bad = half & (losses > WORSE * best) & (losses > best + MARGIN * reached.dumb)
        share = float(bad.sum() / half.sum())
        if share < SHARE:
            return
        rate = rate_of(case)
        yield Finding(
            self.id,
            Severity.WARNING,
            f"The loss does not settle: it was down to {best[-1]:.3g} and jumps back up to "
            f"{losses[half].max():.3g}.",
            "Steps that are too long for the valley go from one of its sides to the other.",
            (
                Measure("share of looks with a loss above 1.5 times the best", share, SHARE),
                *(() if rate is None else (Measure("learning rate", rate),)),
            ),
            fix=other_rate(case, 1 / 3),
            explains=self.explains,
            reading=(CS231N,),
            picture=lambda axes: axes.plot([k.epoch for k in signals.looks], losses, ".-"),
        )
