"""Losses for regions: how little the predicted one overlaps with the true one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.graph.operations.reductions import sum
from pellucid.losses.loss import Loss, match_shapes
from pellucid.losses.probabilistic import EPSILON

__all__ = ["Dice", "Tversky", "dice", "tversky"]

Axis = int | Sequence[int] | None


def dice(y_true: Any, y_pred: Any, axis: Axis = None) -> Any:
    """``1 - 2 * overlap / (size of the truth + size of the prediction)``.

    Sizes are sums, and the overlap is the sum of products, over the axes. Two empty regions cost
    1, since 1e-7 is added below the line.

    Args:
        y_true: 1 inside the region, 0 outside.
        y_pred: The predicted probability of being inside.
        axis: Over which a region extends; by default one region fills the batch.

    Shapes:
        y_true (...), y_pred (...) → () or the axes that are left

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> dice(np.array([[1.0, 1.0, 0.0]]), np.array([[0.0, 1.0, 1.0]]), axis=-1).round(4)
        array([0.5])

    Source:
        Milletari, Navab, Ahmadi 2016, "V-Net", section 3, without the squares in its denominator,
        https://arxiv.org/abs/1606.04797.
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "dice")
    overlap = sum(y_true * y_pred, axis=axis)
    sizes = sum(y_true, axis=axis) + sum(y_pred, axis=axis)
    return 1 - 2 * overlap / (sizes + EPSILON)


def tversky(
    y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Axis = None
) -> Any:
    """``1 - overlap / (overlap + alpha * missed + beta * invented)``.

    What is missed is true but not predicted, what is invented predicted but not true; with 1/2 for
    both it is :func:`dice`.

    Args:
        y_true: 1 inside the region, 0 outside.
        y_pred: The predicted probability of being inside.
        alpha: The weight of what is missed, at least 0. So it is in Keras; in the paper alpha
            weighs what is invented, and beta what is missed.
        beta: The weight of what is invented, at least 0.
        axis: Over which a region extends; by default one region fills the batch.

    Shapes:
        y_true (...), y_pred (...) → () or the axes that are left

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> y_true, y_pred = np.array([1.0, 1.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0, 1.0])
        >>> print(tversky(y_true, y_pred, alpha=1.0, beta=2.0).round(4))  # 1 - 1 / (1 + 2 + 2)
        0.8

    Source:
        Salehi, Erdogmus, Gholipour 2017, "Tversky loss function for image segmentation using 3D
        fully convolutional deep networks", equation 3, https://arxiv.org/abs/1706.05721.
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "tversky")
    overlap = sum(y_true * y_pred, axis=axis)
    missed = sum(y_true * (1 - y_pred), axis=axis)
    invented = sum((1 - y_true) * y_pred, axis=axis)
    return 1 - overlap / (overlap + alpha * missed + beta * invented + EPSILON)


@dataclass(eq=False)
class Dice(Loss):
    """``1 - 2 * overlap / (size of the truth + size of the prediction)``.

    Args:
        axis: Over which a region extends; by default one region fills the batch.
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> print(Dice()([[1.0, 1.0, 0.0]], [[0.0, 1.0, 1.0]]).round(4))
        0.5
    """

    axis: Axis = None

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return dice(y_true, y_pred, self.axis)


@dataclass(eq=False)
class Tversky(Loss):
    """``1 - overlap / (overlap + alpha * missed + beta * invented)``.

    Args:
        alpha: The weight of what is missed, at least 0.
        beta: The weight of what is invented, at least 0.
        axis: Over which a region extends; by default one region fills the batch.
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> loss = Tversky(alpha=1.0, beta=2.0)
        >>> print(loss([1.0, 1.0, 1.0, 0.0], [0.0, 0.0, 1.0, 1.0]).round(4))
        0.8
    """

    alpha: float = 0.5
    beta: float = 0.5
    axis: Axis = None

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return tversky(y_true, y_pred, self.alpha, self.beta, self.axis)
