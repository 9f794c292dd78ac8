"""Crossentropy that forgives wrong labels: between -log(p) and the chance of being wrong."""

from dataclasses import dataclass
from typing import Any

from pellucid.errors import ArgumentError
from pellucid.graph.operations.arithmetic import power
from pellucid.graph.operations.casting import floating
from pellucid.graph.operations.comparison import less, where
from pellucid.losses.loss import Loss
from pellucid.losses.probabilistic import EPSILON, class_numbers, of_right_class

__all__ = ["CategoricalGeneralizedCrossEntropy", "categorical_generalized_cross_entropy"]


def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Any:
    """``(1 - p ** q) / q`` of the right class.

    For q near 0 it is ``-log(p)``; for q = 1 it would be ``1 - p``, which no wrong label can make
    large. Below p = 1e-7 it is a straight line, so that its slope stays finite.

    Args:
        y_true: The number of the right class, from 0.
        y_pred: A probability p for each class.
        q: Above 0 and below 1.

    Shapes:
        y_true (B, ...) or (B, ..., 1), y_pred (B, ..., C) → (B, ...)

    Raises:
        ShapeError: If the shapes differ on another axis than that of the classes.
        ArgumentError: If q is not between 0 and 1.

    Examples:
        >>> y_pred = np.array([[0.25, 0.75], [0.0, 1.0]])
        >>> categorical_generalized_cross_entropy(np.array([0, 1]), y_pred, q=0.5)
        array([1., 0.])

    Source:
        Zhang, Sabuncu 2018, "Generalized Cross Entropy Loss for Training Deep Neural Networks with
        Noisy Labels", equation 6, https://arxiv.org/abs/1805.07836.
    """
    _check_q(q)
    y_pred = floating(y_pred)
    labels = class_numbers(y_true, y_pred, name="categorical_generalized_cross_entropy")
    p = of_right_class(labels, y_pred, axis=-1)
    tiny = less(p, EPSILON)
    root = where(tiny, p * EPSILON ** (q - 1), power(where(tiny, EPSILON, p), q))
    return (1 - root) / q


def _check_q(q: float) -> None:
    if not 0 < q < 1:
        raise ArgumentError(
            "The generalized crossentropy needs a q between 0 and 1.",
            given=f"q={q!r}",
            expected="0 < q < 1: near 0 it is -log(p), near 1 it is 1 - p",
        )


@dataclass(eq=False)
class CategoricalGeneralizedCrossEntropy(Loss):
    """``(1 - p ** q) / q`` of the right class: for labels of which some are wrong.

    Args:
        q: Above 0, where it is ``-log(p)``, and below 1, where it is ``1 - p``.
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Raises:
        ArgumentError: If q is not between 0 and 1.

    Examples:
        >>> print(CategoricalGeneralizedCrossEntropy()([0, 1], [[0.25, 0.75], [0.0, 1.0]]))
        0.5
    """

    q: float = 0.5

    def __post_init__(self) -> None:
        _check_q(self.q)
        super().__post_init__()

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return categorical_generalized_cross_entropy(y_true, y_pred, self.q)
