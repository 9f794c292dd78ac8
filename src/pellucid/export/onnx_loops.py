"""Loops and branches in ONNX: graphs inside of nodes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.export.onnx_writer import Writer, rule
from pellucid.graph.operations.cond import Switch
from pellucid.graph.operations.scan import Scan
from pellucid.graph.operations.while_loop import WhileLoop
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import placeholder

__all__: list[str] = []


@rule(Scan)
def _scan(w: Writer, node: Tensor, *inputs: str) -> Any:
    op: Any = node.op
    body = op.body
    first, rows, captured = op.parts(inputs)
    own = list(body.inputs[: op.states + op.rows])
    if not rows:  # ONNX counts the steps by the rows of something
        rows, own = [w.constant(np.zeros(op.length, np.float32))], [*own, placeholder(name="step")]
    outside = dict(zip(body.inputs[op.states + op.rows :], captured, strict=True))
    stacked = len(body.outputs) - op.states
    back = int(op.reverse)
    results = w.node(
        "Scan",
        *first,
        *rows,
        outputs=len(body.outputs),
        num_scan_inputs=len(rows),
        scan_input_directions=[back] * len(rows),
        scan_output_directions=[back] * stacked,
        body=w.inside(body, own, outside, w.fresh(body.name)),
    )
    return results if isinstance(results, list) else [results]


@rule(Switch)
def _switch(w: Writer, node: Tensor, index: str, *captured: str) -> Any:
    return _branch(w, node.op.branches, 0, index, captured)  # type: ignore[attr-defined]


def _branch(
    w: Writer, bodies: Sequence[Any], place: int, index: str, captured: Sequence[str]
) -> Any:
    """The choice among the bodies from a place on: this one, or one of the rest."""
    from onnx import helper

    body = bodies[place]
    taken = w.inside(body, [], dict(zip(body.inputs, captured, strict=True)), w.fresh(body.name))
    if place == len(bodies) - 2:
        body = bodies[-1]
        outside = dict(zip(body.inputs, captured, strict=True))
        other = w.inside(body, [], outside, w.fresh(body.name))
    else:
        inner = Writer(w.graph, w)
        chosen = _branch(inner, bodies, place + 1, index, captured)
        outputs = [
            helper.make_value_info(
                n, helper.make_tensor_type_proto(t.type.tensor_type.elem_type, None)
            )
            for n, t in zip(chosen, taken.output, strict=True)
        ]
        other = helper.make_graph(inner.nodes, w.fresh("otherwise"), [], outputs)
    condition = w.node("LessOrEqual", index, w.constant(place, "int32"))
    results = w.node(
        "If", condition, outputs=len(taken.output), then_branch=taken, else_branch=other
    )
    return results if isinstance(results, list) else [results]


@rule(WhileLoop)
def _while_loop(w: Writer, node: Tensor, *inputs: str) -> Any:
    op: Any = node.op
    first, captured = inputs[: op.states], inputs[op.states :]
    holds = Writer(w.graph, w)
    holds.names |= dict(zip(op.condition.inputs, inputs, strict=True))
    (start,) = holds.write(op.condition.outputs)
    w.nodes += holds.nodes

    inner = Writer(w.graph, w)
    own = op.body.inputs[: op.states]
    names = [inner.fresh(f"{op.body.name}/{x.name}") for x in own]
    inner.names |= dict(zip(op.body.inputs, [*names, *captured], strict=True))
    results = [inner.node("Identity", x) for x in inner.write(op.body.outputs)]
    again = Writer(w.graph, inner)
    again.names |= dict(zip(op.condition.inputs, [*results, *captured], strict=True))
    (goes_on,) = again.write(op.condition.outputs)
    inner.nodes += again.nodes
    step, before = placeholder((), "int64"), placeholder((), "bool")
    graph = inner.made(
        w.fresh(op.body.name),
        {
            inner.fresh("step"): step,
            inner.fresh("before"): before,
            **dict(zip(names, own, strict=True)),
        },
        {
            inner.node("Identity", goes_on): op.condition.outputs[0],
            **dict(zip(results, op.body.outputs, strict=True)),
        },
    )
    last = w.node("Loop", "", start, *first, outputs=op.states, body=graph)
    return last if isinstance(last, list) else [last]
