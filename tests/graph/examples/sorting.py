"""Examples of the operations in graph/operations/sorting.py."""

from pellucid.graph.operations.sorting import argsort, sort, top_k
from tests.graph.example import Example, one, uniform

matrix = uniform((3, 4))

EXAMPLES = [
    Example("sort", lambda x: sort(x, 0), one(matrix)),
    Example("sort_all", lambda x: sort(x, None), one(matrix)),
    Example("argsort", argsort, one(matrix), gradient=False),
    Example("top_k", lambda x: top_k(x, 2), one(matrix)),
    Example("top_1", lambda x: top_k(x, 1), one(matrix)),
]
