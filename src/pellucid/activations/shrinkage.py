"""Small values made smaller, or set to a value of their own."""

from typing import Any

from pellucid.graph.operations import neurons
from pellucid.graph.operations.arithmetic import absolute
from pellucid.graph.operations.casting import floating
from pellucid.graph.operations.comparison import greater, where
from pellucid.graph.operations.trigonometry import tanh

__all__ = ["hard_shrink", "soft_shrink", "tanh_shrink", "threshold"]


def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    """``x`` drawn towards 0 by a threshold, and 0 where it is within it.

    It is what minimizes ``(y - x) ** 2 / 2 + threshold * |y|`` over ``y``. Its slope at the
    threshold is 0.

    Args:
        x: Real values.
        threshold: At least 0.

    Shapes:
        x (...) → (...)

    Examples:
        >>> soft_shrink(np.array([-2.0, 0.3, 0.75]))
        array([-1.5 ,  0.  ,  0.25])

    Source:
        Donoho 1995, "De-Noising by Soft-Thresholding".
    """
    x = floating(x)
    return neurons.relu(x - threshold) - neurons.relu(-x - threshold)


def hard_shrink(x: Any, threshold: float = 0.5) -> Any:
    """``x`` where its size is above a threshold, else 0. It jumps there, with a slope of 0.

    Args:
        x: Real values.
        threshold: At least 0.

    Shapes:
        x (...) → (...)

    Examples:
        >>> hard_shrink(np.array([-2.0, 0.3, 0.5, 0.7]))
        array([-2. ,  0. ,  0. ,  0.7])

    Source:
        Donoho, Johnstone 1994, "Ideal Spatial Adaptation by Wavelet Shrinkage".
    """
    x = floating(x)
    return where(greater(absolute(x), threshold), x, 0)


def tanh_shrink(x: Any) -> Any:
    """``x - tanh(x)``: flat at 0, and near ``x`` less its sign far away.

    Args:
        x: Real values.

    Shapes:
        x (...) → (...)

    Examples:
        >>> tanh_shrink(np.array([-2.0, 0.0, 2.0])).round(4)
        array([-1.036,  0.   ,  1.036])
    """
    x = floating(x)
    return x - tanh(x)


def threshold(x: Any, threshold: float, default_value: float) -> Any:
    """``x`` where it is above a threshold, elsewhere a value of its own, with a slope of 0.

    Args:
        x: Numbers.
        threshold: At it, too, the output is ``default_value``.
        default_value: The output where ``x`` is not above.

    Shapes:
        x (...) → (...)

    Examples:
        >>> threshold(np.array([-1.0, 0.5, 2.0]), 0.5, -7.0)
        array([-7., -7.,  2.])
    """
    x = floating(x)
    return where(greater(x, threshold), x, default_value)
