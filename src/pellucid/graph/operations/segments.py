"""Reductions by segment: rows with one number are made one (:func:`scatter_add` is their sum)."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.graph.dtypes import is_float, is_integer, numpy_dtype
from pellucid.graph.operations.broadcasting import zeros_like
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import equal, where
from pellucid.graph.operations.indexing import scatter_add, take
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Op, Tensor, apply, as_operand

__all__ = ["segment_max", "segment_min", "segment_prod"]


class Segment(Op):
    """A reduction of the rows of each segment; numbers outside of the segments are dropped."""

    count: int

    def infer(self, x: Spec, numbers: Spec) -> Spec:
        if numbers.ndim != 1 or not is_integer(numbers.dtype) or x.ndim < 1:
            raise ShapeError(
                f"{self.name} needs the number of a segment for each row.",
                given=f"rows {x} and numbers {numbers}",
                expected="as many whole numbers as rows",
            )
        return x.with_shape([self.count, *x.shape[1:]])

    def start(self, dtype: Any) -> Any:
        """What a segment without rows holds."""
        raise NotImplementedError

    def filled(self, x: Any) -> np.ndarray:
        return np.full((self.count, *x.shape[1:]), self.start(x.dtype), x.dtype)

    def inside(self, numbers: np.ndarray) -> np.ndarray:
        return (numbers >= 0) & (numbers < self.count)


class Chosen(Segment):
    """The largest or smallest row; equal ones share the gradient."""

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor, numbers: Tensor) -> Any:
        chosen = cast(equal(x, take(output, numbers, 0)), x.dtype)
        share = upstream / scatter_add(zeros_like(output), numbers, chosen)
        return (where(equal(chosen, 1), take(share, numbers, 0), 0), None)


@dataclass(frozen=True)
class SegmentMax(Chosen):
    """The largest of each segment."""

    count: int

    def start(self, dtype: Any) -> Any:
        return -np.inf if is_float(dtype.name) else np.iinfo(numpy_dtype(dtype.name)).min

    def value(self, x: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        result, inside = self.filled(x), self.inside(numbers)
        np.maximum.at(result, numbers[inside], x[inside])
        return result

    def lower(self, jax: Any, x: Any, numbers: Any) -> Any:
        return jax.numpy.asarray(self.filled(x)).at[numbers].max(x, mode="drop")


@dataclass(frozen=True)
class SegmentMin(Chosen):
    """The smallest of each segment."""

    count: int

    def start(self, dtype: Any) -> Any:
        return np.inf if is_float(dtype.name) else np.iinfo(numpy_dtype(dtype.name)).max

    def value(self, x: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        result, inside = self.filled(x), self.inside(numbers)
        np.minimum.at(result, numbers[inside], x[inside])
        return result

    def lower(self, jax: Any, x: Any, numbers: Any) -> Any:
        return jax.numpy.asarray(self.filled(x)).at[numbers].min(x, mode="drop")


@dataclass(frozen=True)
class SegmentProd(Segment):
    """The product of each segment."""

    count: int

    def start(self, dtype: Any) -> Any:
        return 1

    def value(self, x: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        result, inside = self.filled(x), self.inside(numbers)
        np.multiply.at(result, numbers[inside], x[inside])
        return result

    def lower(self, jax: Any, x: Any, numbers: Any) -> Any:
        return jax.numpy.asarray(self.filled(x)).at[numbers].multiply(x, mode="drop")

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor, numbers: Tensor) -> Any:
        # The product of all others: 0 with two zeros among the rows, of one zero only its own.
        zero = equal(x, 0)
        others = where(zero, 1, x)
        rest = take(apply(SegmentProd(self.count), others, numbers), numbers, 0)
        zeros = scatter_add(zeros_like(output), numbers, cast(zero, x.dtype))
        more = take(zeros, numbers, 0) - cast(zero, x.dtype)
        slopes = where(equal(more, 0), rest / others, 0)
        return (slopes * take(upstream, numbers, 0), None)


def _segment(kind: type[Any], x: Any, numbers: Any, count: int) -> Any:
    x = as_operand(x)
    return apply(kind(int(count)), x, numbers)


def segment_max(x: Any, numbers: Any, count: int) -> Any:
    """The largest of the rows with each number; the smallest that the dtype has where none is.

    Shapes:
        x (N, ...), numbers (N,) → (count, ...)

    Examples:
        >>> segment_max(np.array([1, 5, 2]), np.array([0, 0, 1]), 2)
        array([5, 2])
    """
    return _segment(SegmentMax, x, numbers, count)


def segment_min(x: Any, numbers: Any, count: int) -> Any:
    """The smallest of the rows with each number; the largest that the dtype has where none is.

    Shapes:
        x (N, ...), numbers (N,) → (count, ...)

    Examples:
        >>> segment_min(np.array([1, 5, 2]), np.array([0, 0, 1]), 2)
        array([1, 2])
    """
    return _segment(SegmentMin, x, numbers, count)


def segment_prod(x: Any, numbers: Any, count: int) -> Any:
    """The product of the rows with each number; 1 where there is none.

    Shapes:
        x (N, ...), numbers (N,) → (count, ...)

    Examples:
        >>> segment_prod(np.array([2, 5, 3]), np.array([0, 0, 1]), 2)
        array([10,  3])
    """
    return _segment(SegmentProd, x, numbers, count)
