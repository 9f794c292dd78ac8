"""Circle loss: vectors of one class drawn together, those of others pushed apart."""

from dataclasses import dataclass
from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph.operations.arithmetic import maximum
from pellucid.graph.operations.broadcasting import size_of
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.comparison import (
    equal,
    greater,
    logical_and,
    logical_not,
    not_equal,
    where,
)
from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.counting import arange
from pellucid.graph.operations.movement import expand_dims, squeeze, transpose
from pellucid.graph.operations.neurons import softplus
from pellucid.graph.operations.reductions import any, logsumexp
from pellucid.graph.tensor import as_operand
from pellucid.losses.loss import Loss

__all__ = ["Circle", "circle"]

NOTHING = -6e4  # an exponent that adds nothing, and is finite in half precision too


def circle(
    y_true: object,
    y_pred: Any,
    ref_labels: object = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> Any:
    """How far from each vector those of its class are, and how near those of other classes.

    With the distances ``d = max(1 - cosine, 0)`` to the vectors of the same class and of others it
    is ``softplus(logsumexp(same) + logsumexp(others))``, where

    - ``same = gamma * (margin + d) * (d - margin)``,
    - ``others = gamma * max(1 + margin - d, 0) * (1 - margin - d)``.

    A vector that has no other of its class in the batch, or none of another, costs nothing.

    Args:
        y_true: The class of each vector, as a whole number.
        y_pred: Vectors of length 1: then their products are the cosines.
        ref_labels: The classes of the vectors to compare with; by default ``y_true``.
        ref_embeddings: The vectors to compare with; by default ``y_pred``.
        remove_diagonal: Whether no vector is compared with that in its own place.
        gamma: How sharply the worst pairs stand out, above 0.
        margin: How near is near enough within a class, and, from 1, how far between classes;
            from 0 to 1.

    Shapes:
        y_true (B,), y_pred (B, F), ref_labels (R,), ref_embeddings (R, F) → (B,); labels may have
        a second axis of size 1

    Raises:
        ShapeError: If the labels are no vector, or the vectors no matrix.

    Examples:
        >>> near = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
        >>> circle([0, 0, 1, 1], near).round(4), circle([0, 1, 0, 1], near).round(4)
        (array([0., 0., 0., 0.]), array([134.4, 134.4, 134.4, 134.4]))

    Source:
        Sun et al. 2020, "Circle Loss", equations 6 and 8, https://arxiv.org/abs/2002.10857. As in
        Keras, gradients go through the weights ``margin + d`` and ``1 + margin - d`` too.
    """
    y_pred = floating(y_pred)
    labels = _labels(y_true, y_pred)
    others = y_pred if ref_embeddings is None else floating(ref_embeddings)
    other_labels = labels if ref_labels is None else _labels(ref_labels, others)
    distances = maximum(1 - matmul(y_pred, transpose(others)), 0)
    same_class = equal(expand_dims(labels, 1), expand_dims(other_labels, 0))
    pair, foreign = same_class, logical_not(same_class)
    if remove_diagonal:
        rows, columns = arange(size_of(labels, 0)), arange(size_of(other_labels, 0))
        pair = logical_and(pair, not_equal(expand_dims(rows, 1), expand_dims(columns, 0)))
    same = gamma * (margin + distances) * (distances - margin)
    apart = gamma * maximum(1 + margin - distances, 0) * (1 - margin - distances)
    total = logsumexp(where(pair, same, NOTHING), axis=1)
    total = total + logsumexp(where(foreign, apart, NOTHING), axis=1)
    comparable = logical_and(any(pair, axis=1), any(foreign, axis=1))
    return where(comparable, softplus(total), 0)


def _labels(labels: object, vectors: Any) -> Any:
    """Whole numbers, one for each vector."""
    x = as_operand(labels)
    x = squeeze(x, -1) if x.ndim == 2 and x.shape[-1] == 1 else x
    if x.ndim != 1 or vectors.ndim != 2:
        raise ShapeError(
            "circle compares vectors, one for each label.",
            given=f"labels of shape {tuple(x.shape)}, vectors of shape {tuple(vectors.shape)}",
            expected="labels (B,) or (B, 1), vectors (B, F)",
        )
    return cast(x, "int32")


@dataclass(eq=False)
class Circle(Loss):
    """Vectors of one class drawn together, those of others pushed apart; the truth is a class.

    Examples that cost nothing do not count in a mean.

    Args:
        gamma: How sharply the worst pairs stand out, above 0.
        margin: How near is near enough within a class, and, from 1, how far between classes;
            from 0 to 1.
        remove_diagonal: Whether no vector is compared with itself.
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> near = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]
        >>> print(Circle()([0, 1, 0, 1], near).round(2))
        134.4

    Source:
        Sun et al. 2020, "Circle Loss", https://arxiv.org/abs/2002.10857.
    """

    gamma: float = 80.0
    margin: float = 0.4
    remove_diagonal: bool = True

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return circle(
            y_true,
            y_pred,
            remove_diagonal=self.remove_diagonal,
            gamma=self.gamma,
            margin=self.margin,
        )

    def mask(self, y_true: Any, y_pred: Any, costs: Any) -> Any:
        return greater(costs, 0)
