"""Changing the dtype, and bringing operands to one dtype."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graph.dtypes import dtype_name, is_float, numpy_dtype, promote
from pellucid.graph.spec import Spec
from pellucid.graph.stacks import Stack
from pellucid.graph.tensor import Op, Tensor, apply, as_array, as_operand, scalar
from pellucid.graph.variable import Variable

__all__ = ["autocast", "cast", "floating", "identity", "stop_gradient", "together"]


@dataclass(frozen=True)
class Cast(Op):
    """The same numbers in another dtype."""

    dtype: str

    def infer(self, x: Spec) -> Spec:
        return x.with_dtype(self.dtype)

    def value(self, x: np.ndarray) -> np.ndarray:
        if self.dtype == "bool":
            return x != 0
        return x.astype(numpy_dtype(self.dtype))

    def lower(self, jax: Any, x: Any) -> Any:
        if self.dtype == "bool":
            return x != 0
        return jax.lax.convert_element_type(x, numpy_dtype(self.dtype))

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> tuple[Any, ...]:
        return (cast(upstream, x.dtype) if is_float(x.dtype) and is_float(self.dtype) else None,)


def cast(x: Any, dtype: object) -> Any:
    """The same numbers in another dtype; floats are cut off at the point when made integers.

    Examples:
        >>> cast(np.array([0.5, -1.7]), "int32")
        array([ 0, -1], dtype=int32)
    """
    name = dtype_name(dtype)
    x = as_operand(x)
    return x if dtype_name(x.dtype) == name else apply(Cast(name), x)


@dataclass(frozen=True)
class StopGradient(Op):
    """The identity, through which no gradient flows."""

    def infer(self, x: Spec) -> Spec:
        return x

    def value(self, x: np.ndarray) -> np.ndarray:
        return x

    def lower(self, jax: Any, x: Any) -> Any:
        return x

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> tuple[Any, ...]:
        return (None,)


def stop_gradient(x: Any) -> Any:
    """The same values, taken as constants by :func:`~pellucid.gradients`."""
    return apply(StopGradient(), x)


@dataclass(frozen=True)
class Identity(Op):
    """The same values, as a node of its own."""

    def infer(self, x: Spec) -> Spec:
        return x

    def value(self, x: np.ndarray) -> np.ndarray:
        return x

    def lower(self, jax: Any, x: Any) -> Any:
        return x

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> tuple[Any, ...]:
        return (upstream,)


def identity(x: Any) -> Any:
    """The same values, as a node of their own.

    Examples:
        >>> identity(np.array([1.0]))
        array([1.])
    """
    return apply(Identity(), as_operand(x))


_autocast = Stack(None)


@contextmanager
def autocast(dtype: str | None) -> Iterator[None]:
    """Let floating-point variables take part in operations in another dtype than their own.

    Inside the ``with`` block a float32 weight next to a float16 input counts as float16: layers
    of mixed precision compute so.
    """
    _autocast.items.append(dtype)
    try:
        yield
    finally:
        _autocast.items.pop()


def _cast_variable(x: Any) -> Any:
    dtype = _autocast.items[-1]
    return cast(x, dtype) if dtype and isinstance(x, Variable) and is_float(x.dtype) else x


def together(*operands: Any) -> tuple[Any, ...]:
    """Bring operands to their common dtype.

    Python's numbers take the dtype of what they meet; so do float64 arrays next to floating-point
    tensors, since NumPy makes float64 of every number and that dtype says nothing of intent.
    """
    operands = tuple(_cast_variable(x) for x in operands)
    if any(isinstance(x, Tensor) for x in operands):  # NumPy's numbers give way to tensors
        operands = tuple(float(x) if isinstance(x, np.float64) else x for x in operands)
    strong = [as_operand(x) for x in operands if not _is_number(x)]
    tensors = [x for x in strong if isinstance(x, Tensor)]
    symbolic_float = any(is_float(x.dtype) for x in tensors)
    dtypes = [
        dtype_name(x.dtype)
        for x in strong
        if isinstance(x, Tensor) or not (symbolic_float and x.dtype == np.float64)
    ]
    if not dtypes:
        dtype = dtype_name(as_array(list(operands)).dtype)
    else:
        dtype = dtypes[0]
        for other in dtypes[1:]:
            dtype = promote(dtype, other)
        if not is_float(dtype) and any(_is_number(x) and isinstance(x, float) for x in operands):
            dtype = "float32"
        elif dtype == "bool" and any(_is_number(x) and type(x) is int for x in operands):
            dtype = "int32"
    return tuple(scalar(x, dtype) if _is_number(x) else cast(x, dtype) for x in operands)


def floating(x: Any) -> Any:
    """``x`` as it is if floating point, else as float32."""
    x = as_operand(x)
    return x if is_float(dtype_name(x.dtype)) else cast(x, "float32")


def _is_number(x: object) -> bool:
    """Whether it is one of Python's numbers; NumPy's float64, a subclass, says its dtype."""
    return isinstance(x, bool | int | float) and not isinstance(x, np.generic)
