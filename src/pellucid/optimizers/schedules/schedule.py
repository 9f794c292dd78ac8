"""What a learning-rate schedule is: the learning rate of each step, by the step's number."""

from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from typing import Any, Self

from pellucid.configured import Configured
from pellucid.graph.operations.casting import cast
from pellucid.optimizers.requirements import require

__all__ = ["LearningRate", "LearningRateSchedule"]


class LearningRateSchedule(Configured):
    """A function of the step's number, counted from 0, whose result is that step's learning rate.

    An optimizer takes one for its ``learning_rate`` and calls it with its ``iterations``, which
    is a tensor when a graph is built: it is then part of the graph, and follows the steps of a
    compiled loop without Python. Arrays and numbers give a number at once.

    Examples:
        >>> class Halving(LearningRateSchedule):
        ...     def __init__(self, first):
        ...         self.first = first
        ...     def __call__(self, step):
        ...         return self.first * 0.5**step
        ...     def get_config(self):
        ...         return {"first": self.first}
        >>> optimizer = optimizers.SGD(learning_rate=Halving(0.25))
        >>> w = Variable(1.0, name="w")
        >>> for _ in range(2):
        ...     optimizer.apply([np.float32(1.0)], [w])
        >>> print(w.numpy(), optimizer.learning_rate)
        0.625 0.0625
    """

    def __call__(self, step: Any) -> Any:
        """The learning rate of a step: a tensor for a tensor."""
        raise NotImplementedError(f"{type(self).__name__}.__call__")

    def get_config(self) -> dict[str, Any]:
        if not is_dataclass(self):
            raise NotImplementedError(f"{type(self).__name__}.get_config")
        return super().get_config()

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return super().from_config(config) if is_dataclass(cls) else cls(**config)

    def _require_steps(self, argument: str) -> None:
        require(self, argument, getattr(self, argument) > 0, "a number of steps above 0")


LearningRate = float | LearningRateSchedule | Callable[[], Any]
"""A number, a schedule, or a function of nothing that is called when a step is built."""


def in_single(step: Any) -> Any:
    """The step's number in float32, in which Keras computes its schedules."""
    return cast(step, "float32")
