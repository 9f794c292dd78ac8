"""Examples of the operations in graph/operations/indexing.py and counting.py."""

from hypothesis import strategies as st

from pellucid.graph.operations.broadcasting import Size
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.counting import arange
from pellucid.graph.operations.indexing import (
    dynamic_slice,
    dynamic_update_slice,
    one_hot,
    scatter_add,
    take,
    take_along_axis,
)
from pellucid.graph.tensor import apply
from tests.graph.example import Example, integers, one, uniform

matrix = uniform((3, 4))


def counted(x):
    """The rows times 0, 1, 2, ...: as many as the graph finds when it runs."""
    return x * cast(arange(apply(Size(0), x)), x.dtype)


EXAMPLES = [
    Example("take", lambda x, i: take(x, i, 0), st.tuples(matrix, integers((2, 2), -3, 2))),
    Example("take_column", lambda x, i: take(x, i, 1), st.tuples(matrix, integers((), -4, 3))),
    Example("take_flat", take, st.tuples(matrix, integers((5,), -12, 11))),
    Example(
        "take_along_axis",
        lambda x, i: take_along_axis(x, i, 1),
        st.tuples(matrix, integers((3, 2), -4, 3)),
    ),
    Example(
        "take_one_along_axis",
        lambda x, i: take_along_axis(x, i, 1),
        st.tuples(matrix, integers((3, 1), -4, 3)),
    ),
    Example(
        "scatter_add",
        lambda x, i, u: scatter_add(x, i, u, axis=1),
        st.tuples(matrix, integers((2, 3), -6, 5), uniform((3, 2, 3))),  # some outside: dropped
    ),
    Example("one_hot", lambda i: one_hot(i, 4, axis=0), one(integers((2, 3), -1, 4)), False),
    Example("arange", counted, one(uniform((3,)))),
    Example(
        "dynamic_slice",
        lambda x, i: dynamic_slice(x, i, (2, 3)),
        st.tuples(matrix, integers((2,), -5, 4)),
    ),
    Example(
        "dynamic_update_slice",
        dynamic_update_slice,
        st.tuples(matrix, uniform((2, 3)), integers((2,), -5, 4)),
    ),
]
