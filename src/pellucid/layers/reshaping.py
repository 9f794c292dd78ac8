"""Layers that change the shape of each row and nothing else."""

from dataclasses import dataclass
from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph.operations.broadcasting import reshape, shape_of
from pellucid.graph.operations.movement import moveaxis
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer

__all__ = ["Flatten", "Reshape"]


@dataclass(eq=False, repr=False)
class Flatten(Layer):
    """Each row as one vector.

    Args:
        data_format: ``"channels_last"``, or ``"channels_first"`` to move the channels to the end
            before the rows are flattened, as Keras does.

    Shapes:
        x (B, ...) → (B, F)

    Examples:
        >>> Flatten()(np.zeros((2, 28, 28))).shape
        (2, 784)
    """

    data_format: str | None = None

    def call(self, x: Tensor) -> Tensor:
        if x.ndim == 1:
            return reshape(x, (-1, 1))
        if self.data_format == "channels_first":
            x = moveaxis(x, 1, -1)
        return reshape(x, (shape_of(x)[0], _count(x.shape[1:])))


def _count(sizes: tuple[int | None, ...]) -> int:
    count = 1
    for n in sizes:
        if n is None:
            return -1
        count *= n
    return count


@dataclass(eq=False, repr=False)
class Reshape(Layer):
    """The elements of each row under another shape.

    Args:
        target_shape: The shape of a row, without the batch; one size may be -1, the rest.

    Shapes:
        x (B, ...) → (B, *target_shape)

    Raises:
        ShapeError: If a row has another number of elements.

    Examples:
        >>> Reshape((2, -1))(np.zeros((5, 6))).shape
        (5, 2, 3)
    """

    target_shape: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        self.target_shape = tuple(self.target_shape)

    def build(self, x: Spec) -> None:
        known = _count(x.shape[1:])
        wanted = _count(tuple(n for n in self.target_shape if n != -1))
        fits = known % wanted == 0 if -1 in self.target_shape else known == wanted
        if known != -1 and not fits:
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {x.shape}.",
                given=f"{known} elements a row",
                expected=f"target_shape={self.target_shape}",
            )

    def call(self, x: Tensor) -> Tensor:
        known, wanted = _count(x.shape[1:]), _count(tuple(n for n in self.target_shape if n != -1))
        rest = known // wanted if known != -1 else -1
        return reshape(x, (shape_of(x)[0], *(rest if n == -1 else n for n in self.target_shape)))
