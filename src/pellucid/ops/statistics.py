"""Reductions under Keras's names: averages, quantiles, and those that skip NaN."""

import math
from typing import Any

from pellucid.errors import ShapeError, unknown_name
from pellucid.graph.dtypes import dtype_name, is_float
from pellucid.graph.operations import cumulative, reductions
from pellucid.graph.operations.broadcasting import (
    axes_of,
    broadcast_to,
    reshape,
    shape_of,
    zeros_like,
)
from pellucid.graph.operations.casting import cast, floating, together
from pellucid.graph.operations.comparison import isnan, less_equal, logical_not, where
from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.exponential import sqrt
from pellucid.graph.operations.indexing import take_along_axis
from pellucid.graph.operations.movement import moveaxis, transpose
from pellucid.graph.operations.reductions import Axis, any, argmax, argmin, mean, sum
from pellucid.graph.operations.rounding import ceil, clip, floor
from pellucid.graph.operations.sorting import sort
from pellucid.graph.tensor import as_operand
from pellucid.ops.elementwise import divide, maximum, minimum

__all__ = [
    "amax",
    "amin",
    "average",
    "corrcoef",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "max",
    "median",
    "min",
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
    "nanmax",
    "nanmean",
    "nanmedian",
    "nanmin",
    "nanpercentile",
    "nanprod",
    "nanquantile",
    "nanstd",
    "nansum",
    "nanvar",
    "percentile",
    "prod",
    "ptp",
    "quantile",
]


def max(x: Any, axis: Axis = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The largest over axes (all by default); equal ones share the gradient.

    Args:
        x: A tensor or array.
        axis: Which.
        keepdims: Whether the axes stay, with size 1.
        initial: The result is at least this.

    Examples:
        >>> max(np.array([[1.0, 5.0], [3.0, 4.0]]), axis=1, initial=4.5)
        array([5. , 4.5])
    """
    result = reductions.max(x, axis, keepdims)
    return result if initial is None else maximum(result, initial)


def min(x: Any, axis: Axis = None, keepdims: bool = False, initial: Any = None) -> Any:
    """The smallest over axes (all by default); equal ones share the gradient.

    Args:
        x: A tensor or array.
        axis: Which.
        keepdims: Whether the axes stay, with size 1.
        initial: The result is at most this.

    Examples:
        >>> min(np.array([[1.0, 5.0], [3.0, 4.0]]), axis=1, initial=2.5)
        array([1. , 2.5])
    """
    result = reductions.min(x, axis, keepdims)
    return result if initial is None else minimum(result, initial)


def amax(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The largest over axes (all by default).

    Examples:
        >>> print(amax(np.array([1, 5, 3])))
        5
    """
    return max(x, axis, keepdims)


def amin(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The smallest over axes (all by default).

    Examples:
        >>> print(amin(np.array([4, 1, 3])))
        1
    """
    return min(x, axis, keepdims)


def ptp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The largest less the smallest over axes (all by default).

    Examples:
        >>> print(ptp(np.array([4, 1, 3])))
        3
    """
    return max(x, axis, keepdims) - min(x, axis, keepdims)


def prod(x: Any, axis: Axis = None, keepdims: bool = False, dtype: object = None) -> Any:
    """The product over axes (all by default); booleans and small integers become 32 bits.

    Args:
        x: A tensor or array.
        axis: Which.
        keepdims: Whether the axes stay, with size 1.
        dtype: In which it is computed; that of ``x`` by default.

    Examples:
        >>> prod(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=0)
        array([3., 8.])
    """
    result = reductions.prod(x if dtype is None else cast(x, dtype), axis, keepdims)
    return result if dtype is None else cast(result, dtype)


def count_nonzero(x: Any, axis: Axis = None) -> Any:
    """How many elements over axes (all by default) are not 0, in int32.

    Examples:
        >>> count_nonzero(np.array([[0, 1], [2, 3]]), axis=0)
        array([1, 2], dtype=int32)
    """
    return reductions.count_nonzero(x, axis)


def cumsum(x: Any, axis: int | None = None, dtype: object = None) -> Any:
    """The sum of all elements up to each along an axis.

    Args:
        x: A tensor or array.
        axis: Which; by default all elements are one line.
        dtype: In which it is computed; that of ``x`` by default, int32 for booleans.

    Examples:
        >>> cumsum(np.array([1, 2, 3]))
        array([1, 3, 6])
    """
    return cumulative.cumsum(x if dtype is None else cast(x, dtype), axis)


def cumprod(x: Any, axis: int | None = None, dtype: object = None) -> Any:
    """The product of all elements up to each along an axis.

    Args:
        x: A tensor or array.
        axis: Which; by default all elements are one line.
        dtype: In which it is computed; that of ``x`` by default, int32 for booleans.

    Examples:
        >>> cumprod(np.array([1, 2, 3]))
        array([1, 2, 6])
    """
    return cumulative.cumprod(x if dtype is None else cast(x, dtype), axis)


def average(x: Any, axis: Axis = None, weights: Any = None) -> Any:
    """The mean over axes (all by default), each element counted by its weight.

    Args:
        x: A tensor or array.
        axis: Which.
        weights: Of the shape of ``x``, or a vector for the one axis; equal by default.

    Raises:
        ShapeError: If the weights do not fit.

    Examples:
        >>> print(average(np.array([1.0, 2.0]), weights=np.array([3.0, 1.0])))
        1.25
    """
    if weights is None:
        return mean(x, axis)
    x, weights = (floating(v) for v in together(x, weights))
    if weights.ndim == 1 and x.ndim != 1 and isinstance(axis, int):
        place = [1] * x.ndim
        place[axis] = -1
        weights = reshape(weights, place)
    elif weights.ndim != x.ndim:
        raise ShapeError(
            "The weights of an average do not fit.",
            given=f"weights of shape {tuple(weights.shape)} for shape {tuple(x.shape)}",
            expected="the same shape, or a vector for one axis",
        )
    weights = broadcast_to(weights, shape_of(x))
    return divide(sum(x * weights, axis), sum(weights, axis))


def corrcoef(x: Any) -> Any:
    """The correlations of the rows of a matrix, each with each, in [-1, 1].

    Examples:
        >>> corrcoef(np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])).round(9)
        array([[ 1., -1.],
               [-1.,  1.]])
    """
    x = floating(x)
    x = reshape(x, (1, -1)) if x.ndim < 2 else x
    centred = x - mean(x, axis=1, keepdims=True)
    size = sqrt(sum(centred * centred, axis=1, keepdims=True))
    scaled = divide(centred, size)
    result = clip(matmul(scaled, transpose(scaled)), -1, 1)
    return result[0, 0] if result.shape == (1, 1) else result


METHODS = ("linear", "lower", "higher", "midpoint", "nearest")


def _quantile(
    x: Any, q: Any, axis: Axis, method: str, keepdims: bool, skip_nan: bool = False
) -> Any:
    """Quantiles of the numbers along axes; with ``skip_nan`` of those that are not NaN."""
    if method not in METHODS:
        raise unknown_name("method of quantile", method, METHODS)
    x = floating(x)
    axes = axes_of(x.ndim, axis)
    kept = [a for a in range(x.ndim) if a not in axes]
    sizes = shape_of(x)
    line = reshape(transpose(x, [*kept, *axes]), [*(sizes[a] for a in kept), -1])
    if line.shape[-1] == 0:
        raise ShapeError(
            "There is no quantile of no elements.",
            given=f"shape {tuple(x.shape)}, reduced over axes {axes}",
            expected="at least one element along those axes",
        )
    missing = isnan(line)
    ordered = sort(line)  # NaN comes last
    count = cast(sum(logical_not(missing), axis=-1, keepdims=True), x.dtype)
    if not skip_nan:
        count = zeros_like(count) + cast(shape_of(line)[-1], x.dtype)
    q = cast(as_operand(q), x.dtype)
    scalar, q = q.ndim == 0, reshape(q, (-1,))
    place = q * maximum(count - 1, 0)
    low, high = floor(place), ceil(place)
    share = place - low
    below = take_along_axis(ordered, cast(low, "int32"), -1)
    above = take_along_axis(ordered, cast(high, "int32"), -1)
    if method == "linear":
        result = below * (1 - share) + above * share
    elif method == "midpoint":
        result = (below + above) * 0.5
    elif method == "nearest":
        result = where(less_equal(share, 0.5), below, above)
    else:
        result = below if method == "lower" else above
    if not skip_nan:
        result = where(any(missing, axis=-1, keepdims=True), math.nan, result)
    result = moveaxis(result, -1, 0)
    if keepdims:
        result = reshape(result, [-1, *(1 if a in axes else n for a, n in enumerate(sizes))])
    return result[0] if scalar else result


def quantile(
    x: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """The number below which a share ``q`` of the numbers lies.

    Args:
        x: Numbers; one NaN makes the result NaN.
        q: Shares in [0, 1]: one, or several along a new first axis of the result.
        axis: Over which axes; all by default.
        method: What lies between two numbers: ``"linear"``, ``"lower"``, ``"higher"``,
            ``"midpoint"`` or ``"nearest"``.
        keepdims: Whether the axes stay, with size 1.

    Examples:
        >>> quantile(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.0, 0.5]))
        array([1. , 2.5])
    """
    return _quantile(x, q, axis, method, keepdims)


def percentile(
    x: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """The number below which ``q`` percent of the numbers lie: :func:`quantile` of ``q / 100``.

    Examples:
        >>> print(percentile(np.array([1.0, 2.0, 3.0]), 50))
        2.0
    """
    return _quantile(x, floating(q) / 100, axis, method, keepdims)


def median(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The number in the middle, or the mean of the two there.

    Examples:
        >>> print(median(np.array([1.0, 9.0, 2.0, 3.0])))
        2.5
    """
    return _quantile(x, 0.5, axis, "midpoint", keepdims)


def nanquantile(
    x: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """The :func:`quantile` of the numbers that are not NaN.

    Examples:
        >>> print(nanquantile(np.array([1.0, np.nan, 3.0]), 0.5))
        2.0
    """
    return _quantile(x, q, axis, method, keepdims, skip_nan=True)


def nanpercentile(
    x: Any, q: Any, axis: Axis = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """The :func:`percentile` of the numbers that are not NaN.

    Examples:
        >>> print(nanpercentile(np.array([1.0, np.nan, 3.0]), 50))
        2.0
    """
    return _quantile(x, floating(q) / 100, axis, method, keepdims, skip_nan=True)


def nanmedian(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The :func:`median` of the numbers that are not NaN.

    Examples:
        >>> print(nanmedian(np.array([1.0, np.nan, 3.0])))
        2.0
    """
    return _quantile(x, 0.5, axis, "midpoint", keepdims, skip_nan=True)


def _filled(x: Any, value: float) -> tuple[Any, Any]:
    """Numbers with a value in place of NaN, and where NaN stood."""
    x = as_operand(x)
    if not is_float(dtype_name(x.dtype)):
        return x, cast(zeros_like(x), "bool")
    missing = isnan(x)
    return where(missing, value, x), missing


def nansum(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The sum of the numbers that are not NaN.

    Examples:
        >>> print(nansum(np.array([1.0, np.nan, 3.0])))
        4.0
    """
    return sum(_filled(x, 0)[0], axis, keepdims)


def nanprod(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The product of the numbers that are not NaN.

    Examples:
        >>> print(nanprod(np.array([2.0, np.nan, 3.0])))
        6.0
    """
    return prod(_filled(x, 1)[0], axis, keepdims)


def nancumsum(x: Any, axis: int | None = None, dtype: object = None) -> Any:
    """The sum of all numbers up to each, NaN counted as 0.

    Examples:
        >>> nancumsum(np.array([1.0, np.nan, 3.0]))
        array([1., 1., 4.])
    """
    return cumsum(_filled(x, 0)[0], axis, dtype)


def nancumprod(x: Any, axis: int | None = None, dtype: object = None) -> Any:
    """The product of all numbers up to each, NaN counted as 1.

    Examples:
        >>> nancumprod(np.array([2.0, np.nan, 3.0]))
        array([2., 2., 6.])
    """
    return cumprod(_filled(x, 1)[0], axis, dtype)


def _all_missing(result: Any, missing: Any, axis: Axis, keepdims: bool) -> Any:
    """NaN where every number is NaN."""
    if not is_float(dtype_name(result.dtype)):
        return result
    return where(reductions.all(missing, axis, keepdims), math.nan, result)


def nanmax(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The largest of the numbers that are not NaN; NaN if all are.

    Examples:
        >>> print(nanmax(np.array([1.0, np.nan, 3.0])))
        3.0
    """
    x, missing = _filled(x, -math.inf)
    return _all_missing(reductions.max(x, axis, keepdims), missing, axis, keepdims)


def nanmin(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The smallest of the numbers that are not NaN; NaN if all are.

    Examples:
        >>> print(nanmin(np.array([1.0, np.nan, 3.0])))
        1.0
    """
    x, missing = _filled(x, math.inf)
    return _all_missing(reductions.min(x, axis, keepdims), missing, axis, keepdims)


def _position(found: Any, missing: Any, axis: int | None, keepdims: bool) -> Any:
    """A position, and -1 where every number is NaN."""
    return where(reductions.all(missing, axis, keepdims), -1, found)


def nanargmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The position of the largest number that is not NaN; -1 if all are.

    Examples:
        >>> print(nanargmax(np.array([1.0, np.nan, 3.0])))
        2
    """
    x, missing = _filled(x, -math.inf)
    return _position(argmax(x, axis, keepdims), missing, axis, keepdims)


def nanargmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The position of the smallest number that is not NaN; -1 if all are.

    Examples:
        >>> print(nanargmin(np.array([4.0, np.nan, 3.0])))
        2
    """
    x, missing = _filled(x, math.inf)
    return _position(argmin(x, axis, keepdims), missing, axis, keepdims)


def nanmean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The mean of the numbers that are not NaN; NaN if all are.

    Examples:
        >>> print(nanmean(np.array([1.0, np.nan, 3.0])))
        2.0
    """
    x, missing = _filled(floating(x), 0)
    count = cast(sum(logical_not(missing), axis, keepdims), x.dtype)
    return divide(sum(x, axis, keepdims), count)


def nanvar(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The variance of the numbers that are not NaN; NaN if all are.

    Examples:
        >>> print(nanvar(np.array([1.0, np.nan, 3.0])))
        1.0
    """
    x = floating(x)
    centred = x - nanmean(x, axis, keepdims=True)
    return nanmean(centred * centred, axis, keepdims)


def nanstd(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The standard deviation of the numbers that are not NaN; NaN if all are.

    Examples:
        >>> print(nanstd(np.array([1.0, np.nan, 5.0])))
        2.0
    """
    return sqrt(nanvar(x, axis, keepdims))
