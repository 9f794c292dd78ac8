"""R2: the loss runs away."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.gate import Harm, harm
from pellucid.doctor.remedies import CS231N, rate_of, slower
from pellucid.doctor.strides import strides

__all__ = ["Diverging"]

RUNAWAY = 10.0
MARGIN = 0.05  # of the constant's loss: at the bottom steps may go up and down


class Diverging(Check):
    """R2: the loss of the second half is far above where it began, or rises as steps go uphill.

    Rule: the median loss of the second half of the epochs, and the loss at the end, are above ten
    times the larger of the first loss and that of the best constant; or the loss is above the
    first one and the constant's, by 5 % of the latter, and the steps point against the negative
    gradient (their cosine is below 0). Or the reported loss fell below minus ten times its first
    size, faster and faster: an error that is maximized has no floor, where a density's logarithm
    slows down.

    Source:
        Ben Braiek, Khomh 2023, "Testing Feedforward Neural Networks Training Programs"
        (TheDeepChecker): a loss that keeps growing; ten times is ours, of 150 healthy trainings.
    """

    id: ClassVar[str] = "R2"
    moment: ClassVar[Moment] = Moment.RUNNING
    explains: ClassVar[frozenset[str]] = frozenset({"R3", "R5", "R6", "R9", "E1", "E2", "E3"})

    def examine(self, case: Case) -> Iterator[Finding]:
        losses = case.history.get("loss", [])
        if len(losses) > 2 and _is_bottomless(losses):
            yield _bottomless(losses)
            return
        reached = harm(case)
        if reached is None or case.signals is None or case.signals.broken is not None:
            return
        start = max(x for x in (reached.first, reached.dumb) if np.isfinite(x))
        half = case.history.get("loss", [])
        half = half[len(half) // 2 :]
        if half and min(float(np.median(half)), reached.last) > RUNAWAY * start:
            yield _runaway(case, reached, float(np.median(half)), start)
        elif (
            reached.last > start + MARGIN * reached.dumb and (cosine := strides(case).downhill) < 0
        ):
            yield _uphill(case, reached, cosine)


def _runaway(case: Case, reached: Harm, half: float, start: float) -> Finding:
    rate = rate_of(case)
    return Finding(
        "R2",
        Severity.ERROR,
        f"The loss grew from {reached.first:.3g} to {reached.last:.3g}: the training diverges.",
        "Each step overshoots the minimum by more than it came nearer, so that the next one "
        "overshoots further.",
        (
            Measure("median loss of the second half of the epochs", half, RUNAWAY * start),
            *(() if rate is None else (Measure("learning rate", rate),)),
        ),
        fix=slower(case),
        explains=Diverging.explains,
        reading=(CS231N,),
    )


def _is_bottomless(losses: list[float]) -> bool:
    first, middle, last = losses[0], losses[len(losses) // 2], losses[-1]
    return last < -RUNAWAY * max(abs(first), 1.0) and middle - last > first - middle


def _bottomless(losses: list[float]) -> Finding:
    return Finding(
        "R2",
        Severity.ERROR,
        f"The loss falls below every bound: from {losses[0]:.3g} to {losses[-1]:.3g}.",
        "An error that is negated has no least value: making it smaller makes the errors larger.",
        (Measure("loss at the end", float(losses[-1]), -RUNAWAY * max(abs(losses[0]), 1.0)),),
        fix=Fix(
            instead="ops.mean((y_true - y_pred) ** 2)", now="-ops.mean((y_true - y_pred) ** 2)"
        ),
        explains=Diverging.explains | {"P6"},  # no rate is right for it
        reading=(CS231N,),
    )


def _uphill(case: Case, reached: Harm, cosine: float) -> Finding:
    return Finding(
        "R2",
        Severity.ERROR,
        "The steps go uphill: the loss is being maximized.",
        "Gradient descent steps against the gradient; these steps point along it.",
        (
            Measure("cosine of a step and the negative gradient", cosine, 0.0),
            Measure("loss at the end", reached.last, reached.first),
        ),
        fix=Fix(instead="a learning rate above 0, and a gradient that is not negated"),
        explains=Diverging.explains | {"P6"},  # no rate is right for it
        reading=(CS231N,),
    )
