"""R10: most of the time goes by outside of the steps."""

from collections.abc import Iterator
from typing import ClassVar

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity

__all__ = ["Waiting"]

SHARE = 0.5
NOTED, WARNED = 1.0, 30.0  # seconds that are lost: less is not worth a word


class Waiting(Check):
    """R10: more than half of a training's time passed outside of its compiled steps.

    Rule: of the seconds without validation, more than half went to data and callbacks: a note from
    1 lost second on, a warning from 30.

    Source:
        Keras 2 warned of callbacks slower than batches.
    """

    id: ClassVar[str] = "R10"
    moment: ClassVar[Moment] = Moment.RUNNING

    def examine(self, case: Case) -> Iterator[Finding]:
        signals = case.signals
        if signals is None:
            return
        lost = signals.seconds - signals.computing
        if lost < NOTED or lost <= SHARE * signals.seconds:
            return
        yield Finding(
            self.id,
            Severity.WARNING if lost >= WARNED else Severity.NOTE,
            f"{lost:.3g} of {signals.seconds:.3g} seconds went by outside of the training's steps.",
            "The processor waits for batches or callbacks, which are made in Python meanwhile.",
            (Measure("share of the time outside of steps", lost / signals.seconds, SHARE),),
            fix=Fix(
                instead="arrays instead of a generator; batches of more rows; callbacks at the "
                "ends of epochs instead of batches"
            ),
        )
