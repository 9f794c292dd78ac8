"""Sine and cosine, their hyperbolic cousins, and what undoes them. Angles are in radians."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graph.operations.casting import floating, together
from pellucid.graph.operations.elementwise import Elementwise, FloatUnary, unbroadcast
from pellucid.graph.operations.exponential import rsqrt
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Tensor, apply, require_float

__all__ = [
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "cos",
    "cosh",
    "sin",
    "sinh",
    "tan",
    "tanh",
]


@dataclass(frozen=True)
class Sin(FloatUnary):
    """The sine."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.sin(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.sin(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * cos(x),)


def sin(x: Any) -> Any:
    """The sine of an angle in radians.

    Examples:
        >>> sin(np.array([0.0, np.pi / 2])).round(4)
        array([0., 1.])
    """
    return apply(Sin(), floating(x))


@dataclass(frozen=True)
class Cos(FloatUnary):
    """The cosine."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.cos(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.cos(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (-upstream * sin(x),)


def cos(x: Any) -> Any:
    """The cosine of an angle in radians.

    Examples:
        >>> cos(np.array([0.0, np.pi / 3])).round(4)
        array([1. , 0.5])
    """
    return apply(Cos(), floating(x))


@dataclass(frozen=True)
class Tan(FloatUnary):
    """The tangent."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.tan(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.tan(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * (1 + output * output),)


def tan(x: Any) -> Any:
    """The tangent of an angle in radians: ``sin(x) / cos(x)``.

    Examples:
        >>> tan(np.array([0.0, np.pi / 4])).round(4)
        array([0., 1.])
    """
    return apply(Tan(), floating(x))


@dataclass(frozen=True)
class Arcsin(FloatUnary):
    """The angle in [-π/2, π/2] with a given sine."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.arcsin(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.asin(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        # (1 - x)(1 + x) keeps the digits that 1 - x² loses near ±1.
        return (upstream * rsqrt((1 - x) * (1 + x)),)


def arcsin(x: Any) -> Any:
    """The angle in [-π/2, π/2] whose sine is ``x``: NaN outside of [-1, 1].

    Examples:
        >>> arcsin(np.array([0.0, 1.0])).round(4)
        array([0.    , 1.5708])
    """
    return apply(Arcsin(), floating(x))


@dataclass(frozen=True)
class Arccos(FloatUnary):
    """The angle in [0, π] with a given cosine."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.arccos(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.acos(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (-upstream * rsqrt((1 - x) * (1 + x)),)


def arccos(x: Any) -> Any:
    """The angle in [0, π] whose cosine is ``x``: NaN outside of [-1, 1].

    Examples:
        >>> arccos(np.array([0.0, 1.0])).round(4)
        array([1.5708, 0.    ])
    """
    return apply(Arccos(), floating(x))


@dataclass(frozen=True)
class Arctan(FloatUnary):
    """The angle in (-π/2, π/2) with a given tangent."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.arctan(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.atan(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream / (1 + x * x),)


def arctan(x: Any) -> Any:
    """The angle in (-π/2, π/2) whose tangent is ``x``.

    Examples:
        >>> arctan(np.array([0.0, 1.0])).round(4)
        array([0.    , 0.7854])
    """
    return apply(Arctan(), floating(x))


@dataclass(frozen=True)
class Arctan2(Elementwise):
    """The angle of the point (x, y)."""

    def infer(self, y: Spec, x: Spec) -> Spec:
        require_float(self.name, y)
        return super().infer(y, x)

    def value(self, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        return np.arctan2(y, x)

    def lower(self, jax: Any, y: Any, x: Any) -> Any:
        return jax.lax.atan2(*jax.numpy.broadcast_arrays(y, x))

    def gradient(self, upstream: Tensor, output: Tensor, y: Tensor, x: Tensor) -> Any:
        scaled = upstream / (x * x + y * y)
        return unbroadcast(scaled * x, y), unbroadcast(-scaled * y, x)


def arctan2(y: Any, x: Any) -> Any:
    """The angle in [-π, π] between the first axis and the point ``(x, y)``.

    Examples:
        >>> arctan2(np.array([1.0, -1.0]), np.array([1.0, -1.0])).round(4)
        array([ 0.7854, -2.3562])
    """
    y, x = together(y, x)
    return apply(Arctan2(), floating(y), floating(x))


@dataclass(frozen=True)
class Sinh(FloatUnary):
    """The hyperbolic sine."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.sinh(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.sinh(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * cosh(x),)


def sinh(x: Any) -> Any:
    """The hyperbolic sine: ``(exp(x) - exp(-x)) / 2``.

    Examples:
        >>> sinh(np.array([0.0, 1.0])).round(4)
        array([0.    , 1.1752])
    """
    return apply(Sinh(), floating(x))


@dataclass(frozen=True)
class Cosh(FloatUnary):
    """The hyperbolic cosine."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.cosh(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.cosh(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * sinh(x),)


def cosh(x: Any) -> Any:
    """The hyperbolic cosine: ``(exp(x) + exp(-x)) / 2``.

    Examples:
        >>> cosh(np.array([0.0, 1.0])).round(4)
        array([1.    , 1.5431])
    """
    return apply(Cosh(), floating(x))


@dataclass(frozen=True)
class Tanh(FloatUnary):
    """The hyperbolic tangent."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.tanh(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.tanh(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * (1 - output * output),)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent: from -1 to 1, steepest at 0, where its slope is 1.

    Examples:
        >>> tanh(np.array([-100.0, 0.0, 1.0])).round(4)
        array([-1.    ,  0.    ,  0.7616])
    """
    return apply(Tanh(), floating(x))


@dataclass(frozen=True)
class Arcsinh(FloatUnary):
    """What has a given hyperbolic sine."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.arcsinh(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.asinh(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * rsqrt(x * x + 1),)


def arcsinh(x: Any) -> Any:
    """The number whose hyperbolic sine is ``x``.

    Examples:
        >>> arcsinh(np.array([0.0, 1.0])).round(4)
        array([0.    , 0.8814])
    """
    return apply(Arcsinh(), floating(x))


@dataclass(frozen=True)
class Arccosh(FloatUnary):
    """What has a given hyperbolic cosine, and is not negative."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.arccosh(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.acosh(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * rsqrt((x - 1) * (x + 1)),)


def arccosh(x: Any) -> Any:
    """The number, at least 0, whose hyperbolic cosine is ``x``: NaN below 1.

    Examples:
        >>> arccosh(np.array([1.0, 2.0])).round(4)
        array([0.   , 1.317])
    """
    return apply(Arccosh(), floating(x))


@dataclass(frozen=True)
class Arctanh(FloatUnary):
    """What has a given hyperbolic tangent."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.arctanh(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.atanh(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream / ((1 - x) * (1 + x)),)


def arctanh(x: Any) -> Any:
    """The number whose hyperbolic tangent is ``x``: infinite at ±1, NaN beyond.

    Examples:
        >>> arctanh(np.array([0.0, 0.5])).round(4)
        array([0.    , 0.5493])
    """
    return apply(Arctanh(), floating(x))
