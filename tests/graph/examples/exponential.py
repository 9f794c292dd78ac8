"""Examples of the operations in graph/operations/exponential.py."""

from pellucid.graph.operations.exponential import exp, expm1, log, log1p, rsqrt, sqrt
from tests.graph.example import Example, one, small, uniform

EXAMPLES = [
    Example("exp", exp, one(uniform(small))),
    Example("expm1", expm1, one(uniform(small))),
    Example("log", log, one(uniform(small, 0.5, 3.0))),
    Example("log1p", log1p, one(uniform(small, -0.5, 3.0))),
    Example("sqrt", sqrt, one(uniform(small, 0.5, 3.0))),
    Example("rsqrt", rsqrt, one(uniform(small, 0.5, 3.0))),
]
