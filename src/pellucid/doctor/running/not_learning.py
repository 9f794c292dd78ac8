"""R3: the network is no better than a constant."""

from collections.abc import Iterator
from typing import ClassVar

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.gate import LEARNED, MOVED, harm
from pellucid.doctor.remedies import RECIPE

__all__ = ["NotLearning"]


class NotLearning(Check):
    """R3: after three epochs and a hundred steps the loss is that of a constant output.

    Rule: the best loss covers less than 5 % of the way from the best constant's loss to 0, or has
    moved by less than 1 % from a first loss above a fifth of the constant's. Both are measured on
    fixed rows under weights that stand still. What explains it, if anything, is found by the other
    checks.

    Source:
        Wardat, Le, Rajan 2021, "DeepLocalize", and the rule LossNotDecreasing of Amazon
        SageMaker Debugger; the limits are ours: 150 healthy trainings came to 16 % and more.
    """

    id: ClassVar[str] = "R3"
    moment: ClassVar[Moment] = Moment.RUNNING
    explains: ClassVar[frozenset[str]] = frozenset({"R9", "E1", "E2", "E3"})

    def examine(self, case: Case) -> Iterator[Finding]:
        reached = harm(case)
        if reached is None or not reached.not_learning:
            return
        if reached.learned < LEARNED:
            why = "What the outputs gain from the inputs is next to nothing."
        else:
            why = "The weights have hardly left the place where they began."
        yield Finding(
            self.id,
            Severity.ERROR,
            f"The network does not learn: its best loss is {reached.best:.3g}, and a constant "
            f"output has {reached.dumb:.3g}.",
            why,
            (
                Measure("share of the constant's loss that is gone", reached.learned, LEARNED),
                Measure("share of the first loss that is gone", reached.moved, MOVED),
            ),
            fix=Fix(instead="doctor.examine(model, x, y)  # probes: can it overfit 32 rows?"),
            explains=self.explains,
            reading=(RECIPE,),
        )
