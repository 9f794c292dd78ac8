"""Making a graph smaller before it runs: equal nodes merged, constants folded, the dead left out.

What is not needed for the outputs is never copied, so dead code goes by itself. Two nodes that
apply equal operations to the same inputs are one. A node made only of constants becomes a
constant. Gradients bring many of all three. Nodes with many results (scan) are merged with those
that compute more of the same, and then compute only the results that are used.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.graph.tensor import Constant, Item, Op, Tensor, compute
from pellucid.graph.walk import ancestors

__all__ = ["Family", "simplify", "substitute", "with_inputs"]

LARGEST_FOLDED = 64  # elements: a broadcast zero is better computed than stored in the program


class Family(Op):
    """An operation of several results of which other nodes may compute more, or fewer, are needed.

    A scan and the scan that also saves what its gradient reads are of one family: with the same
    inputs they are computed together, once.
    """

    @property
    def family(self) -> Hashable:
        """Equal for operations that can be computed together, given the same inputs."""
        raise NotImplementedError

    def used(self, results: set[int]) -> set[int]:
        """The inputs that some of the results are made from."""
        raise NotImplementedError

    def together(self, members: Sequence[tuple["Family", set[int]]]) -> "Together":
        """One operation for the results that are needed of each member of the family."""
        raise NotImplementedError


@dataclass(frozen=True)
class Together:
    """An operation that stands for several.

    Attributes:
        op: The operation.
        inputs: Which of the members' inputs it takes.
        places: For each member, where each of its results that are needed is found in the new one.
    """

    op: Op
    inputs: list[int]
    places: list[dict[int, int]]


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
    outputs = list(outputs)
    order = ancestors(outputs)
    needed = _needed(order, outputs)
    families: dict[Any, list[Tensor]] = {}
    for node in order:
        if node in needed and isinstance(node.op, Family):
            families.setdefault((node.op.family, node.inputs), []).append(node)

    new: dict[Tensor, Tensor] = {}
    known: dict[Any, Tensor] = {}
    places: dict[Tensor, dict[int, int]] = {}
    for node in order:
        if node not in needed or node in new:
            continue
        if isinstance(node.op, Family):
            members = families[node.op.family, node.inputs]
            copy, found = _together(members, needed, new)
            for member, place in zip(members, found, strict=True):
                new[member], places[member] = copy, place
            continue
        inputs = tuple(new[x] for x in node.inputs)
        op = node.op
        if isinstance(op, Item):
            index = places.get(node.inputs[0], {}).get(op.index, op.index)
            op = op if index == op.index else Item(index)
        key = (op, inputs) if op.pure else node
        if key not in known:
            folded = _fold(node, inputs)
            known[key] = _copy(node, op, inputs) if folded is None else folded
        new[node] = known[key]
    return new


def _needed(order: list[Tensor], outputs: list[Tensor]) -> dict[Tensor, set[int]]:
    """The nodes that are used, and which results of those that have several."""
    needed = {x: set(range(len(x.spec)) if isinstance(x.spec, tuple) else ()) for x in outputs}
    for node in reversed(order):  # all that use a node come before it
        if node not in needed:
            continue
        inputs = node.inputs
        if isinstance(node.op, Family):
            used = node.op.used(needed[node])
            inputs = tuple(x for i, x in enumerate(inputs) if i in used)
        for x in inputs:
            needed.setdefault(x, set())
        if isinstance(node.op, Item):
            needed[node.inputs[0]].add(node.op.index)
    return needed


def _together(
    members: list[Tensor], needed: dict[Tensor, set[int]], new: dict[Tensor, Tensor]
) -> tuple[Tensor, list[dict[int, int]]]:
    """One node for a family, and where each member's results are found in it."""
    first = members[0]
    assert isinstance(first.op, Family)
    merged = first.op.together([(x.op, needed[x]) for x in members])  # type: ignore[misc]
    inputs = tuple(new[first.inputs[i]] for i in merged.inputs)
    if merged.op is first.op:
        return with_inputs(first, inputs), merged.places
    copy = Tensor(merged.op, inputs, merged.op.infer(*(x.spec for x in inputs)), first.name)
    copy.scope, copy.where, copy.forward = first.scope, first.where, first.forward
    return copy, merged.places


def with_inputs(node: Tensor, inputs: tuple[Tensor, ...]) -> Tensor:
    """The node itself, or a copy of it that is made from other inputs."""
    return _copy(node, node.op, inputs)


def _copy(node: Tensor, op: Op, inputs: tuple[Tensor, ...]) -> Tensor:
    """The node itself, or a copy of it with another operation or other inputs."""
    if op is node.op and all(a is b for a, b in zip(inputs, node.inputs, strict=True)):
        return node
    copy = Tensor(op, inputs, node.spec, node.name)
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
            new[node] = with_inputs(node, tuple(new[x] for x in node.inputs))
    return new
