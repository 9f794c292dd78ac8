"""Distributions drawn by trials that are repeated until each number is found.

Seeds are what they are in :mod:`pellucid.random.distributions`. No gradient flows to the
parameters of these distributions.
"""

from typing import Any

from pellucid.graph.operations.arithmetic import maximum, minimum
from pellucid.graph.operations.broadcasting import broadcast_to, zeros_like
from pellucid.graph.operations.casting import cast, stop_gradient
from pellucid.graph.operations.comparison import (
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    where,
)
from pellucid.graph.operations.exponential import exp, log, log1p, rsqrt
from pellucid.graph.operations.neurons import sigmoid
from pellucid.graph.operations.random import random_bits
from pellucid.graph.operations.reductions import all, any
from pellucid.graph.operations.rounding import ceil
from pellucid.graph.operations.while_loop import while_loop
from pellucid.random.distributions import Shape, normal, open_uniform, real_dtype
from pellucid.random.seeds import key_from

__all__ = ["beta", "binomial", "gamma"]


def gamma(shape: Shape, alpha: Any, dtype: str | None = None, seed: Any = None) -> Any:
    """Numbers of the gamma distribution with scale 1: their mean and variance are ``alpha``.

    Args:
        shape: Sizes; any may be an integer tensor.
        alpha: Above 0; a number or a tensor that can be broadcast to the shape.
        dtype: A floating-point dtype; float32 when not given.
        seed: See above.

    Raises:
        DTypeError: If the dtype is not floating point.

    Examples:
        >>> gamma((3,), 5.0, seed=7).round(4)
        array([5.9298, 3.2159, 4.171 ], dtype=float32)

    Source:
        Marsaglia, Tsang 2000, "A Simple Method for Generating Gamma Variables", section 6 with
        its note on alpha below 1, https://doi.org/10.1145/358407.358414.
    """
    dtype = real_dtype(dtype)
    return cast(exp(_log_gamma(key_from(seed), shape, alpha, _wide(dtype))), dtype)


def beta(shape: Shape, alpha: Any, beta: Any, dtype: str | None = None, seed: Any = None) -> Any:
    """Numbers of the beta distribution, in [0, 1], with mean ``alpha / (alpha + beta)``.

    ``x / (x + y)`` for ``x`` of :func:`gamma` with ``alpha`` and ``y`` of that with ``beta``, by
    way of their logarithms, since both may be too small for the dtype.

    Args:
        shape: Sizes; any may be an integer tensor.
        alpha: Above 0; a number or a tensor that can be broadcast to the shape.
        beta: The same.
        dtype: A floating-point dtype; float32 when not given.
        seed: See above.

    Raises:
        DTypeError: If the dtype is not floating point.

    Examples:
        >>> beta((3,), 2.0, 2.0, seed=7).round(4)
        array([0.4369, 0.5523, 0.5032], dtype=float32)
    """
    dtype = real_dtype(dtype)
    of_x, of_y = _keys(key_from(seed), 2)
    x = _log_gamma(of_x, shape, alpha, _wide(dtype))
    y = _log_gamma(of_y, shape, beta, _wide(dtype))
    return cast(sigmoid(x - y), dtype)


def binomial(
    shape: Shape, counts: Any, probabilities: Any, dtype: str | None = None, seed: Any = None
) -> Any:
    """How many of some trials succeed.

    The waiting times from one success to the next are added up until they exceed the count, so
    the work grows with the number of successes, or of failures where these are fewer.

    Args:
        shape: Sizes; any may be an integer tensor.
        counts: How many trials; a number or a tensor that can be broadcast to the shape.
        probabilities: The chance of success in each, in [0, 1]; the same.
        dtype: A floating-point dtype; float32 when not given.
        seed: See above.

    Raises:
        DTypeError: If the dtype is not floating point.

    Examples:
        >>> binomial((5,), 10, 0.5, seed=7)
        array([3., 2., 2., 6., 4.], dtype=float32)

    Source:
        Devroye 1986, "Non-Uniform Random Variate Generation", section X.4.3.
    """
    dtype = real_dtype(dtype)
    n = stop_gradient(broadcast_to(cast(counts, "float64"), _sizes(shape)))
    p = stop_gradient(broadcast_to(cast(probabilities, "float64"), _sizes(shape)))
    log_of_failure = log1p(-minimum(p, 1 - p))  # -0 where nothing succeeds: the wait is infinite

    def going_on(key: Any, waited: Any, found: Any) -> Any:
        return any(less_equal(waited, n))

    def wait(key: Any, waited: Any, found: Any) -> Any:
        key, of_u = _keys(key, 2)
        u = open_uniform(of_u, _sizes(shape), "float64")
        waited = waited + maximum(ceil(log(u) / log_of_failure), 1)
        return key, waited, found + cast(less_equal(waited, n), "float64")

    zeros = zeros_like(n)
    _, _, found = while_loop(going_on, wait, (key_from(seed), zeros, zeros))
    return cast(where(less(0.5, p), n - found, found), dtype)


def _log_gamma(key: Any, shape: Shape, alpha: Any, dtype: str) -> Any:
    """The logarithm of gamma numbers, which has digits where they themselves underflow."""
    alpha = stop_gradient(broadcast_to(cast(alpha, dtype), _sizes(shape)))
    small = less(alpha, 1)
    d = where(small, alpha + 1, alpha) - 1 / 3
    c = rsqrt(9 * d)

    def going_on(key: Any, v: Any, found: Any) -> Any:
        return logical_not(all(found))

    def attempt(key: Any, v: Any, found: Any) -> Any:
        key, of_x, of_u = _keys(key, 3)
        x = normal(_sizes(shape), dtype=dtype, seed=of_x)
        cube = (1 + c * x) ** 3
        positive = less(0, cube)
        bound = 0.5 * x * x + d - d * cube + d * log(where(positive, cube, 1))
        u = open_uniform(of_u, _sizes(shape), dtype)
        accepted = logical_and(positive, less(log(u), bound))
        return key, where(found, v, cube), logical_or(found, accepted)

    key, of_boost = _keys(key, 2)
    none = cast(zeros_like(alpha), "bool")
    _, v, _ = while_loop(going_on, attempt, (key, zeros_like(alpha), none))
    # For alpha below 1: x * u ** (1 / alpha), x drawn with alpha + 1.
    boost = log(open_uniform(of_boost, _sizes(shape), dtype)) / alpha
    return log(d * v) + where(small, boost, 0)


def _keys(key: Any, count: int) -> list[Any]:
    """Unrelated keys made from one."""
    words = random_bits(key, (2 * count,))
    return [words[2 * i : 2 * i + 2] for i in range(count)]


def _sizes(shape: Shape) -> tuple[Any, ...]:
    return (shape,) if isinstance(shape, int) else tuple(shape)


def _wide(dtype: str) -> str:
    return "float64" if dtype == "float64" else "float32"
