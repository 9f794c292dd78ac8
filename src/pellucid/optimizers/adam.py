"""Adam: steps whose length each weight's own gradients set."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

from pellucid.graph.operations.arithmetic import maximum, power, square
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.exponential import sqrt
from pellucid.graph.variable import Variable
from pellucid.optimizers.optimizer import Optimizer
from pellucid.optimizers.schedules.schedule import LearningRate

__all__ = ["Adam", "AdamW"]


class AdaptiveMoments(Optimizer):
    """What Adam and AdamW share: all but the default of the weights' decay."""

    beta_1: float
    beta_2: float
    epsilon: float
    amsgrad: bool

    decays = ("beta_1", "beta_2")

    def build(self, variables: Sequence[Variable]) -> None:
        super().build(variables)
        self.momentums, self.velocities = self.add_slots(variables, "momentum", "velocity")
        if self.amsgrad:
            (self.velocity_hats,) = self.add_slots(variables, "velocity_hat")

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        g, m, v = gradient, self.momentums[variable], self.velocities[variable]
        # The corrections are equal for all variables: graphs keep one of equal nodes.
        t = cast(self.iterations + 1, variable.dtype)
        alpha = learning_rate * sqrt(1 - power(self.beta_2, t)) / (1 - power(self.beta_1, t))

        m.assign_add((g - m) * (1 - self.beta_1))
        v.assign_add((square(g) - v) * (1 - self.beta_2))
        if self.amsgrad:
            largest = self.velocity_hats[variable]
            largest.assign(maximum(largest, v))
            v = largest
        variable.assign_sub(alpha * m / (sqrt(v) + self.epsilon))


@dataclass(eq=False, repr=False)
class Adam(AdaptiveMoments):
    """Adam: gradient descent along a running mean of the gradients, over their running size.

    With ``m`` the running mean of ``g`` and ``v`` that of ``g**2``, at step t::

        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        alpha = learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t)
        w = w - alpha * m / (sqrt(v) + epsilon)

    ``alpha`` makes up for m and v starting at 0. ``epsilon`` stands as in Keras, in the form
    before section 2.1 of the paper, not as in its algorithm 1 and in PyTorch.

    Args:
        learning_rate: About the length of a step, whatever the size of the gradients.
        beta_1: Part of ``m`` that stays each step, below 1.
        beta_2: Part of ``v`` that stays each step, below 1.
        epsilon: Keeps the step finite where all gradients were 0.
        amsgrad: Whether to divide by the largest ``v`` so far rather than by the present one.
        options: By keyword, those of :class:`~pellucid.optimizers.optimizer.Optimizer`.

    Raises:
        ArgumentError: If a beta is not from 0 to below 1.

    Examples:
        >>> w = Variable([1.0, 200.0], name="w")
        >>> Adam(learning_rate=0.5).minimize(w * w, [w])
        >>> w.numpy().round(4)
        array([  0.5, 199.5], dtype=float32)

    Source:
        Kingma, Ba 2015, "Adam: A Method for Stochastic Optimization", section 2,
        https://arxiv.org/abs/1412.6980. Reddi, Kale, Kumar 2018, "On the Convergence of Adam and
        Beyond", algorithm 2 (AMSGrad, without corrections; here with them, as in Keras).
    """

    learning_rate: LearningRate = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    amsgrad: bool = False


@dataclass(eq=False, repr=False)
class AdamW(AdaptiveMoments):
    """:class:`Adam` whose weights decay by default, apart from the gradients.

    Before each step ``w = w - weight_decay * learning_rate * w``, which adaptive steps do not
    shrink, as they would the slope of a penalty in the loss.

    Args:
        learning_rate: About the length of a step, whatever the size of the gradients.
        weight_decay: Part of each weight, times the learning rate, that is taken away each step.
        beta_1: Part of ``m`` that stays each step, below 1.
        beta_2: Part of ``v`` that stays each step, below 1.
        epsilon: Keeps the step finite where all gradients were 0.
        amsgrad: Whether to divide by the largest ``v`` so far rather than by the present one.
        options: By keyword, those of :class:`~pellucid.optimizers.optimizer.Optimizer`.

    Raises:
        ArgumentError: If a beta is not from 0 to below 1.

    Examples:
        >>> w = Variable([1.0, 200.0], name="w")
        >>> AdamW(learning_rate=0.5, weight_decay=0.1).minimize(w * w, [w])
        >>> w.numpy().round(4)
        array([  0.45, 189.5 ], dtype=float32)

    Source:
        Loshchilov, Hutter 2019, "Decoupled Weight Decay Regularization", algorithm 2, with the
        decay times the learning rate, as in Keras and PyTorch, https://arxiv.org/abs/1711.05101.
    """

    learning_rate: LearningRate = 0.001
    _: KW_ONLY  # Keras has the decay second: a number given there must not become beta_1
    weight_decay: float | None = 0.004
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    amsgrad: bool = False
