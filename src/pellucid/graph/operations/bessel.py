"""The modified Bessel functions of the first kind, which shape Kaiser's window."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graph.operations.arithmetic import absolute
from pellucid.graph.operations.casting import floating
from pellucid.graph.operations.comparison import where
from pellucid.graph.operations.elementwise import FloatUnary
from pellucid.graph.operations.special import _scipy
from pellucid.graph.tensor import Tensor, apply

__all__ = ["bessel_i0", "bessel_i1"]


@dataclass(frozen=True)
class BesselI0(FloatUnary):
    """The modified Bessel function of order 0."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return _scipy("i0", x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.exp(jax.lax.abs(x)) * jax.lax.bessel_i0e(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * bessel_i1(x),)


@dataclass(frozen=True)
class BesselI1(FloatUnary):
    """The modified Bessel function of order 1."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return _scipy("i1", x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.exp(jax.lax.abs(x)) * jax.lax.bessel_i1e(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        small = absolute(x) < 1e-4  # where output / x is x / x / 2; at 0 it would be NaN
        ratio = where(small, 0.5, output / where(small, 1, x))
        return (upstream * (bessel_i0(x) - ratio),)


def bessel_i0(x: Any) -> Any:
    """The modified Bessel function of the first kind and order 0.

    Examples:
        >>> bessel_i0(np.array([0.0, 1.0])).round(4)
        array([1.    , 1.2661])
    """
    return apply(BesselI0(), floating(x))


def bessel_i1(x: Any) -> Any:
    """The modified Bessel function of the first kind and order 1, the slope of that of order 0.

    Examples:
        >>> bessel_i1(np.array([0.0, 1.0])).round(4)
        array([0.    , 0.5652])
    """
    return apply(BesselI1(), floating(x))
