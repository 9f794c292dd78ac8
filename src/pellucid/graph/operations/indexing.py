"""Reading and writing at positions that are known only when the graph runs.

Positions count from 0; negative ones count from the end. One that lies outside of its axis reads
NaN (in integers the smallest number, or of unsigned ones the largest; in booleans true), as in
Keras on JAX, so that the mistake shows; what is written there is dropped. Where positions and sizes
are known when an operation is called, a position outside is an error.

Reading and adding at positions are each other's gradient.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.allowance import claim
from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.dtypes import dtype_name, is_float, is_integer
from pellucid.graph.operations.broadcasting import (
    ShapeOp,
    axis_of,
    broadcast_to,
    reshape,
    shape_of,
    size_of,
    split_shape,
    wide,
    zeros_like,
)
from pellucid.graph.operations.casting import cast, together
from pellucid.graph.operations.comparison import equal
from pellucid.graph.operations.movement import expand_dims, stack
from pellucid.graph.spec import Shape, Spec, same_shape
from pellucid.graph.tensor import Op, Tensor, apply, as_operand

__all__ = [
    "dynamic_slice",
    "dynamic_update_slice",
    "one_hot",
    "scatter_add",
    "take",
    "take_along_axis",
]


def _found(indices: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions from 0, and whether each lies inside of an axis of so many elements."""
    positions = np.where(indices < 0, indices + size, indices)
    inside = (positions >= 0) & (positions < size)
    return np.where(inside, positions, 0), inside


def _outside(dtype: np.dtype) -> Any:
    """What a position outside reads."""
    name = dtype_name(dtype)
    if is_float(name):
        return np.nan
    if name == "bool":
        return True
    return np.iinfo(dtype).min if dtype.kind == "i" else np.iinfo(dtype).max


@dataclass(frozen=True)
class Gather(Op):
    """What stands at positions along an axis, in whatever order and as often as they say.

    With ``blank`` a position outside reads 0: right for the gradient of what was dropped.
    """

    axis: int
    blank: bool = False

    def infer(self, x: Spec, indices: Spec) -> Spec:
        return x.with_shape([*x.shape[: self.axis], *indices.shape, *x.shape[self.axis + 1 :]])

    def value(self, x: np.ndarray, indices: np.ndarray) -> np.ndarray:
        positions, inside = _found(indices, x.shape[self.axis])
        fill = np.asarray(0 if self.blank else _outside(x.dtype), x.dtype)
        behind = x.ndim - self.axis - 1
        mask = inside.reshape(inside.shape + (1,) * behind)
        return np.where(mask, np.take(x, positions, self.axis), fill)

    def lower(self, jax: Any, x: Any, indices: Any) -> Any:
        fill = 0 if self.blank else None  # None is JAX's word for what _outside says
        return jax.numpy.take(x, indices, self.axis, mode="fill", fill_value=fill)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor, indices: Tensor) -> Any:
        return apply(ScatterAdd(self.axis), zeros_like(x), indices, upstream), None


@dataclass(frozen=True)
class ScatterAdd(Op):
    """A tensor with updates added at positions along an axis: all of those at one position."""

    axis: int

    def infer(self, x: Spec, indices: Spec, updates: Spec) -> Spec:
        expected = Gather(self.axis).infer(x, indices).shape
        if not same_shape(updates.shape, expected):
            raise ShapeError(
                "Updates need the shape of what is read at their positions.",
                given=f"updates of shape {updates.shape}",
                expected=f"shape {expected}, from {x.shape} and positions {indices.shape}",
            )
        return x

    def value(self, x: np.ndarray, indices: np.ndarray, updates: np.ndarray) -> np.ndarray:
        positions, inside = _found(indices, x.shape[self.axis])
        result = wide(x).copy()
        axes = range(self.axis, self.axis + indices.ndim)
        rows = np.moveaxis(wide(updates), axes, range(indices.ndim))
        np.add.at(np.moveaxis(result, self.axis, 0), positions[inside], rows[inside])
        return result

    def lower(self, jax: Any, x: Any, indices: Any, updates: Any) -> Any:
        at = (*[slice(None)] * self.axis, indices)
        whole = jax.numpy.asarray(wide(x)).at[at]
        return whole.add(wide(updates), mode="drop").astype(x.dtype)

    def gradient(
        self, upstream: Tensor, output: Tensor, x: Tensor, indices: Tensor, updates: Tensor
    ) -> Any:
        return upstream, None, apply(Gather(self.axis, blank=True), upstream, indices)


@dataclass(frozen=True)
class GatherAlong(Op):
    """For each line along an axis its own positions; ``blank`` as in :class:`Gather`."""

    axis: int
    blank: bool = False

    def infer(self, x: Spec, indices: Spec) -> Spec:
        _require_lines(self.axis, x, indices)
        return x.with_shape(_lines(self.axis, x.shape, indices.shape))

    def value(self, x: np.ndarray, indices: np.ndarray) -> np.ndarray:
        positions, inside = _found(indices, x.shape[self.axis])
        fill = np.asarray(0 if self.blank else _outside(x.dtype), x.dtype)
        return np.where(inside, np.take_along_axis(x, positions, self.axis), fill)

    def lower(self, jax: Any, x: Any, indices: Any) -> Any:
        fill = 0 if self.blank else None
        x = jax.numpy.asarray(x)
        return jax.numpy.take_along_axis(x, indices, self.axis, mode="fill", fill_value=fill)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor, indices: Tensor) -> Any:
        return apply(ScatterAddAlong(self.axis), zeros_like(x), indices, upstream), None


@dataclass(frozen=True)
class ScatterAddAlong(Op):
    """A tensor with updates added, on each line along an axis at its own positions."""

    axis: int

    def infer(self, x: Spec, indices: Spec, updates: Spec) -> Spec:
        _require_lines(self.axis, x, indices)
        return x

    def value(self, x: np.ndarray, indices: np.ndarray, updates: np.ndarray) -> np.ndarray:
        positions, inside = _found(indices, x.shape[self.axis])
        places: list[np.ndarray] = list(np.indices(indices.shape))
        places[self.axis] = positions
        result = wide(x).copy()
        np.add.at(result, tuple(place[inside] for place in places), wide(updates)[inside])
        return result

    def lower(self, jax: Any, x: Any, indices: Any, updates: Any) -> Any:
        places = [jax.lax.broadcasted_iota("int32", indices.shape, i) for i in range(x.ndim)]
        places[self.axis] = indices
        whole = jax.numpy.asarray(wide(x)).at[tuple(places)]
        return whole.add(wide(updates), mode="drop").astype(x.dtype)

    def gradient(
        self, upstream: Tensor, output: Tensor, x: Tensor, indices: Tensor, updates: Tensor
    ) -> Any:
        return upstream, None, apply(GatherAlong(self.axis, blank=True), upstream, indices)


def _lines(axis: int, x: Shape, indices: Shape) -> list[int | None]:
    """The sizes of what is read: on the axis those of the positions, else those of both."""
    return [
        j if i == axis or n is None else n for i, (n, j) in enumerate(zip(x, indices, strict=True))
    ]


def _require_lines(axis: int, x: Spec, indices: Spec) -> None:
    shapes = [s.shape[:axis] + s.shape[axis + 1 :] for s in (x, indices)]
    if x.ndim != indices.ndim or not same_shape(*shapes):
        raise ShapeError(
            f"Positions along axis {axis} need the tensor's sizes on all other axes.",
            given=f"positions of shape {indices.shape} for a tensor of shape {x.shape}",
            expected="as many axes, and equal sizes or 1 on all but that one",
        )


def _positions(indices: Any, what: str = "Positions") -> Any:
    """Positions as int32, or int64 where they may need it."""
    indices = as_operand(indices)
    name = dtype_name(indices.dtype)
    if not is_integer(name):
        raise DTypeError(
            f"{what} are whole numbers.",
            given=f"dtype {name}",
            expected="an integer dtype",
            mend="cast them first: cast(indices, 'int32')",
        )
    return cast(indices, "int64" if name in ("uint32", "int64", "uint64") else "int32")


def _check_inside(indices: Any, x: Any, axis: int) -> None:
    """Raise if a position that is known lies outside of an axis whose size is known."""
    size = x.shape[axis]
    if isinstance(indices, Tensor) or size is None:
        return
    outside = indices[(indices < -size) | (indices >= size)]
    if outside.size:
        raise ShapeError(
            f"Position {outside[0]} lies outside of axis {axis}.",
            given=f"position {outside[0]}",
            expected=f"from {-size} to {size - 1}" if size else "no position: the axis is empty",
        )


def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """What stands at positions along an axis.

    Args:
        x: A tensor or array.
        indices: Integers of any shape, which takes the place of the axis in the result. Negative
            ones count from the end; one outside reads NaN (see this module).
        axis: Which; by default ``x`` is taken as one long line.

    Shapes:
        x (..., N, ...), indices (I, J) → (..., I, J, ...)

    Raises:
        DTypeError: If the positions are not integers.
        ShapeError: If a position is known and lies outside.

    Examples:
        >>> take(np.array([10, 20, 30]), [2, 0, -1])
        array([30, 10, 30])
    """
    x = as_operand(x)
    indices = _positions(indices)
    if axis is None:
        x, axis = reshape(x, (-1,)), 0
    axis = axis_of(x.ndim, axis)
    _check_inside(indices, x, axis)
    return apply(Gather(axis), x, indices)


def take_along_axis(x: Any, indices: Any, axis: int | None = -1) -> Any:
    """For each line along an axis what stands at its own positions.

    Args:
        x: A tensor or array.
        indices: Integers, with as many axes as ``x`` and on all others its sizes, or 1. Negative
            ones count from the end; one outside reads NaN (see this module).
        axis: Which; with ``None`` both are taken as one long line.

    Shapes:
        x (..., N, ...), indices (..., I, ...) → (..., I, ...)

    Raises:
        DTypeError: If the positions are not integers.
        ShapeError: If the shapes do not fit, or a position is known and lies outside.

    Examples:
        >>> take_along_axis(np.array([[1, 2], [3, 4]]), [[1], [0]], axis=1)
        array([[2],
               [3]])
    """
    x = as_operand(x)
    indices = _positions(indices)
    if axis is None:
        x, indices, axis = reshape(x, (-1,)), reshape(indices, (-1,)), 0
    axis = axis_of(x.ndim, axis)
    _check_inside(indices, x, axis)
    if x.ndim == indices.ndim:
        x, indices = _stretched(x, indices, axis), _stretched(indices, x, axis)
    return apply(GatherAlong(axis), x, indices)


def _stretched(x: Any, like: Any, axis: int) -> Any:
    """Copies of ``x`` along axes of size 1, but not ``axis``, as many as ``like`` has."""
    stretched = [i for i, n in enumerate(x.shape) if n == 1 and like.shape[i] != 1 and i != axis]
    sizes = [size_of(like if i in stretched else x, i) for i in range(x.ndim)]
    return broadcast_to(x, sizes) if stretched else x


def scatter_add(x: Any, indices: Any, updates: Any, axis: int = 0) -> Any:
    """``x`` with updates added at positions along an axis; those at one position add up.

    Args:
        x: A tensor or array.
        indices: Integers of any shape. Negative ones count from the end; what is to be added at
            one outside is dropped.
        updates: What to add, of the shape of ``take(x, indices, axis)``.
        axis: Which.

    Shapes:
        x (..., N, ...), indices (I, J), updates (..., I, J, ...) → (..., N, ...)

    Raises:
        DTypeError: If the positions are not integers.
        ShapeError: If the shapes do not fit, or a position is known and lies outside.

    Examples:
        >>> scatter_add(np.zeros(3), [0, 2, 2], np.array([1.0, 10.0, 100.0]))
        array([  1.,   0., 110.])
    """
    x, updates = together(x, updates)
    indices, axis = _positions(indices), axis_of(x.ndim, axis)
    _check_inside(indices, x, axis)
    return apply(ScatterAdd(axis), x, indices, updates)


def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: object = "float32") -> Any:
    """1 at the class that each integer names, 0 at all others.

    Args:
        x: Integers; one that names no class from 0 to ``num_classes - 1`` gives zeros only.
        num_classes: How many classes.
        axis: Where in the result the classes lie.
        dtype: Of the result.

    Shapes:
        x (...) → (..., num_classes)

    Examples:
        >>> one_hot([0, 2], 3)
        array([[1., 0., 0.],
               [0., 0., 1.]], dtype=float32)
    """
    x = as_operand(x)
    axis = axis_of(x.ndim + 1, axis)
    claim(num_classes, "rows of classes")
    classes = np.arange(num_classes, dtype=np.int32)
    lying = classes.reshape([-1 if i == axis else 1 for i in range(x.ndim + 1)])
    return cast(equal(expand_dims(x, axis), lying), dtype)


def _first(starts: Any, shape: Sequence[int], part: Sequence[int], numpy: Any) -> Any:
    """Where a part of a tensor starts: moved back so far that it lies inside."""
    sizes = np.asarray(shape, starts.dtype)
    counted = numpy.where(starts < 0, starts + sizes, starts)
    return numpy.clip(counted, 0, sizes - np.asarray(part, starts.dtype))


@dataclass(frozen=True)
class DynamicSlice(ShapeOp):
    """A part of a given shape; where it starts is known when the graph runs."""

    def infer(self, x: Spec, starts: Spec, *sizes: Spec) -> Spec:
        _require_part(x, starts, self.shape)
        return x.with_shape(self.shape)

    def value(self, x: np.ndarray, starts: np.ndarray, *sizes: np.ndarray) -> np.ndarray:
        part = self.sizes(sizes)
        first = _first(starts, x.shape, part, np)
        return x[tuple(slice(i, i + n) for i, n in zip(first, part, strict=True))]

    def lower(self, jax: Any, x: Any, starts: Any, *sizes: Any) -> Any:
        part = self.sizes(sizes)
        first = _first(starts, x.shape, part, jax.numpy)
        return jax.lax.dynamic_slice(x, [first[i] for i in range(x.ndim)], part)

    def gradient(
        self, upstream: Tensor, output: Tensor, x: Tensor, starts: Tensor, *sizes: Any
    ) -> Any:
        whole = apply(DynamicUpdateSlice(), zeros_like(x), upstream, starts)
        return (whole, None, *(None for _ in sizes))


@dataclass(frozen=True)
class DynamicUpdateSlice(Op):
    """A tensor with a part of it replaced; where is known when the graph runs."""

    def infer(self, x: Spec, part: Spec, starts: Spec) -> Spec:
        _require_part(x, starts, part.shape)
        return x

    def value(self, x: np.ndarray, part: np.ndarray, starts: np.ndarray) -> np.ndarray:
        first = _first(starts, x.shape, part.shape, np)
        result = x.copy()
        result[tuple(slice(i, i + n) for i, n in zip(first, part.shape, strict=True))] = part
        return result

    def lower(self, jax: Any, x: Any, part: Any, starts: Any) -> Any:
        first = _first(starts, x.shape, part.shape, jax.numpy)
        return jax.lax.dynamic_update_slice(x, part, [first[i] for i in range(x.ndim)])

    def gradient(
        self, upstream: Tensor, output: Tensor, x: Tensor, part: Tensor, starts: Tensor
    ) -> Any:
        return (
            apply(DynamicUpdateSlice(), upstream, zeros_like(part), starts),
            dynamic_slice(upstream, starts, shape_of(part)),
            None,
        )


def _require_part(x: Spec, starts: Spec, part: Shape) -> None:
    fits = len(part) == x.ndim and all(
        n is None or size is None or n <= size for n, size in zip(part, x.shape, strict=True)
    )
    if not fits or starts.shape != (x.ndim,):
        raise ShapeError(
            "A part needs as many axes as the whole, no longer ones, and a start on each.",
            given=f"a part of shape {part} and {starts} of starts, in shape {x.shape}",
            expected=f"{x.ndim} sizes and {x.ndim} starts",
        )


def _starts(starts: Any) -> Any:
    if isinstance(starts, list | tuple) and any(isinstance(n, Tensor) for n in starts):
        starts = stack([_positions(n, "Starts") for n in starts])
    return _positions(np.zeros(0, np.int32) if len(starts) == 0 else starts, "Starts")


def dynamic_slice(x: Any, starts: Any, shape: Sequence[Any]) -> Any:
    """A part of ``x``, starting where integers say that are known when the graph runs.

    Args:
        x: A tensor or array.
        starts: A start on each axis: a vector of integers, or a list of integers and integer
            tensors. Negative ones count from the end; one from which the part would reach beyond
            the end is moved back until it fits.
        shape: The shape of the part.

    Raises:
        ShapeError: If the part is larger than ``x``.

    Examples:
        >>> dynamic_slice(np.arange(5), [3], (2,))
        array([3, 4])
    """
    x = as_operand(x)
    known, tensors = split_shape(shape)
    return apply(DynamicSlice(known), x, _starts(starts), *tensors)


def dynamic_update_slice(x: Any, part: Any, starts: Any) -> Any:
    """``x`` with a part replaced, starting where integers say that are known at run time.

    Args:
        x: A tensor or array.
        part: What is put there.
        starts: As in :func:`dynamic_slice`.

    Raises:
        ShapeError: If the part is larger than ``x``.

    Examples:
        >>> dynamic_update_slice(np.zeros(4), np.array([1.0, 2.0]), [1])
        array([0., 1., 2., 0.])
    """
    x, part = together(x, part)
    return apply(DynamicUpdateSlice(), x, part, _starts(starts))
