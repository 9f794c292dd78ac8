"""Examples of the operations in graph/operations/cumulative.py."""

import numpy as np
from hypothesis import strategies as st

from pellucid.graph.operations.cumulative import cumprod, cumsum, linear_recurrence
from tests.graph.example import Example, one, uniform

matrix = uniform((3, 4))
zeros = st.just(np.array([[0.0, 1.5, -2.0, 3.0], [2.0, 0.0, 3.0, 0.0], [0.5, 1.0, 2.0, 0.0]]))

EXAMPLES = [
    Example("cumsum", lambda x: cumsum(x, 1), one(matrix)),
    Example("cumsum_reverse", lambda x: cumsum(x, 0, reverse=True), one(matrix)),
    Example("cumsum_flat", cumsum, one(matrix)),
    Example("cumprod", lambda x: cumprod(x, -1), one(matrix)),
    Example("cumprod_of_zeros", lambda x: cumprod(x, 1), one(zeros)),
    Example("cumprod_of_zeros_reverse", lambda x: cumprod(x, 1, reverse=True), one(zeros)),
    Example("linear_recurrence", linear_recurrence, st.tuples(matrix, matrix)),
    Example(
        "linear_recurrence_reverse",
        lambda a, b: linear_recurrence(a, b, axis=1, reverse=True),
        st.tuples(matrix, matrix),
    ),
]
