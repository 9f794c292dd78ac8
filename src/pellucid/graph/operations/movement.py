"""Moving elements: transpose, concatenate, slice, pad, reverse, and ``x[...]``."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import Any

import numpy as np

from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.operations.broadcasting import axes_of, reshape, shape_of
from pellucid.graph.operations.casting import together
from pellucid.graph.spec import Spec, same_shape
from pellucid.graph.tensor import Op, Tensor, apply, as_array, scalar

__all__ = [
    "concatenate",
    "expand_dims",
    "flip",
    "index",
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
    x = x if isinstance(x, Tensor) else as_array(x)
    order = tuple(range(x.ndim))[::-1] if axes is None else tuple(int(a) % x.ndim for a in axes)
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
    sources, places = [a % x.ndim for a in sources], [a % x.ndim for a in places]
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
        return jax.numpy.concatenate(parts, self.axis)

    def gradient(self, upstream: Tensor, output: Tensor, *parts: Tensor) -> Any:
        gradients, start = [], 0
        for part in parts:
            size = shape_of(part)[self.axis]
            if isinstance(start, Tensor) or isinstance(size, Tensor):
                raise ShapeError(
                    "The gradient of concatenating along an axis of open size is not known.",
                    given=" and ".join(str(p.shape) for p in parts) + f", axis={self.axis}",
                    expected="known sizes on the axis that is concatenated",
                )
            gradients.append(slice_axes(upstream, {self.axis: (start, start + size, 1)}))
            start += size
        return tuple(gradients)


def concatenate(parts: Sequence[Any], axis: int = 0) -> Any:
    """Tensors one after the other along an axis.

    Examples:
        >>> concatenate([np.array([1, 2]), np.array([3])])
        array([1, 2, 3])
    """
    parts = together(*parts)
    return apply(Concatenate(axis % max(parts[0].ndim, 1)), *parts)


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

    ``None`` for a stop is the end, which may not be known yet.
    """

    ranges: tuple[tuple[int, int | None, int], ...]

    def infer(self, x: Spec) -> Spec:
        return x.with_shape([_length(r, n) for r, n in zip(self.ranges, x.shape, strict=True)])

    def slices(self) -> tuple[slice, ...]:
        return tuple(slice(*r) for r in self.ranges)

    def value(self, x: np.ndarray) -> np.ndarray:
        return x[self.slices()]

    def lower(self, jax: Any, x: Any) -> Any:
        stops = [n if r[1] is None else r[1] for r, n in zip(self.ranges, x.shape, strict=True)]
        starts, steps = [r[0] for r in self.ranges], [r[2] for r in self.ranges]
        return jax.lax.slice(x, starts, stops, steps)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (apply(Unslice(self.ranges), upstream, x),)


def _length(part: tuple[int, int | None, int], size: int | None) -> int | None:
    start, stop, step = part
    if size is None and stop is None:
        return None if (start, step) != (0, 1) else size
    return len(range(start, size if stop is None else stop, step))  # type: ignore[arg-type]


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
        for (start, _, step), n, size in zip(self.ranges, part.shape, like.shape, strict=True):
            covered = start + max(n - 1, 0) * step + (n > 0)
            padding.append((start, size - covered, step - 1))
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
    x = x if isinstance(x, Tensor) else as_array(x)
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
    x = x if isinstance(x, Tensor) else as_array(x)
    widths = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2)).tolist()
    return apply(Pad(tuple((b, a) for b, a in widths)), x, scalar(constant_values, str(x.dtype)))


def expand_dims(x: Any, axis: int | Sequence[int]) -> Any:
    """New axes of size 1 at the given places of the result.

    Examples:
        >>> expand_dims(np.zeros((2, 3)), -1).shape
        (2, 3, 1)
    """
    x = x if isinstance(x, Tensor) else as_array(x)
    count = 1 if isinstance(axis, int) else len(axis)
    places = axes_of(x.ndim + count, axis)
    sizes = iter(shape_of(x))
    return reshape(x, [1 if i in places else next(sizes) for i in range(x.ndim + count)])


def squeeze(x: Any, axis: int | Sequence[int] | None = None) -> Any:
    """Axes of size 1 taken away: those given, or all that are known to have size 1.

    Examples:
        >>> squeeze(np.zeros((1, 3, 1))).shape
        (3,)
    """
    x = x if isinstance(x, Tensor) else as_array(x)
    axes = [i for i, n in enumerate(x.shape) if n == 1] if axis is None else axes_of(x.ndim, axis)
    if any(x.shape[i] not in (1, None) for i in axes):
        raise ShapeError(
            "Only axes of size 1 can be squeezed.",
            given=f"shape {tuple(x.shape)}, axis={axis}",
            expected="size 1 on those axes",
        )
    return reshape(x, [n for i, n in enumerate(shape_of(x)) if i not in axes])


def split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """Parts of ``x`` along an axis: so many equal ones, or cut before the given positions.

    Examples:
        >>> [part.tolist() for part in split(np.arange(5), [2, 3])]
        [[0, 1], [2], [3, 4]]
    """
    x = x if isinstance(x, Tensor) else as_array(x)
    axis = axis % x.ndim
    size = x.shape[axis]
    if isinstance(indices_or_sections, int):
        if size is None or size % indices_or_sections:
            raise ShapeError(
                f"An axis of size {size} cannot be split into {indices_or_sections} equal parts.",
                given=f"shape {tuple(x.shape)}, axis={axis}",
                expected=f"a size that {indices_or_sections} divides",
            )
        part = size // indices_or_sections
        cuts = list(range(part, size, part))
    else:
        cuts = [int(i) for i in indices_or_sections]
    stops = [*cuts, None]
    return [slice_axes(x, {axis: (a, b, 1)}) for a, b in zip([0, *cuts], stops, strict=True)]


def index(x: Any, key: Any) -> Any:
    """``x[key]`` by NumPy's basic rule: numbers, slices, ``None`` and ``...``.

    Examples:
        >>> index(np.arange(6).reshape(2, 3), (0, slice(None, None, -1)))
        array([2, 1, 0])
    """
    keys = list(key) if isinstance(key, tuple) else [key]
    for k in keys:
        if not (k is None or isinstance(k, int | np.integer | slice | EllipsisType)):
            raise DTypeError(
                "A tensor is indexed with numbers, slices, None and `...`.",
                given=f"a {type(k).__name__}",
                expected="numbers that are known now",
                mend="use take(x, indices, axis) for an array of positions",
            )
    taken = sum(k is not None and k is not Ellipsis for k in keys)
    if taken > x.ndim:
        raise ShapeError(
            f"A tensor of {x.ndim} axes was indexed along {taken}.",
            given=f"shape {tuple(x.shape)}",
            expected=f"at most {x.ndim} numbers or slices",
        )
    at = next((i for i, k in enumerate(keys) if k is Ellipsis), len(keys))
    keys[at : at + 1] = [slice(None)] * (x.ndim - taken)

    ranges: dict[int, tuple[int, int | None, int]] = {}
    reversed_axes, sizes, axis = [], [], 0
    for k in keys:
        if k is None:
            sizes.append(1)
            continue
        part, backwards = _range(k, x.shape[axis], axis)
        ranges[axis] = part
        if backwards:
            reversed_axes.append(axis)
        sizes.append(-2 if isinstance(k, slice) else 0)  # kept, or gone
        axis += 1
    result = slice_axes(x, ranges)
    result = flip(result, reversed_axes) if reversed_axes else result
    if all(n == -2 for n in sizes):
        return result
    kept = [n for n, k in zip(shape_of(result), (s for s in sizes if s != 1), strict=True) if k]
    remaining = iter(kept)
    return reshape(result, [1 if n == 1 else next(remaining) for n in sizes if n != 0])


def _range(
    key: int | slice, size: int | None, axis: int
) -> tuple[tuple[int, int | None, int], bool]:
    """A key as a start, a stop and a step above 0, and whether the result is then reversed."""
    if not isinstance(key, slice):
        key = int(key)
        if size is None and key < 0:
            return (key, None if key == -1 else key + 1, 1), False
        if size is not None and not -size <= key < size:
            raise ShapeError(
                f"Position {key} lies outside of axis {axis}.",
                given=f"position {key}",
                expected=f"from {-size} to {size - 1}",
            )
        start = key if size is None else key % size
        return (start, start + 1, 1), False
    step = 1 if key.step is None else int(key.step)
    if size is None:
        if step < 1:
            raise ShapeError(
                f"Axis {axis}, whose size is open, cannot be read backwards in part.",
                given=f"{key}",
                expected="a step above 0",
                mend="use flip(x, axis)",
            )
        return (key.start or 0, key.stop, step), False
    positions = range(*key.indices(size))
    if step > 0:
        return (positions.start, max(positions.start, positions.stop), step), False
    if not positions:
        return (0, 0, 1), False
    return (positions[-1], positions[0] + 1, -step), True
