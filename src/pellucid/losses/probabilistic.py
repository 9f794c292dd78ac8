"""Losses for predicting probabilities: crossentropies, in nats."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.activations import log_softmax
from pellucid.errors import ShapeError
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.comparison import equal, not_equal, where
from pellucid.graph.operations.exponential import log
from pellucid.graph.operations.movement import expand_dims, squeeze
from pellucid.graph.operations.neurons import softplus
from pellucid.graph.operations.reductions import mean, sum
from pellucid.graph.operations.rounding import clip
from pellucid.graph.spec import same_shape
from pellucid.graph.tensor import as_operand
from pellucid.losses.loss import Loss, match_shapes

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy",
    "binary_crossentropy",
    "categorical_crossentropy",
    "class_count",
    "class_numbers",
    "log_probabilities",
    "of_right_class",
    "smoothed",
    "sparse_categorical_crossentropy",
]

EPSILON = 1e-7  # Keras's: how near to 0 and 1 a probability counts; no cost is above 16.1 nats


def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Mean over an axis of ``-y_true * log(p) - (1 - y_true) * log(1 - p)``.

    Args:
        y_true: 0 or 1, or a probability.
        y_pred: Probabilities p, kept 1e-7 away from 0 and 1; or their logits.
        from_logits: Whether ``y_pred`` holds logits: p = sigmoid(logit). No digit is lost then.
        label_smoothing: From 0 to 1: how far the labels are drawn to 1/2.
        axis: Which the mean is over.

    Shapes:
        y_true (B, ..., F), y_pred (B, ..., F) → (B, ...)

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> y_true, y_pred = np.array([[0.0, 1.0]]), np.array([[0.5, 0.25]])
        >>> binary_crossentropy(y_true, y_pred).round(4)
        array([1.0397])
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "binary_crossentropy")
    if label_smoothing:
        y_true = y_true * (1 - label_smoothing) + 0.5 * label_smoothing
    if from_logits:
        # softplus(logit) - y_true * logit is shorter, but the difference of two large numbers.
        costs = y_true * softplus(-y_pred) + (1 - y_true) * softplus(y_pred)
    else:
        p = clip(y_pred, EPSILON, 1 - EPSILON)
        costs = -(y_true * log(p) + (1 - y_true) * log(1 - p))
    return mean(costs, axis=axis)


def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """``-sum(y_true * log(p))`` over the classes.

    Args:
        y_true: A probability for each class: 1 for the right one, as a rule.
        y_pred: Probabilities p, divided by their sum and kept 1e-7 away from 0 and 1; or logits.
        from_logits: Whether ``y_pred`` holds logits: p = softmax(logits). No digit is lost then.
        label_smoothing: From 0 to 1: which part of the truth is spread evenly over the classes.
        axis: That of the classes.

    Shapes:
        y_true (B, ..., C), y_pred (B, ..., C) → (B, ...)

    Raises:
        ShapeError: If the shapes differ.

    Examples:
        >>> y_true, y_pred = np.array([[0.0, 1.0, 0.0]]), np.array([[0.25, 0.5, 0.25]])
        >>> categorical_crossentropy(y_true, y_pred).round(4)
        array([0.6931])
    """
    y_true, y_pred = match_shapes(y_true, y_pred, "categorical_crossentropy")
    y_true = smoothed(y_true, y_pred, label_smoothing, axis)
    return -sum(y_true * log_probabilities(y_pred, from_logits, axis), axis=axis)


def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Any:
    """``-log(p)`` of the right class.

    Args:
        y_true: The number of the right class, from 0; one that is no class costs nothing.
        y_pred: Probabilities p, divided by their sum and kept 1e-7 away from 0 and 1; or logits.
        from_logits: Whether ``y_pred`` holds logits: p = softmax(logits). No digit is lost then.
        ignore_class: A label whose examples cost nothing.
        axis: That of the classes.

    Shapes:
        y_true (B, ...) or with a class axis of size 1, y_pred (B, ..., C) → (B, ...)

    Raises:
        ShapeError: If the shapes differ on another axis than that of the classes.

    Examples:
        >>> y_pred = np.array([[0.25, 0.5, 0.25], [0.0, 0.0, 1.0]])
        >>> sparse_categorical_crossentropy(np.array([1, 2]), y_pred).round(4)
        array([0.6931, 0.    ])
    """
    y_pred = floating(y_pred)
    labels = class_numbers(y_true, y_pred, axis)
    counted = None if ignore_class is None else not_equal(labels, ignore_class)
    costs = -of_right_class(labels, log_probabilities(y_pred, from_logits, axis), axis)
    return costs if counted is None else where(counted, costs, 0)


def smoothed(y_true: Any, y_pred: Any, label_smoothing: float, axis: int) -> Any:
    """A truth of which a part is spread evenly over the classes."""
    if not label_smoothing:
        return y_true
    return y_true * (1 - label_smoothing) + label_smoothing / class_count(y_true, y_pred, axis)


def of_right_class(labels: Any, values: Any, axis: int) -> Any:
    """What stands at the right class; 0 if the label is no class.

    Args:
        labels: The numbers of the right classes, in the shape of the values without the axis.
        values: Something for each class.
        axis: That of the classes.
    """
    classes = class_count(labels, values, axis)
    numbers = np.arange(classes, dtype=np.int32)  # along the axis of the classes
    numbers = numbers.reshape(classes, *[1] * (values.ndim - 1 - axis % values.ndim))
    right = equal(expand_dims(labels, axis), numbers)
    # Choosing by where, not by a product with 0 and 1, so that 0 * inf makes no NaN.
    return sum(where(right, values, 0), axis=axis)


def log_probabilities(y_pred: Any, from_logits: bool, axis: int) -> Any:
    """The logarithms of probabilities, from logits or from numbers that may not sum to 1."""
    if from_logits:
        return log_softmax(y_pred, axis)
    return log(clip(y_pred / sum(y_pred, axis=axis, keepdims=True), EPSILON, 1 - EPSILON))


def class_numbers(
    y_true: Any, y_pred: Any, axis: int = -1, name: str = "sparse_categorical_crossentropy"
) -> Any:
    """Class numbers in the shape of the predictions without the axis of the classes.

    Args:
        y_true: The numbers, perhaps with an axis of size 1 in place of that of the classes.
        y_pred: Numbers for each class.
        axis: That of the classes.
        name: Of the function that compares them, for the error.

    Raises:
        ShapeError: If the shapes differ on another axis.
    """
    given = labels = as_operand(y_true)
    if labels.ndim == y_pred.ndim and labels.shape[axis] == 1:
        labels = squeeze(labels, axis)
    wanted = tuple(n for a, n in enumerate(y_pred.shape) if a != axis % y_pred.ndim)
    if not same_shape(tuple(labels.shape), wanted):
        dense = same_shape(tuple(given.shape), tuple(y_pred.shape))
        raise ShapeError(
            f"{name} cannot compare labels with predictions of that shape.",
            given=f"y_true {tuple(given.shape)}, y_pred {tuple(y_pred.shape)}",
            expected=f"y_true {wanted}: y_pred's shape without the axis of the classes, {axis}",
            mend=f"use {name.removeprefix('sparse_')} if y_true has a number for each class"
            if dense
            else None,
        )
    return cast(labels, "int32")


def class_count(y_true: Any, y_pred: Any, axis: int) -> int:
    """How many classes there are, which must be known when the graph is built."""
    classes = y_pred.shape[axis]
    if classes is None:
        raise ShapeError(
            "The number of classes must be known when the loss is built.",
            given=f"y_true {tuple(y_true.shape)}, y_pred {tuple(y_pred.shape)}",
            expected=f"a known size on axis {axis} of y_pred",
        )
    return classes


@dataclass(eq=False)
class BinaryCrossentropy(Loss):
    """Mean of ``-y_true * log(p) - (1 - y_true) * log(1 - p)``: for yes or no.

    Args:
        from_logits: Whether the predictions are logits rather than probabilities.
        label_smoothing: From 0 to 1: how far the labels are drawn to 1/2.
        axis: Which the mean is over.
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> loss = BinaryCrossentropy(from_logits=True)
        >>> print(loss([[1.0], [0.0]], [[0.0], [0.0]]).round(4))
        0.6931
    """

    from_logits: bool = False
    label_smoothing: float = 0.0
    axis: int = -1

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return binary_crossentropy(
            y_true, y_pred, self.from_logits, self.label_smoothing, self.axis
        )


@dataclass(eq=False)
class CategoricalCrossentropy(Loss):
    """``-sum(y_true * log(p))``: for one of several classes, the truth a number for each class.

    Args:
        from_logits: Whether the predictions are logits rather than probabilities.
        label_smoothing: From 0 to 1: which part of the truth is spread evenly over the classes.
        axis: That of the classes.
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> loss = CategoricalCrossentropy()
        >>> print(loss([[0.0, 1.0]], [[0.5, 0.5]]).round(4))
        0.6931
    """

    from_logits: bool = False
    label_smoothing: float = 0.0
    axis: int = -1

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return categorical_crossentropy(
            y_true, y_pred, self.from_logits, self.label_smoothing, self.axis
        )


@dataclass(eq=False)
class SparseCategoricalCrossentropy(Loss):
    """``-log(p)`` of the right class: for one of several classes, the truth its number.

    Args:
        from_logits: Whether the predictions are logits rather than probabilities.
        ignore_class: A label whose examples do not count, in a mean neither.
        axis: That of the classes.
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> loss = SparseCategoricalCrossentropy(from_logits=True)
        >>> print(loss([1, 0], [[0.0, 1000.0], [0.0, 1000.0]]))
        500.0
    """

    from_logits: bool = False
    ignore_class: int | None = None
    axis: int = -1

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return sparse_categorical_crossentropy(
            y_true, y_pred, self.from_logits, self.ignore_class, self.axis
        )

    def mask(self, y_true: Any, y_pred: Any, costs: Any) -> Any:
        if self.ignore_class is None:
            return None
        return not_equal(class_numbers(y_true, y_pred, self.axis), self.ignore_class)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if self.axis == -1:
            del config["axis"]  # as Keras, which saves none
        return config
