"""Examples of the operations in graph/operations/casting.py."""

from pellucid.graph.operations.casting import cast, identity, stop_gradient
from tests.graph.example import Example, one, small, uniform

EXAMPLES = [
    Example("cast", lambda x: cast(cast(x, "int32"), "float32"), one(uniform(small))),
    Example("cast_wider", lambda x: cast(x, "float64"), one(uniform(small)), gradient=False),
    Example("cast_to_bool", lambda x: cast(x, "bool"), one(uniform(small)), gradient=False),
    Example("identity", identity, one(uniform(small))),
    Example("stop_gradient", stop_gradient, one(uniform(small)), gradient=False),
]
