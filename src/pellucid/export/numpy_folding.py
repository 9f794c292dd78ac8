"""Compositions that people write as one: a mean, a softmax, a product of all rows at once.

The operations here exist to be printed. They have shapes, and no values.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pellucid.graph.dtypes import is_float
from pellucid.graph.operations import (
    arithmetic,
    broadcasting,
    casting,
    contraction,
    exponential,
    reductions,
    special,
)
from pellucid.graph.spec import Shape, Spec
from pellucid.graph.tensor import Constant, Op, Tensor
from pellucid.graph.walk import ancestors

__all__ = ["Gelu", "Reduce", "Softmax", "folded"]


@dataclass(frozen=True)
class Reduce(Op):
    """A sum, mean, max, min or prod over some axes, which stay with size 1 where ``keepdims``."""

    kind: str
    axes: tuple[int, ...]
    keepdims: bool

    def infer(self, x: Spec) -> Spec:
        sizes = [1 if axis in self.axes else n for axis, n in enumerate(x.shape)]
        left = [n for axis, n in enumerate(sizes) if self.keepdims or axis not in self.axes]
        return x.with_shape(left)


@dataclass(frozen=True)
class Softmax(Op):
    """Shares along some axes."""

    axes: tuple[int, ...]

    def infer(self, x: Spec) -> Spec:
        return x


@dataclass(frozen=True)
class Gelu(Op):
    """x times how probable a smaller number is under the normal distribution."""

    def infer(self, x: Spec) -> Spec:
        return x


KINDS: dict[type[Op], str] = {
    broadcasting.Sum: "sum",
    reductions.Max: "max",
    reductions.Min: "min",
    reductions.Prod: "prod",
}


def folded(outputs: Iterable[Tensor]) -> dict[Tensor, Tensor]:
    """Rewrite a graph with such compositions as single nodes.

    Returns:
        For every node that the outputs need, the node that takes its place.
    """
    new: dict[Tensor, Tensor] = {}
    for node in ancestors(outputs):
        inputs = tuple(new[x] for x in node.inputs)
        same = all(a is b for a, b in zip(inputs, node.inputs, strict=True))
        new[node] = _fold(node if same else _made(node, node.op, *inputs))
    return new


def _made(like: Tensor, op: Op, *inputs: Tensor) -> Tensor:
    """A node in the place of another."""
    result = Tensor(op, inputs, like.spec, like.name)
    result.scope, result.where = like.scope, like.where
    return result


def _fold(node: Tensor) -> Tensor:
    op: Any = node.op
    if isinstance(op, casting.StopGradient | casting.Identity):
        return node.inputs[0]
    if type(op) in KINDS:
        return _made(node, Reduce(KINDS[type(op)], op.axes, keepdims=False), node.inputs[0])
    if isinstance(op, broadcasting.Reshape):
        same = node.shape == node.inputs[0].shape and node.shape.count(None) <= 1
        own = node.inputs[0] if same else None
        return _first(node, own, _keepdims(node), _product_of_rows(node))
    if isinstance(op, arithmetic.Add) and _is_number(node.inputs[1], 0):
        return node.inputs[0]
    if isinstance(op, arithmetic.Divide):
        return _first(node, _mean(node), _softmax(node))
    if isinstance(op, arithmetic.Multiply):
        x, y = node.inputs
        if isinstance(y.op, exponential.Rsqrt):
            return _made(node, arithmetic.Divide(), x, _made(y, exponential.Sqrt(), *y.inputs))
        return _first(node, _gelu(node))
    return node


def _is_number(x: Tensor, number: float) -> bool:
    """Whether a tensor is a number, as near as single precision has it."""
    return isinstance(x.op, Constant) and x.ndim == 0 and bool(abs(x.op.array - number) <= 1e-7)


def _first(node: Tensor, *found: Tensor | None) -> Tensor:
    """The first that was found, or the node as it is."""
    return next((x for x in found if x is not None), node)


def _keepdims(node: Tensor) -> Tensor | None:
    """A reduction that is reshaped to have its axes back."""
    reduced = node.inputs[0]
    op: Any = reduced.op
    if not isinstance(op, Reduce) or op.keepdims:
        return None
    kept = Reduce(op.kind, op.axes, keepdims=True)
    if kept.infer(reduced.inputs[0].spec).shape != node.shape or node.shape.count(None) > 1:
        return None
    return _made(node, kept, reduced.inputs[0])


def _mean(node: Tensor) -> Tensor | None:
    """A sum divided by the number of its terms."""
    total, count = node.inputs
    op: Any = total.op
    if not isinstance(op, Reduce) or op.kind != "sum" or not is_float(node.dtype):
        return None
    source = total.inputs[0]
    if not _counts(count, source, op.axes):
        return None
    return _made(node, Reduce("mean", op.axes, op.keepdims), source)


def _counts(count: Tensor, source: Tensor, axes: tuple[int, ...]) -> bool:
    """Whether a number is how many elements a tensor has along some axes."""
    sizes: Shape = tuple(source.shape[axis] for axis in axes)
    if isinstance(count.op, Constant) and count.op.array.size == 1 and None not in sizes:
        product = 1
        for n in sizes:
            product *= n or 0
        return bool(count.op.array.item() == product)
    size = count.inputs[0] if isinstance(count.op, casting.Cast) else count
    op: Any = size.op
    same = isinstance(op, broadcasting.Size) and size.inputs[0] is source
    return same and axes == (op.axis,)


def _softmax(node: Tensor) -> Tensor | None:
    """Exponentials, with the largest taken off, over their sum."""
    top, total = node.inputs
    if not isinstance(top.op, exponential.Exp) or total.inputs != (top,):
        return None
    shifted = top.inputs[0]
    op: Any = total.op
    if not isinstance(shifted.op, arithmetic.Subtract) or not isinstance(op, Reduce):
        return None
    x, largest = shifted.inputs
    fits = op.kind == "sum" and largest.op == Reduce("max", op.axes, keepdims=True)
    return _made(node, Softmax(op.axes), x) if fits and largest.inputs == (x,) else None


def _gelu(node: Tensor) -> Tensor | None:
    """x / 2 times erfc(-x / sqrt(2))."""
    half, tail = node.inputs
    if not isinstance(tail.op, special.Erfc) or not isinstance(half.op, arithmetic.Multiply):
        return None
    scaled, (share, x) = tail.inputs[0], half.inputs
    if not isinstance(scaled.op, arithmetic.Multiply) or scaled.inputs[1] is not x:
        return None
    fits = _is_number(share, 0.5) and _is_number(scaled.inputs[0], -math.sqrt(0.5))
    return _made(node, Gelu(), x) if fits else None


def _product_of_rows(node: Tensor) -> Tensor | None:
    """One matrix for all rows of a tensor of several axes, whose rows were put under each other."""
    product, *sizes = node.inputs
    if not isinstance(product.op, contraction.Matmul) or product.ndim != 2:
        return None
    rows, matrix = product.inputs
    if not isinstance(rows.op, broadcasting.Reshape):
        return None
    source = rows.inputs[0]
    wanted = (*source.shape[:-1], matrix.shape[-1])
    known = all(isinstance(n.op, broadcasting.Size) and n.inputs[0] is source for n in sizes)
    if rows.shape[-1] != source.shape[-1] or node.shape != wanted or not known:
        return None
    return _made(node, contraction.Matmul(), source, matrix)
