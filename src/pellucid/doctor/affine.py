"""Which parts of a graph are affine functions: sums of inputs times factors, plus constants."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pellucid.graph.dtypes import is_float
from pellucid.graph.operations.arithmetic import Add, Divide, Multiply, Negative, Subtract
from pellucid.graph.operations.broadcasting import Broadcast, Reshape, Sum
from pellucid.graph.operations.casting import Cast, Identity
from pellucid.graph.operations.comparison import Where
from pellucid.graph.operations.contraction import Einsum, Matmul
from pellucid.graph.operations.convolution import Convolution, ConvolutionTranspose
from pellucid.graph.operations.movement import (
    Concatenate,
    Pad,
    Reverse,
    Slice,
    Split,
    Transpose,
)
from pellucid.graph.tensor import Item, Tensor
from pellucid.graph.variable import Variable
from pellucid.graph.walk import ancestors

__all__ = ["Affine", "affine_parts"]

SUMS = (Add, Subtract, Negative, Sum)
MOVES = (Broadcast, Cast, Concatenate, Identity, Item, Pad, Reshape, Reverse, Slice, Split)
MAPS = (Convolution, ConvolutionTranspose, Einsum, Matmul)
FACTORS = (Multiply, *MAPS)


@dataclass
class Affine:
    """For the nodes of a graph, what they are affine functions of.

    Attributes:
        base: For each node that depends on the inputs, the nearest node that it is an affine
            function of: itself, if it is made by anything else.
        last: For each such node, the maps by weights (products with a matrix, convolutions) that
            it was last gone through on the ways from its base.
        before: For each map by weights, those right before it, with nothing but affine steps
            between the two.
    """

    base: dict[Tensor, Tensor] = field(default_factory=dict)
    last: dict[Tensor, list[Tensor]] = field(default_factory=dict)
    before: dict[Tensor, list[Tensor]] = field(default_factory=dict)


def affine_parts(nodes: Iterable[Tensor], live: set[Tensor], inputs: set[Tensor]) -> Affine:
    """Find what is affine in what.

    Args:
        nodes: The graph, each node after its inputs.
        live: Those that depend on the inputs.
        inputs: Where the data come in.
    """
    found = Affine()
    for node in nodes:
        if node not in live:
            continue
        given = [x for x in node.inputs if x in live]
        bases = {found.base[x] for x in given}
        if node in inputs or len(bases) != 1 or not _is_affine(node, given):
            found.base[node], found.last[node] = node, []
            continue
        (found.base[node],) = bases
        last = list(dict.fromkeys(m for x in given for m in found.last[x]))
        if isinstance(node.op, MAPS) and _has_weights(node, given[0]):
            found.before[node] = last
            last = [node]
        found.last[node] = last
    return found


def _is_affine(node: Tensor, given: list[Tensor]) -> bool:
    """Whether a node is an affine function of those of its inputs that depend on the data."""
    op = node.op
    if isinstance(op, Cast):
        return is_float(node.spec.dtype)
    if isinstance(op, Where):
        return all(x is not node.inputs[0] for x in given)
    if isinstance(op, Divide):
        return len(given) == 1 and given[0] is node.inputs[0]
    if isinstance(op, FACTORS):
        return len(given) == 1
    return isinstance(op, (*SUMS, *MOVES, Transpose))


def _has_weights(node: Tensor, data: Tensor) -> bool:
    others = [x for x in node.inputs if x is not data]
    return any(isinstance(x, Variable) for x in ancestors(others))
