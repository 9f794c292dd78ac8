"""How far predictions are on the wrong side of a margin."""

from dataclasses import dataclass
from typing import Any

from pellucid.losses.hinge import categorical_hinge, hinge, squared_hinge
from pellucid.metrics.metric import MeanOf

__all__ = ["CategoricalHinge", "Hinge", "SquaredHinge"]


@dataclass(eq=False, repr=False)
class Hinge(MeanOf):
    """Mean of ``max(1 - y_true * y_pred, 0)``, the truth -1 or 1 (0 is taken for -1).

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(Hinge()([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]).round(4))
        1.3
    """

    direction = "down"

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return hinge(y_true, y_pred)


@dataclass(eq=False, repr=False)
class SquaredHinge(MeanOf):
    """Mean of ``max(1 - y_true * y_pred, 0) ** 2``, the truth -1 or 1 (0 is taken for -1).

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(SquaredHinge()([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]).round(4))
        1.86
    """

    direction = "down"

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return squared_hinge(y_true, y_pred)


@dataclass(eq=False, repr=False)
class CategoricalHinge(MeanOf):
    """Mean of ``max(1 + the largest wrong - the right, 0)``, the truth a number for each class.

    Args:
        name, dtype: As in :class:`~pellucid.metrics.metric.Metric`.

    Examples:
        >>> print(CategoricalHinge()([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]).round(4))
        1.4
    """

    direction = "down"

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return categorical_hinge(y_true, y_pred)
