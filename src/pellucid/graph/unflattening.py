"""Rows of several axes, taken with their axes instead of end to end.

A product with one matrix is made of one long list of rows, whatever axes they had: the characters
of the texts of a batch. Where several devices have a part of the batch each, nobody's part is a
piece of such a list if the batch is not its first axis, so all of them would need all of it. These
are the same sums, written so that each device has its own rows::

    reshape(x, (T B, M)) @ w                         =  reshape(einsum(tbm,mn->tbn), (T B, N))
    reshape(x, (T B, M)).T @ reshape(y, (T B, N))    =  einsum(tbm,tbn->mn)

and likewise for rows that are looked up, and for what is added up at their positions.
"""

import string
from collections.abc import Iterable

from pellucid.graph.operations.broadcasting import Reshape, reshape
from pellucid.graph.operations.contraction import Einsum, Matmul
from pellucid.graph.operations.indexing import Gather, ScatterAdd
from pellucid.graph.operations.movement import Transpose
from pellucid.graph.rewriting import with_inputs
from pellucid.graph.tensor import Tensor, apply
from pellucid.graph.walk import ancestors

__all__ = ["with_rows_apart"]


def with_rows_apart(outputs: Iterable[Tensor]) -> dict[Tensor, Tensor]:
    """Turn products with rows end to end, and lookups of them, into such of rows with their axes.

    Args:
        outputs: The results of a graph; the graph stays as it is.

    Returns:
        For each output, the node that takes its place.

    Examples:
        >>> x, w = placeholder((5, None, 3)), Variable(np.ones((3, 2)))
        >>> y = ops.matmul(x, w)
        >>> print(y.inputs[0].op, with_rows_apart([y])[y].inputs[0].inputs[0].op)
        Matmul() Einsum(left='abc', right='cz', result='abz')
    """
    outputs = list(outputs)
    new: dict[Tensor, Tensor] = {}
    for node in ancestors(outputs):
        now = with_inputs(node, tuple(new[x] for x in node.inputs))
        apart = _apart(now)
        if apart is not None:
            apart.scope, apart.where, apart.forward = node.scope, node.where, node.forward
        new[node] = now if apart is None else apart
    return {x: new[x] for x in outputs}


def _apart(node: Tensor) -> Tensor | None:
    """The same numbers, if the node is one of rows end to end."""
    if isinstance(node.op, Matmul) and all(x.ndim == 2 for x in node.inputs):
        left, right = node.inputs
        if isinstance(left.op, Transpose):
            return _sum_of_products(left.inputs[0], right)
        x = _rows(left)
        if x is None:
            return None
        letters = string.ascii_lowercase[: x.ndim]
        product = apply(Einsum(letters, letters[-1] + "z", letters[:-1] + "z"), x, right)
        return reshape(product, (-1, node.shape[-1]))
    if isinstance(node.op, Gather) and node.op.axis == 0:
        table, ids = node.inputs
        if table.ndim == 2 and ids.ndim == 1 and isinstance(ids.op, Reshape):
            return reshape(apply(node.op, table, ids.inputs[0]), (-1, table.shape[-1]))
    if isinstance(node.op, ScatterAdd) and node.op.axis == 0:
        base, ids, updates = node.inputs
        rows = _rows(updates)
        if rows is not None and isinstance(ids.op, Reshape):
            axes = ids.inputs[0].shape
            if _are_same(axes, rows.shape[:-1]):
                return apply(node.op, base, ids.inputs[0], rows)
    return None


def _sum_of_products(left: Tensor, right: Tensor) -> Tensor | None:
    x, y = _rows(left), _rows(right)
    if x is None or y is None or not _are_same(x.shape[:-1], y.shape[:-1]):
        return None
    letters = string.ascii_lowercase[: x.ndim]
    return apply(Einsum(letters, letters[:-1] + "z", letters[-1] + "z"), x, y)


def _rows(x: Tensor) -> Tensor | None:
    """What a matrix has the rows of, if that has more axes."""
    if not isinstance(x.op, Reshape) or x.ndim != 2:
        return None
    source = x.inputs[0]
    same = source.ndim > 2 and source.shape[-1] == x.shape[-1] is not None
    return source if same else None


def _are_same(a: tuple[int | None, ...], b: tuple[int | None, ...]) -> bool:
    """Whether rows have the same axes; of two that are open nobody knows which is which."""
    return a == b and a.count(None) <= 1
