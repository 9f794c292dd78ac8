"""Inverse time decay: the learning rate falls as one over the time."""

from dataclasses import dataclass
from typing import Any

from pellucid.graph.operations.rounding import floor
from pellucid.graph.scope import name_scope
from pellucid.optimizers.schedules.schedule import LearningRateSchedule, in_single

__all__ = ["InverseTimeDecay"]


@dataclass(frozen=True)
class InverseTimeDecay(LearningRateSchedule):
    """``initial_learning_rate / (1 + decay_rate * step / decay_steps)``.

    Args:
        initial_learning_rate: The learning rate of step 0.
        decay_steps: The length of a period, in steps above 0.
        decay_rate: What the divisor grows by in each period.
        staircase: Whether it falls at the end of each period only, by the whole part of
            ``step / decay_steps``.
        name: Shown in graphs.

    Raises:
        ArgumentError: If ``decay_steps`` is not above 0.

    Examples:
        >>> schedule = InverseTimeDecay(0.5, decay_steps=10, decay_rate=1.0)
        >>> [float(schedule(step)) for step in (0, 10, 30)]
        [0.5, 0.25, 0.125]
    """

    initial_learning_rate: float
    decay_steps: int
    decay_rate: float
    staircase: bool = False
    name: str = "InverseTimeDecay"

    def __post_init__(self) -> None:
        self._require_steps("decay_steps")

    def __call__(self, step: Any) -> Any:
        with name_scope(self.name):
            periods = in_single(step) / self.decay_steps
            periods = floor(periods) if self.staircase else periods
            return self.initial_learning_rate / (1 + self.decay_rate * periods)
