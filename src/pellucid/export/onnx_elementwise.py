"""Elementwise operations and casts in ONNX."""

import math
from typing import Any

from pellucid.export.onnx_writer import RULES, Writer, rule
from pellucid.graph.dtypes import is_float
from pellucid.graph.operations import (
    arithmetic,
    bits,
    casting,
    comparison,
    exponential,
    neurons,
    rounding,
    special,
    trigonometry,
)
from pellucid.graph.operations.custom import CustomGradient
from pellucid.graph.tensor import Op, Tensor

__all__: list[str] = []

SAME: dict[type[Op], str] = {
    arithmetic.Subtract: "Sub",
    arithmetic.Divide: "Div",
    arithmetic.Negative: "Neg",
    arithmetic.Power: "Pow",
    arithmetic.Absolute: "Abs",
    arithmetic.Sign: "Sign",
    comparison.Equal: "Equal",
    comparison.Less: "Less",
    comparison.LessEqual: "LessOrEqual",
    comparison.LogicalAnd: "And",
    comparison.LogicalOr: "Or",
    comparison.LogicalXor: "Xor",
    comparison.LogicalNot: "Not",
    exponential.Exp: "Exp",
    exponential.Log: "Log",
    exponential.Sqrt: "Sqrt",
    rounding.Floor: "Floor",
    rounding.Round: "Round",
    neurons.Sigmoid: "Sigmoid",
    neurons.Softplus: "Softplus",
    special.Erf: "Erf",
    trigonometry.Sin: "Sin",
    trigonometry.Cos: "Cos",
    trigonometry.Tan: "Tan",
    trigonometry.Arcsin: "Asin",
    trigonometry.Arccos: "Acos",
    trigonometry.Arctan: "Atan",
    trigonometry.Sinh: "Sinh",
    trigonometry.Cosh: "Cosh",
    trigonometry.Tanh: "Tanh",
    trigonometry.Arcsinh: "Asinh",
    trigonometry.Arccosh: "Acosh",
    trigonometry.Arctanh: "Atanh",
    bits.BitwiseAnd: "BitwiseAnd",
    bits.BitwiseOr: "BitwiseOr",
    bits.BitwiseXor: "BitwiseXor",
    bits.BitwiseNot: "BitwiseNot",
}
"""Operations that ONNX has under some name."""


def _by_name(kind: str) -> Any:
    return lambda w, node, *inputs: w.node(kind, *inputs)


RULES.update({op: _by_name(kind) for op, kind in SAME.items()})


@rule(casting.Identity, casting.StopGradient)
def _itself(w: Writer, node: Tensor, x: str) -> str:
    return x


@rule(CustomGradient)
def _results(w: Writer, node: Tensor, *inputs: str) -> tuple[str, ...]:
    return inputs[: node.op.results]  # type: ignore[attr-defined]


@rule(casting.Cast)
def _cast(w: Writer, node: Tensor, x: str) -> str:
    return w.cast(x, node.dtype)


@rule(arithmetic.Add)
def _add(w: Writer, node: Tensor, x: str, y: str) -> str:
    return w.node("Or" if node.dtype == "bool" else "Add", x, y)


@rule(arithmetic.Multiply)
def _multiply(w: Writer, node: Tensor, x: str, y: str) -> str:
    return w.node("And" if node.dtype == "bool" else "Mul", x, y)


@rule(arithmetic.Maximum)
def _maximum(w: Writer, node: Tensor, x: str, y: str) -> str:
    return w.node("Or" if node.dtype == "bool" else "Max", x, y)


@rule(arithmetic.Minimum)
def _minimum(w: Writer, node: Tensor, x: str, y: str) -> str:
    return w.node("And" if node.dtype == "bool" else "Min", x, y)


@rule(arithmetic.Mod)
def _mod(w: Writer, node: Tensor, x: str, y: str) -> str:
    if not is_float(node.dtype):
        return w.node("Mod", x, y)
    # ONNX's remainder of floats has the sign of x; ours, as Python's, that of y.
    times = w.node("Floor", w.node("Div", x, y))
    return w.node("Sub", x, w.node("Mul", y, times))


@rule(arithmetic.FloorDivide)
def _floor_divide(w: Writer, node: Tensor, x: str, y: str) -> str:
    if is_float(node.dtype):
        return w.node("Floor", w.node("Div", x, y))
    # Without the remainder the division is exact, and ONNX's rounding towards 0 does nothing.
    return w.node("Div", w.node("Sub", x, w.node("Mod", x, y)), y)


@rule(arithmetic.IntegerPower)
def _integer_power(w: Writer, node: Tensor, x: str) -> str:
    exponent = node.op.exponent  # type: ignore[attr-defined]
    return w.node("Mul", x, x) if exponent == 2 else w.node("Pow", x, w.like(node, exponent))


@rule(neurons.Relu)
def _relu(w: Writer, node: Tensor, x: str) -> str:
    return w.node("Relu", x) if is_float(node.dtype) else w.node("Max", x, w.like(node, 0))


@rule(comparison.NotEqual)
def _not_equal(w: Writer, node: Tensor, x: str, y: str) -> str:
    return w.node("Not", w.node("Equal", x, y))


@rule(comparison.Where)
def _where(w: Writer, node: Tensor, condition: str, x: str, y: str) -> str:
    if node.dtype != "bool":
        return w.node("Where", condition, x, y)
    chosen = w.node("And", condition, x)
    return w.node("Or", chosen, w.node("And", w.node("Not", condition), y))


@rule(comparison.Isfinite)
def _isfinite(w: Writer, node: Tensor, x: str) -> str:
    return w.node("Not", w.node("Or", w.node("IsNaN", x), w.node("IsInf", x)))


@rule(exponential.Expm1)
def _expm1(w: Writer, node: Tensor, x: str) -> str:
    # exp(x) - 1 = tanh(x / 2) (exp(x) + 1), which loses no digits of an x near 0.
    half = w.node("Tanh", w.node("Mul", x, w.like(node, 0.5)))
    return w.node("Mul", half, w.node("Add", w.node("Exp", x), w.like(node, 1)))


@rule(exponential.Log1p)
def _log1p(w: Writer, node: Tensor, x: str) -> str:
    # Twice the inverse hyperbolic tangent of x / (2 + x): below 1/2 log(1 + x) would lose digits.
    near = w.node("Atanh", w.node("Div", x, w.node("Add", x, w.like(node, 2))))
    near = w.node("Mul", near, w.like(node, 2))
    far = w.node("Log", w.node("Add", x, w.like(node, 1)))
    return w.node("Where", w.node("Less", w.node("Abs", x), w.like(node, 0.5)), near, far)


@rule(exponential.Rsqrt)
def _rsqrt(w: Writer, node: Tensor, x: str) -> str:
    return w.node("Reciprocal", w.node("Sqrt", x))


@rule(special.Erfc)
def _erfc(w: Writer, node: Tensor, x: str) -> str:
    return w.node("Sub", w.like(node, 1), w.node("Erf", x))


@rule(trigonometry.Arctan2)
def _arctan2(w: Writer, node: Tensor, y: str, x: str) -> str:
    # Right of the axis atan(y / x); left of it half a turn more or less; on it a quarter.
    zero, pi = w.like(node, 0), w.like(node, math.pi)
    turn = w.node("Where", w.node("Less", y, zero), w.node("Neg", pi), pi)
    right = w.node("Atan", w.node("Div", y, x))
    left = w.node("Add", right, turn)
    quarter = w.node("Mul", w.node("Sign", y), w.like(node, math.pi / 2))
    on_axis = w.node("Where", w.node("Equal", x, zero), quarter, right)
    return w.node("Where", w.node("Less", x, zero), left, on_axis)


@rule(bits.LeftShift, bits.RightShift)
def _shift(w: Writer, node: Tensor, x: str, y: str) -> str:
    if not node.dtype.startswith("uint"):
        raise w.refuse(node, "shifts of numbers without a sign, which are all that ONNX has")
    direction = "LEFT" if isinstance(node.op, bits.LeftShift) else "RIGHT"
    return w.node("BitShift", x, y, direction=direction)
