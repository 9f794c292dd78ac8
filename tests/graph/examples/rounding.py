"""Examples of the operations in graph/operations/rounding.py."""

from pellucid.graph.operations.rounding import ceil, clip, floor, round, trunc
from tests.graph.example import Example, one, small, uniform

EXAMPLES = [
    Example("floor", floor, one(uniform(small)), gradient=False),
    Example("ceil", ceil, one(uniform(small)), gradient=False),
    Example("trunc", trunc, one(uniform(small)), gradient=False),
    Example("round", round, one(uniform(small)), gradient=False),
    Example("round_tens", lambda x: round(x, -1), one(uniform(small, -99, 99)), gradient=False),
    Example("clip", lambda x: clip(x, -1, 1), one(uniform(small))),
]
