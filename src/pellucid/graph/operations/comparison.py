"""Comparing, logic, and choosing by a condition. What comes out moves in steps: no gradient."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import DTypeError
from pellucid.graph.operations.broadcasting import zeros_like
from pellucid.graph.operations.casting import cast, together
from pellucid.graph.operations.elementwise import Elementwise, Unary, unbroadcast
from pellucid.graph.spec import Spec, broadcast_shapes
from pellucid.graph.tensor import Tensor, apply, as_operand

__all__ = [
    "equal",
    "greater",
    "greater_equal",
    "isfinite",
    "isinf",
    "isnan",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "not_equal",
    "where",
]


class Comparison(Elementwise):
    """Two operands in, true or false out."""

    differentiable = False

    def infer(self, *operands: Spec) -> Spec:
        return super().infer(*operands).with_dtype("bool")


@dataclass(frozen=True)
class Equal(Comparison):
    """x = y."""

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x == y

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return jax.lax.eq(*jax.stretch(x, y))


@dataclass(frozen=True)
class NotEqual(Comparison):
    """x is not y."""

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x != y

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return jax.lax.ne(*jax.stretch(x, y))


@dataclass(frozen=True)
class Less(Comparison):
    """x < y."""

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x < y

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return jax.lax.lt(*jax.stretch(x, y))


@dataclass(frozen=True)
class LessEqual(Comparison):
    """x <= y."""

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x <= y

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return jax.lax.le(*jax.stretch(x, y))


def equal(x: Any, y: Any) -> Any:
    """Whether ``x == y``, element by element.

    Examples:
        >>> equal(np.array([1, 2]), 2)
        array([False,  True])
    """
    return apply(Equal(), *together(x, y))


def not_equal(x: Any, y: Any) -> Any:
    """Whether ``x != y``, element by element.

    Examples:
        >>> not_equal(np.array([1, 2]), 2)
        array([ True, False])
    """
    return apply(NotEqual(), *together(x, y))


def less(x: Any, y: Any) -> Any:
    """Whether ``x < y``, element by element.

    Examples:
        >>> less(np.array([1, 2]), 2)
        array([ True, False])
    """
    return apply(Less(), *together(x, y))


def less_equal(x: Any, y: Any) -> Any:
    """Whether ``x <= y``, element by element.

    Examples:
        >>> less_equal(np.array([1, 2, 3]), 2)
        array([ True,  True, False])
    """
    return apply(LessEqual(), *together(x, y))


def greater(x: Any, y: Any) -> Any:
    """Whether ``x > y``, element by element: ``y < x``.

    Examples:
        >>> greater(np.array([1, 2, 3]), 2)
        array([False, False,  True])
    """
    return less(y, x)


def greater_equal(x: Any, y: Any) -> Any:
    """Whether ``x >= y``, element by element: ``y <= x``.

    Examples:
        >>> greater_equal(np.array([1, 2, 3]), 2)
        array([False,  True,  True])
    """
    return less_equal(y, x)


class Logic(Comparison):
    """An operation on truth values."""

    def infer(self, *operands: Spec) -> Spec:
        if any(x.dtype != "bool" for x in operands):
            raise DTypeError(
                f"{self.name} needs truth values.",
                given=", ".join(map(str, operands)),
                expected="dtype bool",
                mend="compare first: x > 0",
            )
        return super().infer(*operands)


@dataclass(frozen=True)
class LogicalAnd(Logic):
    """Both."""

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x & y

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return jax.lax.bitwise_and(*jax.stretch(x, y))


@dataclass(frozen=True)
class LogicalOr(Logic):
    """At least one."""

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x | y

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return jax.lax.bitwise_or(*jax.stretch(x, y))


@dataclass(frozen=True)
class LogicalXor(Logic):
    """Exactly one."""

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x ^ y

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return jax.lax.bitwise_xor(*jax.stretch(x, y))


@dataclass(frozen=True)
class LogicalNot(Logic):
    """Not."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return ~x

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.bitwise_not(x)


def logical_and(x: Any, y: Any) -> Any:
    """Whether both are true; numbers count as true unless they are 0.

    Examples:
        >>> logical_and(np.array([True, False]), True)
        array([ True, False])
    """
    return apply(LogicalAnd(), cast(x, "bool"), cast(y, "bool"))


def logical_or(x: Any, y: Any) -> Any:
    """Whether at least one is true.

    Examples:
        >>> logical_or(np.array([True, False]), False)
        array([ True, False])
    """
    return apply(LogicalOr(), cast(x, "bool"), cast(y, "bool"))


def logical_xor(x: Any, y: Any) -> Any:
    """Whether exactly one is true.

    Examples:
        >>> logical_xor(np.array([True, False]), True)
        array([False,  True])
    """
    return apply(LogicalXor(), cast(x, "bool"), cast(y, "bool"))


def logical_not(x: Any) -> Any:
    """Whether it is false.

    Examples:
        >>> logical_not(np.array([True, False]))
        array([False,  True])
    """
    return apply(LogicalNot(), cast(x, "bool"))


@dataclass(frozen=True)
class Where(Elementwise):
    """x where the condition holds, else y."""

    def infer(self, condition: Spec, x: Spec, y: Spec) -> Spec:
        chosen = super().infer(x, y)
        return chosen.with_shape(broadcast_shapes(condition.shape, chosen.shape))

    def value(self, condition: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.where(condition, x, y)

    def lower(self, jax: Any, condition: Any, x: Any, y: Any) -> Any:
        return jax.lax.select(*jax.stretch(condition, x, y))

    def gradient(
        self, upstream: Tensor, output: Tensor, condition: Tensor, x: Tensor, y: Tensor
    ) -> Any:
        none = zeros_like(upstream)
        return (
            None,
            unbroadcast(where(condition, upstream, none), x),
            unbroadcast(where(condition, none, upstream), y),
        )


def where(condition: Any, x: Any, y: Any) -> Any:
    """``x`` where the condition is true, else ``y``, element by element.

    The gradient goes to the side that was taken; a NaN on the other side stays out of the value,
    but not out of a gradient that passes through it (inf * 0): keep both sides finite.

    Examples:
        >>> where(np.array([True, False]), 1.0, np.array([-1.0, -2.0]))
        array([ 1., -2.])
    """
    return apply(Where(), cast(condition, "bool"), *together(x, y))


class Test(Unary):
    """A property of one number."""

    differentiable = False

    def infer(self, x: Spec) -> Spec:
        return x.with_dtype("bool")


@dataclass(frozen=True)
class Isfinite(Test):
    """Neither infinite nor NaN."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.isfinite(x)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.numpy.isfinite(x)


def isfinite(x: Any) -> Any:
    """Whether a number is neither infinite nor NaN.

    Examples:
        >>> isfinite(np.array([1.0, np.inf, np.nan]))
        array([ True, False, False])
    """
    return apply(Isfinite(), as_operand(x))


def isnan(x: Any) -> Any:
    """Whether it is not a number: the only value that differs from itself.

    Examples:
        >>> isnan(np.array([1.0, np.inf, np.nan]))
        array([False, False,  True])
    """
    return not_equal(x, x)


def isinf(x: Any) -> Any:
    """Whether it is infinite.

    Examples:
        >>> isinf(np.array([1.0, -np.inf, np.nan]))
        array([False,  True, False])
    """
    return logical_not(logical_or(isfinite(x), isnan(x)))
