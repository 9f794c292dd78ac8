"""How each operation is written in NumPy."""

from collections.abc import Sequence
from typing import Any

from pellucid.export.numpy_folding import Gelu, Reduce, Softmax
from pellucid.export.numpy_writer import (
    ADD,
    ATOM,
    COMPARE,
    MULTIPLY,
    POWER,
    RULES,
    SIGN,
    Code,
    Writer,
    rule,
)
from pellucid.graph.dtypes import is_float
from pellucid.graph.operations import (
    arithmetic,
    bits,
    broadcasting,
    casting,
    comparison,
    contraction,
    counting,
    cumulative,
    exponential,
    indexing,
    movement,
    neurons,
    reductions,
    rounding,
    sorting,
    special,
    trigonometry,
)
from pellucid.graph.operations.convolution import Convolution, ConvolutionTranspose
from pellucid.graph.operations.custom import CustomGradient
from pellucid.graph.operations.windows import MaxPool, WindowSum
from pellucid.graph.tensor import Op, Tensor

__all__: list[str] = []

BETWEEN: dict[type[Op], tuple[str, int]] = {
    arithmetic.Add: ("+", ADD),
    arithmetic.Subtract: ("-", ADD),
    arithmetic.Multiply: ("*", MULTIPLY),
    arithmetic.Divide: ("/", MULTIPLY),
    arithmetic.FloorDivide: ("//", MULTIPLY),
    arithmetic.Mod: ("%", MULTIPLY),
    contraction.Matmul: ("@", MULTIPLY),
    comparison.Equal: ("==", COMPARE),
    comparison.NotEqual: ("!=", COMPARE),
    comparison.Less: ("<", COMPARE),
    comparison.LessEqual: ("<=", COMPARE),
    comparison.LogicalAnd: ("&", COMPARE),
    comparison.LogicalOr: ("|", COMPARE),
    comparison.LogicalXor: ("^", COMPARE),
    bits.BitwiseAnd: ("&", COMPARE),
    bits.BitwiseOr: ("|", COMPARE),
    bits.BitwiseXor: ("^", COMPARE),
    bits.LeftShift: ("<<", COMPARE),
    bits.RightShift: (">>", COMPARE),
}
"""Operations that stand between their operands."""

CALLED: dict[type[Op], str] = {
    arithmetic.Maximum: "np.maximum",
    arithmetic.Minimum: "np.minimum",
    arithmetic.Power: "np.power",
    arithmetic.Absolute: "np.abs",
    arithmetic.Sign: "np.sign",
    comparison.Isfinite: "np.isfinite",
    exponential.Exp: "np.exp",
    exponential.Expm1: "np.expm1",
    exponential.Log: "np.log",
    exponential.Log1p: "np.log1p",
    exponential.Sqrt: "np.sqrt",
    rounding.Floor: "np.floor",
    rounding.Round: "np.rint",
    trigonometry.Sin: "np.sin",
    trigonometry.Cos: "np.cos",
    trigonometry.Tan: "np.tan",
    trigonometry.Arcsin: "np.arcsin",
    trigonometry.Arccos: "np.arccos",
    trigonometry.Arctan: "np.arctan",
    trigonometry.Arctan2: "np.arctan2",
    trigonometry.Sinh: "np.sinh",
    trigonometry.Cosh: "np.cosh",
    trigonometry.Tanh: "np.tanh",
    trigonometry.Arcsinh: "np.arcsinh",
    trigonometry.Arccosh: "np.arccosh",
    trigonometry.Arctanh: "np.arctanh",
}
"""Operations that NumPy has under a name."""

OWN: dict[type[Op], str] = {
    Gelu: "gelu",
    neurons.Sigmoid: "sigmoid",
    special.Erf: "erf",
    special.Erfc: "erfc",
}
"""Operations for which a function is copied into the file."""


def _between(sign: str, rank: int) -> Any:
    def write(w: Writer, node: Tensor, x: Code, y: Code) -> Code:
        # Comparisons and bits hold together less tightly than Python's eye expects: in brackets.
        inside = rank if rank > COMPARE else MULTIPLY
        return Code(f"{x.within(inside)} {sign} {y.within(inside + 1)}", rank)

    return write


def _called(name: str) -> Any:
    return lambda w, node, *inputs: Code(f"{name}({_list(inputs)})")


def _own(name: str) -> Any:
    return lambda w, node, x: w.call(name, x.text)


def _list(codes: Sequence[Code]) -> str:
    return ", ".join(x.text for x in codes)


RULES.update({op: _between(*how) for op, how in BETWEEN.items()})
RULES.update({op: _called(name) for op, name in CALLED.items()})
RULES.update({op: _own(name) for op, name in OWN.items()})


# -- elementwise ---------------------------------------------------------------------------------


@rule(arithmetic.Negative)
def _negative(w: Writer, node: Tensor, x: Code) -> Code:
    return Code(f"-{x.within(POWER)}", SIGN)


@rule(comparison.LogicalNot, bits.BitwiseNot)
def _not(w: Writer, node: Tensor, x: Code) -> Code:
    return Code(f"~{x.within(POWER)}", SIGN)


@rule(arithmetic.IntegerPower)
def _integer_power(w: Writer, node: Tensor, x: Code) -> Code:
    sign = "**" if x.name else " ** "
    return Code(f"{x.within(ATOM)}{sign}{node.op.exponent}", POWER)  # type: ignore[attr-defined]


@rule(exponential.Rsqrt)
def _rsqrt(w: Writer, node: Tensor, x: Code) -> Code:
    return Code(f"1 / np.sqrt({x.text})", MULTIPLY)


@rule(neurons.Relu)
def _relu(w: Writer, node: Tensor, x: Code) -> Code:
    return Code(f"np.maximum({x.text}, 0)")


@rule(neurons.Softplus)
def _softplus(w: Writer, node: Tensor, x: Code) -> Code:
    return Code(f"np.logaddexp({x.text}, 0)")


@rule(comparison.Where)
def _where(w: Writer, node: Tensor, condition: Code, x: Code, y: Code) -> Code:
    if x.number and y.number:  # else their dtype would be Python's
        x = Code(f"np.{node.dtype}({x.text})")
    return Code(f"np.where({_list([condition, x, y])})")


@rule(casting.Cast)
def _cast(w: Writer, node: Tensor, x: Code) -> Code:
    if node.dtype == "bool":
        return Code(f"{x.within(MULTIPLY)} != 0", COMPARE)
    if node.ndim == 0:  # it may be a plain number, such as a size
        return Code(f"np.{node.dtype}({x.text})")
    return Code(f"{x.within(ATOM)}.astype(np.{node.dtype})")


@rule(CustomGradient)
def _results(w: Writer, node: Tensor, *inputs: Code) -> tuple[Code, ...]:
    pairs = zip(node.inputs, inputs, strict=True)
    return tuple(w.named(x, code) for x, code in pairs)[: node.op.results]  # type: ignore[attr-defined]


# -- reductions ----------------------------------------------------------------------------------


@rule(Reduce)
def _reduce(w: Writer, node: Tensor, x: Code) -> Code:
    op: Any = node.op
    how = [f"axis={_axes(op.axes)}"]
    if op.keepdims:
        how.append("keepdims=True")
    if op.kind in ("sum", "prod") and not is_float(node.dtype):
        how.append(f"dtype=np.{node.dtype}")  # NumPy adds up small integers in large ones
    return Code(f"{x.within(ATOM)}.{op.kind}({', '.join(how)})")


def _axes(axes: tuple[int, ...]) -> str:
    return str(axes[0]) if len(axes) == 1 else str(axes)


@rule(Softmax)
def _softmax(w: Writer, node: Tensor, x: Code) -> Code:
    return w.call("softmax", x.text, f"axis={_axes(node.op.axes)}")  # type: ignore[attr-defined]


@rule(reductions.Argmax, reductions.Argmin)
def _position(w: Writer, node: Tensor, x: Code) -> Code:
    op: Any = node.op
    return Code(f"{x.within(ATOM)}.{op.name}(axis={op.axis}).astype(np.int32)")


@rule(cumulative.Cumsum, cumulative.Cumprod)
def _cumulative(w: Writer, node: Tensor, x: Code) -> Code:
    op: Any = node.op
    if not op.reverse:
        return Code(f"np.{op.name}({x.text}, axis={op.axis}, dtype=np.{node.dtype})")
    turned = f"np.flip({x.text}, {op.axis})"
    return Code(f"np.flip(np.{op.name}({turned}, {op.axis}, dtype=np.{node.dtype}), {op.axis})")


@rule(contraction.Einsum)
def _einsum(w: Writer, node: Tensor, x: Code, y: Code) -> Code:
    return Code(f'np.einsum("{node.op.equation}", {x.text}, {y.text})')  # type: ignore[attr-defined]


# -- sizes and movement --------------------------------------------------------------------------


@rule(broadcasting.Size)
def _size(w: Writer, node: Tensor, x: Code) -> Code:
    axis = node.op.axis  # type: ignore[attr-defined]
    name = w.named(node.inputs[0], x)
    w.codes[node.inputs[0]] = name
    return Code(f"{name.text}.shape[{axis}]") if axis else Code(f"len({name.text})")


@rule(counting.Iota)
def _iota(w: Writer, node: Tensor, size: Code) -> Code:
    return Code(f"np.arange({size.text}).astype(np.{node.dtype})")


def _shape(shape: Sequence[int | None], sizes: Sequence[Code]) -> str:
    """A shape as a tuple, with the code of open sizes filled in."""
    rest = iter(sizes)
    items = [next(rest).text if n is None else str(n) for n in shape]
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"


@rule(broadcasting.Reshape)
def _reshape(w: Writer, node: Tensor, x: Code, *sizes: Code) -> Code:
    inside = _shape(node.op.shape, sizes)  # type: ignore[attr-defined]
    inside = inside[1:-1].rstrip(",") if node.ndim else inside
    return Code(f"{x.within(ATOM)}.reshape({inside})")


@rule(broadcasting.Broadcast)
def _broadcast(w: Writer, node: Tensor, x: Code, *sizes: Code) -> Code:
    shape = _shape(node.op.shape, sizes)  # type: ignore[attr-defined]
    if x.number and float(x.text.replace("np.", "")) == 0 and node.dtype != "bool":
        return Code(f"np.zeros({shape}, np.{node.dtype})")
    if x.number:
        return Code(f"np.full({shape}, {x.text}, np.{node.dtype})")
    return Code(f"np.broadcast_to({x.text}, {shape})")


@rule(movement.Transpose)
def _transpose(w: Writer, node: Tensor, x: Code) -> Code:
    axes = node.op.axes  # type: ignore[attr-defined]
    if axes == (1, 0):
        return Code(f"{x.within(ATOM)}.T")
    return Code(f"{x.within(ATOM)}.transpose{axes}")


@rule(movement.Concatenate)
def _concatenate(w: Writer, node: Tensor, *parts: Code) -> Code:
    return Code(f"np.concatenate([{_list(parts)}], axis={node.op.axis})")  # type: ignore[attr-defined]


@rule(movement.Slice)
def _slice(w: Writer, node: Tensor, x: Code) -> Code:
    cuts = [_cut(*part) for part in node.op.ranges]  # type: ignore[attr-defined]
    while cuts[-1] == ":":
        cuts.pop()
    return Code(f"{x.within(ATOM)}[{', '.join(cuts)}]")


def _cut(start: int, stop: int | None, step: int) -> str:
    ends = f"{start or ''}:{'' if stop is None else stop}"
    return ends if step == 1 else f"{ends}:{step}"


@rule(movement.Reverse)
def _reverse(w: Writer, node: Tensor, x: Code) -> Code:
    return Code(f"np.flip({x.text}, axis={_axes(node.op.axes)})")  # type: ignore[attr-defined]


@rule(movement.Pad)
def _pad(w: Writer, node: Tensor, x: Code, value: Code) -> Code:
    widths = list(node.op.widths)  # type: ignore[attr-defined]
    return Code(f"np.pad({x.text}, {widths}, constant_values={value.text})")


@rule(movement.Split)
def _split(w: Writer, node: Tensor, x: Code) -> tuple[Code, ...]:
    op: Any = node.op
    x = w.short(node.inputs[0], x)
    if len(set(op.sizes)) == 1:
        where: Any = len(op.sizes)
    else:
        where = [sum(op.sizes[: i + 1]) for i in range(len(op.sizes) - 1)]
    return w.several(node, f"np.split({x.text}, {where}, axis={op.axis})", len(op.sizes))


# -- order and positions -------------------------------------------------------------------------


@rule(sorting.Sort)
def _sort(w: Writer, node: Tensor, x: Code) -> tuple[Code, ...]:
    axis = node.op.axis  # type: ignore[attr-defined]
    x = w.named(node.inputs[0], x)
    places = f'np.argsort({x.text}, axis={axis}, kind="stable").astype(np.int32)'
    return Code(f"np.sort({x.text}, axis={axis})"), Code(places)


@rule(sorting.TopK)
def _top_k(w: Writer, node: Tensor, x: Code) -> tuple[Code, ...]:
    return w.several(node, w.call("top_k", x.text, node.op.k).text, 2)  # type: ignore[attr-defined]


@rule(indexing.Gather)
def _gather(w: Writer, node: Tensor, x: Code, indices: Code) -> Code:
    axis = node.op.axis  # type: ignore[attr-defined]
    if axis == 0 and not indices.number:
        return Code(f"{x.within(ATOM)}[{indices.text}]")
    return Code(f"np.take({x.text}, {indices.text}, axis={axis})")


@rule(indexing.GatherAlong)
def _gather_along(w: Writer, node: Tensor, x: Code, indices: Code) -> Code:
    return Code(f"np.take_along_axis({x.text}, {indices.text}, axis={node.op.axis})")  # type: ignore[attr-defined]


@rule(indexing.DynamicSlice)
def _dynamic_slice(w: Writer, node: Tensor, x: Code, starts: Code, *sizes: Code) -> Code:
    return w.call("dynamic_slice", x.text, starts.text, _shape(node.op.shape, sizes))  # type: ignore[attr-defined]


# -- windows -------------------------------------------------------------------------------------


def _padding(padding: Any) -> str:
    return f'"{padding}"' if isinstance(padding, str) else str(list(padding))


def _seldom(op: Any) -> list[str]:
    """Arguments that most convolutions do not need."""
    dilation = [f"dilation={op.dilation}"] if max(op.dilation) > 1 else []
    return dilation + ([f"groups={op.groups}"] if op.groups > 1 else [])


@rule(Convolution)
def _convolution(w: Writer, node: Tensor, x: Code, kernel: Code) -> Code:
    op: Any = node.op
    return w.call(
        "convolution", x.text, kernel.text, op.strides, _padding(op.padding), *_seldom(op)
    )


@rule(ConvolutionTranspose)
def _convolution_transpose(w: Writer, node: Tensor, y: Code, kernel: Code, *sizes: Code) -> Code:
    op: Any = node.op
    if op.groups > 1 or isinstance(op.padding, str):
        raise w.refuse(node, "a transposed convolution in one group, with padding in numbers")
    how = [_shape(op.sizes, sizes), op.strides, _padding(op.padding), *_seldom(op)]
    return w.call("convolution_transpose", y.text, kernel.text, *how)


@rule(MaxPool, WindowSum)
def _pool(w: Writer, node: Tensor, x: Code) -> Code:
    op: Any = node.op
    return w.call(op.name, x.text, op.size, op.strides, _padding(op.padding))
