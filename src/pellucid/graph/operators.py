"""Python's operators on tensors: ``x + y`` is ``add(x, y)``, and so on."""

from collections.abc import Callable
from typing import Any

from pellucid.graph.operations import arithmetic, comparison
from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.subscript import index
from pellucid.graph.tensor import Tensor


def _reflected(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda self, other: function(other, self)


BINARY = {
    "add": arithmetic.add,
    "sub": arithmetic.subtract,
    "mul": arithmetic.multiply,
    "truediv": arithmetic.divide,
    "floordiv": arithmetic.floor_divide,
    "mod": arithmetic.mod,
    "pow": arithmetic.power,
    "matmul": matmul,
    "and": comparison.logical_and,
    "or": comparison.logical_or,
    "xor": comparison.logical_xor,
}
COMPARISONS = {
    "eq": comparison.equal,
    "ne": comparison.not_equal,
    "lt": comparison.less,
    "le": comparison.less_equal,
    "gt": comparison.greater,
    "ge": comparison.greater_equal,
}
OTHERS: dict[str, Callable[..., Any]] = {
    "neg": arithmetic.negative,
    "abs": arithmetic.absolute,
    "invert": comparison.logical_not,
    "getitem": index,
}

for name, function in BINARY.items():
    setattr(Tensor, f"__{name}__", function)
    setattr(Tensor, f"__r{name}__", _reflected(function))
for name, function in COMPARISONS.items():
    setattr(Tensor, f"__{name}__", function)
for name, any_function in OTHERS.items():
    setattr(Tensor, f"__{name}__", any_function)
