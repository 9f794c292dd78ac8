"""Counting right and wrong decisions at thresholds: positives and negatives, true and false."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from pellucid.allowance import claim
from pellucid.errors import ArgumentError
from pellucid.graph.dtypes import numpy_dtype
from pellucid.graph.operations.arithmetic import maximum
from pellucid.graph.operations.broadcasting import broadcast_to, reshape, shape_of
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import greater, isnan, not_equal, where
from pellucid.graph.operations.cumulative import cumsum
from pellucid.graph.operations.indexing import one_hot, scatter_add, take
from pellucid.graph.operations.movement import expand_dims, stack
from pellucid.graph.operations.reductions import any as any_of
from pellucid.graph.operations.reductions import sum
from pellucid.graph.operations.rounding import ceil, clip
from pellucid.graph.operations.sorting import top_k as largest
from pellucid.graph.variable import Variable
from pellucid.losses.loss import divide_no_nan, match_shapes
from pellucid.metrics.metric import Metric, weights_for

__all__ = [
    "KINDS",
    "ConfusionMetric",
    "FalseNegatives",
    "FalsePositives",
    "Precision",
    "Recall",
    "TrueNegatives",
    "TruePositives",
    "confusion_counts",
    "even_thresholds",
]

KINDS = ("true_positives", "false_positives", "false_negatives", "true_negatives")


def confusion_counts(
    y_true: Any,
    y_pred: Any,
    thresholds: Sequence[float],
    sample_weight: Any = None,
    top_k: int | None = None,
    class_id: int | None = None,
    label_weights: Any = None,
    by_label: bool = False,
    dtype: str = "float32",
) -> dict[str, Any]:
    """How much weight is decided rightly and wrongly at each threshold.

    A prediction above a threshold is positive there; one that is not a number never is.

    Args:
        y_true: 0 for negative, anything else for positive.
        y_pred: Probabilities, from 0 to 1.
        thresholds: T numbers.
        sample_weight: A number, one for each example, or one for each prediction.
        top_k: Only that many of the largest along the last axis can be positive.
        class_id: The one class, on the last axis, that is counted.
        label_weights: Further weights, for each class on the last axis.
        by_label: Whether each class on the last axis is counted by itself.
        dtype: Of the counts.

    Shapes:
        y_true (B, ..., C), y_pred (B, ..., C) → for each kind (T,), or (T, C) by label

    Raises:
        ShapeError: If truth, predictions and weights do not fit together.

    Examples:
        >>> counts = confusion_counts([1, 1, 0], [0.9, 0.3, 0.6], [0.5])
        >>> {kind: float(count[0]) for kind, count in counts.items()}
        {'true_positives': 1.0, 'false_positives': 1.0,
         'false_negatives': 1.0, 'true_negatives': 0.0}
    """
    y_true, y_pred = match_shapes(cast(y_true, dtype), cast(y_pred, dtype), "The metric")
    weights = weights_for(y_true, sample_weight, dtype)
    if label_weights is not None:
        weights = weights * broadcast_to(cast(label_weights, dtype), shape_of(weights))
    if top_k is not None:
        _, positions = largest(y_pred, top_k)
        among = any_of(one_hot(positions, y_pred.shape[-1], dtype="bool"), axis=-2)
        y_pred = where(among, y_pred, float("-inf"))
    if class_id is not None:
        y_true, y_pred, weights = (_of_class(x, class_id) for x in (y_true, y_pred, weights))
    positive = not_equal(y_true, 0)
    both = stack([where(positive, weights, 0), where(positive, 0, weights)], axis=-1)
    labels = y_pred.shape[-1] if by_label else 1
    above, below = _count(
        reshape(y_pred, (-1, labels)), reshape(both, (-1, labels, 2)), thresholds, dtype
    )
    counts = (above[..., 0], above[..., 1], below[..., 0], below[..., 1])
    return {kind: x if by_label else x[:, 0] for kind, x in zip(KINDS, counts, strict=True)}


def _of_class(x: Any, class_id: int) -> Any:
    return expand_dims(x[..., class_id], -1)


def _count(y_pred: Any, weights: Any, thresholds: Sequence[float], dtype: str) -> tuple[Any, Any]:
    """The weight of the predictions above each threshold, and of those that are not.

    The weight of each prediction is added at one place, which says how many thresholds lie below
    it; the totals up to each place, and from it on, are then the counts.

    Shapes:
        y_pred (N, L), weights (N, L, 2), thresholds (T,) → twice (T, L, 2)
    """
    order = np.argsort(thresholds)
    rising = np.asarray(thresholds, numpy_dtype(dtype))[order]
    count, labels = len(rising), y_pred.shape[1]
    places = _thresholds_below(y_pred, rising) * labels + np.arange(labels, dtype=np.int32)
    zeros = np.zeros(((count + 1) * labels, 2), rising.dtype)
    found = reshape(scatter_add(zeros, places, weights), (count + 1, labels, 2))
    above, below = cumsum(found, axis=0, reverse=True)[1:], cumsum(found, axis=0)[:-1]
    if (np.diff(order) > 0).all():
        return above, below
    as_given = np.argsort(order)
    return take(above, as_given, axis=0), take(below, as_given, axis=0)


def _thresholds_below(y_pred: Any, thresholds: np.ndarray) -> Any:
    """How many of some rising thresholds lie below each prediction."""
    if not evenly_spaced(thresholds):
        return sum(greater(y_pred, thresholds[:, None, None]), axis=0)
    # Computed, not compared one by one, which for pictures, whose every pixel is predicted, would
    # take seconds in place of milliseconds.
    below = ceil(clip(y_pred, 0, 1) * (len(thresholds) - 1))
    if thresholds[0] < 0:
        below = maximum(below, 1)
    return cast(where(isnan(y_pred), 0, below), "int32")


def evenly_spaced(thresholds: np.ndarray) -> bool:
    """Whether rising thresholds go from 0 to 1 (or from just outside) in equal steps."""
    even = np.linspace(0, 1, len(thresholds))
    return len(thresholds) >= 3 and np.allclose(thresholds, even, rtol=0, atol=1e-6)


def even_thresholds(count: int) -> list[float]:
    """Thresholds from 0 to 1 in equal steps; 1/2 if there is but one.

    Raises:
        ArgumentError: If there is none.

    Examples:
        >>> even_thresholds(5)
        [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    if count < 1:
        raise ArgumentError(
            "There is nothing to decide without thresholds.",
            given=f"num_thresholds={count}",
            expected="at least 1",
        )
    claim(count, "thresholds")
    return [i / (count - 1) for i in range(count)] if count > 1 else [0.5]


@dataclass(eq=False, repr=False)
class ConfusionMetric(Metric):
    """What is made of the counts of right and wrong decisions at thresholds.

    A subclass says which ``kinds`` it keeps, and makes its thresholds in ``chosen_thresholds()``.

    Attributes:
        counts: For each kind the variable that holds the count at each threshold.
    """

    kinds: ClassVar[tuple[str, ...]] = KINDS

    # By keyword alone, so that a metric's own arguments come first, as in Keras.
    name: str | None = field(default=None, kw_only=True)
    dtype: str | None = field(default=None, kw_only=True)

    def start(self) -> None:
        self.decided_at = self.chosen_thresholds()
        self.counts: dict[str, Variable] = {}
        self.make_counts((len(self.decided_at),))

    def make_counts(self, shape: tuple[int, ...]) -> None:
        """Make the variables."""
        self.counts = {kind: self.add_variable(shape, name=kind) for kind in self.kinds}

    def chosen_thresholds(self) -> list[float]:
        """The thresholds to decide at."""
        raise NotImplementedError(f"{type(self).__name__}.chosen_thresholds")

    def options(self) -> dict[str, Any]:
        """What :func:`confusion_counts` is told besides."""
        return {}

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        found = confusion_counts(
            y_true,
            y_pred,
            self.decided_at,
            sample_weight,
            dtype=self.dtype or "",
            **self.options(),
        )
        for kind, variable in self.counts.items():
            variable.assign_add(found[kind])

    def share(self, part: str, rest: str) -> Any:
        """One count as a share of two; 0 where both are."""
        part, rest = self.present(self.counts[part]), self.present(self.counts[rest])
        return divide_no_nan(part, part + rest)


Thresholds = float | Sequence[float] | None


def _checked(thresholds: Thresholds, default: float) -> list[float]:
    """Thresholds as a list.

    Raises:
        ArgumentError: If one does not lie between 0 and 1.
    """
    if thresholds is None:
        return [default]
    listed = [thresholds] if isinstance(thresholds, int | float) else list(thresholds)
    outside = [t for t in listed if not 0 <= t <= 1]
    if outside or not listed:
        raise ArgumentError(
            "Thresholds are compared with probabilities.",
            given=f"{outside[0]!r} among the thresholds" if outside else "no threshold",
            expected="numbers from 0 to 1",
        )
    return listed


class ThresholdMetric(ConfusionMetric):
    """A number at each of the thresholds that the user gives; one, if there is one threshold."""

    thresholds: Thresholds  # each class has the field at its own place

    def chosen_thresholds(self) -> list[float]:
        return _checked(self.thresholds, default=0.5)

    def at_each(self, numbers: Any) -> Any:
        """The numbers, or the only one."""
        return numbers[0] if len(self.decided_at) == 1 else numbers


class Count(ThresholdMetric):
    """How many decisions are of one kind."""

    def result(self) -> Any:
        return self.at_each(self.present(self.counts[self.kinds[0]]))


@dataclass(eq=False, repr=False)
class TruePositives(Count):
    """How many are rightly predicted as positive.

    Args:
        thresholds: Predictions above it are positive; 0.5 by default. With several there is a
            count for each.
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(TruePositives()([0, 1, 1, 1], [1, 0, 1, 1]))
        2.0
    """

    kinds = ("true_positives",)
    thresholds: Thresholds = None


@dataclass(eq=False, repr=False)
class TrueNegatives(Count):
    """How many are rightly predicted as negative.

    Args:
        thresholds: Predictions above it are positive; 0.5 by default. With several there is a
            count for each.
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(TrueNegatives()([0, 1, 0, 0], [1, 1, 0, 0]))
        2.0
    """

    kinds = ("true_negatives",)
    thresholds: Thresholds = None


@dataclass(eq=False, repr=False)
class FalsePositives(Count):
    """How many are wrongly predicted as positive.

    Args:
        thresholds: Predictions above it are positive; 0.5 by default. With several there is a
            count for each.
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(FalsePositives()([0, 1, 0, 0], [0.3, 0.9, 0.7, 0.8]))
        2.0
    """

    kinds = ("false_positives",)
    thresholds: Thresholds = None


@dataclass(eq=False, repr=False)
class FalseNegatives(Count):
    """How many are wrongly predicted as negative.

    Args:
        thresholds: Predictions above it are positive; 0.5 by default. With several there is a
            count for each.
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(FalseNegatives()([0, 1, 1, 1], [0, 1, 0, 0]))
        2.0
    """

    kinds = ("false_negatives",)
    thresholds: Thresholds = None


class Share(ThresholdMetric):
    """True positives as a share of those and of one wrong kind; of all classes, or of one."""

    direction = "up"

    top_k: int | None
    class_id: int | None

    def chosen_thresholds(self) -> list[float]:
        # Among the top k everything is positive unless a threshold is given.
        return _checked(self.thresholds, 0.5 if self.top_k is None else float("-inf"))

    def options(self) -> dict[str, Any]:
        return {"top_k": self.top_k, "class_id": self.class_id}

    def result(self) -> Any:
        return self.at_each(self.share(*self.kinds))


@dataclass(eq=False, repr=False)
class Precision(Share):
    """Which share of those predicted as positive is so: tp / (tp + fp).

    Args:
        thresholds: Predictions above it are positive; 0.5 by default, and with ``top_k`` any.
            With several there is a precision for each.
        top_k: Only that many of the largest along the last axis can be positive.
        class_id: The one class, on the last axis, that is counted; all by default.
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(Precision()([0, 1, 1, 1], [1, 0, 1, 1]).round(4))
        0.6667
        >>> print(Precision(top_k=2)([[0, 0, 1, 1]], [[0.1, 0.2, 0.4, 0.3]]))
        1.0
    """

    kinds = ("true_positives", "false_positives")
    thresholds: Thresholds = None
    top_k: int | None = None
    class_id: int | None = None


@dataclass(eq=False, repr=False)
class Recall(Share):
    """Which share of the positive is predicted as such: tp / (tp + fn).

    Args:
        thresholds: Predictions above it are positive; 0.5 by default, and with ``top_k`` any.
            With several there is a recall for each.
        top_k: Only that many of the largest along the last axis can be positive.
        class_id: The one class, on the last axis, that is counted; all by default.
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(Recall()([0, 1, 1, 1], [1, 0, 1, 1]).round(4))
        0.6667
        >>> print(Recall(thresholds=[0.2, 0.5])([1, 1], [0.3, 0.9]))
        [1.  0.5]
    """

    kinds = ("true_positives", "false_negatives")
    thresholds: Thresholds = None
    top_k: int | None = None
    class_id: int | None = None
