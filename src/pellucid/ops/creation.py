"""Making tensors: repeated numbers, ranges, grids."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid import config
from pellucid.errors import ArgumentError
from pellucid.graph.dtypes import dtype_name, numpy_dtype
from pellucid.graph.operations import broadcasting, counting
from pellucid.graph.operations.broadcasting import broadcast_to, reshape, shape_of
from pellucid.graph.operations.casting import cast, floating, together
from pellucid.graph.operations.movement import concatenate, expand_dims, moveaxis
from pellucid.graph.tensor import Tensor, as_array, as_operand
from pellucid.ops.elementwise import power

__all__ = [
    "arange",
    "array",
    "empty",
    "empty_like",
    "full",
    "full_like",
    "geomspace",
    "linspace",
    "logspace",
    "meshgrid",
    "ones",
    "ones_like",
    "vander",
    "zeros",
    "zeros_like",
]


def array(x: Any, dtype: object = None) -> Any:
    """A tensor as it is, or an array of numbers; Python's floats become float32.

    Args:
        x: A tensor, an array, a number or lists of numbers.
        dtype: Of the result; that of ``x`` by default.

    Examples:
        >>> array([1.0, 2.0])
        array([1., 2.], dtype=float32)
    """
    x = as_operand(x)
    return x if dtype is None else cast(x, dtype)


def full(shape: int | Sequence[Any], fill_value: Any, dtype: object = None) -> Any:
    """A tensor of one repeated value.

    Args:
        shape: Its sizes; any may be an integer tensor.
        fill_value: A number or something that broadcasts to the shape.
        dtype: Of the result; that of :func:`pellucid.config.floatx` by default.

    Examples:
        >>> full((2,), 7)
        array([7., 7.], dtype=float32)
    """
    name = config.floatx() if dtype is None else dtype_name(dtype)
    sizes = [shape] if isinstance(shape, int | np.integer | Tensor) else list(shape)
    if isinstance(fill_value, int | float) and not any(isinstance(n, Tensor) for n in sizes):
        return broadcasting.full(sizes, fill_value, name)
    return broadcast_to(cast(fill_value, name), sizes)


def zeros(shape: int | Sequence[Any], dtype: object = None) -> Any:
    """A tensor of zeros.

    Examples:
        >>> zeros((2,))
        array([0., 0.], dtype=float32)
    """
    return full(shape, 0, dtype)


def ones(shape: int | Sequence[Any], dtype: object = None) -> Any:
    """A tensor of ones.

    Examples:
        >>> ones((2,), "int32")
        array([1, 1], dtype=int32)
    """
    return full(shape, 1, dtype)


def empty(shape: int | Sequence[Any], dtype: object = None) -> Any:
    """A tensor of no particular values: zeros.

    Examples:
        >>> empty((2, 0)).shape
        (2, 0)
    """
    return zeros(shape, dtype)


def full_like(x: Any, fill_value: Any, dtype: object = None) -> Any:
    """A tensor of one repeated value, of the shape of ``x``.

    Args:
        x: What has the shape.
        fill_value: A number or something that broadcasts to the shape.
        dtype: Of the result; that of ``x`` by default.

    Examples:
        >>> full_like(np.array([1.0, 2.0]), 7)
        array([7., 7.])
    """
    x = as_operand(x)
    return full(shape_of(x), fill_value, x.dtype if dtype is None else dtype)


def zeros_like(x: Any, dtype: object = None) -> Any:
    """Zeros of the shape of ``x``.

    Examples:
        >>> zeros_like(np.array([1.0, 2.0]))
        array([0., 0.])
    """
    return full_like(x, 0, dtype)


def ones_like(x: Any, dtype: object = None) -> Any:
    """Ones of the shape of ``x``.

    Examples:
        >>> ones_like(np.array([1.0, 2.0]), "int32")
        array([1, 1], dtype=int32)
    """
    return full_like(x, 1, dtype)


def empty_like(x: Any, dtype: object = None) -> Any:
    """A tensor of the shape of ``x`` and of no particular values: zeros.

    Examples:
        >>> empty_like(np.array([1.0, 2.0])).shape
        (2,)
    """
    return zeros_like(x, dtype)


def arange(start: Any, stop: Any = None, step: Any = None, dtype: object = None) -> Any:
    """The numbers from ``start`` on, in steps, before ``stop``.

    Args:
        start: The first number; with ``start`` alone it is the end and 0 the first.
        stop: The end. An integer tensor made of sizes makes the result symbolic.
        step: From one number to the next; 1 by default.
        dtype: Of the result; by default int32 for whole numbers, else float32.

    Examples:
        >>> arange(3), arange(1.0, 2.0, 0.5)
        (array([0, 1, 2], dtype=int32), array([1. , 1.5], dtype=float32))
    """
    first, end = (0, start) if stop is None else (start, stop)
    step = 1 if step is None else step
    if any(isinstance(n, Tensor) for n in (first, end, step)):
        # ceil((end - first) / step) in whole numbers.
        count = -((first - end) // step)
        return array(first + counting.arange(count) * step, dtype)
    if dtype is None:
        parts = [as_array(n) for n in (first, end, step)]
        dtype = config.floatx() if any(p.dtype.kind == "f" for p in parts) else "int32"
    return np.arange(first, end, step).astype(numpy_dtype(dtype_name(dtype)))


def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: object = None,
    axis: int = 0,
) -> Any:
    """Numbers at equal distances from ``start`` to ``stop``.

    Args:
        start: The first number; may be a tensor.
        stop: The last one; may be a tensor.
        num: How many.
        endpoint: Whether ``stop`` is one of them.
        retstep: Whether the distance is returned too.
        dtype: Of the result; floating point by default.
        axis: Where in the result the numbers lie.

    Examples:
        >>> linspace(0.0, 1.0, 5)
        array([0.  , 0.25, 0.5 , 0.75, 1.  ], dtype=float32)
    """
    start, stop = (floating(x) for x in together(start, stop))
    parts = num - 1 if endpoint else num
    step = (stop - start) / parts if parts > 0 else full_like(stop - start, math.nan)
    shape = (1,) * (step.ndim if hasattr(step, "ndim") else 0)
    share = np.arange(num, dtype=np.float64).reshape(-1, *shape) / max(parts, 1)
    share = cast(share, start.dtype)
    # Weights of both ends, as they hit the last one exactly.
    result = expand_dims(start, 0) * (1 - share) + expand_dims(stop, 0) * share
    result = moveaxis(result, 0, axis) if axis else result
    result = array(result, dtype)
    return (result, step) if retstep else result


def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10,
    dtype: object = None,
    axis: int = 0,
) -> Any:
    """Powers of a base whose exponents have equal distances.

    Args:
        start: The first exponent.
        stop: The last one.
        num: How many.
        endpoint: Whether ``stop`` is one of them.
        base: What is raised to the exponents.
        dtype: Of the result; floating point by default.
        axis: Where in the result the numbers lie.

    Examples:
        >>> logspace(0.0, 2.0, 3)
        array([  1.,  10., 100.], dtype=float32)
    """
    return array(power(float(base), linspace(start, stop, num, endpoint, axis=axis)), dtype)


def geomspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    dtype: object = None,
    axis: int = 0,
) -> Any:
    """Numbers from ``start`` to ``stop`` of which each is the last one times one factor.

    Args:
        start: The first number; not 0.
        stop: The last one, of the same sign.
        num: How many.
        endpoint: Whether ``stop`` is one of them.
        dtype: Of the result; floating point by default.
        axis: Where in the result the numbers lie.

    Examples:
        >>> geomspace(1.0, 8.0, 4).round(4)
        array([1., 2., 4., 8.], dtype=float32)
    """
    start, stop = (floating(x) for x in together(start, stop))
    exponent = linspace(zeros_like(start + stop), ones_like(start + stop), num, endpoint)
    result = expand_dims(start, 0) * power(expand_dims(stop / start, 0), exponent)
    return array(moveaxis(result, 0, axis) if axis else result, dtype)


def meshgrid(*x: Any, indexing: str = "xy") -> list[Any]:
    """The coordinates of all points of a grid, from the coordinates along its axes.

    Args:
        x: Vectors, one for each axis.
        indexing: ``"xy"``: the first vector varies along the second axis; ``"ij"``: the first.

    Raises:
        ArgumentError: For another indexing.

    Examples:
        >>> [grid.tolist() for grid in meshgrid(np.array([1, 2]), np.array([3, 4]))]
        [[[1, 2], [1, 2]], [[3, 3], [4, 4]]]
    """
    if indexing not in ("xy", "ij"):
        raise ArgumentError(
            "meshgrid knows two orders.", given=f"indexing={indexing!r}", expected="'xy' or 'ij'"
        )
    lines = [reshape(as_operand(v), (-1,)) for v in x]
    order = list(range(len(lines)))
    if indexing == "xy" and len(lines) > 1:
        order[:2] = [1, 0]
    sizes: list[Any] = [None] * len(lines)
    for line, axis in zip(lines, order, strict=True):
        sizes[axis] = shape_of(line)[0]
    return [
        broadcast_to(expand_dims(line, [a for a in range(len(lines)) if a != axis]), sizes)
        for line, axis in zip(lines, order, strict=True)
    ]


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:  # noqa: N803
    """The powers of each element of a vector, as the columns of a matrix.

    Args:
        x: A vector.
        N: How many powers; as many as elements by default.
        increasing: Whether power 0 comes first.

    Examples:
        >>> vander(np.array([2, 3]), 3)
        array([[4, 2, 1],
               [9, 3, 1]])
    """
    x = as_operand(x)
    count = x.shape[0] if N is None else N
    column = expand_dims(x, 1)
    powers = [ones_like(column)]
    while len(powers) < count:
        powers.append(powers[-1] * column)
    return concatenate(powers[:count] if increasing else powers[:count][::-1], 1)
