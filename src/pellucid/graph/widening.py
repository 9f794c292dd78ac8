"""The same graph in float64, where differences can tell a right gradient from a wrong one."""

import dataclasses
from collections.abc import Iterable
from typing import Any

from pellucid.graph.dtypes import is_float
from pellucid.graph.operations.bitcast import Bitcast
from pellucid.graph.operations.body import Body
from pellucid.graph.operations.casting import cast
from pellucid.graph.tensor import Constant, Op, Tensor, infer
from pellucid.graph.variable import placeholder
from pellucid.graph.walk import ancestors

__all__ = ["widen"]


def widen(outputs: Iterable[Tensor]) -> dict[Tensor, Tensor]:
    """Copy a graph with float64 in the place of every narrower kind of real number.

    Placeholders and variables of real numbers become placeholders. What comes from bits, such as
    random numbers, is made as it was and then widened, so that it stays the same.

    Returns:
        For every node that the outputs need, the node that takes its place.

    Examples:
        >>> x = placeholder((None, 2), name="x")
        >>> y = ops.exp(x)
        >>> widen([y])[y]
        exp_1: float64[None, 2] = exp(x)
    """
    new: dict[Tensor, Tensor] = {}
    for node in ancestors(outputs):
        new[node] = _wide(node, tuple(new[x] for x in node.inputs))
    return new


def _wide(node: Tensor, inputs: tuple[Tensor, ...]) -> Tensor:
    op = node.op
    several = isinstance(node.spec, tuple)
    if not node.inputs and not several and is_float(node.dtype):
        if isinstance(op, Constant):
            return _made(Constant(op.array.astype("float64")), ())
        if not op.pure:
            return placeholder(node.shape, "float64", node.name)
    if not op.pure:
        return node
    if isinstance(op, Bitcast):
        made = _made(op, inputs)
        return cast(made, "float64") if is_float(made.dtype) else made
    return _made(_wide_op(op), inputs)


def _wide_op(op: Op) -> Op:
    """An operation that makes float64 where it made a narrower kind, also inside of a loop."""
    if not dataclasses.is_dataclass(op):
        return op
    changed: dict[str, Any] = {}
    for f in dataclasses.fields(op):
        value = getattr(op, f.name)
        if isinstance(value, Body):
            changed[f.name] = _wide_body(value)
        elif isinstance(value, tuple) and value and all(isinstance(x, Body) for x in value):
            changed[f.name] = tuple(_wide_body(x) for x in value)
        elif f.name == "dtype" and is_float(value):
            changed[f.name] = "float64"
    return dataclasses.replace(op, **changed) if changed else op


def _wide_body(body: Body) -> Body:
    new = widen([*body.inputs, *body.outputs])
    return Body(body.name, tuple(new[x] for x in body.inputs), tuple(new[x] for x in body.outputs))


def _made(op: Op, inputs: tuple[Tensor, ...]) -> Tensor:
    return Tensor(op, inputs, infer(op, inputs))
