"""Examples of the operations in graph/operations/movement.py and subscript.py."""

from hypothesis import strategies as st

from pellucid.graph.operations.movement import (
    Unconcatenate,
    concatenate,
    expand_dims,
    flip,
    moveaxis,
    pad,
    split,
    squeeze,
    stack,
    swapaxes,
    transpose,
)
from pellucid.graph.tensor import apply
from tests.graph.example import Example, one, small, uniform

matrix = uniform((3, 4))

EXAMPLES = [
    Example("transpose", lambda x: transpose(x, (1, 2, 0)), one(uniform((2, 3, 4)))),
    Example("swapaxes", lambda x: swapaxes(x, 0, -1), one(uniform((2, 3, 2)))),
    Example("moveaxis", lambda x: moveaxis(x, 0, -1), one(uniform((2, 3, 2)))),
    Example(
        "concatenate",
        lambda x, y: concatenate([x, y, x], axis=1),
        st.tuples(uniform((2, 3)), uniform((2, 1))),
    ),
    Example(
        "unconcatenate",
        lambda whole, x, y: apply(Unconcatenate(0, 1), whole, x, y),
        st.tuples(uniform((5, 2)), uniform((3, 2)), uniform((2, 2))),
    ),
    Example("stack", lambda x: stack([x, 2 * x], axis=-1), one(uniform(small))),
    Example("slice", lambda x: x[1:, ::2], one(matrix)),
    Example("slice_from_the_end", lambda x: x[-2:-1, :-1], one(matrix)),
    Example("slice_backwards", lambda x: x[::-2, 3:0:-1], one(matrix)),
    Example("index", lambda x: x[None, -1, ..., None], one(matrix)),
    Example("split", lambda x: split(x, [1, 3], axis=1), one(matrix)),
    Example("flip", lambda x: flip(x, (0, 1)), one(matrix)),
    Example("pad", lambda x: pad(x, ((1, 0), (2, 3)), 0.5), one(matrix)),
    Example("expand_dims", lambda x: expand_dims(x, (0, -1)), one(uniform(small))),
    Example("squeeze", squeeze, one(uniform((1, 3, 1)))),
]
