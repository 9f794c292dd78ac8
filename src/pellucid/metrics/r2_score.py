"""R²: which part of the variance is explained."""

from dataclasses import dataclass, field
from typing import Any

from pellucid.errors import ArgumentError, unknown_name
from pellucid.graph.operations.arithmetic import divide, multiply, square, subtract
from pellucid.graph.operations.broadcasting import size_of
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import greater, isinf, where
from pellucid.graph.operations.reductions import mean, sum
from pellucid.losses.loss import divide_no_nan, match_shapes
from pellucid.metrics.metric import PerOutput, weights_for

__all__ = ["R2Score"]

AGGREGATIONS = ("uniform_average", "variance_weighted_average")


@dataclass(eq=False, repr=False)
class R2Score(PerOutput):
    """``1 - sum((y_true - y_pred) ** 2) / sum((y_true - mean(y_true)) ** 2)`` of each output.

    1 is perfect, 0 as good as always saying the mean. An output that never changes scores 0
    where it is not met.

    Args:
        class_aggregation: ``"uniform_average"`` for the mean over outputs;
            ``"variance_weighted_average"`` for that weighed by each output's variance; ``None``
            for the score of each.
        num_regressors: How many inputs the predictions are made of, for the adjusted score
            ``1 - (1 - R²) (n - 1) / (n - num_regressors - 1)``, where n counts the numbers that
            were predicted; 0 for R² itself, which is also what there is for an n too small.
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Shapes:
        y_true (B, F), y_pred (B, F) → (), or (F,) if not aggregated

    Raises:
        UnknownNameError: For an aggregation that there is not.
        ArgumentError: If ``num_regressors`` is below 0.

    Examples:
        >>> metric = R2Score()
        >>> print(metric(np.array([[1.0], [4.0], [3.0]]), np.array([[2.0], [4.0], [4.0]])).round(4))
        0.5714

    Source:
        Merging of means and squared distances: Chan, Golub, LeVeque 1979, "Updating Formulae and
        a Pairwise Algorithm for Computing Sample Variances", equation 1.5.
    """

    direction = "up"

    class_aggregation: str | None = "uniform_average"
    num_regressors: int = 0
    name: str | None = field(default="r2_score", kw_only=True)
    dtype: str | None = field(default=None, kw_only=True)

    def start(self) -> None:
        if self.class_aggregation is not None and self.class_aggregation not in AGGREGATIONS:
            raise unknown_name("class aggregation", self.class_aggregation, AGGREGATIONS)
        if self.num_regressors < 0:
            raise ArgumentError(
                "Predictions are not made of fewer than no inputs.",
                given=f"num_regressors={self.num_regressors}",
                expected="at least 0",
            )
        self.num_samples = self.add_variable((), name="num_samples")

    def build(self, outputs: int) -> None:
        self.mean = self.add_variable((outputs,), name="mean")
        self.total = self.add_variable((outputs,), name="total")
        self.residual = self.add_variable((outputs,), name="residual")
        self.count = self.add_variable((outputs,), name="count")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        dtype = self.dtype or ""
        y_true, y_pred = match_shapes(cast(y_true, dtype), cast(y_pred, dtype), str(self.name))
        outputs = self.outputs_of(y_true, y_pred)
        weights = weights_for(y_true, sample_weight, dtype)
        # sum(y²) - sum(y) * mean(y) would lose all digits where the mean is large: the batch's
        # own mean and squared distances are merged with those before.
        own_count = sum(weights, axis=0)
        own_mean = divide_no_nan(sum(weights * y_true, axis=0), own_count)
        own_total = sum(weights * square(y_true - own_mean), axis=0)
        count, before = self.present(self.count), self.present(self.mean)
        share = divide_no_nan(own_count, count + own_count)
        apart = own_mean - before
        self.mean.assign(before + apart * share)
        self.total.assign_add(own_total + square(apart) * count * share)
        self.residual.assign_add(sum(weights * square(y_true - y_pred), axis=0))
        self.count.assign_add(own_count)
        self.num_samples.assign_add(cast(size_of(y_true, 0), dtype) * outputs)

    def result(self) -> Any:
        self.require_batch()
        total = self.present(self.total)
        # By functions: Python's operators would make plain numbers of arrays without axes.
        scores = subtract(1, divide(self.present(self.residual), total))
        scores = where(isinf(scores), 0, scores)
        if self.class_aggregation == "uniform_average":
            scores = mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = divide(sum(total * scores), sum(total))
        if not self.num_regressors:
            return scores
        n = self.present(self.num_samples)
        free = subtract(n, self.num_regressors + 1)
        enough = greater(free, 0)
        factor = divide(subtract(n, 1), where(enough, free, 1))
        return where(enough, subtract(1, multiply(subtract(1, scores), factor)), scores)
