"""Losses for predicting numbers."""

from dataclasses import dataclass
from typing import Any

from pellucid.graph.operations.arithmetic import absolute, square
from pellucid.graph.operations.reductions import mean
from pellucid.losses.loss import Loss, match_shapes

__all__ = [
    "MeanAbsoluteError",
    "MeanSquaredError",
    "mean_absolute_error",
    "mean_squared_error",
]


def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """Mean over the last axis of ``(y_true - y_pred) ** 2``.

    Args:
        y_true: The numbers to be met.
        y_pred: The predictions.

    Shapes:
        y_true (B, ..., F), y_pred (B, ..., F) → (B, ...)

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> mean_squared_error(np.array([[0.0, 1.0]]), np.array([[1.0, 1.0]]))
        array([0.5])
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "mean_squared_error")
    return mean(square(y_true - y_pred), axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """Mean over the last axis of ``|y_true - y_pred|``, whose slope at 0 is 0.

    Args:
        y_true: The numbers to be met.
        y_pred: The predictions.

    Shapes:
        y_true (B, ..., F), y_pred (B, ..., F) → (B, ...)

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> mean_absolute_error(np.array([[0.0, 1.0]]), np.array([[2.0, 1.0]]))
        array([1.])
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "mean_absolute_error")
    return mean(absolute(y_true - y_pred), axis=-1)


@dataclass(eq=False)
class MeanSquaredError(Loss):
    """Mean of ``(y_true - y_pred) ** 2``: the further off, the dearer.

    Args:
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> print(MeanSquaredError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]]))
        0.5
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return mean_squared_error(y_true, y_pred)


@dataclass(eq=False)
class MeanAbsoluteError(Loss):
    """Mean of ``|y_true - y_pred|``, on which a few large errors weigh less.

    Args:
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> print(MeanAbsoluteError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]]))
        0.5
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return mean_absolute_error(y_true, y_pred)
