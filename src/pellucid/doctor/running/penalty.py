"""R8: what weights cost outweighs what errors cost."""

import math
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Measure, Severity
from pellucid.doctor.gate import harm
from pellucid.doctor.remedies import weaker
from pellucid.doctor.view import View, Weights, view

__all__ = ["PenaltyWins"]

RATIO = 2.0
FACTOR = 0.01  # that regularizers are to be multiplied with, or less:
LIGHT = 0.1  # their gradient over that of the loss is to be no more than this

READING = "CS231n, Neural Networks 2: regularization, https://cs231n.github.io/neural-networks-2/"


class PenaltyWins(Check):
    """R8: the network does not learn, and the gradient of its penalties is the larger one.

    Rule: the gate of R3, and the norm of the gradient of all that regularizers and layers add is
    more than twice that of the loss of the outputs, at the first weights or at the last.

    Source:
        TheDeepChecker compares the two losses; gradients, which are what moves weights, are ours.
    """

    id: ClassVar[str] = "R8"
    moment: ClassVar[Moment] = Moment.RUNNING
    explains: ClassVar[frozenset[str]] = frozenset({"R3", "R4", "R6", "R7", "R9", "E2", "E3"})

    def examine(self, case: Case) -> Iterator[Finding]:
        reached = harm(case)
        if reached is None or not reached.not_learning or view(case).penalty is None:
            return
        seen = view(case)
        starts = [None] if case.signals is None else [case.signals.first, None]
        ratio = max(_ratio(seen, weights) for weights in starts)
        if not ratio > RATIO:
            return
        yield Finding(
            self.id,
            Severity.ERROR,
            f"The penalties win: their gradient is {ratio:.3g} times that of the loss.",
            "Each step then makes the weights smaller rather than the errors, until the outputs "
            "hang on the inputs no more.",
            (Measure("gradient of the penalties / of the loss", ratio, RATIO),),
            fix=weaker(case, min(FACTOR, 10.0 ** math.floor(math.log10(LIGHT / ratio)))),
            explains=self.explains,
            reading=(READING,),
        )


def _ratio(seen: View, weights: Weights | None) -> float:
    variables = seen.model.trainable_variables
    penalty = _norm(seen.slopes(seen.penalty, variables, weights))
    return penalty / max(_norm(seen.slopes(seen.loss, variables, weights)), 1e-12)


def _norm(slopes: list[np.ndarray]) -> float:
    return float(np.sqrt(sum(float(np.sum(np.square(g, dtype=np.float64))) for g in slopes)))
