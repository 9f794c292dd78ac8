"""Layers that pool: the largest or the mean of what each window sees, channel by channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pellucid.graph.operations.windows import average_pool, max_pool
from pellucid.graph.tensor import Tensor
from pellucid.layers.spatial import Spatial

__all__ = [
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
]


@dataclass(eq=False, repr=False)
class Pooling(Spatial):
    """Base of the layers that pool windows."""

    pool_size: Any
    strides: Any = None
    padding: str = "valid"
    data_format: str | None = None

    following: ClassVar[Mapping[str, str]] = {"strides": "pool_size"}

    def __post_init__(self) -> None:
        super().__post_init__()
        self.pool_size = self.numbers("pool_size")
        self.strides = self.pool_size if self.strides is None else self.numbers("strides")
        self.padding = self.padding_name(self.padding)

    def pooled(self, x: Tensor) -> Tensor:
        """The input, channels last, pooled."""
        raise NotImplementedError(f"{type(self).__name__}.pooled")

    def call(self, x: Tensor) -> Tensor:
        return self.channels_last(self.pooled, x)


class MaxPooling(Pooling):
    """Base of the layers that find the largest."""

    def pooled(self, x: Tensor) -> Tensor:
        return max_pool(x, self.pool_size, self.strides, self.padding)


class AveragePooling(Pooling):
    """Base of the layers that find the mean."""

    def pooled(self, x: Tensor) -> Tensor:
        return average_pool(x, self.pool_size, self.strides, self.padding)


@dataclass(eq=False, repr=False)
class MaxPooling1D(MaxPooling):
    """The largest element of each stretch of a series, channel by channel.

    Args:
        pool_size: Size of the window: a number.
        strides: Steps from one window to the next; the window's size by default.
        padding: ``"valid"`` (windows within the input alone) or ``"same"`` (as many windows as
            the input's size divided by the strides, rounded up). Padding is never the largest.
        data_format: ``"channels_last"`` (B, T, C) or ``"channels_first"`` (B, C, T); by default
            as :mod:`pellucid.config` says.

    Shapes:
        x (B, T, C) → (B, T', C)

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If an input has not three axes, or is smaller than the window.

    Examples:
        >>> MaxPooling1D(2)(np.array([3.0, 1.0, 4.0, 1.0]).reshape(1, 4, 1)).ravel()
        array([3., 4.], dtype=float32)
    """

    pool_size: Any = 2

    spatial_ndim = 1


@dataclass(eq=False, repr=False)
class MaxPooling2D(MaxPooling):
    """The largest element of each window of an image, channel by channel.

    Args:
        pool_size: Size of the window: one number, or two.
        strides: Steps from one window to the next; the window's size by default.
        padding: ``"valid"`` (windows within the input alone) or ``"same"`` (as many windows as
            the input's size divided by the strides, rounded up). Padding is never the largest.
        data_format: ``"channels_last"`` (B, H, W, C) or ``"channels_first"`` (B, C, H, W); by
            default as :mod:`pellucid.config` says.

    Shapes:
        x (B, H, W, C) → (B, H', W', C)

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If an input has not four axes, or is smaller than the window.

    Examples:
        >>> MaxPooling2D(3, strides=2, padding="same")(np.zeros((1, 28, 28, 32))).shape
        (1, 14, 14, 32)
    """

    pool_size: Any = (2, 2)

    spatial_ndim = 2


@dataclass(eq=False, repr=False)
class MaxPooling3D(MaxPooling):
    """The largest element of each window of a volume, channel by channel.

    Args:
        pool_size: Size of the window: one number, or three.
        strides: Steps from one window to the next; the window's size by default.
        padding: ``"valid"`` (windows within the input alone) or ``"same"`` (as many windows as
            the input's size divided by the strides, rounded up). Padding is never the largest.
        data_format: ``"channels_last"`` (B, D, H, W, C) or ``"channels_first"`` (B, C, D, H,
            W); by default as :mod:`pellucid.config` says.

    Shapes:
        x (B, D, H, W, C) → (B, D', H', W', C)

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If an input has not five axes, or is smaller than the window.

    Examples:
        >>> MaxPooling3D((1, 2, 2))(np.zeros((1, 8, 8, 8, 2))).shape
        (1, 8, 4, 4, 2)
    """

    pool_size: Any = (2, 2, 2)

    spatial_ndim = 3


@dataclass(eq=False, repr=False)
class AveragePooling1D(AveragePooling):
    """The mean of each stretch of a series, channel by channel.

    Args:
        pool_size: Size of the window: a number.
        strides: Steps from one window to the next; the window's size by default.
        padding: ``"valid"`` (windows within the input alone) or ``"same"`` (as many windows as
            the input's size divided by the strides, rounded up). Padding does not count.
        data_format: ``"channels_last"`` (B, T, C) or ``"channels_first"`` (B, C, T); by default
            as :mod:`pellucid.config` says.

    Shapes:
        x (B, T, C) → (B, T', C)

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If an input has not three axes, or is smaller than the window.

    Examples:
        >>> AveragePooling1D(2)(np.array([3.0, 1.0, 4.0, 1.0]).reshape(1, 4, 1)).ravel()
        array([2. , 2.5], dtype=float32)
    """

    spatial_ndim = 1


@dataclass(eq=False, repr=False)
class AveragePooling2D(AveragePooling):
    """The mean of each window of an image, channel by channel.

    Args:
        pool_size: Size of the window: one number, or two.
        strides: Steps from one window to the next; the window's size by default.
        padding: ``"valid"`` (windows within the input alone) or ``"same"`` (as many windows as
            the input's size divided by the strides, rounded up). Padding does not count.
        data_format: ``"channels_last"`` (B, H, W, C) or ``"channels_first"`` (B, C, H, W); by
            default as :mod:`pellucid.config` says.

    Shapes:
        x (B, H, W, C) → (B, H', W', C)

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If an input has not four axes, or is smaller than the window.

    Examples:
        >>> AveragePooling2D(3, strides=2, padding="same")(np.zeros((1, 28, 28, 32))).shape
        (1, 14, 14, 32)
    """

    spatial_ndim = 2


@dataclass(eq=False, repr=False)
class AveragePooling3D(AveragePooling):
    """The mean of each window of a volume, channel by channel.

    Args:
        pool_size: Size of the window: one number, or three.
        strides: Steps from one window to the next; the window's size by default.
        padding: ``"valid"`` (windows within the input alone) or ``"same"`` (as many windows as
            the input's size divided by the strides, rounded up). Padding does not count.
        data_format: ``"channels_last"`` (B, D, H, W, C) or ``"channels_first"`` (B, C, D, H,
            W); by default as :mod:`pellucid.config` says.

    Shapes:
        x (B, D, H, W, C) → (B, D', H', W', C)

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If an input has not five axes, or is smaller than the window.

    Examples:
        >>> AveragePooling3D((1, 2, 2))(np.zeros((1, 8, 8, 8, 2))).shape
        (1, 8, 4, 4, 2)
    """

    spatial_ndim = 3


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
