"""What is known of a tensor before it has a value: its shape, with open sizes, and its dtype."""

from collections.abc import Sequence
from dataclasses import dataclass

from pellucid.errors import ShapeError

__all__ = ["Shape", "Spec", "broadcast_shapes", "same_shape"]

Shape = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Spec:
    """Shape and dtype of a tensor.

    Args:
        shape: Sizes along the axes; ``None`` for a size that is open until run time (the batch).
        dtype: A name, such as ``"float32"``.

    Examples:
        >>> print(Spec((None, 64), "float32"))
        float32[None, 64]
    """

    shape: Shape
    dtype: str

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def with_shape(self, shape: Sequence[int | None]) -> "Spec":
        return Spec(tuple(shape), self.dtype)

    def with_dtype(self, dtype: str) -> "Spec":
        return Spec(self.shape, dtype)

    def __str__(self) -> str:
        return f"{self.dtype}[{', '.join(map(str, self.shape))}]"


def same_shape(a: Shape, b: Shape) -> bool:
    """Whether two shapes may be equal: an open size fits every size."""
    return len(a) == len(b) and all(
        m == n or m is None or n is None for m, n in zip(a, b, strict=True)
    )


def broadcast_shapes(*shapes: Shape) -> Shape:
    """The shape of an elementwise operation, by NumPy's rule of broadcasting.

    Two open sizes that meet are taken to be equal, and an open size that meets a size above 1 is
    taken to be that size; the engines check both when the sizes are known.

    Examples:
        >>> broadcast_shapes((None, 64), (64,)), broadcast_shapes((3, 1), (1, 4))
        ((None, 64), (3, 4))
    """
    ndim = max(len(shape) for shape in shapes)
    padded = [(1,) * (ndim - len(shape)) + shape for shape in shapes]
    result: list[int | None] = []
    for sizes in zip(*padded, strict=True):
        known = {n for n in sizes if n is not None and n != 1}
        if len(known) > 1:
            raise ShapeError(
                f"Shapes {' and '.join(map(str, shapes))} cannot be combined element by element.",
                given=" against ".join(map(str, sizes)) + f" on axis {len(result) - ndim}",
                expected="equal sizes, or a size of 1, on each axis counted from the last",
                mend="reshape or expand_dims one of them",
            )
        result.append(known.pop() if known else (None if None in sizes else 1))
    return tuple(result)
