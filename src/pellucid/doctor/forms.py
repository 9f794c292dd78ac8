"""What kind of numbers a node gives: probabilities, logits, numbers within bounds."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from pellucid.doctor.affine import Affine
from pellucid.graph.operations.arithmetic import (
    Absolute,
    Add,
    Divide,
    IntegerPower,
    Maximum,
    Minimum,
    Multiply,
    Negative,
    Sign,
    Subtract,
)
from pellucid.graph.operations.broadcasting import Broadcast, Reshape, Sum
from pellucid.graph.operations.casting import Cast, Identity, StopGradient
from pellucid.graph.operations.comparison import Comparison, Less, Where
from pellucid.graph.operations.exponential import Exp, Log, Sqrt
from pellucid.graph.operations.movement import Concatenate, Reverse, Slice, Split, Transpose
from pellucid.graph.operations.neurons import Relu, Sigmoid, Softplus
from pellucid.graph.operations.reductions import Max, Min
from pellucid.graph.operations.special import Erf
from pellucid.graph.operations.trigonometry import Cos, Sin, Tanh
from pellucid.graph.tensor import Constant, Item, Tensor

__all__ = ["Form", "form_of", "ranges_of", "squashed", "unmoved"]

Range = tuple[float, float]
ANY: Range = (-math.inf, math.inf)
STILL = (Broadcast, Cast, Identity, Reshape, Transpose)  # values stay as they are
MOVES = (*STILL, Concatenate, Item, Max, Min, Reverse, Slice, Split, StopGradient)
NAMED: dict[type, str] = {Relu: "relu", Sigmoid: "sigmoid", Softplus: "softplus", Tanh: "tanh"}


@dataclass(frozen=True)
class Form:
    """What kind of numbers a node gives.

    Attributes:
        kind: ``"softmax"``, ``"log_softmax"``, ``"sigmoid"``, ``"tanh"``, ``"relu"``,
            ``"softplus"``; ``"linear"`` for what comes out of a layer's weights with no function
            after it; ``"other"``.
        low, high: The bounds that the values cannot leave, whatever the weights are.
        node: The node that makes them so: what is after it only moves values.
        source: What went into the function; the node itself where there is none.
    """

    kind: str
    low: float
    high: float
    node: Tensor
    source: Tensor

    @property
    def bounded(self) -> bool:
        """Whether some numbers cannot be given."""
        return self.low > -math.inf or self.high < math.inf


def form_of(output: Tensor, affine: Affine, ranges: dict[Tensor, Range]) -> Form:
    """The form of a node of a graph, from what is known of all of them."""
    node = unmoved(output)
    low, high = ranges.get(node, ANY)
    kind, source = squashed(node) or ("other", node)
    if kind == "other" and affine.last.get(node) and (low, high) == ANY:
        kind = "linear"
    return Form(kind, low, high, node, source)


def unmoved(node: Tensor) -> Tensor:
    """The node that the values come from: before casts, reshapes and the like."""
    while isinstance(node.op, STILL):
        node = node.inputs[0]
    return node


def squashed(node: Tensor) -> tuple[str, Tensor] | None:
    """The function that a node applies to every value, or to all of a row; and to what."""
    op = node.op
    if type(op) in NAMED:
        return NAMED[type(op)], node.inputs[0]
    if isinstance(op, Divide):  # exp(x) / sum(exp(x))
        above, below = (unmoved(x) for x in node.inputs)
        if isinstance(above.op, Exp) and _sums(below, above):
            return "softmax", _unshifted(above.inputs[0])
    if isinstance(op, Subtract):  # x - log(sum(exp(x)))
        x, below = node.inputs[0], unmoved(node.inputs[1])
        if isinstance(below.op, Log):
            total = unmoved(below.inputs[0])
            inside = unmoved(total.inputs[0]) if isinstance(total.op, Sum) else total
            if isinstance(inside.op, Exp) and inside.inputs[0] is x:
                return "log_softmax", _unshifted(x)
    return None


def _sums(total: Tensor, parts: Tensor) -> bool:
    return isinstance(total.op, Sum) and unmoved(total.inputs[0]) is parts


def _unshifted(x: Tensor) -> Tensor:
    """The logits, before their largest was taken away for the sake of overflow."""
    return x.inputs[0] if isinstance(x.op, Subtract) else x


def ranges_of(nodes: Iterable[Tensor]) -> dict[Tensor, Range]:
    """Bounds that the values of nodes cannot leave, by interval arithmetic.

    Where nothing is known of an operation, all numbers may come out.
    """
    found: dict[Tensor, Range] = {}
    for node in nodes:
        if not isinstance(node.spec, tuple):
            found[node] = _range(node, [found.get(x, ANY) for x in node.inputs])
    return found


def _range(node: Tensor, given: list[Range]) -> Range:
    op = node.op
    if isinstance(op, Constant):
        array = op.array
        if not array.size or array.dtype.kind not in "biuf" or not np.isfinite(array).all():
            return ANY
        return float(array.min()), float(array.max())
    form = squashed(node)
    if form is not None and form[0] == "softmax":
        return 0.0, 1.0
    if form is not None and form[0] == "log_softmax":
        return -math.inf, 0.0
    if isinstance(op, MOVES):
        return given[0] if len(given) == 1 else _hull(given)
    if isinstance(op, Where):
        return _capped(node, given) or _hull(given[1:])
    if isinstance(op, Comparison):
        return 0.0, 1.0
    if isinstance(op, IntegerPower):
        return (0.0, math.inf) if op.exponent % 2 == 0 else ANY
    if isinstance(op, Sum):
        low, high = given[0]
        return (0.0 if low >= 0 else -math.inf), (0.0 if high <= 0 else math.inf)
    rule = RULES.get(type(op))
    return ANY if rule is None else rule(*given)


def _capped(node: Tensor, given: list[Range]) -> Range | None:
    """The range of ``where(x < c, x, ...)``, which is how relu6 is made: that x is below c."""
    asked, x, _ = node.inputs
    if not isinstance(asked.op, Less) or asked.inputs[0] is not x:
        return None
    cap = asked.inputs[1].op
    high = float(cap.array.max()) if isinstance(cap, Constant) else math.inf
    return _hull([(given[1][0], min(given[1][1], high)), given[2]])


def _hull(ranges: list[Range]) -> Range:
    return min(r[0] for r in ranges), max(r[1] for r in ranges)


def _product(a: Range, b: Range) -> Range:
    ends = [0.0 if 0 in (x, y) else x * y for x in a for y in b]
    return min(ends), max(ends)


def _quotient(a: Range, b: Range) -> Range:
    if b[0] <= 0 <= b[1]:
        return (0.0, math.inf) if a[0] >= 0 and b[0] >= 0 else ANY
    return _product(a, (1 / b[1], 1 / b[0]))


def _monotone(function: Callable[[float], float]) -> Callable[[Range], Range]:
    return lambda a: (function(a[0]), function(a[1]))


def _exp(x: float) -> float:
    return math.exp(x) if x < 700 else math.inf


def _absolute(a: Range) -> Range:
    return (0.0 if a[0] <= 0 <= a[1] else min(abs(a[0]), abs(a[1]))), max(abs(a[0]), abs(a[1]))


RULES: dict[type, Callable[..., Range]] = {
    Absolute: _absolute,
    Add: lambda a, b: (a[0] + b[0], a[1] + b[1]),
    Cos: lambda a: (-1.0, 1.0),
    Divide: _quotient,
    Erf: lambda a: (-1.0, 1.0),
    Exp: _monotone(_exp),
    Maximum: lambda a, b: (max(a[0], b[0]), max(a[1], b[1])),
    Minimum: lambda a, b: (min(a[0], b[0]), min(a[1], b[1])),
    Multiply: _product,
    Negative: lambda a: (-a[1], -a[0]),
    Relu: _monotone(lambda x: max(x, 0.0)),
    Sigmoid: lambda a: (0.0, 1.0),
    Sign: lambda a: (-1.0, 1.0),
    Sin: lambda a: (-1.0, 1.0),
    Softplus: lambda a: (0.0, math.inf),
    Sqrt: lambda a: (0.0, math.inf),
    Subtract: lambda a, b: (a[0] - b[1], a[1] - b[0]),
    Tanh: lambda a: (-1.0, 1.0),
}
"""For each operation, the bounds of its output from those of its inputs."""
