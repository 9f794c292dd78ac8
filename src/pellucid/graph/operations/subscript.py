"""``x[key]``: numbers, slices, ``None`` and ``...``, made of slices, reversals and a reshape."""

from typing import Any

import numpy as np

from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.operations.broadcasting import reshape_exactly, size_of
from pellucid.graph.operations.movement import flip, slice_axes
from pellucid.graph.tensor import as_operand

__all__ = ["index"]


def index(x: Any, key: Any) -> Any:
    """``x[key]`` by NumPy's basic rule: numbers, slices, ``None`` and ``...``.

    Examples:
        >>> index(np.arange(6).reshape(2, 3), (0, slice(None, None, -1)))
        array([2, 1, 0])
    """
    x = as_operand(x)
    keys = list(key) if isinstance(key, tuple) else [key]
    for k in keys:
        if not (k is None or k is Ellipsis or _is_position(k) or _is_slice(k)):
            raise DTypeError(
                "A tensor is indexed with numbers, slices, None and `...`.",
                given=f"a {type(k).__name__}",
                expected="numbers that are known now",
                mend="use take(x, indices, axis) for an array of positions",
            )
    if sum(k is Ellipsis for k in keys) > 1:
        raise ShapeError(
            "`...` stands for all axes that are not named, so it can be used once.",
            given=f"{sum(k is Ellipsis for k in keys)} of them",
            expected="at most one",
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
    reversed_axes = []
    named = [k for k in keys if k is not None]
    for axis, (k, size) in enumerate(zip(named, x.shape, strict=True)):
        ranges[axis], backwards = _range(k, size, axis)
        if backwards:
            reversed_axes.append(axis)
    result = slice_axes(x, ranges)
    result = flip(result, reversed_axes) if reversed_axes else result
    if all(isinstance(k, slice) for k in keys):
        return result
    kept = (size_of(result, axis) for axis, k in enumerate(named) if isinstance(k, slice))
    return reshape_exactly(
        result, [1 if k is None else next(kept) for k in keys if k is None or isinstance(k, slice)]
    )


def _is_position(key: Any) -> bool:
    return isinstance(key, int | np.integer) and not isinstance(key, bool)


def _is_slice(key: Any) -> bool:
    parts = (key.start, key.stop, key.step) if isinstance(key, slice) else (False,)
    return all(part is None or _is_position(part) for part in parts)


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
    if step == 0:
        raise ShapeError(
            "A slice in steps of 0 never ends.", given=f"{key}", expected="a step other than 0"
        )
    if size is None:
        if (key.start, key.stop, step) == (None, None, -1):
            return (0, None, 1), True
        if step < 0:
            raise ShapeError(
                f"Axis {axis}, whose size is open, cannot be read backwards in part.",
                given=f"{key}",
                expected="a step above 0",
                mend="use flip(x, axis) first",
            )
        return (key.start or 0, key.stop, step), False
    positions = range(*key.indices(size))
    if step > 0:
        return (positions.start, max(positions.start, positions.stop), step), False
    if not positions:
        return (0, 0, 1), False
    return (positions[-1], positions[0] + 1, -step), True
