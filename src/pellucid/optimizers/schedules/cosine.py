"""Cosine decay: down along half a wave, once or again and again."""

import math
from dataclasses import dataclass
from typing import Any

from pellucid.graph.operations.arithmetic import minimum, power
from pellucid.graph.operations.comparison import less, where
from pellucid.graph.operations.exponential import log
from pellucid.graph.operations.rounding import floor
from pellucid.graph.operations.trigonometry import cos
from pellucid.graph.scope import name_scope
from pellucid.optimizers.requirements import require
from pellucid.optimizers.schedules.schedule import LearningRateSchedule, in_single

__all__ = ["CosineDecay", "CosineDecayRestarts"]


def _wave(part: Any) -> Any:
    """From 1 to 0 along half a cosine, as ``part`` goes from 0 to 1."""
    return 0.5 * (1 + cos(math.pi * part))


@dataclass(frozen=True)
class CosineDecay(LearningRateSchedule):
    """Half a cosine from the initial learning rate to ``alpha`` times it, after a warmup if any.

    With ``warmup_target`` the learning rate first rises in a straight line, from the initial one
    to the target within ``warmup_steps``; then the cosine begins, at the target.

    Args:
        initial_learning_rate: The learning rate of step 0.
        decay_steps: The length of the cosine, in steps above 0.
        alpha: What is left in the end, as a part of where the cosine begins.
        name: Shown in graphs.
        warmup_target: The learning rate at the end of the warmup; ``None`` for no warmup.
        warmup_steps: The length of the warmup, in steps.

    Raises:
        ArgumentError: If ``decay_steps`` is not above 0.

    Examples:
        >>> schedule = CosineDecay(0.5, decay_steps=10, alpha=0.5)
        >>> [float(schedule(step)) for step in (0, 5, 10, 20)]
        [0.5, 0.375, 0.25, 0.25]
        >>> schedule = CosineDecay(0.0, 10, warmup_target=0.5, warmup_steps=4)
        >>> [round(float(schedule(step)), 4) for step in (0, 2, 4, 9, 14)]
        [0.0, 0.25, 0.5, 0.25, 0.0]

    Source:
        Loshchilov, Hutter 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts", equation
        5, https://arxiv.org/abs/1608.03983. The warmup: Goyal et al. 2017, "Accurate, Large
        Minibatch SGD", section 2.2, https://arxiv.org/abs/1706.02677.
    """

    initial_learning_rate: float
    decay_steps: int
    alpha: float = 0.0
    name: str = "CosineDecay"
    warmup_target: float | None = None
    warmup_steps: int = 0

    def __post_init__(self) -> None:
        self._require_steps("decay_steps")

    def __call__(self, step: Any) -> Any:
        with name_scope(self.name):
            step = in_single(step)
            if self.warmup_target is None:
                return self._decayed(step, self.initial_learning_rate)
            if not self.warmup_steps:
                return self._decayed(step, self.warmup_target)
            rise = self.warmup_target - self.initial_learning_rate
            return where(
                less(step, self.warmup_steps),
                rise * (step / self.warmup_steps) + self.initial_learning_rate,
                self._decayed(step - self.warmup_steps, self.warmup_target),
            )

    def _decayed(self, step: Any, first: float) -> Any:
        part = minimum(step, self.decay_steps) / self.decay_steps
        return first * ((1 - self.alpha) * _wave(part) + self.alpha)


@dataclass(frozen=True)
class CosineDecayRestarts(LearningRateSchedule):
    """Half a cosine down, and up again at once: each period ``t_mul`` times longer.

    In the period i, counted from 0, with ``part`` of it gone::

        rate = initial_learning_rate * ((1 - alpha) * m_mul**i * (1 + cos(pi * part)) / 2 + alpha)

    Args:
        initial_learning_rate: The learning rate of step 0.
        first_decay_steps: The length of the first period, in steps above 0.
        t_mul: How much longer each period is than the one before; at least 1.
        m_mul: What each period begins with, as a part of what the one before began with.
        alpha: What is left at the end of a period, as a part of the initial learning rate.
        name: Shown in graphs.

    Raises:
        ArgumentError: If ``first_decay_steps`` is not above 0, or ``t_mul`` is below 1.

    Examples:
        >>> schedule = CosineDecayRestarts(1.0, first_decay_steps=10, m_mul=0.5)
        >>> [round(float(schedule(step)), 4) for step in (0, 5, 9, 10, 20, 30)]
        [1.0, 0.5, 0.0245, 0.5, 0.25, 0.25]

    Source:
        Loshchilov, Hutter 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts", section
        3, https://arxiv.org/abs/1608.03983.
    """

    initial_learning_rate: float
    first_decay_steps: int
    t_mul: float = 2.0
    m_mul: float = 1.0
    alpha: float = 0.0
    name: str = "SGDRDecay"

    def __post_init__(self) -> None:
        self._require_steps("first_decay_steps")
        require(self, "t_mul", self.t_mul >= 1, "a number of at least 1")

    def __call__(self, step: Any) -> Any:
        with name_scope(self.name):
            gone = in_single(step) / self.first_decay_steps
            period, part = self._place(gone)
            height = power(self.m_mul, period) * _wave(part)
            return self.initial_learning_rate * ((1 - self.alpha) * height + self.alpha)

    def _place(self, gone: Any) -> tuple[Any, Any]:
        """The number of the period, and the part of it that is gone, after so many first ones."""
        if self.t_mul == 1:
            period = floor(gone)
            return period, gone - period
        # The periods before number i are (t_mul**i - 1) / (t_mul - 1) first ones long. At a
        # restart the logarithm is a whole number but for its last digit, which must not decide:
        # the nearest whole number is asked whether its period has begun.
        longer = self.t_mul - 1
        nearest = floor(log(1 + gone * longer) / math.log(self.t_mul) + 0.5)
        begun = (power(self.t_mul, nearest) - 1) / longer
        period = where(less(gone, begun), nearest - 1, nearest)
        length = power(self.t_mul, period)
        return period, (gone - (length - 1) / longer) / length
