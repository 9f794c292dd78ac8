"""Schedule-free AdamW: an average of the weights in place of a falling learning rate."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graph.operations.arithmetic import minimum, power, square
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.exponential import sqrt
from pellucid.graph.variable import Variable
from pellucid.optimizers.optimizer import Optimizer
from pellucid.optimizers.schedules.schedule import LearningRate

__all__ = ["ScheduleFreeAdamW"]


@dataclass(eq=False, repr=False)
class ScheduleFreeAdamW(Optimizer):
    """Schedule-free AdamW: gradients are taken near the average of all weights so far.

    The weights w lie between ``z``, which takes the steps, and ``x``, the mean of all z so far,
    which is not kept: w gives it back. At step t::

        x = (w - (1 - beta_1) * z) / beta_1
        v = beta_2 * v + (1 - beta_2) * g**2
        z = z - learning_rate * g / (sqrt(v / (1 - beta_2**t)) + epsilon)
        x = (1 - 1/t) * x + 1/t * z
        w = (1 - beta_1) * z + beta_1 * x

    Args:
        learning_rate: About the length of a step of z, whatever the size of the gradients.
        beta_1: How near to the average the weights are, above 0 and at most 1.
        beta_2: Part of ``v`` that stays each step, below 1.
        epsilon: Keeps the step finite where all gradients were 0.
        warmup_steps: For so many steps the learning rate rises to its value, in a straight line.
        options: By keyword, those of :class:`~pellucid.optimizers.optimizer.Optimizer`.

    Raises:
        ArgumentError: If a beta is out of its range.

    Examples:
        >>> w = Variable([1.0, 200.0], name="w")
        >>> ScheduleFreeAdamW(learning_rate=0.5).minimize(w * w, [w])
        >>> w.numpy().round(4)
        array([  0.5, 199.5], dtype=float32)

    Source:
        Defazio et al. 2024, "The Road Less Scheduled", algorithm 1, with equal weights of all
        steps in the mean, as in Keras, https://arxiv.org/abs/2405.15682.
    """

    learning_rate: LearningRate = 0.0025
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    warmup_steps: int = 0

    decays = ("beta_2",)

    def _check(self) -> None:
        super()._check()
        self._require("beta_1", 0 < self.beta_1 <= 1, "a number above 0, at most 1")

    def build(self, variables: Sequence[Variable]) -> None:
        super().build(variables)
        self.momentums, self.velocities = self.add_slots(
            variables, "momentum", "velocity", first={"momentum": np.copy}
        )

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        g, z, v = gradient, self.momentums[variable], self.velocities[variable]
        t = cast(self.iterations + 1, variable.dtype)
        if self.warmup_steps:
            learning_rate = learning_rate * minimum(t / self.warmup_steps, 1)

        x = (variable - (1 - self.beta_1) * z) / self.beta_1
        v.assign_add((square(g) - v) * (1 - self.beta_2))
        size = sqrt(v / (1 - power(self.beta_2, t)))
        z.assign_sub(learning_rate * g / (size + self.epsilon))
        x = (1 - 1 / t) * x + z / t
        variable.assign((1 - self.beta_1) * z + self.beta_1 * x)
