"""The activations that are operations of their own; all others are composed of operations.

Each earns its place: relu and softplus by their slope at a kink, where the chain rule through
``maximum`` and ``abs`` goes wrong, sigmoid by a gradient made from its output.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graph.operations.casting import floating
from pellucid.graph.operations.comparison import where
from pellucid.graph.operations.elementwise import FloatUnary, Unary
from pellucid.graph.tensor import Tensor, apply, as_operand

__all__ = ["relu", "sigmoid", "softplus"]


@dataclass(frozen=True)
class Relu(Unary):
    """x where positive, else 0; its slope at 0 is 0, where maximum(x, 0) would say 1/2."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.maximum(x, np.zeros((), x.dtype))

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.max(x, jax.lax.full_like(x, 0))

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        # By the output rather than by x, so that x need not be kept for the backward pass.
        return (where(output > 0, upstream, 0),)


def relu(x: Any) -> Any:
    """Rectified linear unit: ``x`` where positive, else 0; its slope at 0 is 0.

    Args:
        x: Numbers.

    Shapes:
        x (...) → (...)

    Examples:
        >>> relu(np.array([-2.0, 0.0, 3.0]))
        array([0., 0., 3.])

    Source:
        Nair, Hinton 2010, "Rectified Linear Units Improve Restricted Boltzmann Machines".
    """
    return apply(Relu(), as_operand(x))


@dataclass(frozen=True)
class Sigmoid(FloatUnary):
    """1 / (1 + exp(-x)), whose gradient needs only its output."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-x))  # an exp that overflows is right too: 1 / inf = 0

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.logistic(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * (output * (1 - output)),)


def sigmoid(x: Any) -> Any:
    """Logistic function ``1 / (1 + exp(-x))``: from 0 to 1, and 1/2 at 0.

    Args:
        x: Real values; integers are made float32.

    Shapes:
        x (...) → (...)

    Examples:
        >>> sigmoid(np.array([-1000.0, 0.0, 1.0])).round(4)
        array([0.    , 0.5   , 0.7311])
    """
    return apply(Sigmoid(), floating(x))


@dataclass(frozen=True)
class Softplus(FloatUnary):
    """log(1 + exp(x)), whose stable form has two kinks that meet at 0 and spoil its slope."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.maximum(x, np.zeros((), x.dtype)) + np.log1p(np.exp(-np.abs(x)))

    def lower(self, jax: Any, x: Any) -> Any:
        zero = np.zeros((), x.dtype)
        return jax.lax.max(x, zero) + jax.lax.log1p(jax.lax.exp(-jax.lax.abs(x)))

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * sigmoid(x),)


def softplus(x: Any) -> Any:
    """Smooth ramp ``log(1 + exp(x))``, without overflow; its slope is ``sigmoid(x)``.

    Args:
        x: Real values; integers are made float32.

    Shapes:
        x (...) → (...)

    Examples:
        >>> softplus(np.array([-1000.0, 0.0, 100.0])).round(4)
        array([  0.    ,   0.6931, 100.    ])

    Source:
        Dugas et al. 2001, "Incorporating Second-Order Functional Knowledge for Better Option
        Pricing", section 3.
    """
    return apply(Softplus(), floating(x))
