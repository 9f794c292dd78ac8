"""How far off predicted numbers are."""

from dataclasses import dataclass
from typing import Any

from pellucid.graph.operations.arithmetic import square
from pellucid.graph.operations.exponential import sqrt
from pellucid.losses.loss import match_shapes
from pellucid.losses.regression import mean_absolute_error, mean_squared_error
from pellucid.metrics.metric import MeanOf

__all__ = ["MeanAbsoluteError", "MeanSquaredError", "RootMeanSquaredError"]


@dataclass(eq=False, repr=False)
class MeanSquaredError(MeanOf):
    """Mean of ``(y_true - y_pred) ** 2``.

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(MeanSquaredError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]]))
        0.5
    """

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return mean_squared_error(y_true, y_pred)


@dataclass(eq=False, repr=False)
class RootMeanSquaredError(MeanOf):
    """Square root of the mean of ``(y_true - y_pred) ** 2``, in the unit of what is predicted.

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(RootMeanSquaredError()([[0.0, 0.0]], [[3.0, 3.0]]))
        3.0
    """

    def values(self, y_true: Any, y_pred: Any) -> Any:
        y_true, y_pred = match_shapes(y_true, y_pred, "root_mean_squared_error")
        return square(y_pred - y_true)

    def result(self) -> Any:
        return sqrt(super().result())


@dataclass(eq=False, repr=False)
class MeanAbsoluteError(MeanOf):
    """Mean of ``|y_true - y_pred|``.

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(MeanAbsoluteError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]]))
        0.5
    """

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return mean_absolute_error(y_true, y_pred)
