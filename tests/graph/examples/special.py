"""Examples of the operations in graph/operations/special.py."""

from pellucid.graph.operations.special import digamma, erf, erfc, erfinv, lgamma, polygamma
from tests.graph.example import Example, one, small, uniform

EXAMPLES = [
    Example("erf", erf, one(uniform(small))),
    Example("erfc", erfc, one(uniform(small))),
    Example("erfinv", erfinv, one(uniform(small, -0.9, 0.9))),
    Example("lgamma", lgamma, one(uniform(small, 2.5, 6.0))),
    Example("digamma", digamma, one(uniform(small, 2.0, 6.0))),
    Example("polygamma", lambda x: polygamma(1, x), one(uniform(small, 1.0, 6.0))),
]
