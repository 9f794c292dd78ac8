"""RMSprop: gradients divided by their running size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.graph.operations.arithmetic import square
from pellucid.graph.operations.exponential import rsqrt
from pellucid.graph.variable import Variable
from pellucid.optimizers.optimizer import Optimizer
from pellucid.optimizers.schedules.schedule import LearningRate

__all__ = ["RMSprop"]


@dataclass(eq=False, repr=False)
class RMSprop(Optimizer):
    """RMSprop: gradient descent with each gradient divided by its running root mean square.

    At each step, with the mean of the gradients themselves taken off ``v`` if ``centered``::

        v = rho * v + (1 - rho) * g**2
        step = learning_rate * g / sqrt(v + epsilon)
        w = w - step

    With momentum ``m = momentum * m + step`` and ``w = w - m``.

    Args:
        learning_rate: About the length of a step, whatever the size of the gradients.
        rho: Part of ``v`` that stays each step, below 1.
        momentum: Part of the step before that goes on, from 0 to 1.
        epsilon: Keeps the step finite; inside of the root, as in Keras.
        centered: Whether to divide by the standard deviation of the gradients.
        options: By keyword, those of :class:`~pellucid.optimizers.optimizer.Optimizer`.

    Raises:
        ArgumentError: If rho or the momentum is out of its range.

    Examples:
        >>> w = Variable([1.0, 200.0], name="w")
        >>> RMSprop(learning_rate=0.5, rho=0.75).minimize(w * w, [w])
        >>> w.numpy()
        array([  0., 199.], dtype=float32)

    Source:
        Tieleman, Hinton 2012, "Neural Networks for Machine Learning", lecture 6.5; centered as in
        Graves 2013, "Generating Sequences With Recurrent Neural Networks", equations 38 to 45.
    """

    learning_rate: LearningRate = 0.001
    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-7
    centered: bool = False

    decays = ("rho",)

    def _check(self) -> None:
        super()._check()
        self._require("momentum", 0 <= self.momentum <= 1, "a number from 0 to 1")

    def build(self, variables: Sequence[Variable]) -> None:
        super().build(variables)
        (self.velocities,) = self.add_slots(variables, "velocity")
        if self.momentum:
            (self.momentums,) = self.add_slots(variables, "momentum")
        if self.centered:
            (self.means,) = self.add_slots(variables, "average_gradient")

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        g, v = gradient, self.velocities[variable]
        v.assign(self.rho * v + (1 - self.rho) * square(g))
        variance = v
        if self.centered:
            mean = self.means[variable]
            mean.assign(self.rho * mean + (1 - self.rho) * g)
            variance = v - square(mean)
        step = learning_rate * g * rsqrt(variance + self.epsilon)
        if self.momentum:
            m = self.momentums[variable]
            m.assign(self.momentum * m + step)
            step = m
        variable.assign_sub(step)
