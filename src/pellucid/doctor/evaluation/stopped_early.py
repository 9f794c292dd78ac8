"""E5: the training ended while it was still getting better."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.dumb import dumb_loss
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.remedies import RECIPE

__all__ = ["StoppedEarly"]

LEAST_EPOCHS = 10
GAIN = 0.05
MATTERS = 0.01  # of the constant's loss: less is not worth an epoch


class StoppedEarly(Check):
    """E5: the last tenth of the epochs still made the loss smaller by 5 %.

    Rule: after ten epochs or more, the best loss (of the validation if there is one) is 5 % below
    the best of all epochs but the last tenth, and by a hundredth of the constant's loss.

    Source:
        Karpathy 2019, "A Recipe for Training Neural Networks": "leave it training".
    """

    id: ClassVar[str] = "E5"
    moment: ClassVar[Moment] = Moment.EVALUATION

    def examine(self, case: Case) -> Iterator[Finding]:
        losses = case.history.get("val_loss") or case.history.get("loss", [])
        if len(losses) < LEAST_EPOCHS or not np.isfinite(losses).all():
            return
        last = max(len(losses) // 10, 1)
        before, best = min(losses[:-last]), min(losses)
        if before <= 0 or best > (1 - GAIN) * before:
            return
        if not before - best > MATTERS * dumb_loss(case):
            return
        epochs = len(losses)
        yield Finding(
            self.id,
            Severity.NOTE,
            f"The loss was still falling: by {1 - best / before:.0%} in the last {last} of "
            f"{epochs} epochs.",
            "More epochs cost nothing but time, and it had not come to its end.",
            (Measure("gain of the last tenth of the epochs", float(1 - best / before), GAIN),),
            fix=Fix(
                instead=f"model.fit(..., initial_epoch={epochs}, epochs={2 * epochs})",
                treated=lambda sick: replace(sick, epochs=2 * epochs),
            ),
            reading=(RECIPE,),
        )
