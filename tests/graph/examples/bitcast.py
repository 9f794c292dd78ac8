"""Examples of the operations in graph/operations/bitcast.py."""

from pellucid.graph.operations.bitcast import view
from tests.graph.example import Example, integers, one

EXAMPLES = [
    Example("view", lambda x: view(x, "uint32"), one(integers((2, 3), -9, 9)), gradient=False),
    Example(
        "view_smaller", lambda x: view(x, "uint8"), one(integers((2, 3), -9, 9)), gradient=False
    ),
]
