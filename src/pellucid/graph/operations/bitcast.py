"""The same bits, read as another dtype."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.graph.dtypes import dtype_name, numpy_dtype
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Op, apply, as_operand

__all__ = ["view"]


@dataclass(frozen=True)
class Bitcast(Op):
    """The same bits, read as another dtype; its size changes the last axis."""

    dtype: str
    differentiable = False

    def infer(self, x: Spec) -> Spec:
        old, new = (numpy_dtype(name).itemsize for name in (x.dtype, self.dtype))
        if old == new:
            return x.with_dtype(self.dtype)
        last = x.shape[-1] if x.ndim else None
        if last is None or last * old % new:
            raise ShapeError(
                f"The bits of {x} cannot be read as {self.dtype}.",
                given=f"elements of {old} bytes",
                expected=f"a last axis of known size that makes whole elements of {new} bytes",
            )
        return Spec((*x.shape[:-1], last * old // new), self.dtype)

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(x).reshape(x.shape).view(numpy_dtype(self.dtype))

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.numpy.asarray(x).view(numpy_dtype(self.dtype))


def view(x: Any, dtype: object = None) -> Any:
    """The same bits, read as another dtype; where its size differs, the last axis changes.

    Args:
        x: A tensor or array.
        dtype: How to read it; as it is by default.

    Raises:
        ShapeError: If the last axis does not make whole elements.

    Examples:
        >>> view(np.array([1.0], np.float32), "int32")
        array([1065353216], dtype=int32)
    """
    x = as_operand(x)
    return x if dtype is None else apply(Bitcast(dtype_name(dtype)), x)
