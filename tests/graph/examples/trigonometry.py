"""Examples of the operations in graph/operations/trigonometry.py."""

from pellucid.graph.operations.trigonometry import (
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    cos,
    cosh,
    sin,
    sinh,
    tan,
    tanh,
)
from tests.graph.example import Example, one, pair, small, uniform

EXAMPLES = [
    Example("sin", sin, one(uniform(small))),
    Example("cos", cos, one(uniform(small))),
    Example("tan", tan, one(uniform(small, -1.0, 1.0))),
    Example("arcsin", arcsin, one(uniform(small, -0.8, 0.8))),
    Example("arccos", arccos, one(uniform(small, -0.8, 0.8))),
    Example("arctan", arctan, one(uniform(small))),
    Example("arctan2", arctan2, pair(0.5, 2.0)),
    Example("sinh", sinh, one(uniform(small))),
    Example("cosh", cosh, one(uniform(small))),
    Example("tanh", tanh, one(uniform(small))),
    Example("arcsinh", arcsinh, one(uniform(small))),
    Example("arccosh", arccosh, one(uniform(small, 1.5, 3.0))),
    Example("arctanh", arctanh, one(uniform(small, -0.8, 0.8))),
]
