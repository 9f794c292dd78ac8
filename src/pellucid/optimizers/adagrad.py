"""Adagrad: the more a weight's gradients have added up to, the shorter its steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graph.operations.arithmetic import square
from pellucid.graph.operations.exponential import sqrt
from pellucid.graph.variable import Variable
from pellucid.optimizers.optimizer import Optimizer
from pellucid.optimizers.schedules.schedule import LearningRate

__all__ = ["Adagrad"]


@dataclass(eq=False, repr=False)
class Adagrad(Optimizer):
    """Adagrad: gradients over the root of the sum of all squares so far.

    At each step ``s = s + g**2`` and ``w = w - learning_rate * g / sqrt(s + epsilon)``.

    Args:
        learning_rate: About the length of the first step.
        initial_accumulator_value: What ``s`` begins with, at least 0.
        epsilon: Keeps the step finite; inside of the root, as in Keras.
        options: By keyword, those of :class:`~pellucid.optimizers.optimizer.Optimizer`.

    Raises:
        ArgumentError: If ``initial_accumulator_value`` is below 0.

    Examples:
        >>> w = Variable([1.0, 200.0], name="w")
        >>> Adagrad(learning_rate=0.5, initial_accumulator_value=0.0).minimize(w * w, [w])
        >>> w.numpy()
        array([  0.5, 199.5], dtype=float32)

    Source:
        Duchi, Hazan, Singer 2011, "Adaptive Subgradient Methods for Online Learning and
        Stochastic Optimization", figure 1 with diagonal matrices, https://jmlr.org/papers/v12/.
    """

    learning_rate: LearningRate = 0.001
    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7

    def _check(self) -> None:
        super()._check()
        fits = self.initial_accumulator_value >= 0
        self._require("initial_accumulator_value", fits, "a number of at least 0")

    def build(self, variables: Sequence[Variable]) -> None:
        super().build(variables)
        begin = {"accumulator": lambda w: np.full_like(w, self.initial_accumulator_value)}
        (self.accumulators,) = self.add_slots(variables, "accumulator", first=begin)

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        s = self.accumulators[variable]
        s.assign_add(square(gradient))
        variable.assign_sub(learning_rate * gradient / sqrt(s + self.epsilon))
