"""Polynomial decay: from one learning rate to another along a power of the time left."""

from dataclasses import dataclass
from typing import Any

from pellucid.graph.operations.arithmetic import maximum, minimum, power
from pellucid.graph.operations.rounding import ceil
from pellucid.graph.scope import name_scope
from pellucid.optimizers.schedules.schedule import LearningRateSchedule, in_single

__all__ = ["PolynomialDecay"]


@dataclass(frozen=True)
class PolynomialDecay(LearningRateSchedule):
    """``(first - last) * (1 - step / decay_steps) ** power + last``, and ``last`` from then on.

    ``first`` is ``initial_learning_rate`` and ``last`` is ``end_learning_rate``; with the power 1
    it is a straight line.

    Args:
        initial_learning_rate: The learning rate of step 0.
        decay_steps: How many steps it takes to the last one, above 0.
        end_learning_rate: The learning rate from then on.
        power: The power of the part that is left.
        cycle: Whether the curve is stretched at its end, to the next multiple of ``decay_steps``,
            so that the learning rate rises again, each time less.
        name: Shown in graphs.

    Raises:
        ArgumentError: If ``decay_steps`` is not above 0.

    Examples:
        >>> schedule = PolynomialDecay(0.5, decay_steps=10, end_learning_rate=0.25)
        >>> [float(schedule(step)) for step in (0, 5, 10, 20)]
        [0.5, 0.375, 0.25, 0.25]
        >>> schedule = PolynomialDecay(0.5, decay_steps=10, end_learning_rate=0.25, cycle=True)
        >>> [float(schedule(step)) for step in (0, 5, 10, 15, 20)]
        [0.5, 0.375, 0.25, 0.3125, 0.25]
    """

    initial_learning_rate: float
    decay_steps: int
    end_learning_rate: float = 0.0001
    power: float = 1.0
    cycle: bool = False
    name: str = "PolynomialDecay"

    def __post_init__(self) -> None:
        self._require_steps("decay_steps")

    def __call__(self, step: Any) -> Any:
        with name_scope(self.name):
            steps: Any = self.decay_steps
            step = in_single(step)
            if self.cycle:
                steps = steps * maximum(ceil(step / steps), 1)
            else:
                step = minimum(step, steps)
            fall = self.initial_learning_rate - self.end_learning_rate
            return fall * power(1 - step / steps, self.power) + self.end_learning_rate
