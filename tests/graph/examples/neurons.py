"""Examples of the operations in graph/operations/neurons.py."""

from pellucid.graph.operations.neurons import relu, sigmoid, softplus
from tests.graph.example import Example, one, small, uniform

EXAMPLES = [
    Example("relu", relu, one(uniform(small))),
    Example("sigmoid", sigmoid, one(uniform(small, -5.0, 5.0))),
    Example("softplus", softplus, one(uniform(small, -5.0, 5.0))),
]
