"""How often predictions are right."""

from dataclasses import dataclass, field
from typing import Any

from pellucid.graph.dtypes import dtype_name
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.comparison import equal, greater, isnan, less_equal, where
from pellucid.graph.operations.indexing import take_along_axis
from pellucid.graph.operations.movement import expand_dims
from pellucid.graph.operations.reductions import argmax, sum
from pellucid.graph.spec import Spec
from pellucid.losses.loss import match_shapes
from pellucid.losses.probabilistic import class_numbers
from pellucid.metrics.metric import MeanOf

__all__ = [
    "Accuracy",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "SparseCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "accuracy",
    "accuracy_for",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
    "top_k_categorical_accuracy",
]


def accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where prediction and truth are equal, else 0.

    Shapes:
        y_true (B, ...), y_pred (B, ...) → (B, ...)

    Examples:
        >>> accuracy(np.array([1, 2]), np.array([1, 3]))
        array([1., 0.], dtype=float32)
    """
    return cast(equal(*match_shapes(y_true, y_pred, "accuracy")), "float32")


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """1 where a prediction lies on the side of the threshold that the truth, 0 or 1, says.

    Args:
        y_true: 0 or 1.
        y_pred: Probabilities, or other numbers that fit the threshold.
        threshold: Predictions above it mean 1.

    Shapes:
        y_true (B, ...), y_pred (B, ...) → (B, ...)

    Examples:
        >>> binary_accuracy(np.array([1, 1]), np.array([0.7, 0.5]))
        array([1., 0.], dtype=float32)
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "binary_accuracy")
    decided = cast(greater(y_pred, threshold), dtype_name(y_true.dtype))
    return cast(equal(y_true, decided), "float32")


def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where the class predicted highest is that which the truth has highest.

    Args:
        y_true: A number for each class: 1 for the right one, as a rule.
        y_pred: Probabilities or logits.

    Shapes:
        y_true (B, ..., C), y_pred (B, ..., C) → (B, ...)

    Examples:
        >>> categorical_accuracy(np.array([[0, 1], [0, 1]]), np.array([[0.1, 0.9], [0.6, 0.4]]))
        array([1., 0.], dtype=float32)
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "categorical_accuracy")
    return cast(equal(argmax(y_true, axis=-1), argmax(y_pred, axis=-1)), "float32")


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where the class predicted highest is the right one.

    Args:
        y_true: The number of the right class.
        y_pred: Probabilities or logits.

    Shapes:
        y_true (B, ...) or (B, ..., 1), y_pred (B, ..., C) → (B, ...)

    Examples:
        >>> sparse_categorical_accuracy(np.array([1, 1]), np.array([[0.1, 0.9], [0.6, 0.4]]))
        array([1., 0.], dtype=float32)
    """
    y_pred = floating(y_pred)
    labels = class_numbers(y_true, y_pred, name="sparse_categorical_accuracy")
    return cast(equal(labels, argmax(y_pred, axis=-1)), "float32")


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """1 where the class that the truth has highest is among the k predicted highest.

    Args:
        y_true: A number for each class: 1 for the right one, as a rule.
        y_pred: Probabilities or logits.
        k: How many of the highest count.

    Shapes:
        y_true (B, ..., C), y_pred (B, ..., C) → (B, ...)

    Examples:
        >>> y_true = np.array([[0, 0, 1], [1, 0, 0]])
        >>> top_k_categorical_accuracy(y_true, np.array([[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]]), k=2)
        array([1., 0.], dtype=float32)
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "top_k_categorical_accuracy")
    return sparse_top_k_categorical_accuracy(argmax(y_true, axis=-1), y_pred, k)


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """1 where the right class is among the k predicted highest; ties count as among them.

    Args:
        y_true: The number of the right class.
        y_pred: Probabilities or logits.
        k: How many of the highest count.

    Shapes:
        y_true (B, ...) or (B, ..., 1), y_pred (B, ..., C) → (B, ...)

    Examples:
        >>> y_pred = np.array([[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]])
        >>> sparse_top_k_categorical_accuracy(np.array([2, 0]), y_pred, k=2)
        array([1., 0.], dtype=float32)
    """
    y_pred = floating(y_pred)
    labels = class_numbers(y_true, y_pred, name="sparse_top_k_categorical_accuracy")
    own = take_along_axis(y_pred, expand_dims(labels, -1), axis=-1)
    own = where(isnan(own), float("-inf"), own)  # not a number is no prediction at all
    above = sum(greater(y_pred, own), axis=-1)
    return cast(less_equal(above, k - 1), "float32")


def accuracy_for(y_true: Spec, y_pred: Spec) -> type[MeanOf]:
    """Which accuracy ``"accuracy"`` means, by the shapes of truth and predictions.

    Args:
        y_true: Shape and dtype of the truth.
        y_pred: Shape and dtype of the predictions.

    Returns:
        :class:`BinaryAccuracy` for a single output; :class:`SparseCategoricalAccuracy` where the
        truth has no axis of classes, or one of size 1; else :class:`CategoricalAccuracy`.

    Examples:
        >>> from pellucid.graph.spec import Spec
        >>> accuracy_for(Spec((None,), "int32"), Spec((None, 10), "float32")).__name__
        'SparseCategoricalAccuracy'
    """
    if y_pred.shape[-1:] == (1,):
        return BinaryAccuracy
    classes = y_pred.shape[-1] if y_pred.ndim else None
    if y_true.ndim < y_pred.ndim or (y_true.shape[-1:] == (1,) and classes is not None):
        return SparseCategoricalAccuracy
    return CategoricalAccuracy


@dataclass(eq=False, repr=False)
class Accuracy(MeanOf):
    """How often predictions are equal to the truth.

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(Accuracy()([1, 2, 3, 4], [0, 2, 3, 4]))
        0.75
    """

    direction = "up"

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return accuracy(y_true, y_pred)


@dataclass(eq=False, repr=False)
class BinaryAccuracy(MeanOf):
    """How often predictions lie on the right side of a threshold.

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.
        threshold: Predictions above it mean 1.

    Examples:
        >>> print(BinaryAccuracy()([1, 1, 0, 0], [0.98, 1.0, 0.0, 0.6]))
        0.75
    """

    direction = "up"

    threshold: float = 0.5

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return binary_accuracy(y_true, y_pred, self.threshold)


@dataclass(eq=False, repr=False)
class CategoricalAccuracy(MeanOf):
    """How often the class predicted highest is right, the truth a number for each class.

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(CategoricalAccuracy()([[0, 1], [0, 1]], [[0.1, 0.9], [0.6, 0.4]]))
        0.5
    """

    direction = "up"

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return categorical_accuracy(y_true, y_pred)


@dataclass(eq=False, repr=False)
class SparseCategoricalAccuracy(MeanOf):
    """How often the class predicted highest is right, the truth its number.

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(SparseCategoricalAccuracy()([1, 1], [[0.1, 0.9], [0.6, 0.4]]))
        0.5
    """

    direction = "up"

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return sparse_categorical_accuracy(y_true, y_pred)


@dataclass(eq=False, repr=False)
class TopKCategoricalAccuracy(MeanOf):
    """How often the right class is among the k highest, the truth a number for each class.

    Args:
        k: How many of the highest count.
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> metric = TopKCategoricalAccuracy(k=2)
        >>> print(metric([[0, 0, 1], [1, 0, 0]], [[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]]))
        0.5
    """

    direction = "up"

    # By keyword alone, so that k comes first, as in Keras.
    name: str | None = field(default=None, kw_only=True)
    dtype: str | None = field(default=None, kw_only=True)
    k: int = 5

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return top_k_categorical_accuracy(y_true, y_pred, self.k)


@dataclass(eq=False, repr=False)
class SparseTopKCategoricalAccuracy(MeanOf):
    """How often the right class is among the k highest, the truth its number.

    Args:
        k: How many of the highest count.
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> metric = SparseTopKCategoricalAccuracy(k=2)
        >>> print(metric([2, 0], [[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]]))
        0.5
    """

    direction = "up"

    # By keyword alone, so that k comes first, as in Keras.
    name: str | None = field(default=None, kw_only=True)
    dtype: str | None = field(default=None, kw_only=True)
    k: int = 5

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return sparse_top_k_categorical_accuracy(y_true, y_pred, self.k)
