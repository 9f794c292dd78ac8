"""Sums over the steps of a loop that one product after the loop does at once.

The gradient of ``h @ w`` by a matrix ``w`` that all steps use is the sum over the steps of
``h[t].T @ g[t]``. Added up step by step it reads and writes a whole matrix each time, and each
product is a small one. With the rows of all steps under each other it is one large product::

    sum over t of h[t].T @ g[t]  =  concatenate(h).T @ concatenate(g)

The gradient by a bias is a sum over the rows of ``g[t]``. As those are kept anyway, it is taken
after the loop too.
"""

from collections.abc import Container
from typing import Any

from pellucid.graph.operations.broadcasting import Sum, reshape, shape_of, sum_axes
from pellucid.graph.operations.contraction import Matmul, matmul
from pellucid.graph.operations.movement import Transpose, transpose
from pellucid.graph.tensor import Tensor

__all__ = ["factors", "sum_of_products", "sum_of_sums", "summed"]


def factors(slope: Tensor) -> tuple[Tensor, Tensor] | None:
    """The matrices ``x`` and ``y`` if a node is ``x.T @ y``, else ``None``."""
    if not isinstance(slope.op, Matmul) or slope.ndim != 2:
        return None
    left, right = slope.inputs
    if not isinstance(left.op, Transpose) or left.ndim != 2 or right.ndim != 2:
        return None
    return left.inputs[0], right


def sum_of_products(x: Any, y: Any) -> Any:
    """The sum over the steps of ``x[t].T @ y[t]``.

    Shapes:
        x (T, B, M), y (T, B, N) → (M, N)

    Examples:
        >>> x, y = np.ones((5, 2, 3)), np.ones((5, 2, 4))
        >>> (sum_of_products(x, y) == 10).all()
        np.True_
    """
    x, y = (reshape(stack, (-1, shape_of(stack)[-1])) for stack in (x, y))
    return matmul(transpose(x, (1, 0)), y)


def summed(slope: Tensor, stacked: Container[Tensor]) -> tuple[Tensor, tuple[int, ...]] | None:
    """``x`` and the axes if a node is a sum of ``x``, whose values in all steps are kept."""
    if not isinstance(slope.op, Sum) or slope.inputs[0] not in stacked:
        return None
    return slope.inputs[0], slope.op.axes


def sum_of_sums(x: Any, axes: tuple[int, ...]) -> Any:
    """The sum over the steps, and over axes of each step.

    Examples:
        >>> print(sum_of_sums(np.ones((5, 2, 3)), (0,)))
        [10. 10. 10.]
    """
    return sum_axes(x, (0, *(axis + 1 for axis in axes)))
