"""Size, reshape, broadcast and sum: the four operations that every gradient stands on.

Broadcasting copies, so its gradient sums over the copies; summing forgets where a term came from,
so its gradient copies. Sizes that are open while the graph is built are operations of their own
(:class:`Size`): a shape may hold an integer tensor wherever a size is not yet known.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.graph.dtypes import dtype_name, is_float, numpy_dtype
from pellucid.graph.spec import Shape, Spec
from pellucid.graph.tensor import Op, Tensor, apply, as_array, as_operand, as_tensor, scalar

__all__ = [
    "axes_of",
    "axis_of",
    "broadcast_to",
    "full",
    "ones_like",
    "reshape",
    "shape_of",
    "size_of",
    "sum_axes",
    "wide",
    "zeros_like",
]


@dataclass(frozen=True)
class Size(Op):
    """The size of one axis, as an integer that is known when the graph runs."""

    axis: int
    differentiable = False
    shape_only = (0,)

    def infer(self, x: Spec) -> Spec:
        return Spec((), "int32")

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(x.shape[self.axis])

    def lower(self, jax: Any, x: Any) -> Any:
        return np.asarray(x.shape[self.axis], np.int32)  # a number: shapes are static in XLA


def size_of(x: Any, axis: int) -> Any:
    """The size of an axis: a number where known, else an integer tensor."""
    known = x.shape[axis]
    return apply(Size(axis % x.ndim), x) if known is None else known


def shape_of(x: Any) -> tuple[Any, ...]:
    """The shape of a tensor or array, with an integer tensor for each open size.

    Examples:
        >>> shape_of(np.zeros((2, 3)))
        (2, 3)
        >>> shape_of(placeholder((None, 3), name="x"))
        (size: int32[] = size(x; axis=0), 3)
    """
    return tuple(size_of(x, axis) for axis in range(x.ndim))


@dataclass(frozen=True)
class ShapeOp(Op):
    """An operation with a shape for an argument, whose open sizes are further inputs."""

    shape: Shape

    def sizes(self, inputs: tuple[Any, ...]) -> tuple[int, ...]:
        """The shape at run time: open sizes filled in from the inputs."""
        given = iter(inputs)
        return tuple(int(next(given)) if n is None else n for n in self.shape)


def split_shape(shape: Sequence[Any]) -> tuple[Shape, list[Tensor]]:
    """Part a shape into the sizes that are known and the tensors that hold the others."""
    known = tuple(None if isinstance(n, Tensor) else int(n) for n in shape)
    return known, [n for n in shape if isinstance(n, Tensor)]


class Reshape(ShapeOp):
    """The same elements, in the same order, under another shape; one size may be -1, the rest."""

    def infer(self, x: Spec, *sizes: Spec) -> Spec:
        known, rest = _product(x.shape), -1 in self.shape
        shape = tuple(None if n == -1 else n for n in self.shape)
        if known is not None and not sizes:
            wanted = math.prod(n for n in self.shape if n != -1)  # type: ignore[misc]
            if rest and wanted and known % wanted == 0:
                shape = tuple(known // wanted if n is None else n for n in shape)
            elif rest or wanted != known:
                raise self.wrong_count(x.shape, known)
        return x.with_shape(shape)

    def wrong_count(self, shape: Shape, count: int) -> ShapeError:
        return ShapeError(
            f"A tensor of shape {shape} cannot be reshaped to {self.shape}.",
            given=f"{count} elements",
            expected=f"{math.prod(n for n in self.shape if n not in (None, -1))} elements"
            + (" times a whole number" if -1 in self.shape else ""),
        )

    def value(self, x: np.ndarray, *sizes: np.ndarray) -> np.ndarray:
        return x.reshape(self.checked(x.shape, sizes))

    def lower(self, jax: Any, x: Any, *sizes: Any) -> Any:
        wanted = self.checked(x.shape, sizes)
        known = math.prod(n for n in wanted if n != -1)
        rest = math.prod(x.shape) // known if known else 0
        return jax.lax.reshape(x, tuple(rest if n == -1 else n for n in wanted))

    def checked(self, shape: tuple[int, ...], sizes: tuple[Any, ...]) -> tuple[int, ...]:
        """The shape at run time, if it has as many elements as there are."""
        wanted = self.sizes(sizes)
        count, product = math.prod(shape), math.prod(n for n in wanted if n != -1)
        if count % product if -1 in wanted and product else count != product:
            raise self.wrong_count(shape, count)
        return wanted

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor, *sizes: Any) -> Any:
        return (reshape(upstream, shape_of(x)), *(None for _ in sizes))


def _product(shape: Shape) -> int | None:
    return None if None in shape else math.prod(shape)  # type: ignore[arg-type]


def reshape(x: Any, shape: Sequence[Any] | int) -> Any:
    """The same elements under another shape.

    Args:
        x: A tensor or array.
        shape: The new sizes; one may be -1 (or ``None``), which takes what is left, and any may
            be an integer tensor.

    Examples:
        >>> reshape(np.arange(6), (2, -1))
        array([[0, 1, 2],
               [3, 4, 5]])
    """
    wanted = [shape] if isinstance(shape, int | np.integer | Tensor) else shape
    known, tensors = split_shape([-1 if n is None else n for n in wanted])
    # An open size that the new shape leaves as the only one is simply what is left.
    if -1 not in known and len(tensors) == 1:
        known, tensors = tuple(-1 if n is None else n for n in known), []
    x = as_operand(x)
    if known.count(-1) > 1 or any(n is not None and n < -1 for n in known):
        raise ShapeError(
            "A shape has sizes of at least 0, and at most one that is left open.",
            given=f"shape {known}",
            expected="at most one -1 or None",
            mend="take sizes that are not known yet from shape_of(x)",
        )
    return apply(Reshape(known), x, *tensors)


def reshape_exactly(x: Any, sizes: Sequence[Any]) -> Any:
    """Reshape to sizes that are all given, so that an element too few is noticed at run time."""
    known, tensors = split_shape(sizes)
    return apply(Reshape(known), x, *tensors)


@dataclass(frozen=True)
class Broadcast(ShapeOp):
    """Copies of a tensor along new axes (in front) and along axes of size 1.

    The gradient sums over the axes that are known to have size 1 when the graph is built, so an
    axis of open size must not turn out to be 1 and be stretched.
    """

    unstretched: tuple[int, ...] = field(default=(), repr=False)
    """The axes of the result, counted from the last (-1), that take their open size from x."""

    def infer(self, x: Spec, *sizes: Spec) -> Spec:
        extra = len(self.shape) - x.ndim
        fits = extra >= 0 and all(
            n in (1, None) or wanted in (n, None)
            for n, wanted in zip(x.shape, self.shape[extra:], strict=True)
        )
        if not fits:
            raise ShapeError(
                "A tensor cannot be broadcast to that shape.",
                given=f"a tensor of shape {x.shape}",
                expected=f"sizes of 1 or those of {self.shape}, counted from the last axis",
            )
        return x.with_shape(self.shape)

    def value(self, x: np.ndarray, *sizes: np.ndarray) -> np.ndarray:
        return np.broadcast_to(x, self.checked(x.shape, sizes))

    def lower(self, jax: Any, x: Any, *sizes: Any) -> Any:
        return jax.broadcast(x, self.checked(x.shape, sizes))

    def checked(self, shape: tuple[int, ...], sizes: tuple[Any, ...]) -> tuple[int, ...]:
        """The shape at run time, if the tensor's shape then can be stretched to it."""
        wanted = self.sizes(sizes)
        for axis in range(-len(shape), 0):
            n = shape[axis]
            if n != wanted[axis] and (n != 1 or axis in self.unstretched):
                raise ShapeError(
                    f"Axis {axis} of a tensor cannot be stretched to a size of {wanted[axis]}.",
                    given=f"a tensor of shape {shape}",
                    expected=f"shape {wanted}, or sizes of 1 that were declared as 1",
                )
        return wanted

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor, *sizes: Any) -> Any:
        extra = output.ndim - x.ndim
        copied = [
            axis
            for axis in range(output.ndim)
            if axis < extra or (x.shape[axis - extra] == 1 and output.shape[axis] != 1)
        ]
        total = sum_axes(upstream, tuple(copied)) if copied else upstream
        return (
            total if total.shape == x.shape else reshape(total, shape_of(x)),
            *(None for _ in sizes),
        )


def broadcast_to(x: Any, shape: Sequence[Any]) -> Any:
    """Copies of ``x`` that fill a shape, by NumPy's rule.

    Examples:
        >>> broadcast_to(np.array([1, 2]), (2, 2))
        array([[1, 2],
               [1, 2]])
    """
    known, tensors = split_shape(shape)
    x = as_operand(x)
    if known == tuple(x.shape) and not tensors:
        return x
    unstretched = tuple(axis for axis in range(-x.ndim, 0) if x.shape[axis] is None)
    return apply(Broadcast(known, unstretched), x, *tensors)


def axes_of(ndim: int, axis: int | Sequence[int] | None) -> tuple[int, ...]:
    """Axes as sorted numbers from 0; all of them for ``None``.

    Raises:
        ShapeError: For an axis that a tensor of ``ndim`` axes does not have, or one given twice.
    """
    if axis is None:
        return tuple(range(ndim))
    given = (axis,) if isinstance(axis, int | np.integer) else tuple(axis)
    axes = {int(a) % ndim for a in given if -ndim <= a < ndim} if ndim else set()
    if len(axes) < len(given):
        raise ShapeError(
            f"A tensor of {ndim} axes does not have such axes.",
            given=f"axis={axis}",
            expected=f"different numbers from {-ndim} to {ndim - 1}" if ndim else "no axis",
        )
    return tuple(sorted(axes))


def axis_of(ndim: int, axis: int) -> int:
    """One axis as a number from 0.

    Raises:
        ShapeError: For an axis that a tensor of ``ndim`` axes does not have.
    """
    (found,) = axes_of(ndim, axis)
    return found


def wide(x: Any) -> Any:
    """Half precision as single, for an array of either engine.

    Terms are added up in single: in float16 a total of 2048 no longer grows by adding 1.
    """
    half = x.dtype.itemsize == 2 and is_float(dtype_name(x.dtype))
    return x.astype(np.float32) if half else x


@dataclass(frozen=True)
class Sum(Op):
    """The sum over some axes, which go."""

    axes: tuple[int, ...]

    def infer(self, x: Spec) -> Spec:
        return x.with_shape([n for axis, n in enumerate(x.shape) if axis not in self.axes])

    def value(self, x: np.ndarray) -> Any:
        return np.sum(wide(x), axis=self.axes, dtype=wide(x).dtype)

    def lower(self, jax: Any, x: Any) -> Any:
        return jax.lax.convert_element_type(jax.lax.reduce_sum(wide(x), self.axes), x.dtype)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> tuple[Any, ...]:
        return (broadcast_to(expand(upstream, self.axes, x), shape_of(x)),)


def sum_axes(x: Any, axes: tuple[int, ...]) -> Any:
    """The sum over axes given as sorted numbers from 0."""
    return apply(Sum(axes), x) if axes else x


def expand(reduced: Any, axes: tuple[int, ...], x: Any) -> Any:
    """Put back axes that a reduction of ``x`` took away, with size 1."""
    sizes = [1 if axis in axes else n for axis, n in enumerate(shape_of(x))]
    return reshape(reduced, sizes)


def full(shape: Sequence[Any], value: Any, dtype: str = "float32") -> Any:
    """A tensor or array of one repeated value; symbolic only if the shape or the value is.

    Examples:
        >>> full((2,), 7.0)
        array([7., 7.], dtype=float32)
    """
    if isinstance(value, Tensor) or any(isinstance(n, Tensor) for n in shape):
        value = value if isinstance(value, Tensor) else as_tensor(scalar(value, dtype))
        return broadcast_to(value, shape)
    return np.full(shape, value, numpy_dtype(dtype_name(dtype)))


def ones_like(x: Any) -> Any:
    """Ones of the shape and dtype of ``x``; symbolic if ``x`` is."""
    return _full_like(x, 1)


def zeros_like(x: Any) -> Any:
    """Zeros of the shape and dtype of ``x``; symbolic if ``x`` is."""
    return _full_like(x, 0)


def _full_like(x: Any, value: int) -> Any:
    if not isinstance(x, Tensor):
        x = as_array(x)
        return np.full_like(x, value)
    return broadcast_to(as_tensor(scalar(value, x.dtype)), shape_of(x))
