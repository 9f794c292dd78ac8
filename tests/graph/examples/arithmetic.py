"""Examples of the operations in graph/operations/arithmetic.py."""

from pellucid.graph.operations.arithmetic import (
    absolute,
    add,
    divide,
    floor_divide,
    maximum,
    minimum,
    mod,
    multiply,
    negative,
    power,
    sign,
    subtract,
)
from tests.graph.example import Example, one, pair, small, uniform

EXAMPLES = [
    Example("add", add, pair()),
    Example("subtract", subtract, pair()),
    Example("multiply", multiply, pair()),
    Example("divide", divide, pair(0.5, 2.0)),
    Example("floor_divide", lambda x, y: floor_divide(x, y), pair(0.5, 2.0), gradient=False),
    Example("mod", lambda x, y: mod(x, 0 * y + 7.1), pair(0.5, 6.0)),
    Example("negative", negative, one(uniform(small))),
    Example("cube", lambda x: power(x, 3), one(uniform(small))),
    Example("reciprocal", lambda x: power(x, -1), one(uniform(small, 0.5, 2.0))),
    Example("power", power, pair(0.5, 2.0)),
    Example("absolute", absolute, one(uniform(small, 0.1, 2.0))),
    Example("sign", sign, one(uniform(small)), gradient=False),
    Example("maximum", maximum, pair()),
    Example("minimum", minimum, pair()),
]
