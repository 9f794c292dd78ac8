"""Programs that equal graphs share: a second network of a kind is not traced and compiled again.

Cross-validation and searches make the same network many times over, each with variables of its
own. Two steps are equal if their nodes apply equal operations in the same order to leaves of the
same shapes; what is in a variable, and what a node is called, does not matter. (A profile thus
shows the names of the first such network.)
"""

import dataclasses
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from pellucid.engines.xla_program import Step
from pellucid.graph.operations.body import Body
from pellucid.graph.tensor import Constant, Tensor
from pellucid.graph.variable import placeholder
from pellucid.graph.walk import ancestors

__all__ = ["shared"]

KEPT = 64  # programs; those not used for longest go
LARGEST_CONSTANT = 2**16  # elements: larger ones are data, which should not be kept alive here

_programs: OrderedDict[Hashable, Any] = OrderedDict()


def shared(step: Step, kind: Hashable, make: Callable[[Step], Any]) -> Any:
    """The program of an equal step if there was one lately, or a new one.

    Args:
        step: What is to run.
        kind: What besides the step makes programs differ.
        make: Makes the program of a step.
    """
    order = ancestors([*step.outputs, *step.updates])
    if not all(_is_plain(node) for node in order):
        return make(step)
    key = (step.lowering.platform, kind, *_description(step, order))
    if key not in _programs:
        _programs[key] = make(_bare(step, order))
        while len(_programs) > KEPT:
            _programs.popitem(last=False)
    _programs.move_to_end(key)
    return _programs[key]


def _is_plain(node: Tensor) -> bool:
    """Whether an operation can equal that of another graph, and holds no graph or data alive."""
    op = node.op
    if isinstance(op, Constant):
        return op.array.size <= LARGEST_CONSTANT
    if not dataclasses.is_dataclass(op):
        return True
    values = [getattr(op, f.name) for f in dataclasses.fields(op)]
    parts = [p for v in values for p in (v if isinstance(v, tuple) else (v,))]
    return not any(isinstance(p, Body | Tensor) or callable(p) for p in parts)


def _leaves(step: Step) -> list[Tensor]:
    return [*step.changed, *step.fixed, *step.inputs]


def _description(step: Step, order: list[Tensor]) -> tuple[Hashable, ...]:
    """All that a program depends on of a step."""
    leaves = _leaves(step)
    numbers = {x: i for i, x in enumerate(leaves)}
    rows = []
    for node in order:
        if node not in numbers:
            numbers[node] = len(numbers)
            rows.append((node.op, node.spec, tuple(numbers[x] for x in node.inputs)))
    return (
        (len(step.changed), len(step.fixed), *(x.spec for x in leaves)),
        tuple(rows),
        tuple(numbers[x] for x in step.outputs),
        tuple(numbers[x] for x in step.updates),
    )


def _bare(step: Step, order: list[Tensor]) -> Step:
    """An equal step with leaves that hold nothing, and no way back to the graph it came from."""
    new = {x: placeholder(x.shape, x.dtype, x.name) for x in _leaves(step)}
    for node in order:
        if node not in new:
            new[node] = Tensor(node.op, tuple(new[x] for x in node.inputs), node.spec, node.name)
            new[node].scope = node.scope
    bare = object.__new__(Step)
    bare.lowering = step.lowering
    bare.inputs = [new[x] for x in step.inputs]
    bare.outputs = [new[x] for x in step.outputs]
    bare.updates = [new[x] for x in step.updates]
    bare.changed = [new[x] for x in step.changed]  # type: ignore[misc]
    bare.fixed = [new[x] for x in step.fixed]  # type: ignore[misc]
    return bare
