"""Examples of the operations in graph/operations/factorization.py and fourier.py."""

import numpy as np
from hypothesis import strategies as st

from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.factorization import (
    cholesky,
    eigh,
    lu_factor,
    qr,
    slogdet,
    solve,
    svd,
)
from pellucid.graph.operations.fourier import fourier
from pellucid.graph.operations.movement import swapaxes
from tests.graph.example import Example, one, uniform

REAL = ("float64", "float32")  # in half precision nothing is left of a factorization
SPREAD = np.diag([3.0, 6.0, 9.0])  # keeps eigenvalues apart and matrices regular


def spread(x):
    return x + SPREAD.astype(x.dtype)


def definite(x):
    return matmul(x, swapaxes(x, -1, -2)) + SPREAD.astype(x.dtype)


def projections(u, s, v):
    """What does not depend on the signs of singular vectors."""
    return u * u, s, v * v


square = one(uniform((2, 3, 3), -1.0, 1.0))
EXAMPLES = [
    Example(
        "solve",
        lambda a, b: solve(spread(a), b),
        st.tuples(uniform((3, 3), -1.0, 1.0), uniform((3, 2))),
        dtypes=REAL,
    ),
    Example("cholesky", lambda x: cholesky(definite(x)), square, dtypes=REAL),
    Example("slogdet", lambda x: slogdet(spread(x))[1], square, dtypes=REAL),
    Example(
        "eigh",
        lambda x: [y * y for y in eigh(spread(x + swapaxes(x, -1, -2)))],
        square,
        dtypes=REAL,
    ),
    Example("svd", lambda x: projections(*svd(spread(x))), square, dtypes=REAL),
    Example(
        "svd_tall",
        lambda x: projections(
            *svd(x + 3 * np.eye(4, 2, dtype=x.dtype) * np.arange(1, 3).astype(x.dtype))
        ),
        one(uniform((4, 2), -0.5, 0.5)),
        dtypes=REAL,
    ),
    Example(
        "lu_factor",
        lambda x: lu_factor(spread(x)[..., ::-1, :])[0],
        square,
        dtypes=REAL,
    ),
    Example("qr", lambda x: [y * y for y in qr(spread(x))], square, dtypes=REAL),
    Example("fourier", fourier, st.tuples(uniform((2, 5)), uniform((2, 5))), dtypes=REAL),
    Example(
        "fourier_inverse",
        lambda x: fourier(x, x * x, inverse=True),
        one(uniform((4,))),
        dtypes=REAL,
    ),
]
