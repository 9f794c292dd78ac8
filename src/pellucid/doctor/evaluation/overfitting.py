"""E1: the network learned its rows by heart."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.dumb import dumb_loss
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.remedies import CS231N, from_the_start
from pellucid.doctor.treatment import can_change, changed

__all__ = ["Overfitting"]

RISE = 0.1  # of the constant's loss
WORSE = 1.2
EARLY = 0.7  # of the epochs
BY_HEART, WORTHLESS = 0.05, 0.9  # of the constants' losses: in training, and on the validation


class Overfitting(Check):
    """E1: the validation's loss was best early, and rose far from there.

    Rule: at the end it is above 1.2 times its best, by more than a tenth of the constant's loss,
    and the best epoch was in the first 70 %. Or, after such a best epoch, less than 5 % of the
    constant's loss are left in training and more than 90 % on the validation: then all that was
    learned was learned by heart, however little the loss had to rise.

    Source:
        Amazon SageMaker Debugger's Overfit has a tenth. UMLAUT's rule, one epoch in which the
        validation got worse, is true of 84 % of healthy trainings.
    """

    id: ClassVar[str] = "E1"
    moment: ClassVar[Moment] = Moment.EVALUATION
    explains: ClassVar[frozenset[str]] = frozenset({"E5"})

    def examine(self, case: Case) -> Iterator[Finding]:
        losses = case.history.get("val_loss", [])
        if len(losses) < 3 or case.validation is None or not np.isfinite(losses).all():
            return
        best, last = min(losses), losses[-1]
        epoch = int(np.argmin(losses)) + 1
        if last <= best or epoch >= EARLY * len(losses):
            return
        constant = dumb_loss(case, validation=True)
        limit = RISE * constant
        rose = last > WORSE * best and last - best > limit
        if not rose and not (last > WORTHLESS * constant > 0 and _is_by_heart(case)):
            return
        yield Finding(
            self.id,
            Severity.WARNING,
            f"The network overfits: the loss of the validation was {best:.3g} after epoch {epoch} "
            f"and is {last:.3g} now.",
            "Since then it has learned what is true of the training's rows alone.",
            (
                Measure("rise of the validation's loss", float(last - best), limit)
                if rose
                else Measure("validation's loss / a constant's", float(last / constant), WORTHLESS),
                Measure("best epoch", epoch, f"{EARLY:.0%} of {len(losses)}"),
            ),
            fix=Fix(
                instead="fit(..., callbacks=[callbacks.EarlyStopping(patience="
                f"{max(epoch // 4, 3)}, restore_best_weights=True)])",
                treated=(lambda sick: _stopped(sick, epoch)) if can_change(case.model) else None,
            ),
            explains=self.explains,
            reading=(CS231N,),
            picture=lambda axes: axes.plot(range(1, len(losses) + 1), losses),
        )


def _is_by_heart(case: Case) -> bool:
    """Whether next to nothing is left of the loss in training."""
    losses, constant = case.history.get("loss", []), dumb_loss(case)
    return bool(losses) and 0 <= losses[-1] < BY_HEART * constant


def _stopped(case: Case, epochs: int) -> Case:
    return replace(from_the_start(case, changed(case)), epochs=epochs)
