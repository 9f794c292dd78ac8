"""Stochastic gradient descent, with momentum if asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.graph.variable import Variable
from pellucid.optimizers.optimizer import Optimizer
from pellucid.optimizers.schedules.schedule import LearningRate

__all__ = ["SGD"]


@dataclass(eq=False, repr=False)
class SGD(Optimizer):
    """Gradient descent: ``w = w - learning_rate * g``, down the slope.

    With momentum the steps of before go on, as a ball rolls: ``m = momentum * m -
    learning_rate * g`` and ``w = w + m``; with Nesterov's form ``w = w + momentum * m -
    learning_rate * g``, where the gradient counts as if taken one step ahead.

    Args:
        learning_rate: Length of a step for a gradient of 1.
        momentum: Part of the step before that goes on, from 0 to 1.
        nesterov: Whether to take Nesterov's form.
        options: By keyword, those of :class:`~pellucid.optimizers.optimizer.Optimizer`.

    Raises:
        ArgumentError: If the momentum is not from 0 to 1.

    Examples:
        >>> w = Variable([1.0, 2.0], name="w")
        >>> SGD(learning_rate=0.5).minimize(w * w / 2, [w])
        >>> w.numpy()
        array([0.5, 1. ], dtype=float32)

    Source:
        Sutskever et al. 2013, "On the importance of initialization and momentum in deep
        learning", equations 1 to 4; Nesterov's form rewritten for the point looked ahead to.
    """

    learning_rate: LearningRate = 0.01
    momentum: float = 0.0
    nesterov: bool = False

    def _check(self) -> None:
        super()._check()
        self._require("momentum", 0 <= self.momentum <= 1, "a number from 0 to 1")

    def build(self, variables: Sequence[Variable]) -> None:
        super().build(variables)
        if self.momentum:
            (self.momentums,) = self.add_slots(variables, "momentum")

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        step = learning_rate * gradient
        if not self.momentum:
            variable.assign_sub(step)
            return
        m = self.momentums[variable]
        m.assign(self.momentum * m - step)
        variable.assign_add(self.momentum * m - step if self.nesterov else m)
