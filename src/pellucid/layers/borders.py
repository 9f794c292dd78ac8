"""Layers that add zeros around series, images and volumes, or cut their borders off."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.operations.movement import pad, slice_axes
from pellucid.graph.spec import Shape, Spec
from pellucid.graph.tensor import Tensor
from pellucid.layers.spatial import Spatial, is_whole

__all__ = [
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
]

Ends = tuple[tuple[int, int], ...]


class Border(Spatial):
    """Base of the layers with an argument that says how much there is at both ends of each axis."""

    argument: ClassVar[str]

    def __post_init__(self) -> None:
        super().__post_init__()
        ends = self._pairs(getattr(self, self.argument))
        setattr(self, self.argument, ends[0] if self.spatial_ndim == 1 else ends)

    @property
    def ends(self) -> Ends:
        """A pair of numbers, in front and behind, for each axis of space."""
        value = getattr(self, self.argument)
        return (value,) if self.spatial_ndim == 1 else value

    def _pairs(self, value: Any) -> Ends:
        """From one number for all ends, one for each axis, or a pair for each axis."""
        ndim = self.spatial_ndim
        if not isinstance(value, Sequence):
            each: list[Any] = [value] * ndim
        elif ndim == 1:
            each = [value]
        else:
            each = list(value)
        pairs = [tuple(p) if isinstance(p, Sequence) else (p, p) for p in each]
        if len(pairs) != ndim or any(
            len(p) != 2 or not all(is_whole(n, 0) for n in p) for p in pairs
        ):
            several = "a pair of them" if ndim == 1 else f"{ndim} of them, or {ndim} pairs"
            raise ArgumentError(
                f"{self.label} cannot have this '{self.argument}'.",
                given=f"{self.argument}={value!r}",
                expected=f"a whole number of at least 0, or {several}",
            )
        return tuple((int(low), int(high)) for low, high in pairs)


class ZeroPadding(Border):
    """Base of the layers that add zeros."""

    argument = "padding"

    def call(self, x: Tensor) -> Tensor:
        none = (0, 0)
        lead, trail = ([none, none], []) if self._first else ([none], [none])
        return pad(x, [*lead, *self.ends, *trail])


class Cropping(Border):
    """Base of the layers that cut borders off."""

    argument = "cropping"

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self._need_rest(input_shape)

    def check_input(self, x: Spec, *others: Spec) -> None:
        super().check_input(x)
        self._need_rest(x.shape)

    def _need_rest(self, shape: Shape) -> None:
        sizes = self.spatial(shape)
        if any(n is not None and n <= sum(e) for n, e in zip(sizes, self.ends, strict=True)):
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {shape}.",
                given=f"{self.argument}={getattr(self, self.argument)}",
                expected=f"less than {sizes} along the axes of space, so that something is left",
            )

    def call(self, x: Tensor) -> Tensor:
        return slice_axes(
            x,
            {
                axis: (low, -high or None, 1)
                for axis, (low, high) in enumerate(self.ends, start=2 if self._first else 1)
            },
        )


@dataclass(eq=False, repr=False)
class ZeroPadding1D(ZeroPadding):
    """Zeros in front of a series and behind it.

    Args:
        padding: How many time steps: at both ends, or a pair, in front and behind.
        data_format: ``"channels_last"`` (B, T, C) or ``"channels_first"`` (B, C, T); by default
            as :mod:`pellucid.config` says.

    Shapes:
        x (B, T, C) → (B, T', C)

    Raises:
        ArgumentError: If ``padding`` is something else.
        ShapeError: If an input has not three axes.

    Examples:
        >>> ZeroPadding1D((1, 0))(np.array([3.0, 4.0]).reshape(1, 2, 1)).ravel()
        array([0., 3., 4.], dtype=float32)
    """

    padding: Any = 1
    data_format: str | None = None

    spatial_ndim = 1


@dataclass(eq=False, repr=False)
class ZeroPadding2D(ZeroPadding):
    """Zeros around images.

    Args:
        padding: How many pixels: on all sides, or for height and for width, or for each of the
            two a pair, in front and behind.
        data_format: ``"channels_last"`` (B, H, W, C) or ``"channels_first"`` (B, C, H, W); by
            default as :mod:`pellucid.config` says.

    Shapes:
        x (B, H, W, C) → (B, H', W', C)

    Raises:
        ArgumentError: If ``padding`` is something else.
        ShapeError: If an input has not four axes.

    Examples:
        >>> ZeroPadding2D((1, 2))(np.zeros((1, 28, 28, 3))).shape
        (1, 30, 32, 3)
    """

    padding: Any = (1, 1)
    data_format: str | None = None

    spatial_ndim = 2


@dataclass(eq=False, repr=False)
class ZeroPadding3D(ZeroPadding):
    """Zeros around volumes.

    Args:
        padding: How many cells: on all sides, or for each axis of space, or for each of them a
            pair, in front and behind.
        data_format: ``"channels_last"`` (B, D, H, W, C) or ``"channels_first"``
            (B, C, D, H, W); by default as :mod:`pellucid.config` says.

    Shapes:
        x (B, D, H, W, C) → (B, D', H', W', C)

    Raises:
        ArgumentError: If ``padding`` is something else.
        ShapeError: If an input has not five axes.

    Examples:
        >>> ZeroPadding3D(((0, 1), (0, 0), (2, 2)))(np.zeros((1, 2, 2, 2, 1))).shape
        (1, 3, 2, 6, 1)
    """

    padding: Any = ((1, 1), (1, 1), (1, 1))
    data_format: str | None = None

    spatial_ndim = 3


@dataclass(eq=False, repr=False)
class Cropping1D(Cropping):
    """A series without its first and last time steps.

    Args:
        cropping: How many: at both ends, or a pair, in front and behind.

    Shapes:
        x (B, T, C) → (B, T', C)

    Raises:
        ArgumentError: If ``cropping`` is something else.
        ShapeError: If an input has not three axes, or nothing would be left.

    Examples:
        >>> Cropping1D((1, 2))(np.arange(5.0).reshape(1, 5, 1)).ravel()
        array([1., 2.], dtype=float32)
    """

    cropping: Any = (1, 1)

    spatial_ndim = 1


@dataclass(eq=False, repr=False)
class Cropping2D(Cropping):
    """Images without their borders.

    Args:
        cropping: How many pixels: on all sides, or for height and for width, or for each of the
            two a pair, in front and behind.
        data_format: ``"channels_last"`` (B, H, W, C) or ``"channels_first"`` (B, C, H, W); by
            default as :mod:`pellucid.config` says.

    Shapes:
        x (B, H, W, C) → (B, H', W', C)

    Raises:
        ArgumentError: If ``cropping`` is something else.
        ShapeError: If an input has not four axes, or nothing would be left.

    Examples:
        >>> Cropping2D(((2, 2), (4, 4)))(np.zeros((1, 28, 28, 3))).shape
        (1, 24, 20, 3)
    """

    cropping: Any = ((0, 0), (0, 0))
    data_format: str | None = None

    spatial_ndim = 2


@dataclass(eq=False, repr=False)
class Cropping3D(Cropping):
    """Volumes without their borders.

    Args:
        cropping: How many cells: on all sides, or for each axis of space, or for each of them a
            pair, in front and behind.
        data_format: ``"channels_last"`` (B, D, H, W, C) or ``"channels_first"``
            (B, C, D, H, W); by default as :mod:`pellucid.config` says.

    Shapes:
        x (B, D, H, W, C) → (B, D', H', W', C)

    Raises:
        ArgumentError: If ``cropping`` is something else.
        ShapeError: If an input has not five axes, or nothing would be left.

    Examples:
        >>> Cropping3D(1)(np.zeros((1, 4, 5, 6, 2))).shape
        (1, 2, 3, 4, 2)
    """

    cropping: Any = ((1, 1), (1, 1), (1, 1))
    data_format: str | None = None

    spatial_ndim = 3
