"""Reductions: many elements to one, over some axes or all."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.operations.arithmetic import divide, square, subtract
from pellucid.graph.operations.broadcasting import (
    axes_of,
    axis_of,
    expand,
    reshape,
    shape_of,
    size_of,
    sum_axes,
    wide,
)
from pellucid.graph.operations.casting import cast, floating, stop_gradient
from pellucid.graph.operations.comparison import equal, greater, isfinite, logical_not, where
from pellucid.graph.operations.cumulative import cumprod, shift
from pellucid.graph.operations.exponential import exp, log, sqrt
from pellucid.graph.operations.movement import transpose
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Op, Tensor, apply, as_operand

__all__ = [
    "all",
    "any",
    "argmax",
    "argmin",
    "count_nonzero",
    "logsumexp",
    "max",
    "mean",
    "min",
    "prod",
    "std",
    "sum",
    "var",
]

Axis = int | Sequence[int] | None


def _reduce(
    reduce: Callable[[Any, tuple[int, ...]], Any], x: Any, axis: Axis, keepdims: bool
) -> Any:
    """Reduce over axes given in any form, and put them back with size 1 if asked."""
    axes = axes_of(x.ndim, axis)
    result = reduce(x, axes)
    return expand(result, axes, x) if keepdims else result


def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The sum over axes (all by default); booleans and small integers are counted in int32.

    Examples:
        >>> sum(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=0)
        array([4., 6.])
    """
    return _reduce(sum_axes, _roomy(x), axis, keepdims)


def _roomy(x: Any) -> Any:
    """Booleans and small integers as 32 bits, as Keras adds and multiplies them."""
    x = as_operand(x)
    if dtype_name(x.dtype) in ("bool", "int8", "int16"):
        return cast(x, "int32")
    return cast(x, "uint32") if dtype_name(x.dtype) in ("uint8", "uint16") else x


def _count(x: Any, axes: tuple[int, ...]) -> Any:
    """How many elements there are along some axes: a number where known, else a tensor."""
    sizes = [size_of(x, a) for a in axes]
    count: Any = math.prod(n for n in sizes if not isinstance(n, Tensor))
    for n in sizes:
        count = n * count if isinstance(n, Tensor) else count
    return count


def _in_single(x: Any) -> Any:
    """Half precision as single, for results that would overflow or lose digits on the way."""
    x = floating(x)
    return cast(x, "float32") if dtype_name(x.dtype) in ("float16", "bfloat16") else x


def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The mean over axes (all by default).

    Examples:
        >>> mean(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=0)
        array([2., 3.])
    """
    x = floating(x)
    single = _in_single(x)  # a float16 total would overflow at 65504
    count = _count(x, axes_of(x.ndim, axis))
    count = cast(count, single.dtype) if isinstance(count, Tensor) else count
    return cast(divide(sum(single, axis, keepdims), count), x.dtype)


def var(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The variance over axes (all by default): the mean of the squared distances from the mean.

    Examples:
        >>> var(np.array([[1.0, 2.0], [3.0, 6.0]]), axis=0)
        array([1., 4.])
    """
    x = floating(x)
    single = _in_single(x)
    # mean(x²) - mean(x)² would lose all digits where the mean is large.
    centred = subtract(single, mean(single, axis, keepdims=True))
    return cast(mean(square(centred), axis, keepdims), x.dtype)


def std(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The standard deviation over axes (all by default): the root of the variance.

    Its slope where all elements are equal is that of the root at 0: NaN.

    Examples:
        >>> std(np.array([[1.0, 2.0], [3.0, 6.0]]), axis=0)
        array([1., 2.])
    """
    x = floating(x)
    return cast(sqrt(var(_in_single(x), axis, keepdims)), x.dtype)


def count_nonzero(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """How many elements over axes (all by default) are not 0, in int32.

    Examples:
        >>> count_nonzero(np.array([[0, 1], [2, 3]]), axis=0)
        array([1, 2], dtype=int32)
    """
    return sum(cast(x, "bool"), axis, keepdims)


def any(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Whether at least one element over axes (all by default) is true, or not 0.

    Examples:
        >>> any(np.array([[True, False], [False, False]]), axis=1)
        array([ True, False])
    """
    return greater(count_nonzero(x, axis, keepdims), 0)


def all(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Whether every element over axes (all by default) is true, or not 0.

    Examples:
        >>> all(np.array([[True, False], [True, True]]), axis=1)
        array([False,  True])
    """
    return equal(count_nonzero(logical_not(x), axis, keepdims), 0)


@dataclass(frozen=True)
class Prod(Op):
    """The product over some axes, which go."""

    axes: tuple[int, ...]

    def infer(self, x: Spec) -> Spec:
        return x.with_shape([n for axis, n in enumerate(x.shape) if axis not in self.axes])

    def value(self, x: np.ndarray) -> Any:
        return np.prod(wide(x), axis=self.axes, dtype=wide(x).dtype)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.numpy.prod(wide(x), axis=self.axes).astype(x.dtype)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        # The slope by an element is the product of all others. The output divided by it would be
        # wrong at 0, so: the product of those before it times that of those after it.
        order = [axis for axis in range(x.ndim) if axis not in self.axes] + list(self.axes)
        line = transpose(x, order)
        sizes = shape_of(line)
        kept = sizes[: x.ndim - len(self.axes)]
        line = reshape(line, (*kept, _count(x, self.axes)))
        last = line.ndim - 1
        before = cumprod(shift(line, last, later=True, fill=1), last)
        behind = cumprod(shift(line, last, later=False, fill=1), last, reverse=True)
        slopes = reshape(before * behind * reshape(upstream, (*kept, 1)), sizes)
        return (transpose(slopes, [int(i) for i in np.argsort(order)]),)


def prod(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The product over axes (all by default); booleans and small integers become 32 bits.

    Its slopes are right where elements are 0, too.

    Examples:
        >>> prod(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=0)
        array([3., 8.])
    """
    return _reduce(lambda x, axes: apply(Prod(axes), x) if axes else x, _roomy(x), axis, keepdims)


def _require_elements(name: str, x: Spec, axes: tuple[int, ...]) -> None:
    """Raise where one of no elements would be chosen."""
    if 0 in [x.shape[axis] for axis in axes]:
        raise ShapeError(
            f"There is no {name} of no elements.",
            given=f"shape {x.shape}, reduced over axes {axes}",
            expected="at least one element along those axes",
        )


class Selection(Op):
    """The largest or smallest over some axes; equal ones share the gradient."""

    axes: tuple[int, ...]

    def infer(self, x: Spec) -> Spec:
        _require_elements(self.name, x, self.axes)
        return x.with_shape([n for axis, n in enumerate(x.shape) if axis not in self.axes])

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        chosen = cast(equal(x, expand(output, self.axes, x)), x.dtype)
        share = chosen / sum(chosen, self.axes, keepdims=True)
        return (share * expand(upstream, self.axes, x),)


@dataclass(frozen=True)
class Max(Selection):
    """The largest."""

    axes: tuple[int, ...]

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.max(x, axis=self.axes)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.reduce_max(x, self.axes)


@dataclass(frozen=True)
class Min(Selection):
    """The smallest."""

    axes: tuple[int, ...]

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.min(x, axis=self.axes)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.reduce_min(x, self.axes)


def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The largest over axes (all by default); equal ones share the gradient.

    Examples:
        >>> max(np.array([[1.0, 5.0], [3.0, 4.0]]), axis=1)
        array([5., 4.])
    """
    x = as_operand(x)
    return _reduce(lambda x, axes: apply(Max(axes), x), x, axis, keepdims)


def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The smallest over axes (all by default); equal ones share the gradient.

    Examples:
        >>> min(np.array([[1.0, 5.0], [3.0, 4.0]]), axis=1)
        array([1., 3.])
    """
    x = as_operand(x)
    return _reduce(lambda x, axes: apply(Min(axes), x), x, axis, keepdims)


class Position(Op):
    """Where the largest or smallest along an axis stands; the first of equal ones."""

    axis: int
    differentiable = False

    def infer(self, x: Spec) -> Spec:
        _require_elements(self.name, x, (self.axis,))
        return Spec(x.shape[: self.axis] + x.shape[self.axis + 1 :], "int32")


@dataclass(frozen=True)
class Argmax(Position):
    """Where the largest stands."""

    axis: int

    def value(self, x: np.ndarray) -> Any:
        return np.argmax(x, axis=self.axis)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.argmax(jax.numpy.asarray(x), self.axis, np.int32)


@dataclass(frozen=True)
class Argmin(Position):
    """Where the smallest stands."""

    axis: int

    def value(self, x: np.ndarray) -> Any:
        return np.argmin(x, axis=self.axis)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.argmin(jax.numpy.asarray(x), self.axis, np.int32)


def _position(kind: Callable[[int], Op], x: Any, axis: int | None, keepdims: bool) -> Any:
    x = as_operand(x)
    if axis is None:
        position = apply(kind(0), reshape(x, (-1,)))
        return expand(position, tuple(range(x.ndim)), x) if keepdims else position
    axis = axis_of(x.ndim, axis)
    position = apply(kind(axis), x)
    return expand(position, (axis,), x) if keepdims else position


def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The position of the largest along an axis, in int32; the first of equal ones, or of NaN.

    Args:
        x: A tensor or array.
        axis: Which; by default all elements are one line.
        keepdims: Whether the axis stays, with size 1.

    Examples:
        >>> argmax(np.array([[1.0, 5.0], [4.0, 3.0]]), axis=1)
        array([1, 0], dtype=int32)
    """
    return _position(Argmax, x, axis, keepdims)


def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The position of the smallest along an axis, in int32; the first of equal ones, or of NaN.

    Args:
        x: A tensor or array.
        axis: Which; by default all elements are one line.
        keepdims: Whether the axis stays, with size 1.

    Examples:
        >>> argmin(np.array([[1.0, 5.0], [4.0, 3.0]]), axis=1)
        array([0, 1], dtype=int32)
    """
    return _position(Argmin, x, axis, keepdims)


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """``log(sum(exp(x)))``, shifted by the largest so that nothing overflows.

    Examples:
        >>> print(logsumexp(np.array([1000.0, 1000.0])).round(4))
        1000.6931
    """
    x = floating(x)
    axes = axes_of(x.ndim, axis)
    largest = stop_gradient(max(x, axes, keepdims=True))
    largest = where(isfinite(largest), largest, 0.0)  # inf - inf would be NaN
    result = log(sum(exp(x - largest), axes, keepdims=True)) + largest
    return result if keepdims else sum(result, axes)
