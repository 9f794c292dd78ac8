"""FTRL: weights that best fit all gradients so far, many of them exactly 0."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graph.operations.arithmetic import power, square
from pellucid.graph.operations.rounding import clip
from pellucid.graph.variable import Variable
from pellucid.optimizers.optimizer import Optimizer
from pellucid.optimizers.schedules.schedule import LearningRate

__all__ = ["Ftrl"]


@dataclass(eq=False, repr=False)
class Ftrl(Optimizer):
    """FTRL-proximal ("follow the regularized leader"): for wide, sparse, linear models.

    At each step, with ``p = -learning_rate_power`` (1/2: a root) and l1, l2, shrinkage the three
    strengths of regularization::

        n' = n + g**2
        z = z + g + 2 * shrinkage * w - (n'**p - n**p) / learning_rate * w
        w = (clip(z, -l1, l1) - z) / ((beta + n'**p) / learning_rate + 2 * l2)
        n = n'

    so a weight whose z is no larger than l1 is exactly 0.

    Args:
        learning_rate: Length of a step, for the first gradients.
        learning_rate_power: Minus the power of n by which steps become shorter; at most 0.
        initial_accumulator_value: What ``n`` begins with, at least 0.
        l1_regularization_strength: How strongly weights are drawn to exactly 0, at least 0.
        l2_regularization_strength: How strongly weights are shrunk, at least 0.
        l2_shrinkage_regularization_strength: The same by the gradients, at least 0.
        beta: Shortens the first steps; the paper's β.
        options: By keyword, those of :class:`~pellucid.optimizers.optimizer.Optimizer`.

    Raises:
        ArgumentError: If ``learning_rate_power`` is above 0, or one of the others below 0.

    Examples:
        >>> w = Variable([1.0, 0.01], name="w")
        >>> Ftrl(0.5, initial_accumulator_value=0.0, l1_regularization_strength=0.125).minimize(
        ...     w * w, [w])
        >>> w.numpy()  # the second one is close enough to 0
        array([0.46875, 0.     ], dtype=float32)

    Source:
        McMahan et al. 2013, "Ad Click Prediction: a View from the Trenches", algorithm 1; with
        twice the paper's λ2, as in Keras.
    """

    learning_rate: LearningRate = 0.001
    learning_rate_power: float = -0.5
    initial_accumulator_value: float = 0.1
    l1_regularization_strength: float = 0.0
    l2_regularization_strength: float = 0.0
    l2_shrinkage_regularization_strength: float = 0.0
    beta: float = 0.0

    def _check(self) -> None:
        super()._check()
        fits = self.learning_rate_power <= 0
        self._require("learning_rate_power", fits, "a number of at most 0")
        for name in (
            "initial_accumulator_value",
            "l1_regularization_strength",
            "l2_regularization_strength",
            "l2_shrinkage_regularization_strength",
        ):
            self._require(name, getattr(self, name) >= 0, "a number of at least 0")

    def build(self, variables: Sequence[Variable]) -> None:
        super().build(variables)
        begin = {"accumulator": lambda w: np.full_like(w, self.initial_accumulator_value)}
        self.accumulators, self.linears = self.add_slots(
            variables, "accumulator", "linear", first=begin
        )

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        n, z = self.accumulators[variable], self.linears[variable]
        l1, l2 = self.l1_regularization_strength, self.l2_regularization_strength
        before = power(n, -self.learning_rate_power)
        n.assign_add(square(gradient))
        after = power(n, -self.learning_rate_power)

        g = gradient
        if self.l2_shrinkage_regularization_strength:
            g = g + 2 * self.l2_shrinkage_regularization_strength * variable
        z.assign_add(g - (after - before) / learning_rate * variable)
        variable.assign((clip(z, -l1, l1) - z) / ((self.beta + after) / learning_rate + 2 * l2))
