"""Layers that lay tensors side by side, or multiply them as vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Any

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.operations import movement
from pellucid.graph.operations.broadcasting import broadcast_to, full, shape_of
from pellucid.graph.operations.contraction import einsum
from pellucid.graph.operations.movement import expand_dims
from pellucid.graph.operations.reductions import any as any_of
from pellucid.graph.spec import same_shape
from pellucid.graph.tensor import Tensor
from pellucid.layers.merging import Merge, described
from pellucid.ops.normalizing import normalize

__all__ = ["Concatenate", "Dot", "concatenate", "dot"]


@dataclass(eq=False, repr=False)
class Concatenate(Merge):
    """Tensors laid side by side along an axis.

    Args:
        axis: The axis along which they may differ in size.

    Shapes:
        list of (B, ..., n) → (B, ..., sum of n)

    Raises:
        DTypeError: If it is not called on a list of tensors.
        ShapeError: If they differ along another axis; the error names the inputs.

    Examples:
        >>> Concatenate()([np.array([[1.0]]), np.array([[2.0, 3.0]])])
        array([[1., 2., 3.]], dtype=float32)
    """

    axis: int = -1

    def call(self, inputs: Any) -> Tensor:
        self.need_list(inputs)
        ndim = inputs[0].ndim
        fitting = -ndim <= self.axis < ndim and all(
            same_shape(self._others(x), self._others(inputs[0])) for x in inputs
        )
        if not fitting:
            raise ShapeError(
                f"{self.label} cannot lay these tensors side by side.",
                given=described(inputs),
                expected=f"the same sizes on all axes but axis {self.axis}",
            )
        result: Tensor = movement.concatenate(inputs, self.axis)
        return result

    def _others(self, x: Tensor) -> tuple[int | None, ...]:
        """The shape without the axis along which tensors are laid."""
        axis = self.axis % x.ndim if x.ndim else 0
        return x.shape[:axis] + x.shape[axis + 1 :]

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        if previous_mask is None:
            return None
        masks = [_mask_like(x, m) for x, m in zip(inputs, previous_mask, strict=True)]
        return any_of(movement.concatenate(masks, self.axis), axis=-1)


def _mask_like(x: Tensor, mask: Any) -> Any:
    """A mask in the shape of what it masks; without one, everything counts."""
    if mask is None:
        return full(shape_of(x), True, "bool")
    return mask if mask.ndim == x.ndim else broadcast_to(expand_dims(mask, -1), shape_of(x))


@dataclass(eq=False, repr=False)
class Dot(Merge):
    """The products of the vectors in two tensors, row by row of the batch.

    Args:
        axes: The axis along which the vectors lie, or one for each tensor; not that of the rows.
        normalize: Whether the vectors are first given length 1, so that the product is the cosine
            of the angle between them.

    Shapes:
        list of (B, ..., n) and (B, ..., n) → (B, other axes of the first, other axes of the
        second), or (B, 1) where neither has any

    Raises:
        ArgumentError: If ``axes`` is not one axis or two.
        DTypeError: If it is not called on a list of two tensors.
        ShapeError: If the vectors have different lengths; the error names the inputs.

    Examples:
        >>> Dot(axes=1)([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])])
        array([[50.]], dtype=float32)
    """

    axes: Any
    normalize: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        several = self.axes if isinstance(self.axes, list | tuple) else (self.axes,) * 2
        whole = all(isinstance(a, int) and not isinstance(a, bool) for a in several)
        if len(several) != 2 or not whole or 0 in several:
            raise ArgumentError(
                f"{self.label} needs the axes of the vectors.",
                given=f"axes={self.axes!r}",
                expected="a whole number, or one for each tensor; not 0, the axis of the rows",
            )
        self.axes = tuple(self.axes) if isinstance(self.axes, list) else self.axes
        self._axes: tuple[int, ...] = tuple(several)

    def call(self, inputs: Any) -> Tensor:
        self.need_list(inputs, count=2)
        self._need_vectors(inputs)
        axes = [axis % x.ndim for axis, x in zip(self._axes, inputs, strict=True)]
        if self.normalize:
            inputs = [normalize(x, axis) for x, axis in zip(inputs, axes, strict=True)]
        letters = iter(ascii_lowercase[2:])  # a for the rows, b for the vectors
        first, second = (
            "".join("a" if i == 0 else "b" if i == axis else next(letters) for i in range(x.ndim))
            for x, axis in zip(inputs, axes, strict=True)
        )
        rest = (first + second).replace("a", "").replace("b", "")
        result: Tensor = einsum(f"{first},{second}->a{rest}", *inputs)
        return result if rest else expand_dims(result, -1)

    def _need_vectors(self, inputs: Sequence[Tensor]) -> None:
        sizes = [
            x.shape[axis] if -x.ndim <= axis < x.ndim and axis % x.ndim else -1
            for axis, x in zip(self._axes, inputs, strict=True)
        ]
        if -1 in sizes or not same_shape(tuple(sizes[:1]), tuple(sizes[1:])):
            raise ShapeError(
                f"{self.label} cannot multiply the vectors in these tensors.",
                given=described(inputs),
                expected=f"the same size on axis {self._axes[0]} of the first as on axis "
                f"{self._axes[1]} of the second",
            )

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        return None


def concatenate(inputs: Sequence[Any], axis: int = -1, **options: Any) -> Any:
    """Tensors laid side by side, by a :class:`Concatenate` layer made for it.

    Examples:
        >>> concatenate([np.array([[1.0]]), np.array([[2.0, 3.0]])])
        array([[1., 2., 3.]], dtype=float32)
    """
    return Concatenate(axis, **options)(inputs)


def dot(inputs: Sequence[Any], axes: Any = -1, **options: Any) -> Any:
    """The products of the vectors in two tensors, by a :class:`Dot` layer made for it.

    Examples:
        >>> dot([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])], axes=1)
        array([[50.]], dtype=float32)
    """
    return Dot(axes, **options)(inputs)
