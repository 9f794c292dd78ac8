"""Order and membership: searching, counting, choosing, and what depends on the values found."""

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid import config
from pellucid.errors import GraphError, ShapeError, unknown_name
from pellucid.graph.dtypes import dtype_name, is_float, numpy_dtype
from pellucid.graph.operations import comparison, segments, sorting
from pellucid.graph.operations.broadcasting import reshape, shape_of
from pellucid.graph.operations.casting import cast, together
from pellucid.graph.operations.comparison import (
    equal,
    greater,
    isfinite,
    less,
    less_equal,
    logical_and,
    logical_not,
)
from pellucid.graph.operations.indexing import scatter_add, take, take_along_axis
from pellucid.graph.operations.movement import expand_dims
from pellucid.graph.operations.reductions import any, max, min, sum
from pellucid.graph.operations.sorting import argsort
from pellucid.graph.tensor import Tensor, as_array, as_operand
from pellucid.ops.creation import full, linspace, zeros
from pellucid.ops.elementwise import minimum

__all__ = [
    "argpartition",
    "bincount",
    "digitize",
    "histogram",
    "in_top_k",
    "isin",
    "nonzero",
    "searchsorted",
    "segment_max",
    "segment_min",
    "segment_prod",
    "segment_sum",
    "select",
    "top_k",
    "unique",
    "unravel_index",
    "where",
]


def _valued(name: str, x: Any, mend: str) -> np.ndarray:
    """An array; its values decide on the shape of the result, so a symbolic tensor will not do."""
    if isinstance(x, Tensor):
        raise GraphError(
            f"The shape of {name}'s result depends on values that are not known yet.",
            given=f"a symbolic tensor {x.spec}",
            expected="an array",
            mend=mend,
            line=x.line,
        )
    return as_array(x)


def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """``x1`` where the condition is true, else ``x2``; with the condition alone :func:`nonzero`.

    Examples:
        >>> where(np.array([True, False]), 1.0, np.array([-1.0, -2.0]))
        array([ 1., -2.])
    """
    if x1 is None or x2 is None:
        return nonzero(condition)
    return comparison.where(condition, x1, x2)


def nonzero(x: Any) -> tuple[Any, ...]:
    """The places of the elements that are not 0: for each axis the numbers along it, in int32.

    Raises:
        GraphError: For a symbolic tensor.

    Examples:
        >>> nonzero(np.array([0, 5, 7]))
        (array([1, 2], dtype=int32),)
    """
    found = np.nonzero(_valued("nonzero", x, "use where(condition, x1, x2)"))
    return tuple(places.astype(np.int32) for places in found)


def unique(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """The different elements, each once, in rising order.

    Args:
        x: An array.
        sorted: They always are.
        return_index: Whether to return where each stands first.
        return_inverse: Whether to return which of them stands at each place.
        return_counts: Whether to return how often each stands there.
        axis: Along which; all elements are one line by default.
        size: How many to return: those beyond are cut off, missing ones filled in.
        fill_value: With what; the smallest element by default.

    Raises:
        GraphError: For a symbolic tensor.

    Examples:
        >>> unique(np.array([3, 1, 3])), unique(np.array([3, 1, 3]), return_counts=True)[1]
        (array([1, 3]), array([1, 2], dtype=int32))
    """
    x = _valued("unique", x, "sort() it, and compare neighbours")
    values, index, inverse, counts = np.unique(x, True, True, True, axis=axis)
    along = 0 if axis is None else axis
    inverse = inverse.reshape(-1) if axis is not None else inverse.reshape(x.shape)
    if size is not None:
        missing = size - len(index)
        fill = values.take([0], along) if fill_value is None else fill_value
        kept = np.take(values, np.arange(builtins.min(size, len(index))), along)
        more = [n if a != along else builtins.max(missing, 0) for a, n in enumerate(kept.shape)]
        values = np.concatenate([kept, np.broadcast_to(np.asarray(fill, kept.dtype), more)], along)
        index = np.append(index, np.full(builtins.max(missing, 0), index[0]))[:size]
        counts = np.append(counts, np.zeros(builtins.max(missing, 0), int))[:size]
    extras = ((return_index, index), (return_inverse, inverse), (return_counts, counts))
    result = [values, *(part.astype(np.int32) for wanted, part in extras if wanted)]
    return tuple(result) if len(result) > 1 else result[0]


def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """At each place the first choice whose condition is true there.

    Args:
        condlist: Conditions.
        choicelist: A choice for each.
        default: Where none is true.

    Raises:
        ShapeError: If there are not as many choices as conditions.

    Examples:
        >>> x = np.array([1, 5, 9])
        >>> select([x < 3, x < 7], [x * 10, x * 100], -1)
        array([ 10, 500,  -1])
    """
    if len(condlist) != len(choicelist) or not condlist:
        raise ShapeError(
            "select needs a choice for each condition.",
            given=f"{len(condlist)} conditions and {len(choicelist)} choices",
            expected="as many of both, at least one",
        )
    result = default
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        result = comparison.where(condition, choice, result)
    return result


def isin(x1: Any, x2: Any, assume_unique: bool = False, invert: bool = False) -> Any:
    """Whether each element of ``x1`` is among those of ``x2``.

    Args:
        x1: A tensor or array.
        x2: The elements that are looked for.
        assume_unique: Whether no element comes twice; of no consequence here.
        invert: Whether to tell those that are not.

    Examples:
        >>> isin(np.array([1, 2, 3]), np.array([3, 1]))
        array([ True, False,  True])
    """
    x1, x2 = together(x1, x2)
    found = any(equal(expand_dims(x1, -1), reshape(x2, (-1,))), axis=-1)
    return logical_not(found) if invert else found


def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> Any:
    """Where values would be put into a rising vector so that it stays so, in int32.

    Args:
        sorted_sequence: A vector in rising order.
        values: What is to be put there.
        side: Among equal ones: ``"left"``, before them, or ``"right"``, behind.

    Raises:
        UnknownNameError: For another side.
        ShapeError: If the sequence is not a vector of known size.

    Examples:
        >>> searchsorted(np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.5]))
        array([1, 2], dtype=int32)
    """
    if side not in ("left", "right"):
        raise unknown_name("side", side, ("left", "right"))
    line, values = together(sorted_sequence, values)
    if line.ndim != 1 or line.shape[0] is None:
        raise ShapeError(
            "searchsorted searches a vector.",
            given=f"shape {tuple(line.shape)}",
            expected="one axis of known size",
        )
    count = line.shape[0]
    low, high = full(shape_of(values), 0, "int32"), full(shape_of(values), count, "int32")
    for _ in range(count.bit_length()):  # each step halves what is left
        middle = (low + high) // 2
        found = take(line, minimum(middle, count - 1))
        before = less(found, values) if side == "left" else less_equal(found, values)
        before = logical_and(before, less(low, high))
        low = comparison.where(before, middle + 1, low)
        high = comparison.where(before, high, middle)
    return low


def digitize(x: Any, bins: Any) -> Any:
    """In which bin each number lies: how many of the rising edges are not above it.

    Args:
        x: Numbers.
        bins: The edges.

    Examples:
        >>> digitize(np.array([0.5, 1.0, 9.0]), np.array([1.0, 2.0]))
        array([0, 1, 2], dtype=int32)
    """
    return searchsorted(bins, x, "right")


def bincount(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> Any:
    """How often each whole number from 0 on comes, or the sum of its weights.

    Args:
        x: Whole numbers of at least 0; of several rows each is counted by itself.
        weights: What each counts; 1 by default.
        minlength: The least length of the result; of a symbolic tensor its length.
        sparse: Not True: tensors here are dense.

    Raises:
        GraphError: For a symbolic tensor without ``minlength``.

    Examples:
        >>> bincount(np.array([0, 2, 2]))
        array([1, 0, 2], dtype=int32)
    """
    x = as_operand(x)
    if isinstance(x, Tensor) and minlength:
        length = minlength
    else:
        known = _valued("bincount", x, "say how many numbers there are: minlength=...")
        length = builtins.max(minlength, int(known.max(initial=-1)) + 1)
    kind = "int32" if weights is None else dtype_name(as_operand(weights).dtype)
    weights = full(shape_of(x), 1, "int32") if weights is None else as_operand(weights)
    hit = equal(expand_dims(x, -1), np.arange(length).astype(numpy_dtype(dtype_name(x.dtype))))
    return cast(sum(comparison.where(hit, expand_dims(weights, -1), 0), axis=-2), kind)


def histogram(x: Any, bins: int = 10, range: tuple[float, float] | None = None) -> Any:
    """How many numbers lie in each of some bins of equal width, and the bins' edges.

    Args:
        x: Numbers.
        bins: How many bins.
        range: From where to where; from the smallest to the largest number by default.

    Returns:
        The counts and the edges.

    Raises:
        ShapeError: If there are no bins.

    Examples:
        >>> counts, edges = histogram(np.array([1.0, 2.0, 2.5, 5.0]), bins=2)
        >>> counts, edges
        (array([3., 1.]), array([1., 3., 5.]))
    """
    if not isinstance(bins, int) or bins < 1:
        raise ShapeError("A histogram has bins.", given=f"bins={bins}", expected="at least one")
    x = reshape(as_operand(x), (-1,))
    low, high = (min(x), max(x)) if range is None else range
    kind = dtype_name(x.dtype) if is_float(dtype_name(x.dtype)) else config.floatx()
    edges = cast(linspace(low, high, bins + 1), kind)
    place = searchsorted(edges, cast(x, edges.dtype), "right") - 1
    place = comparison.where(equal(cast(x, edges.dtype), edges[-1]), bins - 1, place)
    hit = equal(expand_dims(place, -1), np.arange(bins, dtype=np.int32))
    return cast(sum(hit, axis=0), edges.dtype), edges


def argpartition(x: Any, kth: int, axis: int = -1) -> Any:
    """Positions such that the one at ``kth`` is in its place and smaller ones stand before it.

    Args:
        x: A tensor or array.
        kth: Which is in its place.
        axis: Along which.

    Examples:
        >>> print(argpartition(np.array([9, 1, 5]), 0)[0])
        1
    """
    return argsort(x, axis)


def top_k(x: Any, k: int, sorted: bool = True) -> tuple[Any, Any]:
    """The ``k`` largest elements along the last axis, and their positions.

    Args:
        x: A tensor or array.
        k: How many.
        sorted: They always are: largest first.

    Examples:
        >>> top_k(np.array([1.0, 5.0, 3.0]), 2)
        (array([5., 3.]), array([1, 2], dtype=int32))
    """
    return sorting.top_k(x, k)


def in_top_k(targets: Any, predictions: Any, k: int) -> Any:
    """Whether the prediction for the target class is among the ``k`` largest of its row.

    Those equal to the k-th largest count as among them; a row whose target's prediction is not
    finite does not.

    Args:
        targets: A class for each row.
        predictions: A number for each row and class.
        k: How many.

    Shapes:
        targets (B,), predictions (B, C) → (B,)

    Examples:
        >>> in_top_k(np.array([2, 0]), np.array([[0.1, 0.2, 0.7], [0.1, 0.2, 0.7]]), 1)
        array([ True, False])
    """
    targets, predictions = as_operand(targets), as_operand(predictions)
    own = take_along_axis(predictions, expand_dims(targets, -1), -1)
    larger = sum(greater(predictions, own), axis=-1)
    return logical_and(less(larger, k), isfinite(own[..., 0]))


def unravel_index(indices: Any, shape: Sequence[int]) -> tuple[Any, ...]:
    """Numbers of elements taken as one line, as numbers along the axes of a shape.

    Args:
        indices: Whole numbers.
        shape: The shape.

    Examples:
        >>> unravel_index(np.array([5]), (2, 3))
        (array([1]), array([2]))
    """
    rest, places = as_operand(indices), []
    for n in reversed(shape):
        places.append(rest % n)
        rest = rest // n
    return tuple(reversed(places))


def _segments(segment_ids: Any, num_segments: int | None) -> int:
    if num_segments is not None:
        return num_segments
    known = _valued("segment reductions", segment_ids, "say how many there are: num_segments=...")
    return int(known.max(initial=-1)) + 1


def segment_sum(
    data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
) -> Any:
    """The sum of the rows with each number.

    Args:
        data: Rows.
        segment_ids: A whole number for each.
        num_segments: How many segments; one more than the largest number by default.
        sorted: Whether the numbers rise; of no consequence here.

    Shapes:
        data (N, ...), segment_ids (N,) → (num_segments, ...)

    Examples:
        >>> segment_sum(np.array([1, 5, 2]), np.array([0, 0, 1]))
        array([6, 2])
    """
    data = as_operand(data)
    count = _segments(segment_ids, num_segments)
    start = zeros((count, *shape_of(data)[1:]), dtype_name(data.dtype))
    return scatter_add(start, segment_ids, data)


def segment_max(
    data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
) -> Any:
    """The largest of the rows with each number; the arguments are those of :func:`segment_sum`.

    Examples:
        >>> segment_max(np.array([1, 5, 2]), np.array([0, 0, 1]))
        array([5, 2])
    """
    return segments.segment_max(data, segment_ids, _segments(segment_ids, num_segments))


def segment_min(
    data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
) -> Any:
    """The smallest of the rows with each number; the arguments are those of :func:`segment_sum`.

    Examples:
        >>> segment_min(np.array([1, 5, 2]), np.array([0, 0, 1]))
        array([1, 2])
    """
    return segments.segment_min(data, segment_ids, _segments(segment_ids, num_segments))


def segment_prod(
    data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
) -> Any:
    """The product of the rows with each number; the arguments are those of :func:`segment_sum`.

    Examples:
        >>> segment_prod(np.array([2, 5, 2]), np.array([0, 0, 1]))
        array([10,  2])
    """
    return segments.segment_prod(data, segment_ids, _segments(segment_ids, num_segments))
