"""Sizes, movement, products, reductions and positions in ONNX."""

from typing import Any

import numpy as np

from pellucid.export.onnx_writer import Writer, rule
from pellucid.graph.operations import (
    broadcasting,
    contraction,
    counting,
    cumulative,
    indexing,
    movement,
    reductions,
    sorting,
)
from pellucid.graph.tensor import Tensor

__all__: list[str] = []

END, BEGIN = np.iinfo(np.int64).max, np.iinfo(np.int64).min


# -- sizes and shapes ----------------------------------------------------------------------------


@rule(broadcasting.Size)
def _size(w: Writer, node: Tensor, x: str) -> str:
    axis = w.constant(np.array(node.op.axis, np.int64))  # type: ignore[attr-defined]
    return w.cast(w.node("Gather", w.node("Shape", x), axis), node.dtype)


@rule(counting.Iota)
def _iota(w: Writer, node: Tensor, size: str) -> str:
    counted = w.node("Range", w.constant(0, "int32"), size, w.constant(1, "int32"))
    return counted if node.dtype == "int32" else w.cast(counted, node.dtype)


@rule(broadcasting.Reshape)
def _reshape(w: Writer, node: Tensor, x: str, *sizes: str) -> str:
    # allowzero: a 0 among the sizes is a size of 0, not "as it was".
    return w.node("Reshape", x, w.shape(node.op.shape, sizes), allowzero=1)  # type: ignore[attr-defined]


@rule(broadcasting.Broadcast)
def _broadcast(w: Writer, node: Tensor, x: str, *sizes: str) -> str:
    return w.node("Expand", x, w.shape(node.op.shape, sizes))  # type: ignore[attr-defined]


# -- movement ------------------------------------------------------------------------------------


@rule(movement.Transpose)
def _transpose(w: Writer, node: Tensor, x: str) -> str:
    return w.transpose(x, node.op.axes)  # type: ignore[attr-defined]


@rule(movement.Concatenate)
def _concatenate(w: Writer, node: Tensor, *parts: str) -> str:
    return w.node("Concat", *parts, axis=node.op.axis)  # type: ignore[attr-defined]


@rule(movement.Slice)
def _slice(w: Writer, node: Tensor, x: str) -> str:
    ranges: Any = node.op.ranges  # type: ignore[attr-defined]
    axes = [i for i, part in enumerate(ranges) if part != (0, None, 1)]
    starts, stops, steps = zip(*(ranges[i] for i in axes), strict=True)
    ends = [END if stop is None else stop for stop in stops]
    return w.node("Slice", x, w.ints(*starts), w.ints(*ends), w.ints(*axes), w.ints(*steps))


@rule(movement.Reverse)
def _reverse(w: Writer, node: Tensor, x: str) -> str:
    axes = node.op.axes  # type: ignore[attr-defined]
    last, before, back = [-1] * len(axes), [BEGIN] * len(axes), [-1] * len(axes)
    return w.node("Slice", x, w.ints(*last), w.ints(*before), w.ints(*axes), w.ints(*back))


@rule(movement.Pad)
def _pad(w: Writer, node: Tensor, x: str, value: str) -> str:
    before, after = zip(*node.op.widths, strict=True)  # type: ignore[attr-defined]
    return w.node("Pad", x, w.ints(*before, *after), value)


@rule(movement.Split)
def _split(w: Writer, node: Tensor, x: str) -> Any:
    op: Any = node.op
    parts = w.node("Split", x, w.ints(*op.sizes), outputs=len(op.sizes), axis=op.axis)
    return parts if isinstance(parts, list) else [parts]


# -- products and reductions ---------------------------------------------------------------------


@rule(contraction.Matmul)
def _matmul(w: Writer, node: Tensor, x: str, y: str) -> str:
    return w.node("MatMul", x, y)


@rule(contraction.Einsum)
def _einsum(w: Writer, node: Tensor, x: str, y: str) -> str:
    return w.node("Einsum", x, y, equation=node.op.equation)  # type: ignore[attr-defined]


def _reduce(kind: str) -> Any:
    def write(w: Writer, node: Tensor, x: str) -> str:
        return w.node(kind, x, w.ints(*node.op.axes), keepdims=0)  # type: ignore[attr-defined]

    return write


rule(broadcasting.Sum)(_reduce("ReduceSum"))
rule(reductions.Prod)(_reduce("ReduceProd"))


@rule(reductions.Max, reductions.Min)
def _largest(w: Writer, node: Tensor, x: str) -> str:
    op: Any = node.op
    kind = "ReduceMax" if isinstance(op, reductions.Max) else "ReduceMin"
    if node.dtype != "bool":
        return w.node(kind, x, w.ints(*op.axes), keepdims=0)
    return w.cast(w.node(kind, w.cast(x, "int32"), w.ints(*op.axes), keepdims=0), "bool")


@rule(reductions.Argmax, reductions.Argmin)
def _position(w: Writer, node: Tensor, x: str) -> str:
    kind = "ArgMax" if isinstance(node.op, reductions.Argmax) else "ArgMin"
    if node.inputs[0].dtype == "bool":
        x = w.cast(x, "int32")
    return w.cast(w.node(kind, x, axis=node.op.axis, keepdims=0), node.dtype)  # type: ignore[attr-defined]


@rule(cumulative.Cumsum)
def _cumsum(w: Writer, node: Tensor, x: str) -> str:
    op: Any = node.op
    return w.node("CumSum", x, w.constant(op.axis, "int64"), reverse=int(op.reverse))


# -- order and positions -------------------------------------------------------------------------


@rule(sorting.Sort)
def _sort(w: Writer, node: Tensor, x: str) -> Any:
    axis = node.op.axis  # type: ignore[attr-defined]
    count = w.node("Slice", w.node("Shape", x), w.ints(axis), w.ints(axis + 1))
    values, places = w.node("TopK", x, count, outputs=2, axis=axis, largest=0)
    return values, w.cast(places, "int32")


@rule(sorting.TopK)
def _top_k(w: Writer, node: Tensor, x: str) -> Any:
    count = w.ints(node.op.k)  # type: ignore[attr-defined]
    values, places = w.node("TopK", x, count, outputs=2)
    return values, w.cast(places, "int32")


@rule(indexing.Gather)
def _gather(w: Writer, node: Tensor, x: str, indices: str) -> str:
    return w.node("Gather", x, indices, axis=node.op.axis)  # type: ignore[attr-defined]


@rule(indexing.GatherAlong)
def _gather_along(w: Writer, node: Tensor, x: str, indices: str) -> str:
    return w.node("GatherElements", x, indices, axis=node.op.axis)  # type: ignore[attr-defined]


@rule(indexing.DynamicSlice)
def _dynamic_slice(w: Writer, node: Tensor, x: str, starts: str, *sizes: str) -> str:
    part = w.shape(node.op.shape, sizes)  # type: ignore[attr-defined]
    whole, start = w.node("Shape", x), w.cast(starts, "int64")
    counted = w.node("Where", w.node("Less", start, w.ints(0)), w.node("Add", start, whole), start)
    last = w.node("Sub", whole, part)
    first = w.node("Max", w.node("Min", counted, last), w.ints(0))
    return w.node("Slice", x, first, w.node("Add", first, part))
