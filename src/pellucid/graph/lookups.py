"""Products with rows that were looked up: multiply the table instead, where it has fewer rows.

Text is a few words that come again and again. In a batch of 64 texts of 64 characters, an embedding
of 65 characters is looked up 4,096 times, and the layer behind it multiplies 4,096 rows with its
kernel though only 65 of them differ. Looking up is a product too, with a matrix S that has a single
1 in each row, so products may be taken in whichever order is cheapest::

    (S E) W        =  S (E W)           forward
    (S E).T G      =  E.T (S.T G)       the gradient by W
    S.T (G W.T)    =  (S.T G) W.T       the gradient by E

where ``S x`` is a gather and ``S.T g``, which both gradients share, a scatter-add.
"""

import math
from collections.abc import Iterable

import numpy as np

from pellucid.graph.dtypes import is_float
from pellucid.graph.operations.broadcasting import Broadcast, Reshape, broadcast_to, reshape
from pellucid.graph.operations.contraction import Matmul, matmul
from pellucid.graph.operations.indexing import Gather, ScatterAdd
from pellucid.graph.operations.movement import Transpose, transpose
from pellucid.graph.rewriting import simplify, with_inputs
from pellucid.graph.tensor import Constant, Tensor, apply, as_tensor, scalar
from pellucid.graph.walk import ancestors

__all__ = ["multiply_tables"]


def multiply_tables(outputs: Iterable[Tensor], rows: int) -> dict[Tensor, Tensor]:
    """Turn products with looked-up rows into products with the table that they come from.

    Args:
        outputs: The results of a graph; the graph stays as it is.
        rows: How many rows a batch has: what open sizes stand for.

    Returns:
        For each output, the node that takes its place.

    Examples:
        >>> table, kernel = Variable(np.ones((3, 2))), Variable(np.ones((2, 4)))
        >>> ids = placeholder((None,), "int32")
        >>> y = matmul(ops.take(table, ids, 0), kernel)
        >>> multiply_tables([y], rows=64)[y].op, multiply_tables([y], rows=2)[y].op
        (Gather(axis=0, blank=False), Matmul())
    """
    outputs = list(outputs)
    new: dict[Tensor, Tensor] = {}
    for node in ancestors(outputs):
        node_now = with_inputs(node, tuple(new[x] for x in node.inputs))
        cheaper = _cheaper(node_now, rows)
        if cheaper is not None:
            cheaper.scope, cheaper.where, cheaper.forward = node.scope, node.where, node.forward
        new[node] = node_now if cheaper is None else cheaper
    if all(new[x] is x for x in outputs):
        return {x: x for x in outputs}
    merged = simplify([new[x] for x in outputs])  # the gradients share their scatter-add
    return {x: merged[new[x]] for x in outputs}


def _cheaper(node: Tensor, rows: int) -> Tensor | None:
    """The same numbers by a product with a table, if the node is a product with looked-up rows."""
    if isinstance(node.op, Matmul) and all(x.ndim == 2 for x in node.inputs):
        left, right = node.inputs
        if found := _looked_up(left, rows):
            table, ids = found
            return apply(Gather(0), matmul(table, right), ids)
        if _swaps(left) and (found := _looked_up(left.inputs[0], rows)):
            table, ids = found
            return matmul(transpose(table), _total(table.shape[0], ids, right))
    if isinstance(node.op, ScatterAdd) and node.op.axis == 0 and node.ndim == 2:
        base, ids, updates = node.inputs
        product, way = _way_back(updates)
        small = _is_zero(base) and isinstance(product.op, Matmul) and product.ndim == 2
        if small and is_float(node.dtype) and _pays(node.shape[0], ids, rows):
            ids = _undone(way, ids)
            left, right = product.inputs
            return matmul(_total(node.shape[0], ids, left), right)
    return None


def _looked_up(x: Tensor, rows: int) -> tuple[Tensor, Tensor] | None:
    """The table and the positions that the rows of a matrix were looked up from and at."""
    source, way = _way_back(x)
    if not (isinstance(source.op, Gather) and source.op.axis == 0 and is_float(x.dtype)):
        return None
    table, ids = source.inputs
    if table.ndim != 2 or not _pays(table.shape[0], ids, rows):
        return None
    for step in reversed(way):
        if isinstance(step.op, Transpose):
            ids = transpose(ids, step.op.axes[:-1])
        elif isinstance(step.op, Reshape):
            ids = reshape(ids, step.op.shape[:-1])
    return table, ids


def _pays(table_rows: int | None, ids: Tensor, rows: int) -> bool:
    return table_rows is not None and table_rows < math.prod(
        rows if n is None else n for n in ids.shape
    )


def _way_back(x: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Where the rows of ``x`` come from, and the nodes on the way, which only put them in order."""
    way = []
    while _keeps_rows(x):
        way.append(x)
        x = x.inputs[0]
    return x, way


def _keeps_rows(x: Tensor) -> bool:
    """Whether the node only arranges the rows of its input anew: no number leaves its row."""
    if isinstance(x.op, Transpose):
        return x.op.axes[-1] == x.ndim - 1
    if not isinstance(x.op, Reshape) or len(x.inputs) > 1:
        return False
    size, source = x.op.shape[-1:], x.inputs[0]
    return source.ndim > 1 and size == source.shape[-1:] and source.shape[:-1].count(None) <= 1


def _undone(way: list[Tensor], ids: Tensor) -> Tensor:
    """Positions of rows, in the order that the rows had before they went this way."""
    for step in way:
        if isinstance(step.op, Transpose):
            ids = transpose(ids, np.argsort(step.op.axes[:-1]).tolist())
        else:
            ids = reshape(ids, step.inputs[0].shape[:-1])
    return ids


def _total(count: int | None, ids: Tensor, updates: Tensor) -> Tensor:
    """For each row of a table, the sum of the updates that belong to it."""
    zeros = broadcast_to(as_tensor(scalar(0, updates.dtype)), (count, updates.shape[-1]))
    return apply(ScatterAdd(0), zeros, ids, updates)


def _swaps(x: Tensor) -> bool:
    return isinstance(x.op, Transpose) and x.op.axes == (1, 0)


def _is_zero(x: Tensor) -> bool:
    x = x.inputs[0] if isinstance(x.op, Broadcast) else x
    return isinstance(x.op, Constant) and not x.op.array.any()
