"""Hinge losses: nothing to pay on the right side of a margin, a straight line before it."""

from dataclasses import dataclass
from typing import Any

from pellucid.graph.operations.arithmetic import maximum, square
from pellucid.graph.operations.comparison import equal, logical_or, where
from pellucid.graph.operations.reductions import all, max, mean, sum
from pellucid.losses.loss import Loss, match_shapes

__all__ = [
    "CategoricalHinge",
    "Hinge",
    "SquaredHinge",
    "categorical_hinge",
    "hinge",
    "squared_hinge",
]


def hinge(y_true: Any, y_pred: Any) -> Any:
    """Mean over the last axis of ``max(1 - y_true * y_pred, 0)``; at the margin its slope is half.

    Args:
        y_true: -1 or 1; if there are only zeros and ones, the zeros are taken for -1.
        y_pred: Scores, the sign of which decides.

    Shapes:
        y_true (B, ..., F), y_pred (B, ..., F) → (B, ...)

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> hinge(np.array([[1.0, -1.0]]), np.array([[0.5, -2.0]]))
        array([0.25])

    Source:
        Cortes, Vapnik 1995, "Support-Vector Networks", section 3.
    """
    return mean(_below_margin(y_true, y_pred, "hinge"), axis=-1)


def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    """Mean over the last axis of ``max(1 - y_true * y_pred, 0) ** 2``, which has no kink.

    Args:
        y_true: -1 or 1; if there are only zeros and ones, the zeros are taken for -1.
        y_pred: Scores, the sign of which decides.

    Shapes:
        y_true (B, ..., F), y_pred (B, ..., F) → (B, ...)

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> squared_hinge(np.array([[1.0, -1.0]]), np.array([[0.5, -2.0]]))
        array([0.125])
    """
    return mean(square(_below_margin(y_true, y_pred, "squared_hinge")), axis=-1)


def _below_margin(y_true: Any, y_pred: Any, name: str) -> Any:
    """How far each score is from where it costs nothing."""
    y_true, y_pred = match_shapes(y_true, y_pred, name)
    zeros_and_ones = all(logical_or(equal(y_true, 0), equal(y_true, 1)))
    signs = where(zeros_and_ones, 2 * y_true - 1, y_true)
    return maximum(1 - signs * y_pred, 0)


def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    """How far the right class is from leading every other by 1: ``max(wrong - right + 1, 0)``.

    Here ``right`` is the score of the right class and ``wrong`` the largest of the others, or 0,
    which stands in the right one's place among them: as in Keras, a network pays for scores of
    others only where they are above 0.

    Args:
        y_true: 1 for the right class, 0 for the others.
        y_pred: A score for each class.

    Shapes:
        y_true (B, ..., C), y_pred (B, ..., C) → (B, ...)

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> categorical_hinge(np.array([[0.0, 1.0, 0.0]]), np.array([[0.5, 1.0, -1.0]]))
        array([0.5])

    Source:
        Crammer, Singer 2001, "On the Algorithmic Implementation of Multiclass Kernel-based Vector
        Machines", section 3, where no 0 stands among the others.
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "categorical_hinge")
    right = sum(y_true * y_pred, axis=-1)
    wrong = max((1 - y_true) * y_pred, axis=-1)
    return maximum(wrong - right + 1, 0)


@dataclass(eq=False)
class Hinge(Loss):
    """Mean of ``max(1 - y_true * y_pred, 0)``: for yes or no, as in support vector machines.

    Args:
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> print(Hinge()([[1.0], [0.0]], [[0.5], [-2.0]]))
        0.25
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return hinge(y_true, y_pred)


@dataclass(eq=False)
class SquaredHinge(Loss):
    """Mean of ``max(1 - y_true * y_pred, 0) ** 2``: a hinge that is smooth at the margin.

    Args:
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> print(SquaredHinge()([[1.0], [0.0]], [[0.5], [-2.0]]))
        0.125
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return squared_hinge(y_true, y_pred)


@dataclass(eq=False)
class CategoricalHinge(Loss):
    """``max(wrong - right + 1, 0)``: for one of several classes, the right one to lead by 1.

    Args:
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> print(CategoricalHinge()([[0.0, 1.0, 0.0]], [[0.5, 1.0, -1.0]]))
        0.5
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return categorical_hinge(y_true, y_pred)
