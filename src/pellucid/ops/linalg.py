"""Linear algebra under Keras's names; matrices lie in the last two axes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, unknown_name
from pellucid.graph.dtypes import dtype_name, numpy_dtype
from pellucid.graph.operations import factorization
from pellucid.graph.operations.arithmetic import absolute, divide
from pellucid.graph.operations.casting import floating
from pellucid.graph.operations.comparison import greater, not_equal, where
from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.exponential import exp, sqrt
from pellucid.graph.operations.factorization import cholesky as lower_triangle
from pellucid.graph.operations.factorization import eigh, lu_factor, slogdet, solve, transposed
from pellucid.graph.operations.movement import concatenate, expand_dims, moveaxis
from pellucid.graph.operations.reductions import max, min, sum
from pellucid.ops.control_flow import jvp
from pellucid.ops.diagonals import tril, triu

__all__ = [
    "cdist",
    "cholesky",
    "cholesky_inverse",
    "det",
    "eigh",
    "inv",
    "jvp",
    "logdet",
    "lstsq",
    "lu_factor",
    "matrix_rank",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_triangular",
    "svd",
]


def cholesky(x: Any, upper: bool = False) -> Any:
    """The triangle of which a symmetric positive definite matrix is the product with its transpose.

    Args:
        x: Matrices.
        upper: Whether the upper triangle, by whose transpose it is multiplied from the left.

    Examples:
        >>> cholesky(np.array([[4.0, 2.0], [2.0, 5.0]]))
        array([[2., 0.],
               [1., 2.]])
    """
    lower = lower_triangle(x)
    return transposed(lower) if upper else lower


def cholesky_inverse(x: Any, upper: bool = False) -> Any:
    """The inverse of the matrix that a triangle of Cholesky's stands for.

    Args:
        x: Triangles, as :func:`cholesky` gives them.
        upper: Whether upper ones.

    Examples:
        >>> cholesky_inverse(np.array([[2.0, 0.0], [0.0, 1.0]]))
        array([[0.25, 0.  ],
               [0.  , 1.  ]])
    """
    x = floating(x)
    inverse = inv(triu(x) if upper else tril(x))
    return matmul(inverse, transposed(inverse)) if upper else matmul(transposed(inverse), inverse)


def det(x: Any) -> Any:
    """The determinant.

    Examples:
        >>> print(det(np.array([[1.0, 2.0], [3.0, 4.0]])).round(9))
        -2.0
    """
    sign, size = slogdet(x)
    return sign * exp(size)


def logdet(x: Any) -> Any:
    """The logarithm of the determinant of a positive definite matrix.

    Examples:
        >>> print(logdet(np.array([[2.0, 0.0], [0.0, 4.0]])).round(4))
        2.0794
    """
    return slogdet(x)[1]


def inv(x: Any) -> Any:
    """The inverse matrix; NaN where there is none.

    Examples:
        >>> inv(np.array([[2.0, 0.0], [0.0, 4.0]]))
        array([[0.5 , 0.  ],
               [0.  , 0.25]])
    """
    x = floating(x)
    return solve(x, x * 0 + np.eye(x.shape[-1], dtype=x.dtype))


def solve_triangular(a: Any, b: Any, lower: bool = False) -> Any:
    """The solution x of ``a x = b`` for a triangle.

    Args:
        a: Matrices, of which only the triangle is looked at.
        b: Right sides: a vector, or matrices of columns.
        lower: Whether the lower triangle.

    Examples:
        >>> solve_triangular(np.array([[2.0, 9.0], [0.0, 4.0]]), np.array([2.0, 0.0]))
        array([1., 0.])
    """
    return solve(tril(floating(a)) if lower else triu(floating(a)), b)


def qr(x: Any, mode: str = "reduced") -> tuple[Any, Any]:
    """Matrices as the product of orthonormal columns and an upper triangle.

    Args:
        x: Matrices.
        mode: ``"reduced"``, or ``"complete"``: the columns made up to square matrices.

    Raises:
        UnknownNameError: For another mode.

    Examples:
        >>> [part.shape for part in qr(np.ones((3, 2)))]
        [(3, 2), (2, 2)]
    """
    if mode not in ("reduced", "complete"):
        raise unknown_name("mode of qr", mode, ("reduced", "complete"))
    x = floating(x)
    m, n = x.shape[-2:]
    if n > m:
        # The columns are found from the square part; its gradient is known.
        q, left = factorization.qr(x[..., :, :m])
        return q, concatenate([left, matmul(transposed(q), x[..., :, m:])], -1)
    return factorization.qr(x, mode == "complete" and m > n)


def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """Singular vectors, singular values (falling), and singular vectors again.

    Args:
        x: Matrices.
        full_matrices: Whether the vectors are made up to square matrices.
        compute_uv: Whether vectors are wanted; else the values alone are returned.

    Examples:
        >>> svd(np.array([[3.0, 0.0], [0.0, 4.0]]), compute_uv=False)
        array([4., 3.])
    """
    x = floating(x)
    if not compute_uv:
        return factorization.svd(x)[1]
    return factorization.svd(x, full_matrices and x.shape[-1] != x.shape[-2])


def cdist(x: Any, y: Any) -> Any:
    """The distances of the rows of ``x`` from those of ``y``.

    Shapes:
        x (..., M, F), y (..., N, F) → (..., M, N)

    Examples:
        >>> cdist(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 1.0]]))
        array([[5., 1.]])
    """
    # Of squares and products (|x|² - 2xy + |y|²) near rows would lose their digits.
    return norm(expand_dims(floating(x), -2) - expand_dims(floating(y), -3), axis=-1)


def pinv(x: Any, rcond: float | None = None) -> Any:
    """The pseudoinverse of Moore and Penrose.

    Args:
        x: Matrices.
        rcond: Singular values below this share of the largest count as 0; by default ten times
            the larger side times the machine epsilon.

    Examples:
        >>> pinv(np.array([[2.0, 0.0], [0.0, 0.0]]))
        array([[0.5, 0. ],
               [0. , 0. ]])
    """
    x = floating(x)
    share = 10 * np.max(x.shape[-2:]) * _epsilon(x) if rcond is None else rcond
    u, s, vt = factorization.svd(x)
    kept = greater(s, float(share) * s[..., :1])
    inverse = where(kept, divide(1.0, where(kept, s, 1)), 0)
    return matmul(transposed(vt) * expand_dims(inverse, -2), transposed(u))


def _epsilon(x: Any) -> float:
    return float(np.finfo(numpy_dtype(dtype_name(x.dtype))).eps)


def lstsq(a: Any, b: Any, rcond: float | None = None) -> Any:
    """The x, the shortest if there are several, for which ``a x`` comes nearest to ``b``.

    Args:
        a: A matrix.
        b: Right sides: a vector, or a matrix of columns.
        rcond: Singular values below this share of the largest count as 0; by default the larger
            side times the machine epsilon.

    Examples:
        >>> lstsq(np.array([[1.0], [1.0]]), np.array([1.0, 3.0])).round(9)
        array([2.])
    """
    a = floating(a)
    share = float(np.max(a.shape)) * _epsilon(a) if rcond is None else rcond
    return matmul(pinv(a, share), floating(b))


def matrix_rank(x: Any, tol: float | None = None) -> Any:
    """How many singular values are not 0, in int32.

    Args:
        x: Matrices.
        tol: Those up to this count as 0; by default the largest times the larger side times the
            machine epsilon.

    Examples:
        >>> print(matrix_rank(np.array([[1.0, 2.0], [2.0, 4.0]])))
        1
    """
    x = floating(x)
    s = factorization.svd(x)[1]
    least = s[..., :1] * float(np.max(x.shape[-2:]) * _epsilon(x)) if tol is None else tol
    return sum(greater(s, least), axis=-1)


def norm(
    x: Any,
    ord: float | str | None = None,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
) -> Any:
    """The size of vectors or matrices.

    Args:
        x: Numbers.
        ord: Which: of vectors a number p, ``(sum |x|^p)^(1/p)``, or infinity; of matrices 1, -1,
            2, -2, plus or minus infinity, ``"fro"`` or ``"nuc"``; by default the root of the sum
            of squares.
        axis: One for vectors, two for matrices; all by default.
        keepdims: Whether the axes stay, with size 1.

    Raises:
        ArgumentError: For an order that such a norm does not have.

    Examples:
        >>> print(norm(np.array([3.0, 4.0])), norm(np.array([3.0, 4.0]), ord=1))
        5.0 7.0
    """
    x = floating(x)
    axis = range(x.ndim) if axis is None else axis
    axes = [axis] if isinstance(axis, int) else list(axis)
    if ord is None or (ord == "fro" and len(axes) == 2) or (ord == 2 and len(axes) == 1):
        return sqrt(sum(x * x, axes, keepdims))
    if len(axes) == 1 and not isinstance(ord, str):
        return _vector_norm(x, float(ord), axes[0], keepdims)
    if len(axes) != 2 or ord not in (1, -1, 2, -2, np.inf, -np.inf, "nuc"):
        raise ArgumentError(
            "There is no such norm.",
            given=f"ord={ord!r} over {len(axes)} axes",
            expected="a number for vectors; 1, -1, 2, -2, inf, -inf, 'fro' or 'nuc' for matrices",
        )
    matrices = moveaxis(x, axes, [-2, -1])
    if ord in (2, -2, "nuc"):
        s = factorization.svd(matrices)[1]
        size = sum(s, -1) if ord == "nuc" else (max if ord == 2 else min)(s, -1)
    else:
        lines = sum(absolute(matrices), -2 if ord in (1, -1) else -1)
        size = (max if ord in (1, np.inf) else min)(lines, -1)
    if keepdims:
        size = expand_dims(size, sorted(a % x.ndim for a in axes))
    return size


def _vector_norm(x: Any, order: float, axis: int, keepdims: bool) -> Any:
    if order == np.inf:
        return max(absolute(x), axis, keepdims)
    if order == -np.inf:
        return min(absolute(x), axis, keepdims)
    if order == 0:
        from_bool = sum(not_equal(x, 0), axis, keepdims)
        return floating(from_bool)
    return sum(absolute(x) ** order, axis, keepdims) ** (1 / order)
