"""Examples of the operations in graph/operations/contraction.py."""

from hypothesis import strategies as st

from pellucid.graph.operations.contraction import dot, einsum, matmul, outer, tensordot
from tests.graph.example import Example, one, uniform


def two(x, y):
    return st.tuples(uniform(x), uniform(y))


EXAMPLES = [
    Example("matmul", matmul, two((2, 3), (3, 2))),
    Example("matmul_batch", matmul, two((2, 2, 3), (1, 3, 2))),
    Example("matmul_rows", matmul, two((2, 2, 3), (3, 2))),
    Example("matmul_vector", matmul, two((2, 3), (3,))),
    Example("matmul_vectors", matmul, two((3,), (3,))),
    Example("einsum", lambda x, y: einsum("bij,bkj->kbi", x, y), two((2, 3, 2), (2, 1, 2))),
    Example("einsum_trace", lambda x: einsum("iij->j", x), one(uniform((3, 3, 2)))),
    Example("einsum_alone", lambda x, y: einsum("ij,jk->k", x, y), two((2, 3), (3, 2))),
    Example("tensordot", lambda x, y: tensordot(x, y, 1), two((2, 3), (3, 2))),
    Example("dot", dot, two((2, 3), (2, 3, 2))),
    Example("outer", outer, two((2,), (3,))),
]
