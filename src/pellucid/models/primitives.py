"""Operations of the graph as Keras describes them, where they stand between layers."""

from collections.abc import Callable
from typing import Any

from pellucid.errors import GraphError
from pellucid.graph.operations.arithmetic import IntegerPower
from pellucid.graph.operations.broadcasting import Broadcast, Reshape, Sum
from pellucid.graph.operations.casting import Cast
from pellucid.graph.operations.contraction import Einsum
from pellucid.graph.operations.indexing import Gather
from pellucid.graph.operations.movement import Concatenate, Pad, Reverse, Slice, Transpose
from pellucid.graph.operations.reductions import Argmax, Argmin, Max, Min, Prod
from pellucid.graph.tensor import Constant, Tensor
from pellucid.graph.variable import Variable

__all__ = ["described", "is_size"]

Description = tuple[str, str, dict[str, Any], list[Any]]
"""The module and the class that Keras has it in, its settings, and its arguments."""

# Operations that Keras has under the same name, and that have no settings.
NUMPY = (
    "Absolute Add Arccos Arccosh Arcsin Arcsinh Arctan Arctan2 Arctanh Cos Cosh Divide Equal "
    "Exp Expm1 Floor FloorDivide Isfinite Less LessEqual Log Log1p LogicalAnd LogicalNot "
    "LogicalOr LogicalXor Matmul Maximum Minimum Mod Multiply Negative NotEqual Power Round "
    "Sign Sin Sinh Sqrt Subtract Tan Tanh Where "
)
ALIKE = {
    "numpy": NUMPY.split(),
    "nn": ["Relu", "Sigmoid", "Softplus"],
    "math": ["Erf", "Rsqrt"],
    "core": ["StopGradient"],
}
MODULES = {name: f"keras.src.ops.{module}" for module, names in ALIKE.items() for name in names}


def described(tensor: Tensor) -> Description:
    """How Keras would describe the operation that a tensor comes out of.

    Raises:
        GraphError: If Keras has no such operation, or none that we know of.
    """
    op, given = tensor.op, [_argument(x) for x in tensor.inputs]
    kind = type(op).__name__
    if kind in MODULES:
        return MODULES[kind], kind, {}, given
    translate = TRANSLATIONS.get(type(op))
    if translate is None:
        raise GraphError(
            "This model cannot be saved: Keras has no word for an operation in it.",
            given=f"{tensor.name} = {op}",
            expected="layers, and operations that Keras's files know",
            mend="put it into the call of a layer of your own, registered with "
            "@register_keras_serializable()",
            line=tensor.line,
        )
    return translate(op, given)


def is_size(x: Any) -> bool:
    """Whether a tensor says how long an axis is: Keras writes -1 in its place."""
    return isinstance(x, Tensor) and type(x.op).__name__ == "Size"


def _argument(x: Tensor) -> Any:
    """An input as an argument: a number where it is one."""
    if isinstance(x.op, Constant) and not isinstance(x, Variable):
        value = x.op.value()
        return value.item() if value.ndim == 0 else value
    return x


def _reductions(kind: str) -> Callable[[Any, list[Any]], Description]:
    def translate(op: Any, given: list[Any]) -> Description:
        settings = {"axis": list(op.axes), "keepdims": False}
        return "keras.src.ops.numpy", kind, settings, given[:1]

    return translate


def _at_axis(kind: str) -> Callable[[Any, list[Any]], Description]:
    def translate(op: Any, given: list[Any]) -> Description:
        settings = {"axis": op.axis, "keepdims": False}
        return "keras.src.ops.numpy", kind, settings, given[:1]

    return translate


def _reshape(op: Any, given: list[Any]) -> Description:
    shape = [-1 if n is None else n for n in op.shape]
    return "keras.src.ops.numpy", "Reshape", {"newshape": shape}, given[:1]


def _broadcast(op: Any, given: list[Any]) -> Description:
    shape = list(op.shape)
    return "keras.src.ops.numpy", "BroadcastTo", {"shape": shape}, given[:1]


def _slice(op: Any, given: list[Any]) -> Description:
    ranges = [slice(start, stop, step) for start, stop, step in op.ranges]
    return "keras.src.ops.numpy", "GetItem", {}, [given[0], tuple(ranges)]


def _pad(op: Any, given: list[Any]) -> Description:
    settings = {"pad_width": [list(w) for w in op.widths], "mode": "constant"}
    return "keras.src.ops.numpy", "Pad", settings, given


TRANSLATIONS: dict[type, Callable[[Any, list[Any]], Description]] = {
    Argmax: _at_axis("Argmax"),
    Argmin: _at_axis("Argmin"),
    Broadcast: _broadcast,
    Cast: lambda op, given: ("keras.src.ops.core", "Cast", {"dtype": op.dtype}, given),
    Concatenate: lambda op, given: (
        "keras.src.ops.numpy",
        "Concatenate",
        {"axis": op.axis},
        [given],
    ),
    Einsum: lambda op, given: (
        "keras.src.ops.numpy",
        "Einsum",
        {"subscripts": f"{op.left},{op.right}->{op.result}"},
        given,
    ),
    Gather: lambda op, given: ("keras.src.ops.numpy", "Take", {"axis": op.axis}, given),
    IntegerPower: lambda op, given: ("keras.src.ops.numpy", "Power", {}, [given[0], op.exponent]),
    Max: _reductions("Max"),
    Min: _reductions("Min"),
    Pad: _pad,
    Prod: _reductions("Prod"),
    Reshape: _reshape,
    Reverse: lambda op, given: (
        "keras.src.ops.numpy",
        "Flip",
        {"axis": list(op.axes)},
        given,
    ),
    Slice: _slice,
    Sum: _reductions("Sum"),
    Transpose: lambda op, given: (
        "keras.src.ops.numpy",
        "Transpose",
        {"axes": list(op.axes)},
        given,
    ),
}
