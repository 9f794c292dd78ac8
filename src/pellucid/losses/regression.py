"""Losses for predicting numbers."""

import math
from dataclasses import dataclass, field
from typing import Any

from pellucid.activations.unit_length import unit_length
from pellucid.graph.operations.arithmetic import absolute, maximum, square
from pellucid.graph.operations.comparison import less, less_equal, where
from pellucid.graph.operations.exponential import log1p
from pellucid.graph.operations.neurons import softplus
from pellucid.graph.operations.reductions import mean, sum
from pellucid.graph.operations.trigonometry import sinh
from pellucid.losses.loss import Loss, match_shapes

__all__ = [
    "CosineSimilarity",
    "Huber",
    "LogCosh",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "cosine_similarity",
    "huber",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
]

EPSILON = 1e-7  # Keras's: the smallest size of a number that is divided by or made a logarithm of


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
    """Mean over the last axis of ``|y_true - y_pred|``; the slope at 0 is 1, as in Keras on JAX.

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


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """Mean over the last axis of ``100 * |y_true - y_pred| / |y_true|``, in percent.

    Args:
        y_true: The numbers to be met; their size is taken to be 1e-7 at least.
        y_pred: The predictions.

    Shapes:
        y_true (B, ..., F), y_pred (B, ..., F) → (B, ...)

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> mean_absolute_percentage_error(np.array([[4.0, 10.0]]), np.array([[5.0, 10.0]]))
        array([12.5])
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "mean_absolute_percentage_error")
    return 100 * mean(absolute(y_true - y_pred) / maximum(absolute(y_true), EPSILON), axis=-1)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Any:
    """Mean over the last axis of ``(log(1 + y_true) - log(1 + y_pred)) ** 2``.

    It counts ratios rather than differences. What is below 1e-7 counts as 1e-7.

    Args:
        y_true: The numbers to be met.
        y_pred: The predictions.

    Shapes:
        y_true (B, ..., F), y_pred (B, ..., F) → (B, ...)

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> y_true, y_pred = np.array([[0.0, 1.0]]), np.array([[np.e - 1, 1.0]])
        >>> mean_squared_logarithmic_error(y_true, y_pred).round(4)
        array([0.5])
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "mean_squared_logarithmic_error")
    ratio = log1p(maximum(y_pred, EPSILON)) - log1p(maximum(y_true, EPSILON))
    return mean(square(ratio), axis=-1)


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """Mean over the last axis of half the squared error, made straight where it exceeds ``delta``.

    With the error e it is ``e ** 2 / 2`` up to ``|e| = delta`` and ``delta * (|e| - delta / 2)``
    beyond, which meets it with the same slope.

    Args:
        y_true: The numbers to be met.
        y_pred: The predictions.
        delta: The error, above 0, from which on the cost is a straight line.

    Shapes:
        y_true (B, ..., F), y_pred (B, ..., F) → (B, ...)

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> huber(np.array([[0.0, 0.0]]), np.array([[0.5, 3.0]]))
        array([1.3125])

    Source:
        Huber 1964, "Robust Estimation of a Location Parameter".
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "huber")
    error = y_pred - y_true
    size = absolute(error)
    straight = delta * (size - 0.5 * delta)
    return mean(where(less_equal(size, delta), 0.5 * square(error), straight), axis=-1)


def log_cosh(y_true: Any, y_pred: Any) -> Any:
    """Mean over the last axis of ``log(cosh(y_pred - y_true))``.

    It is about half the square of a small error, and the size of a large one less log 2; its slope
    is the tanh of the error.

    Args:
        y_true: The numbers to be met.
        y_pred: The predictions.

    Shapes:
        y_true (B, ..., F), y_pred (B, ..., F) → (B, ...)

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> log_cosh(np.array([[0.0, 0.0]]), np.array([[0.0, 1000.0]])).round(4)
        array([499.6534])
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "log_cosh")
    error = y_pred - y_true
    # e + softplus(-2 e) - log 2 loses the digits of a small cost, 1 + 2 sinh(e / 2) ** 2 = cosh(e)
    # overflows for a large one.
    small = less(absolute(error), 1)
    near = log1p(2 * square(sinh(0.5 * where(small, error, 0))))
    far = error + softplus(-2 * error) - math.log(2)
    return mean(where(small, near, far), axis=-1)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The cosine of the angle between truth and predictions, negative, so that less is better.

    It is -1 where they point the same way, 0 at right angles, and 0 if one of them is all zeros.

    Args:
        y_true: The vectors to be met.
        y_pred: The predicted ones.
        axis: Along which the vectors lie.

    Shapes:
        y_true (B, ..., F), y_pred (B, ..., F) → (B, ...)

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> cosine_similarity(np.array([[0.0, 1.0]]), np.array([[3.0, 4.0]])).round(4)
        array([-0.8])
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "cosine_similarity")
    return -sum(unit_length(y_true, axis) * unit_length(y_pred, axis), axis=axis)


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


@dataclass(eq=False)
class MeanAbsolutePercentageError(Loss):
    """Mean of ``100 * |y_true - y_pred| / |y_true|``, in percent.

    Args:
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> print(MeanAbsolutePercentageError()([[4.0, 10.0]], [[5.0, 10.0]]))
        12.5
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return mean_absolute_percentage_error(y_true, y_pred)


@dataclass(eq=False)
class MeanSquaredLogarithmicError(Loss):
    """Mean of ``(log(1 + y_true) - log(1 + y_pred)) ** 2``: for numbers of many sizes.

    Args:
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> print(MeanSquaredLogarithmicError()([[1.0]], [[3.0]]).round(4))  # log(2) ** 2
        0.4805
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return mean_squared_logarithmic_error(y_true, y_pred)


@dataclass(eq=False)
class Huber(Loss):
    """Half the squared error up to ``delta``, a straight line beyond: outliers weigh less.

    Args:
        delta: The error, above 0, from which on the cost is a straight line.
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> print(Huber()([[0.0, 0.0]], [[0.5, 3.0]]))
        1.3125

    Source:
        Huber 1964, "Robust Estimation of a Location Parameter".
    """

    delta: float = 1.0
    name: str | None = field(default="huber_loss", kw_only=True)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return huber(y_true, y_pred, self.delta)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if self.delta == 1.0:
            del config["delta"]  # as Keras, which saves none
        return config


@dataclass(eq=False)
class LogCosh(Loss):
    """Mean of ``log(cosh(y_pred - y_true))``: a smooth :class:`Huber`.

    Args:
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> print(LogCosh()([[0.0, 0.0]], [[0.0, 1.0]]).round(4))
        0.2169
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return log_cosh(y_true, y_pred)


@dataclass(eq=False)
class CosineSimilarity(Loss):
    """The cosine of the angle between truth and predictions, negative: their lengths do not count.

    Args:
        axis: Along which the vectors lie.
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> print(CosineSimilarity()([[0.0, 1.0], [1.0, 0.0]], [[0.0, 5.0], [0.0, 5.0]]))
        -0.5
    """

    axis: int = -1

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return cosine_similarity(y_true, y_pred, self.axis)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if self.axis == -1:
            del config["axis"]  # as Keras, which saves none
        return config
