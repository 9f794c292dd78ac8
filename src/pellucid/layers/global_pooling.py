"""Layers that pool all of space into one number for each channel."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import where
from pellucid.graph.operations.movement import expand_dims
from pellucid.graph.operations.reductions import max, mean, sum
from pellucid.graph.tensor import Tensor
from pellucid.layers.spatial import Spatial

__all__ = [
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
]


@dataclass(eq=False, repr=False)
class GlobalPooling(Spatial):
    """Base of the layers that pool all of space."""

    data_format: str | None = None
    keepdims: bool = False

    def reduced(self, reduce: Callable[..., Tensor], x: Tensor) -> Tensor:
        """A reduction over space."""
        start = 2 if self._first else 1
        return reduce(x, tuple(range(start, start + self.spatial_ndim)), self.keepdims)


@dataclass(eq=False, repr=False)
class GlobalMaxPooling1D(GlobalPooling):
    """The largest element of each channel of a series.

    Args:
        data_format: ``"channels_last"`` (B, T, C) or ``"channels_first"`` (B, C, T); by default
            as :mod:`pellucid.config` says.
        keepdims: Whether the axes of space stay, with a size of 1.

    Shapes:
        x (B, T, C) → (B, C), with ``keepdims`` (B, 1, C)

    Raises:
        ShapeError: If an input has not three axes.

    Examples:
        >>> GlobalMaxPooling1D()(np.array([3.0, 2.0, 1.0]).reshape(1, 3, 1))
        array([[3.]], dtype=float32)
    """

    spatial_ndim = 1

    def call(self, x: Tensor) -> Tensor:
        return self.reduced(max, x)


@dataclass(eq=False, repr=False)
class GlobalMaxPooling2D(GlobalPooling):
    """The largest element of each channel of an image.

    Args:
        data_format: ``"channels_last"`` (B, H, W, C) or ``"channels_first"`` (B, C, H, W); by
            default as :mod:`pellucid.config` says.
        keepdims: Whether the axes of space stay, with a size of 1.

    Shapes:
        x (B, H, W, C) → (B, C), with ``keepdims`` (B, 1, 1, C)

    Raises:
        ShapeError: If an input has not four axes.

    Examples:
        >>> GlobalMaxPooling2D()(np.zeros((2, 7, 7, 64))).shape
        (2, 64)
    """

    spatial_ndim = 2

    def call(self, x: Tensor) -> Tensor:
        return self.reduced(max, x)


@dataclass(eq=False, repr=False)
class GlobalMaxPooling3D(GlobalPooling):
    """The largest element of each channel of a volume.

    Args:
        data_format: ``"channels_last"`` (B, D, H, W, C) or ``"channels_first"`` (B, C, D, H,
            W); by default as :mod:`pellucid.config` says.
        keepdims: Whether the axes of space stay, with a size of 1.

    Shapes:
        x (B, D, H, W, C) → (B, C), with ``keepdims`` (B, 1, 1, 1, C)

    Raises:
        ShapeError: If an input has not five axes.

    Examples:
        >>> GlobalMaxPooling3D()(np.zeros((2, 7, 7, 7, 64))).shape
        (2, 64)
    """

    spatial_ndim = 3

    def call(self, x: Tensor) -> Tensor:
        return self.reduced(max, x)


@dataclass(eq=False, repr=False)
class GlobalAveragePooling1D(GlobalPooling):
    """The mean of each channel of a series.

    Time steps that a mask excludes do not count.

    Args:
        data_format: ``"channels_last"`` (B, T, C) or ``"channels_first"`` (B, C, T); by default
            as :mod:`pellucid.config` says.
        keepdims: Whether the axes of space stay, with a size of 1.

    Shapes:
        x (B, T, C) → (B, C), with ``keepdims`` (B, 1, C)

    Raises:
        ShapeError: If an input has not three axes.

    Examples:
        >>> GlobalAveragePooling1D()(np.array([3.0, 2.0, 1.0]).reshape(1, 3, 1))
        array([[2.]], dtype=float32)
    """

    spatial_ndim = 1
    supports_masking = True

    def call(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is None:
            return self.reduced(mean, x)
        used = cast(expand_dims(mask, 1 if self._first else 2), "bool")
        return self.reduced(sum, where(used, x, 0)) / self.reduced(sum, cast(used, x.dtype))

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        return None  # no time is left that could be masked


@dataclass(eq=False, repr=False)
class GlobalAveragePooling2D(GlobalPooling):
    """The mean of each channel of an image.

    Args:
        data_format: ``"channels_last"`` (B, H, W, C) or ``"channels_first"`` (B, C, H, W); by
            default as :mod:`pellucid.config` says.
        keepdims: Whether the axes of space stay, with a size of 1.

    Shapes:
        x (B, H, W, C) → (B, C), with ``keepdims`` (B, 1, 1, C)

    Raises:
        ShapeError: If an input has not four axes.

    Examples:
        >>> GlobalAveragePooling2D()(np.zeros((2, 7, 7, 64))).shape
        (2, 64)
    """

    spatial_ndim = 2

    def call(self, x: Tensor) -> Tensor:
        return self.reduced(mean, x)


@dataclass(eq=False, repr=False)
class GlobalAveragePooling3D(GlobalPooling):
    """The mean of each channel of a volume.

    Args:
        data_format: ``"channels_last"`` (B, D, H, W, C) or ``"channels_first"`` (B, C, D, H,
            W); by default as :mod:`pellucid.config` says.
        keepdims: Whether the axes of space stay, with a size of 1.

    Shapes:
        x (B, D, H, W, C) → (B, C), with ``keepdims`` (B, 1, 1, 1, C)

    Raises:
        ShapeError: If an input has not five axes.

    Examples:
        >>> GlobalAveragePooling3D()(np.zeros((2, 7, 7, 7, 64))).shape
        (2, 64)
    """

    spatial_ndim = 3

    def call(self, x: Tensor) -> Tensor:
        return self.reduced(mean, x)


GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
