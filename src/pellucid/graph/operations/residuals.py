"""What a loop must save for its gradient: the inner values that going backwards cannot do without.

A value need not be saved if the backward step has it anyway (a row of the input, a capture, a
constant) or gets it from there by arithmetic, if it is only a saved value moved, stretched or
measured, or if only its shape is looked at. Elementwise arithmetic that the gradient adds to
saved values is left to the backward step, too.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from pellucid.graph.dtypes import is_float
from pellucid.graph.operations.broadcasting import Broadcast, Reshape, Size
from pellucid.graph.operations.elementwise import FloatUnary
from pellucid.graph.operations.movement import Transpose
from pellucid.graph.tensor import Constant, Tensor
from pellucid.graph.walk import ancestors

__all__ = ["residuals"]

MOVES = (Broadcast, Reshape, Size, Transpose)


def residuals(
    forward: Sequence[Tensor],
    backward: Sequence[Tensor],
    upstreams: Iterable[Tensor],
    states: Iterable[Tensor],
    rows: Iterable[Tensor],
    captured: Iterable[Tensor],
) -> tuple[list[Tensor], list[Tensor]]:
    """Choose what a forward step saves for its backward step.

    Args:
        forward: The results of the forward step.
        backward: The results of the backward step, made from those of the forward step.
        upstreams: The inputs of the backward step alone.
        states: The forward step's inputs that change from step to step.
        rows: Its inputs that the backward step is given again.
        captured: Its inputs that are the same in all steps.

    Returns:
        The nodes to save, and the nodes that only their shape is needed of.
    """
    states, rows, captured = set(states), set(rows), set(captured)
    done = set(ancestors(forward)) | states | rows | captured
    late, fixed = set(upstreams), set(captured)
    there, sizes = rows | captured, set[Tensor]()
    for node in ancestors([*forward, *backward]):
        if node in states or node in there or node in late:
            continue
        if any(x in late for x in node.inputs):
            late.add(node)
            continue
        if _is_size(node, sizes):
            sizes.add(node)
        if all(x in fixed for x in node.inputs):
            fixed.add(node)
            there.add(node)
        elif all(x in there for x in node.inputs):
            # Arithmetic is done again sooner than read from memory, a tanh or exp is not.
            light = node not in done or not isinstance(node.op, FloatUnary)
            if _cheap(node, sizes, elementwise=light):
                there.add(node)

    saved: dict[Tensor, None] = {}
    measured: dict[Tensor, None] = {}
    seen: set[Tensor] = set()
    stack = list(backward)
    while stack:
        node = stack.pop()
        if node in seen or node in there or node in saved:
            continue
        if node not in late and not _cheap(node, sizes, elementwise=node not in done):
            saved[node] = None
            continue
        seen.add(node)
        for i, x in enumerate(node.inputs):
            if i in node.op.shape_only and x not in late:
                measured[x] = None
            else:
                stack.append(x)
    known = seen | there | saved.keys()
    return list(saved), [x for x in measured if x not in known]


def _is_size(node: Tensor, sizes: set[Tensor]) -> bool:
    """Whether it is the size of an axis, or arithmetic on such: never a value of the step."""
    if isinstance(node.op, Size):
        return True
    spec: Any = node.spec
    whole = not isinstance(spec, tuple) and spec.shape == () and not is_float(spec.dtype)
    return (
        whole
        and bool(node.inputs)
        and all(x in sizes or isinstance(x.op, Constant) for x in node.inputs)
        and any(x in sizes for x in node.inputs)
    )


def _cheap(node: Tensor, sizes: set[Tensor], elementwise: bool) -> bool:
    """Whether to compute it again rather than to save it."""
    if isinstance(node.op, MOVES) or node in sizes:
        return True
    return elementwise and getattr(node.op, "elementwise", False)
