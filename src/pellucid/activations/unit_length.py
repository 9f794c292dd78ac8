"""Vectors made one long, so that only their directions are left to compare."""

from collections.abc import Sequence
from typing import Any

from pellucid.graph.dtypes import dtype_name, promote
from pellucid.graph.operations.arithmetic import maximum, square
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.exponential import rsqrt
from pellucid.graph.operations.reductions import sum

__all__ = ["unit_length"]

EPSILON = 1e-7  # Keras's


def unit_length(x: Any, axis: int | Sequence[int] = -1, epsilon: float = EPSILON) -> Any:
    """``x`` divided by its length along an axis; zeros stay zeros, with finite slopes.

    Args:
        x: Real values.
        axis: Along which the vectors lie.
        epsilon: A shorter vector is only made ``1 / epsilon`` times as long.

    Shapes:
        x (...) → (...)

    Examples:
        >>> unit_length(np.array([[3.0, 4.0], [0.0, 0.0]]))
        array([[0.6, 0.8],
               [0. , 0. ]])
    """
    x = floating(x)
    single = cast(x, promote(dtype_name(x.dtype), "float32"))  # squares overflow in float16
    squares = sum(square(single), axis=axis, keepdims=True)
    return cast(single * rsqrt(maximum(squares, epsilon**2)), x.dtype)
