"""The F-scores: precision and recall in one number."""

from dataclasses import dataclass, field
from typing import Any

from pellucid.errors import ArgumentError, unknown_name
from pellucid.graph.operations.arithmetic import absolute, multiply
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import greater, greater_equal, logical_and
from pellucid.graph.operations.reductions import max, mean, sum
from pellucid.losses.loss import divide_no_nan
from pellucid.metrics.metric import PerOutput, weights_for

__all__ = ["F1Score", "FBetaScore"]

AVERAGES = ("micro", "macro", "weighted")


class FScore(PerOutput):
    """The harmonic mean of precision and recall, recall counting beta² times as much."""

    direction = "up"

    # Each class has these at its own place.
    average: str | None
    threshold: float | None

    def start(self) -> None:
        if self.average is not None and self.average not in AVERAGES:
            raise unknown_name("average", self.average, AVERAGES)
        if self.threshold is not None and not 0 < self.threshold <= 1:
            raise ArgumentError(
                "A threshold is compared with probabilities.",
                given=f"threshold={self.threshold}",
                expected="a number above 0 and not above 1, or None for the largest alone",
            )

    def build(self, outputs: int) -> None:
        shape = (1 if self.average == "micro" else outputs,)
        self.true_positives = self.add_variable(shape, name="true_positives")
        self.false_positives = self.add_variable(shape, name="false_positives")
        self.false_negatives = self.add_variable(shape, name="false_negatives")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred = cast(y_true, self.dtype), cast(y_pred, self.dtype)
        self.outputs_of(y_true, y_pred)
        if self.threshold is None:
            # A row of zeros, to which all are largest, predicts nothing.
            highest = greater_equal(y_pred, max(y_pred, axis=-1, keepdims=True))
            positive = logical_and(highest, greater(absolute(y_pred), 1e-9))
        else:
            positive = greater(y_pred, self.threshold)
        decided = cast(positive, self.dtype)
        weights = weights_for(y_pred, sample_weight, self.dtype or "")
        axis = None if self.average == "micro" else 0
        self.true_positives.assign_add(sum(weights * decided * y_true, axis))
        self.false_positives.assign_add(sum(weights * decided * (1 - y_true), axis))
        self.false_negatives.assign_add(sum(weights * (1 - decided) * y_true, axis))

    def score(self, beta: float) -> Any:
        """The score, by output or as one number."""
        self.require_batch()
        tp, fp, fn = (
            self.present(variable)
            for variable in (self.true_positives, self.false_positives, self.false_negatives)
        )
        positives = tp + fn
        # (1 + β²) precision recall / (β² precision + recall), as counts, whose one division is
        # exact. Keras divides thrice, each time by 1e-7 more, and so never reaches 1.
        squared = beta**2
        hits = multiply(1 + squared, tp)
        scores = divide_no_nan(hits, multiply(squared, positives) + tp + fp)
        if self.average == "weighted":
            return sum(scores * divide_no_nan(positives, sum(positives)))
        return scores if self.average is None else mean(scores)


@dataclass(eq=False, repr=False)
class FBetaScore(FScore):
    """``(1 + β²) precision recall / (β² precision + recall)``, for each output or averaged.

    Args:
        average: ``None`` for a score for each output; ``"macro"`` for their mean; ``"weighted"``
            for their mean, each weighed by how often the output is positive; ``"micro"`` for one
            score of all decisions together.
        beta: How many times as much recall counts as precision; above 0.
        threshold: Predictions above it are positive; by default the largest of a row is.
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Shapes:
        y_true (B, F), y_pred (B, F) → (F,), or () if averaged

    Raises:
        UnknownNameError: For an average that there is not.
        ArgumentError: If ``beta`` is not above 0, or ``threshold`` is no probability.

    Examples:
        >>> metric = FBetaScore(beta=2.0, threshold=0.5)
        >>> y_true = np.array([[1, 1, 1], [1, 0, 0], [1, 1, 0]])
        >>> y_pred = np.array([[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]])
        >>> metric(y_true, y_pred).round(4)
        array([0.3846, 0.9091, 0.8333], dtype=float32)
    """

    average: str | None = None
    beta: float = 1.0
    threshold: float | None = None
    name: str | None = field(default="fbeta_score", kw_only=True)
    dtype: str | None = field(default=None, kw_only=True)

    def start(self) -> None:
        super().start()
        if not self.beta > 0:
            raise ArgumentError(
                "Recall counts beta times as much as precision.",
                given=f"beta={self.beta}",
                expected="a number above 0",
            )

    def result(self) -> Any:
        return self.score(self.beta)


@dataclass(eq=False, repr=False)
class F1Score(FScore):
    """``2 precision recall / (precision + recall)``, for each output or averaged.

    Args:
        average, threshold: As in :class:`FBetaScore`.
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Shapes:
        y_true (B, F), y_pred (B, F) → (F,), or () if averaged

    Raises:
        UnknownNameError: For an average that there is not.
        ArgumentError: If ``threshold`` is no probability.

    Examples:
        >>> metric = F1Score(threshold=0.5)
        >>> y_true = np.array([[1, 1, 1], [1, 0, 0], [1, 1, 0]])
        >>> y_pred = np.array([[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]])
        >>> metric(y_true, y_pred).round(4)
        array([0.5   , 0.8   , 0.6667], dtype=float32)
    """

    average: str | None = None
    threshold: float | None = None
    name: str | None = field(default="f1_score", kw_only=True)
    dtype: str | None = field(default=None, kw_only=True)

    def result(self) -> Any:
        return self.score(1.0)
