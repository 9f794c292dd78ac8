"""Examples of the operations in graph/operations/random.py."""

import numpy as np
from hypothesis import strategies as st

from pellucid.graph.operations.random import random_bits
from tests.graph.example import Example, one

keys = st.builds(
    lambda a, b: np.array([a, b], np.uint32), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)
)

EXAMPLES = [
    Example(
        f"random_bits_{dtype}",
        lambda key, dtype=dtype: (random_bits(key, (7, 11), dtype), random_bits(key, (), dtype)),
        one(keys),
        gradient=False,
        dtypes=("float64",),
    )
    for dtype in ("uint8", "uint16", "uint32", "uint64")
]
