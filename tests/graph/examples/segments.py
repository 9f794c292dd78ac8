"""Examples of the operations in graph/operations/segments.py."""

import numpy as np
from hypothesis import strategies as st

from pellucid.graph.operations.segments import segment_max, segment_min, segment_prod
from tests.graph.example import Example, uniform

NUMBERS = np.array([2, 0, 2, 3, 0], np.int32)


def example(function):
    inputs = st.tuples(uniform((5, 2)), st.just(NUMBERS))
    return Example(function.__name__, lambda x, numbers: function(x, numbers, 4), inputs)


EXAMPLES = [
    example(segment_prod),
    # A segment without rows is infinite: nothing to take differences of.
    Example(
        "segment_max_and_min",
        lambda x, numbers: (segment_max(x, numbers, 3)[::2], segment_min(x, numbers, 3)[::2]),
        st.tuples(uniform((4, 2)), st.just(np.array([2, 0, 2, 0], np.int32))),
    ),
]
