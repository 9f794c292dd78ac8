"""Focal crossentropies: examples that are predicted well already weigh next to nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graph.operations.arithmetic import maximum, power
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.exponential import expm1, log
from pellucid.graph.operations.neurons import sigmoid, softplus
from pellucid.graph.operations.reductions import mean, sum
from pellucid.graph.operations.rounding import clip
from pellucid.losses.loss import Loss, match_shapes
from pellucid.losses.probabilistic import EPSILON, log_probabilities, smoothed

__all__ = [
    "BinaryFocalCrossentropy",
    "CategoricalFocalCrossentropy",
    "binary_focal_crossentropy",
    "categorical_focal_crossentropy",
]


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Mean over an axis of crossentropies, each times ``miss ** gamma``.

    Here ``miss`` is how far the probability p is from the truth: ``1 - p`` where that is 1, ``p``
    where it is 0. It counts as 1e-7 at least.

    Args:
        y_true: 0 or 1, or a probability.
        y_pred: Probabilities p, kept 1e-7 away from 0 and 1; or their logits.
        apply_class_balancing: Whether ones are weighed with alpha and zeros with ``1 - alpha``.
        alpha: The weight of ones, from 0 to 1.
        gamma: How little examples weigh that are predicted well; with 0 all weigh the same.
        from_logits: Whether ``y_pred`` holds logits: p = sigmoid(logit). No digit is lost then.
        label_smoothing: From 0 to 1: how far the labels are drawn to 1/2.
        axis: Which the mean is over.

    Shapes:
        y_true (B, ..., F), y_pred (B, ..., F) → (B, ...)

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> y_true, y_pred = np.array([[1.0, 1.0]]), np.array([[0.5, 0.9]])
        >>> binary_focal_crossentropy(y_true, y_pred).round(4)  # 0.25 * 0.693 + 0.01 * 0.105
        array([0.0872])

    Source:
        Lin et al. 2017, "Focal Loss for Dense Object Detection", equations 4 and 5,
        https://arxiv.org/abs/1708.02002.
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "binary_focal_crossentropy")
    if label_smoothing:
        y_true = y_true * (1 - label_smoothing) + 0.5 * label_smoothing
    if from_logits:
        costs = y_true * softplus(-y_pred) + (1 - y_true) * softplus(y_pred)
        miss = y_true * sigmoid(-y_pred) + (1 - y_true) * sigmoid(y_pred)
    else:
        p = clip(y_pred, EPSILON, 1 - EPSILON)
        costs = -(y_true * log(p) + (1 - y_true) * log(1 - p))
        miss = y_true * (1 - p) + (1 - y_true) * p
    costs = _weight(miss, gamma) * costs
    if apply_class_balancing:
        costs = (y_true * alpha + (1 - y_true) * (1 - alpha)) * costs
    return mean(costs, axis=axis)


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float | Sequence[float] = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """``-sum(alpha * (1 - p) ** gamma * y_true * log(p))`` over the classes.

    Args:
        y_true: A probability for each class: 1 for the right one, as a rule.
        y_pred: Probabilities p, divided by their sum and kept 1e-7 away from 0 and 1; or logits.
        alpha: The weight of every class, or one for each if they are on the last axis.
        gamma: How little examples weigh that are predicted well; with 0 all weigh the same.
        from_logits: Whether ``y_pred`` holds logits: p = softmax(logits). No digit is lost then.
        label_smoothing: From 0 to 1: which part of the truth is spread evenly over the classes.
        axis: That of the classes.

    Shapes:
        y_true (B, ..., C), y_pred (B, ..., C) → (B, ...)

    Raises:
        ShapeError: If the shapes differ.

    Examples:
        >>> y_true, y_pred = np.array([[0.0, 1.0]]), np.array([[0.5, 0.5]])
        >>> categorical_focal_crossentropy(y_true, y_pred).round(4)  # 0.25 * 0.25 * 0.693
        array([0.0433])

    Source:
        Lin et al. 2017, "Focal Loss for Dense Object Detection", equation 5, for several classes,
        https://arxiv.org/abs/1708.02002.
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "categorical_focal_crossentropy")
    y_true = smoothed(y_true, y_pred, label_smoothing, axis)
    log_p = log_probabilities(y_pred, from_logits, axis)
    weight = _weight(-expm1(log_p), gamma)
    weight = weight * (cast(np.asarray(alpha), log_p.dtype) if np.ndim(alpha) else alpha)
    return -sum(weight * y_true * log_p, axis=axis)


def _weight(miss: Any, gamma: float) -> Any:
    """``miss ** gamma``, whose slope at 0 would be infinite for a gamma below 1."""
    return power(maximum(miss, EPSILON), gamma)


@dataclass(eq=False)
class BinaryFocalCrossentropy(Loss):
    """Binary crossentropy times ``miss ** gamma``: for yes or no, where one of them is rare.

    Args:
        apply_class_balancing: Whether ones are weighed with alpha and zeros with ``1 - alpha``.
        alpha: The weight of ones, from 0 to 1.
        gamma: How little examples weigh that are predicted well; with 0 all weigh the same.
        from_logits: Whether the predictions are logits rather than probabilities.
        label_smoothing: From 0 to 1: how far the labels are drawn to 1/2.
        axis: Which the mean is over.
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> loss = BinaryFocalCrossentropy(from_logits=True)
        >>> print(loss([[1.0], [0.0]], [[0.0], [0.0]]).round(4))  # 0.25 * 0.693
        0.1733
    """

    apply_class_balancing: bool = False
    alpha: float = 0.25
    gamma: float = 2.0
    from_logits: bool = False
    label_smoothing: float = 0.0
    axis: int = -1

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return binary_focal_crossentropy(
            y_true,
            y_pred,
            self.apply_class_balancing,
            self.alpha,
            self.gamma,
            self.from_logits,
            self.label_smoothing,
            self.axis,
        )


@dataclass(eq=False)
class CategoricalFocalCrossentropy(Loss):
    """Categorical crossentropy times ``alpha * (1 - p) ** gamma``: where some classes are rare.

    Args:
        alpha: The weight of every class, or one for each if they are on the last axis.
        gamma: How little examples weigh that are predicted well; with 0 all weigh the same.
        from_logits: Whether the predictions are logits rather than probabilities.
        label_smoothing: From 0 to 1: which part of the truth is spread evenly over the classes.
        axis: That of the classes.
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> loss = CategoricalFocalCrossentropy()
        >>> print(loss([[0.0, 1.0]], [[0.5, 0.5]]).round(4))  # 0.25 * 0.25 * 0.693
        0.0433
    """

    alpha: float | Sequence[float] = 0.25
    gamma: float = 2.0
    from_logits: bool = False
    label_smoothing: float = 0.0
    axis: int = -1

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return categorical_focal_crossentropy(
            y_true,
            y_pred,
            self.alpha,
            self.gamma,
            self.from_logits,
            self.label_smoothing,
            self.axis,
        )
