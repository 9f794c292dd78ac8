"""Pooling: the largest or the mean of what each window sees, channel by channel."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.graph.operations.broadcasting import full, shape_of
from pellucid.graph.operations.casting import floating
from pellucid.graph.operations.sliding import Padding, Windows, each_axis, padding_of
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Op, Tensor, apply, as_operand

__all__ = ["average_pool", "max_pool"]

LARGE = 16  # elements; windows of more are gone through axis by axis


def _lowest(dtype: Any) -> Any:
    """What padding holds so that it never is the largest."""
    dtype = np.dtype(dtype)
    if dtype.kind in "iu":
        return np.iinfo(dtype).min
    return False if dtype.kind == "b" else -np.inf


@dataclass(frozen=True)
class Pooling(Op):
    """What the operations on windows share: their geometry, and the shape of one for each window.

    The input is (B, *spatial, C). Each has its transpose beside it, so that gradients, of any
    order, are these operations again.
    """

    size: tuple[int, ...]
    strides: tuple[int, ...]
    padding: Padding = "valid"

    @property
    def windows(self) -> Windows:
        return Windows(self.size, self.strides, self.padding, (1,) * len(self.size))

    def infer(self, x: Spec, *others: Spec) -> Spec:
        return x.with_shape([x.shape[0], *self.windows.counts(x.shape[1:-1]), x.shape[-1]])

    def seen(self, x: np.ndarray, fill: Any = 0) -> list[np.ndarray]:
        """What all windows see, an array for each place in the window."""
        return self.windows.views(self.windows.padded(np, x, fill))

    def lowered_seen(self, jax: Any, x: Any, fill: Any = 0) -> list[Any]:
        return self.windows.views(self.windows.padded(jax.numpy, x, fill), jax.lax)


class MaxPool(Pooling):
    """The largest element of each window."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return _running(np.maximum, self.seen(x, _lowest(x.dtype)))

    def lower(self, jax: Any, x: Any) -> Any:
        # XLA fuses the slices into one pass, forwards and backwards; reduce_window's gradient
        # takes more than twice as long (benchmarks/convolution_lowering.py).
        return _running(jax.numpy.maximum, self.lowered_seen(jax, x, _lowest(x.dtype)))

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (apply(PlaceAtLargest(self.size, self.strides, self.padding), upstream, x),)


def _running(combine: Any, parts: list[Any]) -> Any:
    result = parts[0]
    for part in parts[1:]:
        result = combine(result, part)
    return result


class PickLargest(Pooling):
    """Of each window of ``y`` the element at the place where that of ``x`` is largest."""

    def infer(self, y: Spec, x: Spec) -> Spec:
        return super().infer(x).with_dtype(y.dtype)

    def value(self, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        return self.picked(np, self.seen(y), self.seen(x, _lowest(x.dtype)))

    def lower(self, jax: Any, y: Any, x: Any) -> Any:
        xs = self.lowered_seen(jax, x, _lowest(x.dtype))
        return self.picked(jax.numpy, self.lowered_seen(jax, y), xs)

    def picked(self, xp: Any, ys: list[Any], xs: list[Any]) -> Any:
        best, result = xs[0], ys[0]
        for x, y in zip(xs[1:], ys[1:], strict=True):
            result = xp.where(x > best, y, result)
            best = xp.where(x > best, x, best)
        return result

    def gradient(self, upstream: Tensor, output: Tensor, y: Tensor, x: Tensor) -> Any:
        return apply(PlaceAtLargest(self.size, self.strides, self.padding), upstream, x), None


class PlaceAtLargest(Pooling):
    """For each window its number, at the place where ``x`` is largest in it, the first of equals.

    Windows that overlap add up. This is the gradient of :class:`MaxPool`.
    """

    def infer(self, upstream: Spec, x: Spec) -> Spec:
        return upstream.with_shape(x.shape)

    def value(self, upstream: np.ndarray, x: np.ndarray) -> np.ndarray:
        parts = self.parts(np, upstream, self.seen(x, _lowest(x.dtype)))
        return self.windows.fold(parts, x.shape[1:-1])

    def lower(self, jax: Any, upstream: Any, x: Any) -> Any:
        xs = self.lowered_seen(jax, x, _lowest(x.dtype))
        return self.windows.fold_jax(jax, self.parts(jax.numpy, upstream, xs), x.shape[1:-1])

    def parts(self, xp: Any, upstream: Any, xs: list[Any]) -> list[Any]:
        """For each place in the window the numbers of the windows that have their largest there."""
        best, which = xs[0], xp.zeros(xs[0].shape, np.int32)
        for place, x in enumerate(xs[1:], start=1):
            which = xp.where(x > best, np.int32(place), which)
            best = xp.where(x > best, x, best)
        zero = np.zeros((), upstream.dtype)
        return [xp.where(which == place, upstream, zero) for place in range(len(xs))]

    def gradient(self, upstream: Tensor, output: Tensor, placed: Tensor, x: Tensor) -> Any:
        return apply(PickLargest(self.size, self.strides, self.padding), upstream, x), None


class WindowSum(Pooling):
    """The sum of each window."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return _running(np.add, self.seen(_wide(x)))

    def lower(self, jax: Any, x: Any) -> Any:
        return _running(jax.numpy.add, self.lowered_seen(jax, _wide(x))).astype(x.dtype)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        return (apply(WindowSpread(self.size, self.strides, self.padding), upstream, x),)


class WindowSpread(Pooling):
    """The number of each window at every place in it, added up: the gradient of the sum."""

    def infer(self, upstream: Spec, like: Spec) -> Spec:
        return upstream.with_shape(like.shape)

    def value(self, upstream: np.ndarray, like: np.ndarray) -> np.ndarray:
        parts = [_wide(upstream)] * len(self.windows.offsets())
        return self.windows.fold(parts, like.shape[1:-1])

    def lower(self, jax: Any, upstream: Any, like: Any) -> Any:
        parts = [_wide(upstream)] * len(self.windows.offsets())
        return self.windows.fold_jax(jax, parts, like.shape[1:-1]).astype(upstream.dtype)

    def gradient(self, upstream: Tensor, output: Tensor, spread: Tensor, like: Tensor) -> Any:
        return apply(WindowSum(self.size, self.strides, self.padding), upstream), None


def _wide(x: Any) -> Any:
    """Half precision as single: sums are added up in single."""
    return x.astype(np.float32) if x.dtype.itemsize == 2 else x


def max_pool(
    x: Any,
    pool_size: int | Sequence[int],
    strides: int | Sequence[int] | None = None,
    padding: str | Sequence[Any] = "valid",
) -> Any:
    """The largest element of each window, channel by channel.

    Among equal ones the first, row by row, counts as the largest and gets the whole gradient.

    Args:
        x: One to three spatial axes between the batch and the channels.
        pool_size: Size of the window: a number, or one for each spatial axis.
        strides: Steps from one window to the next; the window's size by default.
        padding: ``"valid"``, ``"same"`` (the size of the input divided by the strides), or for
            each axis a pair of numbers. Padding is never the largest.

    Shapes:
        x (B, H, W, C) → (B, H', W', C), likewise with one or three spatial axes

    Raises:
        ShapeError: If the window does not fit into the input, or the axes do not fit the window.

    Examples:
        >>> x = np.array([3.0, 1.0, 4.0, 1.0, 5.0]).reshape(1, 5, 1)
        >>> max_pool(x, 2).ravel(), max_pool(x, 2, padding="same").ravel()
        (array([3., 4.]), array([3., 4., 5.]))
    """
    x = as_operand(x)
    return _pooled(MaxPool, x, *_geometry(x, pool_size, strides, padding))


def average_pool(
    x: Any,
    pool_size: int | Sequence[int],
    strides: int | Sequence[int] | None = None,
    padding: str | Sequence[Any] = "valid",
) -> Any:
    """The mean of each window, channel by channel; padding does not count.

    Args:
        x: One to three spatial axes between the batch and the channels.
        pool_size: Size of the window: a number, or one for each spatial axis.
        strides: Steps from one window to the next; the window's size by default.
        padding: ``"valid"``, ``"same"`` (the size of the input divided by the strides), or for
            each axis a pair of numbers.

    Shapes:
        x (B, H, W, C) → (B, H', W', C), likewise with one or three spatial axes

    Raises:
        ShapeError: If the window does not fit into the input, or the axes do not fit the window.

    Examples:
        >>> x = np.array([3.0, 1.0, 4.0, 1.0, 5.0]).reshape(1, 5, 1)
        >>> average_pool(x, 2).ravel(), average_pool(x, 2, padding="same").ravel()
        (array([2. , 2.5]), array([2. , 2.5, 5. ]))
    """
    x = floating(x)
    geometry = _geometry(x, pool_size, strides, padding)
    if geometry[-1] == "valid":
        return _pooled(WindowSum, x, *geometry) / float(math.prod(geometry[0]))
    ones = full((1, *shape_of(x)[1:-1], 1), 1, str(x.dtype))
    return _pooled(WindowSum, x, *geometry) / _pooled(WindowSum, ones, *geometry)


def _pooled(
    kind: type[Pooling], x: Any, size: Sequence[int], strides: Sequence[int], padding: Any
) -> Any:
    """The largest or the sum of each window; of large ones axis by axis, the last axis first.

    A window of 28 by 28 then costs 28 + 28 slices, not 28 * 28. The first row with the largest
    element, and the first such element in it: the order among equals stays that of one window.
    """
    if math.prod(size) <= LARGE:
        return apply(kind(tuple(size), tuple(strides), padding), x)
    one, none = (1,) * len(size), ((0, 0),) * len(size)
    for axis in reversed(range(len(size))):
        along = slice(axis, axis + 1)
        ends = padding if isinstance(padding, str) else _with(none, along, padding[along])
        x = apply(kind(_with(one, along, size[along]), _with(one, along, strides[along]), ends), x)
    return x


def _with(all: Sequence[Any], part: slice, new: Sequence[Any]) -> tuple[Any, ...]:
    result = list(all)
    result[part] = new
    return tuple(result)


def _geometry(x: Any, size: Any, strides: Any, padding: Any) -> tuple[Any, ...]:
    """The size, strides and padding of windows over ``x``, checked."""
    if not 3 <= x.ndim <= 5:
        raise ShapeError(
            f"A tensor of shape {tuple(x.shape)} cannot be pooled.",
            given=f"{x.ndim} axes",
            expected="3 to 5: the batch, one to three spatial axes, the channels",
            mend="add an axis: expand_dims(x, -1)",
        )
    ndim = x.ndim - 2
    size = each_axis("pool_size", size, ndim)
    strides = size if strides is None else each_axis("strides", strides, ndim)
    padding = padding_of(padding, ndim)
    if not isinstance(padding, str) and any(
        max(ends) >= k for ends, k in zip(padding, size, strict=True)
    ):
        raise ShapeError(
            "A window must see more than padding.",
            given=f"padding={padding}, pool_size={size}",
            expected="less padding at each end than the window's size",
        )
    return size, strides, padding
