"""Element by element: Keras's names for the arithmetic, and what is composed of it."""

import math
from collections.abc import Callable
from typing import Any

from pellucid.graph.dtypes import is_float
from pellucid.graph.operations import arithmetic, comparison, trigonometry
from pellucid.graph.operations.bessel import bessel_i0
from pellucid.graph.operations.broadcasting import zeros_like
from pellucid.graph.operations.casting import cast, floating, together
from pellucid.graph.operations.comparison import isfinite, isinf, isnan, logical_not, where
from pellucid.graph.operations.exponential import exp, log, log1p
from pellucid.graph.operations.reductions import all, any
from pellucid.graph.operations.spacing import nextafter
from pellucid.graph.operations.trigonometry import sin
from pellucid.graph.operations.while_loop import while_loop

__all__ = [
    "abs",
    "add",
    "allclose",
    "arctan2",
    "cbrt",
    "deg2rad",
    "divide",
    "divide_no_nan",
    "equal",
    "exp2",
    "fabs",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "gcd",
    "greater",
    "greater_equal",
    "heaviside",
    "hypot",
    "i0",
    "isclose",
    "lcm",
    "ldexp",
    "less",
    "less_equal",
    "log2",
    "log10",
    "logaddexp",
    "logaddexp2",
    "logical_and",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "nextafter",
    "not_equal",
    "power",
    "rad2deg",
    "reciprocal",
    "sinc",
    "subtract",
    "true_divide",
]


def _binary(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """An operation with its operands called as Keras calls them, ``x1`` and ``x2``."""

    def renamed(x1: Any, x2: Any) -> Any:
        return operation(x1, x2)

    renamed.__name__ = renamed.__qualname__ = operation.__name__
    renamed.__doc__ = operation.__doc__
    renamed.__module__ = operation.__module__  # where its examples are tried
    return renamed


add = _binary(arithmetic.add)
subtract = _binary(arithmetic.subtract)
multiply = _binary(arithmetic.multiply)
divide = _binary(arithmetic.divide)
true_divide = divide
floor_divide = _binary(arithmetic.floor_divide)
mod = _binary(arithmetic.mod)
power = _binary(arithmetic.power)
maximum = _binary(arithmetic.maximum)
minimum = _binary(arithmetic.minimum)
arctan2 = _binary(trigonometry.arctan2)
equal = _binary(comparison.equal)
not_equal = _binary(comparison.not_equal)
less = _binary(comparison.less)
less_equal = _binary(comparison.less_equal)
greater = _binary(comparison.greater)
greater_equal = _binary(comparison.greater_equal)
logical_and = _binary(comparison.logical_and)
logical_or = _binary(comparison.logical_or)
logical_xor = _binary(comparison.logical_xor)
abs = arithmetic.absolute


def divide_no_nan(x1: Any, x2: Any) -> Any:
    """``x1 / x2``, and 0 where ``x2`` is 0.

    Examples:
        >>> divide_no_nan(np.array([1.0, 1.0]), np.array([0.0, 2.0]))
        array([0. , 0.5])
    """
    x1, x2 = together(x1, x2)
    none = equal(x2, 0)
    return where(none, 0, divide(x1, where(none, 1, x2)))  # 1 keeps the other side's slope finite


def fmod(x1: Any, x2: Any) -> Any:
    """The remainder of a division cut off at the point: with the sign of ``x1``.

    Examples:
        >>> fmod(np.array([-7.0, 7.0]), 3.0), mod(np.array([-7.0, 7.0]), 3.0)
        (array([-1.,  1.]), array([2., 1.]))
    """
    x1, x2 = together(x1, x2)
    if not is_float(str(x1.dtype)):
        return arithmetic.sign(x1) * mod(abs(x1), abs(x2))
    # trunc(x1 / x2) would be off by one where the quotient rounds to a whole number.
    size = mod(abs(x1), abs(x2))
    return where(less(x1, 0), -size, size)


def fmax(x1: Any, x2: Any) -> Any:
    """The larger of two numbers; of a number and NaN the number.

    Examples:
        >>> fmax(np.array([1.0, np.nan]), np.array([2.0, 3.0]))
        array([2., 3.])
    """
    x1, x2 = together(x1, x2)
    return where(logical_or(greater_equal(x1, x2), isnan(x2)), x1, x2)


def fmin(x1: Any, x2: Any) -> Any:
    """The smaller of two numbers; of a number and NaN the number.

    Examples:
        >>> fmin(np.array([1.0, np.nan]), np.array([2.0, 3.0]))
        array([1., 3.])
    """
    x1, x2 = together(x1, x2)
    return where(logical_or(less_equal(x1, x2), isnan(x2)), x1, x2)


def hypot(x1: Any, x2: Any) -> Any:
    """``sqrt(x1² + x2²)``, which overflows only where the result does.

    Examples:
        >>> hypot(np.array([3.0, 3e300]), np.array([4.0, 4e300]))
        array([5.e+000, 5.e+300])
    """
    x1, x2 = together(x1, x2)
    x1, x2 = abs(floating(x1)), abs(floating(x2))
    large, small = maximum(x1, x2), minimum(x1, x2)
    # The ratio is of no meaning, and must not be NaN, where both are 0 or one is infinite.
    plain = logical_or(equal(large, 0), logical_not(isfinite(large)))
    ratio = where(plain, 0, small / where(plain, 1, large))
    return where(plain, add(large, small), multiply(large, (1 + ratio * ratio) ** 0.5))


def logaddexp(x1: Any, x2: Any) -> Any:
    """``log(exp(x1) + exp(x2))`` without overflow.

    Examples:
        >>> logaddexp(np.array([1000.0]), np.array([1000.0])).round(4)
        array([1000.6931])
    """
    x1, x2 = together(x1, x2)
    x1, x2 = floating(x1), floating(x2)
    apart = subtract(x1, x2)
    same = logical_and(isinf(x1), equal(x1, x2))  # inf - inf would be NaN
    return where(same, x1, maximum(x1, x2) + log1p(exp(-abs(where(same, 0, apart)))))


def logaddexp2(x1: Any, x2: Any) -> Any:
    """``log2(2**x1 + 2**x2)`` without overflow.

    Examples:
        >>> logaddexp2(np.array([1000.0]), np.array([1000.0])).round(4)
        array([1001.])
    """
    x1, x2 = together(x1, x2)
    return logaddexp(floating(x1) * math.log(2), floating(x2) * math.log(2)) / math.log(2)


def heaviside(x1: Any, x2: Any = 0) -> Any:
    """Heaviside's step: 0 below 0, 1 above, and ``x2`` at 0.

    Args:
        x1: Numbers.
        x2: The value at 0; 0 by default, as of a neuron that is silent at its threshold.

    Examples:
        >>> heaviside(np.array([-2.0, 0.0, 3.0])), heaviside(np.array([0.0]), 0.5)
        (array([0., 0., 1.]), array([0.5]))
    """
    x1, x2 = together(x1, x2)
    x1, x2 = floating(x1), floating(x2)
    step = where(equal(x1, 0), x2, cast(greater(x1, 0), x1.dtype))
    return where(isnan(x1), math.nan, step)


def reciprocal(x: Any) -> Any:
    """``1 / x``.

    Examples:
        >>> reciprocal(np.array([2.0, 4.0]))
        array([0.5 , 0.25])
    """
    return divide(1.0, floating(x))


def exp2(x: Any) -> Any:
    """2 to the power of ``x``.

    Examples:
        >>> exp2(np.array([0.0, 3.0]))
        array([1., 8.])
    """
    return power(2.0, floating(x))


def log2(x: Any) -> Any:
    """The logarithm to base 2.

    Examples:
        >>> log2(np.array([1.0, 8.0]))
        array([0., 3.])
    """
    return log(x) / math.log(2)


def log10(x: Any) -> Any:
    """The logarithm to base 10.

    Examples:
        >>> log10(np.array([1.0, 100.0]))
        array([0., 2.])
    """
    return log(x) / math.log(10)


def cbrt(x: Any) -> Any:
    """The cube root, negative for negative numbers.

    Examples:
        >>> cbrt(np.array([-8.0, 27.0])).round(9)
        array([-2.,  3.])
    """
    x = floating(x)
    return arithmetic.sign(x) * abs(x) ** (1 / 3)


def sinc(x: Any) -> Any:
    """``sin(π x) / (π x)``, and 1 at 0.

    Examples:
        >>> sinc(np.array([0.0, 0.5])).round(4)
        array([1.    , 0.6366])
    """
    x = math.pi * floating(x)
    zero = equal(x, 0)
    safe = where(zero, 1, x)
    return where(zero, 1 - x * x / 6, sin(safe) / safe)  # the series has the slopes at 0


def deg2rad(x: Any) -> Any:
    """Degrees as radians.

    Examples:
        >>> deg2rad(np.array([180.0])).round(4)
        array([3.1416])
    """
    return floating(x) * (math.pi / 180)


def rad2deg(x: Any) -> Any:
    """Radians as degrees.

    Examples:
        >>> rad2deg(np.array([np.pi]))
        array([180.])
    """
    return floating(x) * (180 / math.pi)


def fabs(x: Any) -> Any:
    """The absolute value, floating point.

    Examples:
        >>> fabs(np.array([-2, 3], np.int32))
        array([2., 3.], dtype=float32)
    """
    return abs(floating(x))


def ldexp(x1: Any, x2: Any) -> Any:
    """``x1 * 2**x2``.

    Examples:
        >>> ldexp(np.array([1.0, 3.0]), np.array([2, 0]))
        array([4., 3.])
    """
    x1 = floating(x1)
    return x1 * cast(power(2.0, cast(x2, x1.dtype)), x1.dtype)


def gcd(x1: Any, x2: Any) -> Any:
    """The greatest common divisor of whole numbers, by Euclid's algorithm.

    Examples:
        >>> gcd(np.array([12, 7]), np.array([18, 0]))
        array([6, 7])
    """
    x1, x2 = together(x1, x2)
    x1, x2 = abs(x1) + zeros_like(x2), abs(x2) + zeros_like(x1)
    divisor, _ = while_loop(
        lambda a, b: any(not_equal(b, 0)),
        lambda a, b: (
            where(equal(b, 0), a, b),
            where(equal(b, 0), 0, mod(a, where(equal(b, 0), 1, b))),
        ),
        (x1, x2),
    )
    return divisor


def lcm(x1: Any, x2: Any) -> Any:
    """The least common multiple of whole numbers.

    Examples:
        >>> lcm(np.array([4, 7]), np.array([6, 0]))
        array([12,  0])
    """
    x1, x2 = together(x1, x2)
    divisor = gcd(x1, x2)
    return abs(x1) * floor_divide(abs(x2), where(equal(divisor, 0), 1, divisor))


def i0(x: Any) -> Any:
    """The modified Bessel function of the first kind and order 0.

    Examples:
        >>> i0(np.array([0.0, 1.0])).round(4)
        array([1.    , 1.2661])
    """
    return bessel_i0(x)


def isclose(
    x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Any:
    """Whether two numbers are equal up to ``atol + rtol * |x2|``.

    Examples:
        >>> isclose(np.array([1.0, 1.0]), np.array([1.000001, 1.1]))
        array([ True, False])
    """
    x1, x2 = together(x1, x2)
    near = less_equal(abs(subtract(floating(x1), floating(x2))), atol + rtol * abs(floating(x2)))
    finite = logical_and(isfinite(floating(x1)), isfinite(floating(x2)))
    result = logical_or(equal(x1, x2), logical_and(near, finite))
    if equal_nan:
        result = logical_or(result, logical_and(isnan(floating(x1)), isnan(floating(x2))))
    return result


def allclose(
    x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Any:
    """Whether all numbers of two tensors are equal up to ``atol + rtol * |x2|``.

    Examples:
        >>> print(allclose(np.array([1.0, 2.0]), np.array([1.000001, 2.0])))
        True
    """
    return all(isclose(x1, x2, rtol, atol, equal_nan))
