"""Examples of the operations in graph/operations/bessel.py and spacing.py."""

from pellucid.graph.operations.bessel import bessel_i0, bessel_i1
from pellucid.graph.operations.spacing import nextafter
from tests.graph.example import Example, one, pair, small, uniform

EXAMPLES = [
    Example("bessel_i0", bessel_i0, one(uniform(small))),
    Example("bessel_i1", bessel_i1, one(uniform(small))),
    Example("nextafter", nextafter, pair(), gradient=False),
]
