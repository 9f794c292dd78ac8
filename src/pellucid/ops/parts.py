"""Parts of tensors: read, replaced, and put at places."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import ShapeError, unknown_name
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.operations import indexing
from pellucid.graph.operations.arithmetic import maximum, multiply
from pellucid.graph.operations.broadcasting import (
    full,
    reshape_exactly,
    shape_of,
)
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import less, where
from pellucid.graph.operations.movement import concatenate
from pellucid.graph.operations.segments import segment_max, segment_min, segment_prod
from pellucid.graph.tensor import Tensor, as_operand

__all__ = [
    "get_item",
    "scatter",
    "scatter_update",
    "slice",
    "slice_update",
]


def get_item(x: Any, key: Any) -> Any:
    """``x[key]``.

    Examples:
        >>> get_item(np.array([1, 2, 3]), -1).item()
        3
    """
    return as_operand(x)[key]


def slice(inputs: Any, start_indices: Any, shape: Sequence[Any]) -> Any:
    """A part of a tensor.

    Args:
        inputs: A tensor or array.
        start_indices: Where it starts on each axis; may be known only when the graph runs. A
            start from which it would reach beyond the end is moved back until it fits.
        shape: The shape of the part.

    Examples:
        >>> slice(np.arange(5), [1], (2,))
        array([1, 2])
    """
    return indexing.dynamic_slice(inputs, start_indices, shape)


def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Any:
    """A tensor with a part replaced.

    Args:
        inputs: A tensor or array.
        start_indices: Where the part starts on each axis, as in :func:`slice`.
        updates: What is put there.

    Examples:
        >>> slice_update(np.zeros(4), [1], np.array([1.0, 2.0]))
        array([0., 1., 2., 0.])
    """
    return indexing.dynamic_update_slice(inputs, updates, start_indices)


def _rows(indices: Any, sizes: Sequence[Any]) -> tuple[Any, Any]:
    """Indices of several axes as row numbers of those axes taken as one, and its size."""
    indices = as_operand(indices)
    if indices.ndim == 0 or indices.shape[-1] is None or indices.shape[-1] > len(sizes):
        raise ShapeError(
            "Indices have a last axis, with a number for each of the first axes.",
            given=f"indices of shape {tuple(indices.shape)} for shape {tuple(sizes)}",
            expected=f"a last axis of 1 to {len(sizes)}",
        )
    number: Any = 0
    rows: Any = 1
    for axis in range(indices.shape[-1]):
        places = indices[..., axis]
        places = where(less(places, 0), places + sizes[axis], places)
        number = places if axis == 0 else number * sizes[axis] + places
        rows = sizes[axis] if axis == 0 else rows * sizes[axis]
    return reshape_exactly(number, [math.prod(shape_of(number))]), rows


def scatter(indices: Any, values: Any, shape: Sequence[int]) -> Any:
    """Zeros, with values added at places.

    Args:
        indices: Places: numbers for the first axes, along a last axis.
        values: What is put there; at one place they add up.
        shape: Of the result.

    Examples:
        >>> scatter([[0], [2]], np.array([5, 7]), (4,))
        array([5, 0, 7, 0])
    """
    values = as_operand(values)
    return scatter_update(full(shape, 0, dtype_name(values.dtype)), indices, values, "add")


REDUCTIONS = ("add", "max", "min", "mul")


def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Any:
    """A tensor with elements (or rows, or more) replaced at places.

    Args:
        inputs: A tensor or array.
        indices: Places: numbers for the first axes, along a last axis.
        updates: What is put there; of several at one place the last.
        reduction: Instead of replacing, ``"add"``, ``"mul"``, or take the ``"max"`` or ``"min"``.

    Raises:
        UnknownNameError: For another reduction.
        ShapeError: If the indices have more numbers than the tensor has axes.

    Examples:
        >>> scatter_update(np.zeros(3), [[0], [2]], np.array([5.0, 7.0]))
        array([5., 0., 7.])
        >>> scatter_update(np.ones(3), [[0], [0]], np.array([5.0, 7.0]), "add")
        array([13.,  1.,  1.])
    """
    if reduction not in (None, *REDUCTIONS):
        raise unknown_name("reduction", reduction, REDUCTIONS)
    inputs = as_operand(inputs)
    kind = dtype_name(inputs.dtype)
    updates, sizes = cast(as_operand(updates), kind), shape_of(inputs)
    numbers, count = _rows(indices, sizes)
    rest = sizes[as_operand(indices).shape[-1] :]
    x = reshape_exactly(inputs, [count, *rest])
    rows = reshape_exactly(updates, [*shape_of(numbers), *rest])
    if reduction == "add":
        result = indexing.scatter_add(x, numbers, rows)
    elif isinstance(count, Tensor):
        raise ShapeError(
            "Elements of a tensor of open size can be added to, not replaced.",
            given=f"shape {inputs.shape}",
            expected="known sizes along the axes that are indexed",
        )
    elif reduction in ("max", "min"):
        # The old rows stand before the new ones.
        both = concatenate([x, rows]), concatenate([np.arange(count, dtype=np.int32), numbers])
        result = (segment_max if reduction == "max" else segment_min)(*both, count)
    elif reduction == "mul":
        result = multiply(x, segment_prod(rows, numbers, count))
    else:
        order = np.arange(rows.shape[0], dtype=np.int32)
        last = segment_max(order, numbers, count)  # below 0 where nothing is put
        kept = reshape_exactly(less(last, 0), [count] + [1] * len(rest))
        result = where(kept, x, indexing.take(rows, maximum(last, 0), 0))
    return reshape_exactly(result, sizes)
