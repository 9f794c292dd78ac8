"""Examples of the operations in graph/operations/broadcasting.py."""

from hypothesis import strategies as st

from pellucid.graph.operations.broadcasting import Size, broadcast_to, reshape, shape_of, sum_axes
from pellucid.graph.operations.casting import cast
from pellucid.graph.tensor import apply
from tests.graph.example import Example, one, small, uniform


def size_times(x):
    """The elements times the size of their last axis, asked for when the graph runs."""
    return x * cast(apply(Size(1), x), x.dtype)


def stretched_at_run_time(x, y):
    """``x``, a row, as often as ``y`` has rows (a size that the graph does not know), times y."""
    return broadcast_to(x, (apply(Size(0), y), *shape_of(x))) * y


EXAMPLES = [
    Example("size", size_times, one(uniform((2, 3)))),
    Example("reshape", lambda x: reshape(x, (3, -1)), one(uniform((2, 3)))),
    Example("flatten", lambda x: reshape(x, (-1,)), one(uniform(small))),
    Example("broadcast_to", lambda x: broadcast_to(x, (2, 4, 3)), one(uniform((4, 1)))),
    Example("broadcast_to_size", stretched_at_run_time, st.tuples(uniform((3,)), uniform((2, 1)))),
    Example("sum_axes", lambda x: sum_axes(x, (0, 2)), one(uniform((2, 3, 2)))),
]
