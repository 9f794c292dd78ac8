"""Rounding, and keeping numbers within bounds."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graph.dtypes import dtype_name, is_float
from pellucid.graph.operations.arithmetic import maximum, minimum
from pellucid.graph.operations.casting import floating
from pellucid.graph.operations.comparison import where
from pellucid.graph.operations.elementwise import FloatUnary
from pellucid.graph.tensor import apply, as_operand

__all__ = ["ceil", "clip", "floor", "round", "trunc"]


@dataclass(frozen=True)
class Floor(FloatUnary):
    """The next whole number below."""

    differentiable = False

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.floor(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.floor(x)


def floor(x: Any) -> Any:
    """The largest whole number that is not above ``x``; its gradient is zero.

    Args:
        x: Real values; integers are made float32, as in Keras.

    Examples:
        >>> floor(np.array([-1.5, 1.5]))
        array([-2.,  1.])
    """
    return apply(Floor(), floating(x))


def ceil(x: Any) -> Any:
    """The smallest whole number that is not below ``x``; its gradient is zero.

    Args:
        x: Real values; integers are made float32, as in Keras.

    Examples:
        >>> ceil(np.array([-1.5, 1.5]))
        array([-1.,  2.])
    """
    return -floor(-floating(x))


def trunc(x: Any) -> Any:
    """``x`` without what stands after its decimal point; its gradient is zero.

    Examples:
        >>> trunc(np.array([-1.5, 1.5]))
        array([-1.,  1.])
    """
    x = as_operand(x)
    return where(x < 0, ceil(x), floor(x)) if is_float(dtype_name(x.dtype)) else x


@dataclass(frozen=True)
class Round(FloatUnary):
    """The nearest whole number; the even one of two that are equally near."""

    differentiable = False

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.rint(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.round(x, jax.lax.RoundingMethod.TO_NEAREST_EVEN)


def round(x: Any, decimals: int = 0) -> Any:
    """The nearest number with so many decimals, halves to the even one; its gradient is zero.

    Args:
        x: Numbers; integers stay as they are.
        decimals: Digits kept after the point; before it, if negative.

    Examples:
        >>> round(np.array([0.5, 1.5, 2.5])), round(np.array([3.14159]), 2)
        (array([0., 2., 2.]), array([3.14]))
    """
    x = as_operand(x)
    if not is_float(dtype_name(x.dtype)):
        return x
    scale = 10.0 ** abs(decimals)  # a whole number, unlike 10 ** -2: the result is the nearest
    if decimals > 0:
        return apply(Round(), x * scale) / scale
    return apply(Round(), x / scale) * scale if decimals else apply(Round(), x)


def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    """``x`` kept within bounds; at a bound half of the gradient goes to ``x``, as in Keras on JAX.

    Args:
        x: Numbers.
        x_min: The lower bound, a number or a tensor that broadcasts with ``x``.
        x_max: The upper bound likewise; where it is below ``x_min``, it is the result.

    Examples:
        >>> clip(np.array([-2.0, 0.5, 7.0]), -1, 1)
        array([-1. ,  0.5,  1. ])
    """
    return minimum(maximum(x, x_min), x_max)
