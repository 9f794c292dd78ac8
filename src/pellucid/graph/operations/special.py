"""The error function, the gamma function's logarithm, and their relatives."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graph.operations.casting import floating
from pellucid.graph.operations.elementwise import FloatUnary
from pellucid.graph.operations.exponential import exp
from pellucid.graph.tensor import Tensor, apply

__all__ = ["digamma", "erf", "erfc", "erfinv", "lgamma", "polygamma"]


def _scipy(name: str, x: np.ndarray, *before: Any) -> np.ndarray:
    """A function of scipy.special, which does not know half precision: that is made single."""
    from scipy import special

    wide = x.astype(np.float32) if x.dtype.itemsize < 4 else x
    return getattr(special, name)(*before, wide)


@dataclass(frozen=True)
class Erf(FloatUnary):
    """The error function."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return _scipy("erf", x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.erf(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * (2 / math.sqrt(math.pi) * exp(-x * x)),)


def erf(x: Any) -> Any:
    """Error function: the probability that a normal number of variance 1/2 is within ±x.

    ``erf(x) = 2 / sqrt(pi) * ∫ exp(-t²) dt`` from 0 to ``x``, with the sign of ``x``.

    Examples:
        >>> erf(np.array([-1.0, 0.0, 1.0])).round(4)
        array([-0.8427,  0.    ,  0.8427])
    """
    return apply(Erf(), floating(x))


@dataclass(frozen=True)
class Erfc(FloatUnary):
    """1 - erf(x), of which the subtraction would leave no digit above 6."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return _scipy("erfc", x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.erfc(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * (-2 / math.sqrt(math.pi) * exp(-x * x)),)


def erfc(x: Any) -> Any:
    """Complementary error function ``1 - erf(x)``, exact for large ``x`` too.

    Examples:
        >>> print("%.4g" % erfc(np.float64(10.0)))
        2.088e-45
    """
    return apply(Erfc(), floating(x))


@dataclass(frozen=True)
class Erfinv(FloatUnary):
    """What has a given error function."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return _scipy("erfinv", x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.erf_inv(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * (math.sqrt(math.pi) / 2 * exp(output * output)),)


def erfinv(x: Any) -> Any:
    """The number whose error function is ``x``: infinite at ±1, NaN beyond.

    Examples:
        >>> erfinv(np.array([-0.5, 0.0, 0.5])).round(4)
        array([-0.4769,  0.    ,  0.4769])
    """
    return apply(Erfinv(), floating(x))


@dataclass(frozen=True)
class Lgamma(FloatUnary):
    """log|Γ(x)|."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return _scipy("gammaln", x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.lgamma(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * digamma(x),)


def lgamma(x: Any) -> Any:
    """Logarithm of ``|Γ(x)|``; for a whole number n that is ``log((n - 1)!)``.

    Examples:
        >>> exp(lgamma(np.array([1.0, 5.0]))).round(4)
        array([ 1., 24.])
    """
    return apply(Lgamma(), floating(x))


@dataclass(frozen=True)
class Digamma(FloatUnary):
    """The slope of log Γ(x)."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return _scipy("digamma", x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.digamma(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * polygamma(1, x),)


def digamma(x: Any) -> Any:
    """The slope of ``log Γ(x)``; at 1 it is minus Euler's constant.

    Examples:
        >>> digamma(np.array([1.0, 2.0])).round(4)
        array([-0.5772,  0.4228])
    """
    return apply(Digamma(), floating(x))


@dataclass(frozen=True)
class Polygamma(FloatUnary):
    """A higher derivative of log Γ(x)."""

    order: int

    def value(self, x: np.ndarray) -> np.ndarray:
        return _scipy("polygamma", x, self.order)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.polygamma(jax.numpy.full_like(x, self.order), x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * polygamma(self.order + 1, x),)


def polygamma(order: int, x: Any) -> Any:
    """The derivative of :func:`digamma` of an order, for ``x`` above 0.

    Args:
        order: How often digamma is differentiated, at least 1.
        x: Real values above 0.

    Examples:
        >>> polygamma(1, np.array([1.0])) * 6 / np.pi**2
        array([1.])
    """
    return apply(Polygamma(order), floating(x))
