"""A loss made of a function of truth and predictions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pellucid.losses.loss import Loss, same_ndim

__all__ = ["FunctionLoss"]


@dataclass(eq=False)
class FunctionLoss(Loss):
    """What a function makes of truth and predictions, reduced to one number.

    Args:
        fn: From ``(y_true, y_pred)`` to what each example costs.

    Examples:
        >>> loss = FunctionLoss(lambda y_true, y_pred: (y_true - y_pred) ** 4)
        >>> print(loss([1.0, 2.0], [1.0, 4.0]))
        8.0
    """

    fn: Callable[[Any, Any], Any]

    def __post_init__(self) -> None:
        self.name = self.name or getattr(self.fn, "__name__", "loss").strip("<>")
        super().__post_init__()

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self.fn(*same_ndim(y_true, y_pred))
