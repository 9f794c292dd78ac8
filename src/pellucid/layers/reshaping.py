"""Layers that change the shape of each row and nothing else."""

from dataclasses import dataclass
from typing import Any

from pellucid.errors import ArgumentError, ShapeError, unknown_name
from pellucid.graph.operations.broadcasting import broadcast_to, reshape, shape_of
from pellucid.graph.operations.movement import expand_dims, moveaxis, transpose
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer, whole_number

__all__ = ["Flatten", "Permute", "RepeatVector", "Reshape"]


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


@dataclass(eq=False, repr=False)
class Permute(Layer):
    """The axes of each row in another order.

    Args:
        dims: The axes, counted from 1 (0 is that of the rows), in their new order.

    Shapes:
        x (B, ...) → (B, ...)

    Raises:
        ArgumentError: If ``dims`` does not have each number from 1 once.
        ShapeError: If an input has another number of axes.

    Examples:
        >>> Permute((2, 1))(np.zeros((5, 10, 64))).shape
        (5, 64, 10)
    """

    dims: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        dims = tuple(self.dims) if isinstance(self.dims, list | tuple) else ()
        if not dims or sorted(dims) != list(range(1, len(dims) + 1)):
            raise ArgumentError(
                f"{self.label} needs the axes of a row in an order.",
                given=f"dims={self.dims!r}",
                expected="a tuple with each number from 1 to that of the axes once",
            )
        self.dims = dims

    def check_input(self, x: Spec) -> None:
        if x.ndim != len(self.dims) + 1:
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {x.shape}.",
                given=f"{x.ndim} axes",
                expected=f"{len(self.dims) + 1} axes: the rows, and one for each of "
                f"dims={self.dims}",
            )

    def call(self, x: Tensor) -> Tensor:
        return transpose(x, (0, *self.dims))


@dataclass(eq=False, repr=False)
class RepeatVector(Layer):
    """Each row several times, as the time steps of a series.

    Args:
        n: How many times, at least 1.

    Shapes:
        x (B, F) → (B, n, F)

    Raises:
        ArgumentError: If ``n`` is not a whole number above 0.
        ShapeError: If an input has not two axes.

    Examples:
        >>> RepeatVector(2)(np.array([[1.0, 2.0]]))
        array([[[1., 2.],
                [1., 2.]]], dtype=float32)
    """

    n: int

    def __post_init__(self) -> None:
        super().__post_init__()
        self.n = whole_number(self, "n")

    def check_input(self, x: Spec) -> None:
        if x.ndim != 2:
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {x.shape}.",
                given=f"{x.ndim} {'axis' if x.ndim == 1 else 'axes'}",
                expected="2 axes: the rows, and features",
                mend="put Flatten() before it" if x.ndim > 2 else None,
            )

    def call(self, x: Tensor) -> Tensor:
        rows, features = shape_of(x)
        return broadcast_to(expand_dims(x, 1), (rows, self.n, features))
