"""R4: the steps are too small to get anywhere."""

from collections.abc import Iterator
from typing import ClassVar

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Measure, Severity
from pellucid.doctor.gate import harm
from pellucid.doctor.remedies import CS231N, other_rate, rate_of
from pellucid.doctor.strides import strides
from pellucid.doctor.view import view

__all__ = ["SmallSteps"]

LIMIT = 1e-5  # healthy: 2e-5 and more even when they have converged; sick: 1e-7
USUAL = 1e-3  # of a weight's size, the rule of thumb
SLOPE = 1e-6  # a gradient below it has vanished, which larger steps do not mend


class SmallSteps(Check):
    """R4: the network does not learn, and no step changes a weight by 1/100,000 of its size.

    Rule: the gate of R3, and in all trained kernels the median of ‖change‖ / ‖weight‖ over ten
    steps below 1e-5, while gradients are there.

    Source:
        Karpathy, CS231n, "Neural Networks 3": the ratio should be about 1e-3; TheDeepChecker has
        1e-4. The limit is ours: healthy trainings came to 2e-5 after they had converged.
    """

    id: ClassVar[str] = "R4"
    moment: ClassVar[Moment] = Moment.RUNNING
    explains: ClassVar[frozenset[str]] = frozenset({"R3", "R9", "E2", "E3", "E5"})

    def examine(self, case: Case) -> Iterator[Finding]:
        reached = harm(case)
        if reached is None or not reached.not_learning:
            return
        seen = view(case)
        kernels = seen.kernels
        slopes = seen.slopes(seen.loss, kernels)
        if not kernels or max(float(abs(g).max()) for g in slopes) < SLOPE:
            return
        sizes = strides(case).sizes
        largest = max(kernels, key=lambda v: sizes[v])
        if not sizes[largest] < LIMIT:
            return
        rate = rate_of(case)
        factor = min(max(USUAL / max(sizes[largest], 1e-10), 10.0), 1e6)
        yield Finding(
            self.id,
            Severity.ERROR,
            f"The steps are too small: none changes a weight by more than {sizes[largest]:.1g} "
            "of its size.",
            f"A thousand of them move a weight by {1000 * sizes[largest]:.1g} of its size.",
            (
                Measure("largest ‖change‖ / ‖weight‖ of a step", sizes[largest], LIMIT),
                *(() if rate is None else (Measure("learning rate", rate),)),
            ),
            fix=other_rate(case, float(f"{factor:.1g}")),
            explains=self.explains,
            reading=(CS231N,),
        )
