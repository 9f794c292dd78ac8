"""Adding, multiplying, powers, absolute values, the larger and the smaller of two."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graph.operations.broadcasting import ones_like, zeros_like
from pellucid.graph.operations.casting import cast, floating, together
from pellucid.graph.operations.comparison import equal, where
from pellucid.graph.operations.elementwise import Elementwise, Unary, unbroadcast
from pellucid.graph.operations.exponential import log
from pellucid.graph.tensor import Tensor, apply, as_operand

__all__ = [
    "absolute",
    "add",
    "divide",
    "floor_divide",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "negative",
    "power",
    "sign",
    "square",
    "subtract",
]


def _numbers(*operands: Any) -> tuple[Any, ...]:
    """Operands of one dtype that counts: booleans become 0 and 1."""
    return tuple(cast(x, "int32") if x.dtype == "bool" else x for x in together(*operands))


@dataclass(frozen=True)
class Add(Elementwise):
    """x + y."""

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x + y

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        x, y = jax.stretch(x, y)
        return jax.lax.bitwise_or(x, y) if x.dtype == bool else jax.lax.add(x, y)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor, y: Tensor) -> Any:
        return unbroadcast(upstream, x), unbroadcast(upstream, y)


def add(x: Any, y: Any) -> Any:
    """``x + y``, element by element.

    Examples:
        >>> add(np.array([1, 2]), 10)
        array([11, 12])
    """
    return apply(Add(), *together(x, y))


@dataclass(frozen=True)
class Subtract(Elementwise):
    """x - y."""

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x - y

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return jax.lax.sub(*jax.stretch(x, y))

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor, y: Tensor) -> Any:
        return unbroadcast(upstream, x), unbroadcast(-upstream, y)


def subtract(x: Any, y: Any) -> Any:
    """``x - y``, element by element.

    Examples:
        >>> subtract(np.array([1, 2]), 10)
        array([-9, -8])
    """
    return apply(Subtract(), *_numbers(x, y))


@dataclass(frozen=True)
class Multiply(Elementwise):
    """x y."""

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x * y

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        x, y = jax.stretch(x, y)
        return jax.lax.bitwise_and(x, y) if x.dtype == bool else jax.lax.mul(x, y)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor, y: Tensor) -> Any:
        return unbroadcast(upstream * y, x), unbroadcast(upstream * x, y)


def multiply(x: Any, y: Any) -> Any:
    """``x * y``, element by element.

    Examples:
        >>> multiply(np.array([1, 2]), 10)
        array([10, 20])
    """
    return apply(Multiply(), *together(x, y))


@dataclass(frozen=True)
class Divide(Elementwise):
    """x / y."""

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x / y

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return jax.lax.div(*jax.stretch(x, y))

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor, y: Tensor) -> Any:
        return unbroadcast(upstream / y, x), unbroadcast(-upstream * output / y, y)


def divide(x: Any, y: Any) -> Any:
    """``x / y``, element by element; integers are made floats first.

    Examples:
        >>> divide(np.array([1.0, 2.0]), 4)
        array([0.25, 0.5 ])
    """
    x, y = together(x, y)
    return apply(Divide(), floating(x), floating(y))


@dataclass(frozen=True)
class FloorDivide(Elementwise):
    """The whole number of times that y goes into x, rounded down."""

    differentiable = False

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.floor_divide(x, y)

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return jax.numpy.floor_divide(x, y)


def floor_divide(x: Any, y: Any) -> Any:
    """``x // y``, rounded towards minus infinity; its gradient is zero.

    Examples:
        >>> floor_divide(np.array([7, -7]), 2)
        array([ 3, -4])
    """
    return apply(FloorDivide(), *_numbers(x, y))


@dataclass(frozen=True)
class Mod(Elementwise):
    """What is left of x when y is taken away as often as it goes."""

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.mod(x, y)

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return jax.numpy.mod(x, y)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor, y: Tensor) -> Any:
        # x mod y = x - y floor(x / y), and the floor moves in steps.
        return unbroadcast(upstream, x), unbroadcast(-upstream * floor_divide(x, y), y)


def mod(x: Any, y: Any) -> Any:
    """The remainder of ``x // y``, with the sign of ``y``.

    Examples:
        >>> mod(np.array([7, -7]), 3)
        array([1, 2])
    """
    return apply(Mod(), *_numbers(x, y))


@dataclass(frozen=True)
class Negative(Unary):
    """-x."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return -x

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.neg(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (-upstream,)


def negative(x: Any) -> Any:
    """``-x``.

    Examples:
        >>> negative(np.array([1, -2]))
        array([-1,  2])
    """
    return apply(Negative(), *_numbers(x))


@dataclass(frozen=True)
class IntegerPower(Unary):
    """x multiplied with itself: right for negative x too, where exp(n log x) is not."""

    exponent: int

    def value(self, x: np.ndarray) -> np.ndarray:
        return x**self.exponent

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.integer_pow(x, self.exponent)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (upstream * (self.exponent * power(x, self.exponent - 1)),)


@dataclass(frozen=True)
class Power(Elementwise):
    """x to the power of y, for x above 0 (and at 0 for y above 0)."""

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.power(x, y)

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return jax.numpy.power(x, y)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor, y: Tensor) -> Any:
        from_x = upstream * y * power(x, y - 1)
        # log(0) must not make NaN of 0 * log(0): where x is 0 the power does not vary with y.
        from_y = upstream * output * log(where(equal(x, 0), ones_like(x), x))
        return unbroadcast(from_x, x), unbroadcast(from_y, y)


def power(x: Any, y: Any) -> Any:
    """``x ** y``, element by element.

    A whole number for ``y`` multiplies: it is right for negative ``x``, and its gradient by ``x``
    is ``y * x ** (y - 1)`` everywhere.

    Examples:
        >>> power(np.array([2.0, -3.0]), 2), power(np.array([4.0, 9.0]), 0.5)
        (array([4., 9.]), array([2., 3.]))
    """
    if isinstance(y, int | float) and not isinstance(y, bool) and float(y).is_integer():
        if y == 0:
            return ones_like(x)
        if y == 1:
            return as_operand(x)
        (x,) = _numbers(x)
        return apply(IntegerPower(int(y)), floating(x) if y < 0 else x)
    return apply(Power(), *_numbers(x, y))


def square(x: Any) -> Any:
    """``x ** 2``.

    Examples:
        >>> square(np.array([2.0, -3.0]))
        array([4., 9.])
    """
    return power(x, 2)


@dataclass(frozen=True)
class Absolute(Unary):
    """|x|; its slope at 0 is 1, as in Keras on JAX."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.abs(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.numpy.abs(x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (where(x < 0, -upstream, upstream),)


def absolute(x: Any) -> Any:
    """``|x|``, with a slope of 1 at 0.

    Examples:
        >>> absolute(np.array([-1.5, 2.0]))
        array([1.5, 2. ])
    """
    return apply(Absolute(), *_numbers(x))


@dataclass(frozen=True)
class Sign(Unary):
    """-1, 0 or 1."""

    differentiable = False

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.sign(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.sign(x)


def sign(x: Any) -> Any:
    """-1 below zero, 0 at zero, 1 above; its gradient is zero.

    Examples:
        >>> sign(np.array([-1.5, 0.0, 2.0]))
        array([-1.,  0.,  1.])
    """
    return apply(Sign(), *_numbers(x))


class Extremum(Elementwise):
    """The larger or the smaller of two; where they are equal each gets half of the gradient."""

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor, y: Tensor) -> Any:
        tie = equal(x, y)
        to_x = where(tie, 0.5 * upstream, where(equal(output, x), upstream, zeros_like(upstream)))
        return unbroadcast(to_x, x), unbroadcast(upstream - to_x, y)


@dataclass(frozen=True)
class Maximum(Extremum):
    """The larger of x and y."""

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.maximum(x, y)

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return jax.lax.max(*jax.stretch(x, y))


@dataclass(frozen=True)
class Minimum(Extremum):
    """The smaller of x and y."""

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.minimum(x, y)

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return jax.lax.min(*jax.stretch(x, y))


def maximum(x: Any, y: Any) -> Any:
    """The larger of two, element by element; equal ones share the gradient by halves.

    Examples:
        >>> maximum(np.array([-1.0, 2.0]), 0)
        array([0., 2.])
    """
    return apply(Maximum(), *together(x, y))


def minimum(x: Any, y: Any) -> Any:
    """The smaller of two, element by element; equal ones share the gradient by halves.

    Examples:
        >>> minimum(np.array([-1.0, 2.0]), 0)
        array([-1.,  0.])
    """
    return apply(Minimum(), *together(x, y))
