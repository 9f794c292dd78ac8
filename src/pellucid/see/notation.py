"""How operations are written as formulas: in text, and in LaTeX.

One table for all of them, unlike the rest of what is true of an operation: which brackets a
formula needs hangs on what stands around it, so the signs of all operations have to be weighed
against each other. An operation that is not in the table is written as a function.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.engines.trace import short_array, short_number
from pellucid.graph.tensor import Constant, Item, Tensor
from pellucid.graph.walk import ancestors

__all__ = ["Formula", "formula", "named"]

COMPARISON, SUM, PRODUCT, POWER, ATOM = range(5)  # how firmly a formula holds together
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True)
class Formula:
    """A formula in two ways of writing.

    Attributes:
        text: For a terminal.
        latex: For a page, without dollar signs.
        binds: How firmly it holds together: whether it needs brackets inside of another.
        number: Its value, where it is a number written out.

    Examples:
        >>> x, y = placeholder(name="x"), placeholder(name="y")
        >>> formula(x ** 2 * y + (y + 2))
        x² · y + (y + 2)
        >>> formula(x ** (1 + y)).latex
        'x^{1 + y}'
    """

    text: str
    latex: str
    binds: int = ATOM
    number: float | None = None

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        return f"${self.latex}$"

    def inside(self, binds: int) -> "Formula":
        """In brackets unless it holds together at least so firmly."""
        if self.binds >= binds:
            return self
        return Formula(f"({self.text})", f"({self.latex})")


def formula(
    tensor: Tensor, stop: Mapping[Tensor, Formula] | None = None, tidy: bool = False
) -> Formula:
    """The formula that a tensor is computed by.

    Args:
        tensor: What to write.
        stop: Nodes that are written as they are said to be, and not looked into.
        tidy: Whether to leave out factors of 1, terms of 0 and changes of the shape: in formulas
            of gradients they come from the rules, and nobody wrote them.

    Examples:
        >>> w, x = placeholder((3, 2), name="w"), placeholder((None, 3), name="x")
        >>> formula(ops.sigmoid(x @ w))
        σ(x @ w)
    """
    written: dict[Tensor, Formula] = dict(stop or {})
    for node in ancestors([tensor], stop=written):
        if node not in written:
            inputs = [written[x] for x in node.inputs]
            written[node] = (tidied(node, inputs) if tidy else None) or write(node, inputs)
    return written[tensor]


def write(node: Tensor, inputs: list[Formula]) -> Formula:
    """The formula of one node, made of those of its inputs."""
    op = node.op
    if isinstance(op, Constant):
        return _constant(op, node)
    if not op.pure:
        return named(node.name)
    if isinstance(op, Item):
        return Formula(f"{inputs[0]}[{op.index}]", f"{{{inputs[0].latex}}}_{{[{op.index}]}}")
    if op.name in RULES:
        return RULES[op.name](op, *inputs)
    return _function(op.name, inputs, [f"{k}={v}" for k, v in op.shown().items()])


def named(name: str) -> Formula:
    """The formula of what only has a name.

    Examples:
        >>> [named(name).latex for name in ("x", "n2", "w_1")]
        ['x', 'n_{2}', 'w_{1}']
    """
    match = re.fullmatch(r"([A-Za-z])_?(\d*)", name)
    if match:
        return Formula(name, match[1] + (f"_{{{match[2]}}}" if match[2] else ""))
    return Formula(name, rf"\mathrm{{{_escaped(name)}}}")


def _escaped(name: str) -> str:
    return re.sub(r"([_&%$#{}])", r"\\\1", name)


def number(value: Any) -> Formula:
    """The formula of a number."""
    text = short_number(value)
    latex = re.sub(r"e([+-])0*(\d+)", lambda m: f" \\cdot 10^{{{m[1].strip('+')}{m[2]}}}", text)
    return Formula(text, latex, SUM if text.startswith("-") else ATOM, float(value))


def _constant(op: Constant, node: Tensor) -> Formula:
    array = op.array
    if array.dtype != bool and array.size and np.all(array == array.flat[0]):
        return number(array.flat[0])  # many equal numbers act as one
    return named(short_array(array) if array.size <= 4 else node.name)


def tidied(node: Tensor, inputs: list[Formula]) -> Formula | None:
    """A node that can be left out of a formula: what is written in its place."""
    name, numbers = node.op.name, [x.number for x in inputs]
    if name in ("reshape", "identity", "stop_gradient"):
        return inputs[0]
    if name == "multiply":
        if 0 in numbers:
            return number(0.0)
        for i in (0, 1):
            if numbers[i] == 1:
                return inputs[1 - i]
            if numbers[i] == -1:
                return _negative(None, inputs[1 - i])
    if name == "add" and 0 in numbers:
        return inputs[1 - numbers.index(0)]
    if name in ("subtract", "divide") and numbers[1] == (0 if name == "subtract" else 1):
        return inputs[0]
    if name == "integer_power" and node.op.exponent == 1:  # type: ignore[attr-defined]
        return inputs[0]
    if name == "negative" and numbers[0] is not None:
        return number(-numbers[0] or 0.0)
    return None


# -- the ways of writing -------------------------------------------------------------------------

Rule = Callable[..., Formula]


def _infix(sign: str, latex: str, binds: int, joins: bool = True) -> Rule:
    """``x sign y``; what stands on the right needs brackets if it binds no firmer."""

    def rule(op: Any, x: Formula, y: Formula) -> Formula:
        x, y = x.inside(binds if joins else binds + 1), y.inside(binds + 1)
        return Formula(f"{x.text} {sign} {y.text}", f"{x.latex} {latex} {y.latex}", binds)

    return rule


def _around(before: str, after: str, latex_before: str, latex_after: str) -> Rule:
    def rule(op: Any, x: Formula) -> Formula:
        return Formula(f"{before}{x.text}{after}", f"{latex_before}{x.latex}{latex_after}")

    return rule


def _function(name: str, inputs: Iterable[Formula], fields: Iterable[str] = ()) -> Formula:
    inputs, fields = list(inputs), list(fields)
    extra = f"; {', '.join(fields)}" if fields else ""
    latex = rf";\ \text{{{_escaped(', '.join(fields))}}}" if fields else ""
    return Formula(
        f"{name}({', '.join(x.text for x in inputs)}{extra})",
        rf"\operatorname{{{_escaped(name)}}}({', '.join(x.latex for x in inputs)}{latex})",
    )


def _called(name: str, latex: str | None = None) -> Rule:
    """A function under the name that mathematics has for it."""

    def rule(op: Any, *inputs: Formula) -> Formula:
        written = _function(name, inputs)
        arguments = ", ".join(x.latex for x in inputs)
        return Formula(written.text, f"{latex}({arguments})") if latex else written

    return rule


def _negative(op: Any, x: Formula) -> Formula:
    x = x.inside(PRODUCT)
    return Formula(f"-{x.text}", f"-{x.latex}", SUM)


def _divide(op: Any, x: Formula, y: Formula) -> Formula:
    left, right = x.inside(PRODUCT), y.inside(POWER)
    return Formula(f"{left.text} / {right.text}", rf"\frac{{{x.latex}}}{{{y.latex}}}", PRODUCT)


def _floor_divide(op: Any, x: Formula, y: Formula) -> Formula:
    latex = rf"\left\lfloor\frac{{{x.latex}}}{{{y.latex}}}\right\rfloor"
    left, right = x.inside(PRODUCT), y.inside(POWER)
    return Formula(f"{left.text} // {right.text}", latex, PRODUCT)


def _integer_power(op: Any, x: Formula) -> Formula:
    base, exponent = x.inside(ATOM), str(op.exponent)
    return Formula(
        base.text + exponent.translate(SUPERSCRIPTS), f"{base.latex}^{{{exponent}}}", POWER
    )


def _power(op: Any, x: Formula, y: Formula) -> Formula:
    base, exponent = x.inside(ATOM), y.inside(ATOM)
    return Formula(f"{base.text} ^ {exponent.text}", f"{base.latex}^{{{y.latex}}}", POWER)


def _log1p(op: Any, x: Formula) -> Formula:
    x = x.inside(SUM)
    return Formula(f"log(1 + {x.text})", rf"\log(1 + {x.latex})")


def _expm1(op: Any, x: Formula) -> Formula:
    return Formula(f"exp({x.text}) - 1", f"e^{{{x.latex}}} - 1", SUM)


def _rsqrt(op: Any, x: Formula) -> Formula:
    return Formula(f"1 / √({x.text})", rf"\frac{{1}}{{\sqrt{{{x.latex}}}}}", PRODUCT)


def _where(op: Any, condition: Formula, x: Formula, y: Formula) -> Formula:
    # No cases environment: matplotlib draws formulas too, and has none.
    said = rf"{x.latex}\ \mathrm{{if}}\ {condition.latex}\ \mathrm{{else}}\ {y.latex}"
    return Formula(f"({x.text} if {condition.text} else {y.text})", rf"\left({said}\right)")


def _transpose(op: Any, x: Formula) -> Formula:
    n = len(op.axes)
    if n >= 2 and op.axes == (*range(n - 2), n - 1, n - 2):
        base = x.inside(ATOM)
        return Formula(f"{base.text}ᵀ", rf"{base.latex}^{{\top}}", POWER)
    return _function("transpose", [x], [f"axes={op.axes}"])


def _over_axes(name: str, latex: str) -> Rule:
    """A reduction, with the axes that it goes over."""

    def rule(op: Any, x: Formula) -> Formula:
        axes = ", ".join(map(str, op.axes))
        below = rf"_{{\text{{axis }} {axes}}}" if axes else ""
        inner = x.inside(PRODUCT).latex if latex == r"\sum" else f"({x.latex})"
        return Formula(
            _function(name, [x], [f"axis {axes}"] if axes else []).text,
            f"{latex}{below} {inner}",
            PRODUCT if latex == r"\sum" else ATOM,
        )

    return rule


def _size(op: Any, x: Formula) -> Formula:
    return Formula(f"size({x.text}; axis {op.axis})", rf"|{x.latex}|_{{{op.axis}}}")


def _same(op: Any, x: Formula, *rest: Formula) -> Formula:
    """What changes no number, such as copies to a larger shape, is not written."""
    return x


def _reshape(op: Any, x: Formula, *sizes: Formula) -> Formula:
    return _function("reshape", [x])


RULES: dict[str, Rule] = {
    "add": _infix("+", "+", SUM),
    "subtract": _infix("-", "-", SUM),
    "multiply": _infix("·", r"\cdot", PRODUCT),
    "matmul": _infix("@", r"\,", PRODUCT),
    "divide": _divide,
    "mod": _infix("mod", r"\ \mathrm{mod}\ ", PRODUCT),
    "floor_divide": _floor_divide,
    "negative": _negative,
    "integer_power": _integer_power,
    "power": _power,
    "absolute": _around("|", "|", r"\left|", r"\right|"),
    "sign": _called("sign", r"\operatorname{sign}"),
    "maximum": _called("max", r"\max"),
    "minimum": _called("min", r"\min"),
    "equal": _infix("=", "=", COMPARISON, joins=False),
    "not_equal": _infix("≠", r"\neq", COMPARISON, joins=False),
    "less": _infix("<", "<", COMPARISON, joins=False),
    "less_equal": _infix("≤", r"\leq", COMPARISON, joins=False),
    "logical_and": _infix("and", r"\wedge", COMPARISON, joins=False),
    "logical_or": _infix("or", r"\vee", COMPARISON, joins=False),
    "logical_xor": _infix("xor", r"\oplus", COMPARISON, joins=False),
    "logical_not": _called("not", r"\neg"),
    "where": _where,
    "exp": _around("exp(", ")", "e^{", "}"),
    "expm1": _expm1,
    "log": _called("log", r"\log"),
    "log1p": _log1p,
    "sqrt": _around("√(", ")", r"\sqrt{", "}"),
    "rsqrt": _rsqrt,
    "sin": _called("sin", r"\sin"),
    "cos": _called("cos", r"\cos"),
    "tan": _called("tan", r"\tan"),
    "arcsin": _called("arcsin", r"\arcsin"),
    "arccos": _called("arccos", r"\arccos"),
    "arctan": _called("arctan", r"\arctan"),
    "sinh": _called("sinh", r"\sinh"),
    "cosh": _called("cosh", r"\cosh"),
    "tanh": _called("tanh", r"\tanh"),
    "floor": _around("⌊", "⌋", r"\lfloor ", r"\rfloor"),
    "sigmoid": _called("\N{GREEK SMALL LETTER SIGMA}", r"\sigma"),
    "transpose": _transpose,
    "sum": _over_axes("sum", r"\sum"),
    "prod": _over_axes("prod", r"\prod"),
    "max": _over_axes("max", r"\max"),
    "min": _over_axes("min", r"\min"),
    "size": _size,
    "reshape": _reshape,
    "broadcast": _same,
    "cast": _same,
    "identity": _same,
}
