"""Layers that change the shape of each row and nothing else."""

from dataclasses import dataclass
from typing import Any

from pellucid.errors import ArgumentError, ShapeError, unknown_name
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

    Raises:
        UnknownNameError: For another ``data_format``.

    Examples:
        >>> Flatten()(np.zeros((2, 28, 28))).shape
        (2, 784)
    """

    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.data_format = self.data_format or "channels_last"
        if self.data_format not in ("channels_last", "channels_first"):
            raise unknown_name("data_format", self.data_format, ["channels_first", "channels_last"])

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
        ArgumentError: If ``target_shape`` is no shape.
        ShapeError: If a row has another number of elements.

    Examples:
        >>> Reshape((2, -1))(np.zeros((5, 6))).shape
        (5, 2, 3)
    """

    target_shape: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        sizes = self.target_shape if isinstance(self.target_shape, list | tuple) else ()
        whole = all(isinstance(n, int) and (n > 0 or n == -1) for n in sizes)
        if sizes is not self.target_shape or not whole or sizes.count(-1) > 1:
            raise ArgumentError(
                f"{self.label} needs the shape of a row.",
                given=f"target_shape={self.target_shape!r}",
                expected="a tuple of whole numbers above 0, of which one may be -1",
            )
        self.target_shape = tuple(sizes)

    def check_input(self, x: Spec) -> None:
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
