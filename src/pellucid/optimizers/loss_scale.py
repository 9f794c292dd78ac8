"""Loss scaling that finds its factor: so that gradients in half precision do not vanish."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.graph.operations.arithmetic import divide
from pellucid.graph.operations.comparison import equal, isfinite, logical_and, where
from pellucid.graph.operations.reductions import all
from pellucid.graph.scope import name_scope
from pellucid.graph.tensor import Tensor, Updates
from pellucid.graph.variable import Variable
from pellucid.optimizers.optimizer import Optimizer
from pellucid.optimizers.wrapper import Wrapper

__all__ = ["LossScaleOptimizer"]


@dataclass(eq=False, repr=False)
class LossScaleOptimizer(Wrapper):
    """An optimizer for float16: the loss is multiplied by a scale, the gradients divided by it.

    Without it the small gradients of a float16 network are 0. When a gradient overflows, the step
    is left out and the scale halved; after ``dynamic_growth_steps`` steps without that it is
    doubled. So it stays nearly as large as it can be.

    Args:
        inner_optimizer: What takes the steps; a ``loss_scale_factor`` of its own is removed.
        initial_scale: The first scale; one too large is soon found out.
        dynamic_growth_steps: How many good steps it takes to double the scale.
        name: Shown in graphs.

    Attributes:
        dynamic_scale: The present scale, a variable.
        step_counter: How many good steps were made since the scale changed, a variable.

    Raises:
        DTypeError: If ``inner_optimizer`` is no optimizer, or one that wraps others.
        ArgumentError: For an option of optimizers, which belongs to the one inside.

    Examples:
        >>> w = Variable(1.0, name="w")
        >>> optimizer = LossScaleOptimizer(optimizers.SGD(0.25), initial_scale=8.0)
        >>> optimizer.apply([np.float32(8.0)], [w])  # 1, scaled
        >>> optimizer.apply([np.float32(np.inf)], [w])
        >>> print(w.numpy(), optimizer.dynamic_scale.numpy())
        0.75 4.0

    Source:
        Micikevicius et al. 2018, "Mixed Precision Training", section 3.2,
        https://arxiv.org/abs/1710.03740.
    """

    inner_optimizer: Optimizer
    initial_scale: float = 2.0**15
    dynamic_growth_steps: int = 2000

    def __post_init__(self) -> None:
        super().__post_init__()
        self.inner_optimizer.loss_scale_factor = None
        # Made now, not when built: the loss of the first step is scaled before that.
        self.step_counter = self.add_variable("step_counter", 0, "int32")
        self.dynamic_scale = self.add_variable("dynamic_scale", self.initial_scale, "float32")

    def _check(self) -> None:
        super()._check()
        self._require_optimizer(self.inner_optimizer)
        self._require("initial_scale", self.initial_scale > 0, "a number above 0")
        fits = self.dynamic_growth_steps >= 1
        self._require("dynamic_growth_steps", fits, "a whole number of at least 1")

    @property
    def inner(self) -> Sequence[Optimizer]:
        return [self.inner_optimizer]

    @property
    def iterations(self) -> Any:
        return self.inner_optimizer.iterations

    def _rate(self) -> Any:
        return self.inner_optimizer.learning_rate

    def _set_rate(self, new: Any) -> None:
        self.inner_optimizer.learning_rate = new

    def build(self, variables: Sequence[Variable]) -> None:
        super().build(variables)
        self.inner_optimizer.build(variables)

    def scale_loss(self, loss: Any) -> Any:
        return loss * self.dynamic_scale  # in float32: a scale of 2**16 is infinite in float16

    def _apply(self, gradients: list[Tensor], variables: Sequence[Variable]) -> None:
        with name_scope(self.name or ""):
            checks = (all(isfinite(g)) for g in gradients)
            *_, finite = itertools.accumulate(checks, logical_and)
            with Updates() as step:
                self.inner_optimizer.apply(
                    [divide(g, self.dynamic_scale) for g in gradients], variables
                )
            for variable, new in step.new.items():
                variable.assign(where(finite, new, variable))

            count = self.step_counter + 1
            full = equal(count, self.dynamic_growth_steps)
            factor = where(finite, where(full, 2.0, 1.0), 0.5)
            self.dynamic_scale.assign(self.dynamic_scale * factor)
            self.step_counter.assign(where(full, 0, where(finite, count, 0)))

    def finalize_variable_values(self, variables: Sequence[Variable]) -> None:
        self.inner_optimizer.finalize_variable_values(variables)
