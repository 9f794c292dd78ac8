"""P6: a learning rate at which the loss does not fall, or does not stay."""

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.clone import sandbox
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.learning_rate import rate_test
from pellucid.doctor.treatment import can_change, changed
from pellucid.optimizers.schedules.schedule import LearningRateSchedule

__all__ = ["LearningRateRange"]

HALF = 2.0
FAR_BELOW = 1000.0


class LearningRateRange(Check):
    """The learning rate is above half of where the loss diverges, or 1000 times below the steepest.

    A range test (from 1e-7 to 10, 80 steps, three times) says where both are: as in fastai and
    Lightning, which leave it to the user to judge. Of a schedule the largest rate counts.
    """

    id: ClassVar[str] = "P6"
    moment: ClassVar[Moment] = Moment.PROBE
    explains: ClassVar[frozenset[str]] = frozenset({"R1", "R2", "R3", "R4", "R5", "R6", "R9"})
    quick: ClassVar[bool] = False

    def examine(self, case: Case) -> Iterator[Finding]:
        rate = _largest_rate(case)
        if rate is None or not rate > 0:
            return
        found = rate_test(case)
        if not np.isfinite(found.losses[0]):
            return
        high = rate > found.diverging / HALF
        low = min(found.steepest, found.suggestion) / FAR_BELOW
        if not high and not rate < low:
            return
        measure = (
            Measure("learning rate", rate, found.diverging / HALF)
            if high
            else Measure("learning rate", rate, low)
        )
        good = float(f"{found.suggestion:.1g}")
        name = type(case.model.optimizer).__name__
        yield Finding(
            self.id,
            Severity.WARNING,
            f"A learning rate of {rate:.3g} is too {'large' if high else 'small'}.",
            f"From {found.diverging:.2g} on the loss rises instead of falling."
            if high
            else f"The loss falls fastest at {found.steepest:.2g}; so small steps lead nowhere.",
            (measure, Measure("rate that the test suggests", good)),
            fix=Fix(
                f"optimizers.{name}(learning_rate={good:g})",
                f"optimizers.{name}(learning_rate={rate:g})",
                (lambda c: _treated(c, good)) if can_change(case.model) else None,
            ),
            reading=(
                "Smith 2017, Cyclical Learning Rates https://arxiv.org/abs/1506.01186",
                "CS231n, babysitting the learning process "
                "https://cs231n.github.io/neural-networks-3/#baby",
            ),
            picture=found.plot,
        )


def _largest_rate(case: Case) -> float | None:
    """The largest rate of the training to come; ``None`` where there is not one."""
    optimizer: Any = case.model.optimizer
    if getattr(optimizer, "inner", ()):
        return None
    given = vars(optimizer)["learning_rate"]
    if isinstance(given, LearningRateSchedule):
        steps = case.epochs * -(-len(case.train) // case.batch_size)
        at = np.unique(np.linspace(0, max(steps - 1, 0), 20, dtype=np.int32))
        return max(float(np.asarray(given(i))) for i in at)
    with sandbox(case):  # a function may count how often it is asked
        return float(np.asarray(optimizer.learning_rate))


def _treated(case: Case, rate: float) -> Case:
    optimizer = type(case.model.optimizer).from_config(case.model.optimizer.get_config())
    optimizer.learning_rate = rate
    return changed(case, optimizer=optimizer)
