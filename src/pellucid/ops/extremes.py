"""The ends of a dtype: signs of zero, infinities, the largest numbers."""

import math
from typing import Any

import numpy as np

from pellucid.graph.dtypes import dtype_name, is_float, numpy_dtype
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.comparison import isnan, where
from pellucid.graph.operations.rounding import clip
from pellucid.graph.tensor import as_operand
from pellucid.ops.elementwise import divide, equal, greater_equal, less, logical_and, logical_or

__all__ = [
    "isneginf",
    "isposinf",
    "nan_to_num",
    "saturate_cast",
    "signbit",
]


def signbit(x: Any) -> Any:
    """Whether a number has a minus sign, -0.0 included.

    Examples:
        >>> signbit(np.array([-1.0, -0.0, 0.0]))
        array([ True,  True, False])
    """
    x = as_operand(x)
    if not is_float(dtype_name(x.dtype)):
        return less(x, 0)
    at_zero = less(divide(1, where(equal(x, 0), x, 1)), 0)  # 1 / -0.0 is -inf
    return logical_or(less(x, 0), logical_and(equal(x, 0), at_zero))


def isposinf(x: Any) -> Any:
    """Whether a number is infinite and positive.

    Examples:
        >>> isposinf(np.array([np.inf, -np.inf, 1.0]))
        array([ True, False, False])
    """
    return equal(floating(x), math.inf)


def isneginf(x: Any) -> Any:
    """Whether a number is infinite and negative.

    Examples:
        >>> isneginf(np.array([np.inf, -np.inf, 1.0]))
        array([False,  True, False])
    """
    return equal(floating(x), -math.inf)


def nan_to_num(
    x: Any, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Any:
    """Finite numbers in place of NaN and the infinities.

    Args:
        x: Numbers.
        nan: In place of NaN.
        posinf: In place of inf; the largest number of the dtype by default.
        neginf: In place of -inf; the smallest number of the dtype by default.

    Examples:
        >>> nan_to_num(np.array([np.nan, 1.0, np.inf]), posinf=9.0)
        array([0., 1., 9.])
    """
    x = as_operand(x)
    name = dtype_name(x.dtype)
    if not is_float(name):
        return x
    largest = _limits(name)[1]
    x = where(isnan(x), nan, x)
    x = where(isposinf(x), largest if posinf is None else posinf, x)
    return where(isneginf(x), -largest if neginf is None else neginf, x)


def _limits(dtype: str) -> tuple[float, float]:
    """The smallest and the largest finite number of a dtype."""
    if dtype == "bool":
        return 0, 1
    if is_float(dtype):
        import ml_dtypes

        found: Any = ml_dtypes.finfo(numpy_dtype(dtype))
        return float(found.min), float(found.max)
    whole = np.iinfo(numpy_dtype(dtype))
    return int(whole.min), int(whole.max)


def saturate_cast(x: Any, dtype: object) -> Any:
    """The numbers in another dtype, those beyond its range at its ends.

    Examples:
        >>> saturate_cast(np.array([-10.0, 100.0, 300.0]), "uint8")
        array([  0, 100, 255], dtype=uint8)
    """
    x = as_operand(x)
    have, want = dtype_name(x.dtype), dtype_name(dtype)
    (low, high), (least, most) = _limits(have), _limits(want)
    if have == want or (least <= low and high <= most):
        return cast(x, want)
    least, most = max(least, low), min(most, high)
    if is_float(have) and not is_float(want):
        # The end may not be a number of the float: the nearest one inside is taken.
        kind = numpy_dtype(have).type
        if float(kind(most)) > most:
            most = float(np.nextafter(kind(most), kind(0)))
        top = np.asarray(_limits(want)[1], numpy_dtype(want))
        return where(greater_equal(x, most), top, cast(clip(x, least, most), want))
    return cast(clip(x, least, most), want)
