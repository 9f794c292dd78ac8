"""Lamb: Adam whose steps are a part of the size of the weights, for large batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.graph.operations.arithmetic import power, square
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import greater, logical_and, where
from pellucid.graph.operations.exponential import sqrt
from pellucid.graph.operations.reductions import sum
from pellucid.graph.variable import Variable
from pellucid.optimizers.optimizer import Optimizer
from pellucid.optimizers.schedules.schedule import LearningRate

__all__ = ["Lamb"]


@dataclass(eq=False, repr=False)
class Lamb(Optimizer):
    """Lamb: the direction of Adam, and a length that is a part of the variable's norm.

    At step t, with ``|...|`` the norm of all elements of a variable together::

        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        u = m / (1 - beta_1**t) / (sqrt(v / (1 - beta_2**t)) + epsilon)
        w = w - learning_rate * |w| / |u| * u

    where the ratio is 1 if either norm is 0. A ``weight_decay`` is taken off before, as in Keras;
    in the paper it is a part of u.

    Args:
        learning_rate: Length of a step, as a part of the norm of the variable.
        beta_1: Part of ``m`` that stays each step, below 1.
        beta_2: Part of ``v`` that stays each step, below 1.
        epsilon: Keeps the step finite where all gradients were 0.
        options: By keyword, those of :class:`~pellucid.optimizers.optimizer.Optimizer`.

    Raises:
        ArgumentError: If a beta is not from 0 to below 1.

    Examples:
        >>> w = Variable([3.0, 4.0], name="w")
        >>> Lamb(learning_rate=0.5).minimize(w * w, [w])  # 0.5 * 5 / sqrt(2) off each
        >>> w.numpy().round(4)
        array([1.2322, 2.2322], dtype=float32)

    Source:
        You et al. 2020, "Large Batch Optimization for Deep Learning: Training BERT in 76
        minutes", algorithm 2, https://arxiv.org/abs/1904.00962.
    """

    learning_rate: LearningRate = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    decays = ("beta_1", "beta_2")

    def build(self, variables: Sequence[Variable]) -> None:
        super().build(variables)
        self.momentums, self.velocities = self.add_slots(variables, "momentum", "velocity")

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        g, m, v = gradient, self.momentums[variable], self.velocities[variable]
        t = cast(self.iterations + 1, variable.dtype)

        m.assign_add((g - m) * (1 - self.beta_1))
        v.assign_add((square(g) - v) * (1 - self.beta_2))
        size = sqrt(v / (1 - power(self.beta_2, t)))
        u = m / (1 - power(self.beta_1, t)) / (size + self.epsilon)
        long, wide = _norm(variable), _norm(u)
        ratio = where(logical_and(greater(long, 0), greater(wide, 0)), long / wide, 1.0)
        variable.assign_sub(learning_rate * ratio * u)


def _norm(x: Any) -> Any:
    return sqrt(sum(square(x)))
