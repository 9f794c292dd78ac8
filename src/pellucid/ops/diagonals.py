"""Triangles and diagonals of matrices."""

from typing import Any

import numpy as np

from pellucid import config
from pellucid.errors import ShapeError
from pellucid.graph.dtypes import dtype_name, numpy_dtype
from pellucid.graph.operations import counting
from pellucid.graph.operations.broadcasting import broadcast_to, reshape, shape_of
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import equal, greater_equal, where
from pellucid.graph.operations.movement import expand_dims, moveaxis, pad
from pellucid.graph.operations.reductions import sum
from pellucid.graph.tensor import as_operand

__all__ = [
    "diag",
    "diagflat",
    "diagonal",
    "eye",
    "identity",
    "trace",
    "tri",
    "tril",
    "triu",
]


def tri(N: int, M: int | None = None, k: int = 0, dtype: object = None) -> Any:  # noqa: N803
    """Ones on and below a diagonal, zeros above.

    Args:
        N: Rows.
        M: Columns; as many as rows by default.
        k: The last diagonal of ones: 0 the main one, above it if positive.
        dtype: Of the result.

    Examples:
        >>> tri(2, 3)
        array([[1., 0., 0.],
               [1., 1., 0.]], dtype=float32)
    """
    name = config.floatx() if dtype is None else dtype_name(dtype)
    return np.tri(N, M, k).astype(numpy_dtype(name))


def eye(N: int, M: int | None = None, k: int = 0, dtype: object = None) -> Any:  # noqa: N803
    """Ones on a diagonal, zeros elsewhere.

    Args:
        N: Rows.
        M: Columns; as many as rows by default.
        k: Which diagonal: 0 the main one, above it if positive.
        dtype: Of the result.

    Examples:
        >>> eye(2)
        array([[1., 0.],
               [0., 1.]], dtype=float32)
    """
    name = config.floatx() if dtype is None else dtype_name(dtype)
    return np.eye(N, M, k).astype(numpy_dtype(name))


def identity(n: int, dtype: object = None) -> Any:
    """The identity matrix.

    Examples:
        >>> identity(2, "int32")
        array([[1, 0],
               [0, 1]], dtype=int32)
    """
    return eye(n, dtype=dtype)


def _rows_and_columns(x: Any) -> tuple[Any, Any]:
    """The row of each element of matrices, as a column, and its column, as a row."""
    rows, columns = shape_of(x)[-2:]
    return expand_dims(counting.arange(rows), 1), expand_dims(counting.arange(columns), 0)


def tril(x: Any, k: int = 0) -> Any:
    """Matrices with zeros above a diagonal.

    Args:
        x: Matrices, in the last two axes.
        k: The last diagonal that is kept: 0 the main one, above it if positive.

    Examples:
        >>> tril(np.array([[1, 2], [3, 4]]))
        array([[1, 0],
               [3, 4]])
    """
    x = as_operand(x)
    row, column = _rows_and_columns(x)
    return where(greater_equal(row + k, column), x, 0)


def triu(x: Any, k: int = 0) -> Any:
    """Matrices with zeros below a diagonal.

    Args:
        x: Matrices, in the last two axes.
        k: The first diagonal that is kept: 0 the main one, above it if positive.

    Examples:
        >>> triu(np.array([[1, 2], [3, 4]]))
        array([[1, 2],
               [0, 4]])
    """
    x = as_operand(x)
    row, column = _rows_and_columns(x)
    return where(greater_equal(column, row + k), x, 0)


def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The elements on a diagonal, along a new last axis.

    Args:
        x: A tensor of at least two axes, of known sizes along the two.
        offset: Which diagonal: 0 the main one, above it if positive.
        axis1: The axis of rows.
        axis2: That of columns.

    Examples:
        >>> diagonal(np.array([[1, 2], [3, 4]]))
        array([1, 4])
    """
    x = as_operand(x)
    x = moveaxis(x, [axis1, axis2], [-2, -1])
    rows, columns = x.shape[-2:]
    if rows is None or columns is None:
        raise ShapeError(
            "A diagonal needs known sizes.", given=f"shape {x.shape}", expected="no None there"
        )
    on = np.eye(rows, columns, offset, dtype=bool)
    start = (0, offset) if offset >= 0 else (-offset, 0)
    count = max(0, -max(start[0] - rows, start[1] - columns))
    # The one element of each row (or column) that lies on it: a sum over one term.
    line = sum(where(on, x, 0), axis=-1 if offset >= 0 else -2)
    line = line[..., :count]
    return cast(line, x.dtype)


def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The sum of the elements on a diagonal.

    Args:
        x: A tensor of at least two axes.
        offset: Which diagonal: 0 the main one, above it if positive.
        axis1: The axis of rows.
        axis2: That of columns.

    Examples:
        >>> print(trace(np.array([[1, 2], [3, 4]])))
        5
    """
    return sum(diagonal(x, offset, axis1, axis2), axis=-1)


def diag(x: Any, k: int = 0) -> Any:
    """The diagonal of a matrix, or the matrix with a given diagonal.

    Args:
        x: A matrix or a vector.
        k: Which diagonal: 0 the main one, above it if positive.

    Raises:
        ShapeError: If ``x`` is neither.

    Examples:
        >>> diag(np.array([1, 2])), diag(np.array([[1, 2], [3, 4]]))
        (array([[1, 0],
               [0, 2]]), array([1, 4]))
    """
    x = as_operand(x)
    if x.ndim == 2:
        return diagonal(x, k)
    if x.ndim != 1:
        raise ShapeError(
            "diag takes a vector or a matrix.",
            given=f"shape {tuple(x.shape)}",
            expected="1 or 2 axes",
        )
    row, column = _rows_and_columns(broadcast_to(x, (*shape_of(x), *shape_of(x))))
    square = where(equal(row, column), x, 0)
    return pad(square, ((0, k), (k, 0)) if k >= 0 else ((-k, 0), (0, -k)))


def diagflat(x: Any, k: int = 0) -> Any:
    """The matrix whose diagonal holds the elements of a tensor, taken as one line.

    Args:
        x: A tensor.
        k: Which diagonal: 0 the main one, above it if positive.

    Examples:
        >>> diagflat(np.array([[1, 2]]), k=1)
        array([[0, 1, 0],
               [0, 0, 2],
               [0, 0, 0]])
    """
    return diag(reshape(x, (-1,)), k)
