"""Piecewise constant decay: learning rates, each for a stretch of steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.errors import ArgumentError
from pellucid.graph.operations.comparison import greater, where
from pellucid.graph.scope import name_scope
from pellucid.optimizers.schedules.schedule import LearningRateSchedule

__all__ = ["PiecewiseConstantDecay"]


@dataclass(frozen=True)
class PiecewiseConstantDecay(LearningRateSchedule):
    """``values[i]`` from the step after ``boundaries[i - 1]`` up to and with ``boundaries[i]``.

    Args:
        boundaries: Numbers of steps, each larger than the one before.
        values: Learning rates, one more than there are boundaries.
        name: Shown in graphs.

    Raises:
        ArgumentError: If there is not one value more, or the boundaries do not rise.

    Examples:
        >>> schedule = PiecewiseConstantDecay([2, 5], [1.0, 0.5, 0.125])
        >>> [float(schedule(step)) for step in (0, 2, 3, 5, 6)]
        [1.0, 1.0, 0.5, 0.5, 0.125]
    """

    boundaries: Sequence[float]
    values: Sequence[float]
    name: str = "PiecewiseConstant"

    def __post_init__(self) -> None:
        if len(self.values) != len(self.boundaries) + 1:
            raise ArgumentError(
                "PiecewiseConstantDecay needs a value before, between and after its boundaries.",
                given=f"{len(self.boundaries)} boundaries, {len(self.values)} values",
                expected=f"{len(self.boundaries) + 1} values",
            )
        if list(self.boundaries) != sorted(set(self.boundaries)):
            raise ArgumentError(
                "The boundaries of PiecewiseConstantDecay have to rise.",
                given=f"boundaries={self.boundaries!r}",
                expected="each larger than the one before",
            )

    def __call__(self, step: Any) -> Any:
        with name_scope(self.name):
            rate: Any = float(self.values[0])
            for boundary, value in zip(self.boundaries, self.values[1:], strict=True):
                rate = where(greater(step, boundary), float(value), rate)
            return rate
