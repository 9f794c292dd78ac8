"""Nadam: Adam that looks one step ahead, as Nesterov's momentum does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.graph.operations.arithmetic import power, square
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.exponential import sqrt
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import Variable
from pellucid.optimizers.optimizer import Optimizer
from pellucid.optimizers.schedules.schedule import LearningRate

__all__ = ["Nadam"]


@dataclass(eq=False, repr=False)
class Nadam(Optimizer):
    """Nadam: Adam whose momentum is already that of the next step.

    With ``mu(t) = beta_1 * (1 - 0.96**t / 2)``, at step t::

        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        M = mu(t+1) * m / (1 - mu(1)...mu(t+1)) + (1 - mu(t)) * g / (1 - mu(1)...mu(t))
        w = w - learning_rate * M / (sqrt(v / (1 - beta_2**t)) + epsilon)

    Args:
        learning_rate: About the length of a step, whatever the size of the gradients.
        beta_1: Part of ``m`` that stays each step, below 1.
        beta_2: Part of ``v`` that stays each step, below 1.
        epsilon: Keeps the step finite where all gradients were 0.
        options: By keyword, those of :class:`~pellucid.optimizers.optimizer.Optimizer`.

    Raises:
        ArgumentError: If a beta is not from 0 to below 1.

    Examples:
        >>> w = Variable([1.0, 200.0], name="w")
        >>> Nadam(learning_rate=0.5).minimize(w * w, [w])
        >>> w.numpy().round(4)
        array([  0.4686, 199.4686], dtype=float32)

    Source:
        Dozat 2016, "Incorporating Nesterov Momentum into Adam", the algorithm of section 2.2 with
        the schedule of momentums of section 3.
    """

    learning_rate: LearningRate = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    decays = ("beta_1", "beta_2")

    def build(self, variables: Sequence[Variable]) -> None:
        super().build(variables)
        self.momentums, self.velocities = self.add_slots(variables, "momentum", "velocity")
        dtype = variables[0].dtype if variables else "float32"
        self.product = self.add_variable("product", 1.0, dtype)

    def _mu(self, t: Any) -> Any:
        return self.beta_1 * (1 - 0.5 * power(0.96, t))

    def _step(self, gradients: list[Tensor], variables: Sequence[Variable]) -> None:
        # mu(1) to mu(t) multiplied, once for all variables
        self.product.assign(self.product * self._mu(cast(self.iterations + 1, self.product.dtype)))
        super()._step(gradients, variables)

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        g, m, v = gradient, self.momentums[variable], self.velocities[variable]
        t = cast(self.iterations + 1, variable.dtype)
        now, ahead = self._mu(t), self._mu(t + 1)
        product = cast(self.product, variable.dtype)

        m.assign_add((g - m) * (1 - self.beta_1))
        v.assign_add((square(g) - v) * (1 - self.beta_2))
        looking_ahead = ahead * m / (1 - product * ahead) + (1 - now) * g / (1 - product)
        size = sqrt(v / (1 - power(self.beta_2, t)))
        variable.assign_sub(learning_rate * looking_ahead / (size + self.epsilon))
