"""Lion: steps of equal length along the signs of a running mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.graph.operations.arithmetic import sign
from pellucid.graph.variable import Variable
from pellucid.optimizers.optimizer import Optimizer
from pellucid.optimizers.schedules.schedule import LearningRate

__all__ = ["Lion"]


@dataclass(eq=False, repr=False)
class Lion(Optimizer):
    """Lion: each weight goes by the learning rate, up or down, as most gradients of late say.

    At each step::

        w = w - learning_rate * sign(beta_1 * m + (1 - beta_1) * g)
        m = beta_2 * m + (1 - beta_2) * g

    Args:
        learning_rate: Length of every step of every weight; smaller than Adam's, by 3 to 10.
        beta_1: How much the past counts in the sign, above 0 and at most 1.
        beta_2: Part of ``m`` that stays each step, from 0 to 1.
        options: By keyword, those of :class:`~pellucid.optimizers.optimizer.Optimizer`.

    Raises:
        ArgumentError: If a beta is out of its range.

    Examples:
        >>> w = Variable([1.0, 200.0], name="w")
        >>> Lion(learning_rate=0.5).minimize(w * w, [w])
        >>> w.numpy()
        array([  0.5, 199.5], dtype=float32)

    Source:
        Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms", algorithm 2,
        https://arxiv.org/abs/2302.06675.
    """

    learning_rate: LearningRate = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.99

    def _check(self) -> None:
        super()._check()
        self._require("beta_1", 0 < self.beta_1 <= 1, "a number above 0, at most 1")
        self._require("beta_2", 0 <= self.beta_2 <= 1, "a number from 0 to 1")

    def build(self, variables: Sequence[Variable]) -> None:
        super().build(variables)
        (self.momentums,) = self.add_slots(variables, "momentum")

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        g, m = gradient, self.momentums[variable]
        variable.assign_sub(learning_rate * sign(self.beta_1 * m + (1 - self.beta_1) * g))
        m.assign(self.beta_2 * m + (1 - self.beta_2) * g)
