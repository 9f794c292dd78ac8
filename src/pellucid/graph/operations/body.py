"""A piece of graph inside a node: what scan, cond and while_loop run as often as they need to.

A body's inputs are placeholders of its own. What it uses from outside (a *capture*) becomes one
more input, so that a node with a body depends on its inputs alone, like any other.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import optree

from pellucid.errors import GraphError
from pellucid.graph.dtypes import numpy_dtype
from pellucid.graph.operations.broadcasting import Broadcast
from pellucid.graph.rewriting import simplify, substitute
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import (
    Constant,
    Tensor,
    Updates,
    as_operand,
    as_tensor,
    spec_of,
)
from pellucid.graph.variable import placeholder
from pellucid.graph.walk import ancestors, evaluate

__all__ = [
    "Body",
    "captures",
    "close",
    "form_text",
    "is_zero",
    "leaves",
    "loop_invariant",
    "name_of",
    "no_assignments",
    "stand_in",
    "tensors",
]


@dataclass(frozen=True, eq=False)
class Body:
    """A graph with inputs and outputs of its own. Equal only to itself."""

    name: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    def __repr__(self) -> str:
        count = len(ancestors(self.outputs, stop=self.inputs))
        return f"<{self.name}: {_names(self.inputs)} -> {_names(self.outputs)}, {count} nodes>"

    def value(self, arrays: Sequence[Any]) -> list[Any]:
        """Run it with NumPy."""
        values = evaluate(self.outputs, dict(zip(self.inputs, arrays, strict=True)))
        return [values[y] for y in self.outputs]

    def lowered(self, jax: Any) -> Callable[[Sequence[Any]], list[Any]]:
        """It as a function of JAX's arrays, to be called while a program is written down."""
        new = simplify(self.outputs)
        outputs = [new[y] for y in self.outputs]

        def run(arrays: Sequence[Any]) -> list[Any]:
            values = jax.run(outputs, dict(zip(self.inputs, arrays, strict=True)))
            return [jax.numpy.asarray(values[y], numpy_dtype(y.dtype)) for y in outputs]

        return run


def _names(tensors: Iterable[Tensor]) -> str:
    return f"({', '.join(x.name for x in tensors)})"


def name_of(f: Any) -> str:
    """What a body is called: as the function that it was traced from."""
    return getattr(f, "__name__", type(f).__name__)


def leaves(tree: Any) -> tuple[list[Any], Any]:
    """The tensors and arrays of a tree, and its form."""
    flat, form = optree.tree_flatten(tree)
    return [as_operand(x) for x in flat], form


def tensors(tree: Any) -> tuple[list[Tensor], Any]:
    """What a traced function returned: its leaves as tensors, and its form."""
    flat, form = optree.tree_flatten(tree)
    return [as_tensor(x) for x in flat], form


def form_text(form: Any) -> str:
    """The form of a tree, a star for each leaf."""
    return str(form).removeprefix("PyTreeSpec(").removesuffix(")")


def stand_in(x: Any, name: str) -> Tensor:
    """A placeholder that stands for a tensor, an array or a spec inside of a body."""
    spec: Spec = x if isinstance(x, Spec) else spec_of(x)
    return placeholder(spec.shape, spec.dtype, name=name)


@contextmanager
def no_assignments(who: str) -> Iterator[None]:
    """Trace a body, which must leave variables as they are: it may run many times, or not once."""
    with Updates() as updates:
        yield
    if updates.new:
        names = ", ".join(f"'{variable.name}'" for variable in updates.new)
        raise GraphError(
            f"{who} assigns to variables.",
            given=f"an assignment to {names}",
            expected="results that are returned, and no other effect",
            mend="return the new value, and assign it outside",
        )


def captures(outputs: Iterable[Tensor], inside: Callable[[Tensor], bool]) -> list[Tensor]:
    """The nodes outside of a piece of graph that it is made from; constants count as inside."""
    found: dict[Tensor, None] = {}
    seen: set[Tensor] = set()
    stack = list(outputs)
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if inside(node):
            stack.extend(node.inputs)
        elif not isinstance(node.op, Constant):
            found[node] = None
    return list(found)


def loop_invariant(outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> Callable[[Tensor], bool]:
    """Tell the nodes that a loop's body must hold from those that can be computed before it.

    What is made from constants alone, and broadcasting, stay inside: they are cheaper to compute
    than to read from memory.
    """
    varying, constant = set(inputs), set()
    for node in ancestors(outputs, stop=inputs):
        if any(x in varying for x in node.inputs):
            varying.add(node)
        elif node.op.pure and all(x in constant for x in node.inputs):
            constant.add(node)
    given = set(inputs)

    def inside(node: Tensor) -> bool:
        if node in given:
            return True  # a placeholder of the body: it has no inputs to follow
        return node in varying or node in constant or isinstance(node.op, Broadcast)

    return inside


def close(
    name: str,
    inputs: Sequence[Tensor],
    outputs: Sequence[Tensor],
    captured: Sequence[Tensor],
) -> Body:
    """Make a body of a piece of graph, with what it captures as further inputs."""
    given = {x: stand_in(x, x.name) for x in captured}
    new = substitute(outputs, given)
    return Body(name, (*inputs, *given.values()), tuple(new[y] for y in outputs))


def is_zero(x: Tensor) -> bool:
    """Whether a gradient is the zeros that stand for "does not depend on it"."""
    source = x.inputs[0] if isinstance(x.op, Broadcast) else x
    return isinstance(source.op, Constant) and not source.op.array.any()
