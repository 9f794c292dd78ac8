"""Examples of the operations in graph/operations/bits.py."""

from hypothesis import strategies as st

from pellucid.graph.operations.bits import (
    bitwise_and,
    bitwise_not,
    bitwise_or,
    bitwise_xor,
    left_shift,
    right_shift,
)
from pellucid.graph.operations.casting import cast
from tests.graph.example import Example, integers

WHOLE = ("int32",)  # what is not floating point is not cast: one round is enough
two = st.tuples(integers((2, 3), -1000, 1000), integers((3,), -1000, 1000))
shifted = st.tuples(integers((2, 3), -1000, 1000), integers((3,), 0, 31))

EXAMPLES = [
    Example("bitwise_and", bitwise_and, two, gradient=False, dtypes=WHOLE),
    Example("bitwise_or", bitwise_or, two, gradient=False, dtypes=WHOLE),
    Example("bitwise_xor", bitwise_xor, two, gradient=False, dtypes=WHOLE),
    Example("bitwise_not", lambda x, y: bitwise_not(x), two, gradient=False, dtypes=WHOLE),
    Example(
        "bitwise_of_bools",
        lambda x, y: bitwise_not(bitwise_xor(x > 0, y > 0)),
        two,
        gradient=False,
        dtypes=WHOLE,
    ),
    Example("left_shift", left_shift, shifted, gradient=False, dtypes=WHOLE),
    Example("right_shift", right_shift, shifted, gradient=False, dtypes=WHOLE),
    Example(
        "right_shift_without_sign",
        lambda x, y: right_shift(cast(x, "uint32"), cast(y, "uint32")),
        shifted,
        gradient=False,
        dtypes=WHOLE,
    ),
]
