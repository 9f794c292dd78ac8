"""Products and differences of tensors: of vectors and matrices, and along an axis."""

from collections.abc import Sequence
from typing import Any

from pellucid.errors import ShapeError, unknown_name
from pellucid.graph.operations import contraction
from pellucid.graph.operations.broadcasting import axis_of, reshape, reshape_exactly, shape_of
from pellucid.graph.operations.casting import cast, floating, together
from pellucid.graph.operations.comparison import not_equal
from pellucid.graph.operations.convolution import convolution
from pellucid.graph.operations.movement import moveaxis, slice_axes, stack
from pellucid.graph.operations.movement import pad as pad_zeros
from pellucid.graph.operations.reductions import sum
from pellucid.graph.tensor import as_operand

__all__ = [
    "correlate",
    "cross",
    "diff",
    "dot",
    "inner",
    "kron",
    "matmul",
    "outer",
    "tensordot",
    "trapezoid",
    "vdot",
]


def matmul(x1: Any, x2: Any) -> Any:
    """The matrix product, as NumPy's ``@``: a vector is a row on the left, a column on the right.

    Shapes:
        x1 (..., M, K), x2 (..., K, N) → (..., M, N)

    Examples:
        >>> matmul(np.array([[1, 2], [3, 4]]), np.array([10, 1]))
        array([12, 34])
    """
    return contraction.matmul(x1, x2)


def dot(x1: Any, x2: Any) -> Any:
    """NumPy's ``dot``: the last axis of ``x1`` with the second to last of ``x2``.

    Examples:
        >>> print(dot(np.array([1, 2]), np.array([3, 4])))
        11
    """
    return contraction.dot(x1, x2)


def tensordot(x1: Any, x2: Any, axes: int | Sequence[Any] = 2) -> Any:
    """The product of two tensors summed over pairs of axes.

    Args:
        x1: The left tensor.
        x2: The right tensor.
        axes: The last so many axes of ``x1`` with the first of ``x2``, or two lists of axes.

    Examples:
        >>> tensordot(np.ones((2, 3)), np.ones((3, 4)), axes=1).shape
        (2, 4)
    """
    return contraction.tensordot(x1, x2, axes)


def outer(x1: Any, x2: Any) -> Any:
    """Each element of ``x1`` times each of ``x2``.

    Examples:
        >>> outer(np.array([1, 2]), np.array([3, 4]))
        array([[3, 4],
               [6, 8]])
    """
    return contraction.outer(*together(x1, x2))


def inner(x1: Any, x2: Any) -> Any:
    """The product summed over the last axes of both.

    Examples:
        >>> print(inner(np.array([1, 2]), np.array([3, 4])))
        11
    """
    x1, x2 = together(x1, x2)
    if x1.ndim == 0 or x2.ndim == 0:
        return x1 * x2
    return contraction.tensordot(x1, x2, [[x1.ndim - 1], [x2.ndim - 1]])


def vdot(x1: Any, x2: Any) -> Any:
    """The sum of all products of elements in the same place.

    Examples:
        >>> print(vdot(np.array([[1, 2]]), np.array([[3, 4]])))
        11
    """
    return contraction.dot(reshape(x1, (-1,)), reshape(x2, (-1,)))


def kron(x1: Any, x2: Any) -> Any:
    """Kronecker's product: for each element of ``x1`` a block, that element times ``x2``.

    Examples:
        >>> kron(np.array([1, 10]), np.array([1, 2]))
        array([ 1,  2, 10, 20])
    """
    x1, x2 = together(x1, x2)
    ndim = max(x1.ndim, x2.ndim)
    left = (1,) * (ndim - x1.ndim) + shape_of(x1)
    right = (1,) * (ndim - x2.ndim) + shape_of(x2)
    x1 = reshape_exactly(x1, [n for size in left for n in (size, 1)])
    x2 = reshape_exactly(x2, [n for size in right for n in (1, size)])
    return reshape_exactly(x1 * x2, [m * n for m, n in zip(left, right, strict=True)])


def cross(
    x1: Any, x2: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    """The cross product of vectors of 2 or 3 elements; of two of 2 only its third element.

    Args:
        x1: The left vectors.
        x2: The right vectors.
        axisa: The axis of ``x1`` along which they lie.
        axisb: That of ``x2``.
        axisc: That of the result.
        axis: All three at once.

    Raises:
        ShapeError: If the vectors have other sizes.

    Examples:
        >>> cross(np.array([1, 0, 0]), np.array([0, 1, 0]))
        array([0, 0, 1])
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    x1, x2 = together(x1, x2)
    left, right = moveaxis(x1, axisa, -1), moveaxis(x2, axisb, -1)
    sizes = (left.shape[-1], right.shape[-1])
    if not {*sizes} <= {2, 3}:
        raise ShapeError(
            "A cross product is of vectors of 2 or 3 elements.",
            given=f"{sizes[0]} and {sizes[1]} elements",
            expected="2 or 3",
        )

    def parts(x: Any) -> list[Any]:
        return [x[..., i] for i in range(x.shape[-1])]

    a, b = parts(left), parts(right)
    if sizes == (2, 2):
        return a[0] * b[1] - a[1] * b[0]
    a, b = (v if len(v) == 3 else [*v, v[0] * 0] for v in (a, b))
    result = stack(
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]], -1
    )
    return moveaxis(result, -1, axisc)


def correlate(x1: Any, x2: Any, mode: str = "valid") -> Any:
    """The products of one vector with another that slides along it.

    Args:
        x1: A vector.
        x2: The vector that slides.
        mode: ``"valid"``: where the shorter lies wholly on the longer; ``"same"``: as many as
            the longer has elements; ``"full"``: wherever they meet.

    Raises:
        UnknownNameError: For another mode.

    Examples:
        >>> correlate(np.array([1.0, 2.0, 4.0]), np.array([-1.0, 1.0]))
        array([1., 2.])
    """
    modes = ("valid", "same", "full")
    if mode not in modes:
        raise unknown_name("mode of correlate", mode, modes)
    x1, x2 = (floating(x) for x in together(x1, x2))
    if x1.shape[0] < x2.shape[0]:
        return correlate(x2, x1, mode)[::-1]
    n = x2.shape[0]
    border = {"valid": (0, 0), "full": (n - 1, n - 1), "same": (n // 2, n - 1 - n // 2)}[mode]
    x1 = pad_zeros(x1, border)
    return reshape(convolution(reshape(x1, (1, -1, 1)), reshape(x2, (-1, 1, 1))), (-1,))


def diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    """The differences of neighbours along an axis.

    Args:
        a: A tensor or array; of booleans, whether neighbours differ.
        n: How often differences are taken.
        axis: Along which.

    Examples:
        >>> diff(np.array([1, 4, 9, 16])), diff(np.array([1, 4, 9, 16]), n=2)
        (array([3, 5, 7]), array([2, 2]))
    """
    x = as_operand(a)
    at = axis_of(x.ndim, axis)
    for _ in range(n):
        later, before = slice_axes(x, {at: (1, None, 1)}), slice_axes(x, {at: (0, -1, 1)})
        x = not_equal(later, before) if str(x.dtype) == "bool" else later - before
    return x


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral of a function known at points, by straight lines between them.

    Args:
        y: Its values.
        x: The points; at equal distances by default.
        dx: Their distance.
        axis: Along which.

    Examples:
        >>> print(trapezoid(np.array([0.0, 1.0, 4.0]), dx=2.0))
        6.0
    """
    y = moveaxis(floating(y), axis, -1)
    if x is not None:
        x = as_operand(x)
        dx = diff(x if x.ndim == 1 else moveaxis(x, axis, -1))
        dx = cast(dx, y.dtype)
    ends = slice_axes(y, {y.ndim - 1: (1, None, 1)}) + slice_axes(y, {y.ndim - 1: (0, -1, 1)})
    return sum(0.5 * dx * ends, axis=-1)
