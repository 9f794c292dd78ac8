"""Adamax: Adam with the largest gradient of late in place of the running mean square."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.graph.operations.arithmetic import absolute, maximum, power
from pellucid.graph.operations.casting import cast
from pellucid.graph.variable import Variable
from pellucid.optimizers.optimizer import Optimizer
from pellucid.optimizers.schedules.schedule import LearningRate

__all__ = ["Adamax"]


@dataclass(eq=False, repr=False)
class Adamax(Optimizer):
    """Adamax: a running mean of the gradients over the largest of them, older ones shrunk.

    At step t::

        m = beta_1 * m + (1 - beta_1) * g
        u = max(beta_2 * u, |g|)
        w = w - learning_rate / (1 - beta_1**t) * m / (u + epsilon)

    Args:
        learning_rate: About the length of a step, whatever the size of the gradients.
        beta_1: Part of ``m`` that stays each step, below 1.
        beta_2: What ``u`` shrinks by each step, below 1.
        epsilon: Keeps the step finite where all gradients were 0.
        options: By keyword, those of :class:`~pellucid.optimizers.optimizer.Optimizer`.

    Raises:
        ArgumentError: If a beta is not from 0 to below 1.

    Examples:
        >>> w = Variable([1.0, 200.0], name="w")
        >>> Adamax(learning_rate=0.5).minimize(w * w, [w])
        >>> w.numpy().round(4)
        array([  0.5, 199.5], dtype=float32)

    Source:
        Kingma, Ba 2015, "Adam: A Method for Stochastic Optimization", algorithm 2 (which has no
        epsilon), https://arxiv.org/abs/1412.6980.
    """

    learning_rate: LearningRate = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    decays = ("beta_1", "beta_2")

    def build(self, variables: Sequence[Variable]) -> None:
        super().build(variables)
        self.momentums, self.norms = self.add_slots(variables, "momentum", "norm")

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        g, m, u = gradient, self.momentums[variable], self.norms[variable]
        t = cast(self.iterations + 1, variable.dtype)
        alpha = learning_rate / (1 - power(self.beta_1, t))

        m.assign_add((g - m) * (1 - self.beta_1))
        u.assign(maximum(self.beta_2 * u, absolute(g)))
        variable.assign_sub(alpha * m / (u + self.epsilon))
