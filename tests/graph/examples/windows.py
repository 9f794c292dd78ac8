"""Examples of the operations in graph/operations/windows.py."""

from pellucid.graph.gradients import gradients
from pellucid.graph.operations.arithmetic import square
from pellucid.graph.operations.windows import average_pool, max_pool
from tests.graph.example import Example, one, uniform

EXAMPLES = [
    Example("max_pool", lambda x: max_pool(x, 2), one(uniform((2, 4, 5, 2)))),
    Example("max_pool_over", lambda x: max_pool(x, 3, 2, "same"), one(uniform((1, 5, 4, 2)))),
    Example("max_pool_1d", lambda x: max_pool(x, 3, 1, [(1, 2)]), one(uniform((2, 5, 1)))),
    Example("max_pool_3d", lambda x: max_pool(x, (1, 2, 1)), one(uniform((1, 2, 4, 3, 1)))),
    Example(
        "max_pool_gradient",
        lambda x: gradients(square(max_pool(x, 2, 1)), x),
        one(uniform((1, 3, 3, 2))),
    ),
    Example("average_pool", lambda x: average_pool(x, 2), one(uniform((2, 4, 5, 2)))),
    Example("average_pool_same", lambda x: average_pool(x, 3, 2, "same"), one(uniform((1, 6, 2)))),
    Example("average_pool_over", lambda x: average_pool(x, (2, 1), 1), one(uniform((1, 3, 3, 1)))),
]
