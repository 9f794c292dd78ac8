"""Putting elements in order: sort, argsort, top_k. Equal elements keep their order (stable)."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.graph.operations.broadcasting import axis_of, reshape, zeros_like
from pellucid.graph.operations.indexing import ScatterAddAlong
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Op, Tensor, apply, as_operand, unpack

__all__ = ["argsort", "sort", "top_k"]


class Ordering(Op):
    """Values in some order, and the positions that they came from.

    The gradient goes back to those positions: nearby, the order does not change.
    """

    axis: int

    def gradient(self, upstream: Any, output: Tensor, x: Tensor) -> Any:
        _, positions = unpack(output)
        return (apply(ScatterAddAlong(self.axis % x.ndim), zeros_like(x), positions, upstream[0]),)


@dataclass(frozen=True)
class Sort(Ordering):
    """The elements along an axis in rising order, NaN last, and where they stood."""

    axis: int

    def infer(self, x: Spec) -> tuple[Spec, Spec]:
        return x, x.with_dtype("int32")

    def value(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        positions = np.argsort(x, self.axis, kind="stable")
        return np.take_along_axis(x, positions, self.axis), positions

    def lower(self, jax: Any, x: Any) -> Any:
        counted = jax.lax.broadcasted_iota("int32", x.shape, self.axis)
        operands = (jax.numpy.asarray(x), counted)
        return jax.lax.sort(operands, dimension=self.axis, is_stable=True, num_keys=1)


def _sorted(x: Any, axis: int | None) -> tuple[Any, Any]:
    x = as_operand(x)
    if axis is None:
        x, axis = reshape(x, (-1,)), 0
    return apply(Sort(axis_of(x.ndim, axis)), x)


def sort(x: Any, axis: int | None = -1) -> Any:
    """The elements along an axis in rising order; NaN comes last.

    Args:
        x: A tensor or array.
        axis: Which; ``None`` for all elements as one line.

    Examples:
        >>> sort(np.array([3.0, 1.0, 2.0]))
        array([1., 2., 3.])
    """
    return _sorted(x, axis)[0]


def argsort(x: Any, axis: int | None = -1) -> Any:
    """The positions, in int32, that put the elements along an axis in rising order.

    Args:
        x: A tensor or array.
        axis: Which; ``None`` for all elements as one line.

    Examples:
        >>> argsort(np.array([3.0, 1.0, 2.0]))
        array([1, 2, 0], dtype=int32)
    """
    return _sorted(x, axis)[1]


@dataclass(frozen=True)
class TopK(Ordering):
    """The k largest elements along the last axis, in falling order, and where they stood."""

    k: int
    axis = -1

    def infer(self, x: Spec) -> tuple[Spec, Spec]:
        if x.ndim == 0 or self.k < 0 or (x.shape[-1] is not None and x.shape[-1] < self.k):
            raise ShapeError(
                f"There are no {self.k} largest elements.",
                given=f"a tensor of shape {x.shape}",
                expected=f"a last axis of at least {self.k} elements",
            )
        values = x.with_shape([*x.shape[:-1], self.k])
        return values, values.with_dtype("int32")

    def value(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        # Sorted backwards and then reversed, equal elements are in their own order again.
        backwards = np.argsort(x[..., ::-1], -1, kind="stable")
        positions = x.shape[-1] - 1 - backwards[..., ::-1][..., : self.k]
        return np.take_along_axis(x, positions, -1), positions

    def lower(self, jax: Any, x: Any) -> Any:
        return tuple(jax.lax.top_k(x, self.k))


def top_k(x: Any, k: int) -> tuple[Any, Any]:
    """The ``k`` largest elements along the last axis, largest first, and their positions.

    Of equal ones the first comes first. NaN counts as larger than every number.

    Shapes:
        x (..., N) → values (..., k), positions (..., k) in int32

    Raises:
        ShapeError: If the last axis has fewer than ``k`` elements.

    Examples:
        >>> top_k(np.array([1.0, 5.0, 3.0]), 2)
        (array([5., 3.]), array([1, 2], dtype=int32))
    """
    x = as_operand(x)
    return apply(TopK(int(k)), x)
