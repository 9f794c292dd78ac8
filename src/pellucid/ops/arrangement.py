"""Putting elements elsewhere: repeating, rolling, padding, joining and cutting."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import ShapeError, unknown_name
from pellucid.graph.operations import indexing, movement
from pellucid.graph.operations.broadcasting import (
    axis_of,
    broadcast_to,
    reshape_exactly,
    shape_of,
    size_of,
)
from pellucid.graph.operations.broadcasting import reshape as reshape_to
from pellucid.graph.operations.movement import (
    concatenate,
    expand_dims,
    flip,
    slice_axes,
    swapaxes,
    transpose,
)
from pellucid.graph.tensor import as_operand

__all__ = [
    "append",
    "array_split",
    "dsplit",
    "dstack",
    "fliplr",
    "flipud",
    "hsplit",
    "hstack",
    "pad",
    "ravel",
    "rearrange",
    "repeat",
    "reshape",
    "roll",
    "rot90",
    "stack",
    "take_along_axis",
    "tile",
    "unstack",
    "vsplit",
    "vstack",
]


def reshape(x: Any, newshape: Sequence[Any] | int) -> Any:
    """The same elements under another shape.

    Args:
        x: A tensor or array.
        newshape: The new sizes; one may be -1 (or ``None``), which takes what is left, and any
            may be an integer tensor.

    Examples:
        >>> reshape(np.arange(4), (2, -1))
        array([[0, 1],
               [2, 3]])
    """
    return reshape_to(x, newshape)


def ravel(x: Any) -> Any:
    """All elements as one line.

    Examples:
        >>> ravel(np.array([[1, 2], [3, 4]]))
        array([1, 2, 3, 4])
    """
    return reshape_to(x, (-1,))


def stack(x: Sequence[Any], axis: int = 0) -> Any:
    """Tensors of one shape side by side along a new axis.

    Examples:
        >>> stack([np.array([1, 2]), np.array([3, 4])], axis=1)
        array([[1, 3],
               [2, 4]])
    """
    return movement.stack(x, axis)


def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[Any]:
    """The parts of a tensor along an axis, which goes.

    Args:
        x: A tensor or array.
        num: How many parts there are, where the size is open.
        axis: Which.

    Raises:
        ShapeError: If the size is open and ``num`` is not given.

    Examples:
        >>> [row.tolist() for row in unstack(np.array([[1, 2], [3, 4]]))]
        [[1, 2], [3, 4]]
    """
    x = as_operand(x)
    axis = axis_of(x.ndim, axis)
    count = x.shape[axis] if num is None else num
    if count is None:
        raise ShapeError(
            "An axis of open size cannot be taken apart.",
            given=f"shape {x.shape}, axis={axis}",
            expected="a known size",
            mend="say how many parts there are: num=...",
        )
    rest = [n for a, n in enumerate(shape_of(x)) if a != axis]
    return [reshape_exactly(slice_axes(x, {axis: (i, i + 1, 1)}), rest) for i in range(count)]


def append(x1: Any, x2: Any, axis: int | None = None) -> Any:
    """One tensor after the other; as lines, if no axis is given.

    Examples:
        >>> append(np.array([[1, 2]]), np.array([[3, 4]])), append(1, [2, 3])
        (array([1, 2, 3, 4]), array([1, 2, 3], dtype=int32))
    """
    if axis is None:
        return concatenate([ravel(x1), ravel(x2)])
    return concatenate([x1, x2], axis)


def _at_least(x: Any, ndim: int) -> Any:
    x = as_operand(x)
    return x if x.ndim >= ndim else reshape_exactly(x, (1,) * (ndim - x.ndim) + shape_of(x))


def hstack(xs: Sequence[Any]) -> Any:
    """Tensors one after the other: vectors along their only axis, all others along the second.

    Examples:
        >>> hstack([np.array([1, 2]), np.array([3])])
        array([1, 2, 3])
    """
    parts = [_at_least(x, 1) for x in xs]
    return concatenate(parts, 0 if parts[0].ndim == 1 else 1)


def vstack(xs: Sequence[Any]) -> Any:
    """Tensors below each other, vectors as rows.

    Examples:
        >>> vstack([np.array([1, 2]), np.array([3, 4])])
        array([[1, 2],
               [3, 4]])
    """
    return concatenate([_at_least(x, 2) for x in xs], 0)


def dstack(xs: Sequence[Any]) -> Any:
    """Tensors behind each other, along the third axis.

    Examples:
        >>> dstack([np.array([1, 2]), np.array([3, 4])])
        array([[[1, 3],
                [2, 4]]])
    """
    parts = [_at_least(x, 2) for x in xs]
    return concatenate([expand_dims(x, 2) if x.ndim == 2 else x for x in parts], 2)


def array_split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """Parts of ``x`` along an axis, nearly equal ones: the first have one element more.

    Examples:
        >>> [part.tolist() for part in array_split(np.arange(5), 2)]
        [[0, 1, 2], [3, 4]]
    """
    x = as_operand(x)
    if not isinstance(indices_or_sections, int | np.integer):
        return movement.split(x, indices_or_sections, axis)
    size = x.shape[axis_of(x.ndim, axis)]
    if size is None or indices_or_sections < 1:
        raise ShapeError(
            f"An axis of size {size} cannot be split into {indices_or_sections} parts.",
            given=f"shape {tuple(x.shape)}, axis={axis}",
            expected="a known size and at least one part",
        )
    each, more = divmod(size, indices_or_sections)
    cuts = [i * each + min(i, more) for i in range(1, indices_or_sections)]
    return movement.split(x, cuts, axis)


def hsplit(x: Any, indices_or_sections: int | Sequence[int]) -> list[Any]:
    """Parts of ``x`` along the second axis; of a vector along its only one.

    Examples:
        >>> [part.tolist() for part in hsplit(np.array([[1, 2], [3, 4]]), 2)]
        [[[1], [3]], [[2], [4]]]
    """
    x = as_operand(x)
    return movement.split(x, indices_or_sections, 0 if x.ndim == 1 else 1)


def vsplit(x: Any, indices_or_sections: int | Sequence[int]) -> list[Any]:
    """Parts of ``x`` along the first axis.

    Examples:
        >>> [part.tolist() for part in vsplit(np.array([[1, 2], [3, 4]]), 2)]
        [[[1, 2]], [[3, 4]]]
    """
    return movement.split(x, indices_or_sections, 0)


def dsplit(x: Any, indices_or_sections: int | Sequence[int]) -> list[Any]:
    """Parts of ``x`` along the third axis.

    Examples:
        >>> [part.shape for part in dsplit(np.zeros((1, 2, 4)), 2)]
        [(1, 2, 2), (1, 2, 2)]
    """
    return movement.split(x, indices_or_sections, 2)


def fliplr(x: Any) -> Any:
    """The second axis turned round: left is right.

    Examples:
        >>> fliplr(np.array([[1, 2], [3, 4]]))
        array([[2, 1],
               [4, 3]])
    """
    return flip(x, 1)


def flipud(x: Any) -> Any:
    """The first axis turned round: up is down.

    Examples:
        >>> flipud(np.array([[1, 2], [3, 4]]))
        array([[3, 4],
               [1, 2]])
    """
    return flip(x, 0)


def rot90(array: Any, k: int = 1, axes: Sequence[int] = (0, 1)) -> Any:
    """A tensor turned by right angles in the plane of two axes.

    Args:
        array: A tensor of at least two axes.
        k: How many right angles, from the first of the axes to the second.
        axes: The plane.

    Raises:
        ShapeError: If the tensor has fewer axes, or the two are one.

    Examples:
        >>> rot90(np.array([[1, 2], [3, 4]]))
        array([[2, 4],
               [1, 3]])
    """
    x = as_operand(array)
    if x.ndim < 2 or len(axes) != 2 or axis_of(x.ndim, axes[0]) == axis_of(x.ndim, axes[1]):
        raise ShapeError(
            "A rotation is in the plane of two different axes.",
            given=f"shape {tuple(x.shape)}, axes={tuple(axes)}",
            expected="two axes that the tensor has",
        )
    first, second = axes
    turns = k % 4
    if turns == 2:
        return flip(x, [first, second])
    if turns == 1:
        return swapaxes(flip(x, second), first, second)
    return flip(swapaxes(x, first, second), second) if turns == 3 else x


def roll(x: Any, shift: int | Sequence[int], axis: int | Sequence[int] | None = None) -> Any:
    """Elements moved along an axis; what leaves at the end comes in at the start.

    Args:
        x: A tensor or array.
        shift: How many places; one number, or one for each axis.
        axis: Which; by default all elements are one line.

    Examples:
        >>> roll(np.array([1, 2, 3, 4]), 1)
        array([4, 1, 2, 3])
    """
    x = as_operand(x)
    if axis is None:
        total = shift if isinstance(shift, int | np.integer) else sum(shift)
        return reshape_exactly(roll(ravel(x), int(total), 0), shape_of(x))
    axes = [axis] if isinstance(axis, int | np.integer) else list(axis)
    shifts = [shift] * len(axes) if isinstance(shift, int | np.integer) else list(shift)
    for places, a in zip(shifts, axes, strict=True):
        at = axis_of(x.ndim, a)
        size = x.shape[at]
        if size == 0:
            continue
        # Where the size is open, at most one turn: a cut beyond the end leaves nothing.
        cut = -int(places) % size if size is not None else -int(places)
        if cut:
            front, back = (slice_axes(x, {at: span}) for span in ((0, cut, 1), (cut, None, 1)))
            x = concatenate([back, front], at)
    return x


def tile(x: Any, repeats: int | Sequence[int]) -> Any:
    """Copies of a whole tensor one after the other, along each axis.

    Args:
        x: A tensor or array.
        repeats: How many, for each axis; missing ones are 1, counted from the last.

    Examples:
        >>> tile(np.array([1, 2]), (2, 2))
        array([[1, 2, 1, 2],
               [1, 2, 1, 2]])
    """
    counts = [repeats] if isinstance(repeats, int | np.integer) else list(repeats)
    x = _at_least(x, len(counts))
    counts = [1] * (x.ndim - len(counts)) + counts
    sizes = shape_of(x)
    pairs = [n for count, size in zip(counts, sizes, strict=True) for n in (count, size)]
    apart = reshape_exactly(x, [n for size in sizes for n in (1, size)])
    whole = [size * count for count, size in zip(counts, sizes, strict=True)]
    return reshape_exactly(broadcast_to(apart, pairs), whole)


def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Each element several times in a row.

    Args:
        x: A tensor or array.
        repeats: How many times: one number, or one for each position along the axis.
        axis: Which; by default all elements are one line.

    Examples:
        >>> repeat(np.array([1, 2]), 2), repeat(np.array([1, 2]), [1, 3])
        (array([1, 1, 2, 2]), array([1, 2, 2, 2]))
    """
    x = as_operand(x)
    if axis is None:
        x, axis = ravel(x), 0
    axis = axis_of(x.ndim, axis)
    counts = np.asarray(repeats)
    if counts.size != 1:
        return indexing.take(x, np.repeat(np.arange(len(counts), dtype=np.int32), counts), axis)
    count, sizes = int(counts.reshape(())), list(shape_of(x))
    copied = broadcast_to(expand_dims(x, axis + 1), [*sizes[: axis + 1], count, *sizes[axis + 1 :]])
    sizes[axis] = sizes[axis] * count
    return reshape_exactly(copied, sizes)


def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Any:
    """A border around ``x``, as in ``numpy.pad``.

    Args:
        x: A tensor or array.
        pad_width: How many elements before and after: for each axis a pair, or one pair or one
            number for all.
        mode: ``"constant"``; or ``"edge"``, ``"reflect"``, ``"symmetric"`` or ``"wrap"``, which
            repeat elements of ``x``.
        constant_values: What the border of ``"constant"`` is made of; 0 by default.

    Raises:
        UnknownNameError: For another mode.
        ShapeError: If the widths do not fit, or an axis to be repeated has an open size.

    Examples:
        >>> pad(np.array([1, 2, 3]), 2, mode="reflect")
        array([3, 2, 1, 2, 3, 2, 1])
    """
    if mode == "constant":
        return movement.pad(x, pad_width, 0 if constant_values is None else constant_values)
    modes = ("constant", "edge", "reflect", "symmetric", "wrap")
    if mode not in modes:
        raise unknown_name("padding mode", mode, modes)
    x = as_operand(x)
    widths = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2)).tolist()
    for axis, width in enumerate(widths):
        if width == [0, 0]:
            continue
        if x.shape[axis] is None:
            raise ShapeError(
                f"An axis of open size cannot be padded with mode {mode!r}.",
                given=f"shape {x.shape}, axis {axis}",
                expected="a known size",
            )
        # Which element of x stands where: numbers padded in the same way.
        places = np.pad(np.arange(x.shape[axis], dtype=np.int32), width, mode)  # type: ignore[call-overload]
        x = indexing.take(x, places, axis)
    return x


def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Any:
    """For each line along an axis what stands at its own positions.

    Args:
        x: A tensor or array.
        indices: Integers, with as many axes as ``x`` and on all others its sizes, or 1.
        axis: Which; by default both are taken as one long line.

    Examples:
        >>> take_along_axis(np.array([[1, 2], [3, 4]]), [[1], [0]], axis=1)
        array([[2],
               [3]])
    """
    return indexing.take_along_axis(x, indices, axis)


def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> Any:
    """Axes moved, split and joined as a pattern says: ``"b (h w) c -> b c h w"``.

    Args:
        tensor: A tensor or array.
        pattern: Names of the axes before and after ``->``; those in parentheses are one axis.
        axes_lengths: Sizes of named axes; all but one of each group.

    Raises:
        ShapeError: If the pattern does not fit the tensor, or names differ on its sides.

    Examples:
        >>> rearrange(np.arange(6), "(h w) -> w h", h=2)
        array([[0, 3],
               [1, 4],
               [2, 5]])

    Source:
        Rogozhnikov 2022, "Einops: Clear and Reliable Tensor Manipulations with Einstein-like
        Notation", https://openreview.net/forum?id=oapKSVM2bcj.
    """
    x = as_operand(tensor)
    left, _, right = pattern.partition("->")
    before, after = _groups(left), _groups(right)
    names = [name for group in before for name in group]
    wanted = [name for group in after for name in group]
    if len(before) != x.ndim or sorted(names) != sorted(wanted) or len(set(names)) < len(names):
        raise ShapeError(
            "The pattern does not fit.",
            given=f"{pattern!r} for shape {tuple(x.shape)}",
            expected="a name or group for each axis, and the same names on both sides",
        )
    sizes: dict[str, Any] = dict(axes_lengths)
    for axis, group in enumerate(before):
        unknown = [name for name in group if name not in sizes]
        if len(unknown) > 1:
            raise ShapeError(
                "The size of an axis in a group is not known.",
                given=f"{pattern!r} with {axes_lengths}",
                expected=f"sizes for all but one of {', '.join(unknown)}",
            )
        if unknown:
            known = math.prod(sizes[name] for name in group if name in sizes)
            sizes[unknown[0]] = size_of(x, axis) // known
    apart = reshape_exactly(x, [sizes[name] for name in names])
    moved = transpose(apart, [names.index(name) for name in wanted])
    return reshape_exactly(moved, [math.prod(sizes[n] for n in group) for group in after])


def _groups(side: str) -> list[list[str]]:
    """The axes of one side of a pattern, each a list of names."""
    groups: list[list[str]] = []
    inside = False
    for word in side.replace("(", " ( ").replace(")", " ) ").split():
        if word in "()":
            inside = word == "("
            if inside:
                groups.append([])
        elif inside:
            groups[-1].append(word)
        else:
            groups.append([] if word == "1" else [word])
    return groups
