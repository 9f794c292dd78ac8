"""Linear systems and the factorizations of matrices; matrices lie in the last two axes."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import GraphError, ShapeError
from pellucid.graph.operations.arithmetic import divide
from pellucid.graph.operations.broadcasting import wide
from pellucid.graph.operations.casting import floating, together
from pellucid.graph.operations.comparison import equal, where
from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.movement import expand_dims, swapaxes
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Op, Tensor, apply, require_float

__all__ = ["cholesky", "eigh", "lu_factor", "qr", "slogdet", "solve", "svd"]


def transposed(x: Any) -> Any:
    """Matrices with rows for columns."""
    return swapaxes(x, -1, -2)


def _identity(x: Any) -> np.ndarray:
    return np.eye(x.shape[-1], dtype=x.dtype)


def _require(name: str, x: Spec, square: bool = True) -> None:
    require_float(name, x)
    sides = x.shape[-2:]
    if x.ndim < 2 or None in sides or (square and sides[0] != sides[1]):
        raise ShapeError(
            f"{name} is of matrices.",
            given=f"shape {x.shape}",
            expected=("as many rows as columns" if square else "two last axes") + ", both known",
        )


def _single(results: Any, like: Any) -> Any:
    """Results in the dtype of an input that was made wide."""
    if isinstance(results, tuple):
        return tuple(r.astype(like.dtype) for r in results)
    return results.astype(like.dtype)


@dataclass(frozen=True)
class Solve(Op):
    """The matrices X of A X = B."""

    def infer(self, a: Spec, b: Spec) -> Spec:
        _require("solve", a)
        require_float("solve", b)
        if b.ndim < 2 or a.shape[:-2] != b.shape[:-2] or a.shape[-1] != b.shape[-2]:
            raise ShapeError(
                "The sides of a linear system do not fit.",
                given=f"shapes {a.shape} and {b.shape}",
                expected="as many rows on both sides, and equal axes before",
            )
        return b

    def value(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        try:
            return np.linalg.solve(wide(a), wide(b))
        except np.linalg.LinAlgError:  # as XLA, which cannot raise
            return np.full(b.shape, np.nan)

    def lower(self, jax: Any, a: Any, b: Any) -> Any:
        return _single(jax.numpy.linalg.solve(wide(a), wide(b)), b)

    def gradient(self, upstream: Tensor, output: Tensor, a: Tensor, b: Tensor) -> Any:
        to_b = apply(Solve(), transposed(a), upstream)
        return -matmul(to_b, transposed(output)), to_b


def solve(a: Any, b: Any) -> Any:
    """The solution x of ``a x = b``: NaN where the matrix is singular.

    Args:
        a: Square matrices.
        b: Right sides: a vector, or matrices of columns.

    Shapes:
        a (..., N, N), b (..., N, K) or (N,) → as b

    Raises:
        ShapeError: If the shapes do not fit.

    Examples:
        >>> solve(np.array([[2.0, 0.0], [0.0, 4.0]]), np.array([1.0, 1.0]))
        array([0.5 , 0.25])
    """
    a, b = (floating(x) for x in together(a, b))
    if b.ndim == a.ndim - 1:
        return apply(Solve(), a, expand_dims(b, -1))[..., 0]
    return apply(Solve(), a, b)


@dataclass(frozen=True)
class Cholesky(Op):
    """The lower triangle L of which L Lᵀ is a positive definite matrix."""

    def infer(self, x: Spec) -> Spec:
        _require("cholesky", x)
        return x

    def value(self, x: np.ndarray) -> np.ndarray:
        try:
            return np.linalg.cholesky(wide(x))
        except np.linalg.LinAlgError:
            return np.full(x.shape, np.nan)

    def lower(self, jax: Any, x: Any) -> Any:
        lower = jax.lax.linalg.cholesky(wide(jax.numpy.asarray(x)), symmetrize_input=False)
        return _single(lower, x)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor) -> Any:
        # Murray 2016, "Differentiation of the Cholesky decomposition", equation 10.
        unit = _identity(x)
        half = np.tril(np.ones_like(unit)) - unit / 2
        middle = matmul(transposed(output), upstream) * half
        left = apply(Solve(), transposed(output), middle)
        whole = transposed(apply(Solve(), transposed(output), transposed(left)))
        return (0.5 * (whole + transposed(whole)),)


def cholesky(x: Any) -> Any:
    """The lower triangle L of which ``L Lᵀ`` is a symmetric positive definite matrix, else NaN.

    Shapes:
        x (..., N, N) → (..., N, N)

    Examples:
        >>> cholesky(np.array([[4.0, 2.0], [2.0, 5.0]]))
        array([[2., 0.],
               [1., 2.]])
    """
    return apply(Cholesky(), floating(x))


@dataclass(frozen=True)
class LuFactor(Op):
    """A lower triangle L with ones on its diagonal and an upper triangle U, in one matrix.

    Their product is the matrix with its rows exchanged, row i with row ``pivots[i]`` in turn.
    """

    def infer(self, x: Spec) -> tuple[Spec, Spec]:
        _require("lu_factor", x, square=False)
        *outer, m, n = x.shape
        return x, Spec((*outer, min(m, n)), "int32")  # type: ignore[type-var]

    def value(self, x: np.ndarray) -> Any:
        from scipy.linalg.lapack import get_lapack_funcs

        m, n = x.shape[-2:]
        matrices = wide(x).reshape(-1, m, n)
        (factor,) = get_lapack_funcs(("getrf",), (matrices,))
        # No warning of a singular matrix: it has factors all the same.
        found = [factor(matrix)[:2] for matrix in matrices]
        pivots = np.array([p for _, p in found], np.int32).reshape(*x.shape[:-2], min(m, n))
        return np.array([lu for lu, _ in found]).reshape(x.shape), pivots

    def lower(self, jax: Any, x: Any) -> Any:
        lu, pivots, _ = jax.lax.linalg.lu(wide(jax.numpy.asarray(x)))
        return lu.astype(x.dtype), pivots

    def gradient(self, upstream: Any, output: Tensor, x: Tensor) -> Any:
        if x.shape[-1] != x.shape[-2]:
            raise GraphError(
                "The triangles of a matrix that is not square have no gradient here.",
                given=f"a matrix {x.spec}",
                expected="as many rows as columns",
            )
        if upstream[0] is None:
            return (None,)
        # With A = P L U: dL = L low(F) and dU = up(F) U, where F = L⁻¹ Pᵀ dA U⁻¹.
        lu = apply(LuFactor(), x)[0]
        unit = _identity(x)
        below = np.tril(np.ones_like(unit), -1)
        lower, upper = lu * below + unit, lu * (1 - below)
        low = matmul(transposed(lower), upstream[0] * below) * below
        up = matmul(upstream[0] * (1 - below), transposed(upper)) * (1 - below)
        right = apply(Solve(), upper, transposed(low + up))  # (F̄ U⁻ᵀ)ᵀ
        exchanged = apply(Solve(), transposed(lower), transposed(right))
        # Pᵀ A = L U gives Pᵀ, without following the exchanges one by one.
        order = matmul(lower, matmul(upper, apply(Solve(), x, _matrices(x))))
        return (matmul(transposed(order), exchanged),)


def lu_factor(x: Any) -> tuple[Any, Any]:
    """Matrices as the product of two triangles, after an exchange of rows.

    Returns:
        Both triangles in one matrix (the lower one's diagonal is all ones), and the row with which
        each row was exchanged in its turn, int32.

    Shapes:
        x (..., M, N) → (..., M, N), (..., K) with K the smaller of M and N

    Raises:
        GraphError: For a gradient, if the matrices are not square.

    Examples:
        >>> lu, pivots = lu_factor(np.array([[1.0, 2.0], [2.0, 2.0]]))
        >>> lu, pivots
        (array([[2. , 2. ],
               [0.5, 1. ]]), array([1, 1], dtype=int32))
    """
    return apply(LuFactor(), floating(x))


@dataclass(frozen=True)
class Slogdet(Op):
    """The sign of the determinant, and the logarithm of its absolute value."""

    def infer(self, x: Spec) -> tuple[Spec, Spec]:
        _require("slogdet", x)
        return x.with_shape(x.shape[:-2]), x.with_shape(x.shape[:-2])

    def value(self, x: np.ndarray) -> Any:
        return tuple(np.linalg.slogdet(wide(x)))

    def lower(self, jax: Any, x: Any) -> Any:
        return _single(tuple(jax.numpy.linalg.slogdet(wide(x))), x)

    def gradient(self, upstream: Any, output: Tensor, x: Tensor) -> Any:
        if upstream[1] is None:
            return (None,)
        return (transposed(solve(x, _matrices(x))) * upstream[1][..., None, None],)


def _matrices(x: Any) -> Any:
    """Identity matrices, as many as there are matrices."""
    return x * 0 + _identity(x)


def slogdet(x: Any) -> tuple[Any, Any]:
    """The sign of the determinant, and the logarithm of its absolute value.

    Shapes:
        x (..., N, N) → (...), (...)

    Examples:
        >>> sign, size = slogdet(np.array([[0.0, 2.0], [1.0, 0.0]]))
        >>> print(sign, size.round(4))
        -1.0 0.6931
    """
    return apply(Slogdet(), floating(x))


def _inverse_gaps(w: Any) -> Any:
    """``1 / (w_j - w_i)``, and 0 on the diagonal."""
    gaps = expand_dims(w, -2) - expand_dims(w, -1)
    same = equal(gaps, 0)
    return where(same, 0, divide(1.0, where(same, 1, gaps)))


def _diagonal(w: Any) -> Any:
    return expand_dims(w, -1) * _identity(w)


@dataclass(frozen=True)
class Eigh(Op):
    """The eigenvalues of a symmetric matrix, rising, and its eigenvectors, as columns."""

    def infer(self, x: Spec) -> tuple[Spec, Spec]:
        _require("eigh", x)
        return x.with_shape(x.shape[:-1]), x

    def value(self, x: np.ndarray) -> Any:
        x = wide(x)
        return tuple(np.linalg.eigh((x + np.swapaxes(x, -1, -2)) / 2))

    def lower(self, jax: Any, x: Any) -> Any:
        return _single(tuple(jax.numpy.linalg.eigh(wide(x), symmetrize_input=True)), x)

    def gradient(self, upstream: Any, output: Tensor, x: Tensor) -> Any:
        w, v = apply(Eigh(), x)
        inside = 0.0 if upstream[0] is None else _diagonal(upstream[0])
        if upstream[1] is not None:
            inside = inside + _inverse_gaps(w) * matmul(transposed(v), upstream[1])
        whole = matmul(matmul(v, inside), transposed(v))
        return (0.5 * (whole + transposed(whole)),)


def eigh(x: Any) -> tuple[Any, Any]:
    """The eigenvalues of symmetric matrices, rising, and their eigenvectors, as columns.

    Of a matrix that is not symmetric its symmetric part is taken.

    Shapes:
        x (..., N, N) → (..., N), (..., N, N)

    Examples:
        >>> eigh(np.array([[2.0, 0.0], [0.0, 1.0]]))[0]
        array([1., 2.])

    Source:
        Giles 2008, "Collected Matrix Derivative Results for Forward and Reverse Mode Algorithmic
        Differentiation", section 3.1, for the gradient.
    """
    return apply(Eigh(), floating(x))


@dataclass(frozen=True)
class Svd(Op):
    """Singular values, falling, and singular vectors: as columns on the left, as rows on the right.

    With ``full`` the vectors are made up to square matrices, which have no gradient.
    """

    full: bool = False

    def infer(self, x: Spec) -> tuple[Spec, Spec, Spec]:
        _require("svd", x, square=False)
        *outer, m, n = x.shape
        k = min(m, n)  # type: ignore[type-var]
        left, right = (m, n) if self.full else (k, k)
        return (
            x.with_shape([*outer, m, left]),
            x.with_shape([*outer, k]),
            x.with_shape([*outer, right, n]),
        )

    def value(self, x: np.ndarray) -> Any:
        return tuple(np.linalg.svd(wide(x), full_matrices=self.full))

    def lower(self, jax: Any, x: Any) -> Any:
        return _single(tuple(jax.numpy.linalg.svd(wide(x), full_matrices=self.full)), x)

    def gradient(self, upstream: Any, output: Tensor, x: Tensor) -> Any:
        if self.full and x.shape[-1] != x.shape[-2]:
            raise GraphError(
                "The full singular vectors have no gradient: those made up are not determined.",
                given=f"a matrix {x.spec}",
                expected="full_matrices=False",
            )
        u, s, vt = apply(Svd(), x)
        v, gaps = transposed(vt), _inverse_gaps(s * s)
        total: Any = 0.0
        if upstream[1] is not None:
            total = matmul(u * expand_dims(upstream[1], -2), vt)
        if upstream[0] is not None:
            turn = matmul(transposed(u), upstream[0])
            inside = gaps * (turn - transposed(turn)) * expand_dims(s, -2)
            rest = (upstream[0] - matmul(u, turn)) / expand_dims(s, -2)
            total = total + matmul(matmul(u, inside) + rest, vt)
        if upstream[2] is not None:
            turn = matmul(vt, transposed(upstream[2]))
            inside = expand_dims(s, -1) * gaps * (turn - transposed(turn))
            rest = transposed(transposed(upstream[2]) - matmul(v, turn)) / expand_dims(s, -1)
            total = total + matmul(u, matmul(inside, vt) + rest)
        return (total,)


def svd(x: Any, full: bool = False) -> tuple[Any, Any, Any]:
    """Matrices as ``u * s @ vt``: singular vectors, singular values (falling), and vectors again.

    Args:
        x: Matrices.
        full: Whether the vectors are made up to square matrices.

    Shapes:
        x (..., M, N) → (..., M, K), (..., K), (..., K, N) with K the smaller of M and N

    Examples:
        >>> svd(np.array([[3.0, 0.0], [0.0, 4.0]]))[1]
        array([4., 3.])

    Source:
        Townsend 2016, "Differentiating the Singular Value Decomposition",
        https://j-towns.github.io/papers/svd-derivative.pdf.
    """
    return apply(Svd(full), floating(x))


@dataclass(frozen=True)
class Qr(Op):
    """Orthonormal columns Q and an upper triangle R, whose product is a matrix."""

    full: bool = False

    def infer(self, x: Spec) -> tuple[Spec, Spec]:
        _require("qr", x, square=False)
        *outer, m, n = x.shape
        k = m if self.full else min(m, n)  # type: ignore[type-var]
        return x.with_shape([*outer, m, k]), x.with_shape([*outer, k, n])

    def value(self, x: np.ndarray) -> Any:
        return tuple(np.linalg.qr(wide(x), "complete" if self.full else "reduced"))

    def lower(self, jax: Any, x: Any) -> Any:
        return _single(tuple(jax.lax.linalg.qr(wide(x), full_matrices=self.full)), x)

    def gradient(self, upstream: Any, output: Tensor, x: Tensor) -> Any:
        m, n = x.shape[-2:]
        if n > m or (self.full and m > n):  # type: ignore[operator]
            raise GraphError(
                "This QR factorization has no gradient here.",
                given=f"a matrix {x.spec}",
                expected="at least as many rows as columns, and mode='reduced'",
            )
        q, r = apply(Qr(), x)
        to_q: Any = q * 0 if upstream[0] is None else upstream[0]
        to_r: Any = r * 0 if upstream[1] is None else upstream[1]
        # Walter, Lehmann 2018, "Algorithmic Differentiation of Linear Algebra Functions".
        middle = matmul(r, transposed(to_r)) - matmul(transposed(to_q), q)
        unit = _identity(middle)
        below = middle * np.tril(np.ones_like(unit), -1)
        both = below + transposed(below) + middle * unit
        return (transposed(apply(Solve(), r, transposed(to_q + matmul(q, both)))),)


def qr(x: Any, full: bool = False) -> tuple[Any, Any]:
    """Matrices as the product of orthonormal columns and an upper triangle.

    Args:
        x: Matrices.
        full: Whether the columns are made up to square matrices.

    Shapes:
        x (..., M, N) → (..., M, K), (..., K, N) with K the smaller of M and N

    Examples:
        >>> q, r = qr(np.array([[3.0, 1.0], [4.0, 2.0]]))
        >>> (q @ r).round(9)
        array([[3., 1.],
               [4., 2.]])
    """
    return apply(Qr(full), floating(x))
