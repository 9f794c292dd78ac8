"""Products that sum over axes: matrix multiplication and Einstein summation."""

import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.graph.operations.broadcasting import (
    axis_of,
    reshape,
    reshape_exactly,
    shape_of,
    size_of,
    sum_axes,
    wide,
)
from pellucid.graph.operations.casting import together
from pellucid.graph.operations.elementwise import unbroadcast
from pellucid.graph.operations.movement import (
    expand_dims,
    moveaxis,
    slice_axes,
    squeeze,
    swapaxes,
    transpose,
)
from pellucid.graph.spec import Spec, broadcast_shapes
from pellucid.graph.tensor import Op, Tensor, apply

__all__ = ["dot", "einsum", "matmul", "outer", "tensordot"]


@dataclass(frozen=True)
class Matmul(Op):
    """The matrix product of the last two axes, for each of the others: sum over k of x_ik y_kj."""

    def infer(self, x: Spec, y: Spec) -> Spec:
        inner = x.shape[-1], y.shape[-2]
        if None not in inner and inner[0] != inner[1]:
            raise ShapeError(
                f"Matrices of shapes {x.shape} and {y.shape} cannot be multiplied.",
                given=f"{inner[0]} columns on the left, {inner[1]} rows on the right",
                expected="as many columns on the left as rows on the right",
            )
        batch = broadcast_shapes(x.shape[:-2], y.shape[:-2])
        return x.with_shape([*batch, x.shape[-2], y.shape[-1]])

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.matmul(wide(x), wide(y))

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        if x.ndim == y.ndim == 2:
            return jax.lax.dot(x, y)
        return jax.numpy.matmul(x, y)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor, y: Tensor) -> Any:
        to_x = matmul(upstream, swapaxes(y, -1, -2))
        to_y = matmul(swapaxes(x, -1, -2), upstream)
        return unbroadcast(to_x, x), unbroadcast(to_y, y)


def matmul(x: Any, y: Any) -> Any:
    """The matrix product, as NumPy's ``@``: a vector is a row on the left, a column on the right.

    Shapes:
        x (..., M, K), y (..., K, N) → (..., M, N)

    Examples:
        >>> matmul(np.array([[1, 2], [3, 4]]), np.array([10, 1]))
        array([12, 34])
    """
    x, y = together(x, y)
    if x.ndim == 0 or y.ndim == 0:
        raise ShapeError(
            "A number is not a matrix.",
            given=f"shapes {tuple(x.shape)} and {tuple(y.shape)}",
            expected="at least one axis on each side",
            mend="use *",
        )
    if x.ndim == 1:
        return squeeze(matmul(expand_dims(x, 0), y), -2 if y.ndim > 1 else 0)
    if y.ndim == 1:
        return squeeze(matmul(x, expand_dims(y, -1)), -1)
    if x.ndim > 2 and y.ndim == 2 and 0 not in (*x.shape, *y.shape):
        # One matrix for all: a single large product, whose gradient is one too.
        rows = matmul(reshape(x, (-1, shape_of(x)[-1])), y)
        return reshape(rows, (*shape_of(x)[:-1], shape_of(y)[-1]))
    return apply(Matmul(), x, y)


@dataclass(frozen=True)
class Einsum(Op):
    """Einstein's summation of two operands: what is not named on the right is summed over.

    Each letter stands at most once in an operand, and each is in the result or in both operands.
    """

    left: str
    right: str
    result: str

    @property
    def equation(self) -> str:
        return f"{self.left},{self.right}->{self.result}"

    def infer(self, x: Spec, y: Spec) -> Spec:
        sizes: dict[str, int | None] = {}
        for letters, spec in ((self.left, x), (self.right, y)):
            for letter, n in zip(letters, spec.shape, strict=True):
                known = sizes.get(letter)
                if known is not None and n is not None and known != n:
                    raise ShapeError(
                        f"Axis '{letter}' of '{self.equation}' has two sizes.",
                        given=f"shapes {x.shape} and {y.shape}",
                        expected=f"one size for '{letter}', not {known} and {n}",
                    )
                sizes[letter] = n if known is None else known
        return x.with_shape([sizes[letter] for letter in self.result])

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.einsum(self.equation, wide(x), wide(y), optimize=True)

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return jax.numpy.einsum(self.equation, x, y)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor, y: Tensor) -> Any:
        return (
            apply(Einsum(self.result, self.right, self.left), upstream, y),
            apply(Einsum(self.result, self.left, self.right), upstream, x),
        )


def einsum(subscripts: str, *operands: Any) -> Any:
    """Einstein summation, as in NumPy: axes with a letter, those not in the result summed over.

    Args:
        subscripts: Such as ``"bij,bjk->bik"``; ``...`` stands for any further axes in front, and
            without ``->`` the letters that come once are the result, in the alphabet's order.
        operands: One tensor for each group of letters. More than two are multiplied in turn.

    Examples:
        >>> einsum("ij,j->i", np.array([[1, 2], [3, 4]]), np.array([10, 1]))
        array([12, 34])
    """
    operands = together(*operands)
    letters, result = _subscripts(subscripts, operands)
    letters, parts = map(list, zip(*map(_without_repeats, letters, operands), strict=True))
    letters, parts = _without_ones(letters, parts)
    while len(parts) > 1:
        elsewhere = set("".join(letters[2:])) | set(result)
        first, parts[0] = _sum_alone(letters[0], parts[0], elsewhere | set(letters[1]))
        second, parts[1] = _sum_alone(letters[1], parts[1], elsewhere | set(letters[0]))
        kept = "".join(c for c in dict.fromkeys(first + second) if c in elsewhere)
        product = apply(Einsum(first, second, kept), parts[0], parts[1])
        letters, parts = [kept, *letters[2:]], [product, *parts[2:]]
    last, x = _sum_alone(letters[0], parts[0], set(result))
    return transpose(x, [last.index(c) for c in result])


def _subscripts(subscripts: str, operands: tuple[Any, ...]) -> tuple[list[str], str]:
    """A letter for each axis of each operand, and the letters of the result."""
    left, arrow, result = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    free = [c for c in string.ascii_letters if c not in subscripts]
    named = [len(term.replace("...", "")) for term in terms]
    fits = len(terms) == len(operands) and all(
        x.ndim >= n if "..." in term else x.ndim == n
        for term, n, x in zip(terms, named, operands, strict=True)
    )
    if not fits:
        raise ShapeError(
            f"'{subscripts}' does not fit its operands.",
            given="operands of " + ", ".join(f"{x.ndim} axes" for x in operands),
            expected="a letter for each axis of each operand, commas between operands",
        )
    summands = "".join(terms).replace("...", "")
    kept = result.replace("...", "")
    letters_only = all(c in string.ascii_letters for c in summands + kept)
    if not letters_only or len(set(kept)) < len(kept) or not set(kept) <= set(summands):
        raise ShapeError(
            f"'{subscripts}' does not say what to sum over.",
            given=repr(subscripts),
            expected="letters, commas and `...`; after -> each letter once, and only those before",
        )
    extra = max((x.ndim - n for n, x in zip(named, operands, strict=True)), default=0)
    dots = "".join(free[:extra])
    filled = [
        term.replace("...", dots[extra - (x.ndim - n) :])
        for term, n, x in zip(terms, named, operands, strict=True)
    ]
    if not arrow:
        joined = "".join(terms).replace(".", "")
        result = dots + "".join(sorted(c for c in set(joined) if joined.count(c) == 1))
    return filled, result.replace("...", dots)


def _without_repeats(letters: str, x: Any) -> tuple[str, Any]:
    """Take the diagonal where a letter stands twice in one operand."""
    for letter in dict.fromkeys(letters):
        while letters.count(letter) > 1:
            a, b = letters.index(letter), letters.rindex(letter)
            n = x.shape[a] if x.shape[b] is None else x.shape[b]
            if n is None or x.shape[a] not in (n, None):
                raise ShapeError(
                    f"There is no diagonal '{letter}{letter}'.",
                    given=f"shape {tuple(x.shape)}, axes {a} and {b}",
                    expected="axes of one size, which is known for at least one of them",
                )
            # With both axes as one long axis in front, the diagonal is every (n + 1)th element.
            x = moveaxis(x, (a, b), (0, 1))
            rest = [size_of(x, axis) for axis in range(2, x.ndim)]
            x = slice_axes(reshape_exactly(x, [n * n, *rest]), {0: (0, None, n + 1)})
            letters = letter + "".join(c for i, c in enumerate(letters) if i not in (a, b))
    return letters, x


def _without_ones(letters: list[str], parts: list[Any]) -> tuple[list[str], list[Any]]:
    """Drop axes of size 1 that are longer elsewhere: they are stretched by not being named."""
    sizes = [
        (c, n) for s, x in zip(letters, parts, strict=True) for c, n in zip(s, x.shape, strict=True)
    ]
    longer = {c for c, n in sizes if n != 1}
    for i, (s, x) in enumerate(zip(letters, parts, strict=True)):
        alone = {c for c, n in zip(s, x.shape, strict=True) if n == 1 and c in longer}
        letters[i], parts[i] = _sum_alone(s, x, set(s) - alone)
    return letters, parts


def _sum_alone(letters: str, x: Any, needed: set[str]) -> tuple[str, Any]:
    """Sum over the axes that nothing else names."""
    alone = tuple(axis for axis, c in enumerate(letters) if c not in needed)
    return "".join(c for c in letters if c in needed), sum_axes(x, alone)


def tensordot(x: Any, y: Any, axes: int | Sequence[Any] = 2) -> Any:
    """The product of two tensors summed over pairs of axes.

    Args:
        x: The left tensor.
        y: The right tensor.
        axes: The last so many axes of ``x`` with the first of ``y``, or two lists of axes.

    Examples:
        >>> tensordot(np.ones((2, 3)), np.ones((3, 4)), axes=1).shape
        (2, 4)
    """
    x, y = together(x, y)
    if isinstance(axes, int):
        pairs: list[list[int]] = [list(range(-axes, 0)), list(range(axes))]
    else:
        pairs = [[a] if isinstance(a, int) else list(a) for a in axes]
    left, right = ([axis_of(z.ndim, a) for a in p] for p, z in zip(pairs, (x, y), strict=True))
    if len(left) != len(right):
        raise ShapeError(
            "tensordot sums over pairs of axes.",
            given=f"{len(left)} axes on the left, {len(right)} on the right",
            expected="as many on both sides",
        )
    x_letters = list(string.ascii_letters[: x.ndim])
    y_letters = list(string.ascii_letters[x.ndim : x.ndim + y.ndim])
    for a, b in zip(left, right, strict=True):
        y_letters[b] = x_letters[a]
    result = [c for c in x_letters if c not in y_letters]
    result += [c for c in y_letters if c not in x_letters]
    return einsum(f"{''.join(x_letters)},{''.join(y_letters)}->{''.join(result)}", x, y)


def dot(x: Any, y: Any) -> Any:
    """NumPy's ``dot``: the last axis of ``x`` with the second to last of ``y``.

    Examples:
        >>> print(dot(np.array([1, 2]), np.array([3, 4])))
        11
    """
    x, y = together(x, y)
    if x.ndim == 0 or y.ndim == 0:
        return x * y
    if x.ndim <= 2 and y.ndim <= 2:
        return matmul(x, y)
    return tensordot(x, y, [[x.ndim - 1], [max(y.ndim - 2, 0)]])


def outer(x: Any, y: Any) -> Any:
    """Each element of ``x`` times each of ``y``.

    Examples:
        >>> outer(np.array([1, 2]), np.array([3, 4]))
        array([[3, 4],
               [6, 8]])
    """
    x, y = together(x, y)  # NumPy would make float64 of int32 times float32
    return reshape(x, (-1, 1)) * reshape(y, (1, -1))
