"""Intersection over union: how well what is predicted as a class covers what is of it."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.allowance import claim
from pellucid.errors import ArgumentError
from pellucid.graph.dtypes import dtype_name, is_float, numpy_dtype
from pellucid.graph.operations.broadcasting import reshape
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.comparison import (
    greater,
    greater_equal,
    less,
    logical_and,
    not_equal,
    where,
)
from pellucid.graph.operations.indexing import scatter_add, take
from pellucid.graph.operations.reductions import argmax, sum
from pellucid.graph.tensor import as_operand
from pellucid.losses.loss import divide_no_nan, match_shapes
from pellucid.metrics.metric import Metric, weights_for

__all__ = ["BinaryIoU", "IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU"]


class Overlap(Metric):
    """Mean over classes of tp / (tp + fp + fn), from a table of true and predicted classes.

    The table is of whole numbers unless a dtype is given, so that every pixel of many pictures
    is counted.
    """

    direction = "up"

    num_classes: int
    ignore_class: int | None = None
    sparse_y_true: bool = True
    sparse_y_pred: bool = True
    axis: int = -1

    def __post_init__(self) -> None:
        self.dtype = self.dtype or "int32"
        super().__post_init__()

    def start(self) -> None:
        classes = self.num_classes
        claim(classes * classes, "a table of classes")
        targets = self.targets()
        if not targets or any(not 0 <= c < classes for c in targets):
            raise ArgumentError(
                f"{type(self).__name__} takes the mean over classes that there are.",
                given=f"target_class_ids={targets}",
                expected=f"at least one number from 0 to {classes - 1}",
            )
        self.table = self.add_variable((classes, classes), name="total_confusion_matrix")

    def targets(self) -> list[int]:
        """The classes that the mean is over: all."""
        return list(range(self.num_classes))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true = y_true if self.sparse_y_true else argmax(y_true, axis=self.axis)
        y_pred = y_pred if self.sparse_y_pred else argmax(y_pred, axis=self.axis)
        self.gather(y_true, y_pred, sample_weight)

    def gather(self, y_true: Any, y_pred: Any, sample_weight: Any) -> None:
        """Add a batch of class numbers to the table; numbers that are no class are left out."""
        classes, dtype = self.num_classes, self.dtype or ""
        # Through floats: they may be so, and match_shapes knows no others.
        true, pred = match_shapes(cast(y_true, "float64"), cast(y_pred, "float64"), str(self.name))
        true, pred = cast(true, "int32"), cast(pred, "int32")
        self._warn_of_fractions(sample_weight)
        weights = weights_for(true, sample_weight, dtype)
        counted = logical_and(_inside(true, classes), _inside(pred, classes))
        if self.ignore_class is not None:
            counted = logical_and(counted, not_equal(true, self.ignore_class))
        places = where(counted, true * classes + pred, 0)
        weights = where(counted, weights, 0)
        zeros = np.zeros(classes * classes, numpy_dtype(dtype))
        found = scatter_add(zeros, reshape(places, (-1,)), reshape(weights, (-1,)))
        self.table.assign_add(reshape(found, (classes, classes)))

    def _warn_of_fractions(self, sample_weight: Any) -> None:
        if sample_weight is None or is_float(self.dtype or ""):
            return
        weight = as_operand(sample_weight)
        if is_float(dtype_name(weight.dtype)):
            warnings.warn(
                f"{type(self).__name__} '{self.name}' counts in {self.dtype}, which cuts off the "
                "fractions of the weights; give it dtype='float32' to keep them.",
                stacklevel=4,
            )

    def result(self) -> Any:
        table, targets = self.present(self.table), np.asarray(self.targets(), np.int32)
        diagonal = np.arange(self.num_classes, dtype=np.int32) * (self.num_classes + 1)
        hits = floating(take(reshape(table, (-1,)), diagonal))
        either = floating(sum(table, axis=0)) + floating(sum(table, axis=1)) - hits
        hits, either = take(hits, targets), take(either, targets)
        # A class that is neither there nor predicted says nothing.
        there = cast(greater(either, 0), dtype_name(either.dtype))
        return divide_no_nan(sum(divide_no_nan(hits, either)), sum(there))


def _inside(numbers: Any, classes: int) -> Any:
    return logical_and(greater_equal(numbers, 0), less(numbers, classes))


class OverlapOfSome(Overlap):
    """The mean over the classes that the user names."""

    target_class_ids: Sequence[int]  # each class has the field at its own place

    def start(self) -> None:
        self.target_class_ids = list(self.target_class_ids)
        super().start()

    def targets(self) -> list[int]:
        return list(self.target_class_ids)


@dataclass(eq=False, repr=False)
class IoU(OverlapOfSome):
    """Intersection over union, tp / (tp + fp + fn), of some classes: its mean over them.

    Args:
        num_classes: How many classes there are.
        target_class_ids: The numbers of those that the mean is over.
        name: As in :class:`~pellucid.metrics.metric.Metric`.
        dtype: Of the counts; int32 by default, which cuts off the fractions of weights.
        ignore_class: A label whose examples do not count.
        sparse_y_true: Whether the truth is class numbers, rather than a number for each class.
        sparse_y_pred: Whether the predictions are class numbers, rather than probabilities.
        axis: That of the classes, where there is one.

    Raises:
        ArgumentError: If a target is no class.

    Examples:
        >>> metric = IoU(num_classes=2, target_class_ids=[0])
        >>> print(metric([0, 0, 1, 1], [0, 1, 0, 1]).round(4))
        0.3333
    """

    num_classes: int
    target_class_ids: Sequence[int]
    name: str | None = field(default=None, kw_only=True)
    dtype: str | None = field(default=None, kw_only=True)
    ignore_class: int | None = field(default=None, kw_only=True)
    sparse_y_true: bool = field(default=True, kw_only=True)
    sparse_y_pred: bool = field(default=True, kw_only=True)
    axis: int = field(default=-1, kw_only=True)


@dataclass(eq=False, repr=False)
class MeanIoU(Overlap):
    """Intersection over union, tp / (tp + fp + fn): its mean over the classes.

    Args:
        num_classes: How many classes there are.
        name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis: As in :class:`IoU`.

    Examples:
        >>> print(MeanIoU(num_classes=2)([0, 0, 1, 1], [0, 1, 0, 1]).round(4))
        0.3333
    """

    num_classes: int
    name: str | None = field(default=None, kw_only=True)
    dtype: str | None = field(default=None, kw_only=True)
    ignore_class: int | None = field(default=None, kw_only=True)
    sparse_y_true: bool = field(default=True, kw_only=True)
    sparse_y_pred: bool = field(default=True, kw_only=True)
    axis: int = field(default=-1, kw_only=True)


@dataclass(eq=False, repr=False)
class OneHotIoU(OverlapOfSome):
    """Intersection over union of some classes, the truth a number for each class.

    Args:
        num_classes: How many classes there are.
        target_class_ids: The numbers of those that the mean is over.
        sparse_y_pred: Whether the predictions are class numbers, rather than probabilities.
        name, dtype, ignore_class, axis: As in :class:`IoU`.

    Raises:
        ArgumentError: If a target is no class.

    Examples:
        >>> metric = OneHotIoU(num_classes=2, target_class_ids=[1])
        >>> print(metric([[1, 0], [0, 1]], [[0.4, 0.6], [0.3, 0.7]]))
        0.5
    """

    num_classes: int
    target_class_ids: Sequence[int]
    name: str | None = field(default=None, kw_only=True)
    dtype: str | None = field(default=None, kw_only=True)
    ignore_class: int | None = field(default=None, kw_only=True)
    sparse_y_pred: bool = field(default=False, kw_only=True)
    axis: int = field(default=-1, kw_only=True)
    sparse_y_true = False  # no field: it is not an argument


@dataclass(eq=False, repr=False)
class OneHotMeanIoU(Overlap):
    """Intersection over union: its mean over the classes, the truth a number for each class.

    Args:
        num_classes: How many classes there are.
        sparse_y_pred: Whether the predictions are class numbers, rather than probabilities.
        name, dtype, ignore_class, axis: As in :class:`IoU`.

    Examples:
        >>> metric = OneHotMeanIoU(num_classes=2)
        >>> print(metric([[1, 0], [0, 1]], [[0.4, 0.6], [0.3, 0.7]]))
        0.25
    """

    num_classes: int
    name: str | None = field(default=None, kw_only=True)
    dtype: str | None = field(default=None, kw_only=True)
    ignore_class: int | None = field(default=None, kw_only=True)
    sparse_y_pred: bool = field(default=False, kw_only=True)
    axis: int = field(default=-1, kw_only=True)
    sparse_y_true = False  # no field: it is not an argument


@dataclass(eq=False, repr=False)
class BinaryIoU(OverlapOfSome):
    """Intersection over union of two classes, told apart by a threshold: its mean over them.

    Args:
        target_class_ids: Those that the mean is over: 0, 1 or both.
        threshold: Predictions of at least that mean class 1.
        name, dtype: As in :class:`IoU`.

    Raises:
        ArgumentError: If a target is neither 0 nor 1.

    Examples:
        >>> metric = BinaryIoU(target_class_ids=[0, 1], threshold=0.3)
        >>> print(metric([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7]).round(4))
        0.3333
    """

    target_class_ids: Sequence[int] = (0, 1)
    threshold: float = 0.5
    name: str | None = field(default=None, kw_only=True)
    dtype: str | None = field(default=None, kw_only=True)

    num_classes = 2  # no field: it is not an argument

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        decided = greater_equal(cast(y_pred, "float32"), self.threshold)
        self.gather(y_true, decided, sample_weight)
