"""Updates at positions, reductions by segment, Fourier transforms and determinants in ONNX."""

from typing import Any

from pellucid.export.onnx_writer import Writer, rule
from pellucid.graph.dtypes import numpy_dtype
from pellucid.graph.operations import factorization, fourier, indexing, segments
from pellucid.graph.tensor import Tensor

__all__: list[str] = []


def _dropped(
    w: Writer, indices: str, first: str, size: str, updates: str, nothing: str, axes: list[int]
) -> tuple[str, str]:
    """Positions and updates, such that those outside change nothing.

    Args:
        w: The writer.
        indices: The positions.
        first: The lowest that there is: below 0 where they count from the end too.
        size: The number of places, a vector of one as the lowest.
        updates: What is put there.
        nothing: The value that an update has where it must not change anything.
        axes: New axes for the positions, behind which they broadcast to the updates.
    """
    whole = w.cast(indices, "int64")
    low = w.node("Less", whole, first)
    inside = w.node("And", w.node("Not", low), w.node("Less", whole, size))
    kept = w.node("Where", inside, whole, w.ints(0))
    wide = w.node("Unsqueeze", inside, w.ints(*axes)) if axes else inside
    return kept, w.node("Where", wide, updates, nothing)


def _length(w: Writer, x: str, axis: int) -> str:
    """The size of an axis, a vector of one."""
    return w.node("Slice", w.node("Shape", x), w.ints(axis), w.ints(axis + 1))


@rule(indexing.ScatterAdd)
def _scatter_add(w: Writer, node: Tensor, x: str, indices: str, updates: str) -> str:
    axis: int = node.op.axis  # type: ignore[attr-defined]
    table, positions, rows = node.inputs
    count = positions.ndim
    moved = list(range(axis, axis + count))
    order = [*moved, *(i for i in range(rows.ndim) if i not in moved)]
    first = [axis, *(i for i in range(table.ndim) if i != axis)]
    new = list(range(count, rows.ndim))
    rows_first = w.transpose(updates, order)
    size = _length(w, x, axis)
    least = w.node("Neg", size)
    kept, given = _dropped(w, indices, least, size, rows_first, w.like(node, 0), new)
    places = w.node("Unsqueeze", kept, w.ints(-1))
    result = w.node("ScatterND", w.transpose(x, first), places, given, reduction="add")
    return w.transpose(result, [first.index(i) for i in range(table.ndim)])


@rule(indexing.ScatterAddAlong)
def _scatter_add_along(w: Writer, node: Tensor, x: str, indices: str, updates: str) -> str:
    axis: int = node.op.axis  # type: ignore[attr-defined]
    size = _length(w, x, axis)
    least = w.node("Neg", size)
    kept, given = _dropped(w, indices, least, size, updates, w.like(node, 0), [])
    return w.node("ScatterElements", x, kept, given, axis=axis, reduction="add")


@rule(indexing.DynamicUpdateSlice)
def _dynamic_update(w: Writer, node: Tensor, x: str, part: str, starts: str) -> str:
    whole, size, start = w.node("Shape", x), w.node("Shape", part), w.cast(starts, "int64")
    counted = w.node("Where", w.node("Less", start, w.ints(0)), w.node("Add", start, whole), start)
    last = w.node("Sub", whole, size)
    first = w.node("Max", w.node("Min", counted, last), w.ints(0))
    behind = w.node("Sub", last, first)
    around = w.node("Concat", first, behind, axis=0)
    ones = w.node("Expand", w.constant(1, "int32"), size)
    there = w.cast(w.node("Pad", ones, around, w.constant(0, "int32")), "bool")
    return w.node("Where", there, w.node("Pad", part, around, w.like(node, 0)), x)


KINDS = {
    segments.SegmentMax: "max",
    segments.SegmentMin: "min",
    segments.SegmentProd: "mul",
}


@rule(*KINDS)
def _segment(w: Writer, node: Tensor, x: str, numbers: str) -> str:
    op: Any = node.op
    start = w.like(node, op.start(numpy_dtype(node.dtype)))
    rest = w.node("Slice", w.node("Shape", x), w.ints(1), w.ints(node.ndim))
    shape = w.node("Concat", w.ints(op.count), rest, axis=0)
    new = list(range(1, node.ndim))
    kept, given = _dropped(w, numbers, w.ints(0), w.ints(op.count), x, start, new)
    places = w.node("Unsqueeze", kept, w.ints(-1))
    empty = w.node("Expand", start, shape)
    return w.node("ScatterND", empty, places, given, reduction=KINDS[type(op)])


@rule(fourier.Fourier)
def _fourier(w: Writer, node: Tensor, real: str, imaginary: str) -> tuple[str, ...]:
    inverse: bool = node.op.inverse  # type: ignore[attr-defined]
    axis = node.inputs[0].ndim  # after an axis in front, which ONNX needs for a batch
    both = [w.node("Unsqueeze", part, w.ints(0, axis + 1)) for part in (real, imaginary)]
    signal = w.node("Concat", *both, axis=axis + 1)
    result = w.node("DFT", signal, axis=axis, inverse=int(inverse))
    parts = []
    for i in range(2):
        part = w.node("Gather", result, w.constant(i, "int64"), axis=axis + 1)
        parts.append(w.node("Squeeze", part, w.ints(0)))
    if not inverse:
        return tuple(parts)
    # ONNX divides by the number of elements, which ours leaves to whoever wants it.
    count = w.cast(_length(w, real, axis - 1), node.inputs[0].dtype)
    return tuple(w.node("Mul", part, count) for part in parts)


@rule(factorization.Slogdet)
def _slogdet(w: Writer, node: Tensor, x: str) -> tuple[str, str]:
    determinant = w.node("Det", x)
    return w.node("Sign", determinant), w.node("Log", w.node("Abs", determinant))
