"""The area under a curve that thresholds draw: ROC, precision over recall, or their gains."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pellucid.activations import sigmoid
from pellucid.config import epsilon
from pellucid.errors import ArgumentError, ShapeError, StateError, unknown_name
from pellucid.graph.operations.arithmetic import maximum, minimum
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.comparison import equal, logical_and, where
from pellucid.graph.operations.exponential import log
from pellucid.graph.operations.reductions import mean, sum
from pellucid.losses.loss import divide_no_nan
from pellucid.metrics.confusion import KINDS, ConfusionMetric, even_thresholds

__all__ = ["AUC"]

CURVES = ("ROC", "PR", "PRGAIN")
SUMMATIONS = ("interpolation", "minoring", "majoring")


@dataclass(eq=False, repr=False)
class AUC(ConfusionMetric):
    """The area under a curve that is drawn as the threshold of a decision goes from 1 to 0.

    The curve is known at ``num_thresholds`` points, so the area is as exact as they lie close
    where the predictions are.

    Args:
        num_thresholds: How many thresholds, in equal steps from 0 to 1 (the two ends a little
            outside, so that at one everything is positive and at the other nothing).
        curve: ``"ROC"`` for the share of positives found over the share of negatives that are
            not; ``"PR"`` for precision over recall; ``"PRGAIN"`` for their gains over a guess.
        summation_method: ``"interpolation"`` for the trapezoids below the points (with ``"PR"``
            true positives are interpolated, not precision, which would be too high);
            ``"minoring"`` or ``"majoring"`` for steps at the lower or the higher of two points.
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.
        thresholds: Thresholds of one's own, from 0 to 1; the two ends are added.
        multi_label: Whether each column of the predictions has an area by itself, of which the
            result is the mean.
        num_labels: How many columns there are; by default the first batch tells.
        label_weights: With ``multi_label`` what each column's area counts in the mean; without,
            what each column's predictions count.
        from_logits: Whether the predictions are logits rather than probabilities.

    Raises:
        UnknownNameError: For a curve or a summation that there is not.
        ArgumentError: For fewer than two thresholds, or ``num_labels`` without ``multi_label``.

    Examples:
        >>> metric = AUC(num_thresholds=3)  # at -1e-7, 0.5 and 1 + 1e-7
        >>> print(metric([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
        0.75

    Source:
        Interpolated precision: Davis, Goadrich 2006, "The Relationship Between Precision-Recall
        and ROC Curves", section 4. Gains: Flach, Kull 2015, "Precision-Recall-Gain Curves: PR
        Analysis Done Right", section 3.
    """

    direction = "up"

    num_thresholds: int = 200
    curve: str = "ROC"
    summation_method: str = "interpolation"
    thresholds: Sequence[float] | None = field(default=None, kw_only=True)
    multi_label: bool = field(default=False, kw_only=True)
    num_labels: int | None = field(default=None, kw_only=True)
    label_weights: Sequence[float] | None = field(default=None, kw_only=True)
    from_logits: bool = field(default=False, kw_only=True)

    def start(self) -> None:
        if self.curve.upper() not in CURVES:
            raise unknown_name("curve", self.curve, CURVES)
        if self.summation_method.lower() not in SUMMATIONS:
            raise unknown_name("summation method", self.summation_method, SUMMATIONS)
        if self.num_labels and not self.multi_label:
            raise ArgumentError(
                "Columns are counted apart only where each has an area by itself.",
                given=f"num_labels={self.num_labels}, multi_label=False",
                expected="multi_label=True, or no num_labels",
            )
        self.curve, self.summation_method = self.curve.upper(), self.summation_method.lower()
        super().start()

    def chosen_thresholds(self) -> list[float]:
        if self.thresholds is not None:
            self.thresholds = sorted(float(t) for t in self.thresholds)
            self.num_thresholds = len(self.thresholds) + 2
            between = self.thresholds
        else:
            between = even_thresholds(self.num_thresholds)[1:-1]
        if self.num_thresholds < 2:
            raise ArgumentError(
                "A curve has two ends.",
                given=f"num_thresholds={self.num_thresholds}",
                expected="at least 2",
            )
        return [-epsilon(), *between, 1 + epsilon()]

    def make_counts(self, shape: tuple[int, ...]) -> None:
        if not self.multi_label:
            super().make_counts(shape)
        elif self.num_labels:  # else the first batch tells
            super().make_counts((*shape, self.num_labels))

    def options(self) -> dict[str, Any]:
        if self.multi_label:
            return {"by_label": True}
        return {"label_weights": self.label_weights}

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_pred = floating(y_pred)
        if self.multi_label:
            self._require_columns(tuple(y_pred.shape))
        y_pred = sigmoid(y_pred) if self.from_logits else y_pred
        super().update_state(y_true, y_pred, sample_weight)

    def _require_columns(self, shape: tuple[int | None, ...]) -> None:
        """Check the columns of the predictions, and make the variables with the first batch."""
        known = self.counts["true_positives"].shape[1] if self.counts else None
        columns = shape[1] if len(shape) == 2 else None
        if columns is None or known not in (None, columns):
            raise ShapeError(
                f"AUC '{self.name}' counts the columns of a table apart.",
                given=f"y_pred {shape}",
                expected=f"shape (batch, {known or 'labels'})",
            )
        if known is None:
            super().make_counts((len(self.decided_at), columns))

    def result(self) -> Any:
        if not self.counts:
            raise StateError(
                f"AUC '{self.name}' has no result yet.",
                given="multi_label=True, and no batch",
                expected="at least one call of update_state, or num_labels",
            )
        if (self.curve, self.summation_method) == ("PR", "interpolation"):
            return self._mean_of_labels(self._interpolated_precision())
        x, y = self._points()
        first, second = y[:-1], y[1:]
        heights = {
            "interpolation": lambda: (first + second) / 2,
            "minoring": lambda: minimum(first, second),
            "majoring": lambda: maximum(first, second),
        }[self.summation_method]()
        return self._mean_of_labels(sum((x[:-1] - x[1:]) * heights, axis=0))

    def _points(self) -> tuple[Any, Any]:
        """The points of the curve, from the lowest threshold to the highest."""
        if self.curve == "ROC":
            return (
                self.share("false_positives", "true_negatives"),
                self.share("true_positives", "false_negatives"),
            )
        if self.curve == "PR":
            return (
                self.share("true_positives", "false_negatives"),
                self.share("true_positives", "false_positives"),
            )
        tp, fp, fn, tn = (self.present(self.counts[kind]) for kind in KINDS)
        odds = divide_no_nan(tp + fn, tn + fp)  # of a positive: what a guess gains nothing over
        none = equal(tp, 0)
        recall_gain = where(none, 0, 1 - odds * divide_no_nan(fn, tp))
        precision_gain = where(none, 1, 1 - odds * divide_no_nan(fp, tp))
        return maximum(recall_gain, 0), precision_gain

    def _interpolated_precision(self) -> Any:
        """The area below precision over recall, true positives in proportion between points.

        Between two points tp = intercept + slope * p, where p = tp + fp; so the integral of
        tp / p over recall is slope * (change of tp + intercept * log(ratio of the p)) / positives.
        """
        tp, fp, fn, _ = (self.present(self.counts[kind]) for kind in KINDS)
        p = tp + fp
        change = tp[:-1] - tp[1:]
        # Sums in another order may differ in the last digit: never let p seem to fall by that.
        slope = divide_no_nan(change, maximum(p[:-1] - p[1:], 0))
        intercept = tp[1:] - slope * p[1:]
        both = logical_and(p[:-1] > 0, p[1:] > 0)
        ratio = where(both, divide_no_nan(p[:-1], p[1:]), 1)
        area = divide_no_nan(slope * (change + intercept * log(ratio)), tp[1:] + fn[1:])
        return sum(area, axis=0)

    def _mean_of_labels(self, areas: Any) -> Any:
        if not self.multi_label:
            return areas
        if self.label_weights is None:
            return mean(areas)
        weights = cast(self.label_weights, self.dtype)
        return divide_no_nan(sum(areas * weights), sum(weights))

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if self.thresholds is None:
            del config["thresholds"]  # as Keras, which saves none
        return config
