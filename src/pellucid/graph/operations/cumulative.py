"""Running totals and products along an axis, and the recurrence that their gradients follow."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.operations.broadcasting import axis_of, reshape, wide
from pellucid.graph.operations.casting import cast, together
from pellucid.graph.operations.movement import pad, slice_axes
from pellucid.graph.spec import Spec, same_shape
from pellucid.graph.tensor import Op, Tensor, apply, as_operand

__all__ = ["cumprod", "cumsum", "linear_recurrence"]


def _from_front(x: np.ndarray, axis: int, reverse: bool) -> np.ndarray:
    """A view whose axis is read in the direction that is meant."""
    return np.flip(x, axis) if reverse else x


def shift(x: Any, axis: int, later: bool, fill: float) -> Any:
    """The elements one place later (or earlier) along an axis; ``fill`` takes the free place."""
    widths = [(0, 0)] * x.ndim
    widths[axis] = (1, 0) if later else (0, 1)
    return slice_axes(pad(x, widths, fill), {axis: (0, -1, 1) if later else (1, None, 1)})


@dataclass(frozen=True)
class Cumsum(Op):
    """The sums of all elements up to each; from the end with ``reverse``."""

    axis: int
    reverse: bool = False

    def infer(self, x: Spec) -> Spec:
        return x

    def value(self, x: np.ndarray) -> np.ndarray:
        forward = _from_front(wide(x), self.axis, self.reverse)
        total = np.cumsum(forward, self.axis, dtype=forward.dtype)
        return _from_front(total, self.axis, self.reverse)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.cumsum(wide(x), self.axis, self.reverse).astype(x.dtype)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (cumsum(upstream, self.axis, not self.reverse),)


@dataclass(frozen=True)
class Cumprod(Op):
    """The products of all elements up to each; from the end with ``reverse``."""

    axis: int
    reverse: bool = False

    def infer(self, x: Spec) -> Spec:
        return x

    def value(self, x: np.ndarray) -> np.ndarray:
        forward = _from_front(wide(x), self.axis, self.reverse)
        product = np.cumprod(forward, self.axis, dtype=forward.dtype)
        return _from_front(product, self.axis, self.reverse)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.cumprod(wide(x), self.axis, self.reverse).astype(x.dtype)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        # The slope of output i by x_k is the product of all up to i but x_k. Dividing output i
        # by x_k would be wrong at 0, so: what stands before k, times the sum over i of upstream_i
        # and what stands between, which is a recurrence from the far end.
        before = cumprod(shift(x, self.axis, not self.reverse, 1), self.axis, self.reverse)
        following = shift(x, self.axis, self.reverse, 0)
        return (before * linear_recurrence(following, upstream, self.axis, not self.reverse),)


@dataclass(frozen=True)
class LinearRecurrence(Op):
    """h_t = a_t h_{t-1} + b_t along an axis, from h = 0; from the end with ``reverse``."""

    axis: int
    reverse: bool = False

    def infer(self, a: Spec, b: Spec) -> Spec:
        if not same_shape(a.shape, b.shape):
            raise ShapeError(
                "A linear recurrence needs a factor for each term.",
                given=f"factors of shape {a.shape}, terms of shape {b.shape}",
                expected="equal shapes",
            )
        return b

    def value(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        result = wide(b).copy()
        steps = np.moveaxis(_from_front(result, self.axis, self.reverse), self.axis, 0)
        factors = np.moveaxis(_from_front(wide(a), self.axis, self.reverse), self.axis, 0)
        for t in range(1, len(steps)):
            steps[t] += factors[t] * steps[t - 1]
        return result

    def lower(self, jax: Any, a: Any, b: Any) -> Any:
        # Two steps in a row are one step of the same kind, so halves can be done side by side:
        # Blelloch 1990, "Prefix Sums and Their Applications", section 1.4.
        def in_a_row(first: Any, second: Any) -> Any:
            return first[0] * second[0], second[0] * first[1] + second[1]

        pairs = (jax.numpy.asarray(wide(a)), jax.numpy.asarray(wide(b)))
        _, h = jax.lax.associative_scan(in_a_row, pairs, self.reverse, axis=self.axis)
        return h.astype(b.dtype)

    def gradient(self, upstream: Tensor, output: Tensor, a: Tensor, b: Tensor) -> Any:
        following = shift(a, self.axis, self.reverse, 0)
        to_b = linear_recurrence(following, upstream, self.axis, not self.reverse)
        return to_b * shift(output, self.axis, not self.reverse, 0), to_b


def _line(x: Any, axis: int | None) -> tuple[Any, int]:
    """A tensor that counts, and which axis is meant."""
    x = as_operand(x)
    x = cast(x, "int32") if dtype_name(x.dtype) == "bool" else x
    return (reshape(x, (-1,)), 0) if axis is None else (x, axis_of(x.ndim, axis))


def cumsum(x: Any, axis: int | None = None, reverse: bool = False) -> Any:
    """The sum of all elements up to each along an axis; booleans are counted in int32.

    Args:
        x: A tensor or array.
        axis: Which; by default all elements are one line.
        reverse: Whether to add up from the end.

    Examples:
        >>> cumsum(np.array([1, 2, 3])), cumsum(np.array([1, 2, 3]), reverse=True)
        (array([1, 3, 6]), array([6, 5, 3]))
    """
    x, axis = _line(x, axis)
    return apply(Cumsum(axis, reverse), x)


def cumprod(x: Any, axis: int | None = None, reverse: bool = False) -> Any:
    """The product of all elements up to each along an axis; right where some are 0, slopes too.

    Args:
        x: A tensor or array.
        axis: Which; by default all elements are one line.
        reverse: Whether to multiply from the end.

    Examples:
        >>> cumprod(np.array([1, 2, 3])), cumprod(np.array([1, 2, 3]), reverse=True)
        (array([1, 2, 6]), array([6, 6, 3]))
    """
    x, axis = _line(x, axis)
    return apply(Cumprod(axis, reverse), x)


def linear_recurrence(a: Any, b: Any, axis: int = 0, reverse: bool = False) -> Any:
    """``h[t] = a[t] * h[t - 1] + b[t]`` along an axis, starting with ``h[0] = b[0]``.

    Discounted returns, exponential averages and first-order filters have this form.

    Args:
        a: The factors; the first has nothing to be multiplied with.
        b: The terms, of the same shape.
        axis: Along which.
        reverse: Whether to start from the end: ``h[t] = a[t] * h[t + 1] + b[t]``.

    Raises:
        ShapeError: If the shapes differ.

    Examples:
        >>> linear_recurrence(np.array([0.5, 0.5, 0.5]), np.array([8.0, 0.0, 1.0]))
        array([8., 4., 3.])
    """
    a, b = together(a, b)
    return apply(LinearRecurrence(axis_of(b.ndim, axis), reverse), a, b)
