"""First values that are not drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pellucid.errors import ShapeError
from pellucid.initializers.initializer import Initializer, numpy_of

__all__ = ["Constant", "Identity", "Ones", "Zeros"]


@dataclass(eq=False)
class Zeros(Initializer):
    """All zeros.

    Examples:
        >>> Zeros()((2,))
        array([0., 0.], dtype=float32)
    """

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> np.ndarray:
        return np.zeros(shape, numpy_of(dtype))


@dataclass(eq=False)
class Ones(Initializer):
    """All ones.

    Examples:
        >>> Ones()((2,))
        array([1., 1.], dtype=float32)
    """

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> np.ndarray:
        return np.ones(shape, numpy_of(dtype))


@dataclass(eq=False)
class Constant(Initializer):
    """The same number everywhere.

    Args:
        value: The number.

    Examples:
        >>> Constant(3)((2,))
        array([3., 3.], dtype=float32)
    """

    value: float = 0.0

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> np.ndarray:
        return np.full(shape, self.value, numpy_of(dtype))


@dataclass(eq=False)
class Identity(Initializer):
    """A number on the diagonal of a matrix, 0 elsewhere.

    Args:
        gain: The number.

    Raises:
        ShapeError: When called with a shape that is not a matrix's.

    Examples:
        >>> Identity(2)((2, 3))
        array([[2., 0., 0.],
               [0., 2., 0.]], dtype=float32)
    """

    gain: float = 1.0

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> np.ndarray:
        if len(shape) != 2:
            raise ShapeError(
                "Identity makes matrices.", given=f"shape {tuple(shape)}", expected="two axes"
            )
        return (self.gain * np.eye(shape[0], shape[1])).astype(numpy_of(dtype))
