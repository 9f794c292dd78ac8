"""Exponentials, logarithms and roots."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graph.operations.casting import floating
from pellucid.graph.operations.elementwise import FloatUnary
from pellucid.graph.tensor import Tensor, apply

__all__ = ["exp", "expm1", "log", "log1p", "rsqrt", "sqrt"]


@dataclass(frozen=True)
class Exp(FloatUnary):
    """e to the power of x."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.exp(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.exp(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * output,)


def exp(x: Any) -> Any:
    """e to the power of ``x``.

    Examples:
        >>> exp(np.array([0.0, 1.0])).round(4)
        array([1.    , 2.7183])
    """
    return apply(Exp(), floating(x))


@dataclass(frozen=True)
class Expm1(FloatUnary):
    """e to the power of x, less 1."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.expm1(x)  # exp(x) - 1 would lose every digit of an x near 0

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.expm1(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * exp(x),)


def expm1(x: Any) -> Any:
    """``exp(x) - 1``, exact for small ``x`` too.

    Examples:
        >>> expm1(np.array([1e-12]))
        array([1.e-12])
    """
    return apply(Expm1(), floating(x))


@dataclass(frozen=True)
class Log(FloatUnary):
    """The natural logarithm."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.log(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.log(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream / x,)


def log(x: Any) -> Any:
    """The natural logarithm: -inf at 0, NaN below.

    Examples:
        >>> log(np.array([1.0, np.e]))
        array([0., 1.])
    """
    return apply(Log(), floating(x))


@dataclass(frozen=True)
class Log1p(FloatUnary):
    """The natural logarithm of 1 + x."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.log1p(x)  # log(1 + x) would lose every digit of an x below 1e-16

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.log1p(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream / (1 + x),)


def log1p(x: Any) -> Any:
    """``log(1 + x)``, exact for small ``x`` too.

    Examples:
        >>> log1p(np.array([1e-18]))
        array([1.e-18])
    """
    return apply(Log1p(), floating(x))


@dataclass(frozen=True)
class Sqrt(FloatUnary):
    """The square root; its slope at 0 is infinite."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.sqrt(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.sqrt(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (0.5 * upstream / output,)


def sqrt(x: Any) -> Any:
    """The square root: NaN below 0, with an infinite slope at 0.

    Examples:
        >>> sqrt(np.array([4.0, 9.0]))
        array([2., 3.])
    """
    return apply(Sqrt(), floating(x))


@dataclass(frozen=True)
class Rsqrt(FloatUnary):
    """One over the square root."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return 1 / np.sqrt(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.rsqrt(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (-0.5 * upstream * output / x,)


def rsqrt(x: Any) -> Any:
    """One over the square root.

    Examples:
        >>> rsqrt(np.array([4.0, 0.25]))
        array([0.5, 2. ])
    """
    return apply(Rsqrt(), floating(x))
