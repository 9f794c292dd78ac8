"""Adadelta: steps as long as the steps before, whatever the size of the gradients."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.graph.operations.arithmetic import square
from pellucid.graph.operations.exponential import sqrt
from pellucid.graph.variable import Variable
from pellucid.optimizers.optimizer import Optimizer
from pellucid.optimizers.schedules.schedule import LearningRate

__all__ = ["Adadelta"]


@dataclass(eq=False, repr=False)
class Adadelta(Optimizer):
    """Adadelta: gradients over their running size, times the running size of the steps before.

    At each step::

        v = rho * v + (1 - rho) * g**2
        step = sqrt(d + epsilon) / sqrt(v + epsilon) * g
        d = rho * d + (1 - rho) * step**2
        w = w - learning_rate * step

    Args:
        learning_rate: How much of each step to take; 1 in the paper.
        rho: Part of ``v`` and ``d`` that stays each step, below 1.
        epsilon: Keeps the steps finite, and sets how long the first ones are.
        options: By keyword, those of :class:`~pellucid.optimizers.optimizer.Optimizer`.

    Raises:
        ArgumentError: If rho is not from 0 to below 1.

    Examples:
        >>> w = Variable([1.0, 2.0], name="w")
        >>> Adadelta(learning_rate=1.0, rho=0.75, epsilon=0.25).minimize(w * w, [w])
        >>> w.numpy().round(4)
        array([0.1056, 1.0299], dtype=float32)

    Source:
        Zeiler 2012, "ADADELTA: An Adaptive Learning Rate Method", algorithm 1,
        https://arxiv.org/abs/1212.5701.
    """

    learning_rate: LearningRate = 0.001
    rho: float = 0.95
    epsilon: float = 1e-7

    decays = ("rho",)

    def build(self, variables: Sequence[Variable]) -> None:
        super().build(variables)
        self.velocities, self.deltas = self.add_slots(
            variables, "accumulated_grad", "accumulated_delta_var"
        )

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        g, v, d = gradient, self.velocities[variable], self.deltas[variable]
        v.assign(self.rho * v + (1 - self.rho) * square(g))
        step = sqrt(d + self.epsilon) / sqrt(v + self.epsilon) * g
        d.assign(self.rho * d + (1 - self.rho) * square(step))
        variable.assign_sub(learning_rate * step)
