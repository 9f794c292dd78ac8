"""Reductions: many elements to one, over some axes or all."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graph.dtypes import dtype_name
from pellucid.graph.operations.broadcasting import axes_of, expand, size_of, sum_axes
from pellucid.graph.operations.casting import cast, floating, stop_gradient
from pellucid.graph.operations.comparison import equal, isfinite, where
from pellucid.graph.operations.exponential import exp, log
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Op, Tensor, apply, as_array

__all__ = ["logsumexp", "max", "mean", "min", "sum"]

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
    x = x if isinstance(x, Tensor) else as_array(x)
    if dtype_name(x.dtype) in ("bool", "int8", "int16"):
        x = cast(x, "int32")
    elif dtype_name(x.dtype) in ("uint8", "uint16"):
        x = cast(x, "uint32")
    return _reduce(sum_axes, x, axis, keepdims)


def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The mean over axes (all by default).

    Examples:
        >>> mean(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=0)
        array([2., 3.])
    """
    x = floating(x)
    sizes = [size_of(x, a) for a in axes_of(x.ndim, axis)]
    count: Any = math.prod(n for n in sizes if not isinstance(n, Tensor))
    for n in sizes:
        count = n * count if isinstance(n, Tensor) else count
    count = cast(count, x.dtype) if isinstance(count, Tensor) else count
    return sum(x, axis, keepdims) / count


class Selection(Op):
    """The largest or smallest over some axes; equal ones share the gradient."""

    axes: tuple[int, ...]

    def infer(self, x: Spec) -> Spec:
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
        return jax.numpy.max(x, axis=self.axes)


@dataclass(frozen=True)
class Min(Selection):
    """The smallest."""

    axes: tuple[int, ...]

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.min(x, axis=self.axes)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.numpy.min(x, axis=self.axes)


def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The largest over axes (all by default); equal ones share the gradient.

    Examples:
        >>> max(np.array([[1.0, 5.0], [3.0, 4.0]]), axis=1)
        array([5., 4.])
    """
    x = x if isinstance(x, Tensor) else as_array(x)
    return _reduce(lambda x, axes: apply(Max(axes), x), x, axis, keepdims)


def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The smallest over axes (all by default); equal ones share the gradient.

    Examples:
        >>> min(np.array([[1.0, 5.0], [3.0, 4.0]]), axis=1)
        array([1., 3.])
    """
    x = x if isinstance(x, Tensor) else as_array(x)
    return _reduce(lambda x, axes: apply(Min(axes), x), x, axis, keepdims)


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
