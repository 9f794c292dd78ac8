"""How far off predicted numbers are."""

from dataclasses import dataclass
from typing import Any

from pellucid.graph.operations.arithmetic import square
from pellucid.graph.operations.exponential import sqrt
from pellucid.losses.loss import match_shapes
from pellucid.losses.regression import (
    cosine_similarity,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from pellucid.metrics.metric import MeanOf

__all__ = [
    "CosineSimilarity",
    "LogCoshError",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "RootMeanSquaredError",
]


@dataclass(eq=False, repr=False)
class MeanSquaredError(MeanOf):
    """Mean of ``(y_true - y_pred) ** 2``.

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(MeanSquaredError()([[0.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 0.0]]))
        0.5
    """

    direction = "down"

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

    direction = "down"

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

    direction = "down"

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return mean_absolute_error(y_true, y_pred)


@dataclass(eq=False, repr=False)
class MeanAbsolutePercentageError(MeanOf):
    """Mean of ``100 * |y_true - y_pred| / |y_true|``, in percent.

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(MeanAbsolutePercentageError()([[1.0, 2.0]], [[1.5, 2.0]]))
        25.0
    """

    direction = "down"

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return mean_absolute_percentage_error(y_true, y_pred)


@dataclass(eq=False, repr=False)
class MeanSquaredLogarithmicError(MeanOf):
    """Mean of ``(log(1 + y_true) - log(1 + y_pred)) ** 2``.

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(MeanSquaredLogarithmicError()([[0.0, 1.0]], [[1.0, 1.0]]).round(4))
        0.2402
    """

    direction = "down"

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return mean_squared_logarithmic_error(y_true, y_pred)


@dataclass(eq=False, repr=False)
class LogCoshError(MeanOf):
    """Mean of ``log(cosh(y_true - y_pred))``: squared where small, absolute where large.

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(LogCoshError()([[0.0, 1.0]], [[1.0, 1.0]]).round(4))
        0.2169
    """

    direction = "down"

    name: str | None = "logcosh"

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return log_cosh(y_true, y_pred)


@dataclass(eq=False, repr=False)
class CosineSimilarity(MeanOf):
    """Mean of the cosine of the angle between truth and prediction: 1 where they point alike.

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.
        axis: Along which the vectors lie.

    Examples:
        >>> print(CosineSimilarity()([[0.0, 1.0]], [[3.0, 4.0]]).round(4))
        0.8
    """

    direction = "up"

    axis: int = -1

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return -cosine_similarity(y_true, y_pred, self.axis)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if self.axis == -1:
            del config["axis"]  # as Keras, which saves none
        return config
