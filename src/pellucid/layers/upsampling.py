"""Layers that repeat time steps, pixels or cells, or put others between them."""

from dataclasses import dataclass
from typing import Any

from pellucid.errors import unknown_name
from pellucid.graph.operations.resampling import INTERPOLATIONS, resample
from pellucid.graph.tensor import Tensor
from pellucid.layers.spatial import Spatial
from pellucid.ops.arrangement import repeat

__all__ = ["UpSampling1D", "UpSampling2D", "UpSampling3D"]


class UpSampling(Spatial):
    """Base of the layers that make space larger by whole factors."""

    size: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        factors = self.numbers("size")
        self.size = factors[0] if self.spatial_ndim == 1 else factors

    def factors(self) -> list[tuple[int, int]]:
        """The axes of space, each with how many times larger it is to be."""
        each = (self.size,) if self.spatial_ndim == 1 else self.size
        return list(enumerate(each, start=2 if self._first else 1))

    def call(self, x: Tensor) -> Tensor:
        for axis, count in self.factors():
            x = repeat(x, count, axis) if count > 1 else x
        return x


@dataclass(eq=False, repr=False)
class UpSampling1D(UpSampling):
    """Each time step several times in a row.

    Args:
        size: How many times.

    Shapes:
        x (B, T, C) → (B, T * size, C)

    Raises:
        ArgumentError: If ``size`` is not a whole number above 0.
        ShapeError: If an input has not three axes.

    Examples:
        >>> UpSampling1D(2)(np.array([1.0, 5.0]).reshape(1, 2, 1)).ravel()
        array([1., 1., 5., 5.], dtype=float32)
    """

    size: int = 2

    spatial_ndim = 1


@dataclass(eq=False, repr=False)
class UpSampling2D(UpSampling):
    """Images made larger by whole factors.

    Args:
        size: Factors of height and width: one number, or two.
        data_format: ``"channels_last"`` (B, H, W, C) or ``"channels_first"`` (B, C, H, W); by
            default as :mod:`pellucid.config` says.
        interpolation: ``"nearest"`` repeats pixels; ``"bilinear"``, ``"bicubic"``,
            ``"lanczos3"`` and ``"lanczos5"`` put others between them, for images of known size.

    Shapes:
        x (B, H, W, C) → (B, H * size, W * size, C)

    Raises:
        ArgumentError: If ``size`` is not made of whole numbers above 0.
        UnknownNameError: For another interpolation.
        ShapeError: If an input has not four axes, or an open size and is to be interpolated.

    Examples:
        >>> x = np.array([0.0, 4.0]).reshape(1, 1, 2, 1)
        >>> UpSampling2D((1, 2))(x).ravel()
        array([0., 0., 4., 4.], dtype=float32)
        >>> UpSampling2D((1, 2), interpolation="bilinear")(x).ravel()
        array([0., 1., 3., 4.], dtype=float32)
    """

    size: Any = (2, 2)
    data_format: str | None = None
    interpolation: str = "nearest"

    spatial_ndim = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        known = ("nearest", *INTERPOLATIONS)
        if str(self.interpolation).lower() not in known:
            raise unknown_name("interpolation", self.interpolation, known)
        self.interpolation = self.interpolation.lower()

    def call(self, x: Tensor) -> Tensor:
        if self.interpolation == "nearest":
            return super().call(x)
        for axis, count in self.factors():
            old = x.shape[axis]
            x = resample(x, axis, 0 if old is None else old * count, self.interpolation)
        return x


@dataclass(eq=False, repr=False)
class UpSampling3D(UpSampling):
    """Each cell of a volume several times in a row, along each axis of space.

    Args:
        size: How many times: one number, or three.
        data_format: ``"channels_last"`` (B, D, H, W, C) or ``"channels_first"``
            (B, C, D, H, W); by default as :mod:`pellucid.config` says.

    Shapes:
        x (B, D, H, W, C) → (B, D * size, H * size, W * size, C)

    Raises:
        ArgumentError: If ``size`` is not made of whole numbers above 0.
        ShapeError: If an input has not five axes.

    Examples:
        >>> UpSampling3D((1, 2, 3))(np.zeros((1, 2, 2, 2, 1))).shape
        (1, 2, 4, 6, 1)
    """

    size: Any = (2, 2, 2)
    data_format: str | None = None

    spatial_ndim = 3
