"""What callbacks share that watch one result: which direction is better, and by how much."""

import operator
import warnings
from collections.abc import Callable
from typing import Any

from pellucid.callbacks.callback import Callback
from pellucid.errors import ArgumentError

__all__ = ["MonitorCallback"]


class MonitorCallback(Callback):
    """Base of callbacks that act when a result gets better, or does not.

    Args:
        monitor: The name of the result, as ``History`` has it.
        mode: ``"min"`` if smaller is better, ``"max"`` if larger is, ``"auto"`` to know it from
            the metric.
        baseline: What the first value is compared with; by default the first one is the best.
        min_delta: By how much a value must be better, at least, to count as better.

    Attributes:
        best: The best value so far.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | None = None,
        min_delta: float = 0.0,
    ) -> None:
        super().__init__()
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"{type(self).__name__} mode '{mode}' is unknown, fallback to auto mode.",
                stacklevel=3,
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.best = baseline
        self.min_delta = abs(min_delta)

    def is_better(self, value: float, reference: float | None) -> bool:
        """Whether a value is better than another, or there is no other.

        Raises:
            ArgumentError: If it cannot be known which direction is better.
        """
        if reference is None:
            return True
        better = self._better()
        # Keras's rule: the value has to be better even after giving up what must be gained.
        worse = value + self.min_delta if better is operator.lt else value - self.min_delta
        return bool(better(worse, reference))

    def _better(self) -> Callable[[Any, Any], Any]:
        direction = {"min": "down", "max": "up"}.get(self.mode) or self._direction()
        return operator.gt if direction == "up" else operator.lt

    def _direction(self) -> str:
        name = self.monitor.removeprefix("val_")
        if name == "loss":
            return "down"
        compiled = getattr(self.model, "compiled", None)
        metrics = {} if compiled is None else compiled.named
        direction = getattr(metrics.get(name), "direction", None)
        if direction is None:
            raise ArgumentError(
                f"{type(self).__name__} cannot know whether '{self.monitor}' is better when it is "
                "small or when it is large.",
                given=f"monitor={self.monitor!r}, mode='auto'",
                expected="mode='min' or mode='max'",
            )
        return direction
