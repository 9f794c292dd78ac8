"""Counting 0, 1, 2, ... along an axis, also one whose size is open until the graph runs."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graph.dtypes import dtype_name, numpy_dtype
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Op, Tensor, apply

__all__ = ["arange"]


@dataclass(frozen=True)
class Iota(Op):
    """The numbers from 0 to before a size."""

    dtype: str
    differentiable = False

    def infer(self, size: Spec) -> Spec:
        return Spec((None,), self.dtype)

    def value(self, size: np.ndarray) -> np.ndarray:
        return np.arange(int(size)).astype(numpy_dtype(self.dtype))

    def lower(self, jax: Any, size: Any) -> Any:
        return jax.lax.iota(numpy_dtype(self.dtype), int(size))


def arange(size: Any, dtype: object = "int32") -> Any:
    """The numbers 0, 1, ... before ``size``.

    Args:
        size: How many: a number, or an integer tensor made of sizes (:func:`size_of
            <pellucid.graph.operations.broadcasting.size_of>`), which makes the result symbolic.
        dtype: Of the result.

    Shapes:
        (size,)

    Examples:
        >>> arange(3)
        array([0, 1, 2], dtype=int32)
    """
    name = dtype_name(dtype)
    if isinstance(size, Tensor):
        return apply(Iota(name), size)
    return np.arange(int(size)).astype(numpy_dtype(name))
