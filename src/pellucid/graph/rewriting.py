"""Making a graph smaller before it runs: equal nodes merged, constants folded, the dead left out.

What is not needed for the outputs is never copied, so dead code goes by itself. Two nodes that
apply equal operations to the same inputs are one. A node made only of constants becomes a
constant. Gradients bring many of all three.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pellucid.graph.tensor import Constant, Item, Tensor, compute
from pellucid.graph.walk import ancestors

__all__ = ["simplify"]

LARGEST_FOLDED = 64  # elements: a broadcast zero is better computed than stored in the program


def simplify(outputs: Iterable[Tensor]) -> dict[Tensor, Tensor]:
    """Rewrite the graph of some outputs; the graph given stays as it is.

    Returns:
        For every node that the outputs need, the node that takes its place: itself where neither
        it nor its inputs changed.

    Examples:
        >>> x = placeholder(name="x")
        >>> y = (x + 1.0) * (x + 1.0)
        >>> len(ancestors([y])), len(ancestors([simplify([y])[y]]))
        (6, 4)
    """
    new: dict[Tensor, Tensor] = {}
    known: dict[Any, Tensor] = {}
    for node in ancestors(outputs):
        inputs = tuple(new[x] for x in node.inputs)
        key = (node.op, inputs) if node.op.pure else node
        if key not in known:
            known[key] = _fold(node, inputs) or _with_inputs(node, inputs)
        new[node] = known[key]
    return new


def _with_inputs(node: Tensor, inputs: tuple[Tensor, ...]) -> Tensor:
    """The node itself, or a copy of it that is made from other inputs."""
    if all(a is b for a, b in zip(inputs, node.inputs, strict=True)):
        return node
    copy = Tensor(node.op, inputs, node.spec, node.name)
    copy.scope, copy.where, copy.forward = node.scope, node.where, node.forward
    return copy


def _fold(node: Tensor, inputs: tuple[Tensor, ...]) -> Tensor | None:
    """The constant that a node made only of small constants comes to."""
    foldable = (
        inputs
        and not isinstance(node.spec, tuple)
        and not isinstance(node.op, Item)
        and all(isinstance(x.op, Constant) for x in inputs)
    )
    if not foldable or _elements(node.spec.shape) > LARGEST_FOLDED:
        return None
    op = Constant(compute(node.op, node.spec, tuple(_array(x) for x in inputs)))
    return _with_op(node, op)


def _elements(shape: tuple[int | None, ...]) -> float:
    count = 1.0
    for n in shape:
        count *= float("inf") if n is None else n
    return count


def _array(node: Tensor) -> Any:
    assert isinstance(node.op, Constant)
    return node.op.array


def _with_op(node: Tensor, op: Constant) -> Tensor:
    constant = Tensor(op, (), op.infer(), node.name)
    constant.scope, constant.where, constant.forward = node.scope, node.where, node.forward
    return constant


def substitute(outputs: Iterable[Tensor], given: Mapping[Tensor, Tensor]) -> dict[Tensor, Tensor]:
    """Copy a graph with some nodes replaced by others.

    Returns:
        For every node that the outputs need, the node that takes its place.
    """
    new = dict(given)
    for node in ancestors(outputs, stop=given.keys()):
        if node not in new:
            new[node] = _with_inputs(node, tuple(new[x] for x in node.inputs))
    return new
