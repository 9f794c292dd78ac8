"""Examples of the operations in graph/operations/comparison.py."""

from pellucid.graph.operations.comparison import (
    equal,
    greater,
    greater_equal,
    isfinite,
    isinf,
    isnan,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    not_equal,
    where,
)
from tests.graph.example import Example, one, pair, small, uniform

EXAMPLES = [
    Example("equal", lambda x, y: (equal(x, y), equal(x, x)), pair(), gradient=False),
    Example("not_equal", lambda x, y: (not_equal(x, y), not_equal(x, x)), pair(), gradient=False),
    Example("less", less, pair(), gradient=False),
    Example("less_equal", less_equal, pair(), gradient=False),
    Example("greater", greater, pair(), gradient=False),
    Example("greater_equal", greater_equal, pair(), gradient=False),
    Example("logical_and", lambda x, y: logical_and(x > 0, y > 0), pair(), gradient=False),
    Example("logical_or", lambda x, y: logical_or(x > 0, y > 0), pair(), gradient=False),
    Example("logical_xor", lambda x, y: logical_xor(x > 0, y > 0), pair(), gradient=False),
    Example("logical_not", lambda x: logical_not(x > 0), one(uniform(small)), gradient=False),
    Example("where", lambda x, y: where(x > y, x * y, y), pair()),
    Example("isfinite", lambda x: isfinite(1 / (x - x)), one(uniform(small)), gradient=False),
    Example("isinf", lambda x: isinf(1 / (x - x)), one(uniform(small)), gradient=False),
    Example("isnan", lambda x: isnan((x - x) / (x - x)), one(uniform(small)), gradient=False),
]
