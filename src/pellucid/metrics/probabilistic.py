"""How well predicted probabilities fit, in nats."""

from dataclasses import dataclass
from typing import Any

from pellucid.graph.operations.casting import floating
from pellucid.graph.operations.comparison import not_equal
from pellucid.losses.distributions import kl_divergence, poisson
from pellucid.losses.probabilistic import (
    binary_crossentropy,
    categorical_crossentropy,
    class_numbers,
    sparse_categorical_crossentropy,
)
from pellucid.metrics.metric import MeanOf

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "KLDivergence",
    "Poisson",
    "SparseCategoricalCrossentropy",
]


@dataclass(eq=False, repr=False)
class BinaryCrossentropy(MeanOf):
    """Mean of ``-y_true * log(p) - (1 - y_true) * log(1 - p)``.

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.
        from_logits: Whether the predictions are logits rather than probabilities.
        label_smoothing: From 0 to 1: how far the labels are drawn to 1/2.

    Examples:
        >>> print(BinaryCrossentropy()([[1], [0]], [[0.5], [0.5]]).round(4))
        0.6931
    """

    direction = "down"

    from_logits: bool = False
    label_smoothing: float = 0.0

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return binary_crossentropy(y_true, y_pred, self.from_logits, self.label_smoothing)


@dataclass(eq=False, repr=False)
class CategoricalCrossentropy(MeanOf):
    """Mean of ``-sum(y_true * log(p))``, the truth a number for each class.

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.
        from_logits: Whether the predictions are logits rather than probabilities.
        label_smoothing: From 0 to 1: which part of the truth is spread evenly over the classes.
        axis: That of the classes.

    Examples:
        >>> print(CategoricalCrossentropy()([[0, 1]], [[0.5, 0.5]]).round(4))
        0.6931
    """

    direction = "down"

    from_logits: bool = False
    label_smoothing: float = 0.0
    axis: int = -1

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return categorical_crossentropy(
            y_true, y_pred, self.from_logits, self.label_smoothing, self.axis
        )


@dataclass(eq=False, repr=False)
class SparseCategoricalCrossentropy(MeanOf):
    """Mean of ``-log(p)`` of the right class, the truth its number.

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.
        from_logits: Whether the predictions are logits rather than probabilities.
        ignore_class: A label whose examples do not count, as in the loss. (Keras counts them as
            costing nothing where no weights are given, and leaves them out where there are.)
        axis: That of the classes.

    Examples:
        >>> print(SparseCategoricalCrossentropy()([1], [[0.5, 0.5]]).round(4))
        0.6931
    """

    direction = "down"

    from_logits: bool = False
    ignore_class: int | None = None
    axis: int = -1

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return sparse_categorical_crossentropy(
            y_true, y_pred, self.from_logits, self.ignore_class, self.axis
        )

    def mask(self, y_true: Any, y_pred: Any) -> Any:
        if self.ignore_class is None:
            return None
        return not_equal(class_numbers(y_true, floating(y_pred), self.axis), self.ignore_class)


@dataclass(eq=False, repr=False)
class KLDivergence(MeanOf):
    """Mean of ``sum(y_true * log(y_true / y_pred))``: what the truth tells beyond the prediction.

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(KLDivergence()([[0.0, 1.0]], [[0.5, 0.5]]).round(4))
        0.6931
    """

    direction = "down"

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return kl_divergence(y_true, y_pred)


@dataclass(eq=False, repr=False)
class Poisson(MeanOf):
    """Mean of ``y_pred - y_true * log(y_pred)``: for counts, whose rate is predicted.

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(Poisson()([[0.0, 1.0]], [[1.0, 1.0]]).round(4))
        1.0
    """

    direction = "down"

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return poisson(y_true, y_pred)
