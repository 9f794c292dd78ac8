"""Layers that pool into so many windows, whatever the size of the input."""

from dataclasses import dataclass
from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph.spec import Shape
from pellucid.graph.tensor import Tensor
from pellucid.layers.spatial import Spatial
from pellucid.ops.sliding import adaptive_average_pool, adaptive_max_pool

__all__ = [
    "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D",
    "AdaptiveAveragePooling3D",
    "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D",
    "AdaptiveMaxPooling3D",
]


@dataclass(eq=False, repr=False)
class AdaptivePooling(Spatial):
    """Base of the layers with a number of windows in place of their size."""

    output_size: Any
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.output_size = self.numbers("output_size")

    def need_axes(self, shape: Shape) -> None:
        super().need_axes(shape)
        if None in self.spatial(shape):
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {shape}.",
                given="an open size",
                expected="sizes along the axes of space that are known now",
                mend="give the input's full shape: Input(shape=(...))",
            )


class AdaptiveMaxPooling(AdaptivePooling):
    """Base of the layers that find the largest."""

    def call(self, x: Tensor) -> Tensor:
        return adaptive_max_pool(x, self.output_size, self.data_format)


class AdaptiveAveragePooling(AdaptivePooling):
    """Base of the layers that find the mean."""

    def call(self, x: Tensor) -> Tensor:
        return adaptive_average_pool(x, self.output_size, self.data_format)


@dataclass(eq=False, repr=False)
class AdaptiveMaxPooling1D(AdaptiveMaxPooling):
    """The largest element of each of so many windows, which together cover a series.

    Args:
        output_size: How many windows: a number.
        data_format: ``"channels_last"`` (B, T, C) or ``"channels_first"`` (B, C, T); by default
            as :mod:`pellucid.config` says.

    Shapes:
        x (B, T, C) → (B, T', C)

    Raises:
        ArgumentError: If ``output_size`` is not made of whole numbers above 0.
        ShapeError: If an input has not three axes, or space of open size.

    Examples:
        >>> AdaptiveMaxPooling1D(2)(np.arange(5.0).reshape(1, 5, 1)).ravel()
        array([2., 4.], dtype=float32)
    """

    spatial_ndim = 1


@dataclass(eq=False, repr=False)
class AdaptiveMaxPooling2D(AdaptiveMaxPooling):
    """The largest element of each of so many windows, which together cover an image.

    Args:
        output_size: How many windows: one number, or two.
        data_format: ``"channels_last"`` (B, H, W, C) or ``"channels_first"`` (B, C, H, W); by
            default as :mod:`pellucid.config` says.

    Shapes:
        x (B, H, W, C) → (B, H', W', C)

    Raises:
        ArgumentError: If ``output_size`` is not made of whole numbers above 0.
        ShapeError: If an input has not four axes, or space of open size.

    Examples:
        >>> AdaptiveMaxPooling2D(2)(np.zeros((1, 5, 5, 3))).shape
        (1, 2, 2, 3)
    """

    spatial_ndim = 2


@dataclass(eq=False, repr=False)
class AdaptiveMaxPooling3D(AdaptiveMaxPooling):
    """The largest element of each of so many windows, which together cover a volume.

    Args:
        output_size: How many windows: one number, or three.
        data_format: ``"channels_last"`` (B, D, H, W, C) or ``"channels_first"`` (B, C, D, H,
            W); by default as :mod:`pellucid.config` says.

    Shapes:
        x (B, D, H, W, C) → (B, D', H', W', C)

    Raises:
        ArgumentError: If ``output_size`` is not made of whole numbers above 0.
        ShapeError: If an input has not five axes, or space of open size.

    Examples:
        >>> AdaptiveMaxPooling3D(2)(np.zeros((1, 5, 5, 5, 3))).shape
        (1, 2, 2, 2, 3)
    """

    spatial_ndim = 3


@dataclass(eq=False, repr=False)
class AdaptiveAveragePooling1D(AdaptiveAveragePooling):
    """The mean of each of so many windows, which together cover a series.

    Args:
        output_size: How many windows: a number.
        data_format: ``"channels_last"`` (B, T, C) or ``"channels_first"`` (B, C, T); by default
            as :mod:`pellucid.config` says.

    Shapes:
        x (B, T, C) → (B, T', C)

    Raises:
        ArgumentError: If ``output_size`` is not made of whole numbers above 0.
        ShapeError: If an input has not three axes, or space of open size.

    Examples:
        >>> AdaptiveAveragePooling1D(2)(np.arange(5.0).reshape(1, 5, 1)).ravel()
        array([1., 3.], dtype=float32)
    """

    spatial_ndim = 1


@dataclass(eq=False, repr=False)
class AdaptiveAveragePooling2D(AdaptiveAveragePooling):
    """The mean of each of so many windows, which together cover an image.

    Args:
        output_size: How many windows: one number, or two.
        data_format: ``"channels_last"`` (B, H, W, C) or ``"channels_first"`` (B, C, H, W); by
            default as :mod:`pellucid.config` says.

    Shapes:
        x (B, H, W, C) → (B, H', W', C)

    Raises:
        ArgumentError: If ``output_size`` is not made of whole numbers above 0.
        ShapeError: If an input has not four axes, or space of open size.

    Examples:
        >>> AdaptiveAveragePooling2D(2)(np.zeros((1, 5, 5, 3))).shape
        (1, 2, 2, 3)
    """

    spatial_ndim = 2


@dataclass(eq=False, repr=False)
class AdaptiveAveragePooling3D(AdaptiveAveragePooling):
    """The mean of each of so many windows, which together cover a volume.

    Args:
        output_size: How many windows: one number, or three.
        data_format: ``"channels_last"`` (B, D, H, W, C) or ``"channels_first"`` (B, C, D, H,
            W); by default as :mod:`pellucid.config` says.

    Shapes:
        x (B, D, H, W, C) → (B, D', H', W', C)

    Raises:
        ArgumentError: If ``output_size`` is not made of whole numbers above 0.
        ShapeError: If an input has not five axes, or space of open size.

    Examples:
        >>> AdaptiveAveragePooling3D(2)(np.zeros((1, 5, 5, 5, 3))).shape
        (1, 2, 2, 2, 3)
    """

    spatial_ndim = 3
