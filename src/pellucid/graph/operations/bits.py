"""Operations on the bits of whole numbers."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import DTypeError
from pellucid.graph.dtypes import is_integer
from pellucid.graph.operations.casting import together
from pellucid.graph.operations.elementwise import Elementwise
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import apply

__all__ = [
    "bitwise_and",
    "bitwise_not",
    "bitwise_or",
    "bitwise_xor",
    "left_shift",
    "right_shift",
]


class Bitwise(Elementwise):
    """An operation on bits, one by one."""

    differentiable = False
    takes_bool = True

    def infer(self, *operands: Spec) -> Spec:
        for x in operands:
            if not (is_integer(x.dtype) or (self.takes_bool and x.dtype == "bool")):
                raise DTypeError(
                    f"{self.name} needs whole numbers.",
                    given=", ".join(map(str, operands)),
                    expected="integer dtypes" + (", or bool" if self.takes_bool else ""),
                    mend="cast it first: cast(x, 'int32')",
                )
        return super().infer(*operands)


@dataclass(frozen=True)
class BitwiseAnd(Bitwise):
    """The bits that are 1 in both."""

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x & y

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return x & y


@dataclass(frozen=True)
class BitwiseOr(Bitwise):
    """The bits that are 1 in at least one."""

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x | y

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return x | y


@dataclass(frozen=True)
class BitwiseXor(Bitwise):
    """The bits that differ."""

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x ^ y

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return x ^ y


@dataclass(frozen=True)
class BitwiseNot(Bitwise):
    """Every bit the other way."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return ~x

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.bitwise_not(x)


@dataclass(frozen=True)
class LeftShift(Bitwise):
    """The bits moved up by y places."""

    takes_bool = False

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x << y

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return jax.numpy.left_shift(x, y)


@dataclass(frozen=True)
class RightShift(Bitwise):
    """The bits moved down by y places; a signed number keeps its sign."""

    takes_bool = False

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x >> y

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return jax.numpy.right_shift(x, y)


def bitwise_and(x: Any, y: Any) -> Any:
    """The bits that are 1 in both.

    Args:
        x: Integers or booleans.
        y: The same.

    Raises:
        DTypeError: If an operand is floating point.

    Examples:
        >>> bitwise_and(np.array([6, 5]), 3)
        array([2, 1])
    """
    return apply(BitwiseAnd(), *together(x, y))


def bitwise_or(x: Any, y: Any) -> Any:
    """The bits that are 1 in at least one; raises as :func:`bitwise_and` does.

    Examples:
        >>> bitwise_or(np.array([6, 5]), 3)
        array([7, 7])
    """
    return apply(BitwiseOr(), *together(x, y))


def bitwise_xor(x: Any, y: Any) -> Any:
    """The bits that differ; raises as :func:`bitwise_and` does.

    Examples:
        >>> bitwise_xor(np.array([6, 5]), 3)
        array([5, 6])
    """
    return apply(BitwiseXor(), *together(x, y))


def bitwise_not(x: Any) -> Any:
    """Every bit the other way; raises as :func:`bitwise_and` does.

    Examples:
        >>> bitwise_not(np.array([0, 5], np.uint8))
        array([255, 250], dtype=uint8)
    """
    return apply(BitwiseNot(), *together(x))


def left_shift(x: Any, y: Any) -> Any:
    """The bits moved up by ``y`` places: ``x * 2 ** y``, without what no longer fits.

    Args:
        x: Integers.
        y: How far, at least 0.

    Raises:
        DTypeError: If an operand is not an integer.

    Examples:
        >>> left_shift(np.array([1, 3]), 2)
        array([ 4, 12])
    """
    return apply(LeftShift(), *together(x, y))


def right_shift(x: Any, y: Any) -> Any:
    """The bits moved down by ``y`` places: ``x // 2 ** y``; raises as :func:`left_shift` does.

    Examples:
        >>> right_shift(np.array([12, -12]), 2)
        array([ 3, -3])
    """
    return apply(RightShift(), *together(x, y))
