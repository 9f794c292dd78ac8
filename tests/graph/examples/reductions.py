"""Examples of the operations in graph/operations/reductions.py."""

import numpy as np
from hypothesis import strategies as st

from pellucid.graph.operations.reductions import (
    all,
    any,
    argmax,
    argmin,
    count_nonzero,
    logsumexp,
    max,
    mean,
    min,
    prod,
    std,
    sum,
    var,
)
from tests.graph.example import Example, one, small, uniform

cube = uniform((2, 3, 2))
zeros = st.just(np.array([[0.0, 1.5, -2.0], [0.0, 3.0, 0.0], [0.5, 1.0, 2.0]]))

EXAMPLES = [
    Example("sum", sum, one(uniform(small))),
    Example("sum_axis", lambda x: sum(x, -2, keepdims=True), one(cube)),
    Example("mean", lambda x: mean(x, (0, 1)), one(cube)),
    Example("var", lambda x: var(x, 1), one(cube)),
    Example("std", lambda x: std(x, 1, keepdims=True), one(cube)),
    Example("prod", lambda x: prod(x, (0, 2)), one(uniform((2, 3, 2), 0.5, 2.0))),
    Example("prod_of_zeros", lambda x: prod(x, 1), one(zeros)),
    Example("max", lambda x: max(x, (0, 2)), one(cube)),
    Example("min", lambda x: min(x, 1, keepdims=True), one(cube)),
    Example("argmax", lambda x: argmax(x, 1), one(cube), gradient=False),
    Example("argmin", lambda x: argmin(x, keepdims=True), one(cube), gradient=False),
    Example("any", lambda x: any(x > 1, 0), one(cube), gradient=False),
    Example("all", lambda x: all(x > -1, 0), one(cube), gradient=False),
    Example("count_nonzero", lambda x: count_nonzero(x > 0, 1), one(cube), gradient=False),
    Example("logsumexp", lambda x: logsumexp(x, -1), one(cube)),
]
