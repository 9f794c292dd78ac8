"""Losses for predicting a distribution, or the mean of one: in nats."""

from dataclasses import dataclass
from typing import Any

from pellucid.graph.operations.exponential import log
from pellucid.graph.operations.reductions import mean, sum
from pellucid.graph.operations.rounding import clip
from pellucid.losses.loss import Loss, match_shapes
from pellucid.losses.probabilistic import EPSILON

__all__ = ["KLDivergence", "Poisson", "kl_divergence", "poisson"]


def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    """Sum over the last axis of ``y_true * log(y_true / y_pred)``: Kullback and Leibler's.

    Args:
        y_true: Probabilities, kept between 1e-7 and 1.
        y_pred: The predicted ones, kept there too.

    Shapes:
        y_true (B, ..., C), y_pred (B, ..., C) → (B, ...)

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> kl_divergence(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]])).round(4)
        array([0.6931])

    Source:
        Kullback, Leibler 1951, "On Information and Sufficiency", equation 2.4.
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "kl_divergence")
    y_true, y_pred = clip(y_true, EPSILON, 1), clip(y_pred, EPSILON, 1)
    return sum(y_true * log(y_true / y_pred), axis=-1)


def poisson(y_true: Any, y_pred: Any) -> Any:
    """Mean over the last axis of ``y_pred - y_true * log(y_pred)``, for counts.

    It is how unlikely the counts are, as ``-log(p)``, if they follow Poisson distributions with
    the predicted means, without the term ``log(y_true!)`` that no prediction can change.

    Args:
        y_true: The counts.
        y_pred: Their predicted means, at least 0; 1e-7 is added in the logarithm.

    Shapes:
        y_true (B, ..., F), y_pred (B, ..., F) → (B, ...)

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> poisson(np.array([[3.0, 0.0]]), np.array([[1.0, 2.0]])).round(4)
        array([1.5])
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "poisson")
    return mean(y_pred - y_true * log(y_pred + EPSILON), axis=-1)


@dataclass(eq=False)
class KLDivergence(Loss):
    """``sum(y_true * log(y_true / y_pred))``: the nats lost by taking one distribution for another.

    Args:
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> print(KLDivergence()([[1.0, 0.0]], [[0.5, 0.5]]).round(4))
        0.6931
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return kl_divergence(y_true, y_pred)


@dataclass(eq=False)
class Poisson(Loss):
    """Mean of ``y_pred - y_true * log(y_pred)``: for counts, the predictions their means.

    Args:
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> print(Poisson()([[3.0, 0.0]], [[1.0, 2.0]]).round(4))
        1.5
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return poisson(y_true, y_pred)
