"""The best of one rate among the thresholds at which another is good enough."""

from dataclasses import dataclass
from typing import Any, ClassVar

from pellucid.errors import ArgumentError
from pellucid.graph.operations.comparison import greater_equal, where
from pellucid.graph.operations.reductions import max
from pellucid.metrics.confusion import ConfusionMetric, even_thresholds

__all__ = [
    "PrecisionAtRecall",
    "RecallAtPrecision",
    "SensitivityAtSpecificity",
    "SpecificityAtSensitivity",
]

RATES = {  # the counts that each is a share of: the first of both
    "sensitivity": ("true_positives", "false_negatives"),
    "specificity": ("true_negatives", "false_positives"),
    "precision": ("true_positives", "false_positives"),
    "recall": ("true_positives", "false_negatives"),
}


class Constrained(ConfusionMetric):
    """One rate at the threshold that is best for it while another rate is at least a number.

    A subclass has a field with the name of the rate that is held, first in its arguments.
    """

    direction = "up"
    wanted: ClassVar[str]
    held: ClassVar[str]

    # Each class has these fields at its own place, after the number that is asked for.
    num_thresholds: int
    class_id: int | None

    def start(self) -> None:
        rate = getattr(self, self.held)
        if not 0 <= rate <= 1:
            raise ArgumentError(
                f"{type(self).__name__} needs a rate to hold.",
                given=f"{self.held}={rate}",
                expected="a number from 0 to 1",
            )
        super().start()

    def chosen_thresholds(self) -> list[float]:
        return even_thresholds(self.num_thresholds)

    def options(self) -> dict[str, Any]:
        return {"class_id": self.class_id}

    def result(self) -> Any:
        enough = greater_equal(self.share(*RATES[self.held]), getattr(self, self.held))
        return max(where(enough, self.share(*RATES[self.wanted]), 0))


@dataclass(eq=False, repr=False)
class SensitivityAtSpecificity(Constrained):
    """The best share of positives found, tp / (tp + fn), at a given share of negatives found.

    Args:
        specificity: What tn / (tn + fp) is to be at least, from 0 to 1.
        num_thresholds: How many thresholds, in equal steps from 0 to 1, are tried.
        class_id: The one class, on the last axis, that is counted; all by default.
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Raises:
        ArgumentError: If ``specificity`` is no rate, or there are no thresholds.

    Examples:
        >>> print(SensitivityAtSpecificity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    wanted, held = "sensitivity", "specificity"

    specificity: float
    num_thresholds: int = 200
    class_id: int | None = None


@dataclass(eq=False, repr=False)
class SpecificityAtSensitivity(Constrained):
    """The best share of negatives found, tn / (tn + fp), at a given share of positives found.

    Args:
        sensitivity: What tp / (tp + fn) is to be at least, from 0 to 1.
        num_thresholds: How many thresholds, in equal steps from 0 to 1, are tried.
        class_id: The one class, on the last axis, that is counted; all by default.
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Raises:
        ArgumentError: If ``sensitivity`` is no rate, or there are no thresholds.

    Examples:
        >>> metric = SpecificityAtSensitivity(0.5)
        >>> print(metric([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]).round(4))
        0.6667
    """

    wanted, held = "specificity", "sensitivity"

    sensitivity: float
    num_thresholds: int = 200
    class_id: int | None = None


@dataclass(eq=False, repr=False)
class PrecisionAtRecall(Constrained):
    """The best precision, tp / (tp + fp), at a given recall.

    Args:
        recall: What tp / (tp + fn) is to be at least, from 0 to 1.
        num_thresholds: How many thresholds, in equal steps from 0 to 1, are tried.
        class_id: The one class, on the last axis, that is counted; all by default.
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Raises:
        ArgumentError: If ``recall`` is no rate, or there are no thresholds.

    Examples:
        >>> print(PrecisionAtRecall(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    wanted, held = "precision", "recall"

    recall: float
    num_thresholds: int = 200
    class_id: int | None = None


@dataclass(eq=False, repr=False)
class RecallAtPrecision(Constrained):
    """The best recall, tp / (tp + fn), at a given precision.

    Args:
        precision: What tp / (tp + fp) is to be at least, from 0 to 1.
        num_thresholds: How many thresholds, in equal steps from 0 to 1, are tried.
        class_id: The one class, on the last axis, that is counted; all by default.
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Raises:
        ArgumentError: If ``precision`` is no rate, or there are no thresholds.

    Examples:
        >>> print(RecallAtPrecision(0.8)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
        0.5
    """

    wanted, held = "recall", "precision"

    precision: float
    num_thresholds: int = 200
    class_id: int | None = None
