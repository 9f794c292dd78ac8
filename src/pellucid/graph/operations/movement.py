"""Moving elements: transpose, concatenate, slice, pad, reverse."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.graph.operations.broadcasting import (
    axes_of,
    axis_of,
    full,
    reshape,
    reshape_exactly,
    shape_of,
    zeros_like,
)
from pellucid.graph.operations.casting import together
from pellucid.graph.spec import Spec, same_shape
from pellucid.graph.tensor import Op, Tensor, apply, as_operand, scalar

__all__ = [
    "concatenate",
    "expand_dims",
    "flip",
    "moveaxis",
    "pad",
    "slice_axes",
    "split",
    "squeeze",
    "stack",
    "swapaxes",
    "transpose",
]


@dataclass(frozen=True)
class Transpose(Op):
    """The axes in another order."""

    axes: tuple[int, ...]

    def infer(self, x: Spec) -> Spec:
        return x.with_shape([x.shape[axis] for axis in self.axes])

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.transpose(x, self.axes)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.transpose(x, self.axes)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (transpose(upstream, tuple(int(i) for i in np.argsort(self.axes))),)


def transpose(x: Any, axes: Sequence[int] | None = None) -> Any:
    """The axes in another order; reversed by default.

    Examples:
        >>> transpose(np.zeros((2, 3, 4)), (1, 0, 2)).shape
        (3, 2, 4)
    """
    x = as_operand(x)
    order = tuple(range(x.ndim))[::-1] if axes is None else tuple(axis_of(x.ndim, a) for a in axes)
    if sorted(order) != list(range(x.ndim)):
        raise ShapeError(
            "transpose needs each axis once.",
            given=f"axes={axes}",
            expected=f"an order of the numbers 0 to {x.ndim - 1}",
        )
    return x if order == tuple(range(x.ndim)) else apply(Transpose(order), x)


def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Two axes exchanged.

    Examples:
        >>> swapaxes(np.zeros((2, 3, 4)), 0, -1).shape
        (4, 3, 2)
    """
    order = list(range(x.ndim))
    axis1, axis2 = axis_of(x.ndim, axis1), axis_of(x.ndim, axis2)
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transpose(x, order)


def moveaxis(x: Any, source: int | Sequence[int], destination: int | Sequence[int]) -> Any:
    """Axes moved to other places, the rest in their order.

    Examples:
        >>> moveaxis(np.zeros((2, 3, 4)), 0, -1).shape
        (3, 4, 2)
    """
    sources = [source] if isinstance(source, int) else list(source)
    places = [destination] if isinstance(destination, int) else list(destination)
    if len(axes_of(x.ndim, sources)) != len(axes_of(x.ndim, places)):
        raise ShapeError(
            "moveaxis needs a place for each axis.",
            given=f"source={source}, destination={destination}",
            expected="as many places as axes",
        )
    sources, places = ([axis_of(x.ndim, a) for a in axes] for axes in (sources, places))
    order = [axis for axis in range(x.ndim) if axis not in sources]
    for place, axis in sorted(zip(places, sources, strict=True)):
        order.insert(place, axis)
    return transpose(x, order)


@dataclass(frozen=True)
class Concatenate(Op):
    """Tensors one after the other along an axis."""

    axis: int

    def infer(self, *parts: Spec) -> Spec:
        first = parts[0].shape
        rest = [n for axis, n in enumerate(first) if axis != self.axis]
        for part in parts[1:]:
            others = [n for axis, n in enumerate(part.shape) if axis != self.axis]
            if part.ndim != len(first) or not same_shape(tuple(rest), tuple(others)):
                raise ShapeError(
                    "Tensors can only be concatenated if their other axes have equal sizes.",
                    given=" and ".join(str(p.shape) for p in parts) + f", axis={self.axis}",
                    expected="shapes that differ only on that axis",
                )
            rest = [m if n is None else n for m, n in zip(others, rest, strict=True)]
        sizes = [p.shape[self.axis] for p in parts]
        total = None if None in sizes else sum(n for n in sizes if n is not None)
        return parts[0].with_shape([*rest[: self.axis], total, *rest[self.axis :]])

    def value(self, *parts: np.ndarray) -> np.ndarray:
        return np.concatenate(parts, self.axis)

    def lower(self, jax: Any, *parts: Any) -> Any:
        return jax.lax.concatenate(parts, self.axis)

    def gradient(self, upstream: Tensor, output: Tensor, *parts: Tensor) -> Any:
        sizes = [n for part in parts if (n := part.shape[self.axis]) is not None]
        if len(sizes) < len(parts):
            return tuple(
                apply(Unconcatenate(self.axis, i), upstream, *parts) for i in range(len(parts))
            )
        ends = [0, *itertools.accumulate(sizes)]
        return tuple(
            slice_axes(upstream, {self.axis: (start, stop, 1)})
            for start, stop in itertools.pairwise(ends)
        )


@dataclass(frozen=True)
class Unconcatenate(Op):
    """What came from one of the parts, whose sizes along the axis are known at run time only."""

    axis: int
    position: int

    def infer(self, whole: Spec, *parts: Spec) -> Spec:
        return whole.with_shape(parts[self.position].shape)

    def slices(self, parts: tuple[Any, ...]) -> tuple[slice, ...]:
        start = sum(part.shape[self.axis] for part in parts[: self.position])
        stop = start + parts[self.position].shape[self.axis]
        return (*[slice(None)] * self.axis, slice(start, stop))

    def value(self, whole: np.ndarray, *parts: np.ndarray) -> np.ndarray:
        return whole[self.slices(parts)]

    def lower(self, jax: Any, whole: Any, *parts: Any) -> Any:
        return whole[self.slices(parts)]

    def gradient(self, upstream: Tensor, output: Tensor, whole: Tensor, *parts: Tensor) -> Any:
        places = [upstream if i == self.position else zeros_like(p) for i, p in enumerate(parts)]
        return (concatenate(places, self.axis), *(None for _ in parts))


def concatenate(parts: Sequence[Any], axis: int = 0) -> Any:
    """Tensors one after the other along an axis.

    Examples:
        >>> concatenate([np.array([1, 2]), np.array([3])])
        array([1, 2, 3])
    """
    if len(parts) == 0:
        raise ShapeError(
            "Nothing cannot be concatenated.", given="no tensors", expected="at least one tensor"
        )
    parts = together(*parts)
    return apply(Concatenate(axis_of(parts[0].ndim, axis)), *parts)


def stack(parts: Sequence[Any], axis: int = 0) -> Any:
    """Tensors of one shape side by side along a new axis.

    Examples:
        >>> stack([np.array([1, 2]), np.array([3, 4])], axis=1)
        array([[1, 3],
               [2, 4]])
    """
    return concatenate([expand_dims(x, axis) for x in together(*parts)], axis)


@dataclass(frozen=True)
class Slice(Op):
    """Part of a tensor: along each axis from a start to before a stop, in steps above 0.

    As in Python negative positions count from the end, ``None`` for a stop is the end, and a
    position beyond the end is the end: it may not be known yet.
    """

    ranges: tuple[tuple[int, int | None, int], ...]

    def infer(self, x: Spec) -> Spec:
        return x.with_shape([_length(r, n) for r, n in zip(self.ranges, x.shape, strict=True)])

    def slices(self) -> tuple[slice, ...]:
        return tuple(slice(*r) for r in self.ranges)

    def value(self, x: np.ndarray) -> np.ndarray:
        return x[self.slices()]

    def lower(self, jax: Any, x: Any) -> Any:
        positions = _positions(self.ranges, x.shape)
        starts, steps = [p.start for p in positions], [p.step for p in positions]
        # lax.slice has no empty ranges that start behind their stop, as range(3, 2) does.
        stops = [max(p.start, p.stop) for p in positions]
        return jax.lax.slice(x, starts, stops, steps)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (apply(Unslice(self.ranges), upstream, x),)


def _length(part: tuple[int, int | None, int], size: int | None) -> int | None:
    return None if size is None else len(range(*slice(*part).indices(size)))


def _positions(
    ranges: tuple[tuple[int, int | None, int], ...], shape: Sequence[int]
) -> list[range]:
    """The positions that are meant along each axis of a tensor whose shape is known."""
    return [range(*slice(*r).indices(n)) for r, n in zip(ranges, shape, strict=True)]


@dataclass(frozen=True)
class Unslice(Op):
    """The gradient of a slice: the part in its place among zeros, of the shape of ``like``."""

    ranges: tuple[tuple[int, int | None, int], ...]
    shape_only = (1,)

    def infer(self, part: Spec, like: Spec) -> Spec:
        return part.with_shape(like.shape)

    def value(self, part: np.ndarray, like: np.ndarray) -> np.ndarray:
        whole = np.zeros(like.shape, part.dtype)
        whole[tuple(slice(*r) for r in self.ranges)] = part
        return whole

    def lower(self, jax: Any, part: Any, like: Any) -> Any:
        padding = []
        for positions, size in zip(_positions(self.ranges, like.shape), like.shape, strict=True):
            after = size - 1 - positions[-1] if positions else size - positions.start
            padding.append((positions.start, after, positions.step - 1))
        return jax.lax.pad(part, np.zeros((), part.dtype), padding)

    def gradient(self, upstream: Tensor, output: Tensor, part: Tensor, like: Tensor) -> Any:
        return apply(Slice(self.ranges), upstream), None


def slice_axes(x: Any, ranges: dict[int, tuple[int, int | None, int]]) -> Any:
    """Part of ``x``: for some axes a start, a stop (``None``: the end) and a step above 0."""
    whole = tuple(ranges.get(axis, (0, None, 1)) for axis in range(x.ndim))
    trivial = all(
        (start, step) == (0, 1) and (stop is None or stop == n)
        for (start, stop, step), n in zip(whole, x.shape, strict=True)
    )
    return x if trivial else apply(Slice(whole), x)


@dataclass(frozen=True)
class Reverse(Op):
    """The elements along some axes in the opposite order."""

    axes: tuple[int, ...]

    def infer(self, x: Spec) -> Spec:
        return x

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.flip(x, self.axes)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.rev(x, self.axes)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (flip(upstream, self.axes),)


def flip(x: Any, axis: int | Sequence[int] | None = None) -> Any:
    """The elements in the opposite order along an axis, several, or all.

    Examples:
        >>> flip(np.array([1, 2, 3]))
        array([3, 2, 1])
    """
    x = as_operand(x)
    return apply(Reverse(axes_of(x.ndim, axis)), x)


@dataclass(frozen=True)
class Pad(Op):
    """A tensor with a border of one value around it."""

    widths: tuple[tuple[int, int], ...]

    def infer(self, x: Spec, value: Spec) -> Spec:
        sizes = zip(x.shape, self.widths, strict=True)
        return x.with_shape(
            [None if n is None else before + n + after for n, (before, after) in sizes]
        )

    def value(self, x: np.ndarray, value: np.ndarray) -> np.ndarray:
        return np.pad(x, self.widths, constant_values=value)

    def lower(self, jax: Any, x: Any, value: Any) -> Any:
        value = jax.numpy.asarray(value, x.dtype)
        return jax.lax.pad(x, value, [(before, after, 0) for before, after in self.widths])

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor, value: Tensor) -> Any:
        inside = tuple((b, -a if a else None, 1) for b, a in self.widths)
        return apply(Slice(inside), upstream), None


def pad(x: Any, pad_width: Any, constant_values: float = 0) -> Any:
    """A border around ``x``, as in ``numpy.pad`` with one value.

    Args:
        x: A tensor or array.
        pad_width: How many elements before and after: for each axis a pair, or one pair or one
            number for all.
        constant_values: What the border is made of.

    Examples:
        >>> pad(np.array([1, 2]), (1, 2))
        array([0, 1, 2, 0, 0])
    """
    x = as_operand(x)
    given = np.asarray(pad_width)
    fits = given.dtype.kind in "iu" and given.shape in ((), (1,), (2,), (1, 2), (x.ndim, 2))
    if not fits or (given < 0).any():
        raise ShapeError(
            f"A tensor of {x.ndim} axes cannot be padded so.",
            given=f"pad_width={pad_width}",
            expected="whole numbers of at least 0: for each axis a pair, or one pair or number",
        )
    widths = np.broadcast_to(given, (x.ndim, 2)).tolist()
    return apply(Pad(tuple((b, a) for b, a in widths)), x, scalar(constant_values, str(x.dtype)))


def expand_dims(x: Any, axis: int | Sequence[int]) -> Any:
    """New axes of size 1 at the given places of the result.

    Examples:
        >>> expand_dims(np.zeros((2, 3)), -1).shape
        (2, 3, 1)
    """
    x = as_operand(x)
    count = 1 if isinstance(axis, int | np.integer) else len(axis)
    places = axes_of(x.ndim + count, axis)
    sizes = iter(shape_of(x))
    return reshape(x, [1 if i in places else next(sizes) for i in range(x.ndim + count)])


def squeeze(x: Any, axis: int | Sequence[int] | None = None) -> Any:
    """Axes of size 1 taken away: those given, or all that are known to have size 1.

    Examples:
        >>> squeeze(np.zeros((1, 3, 1))).shape
        (3,)
    """
    x = as_operand(x)
    axes = [i for i, n in enumerate(x.shape) if n == 1] if axis is None else axes_of(x.ndim, axis)
    if any(x.shape[i] not in (1, None) for i in axes):
        raise ShapeError(
            "Only axes of size 1 can be squeezed.",
            given=f"shape {tuple(x.shape)}, axis={axis}",
            expected="size 1 on those axes",
        )
    return reshape_exactly(x, [n for i, n in enumerate(shape_of(x)) if i not in axes])


@dataclass(frozen=True)
class Split(Op):
    """All parts of a tensor along an axis.

    Slices would do, but their gradients are added up, each padded with zeros: for the gates of an
    LSTM that takes twice as long as the one concatenation that it comes to.
    """

    sizes: tuple[int, ...]
    axis: int

    def infer(self, x: Spec) -> tuple[Spec, ...]:
        before, after = x.shape[: self.axis], x.shape[self.axis + 1 :]
        return tuple(x.with_shape([*before, n, *after]) for n in self.sizes)

    def value(self, x: np.ndarray) -> tuple[np.ndarray, ...]:
        return tuple(np.split(x, list(itertools.accumulate(self.sizes[:-1])), self.axis))

    def lower(self, jax: Any, x: Any) -> tuple[Any, ...]:
        return tuple(jax.lax.split(x, self.sizes, self.axis))

    def gradient(self, upstream: Any, output: Tensor, x: Tensor) -> Any:
        shape = list(shape_of(x))
        parts = []
        for part, size in zip(upstream, self.sizes, strict=True):
            shape[self.axis] = size
            parts.append(full(shape, 0, x.dtype) if part is None else part)
        return (concatenate(parts, self.axis),)


def split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """Parts of ``x`` along an axis: so many equal ones, or cut before the given positions.

    Examples:
        >>> [part.tolist() for part in split(np.arange(5), [2, 3])]
        [[0, 1], [2], [3, 4]]
    """
    x = as_operand(x)
    axis = axis_of(x.ndim, axis)
    size = x.shape[axis]
    if isinstance(indices_or_sections, int | np.integer):
        if size is None or indices_or_sections < 1 or size % indices_or_sections:
            raise ShapeError(
                f"An axis of size {size} cannot be split into {indices_or_sections} equal parts.",
                given=f"shape {tuple(x.shape)}, axis={axis}",
                expected=f"a size that {indices_or_sections} divides",
            )
        part = size // indices_or_sections
        cuts = [part * i for i in range(1, indices_or_sections)]
    else:
        cuts = [int(i) for i in indices_or_sections]
    ends = [0, *cuts, size]
    if isinstance(x, Tensor) and size is not None and cuts and ends == sorted(ends):
        sizes = tuple(b - a for a, b in itertools.pairwise(ends))
        return list(apply(Split(sizes, axis), x))
    stops = [*cuts, None]
    return [slice_axes(x, {axis: (a, b, 1)}) for a, b in zip([0, *cuts], stops, strict=True)]
