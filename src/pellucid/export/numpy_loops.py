"""Loops and branches as Python's own."""

from typing import Any

from pellucid.export.numpy_writer import COMPARE, Code, Writer, rule
from pellucid.graph.operations.cond import Switch
from pellucid.graph.operations.scan import Scan
from pellucid.graph.operations.while_loop import WhileLoop
from pellucid.graph.tensor import Tensor

__all__: list[str] = []


@rule(Scan)
def _scan(w: Writer, node: Tensor, *inputs: Code) -> tuple[Code, ...]:
    op: Any = node.op
    body = op.body
    named = [
        x if i < op.states + op.rows else w.named(t, x)
        for i, (t, x) in enumerate(zip(node.inputs, inputs, strict=True))
    ]
    first, rows, captured = op.parts(named)
    states = [Code(w.fresh("state")) for _ in first]
    steps = [Code(w.fresh("step")) for _ in rows]
    stacks = [Code(w.fresh("steps")) for _ in body.outputs[op.states :]]
    w.start(node)
    _together(w.line, states, first)
    for stack in stacks:
        w.line(f"{stack.text} = []")
    order = "[::-1]" if op.reverse else ""
    over = [f"{x.text if x.name or not order else f'({x.text})'}{order}" for x in rows]
    if not rows:
        w.line(f"for _ in range({op.length}):")
    elif len(rows) == 1:
        w.line(f"for {steps[0].text} in {over[0]}:")
    else:
        w.line(f"for {', '.join(x.text for x in steps)} in zip({', '.join(over)}):")
    results = w.body(body, [*states, *steps, *captured])
    for stack, result in zip(stacks, results[op.states :], strict=True):
        w.inner_line(f"{stack.text}.append({result.text})")
    _together(w.inner_line, states, results[: op.states])
    return (*states, *(Code(f"np.stack({stack.text}{order})") for stack in stacks))


def _together(line: Any, names: list[Code], values: list[Code]) -> None:
    """Assign all at once, so that none sees what another becomes."""
    if names:
        left, right = (", ".join(x.text for x in side) for side in (names, values))
        line(f"{left} = {right}")


@rule(Switch)
def _switch(w: Writer, node: Tensor, index: Code, *captured: Code) -> tuple[Code, ...]:
    op: Any = node.op
    known = [w.named(x, c) for x, c in zip(node.inputs[1:], captured, strict=True)]
    number = w.named(node.inputs[0], index)
    names = [Code(w.fresh("chosen")) for _ in op.branches[0].outputs]
    w.start(node)
    for place, body in enumerate(op.branches):
        condition = f"{number.text} <= {place}:"
        last = place == len(op.branches) - 1
        w.line("else:" if last else f"{'elif' if place else 'if'} {condition}")
        _together(w.inner_line, names, w.body(body, known))
    return tuple(names)


@rule(WhileLoop)
def _while_loop(w: Writer, node: Tensor, *inputs: Code) -> tuple[Code, ...]:
    op: Any = node.op
    captured = [
        w.named(x, c) for x, c in zip(node.inputs[op.states :], inputs[op.states :], strict=True)
    ]
    states = [Code(w.fresh("state")) for _ in range(op.states)]
    w.start(node)
    _together(w.line, states, list(inputs[: op.states]))
    w.line("while True:")
    (holds,) = w.body(op.condition, [*states, *captured])
    w.inner_line(f"if not {holds.within(COMPARE)}:")
    w.inner_line("    break")
    _together(w.inner_line, states, w.body(op.body, [*states, *captured]))
    return tuple(states)
