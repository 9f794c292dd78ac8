"""How predictions and truth vary together."""

from dataclasses import dataclass
from typing import Any

from pellucid.config import epsilon
from pellucid.graph.operations.arithmetic import square
from pellucid.graph.operations.reductions import mean, std, var
from pellucid.losses.loss import match_shapes
from pellucid.metrics.metric import MeanOf

__all__ = [
    "ConcordanceCorrelation",
    "PearsonCorrelation",
    "concordance_correlation",
    "pearson_correlation",
]


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Pearson's correlation along an axis: the covariance over both standard deviations.

    From -1 to 1, whatever the scale and the offset; NaN where one of the two is constant.

    Args:
        y_true: The numbers to be met.
        y_pred: The predictions.
        axis: Along which they vary.

    Shapes:
        y_true (B, ..., F), y_pred (B, ..., F) → (B, ...)

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> y_true = np.array([[0.0, 1.0, 0.5], [1.0, 1.0, 0.2]])
        >>> pearson_correlation(y_true, np.array([[0.1, 0.9, 0.5], [1.0, 0.9, 0.2]])).round(4)
        array([1.    , 0.9934])
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "pearson_correlation")
    # Each made of spread 1 first: the product of two small spreads might underflow.
    return mean(_standard(y_true, axis) * _standard(y_pred, axis), axis=axis)


def _standard(x: Any, axis: int) -> Any:
    centred = x - mean(x, axis=axis, keepdims=True)
    return centred / std(centred, axis=axis, keepdims=True)


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Lin's concordance along an axis: a correlation that asks for equal numbers.

    ``2 * covariance / (var(y_true) + var(y_pred) + (mean(y_true) - mean(y_pred)) ** 2 + ε)``, with
    Keras's ε of 1e-7, so that two equal constants are at 0 and not undefined.

    Args:
        y_true: The numbers to be met.
        y_pred: The predictions.
        axis: Along which they vary.

    Shapes:
        y_true (B, ..., F), y_pred (B, ..., F) → (B, ...)

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> y_true = np.array([[0.0, 1.0, 0.5], [1.0, 1.0, 0.2]])
        >>> concordance_correlation(y_true, np.array([[0.1, 0.9, 0.5], [1.0, 0.9, 0.2]])).round(4)
        array([0.9756, 0.9877])

    Source:
        Lin 1989, "A Concordance Correlation Coefficient to Evaluate Reproducibility", Biometrics
        45, page 258.
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "concordance_correlation")
    true_mean, pred_mean = (mean(y, axis=axis, keepdims=True) for y in (y_true, y_pred))
    covariance = mean((y_true - true_mean) * (y_pred - pred_mean), axis=axis, keepdims=True)
    spread = var(y_true, axis=axis, keepdims=True) + var(y_pred, axis=axis, keepdims=True)
    apart = square(true_mean - pred_mean)
    return mean(2 * covariance / (spread + apart + epsilon()), axis=axis)


@dataclass(eq=False, repr=False)
class PearsonCorrelation(MeanOf):
    """Mean over examples of Pearson's correlation of truth and predictions.

    Args:
        axis: Along which they vary.
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(PearsonCorrelation()([[0.0, 1.0, 0.5]], [[1.0, 3.0, 2.0]]).round(4))
        1.0
    """

    direction = "up"

    axis: int = -1

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return pearson_correlation(y_true, y_pred, self.axis)


@dataclass(eq=False, repr=False)
class ConcordanceCorrelation(MeanOf):
    """Mean over examples of Lin's concordance of truth and predictions.

    Args:
        axis: Along which they vary.
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(ConcordanceCorrelation()([[0.0, 1.0, 0.5]], [[1.0, 2.0, 1.5]]).round(4))
        0.25
    """

    direction = "up"

    axis: int = -1

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return concordance_correlation(y_true, y_pred, self.axis)
