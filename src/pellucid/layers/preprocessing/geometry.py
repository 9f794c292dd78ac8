"""Images as seen from elsewhere: turned, nearer or further away, aside, aslant."""

import math
from dataclasses import dataclass
from typing import Any

from pellucid.errors import ArgumentError, unknown_name
from pellucid.graph.operations.comparison import greater, where
from pellucid.graph.operations.movement import stack
from pellucid.graph.operations.trigonometry import cos, sin
from pellucid.layers.preprocessing.changes import Change, ChangingLayer
from pellucid.ops.image.warping import affine_transform

__all__ = ["RandomRotation", "RandomShear", "RandomTranslation", "RandomZoom"]

FILL_MODES = ("constant", "nearest", "reflect", "wrap")
INTERPOLATIONS = ("bilinear", "nearest")


class AffineLayer(ChangingLayer):
    """Base of layers that read each pixel from a place that is linear in its own.

    The pixel in column x and row y is read in column ``a0 x + a1 y + a2`` and row
    ``b0 x + b1 y + b2``; :meth:`transform` gives the six numbers for each image.
    """

    fill_mode: str
    interpolation: str
    fill_value: float

    factor_bounds = (-1, 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.fill_mode not in FILL_MODES:
            raise unknown_name("fill mode", self.fill_mode, FILL_MODES)
        if self.interpolation not in INTERPOLATIONS:
            raise unknown_name("interpolation", self.interpolation, INTERPOLATIONS)

    def transform(self, images: Any) -> list[Any]:
        """Draw ``a0, a1, a2, b0, b1, b2``, each (B)."""
        raise NotImplementedError(f"{type(self).__name__}.transform")

    def change(self, images: Any) -> Change:
        numbers = self.transform(images)
        zero = numbers[0] * 0
        transform = stack([*numbers, zero, zero], -1)

        def moved(x: Any, interpolation: str) -> Any:
            return affine_transform(
                x, transform, interpolation, self.fill_mode, self.fill_value, self.data_format
            )

        return Change(
            images=lambda x: moved(x, self.interpolation),
            segmentation_masks=lambda x: moved(x, "nearest"),  # there is no class between two
        )


@dataclass(eq=False, repr=False)
class RandomRotation(AffineLayer):
    """In training, each image turned about its middle by a random angle.

    Args:
        factor: The smallest and largest angle as a share of a full turn, from -1 to 1, above 0
            against the clock; or one for both directions.
        fill_mode: What is outside of an image: ``"reflect"`` (mirrored at the edge),
            ``"constant"``, ``"nearest"`` (the pixel at the edge) or ``"wrap"`` (the other side).
        interpolation: ``"bilinear"`` or ``"nearest"``.
        seed: Makes the angles the same in every run.
        fill_value: The constant.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, H, W, C); also in a dict, with labels (B, ...), which stay, and
        segmentation masks (B, H, W, 1), which are turned too

    Raises:
        ArgumentError: If the factor lies outside of its range, or there are bounding boxes.
        ShapeError: If the input is not of images of known size.
        UnknownNameError: For another fill mode or interpolation.

    Examples:
        >>> a_quarter = RandomRotation((0.25, 0.25))
        >>> a_quarter(np.arange(4.0).reshape(1, 2, 2, 1))[0, :, :, 0].round(5)
        array([[1., 3.],
               [0., 2.]], dtype=float32)

    Source:
        Keras 3, ``keras.layers.RandomRotation``.
    """

    factor: Any
    fill_mode: str = "reflect"
    interpolation: str = "bilinear"
    seed: int | None = None
    fill_value: float = 0.0
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.factor = self.factors(self.factor)

    def transform(self, images: Any) -> list[Any]:
        height, width = self.known_size(images)
        angle = 2 * math.pi * self.uniform(images, *self.factor)
        c, s = cos(angle), sin(angle)
        x, y = (width - 1) / 2, (height - 1) / 2
        return [c, -s, x - x * c + y * s, s, c, y - x * s - y * c]


@dataclass(eq=False, repr=False)
class RandomZoom(AffineLayer):
    """In training, each image as if from nearer or further away.

    Args:
        height_factor: How much more is seen downwards, at least and at most, as a share of the
            height: above -1, at which nothing is seen, and up to 1, at which images become half
            as high; or one for both directions.
        width_factor: The same across; as much as downwards by default.
        fill_mode: What is outside of an image: ``"reflect"`` (mirrored at the edge),
            ``"constant"``, ``"nearest"`` (the pixel at the edge) or ``"wrap"`` (the other side).
        interpolation: ``"bilinear"`` or ``"nearest"``.
        seed: Makes the numbers the same in every run.
        fill_value: The constant.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, H, W, C); also in a dict, with labels (B, ...), which stay, and
        segmentation masks (B, H, W, 1), which are zoomed too

    Raises:
        ArgumentError: If a factor lies outside of its range, or there are bounding boxes.
        ShapeError: If the input is not of images of known size.
        UnknownNameError: For another fill mode or interpolation.

    Examples:
        >>> from_afar = RandomZoom((1.0, 1.0), fill_mode="constant")
        >>> from_afar(np.ones((1, 4, 4, 1)))[0, :, :, 0]
        array([[0., 0., 0., 0.],
               [0., 1., 1., 0.],
               [0., 1., 1., 0.],
               [0., 0., 0., 0.]], dtype=float32)

    Source:
        Keras 3, ``keras.layers.RandomZoom``.
    """

    height_factor: Any
    width_factor: Any = None
    fill_mode: str = "reflect"
    interpolation: str = "bilinear"
    seed: int | None = None
    fill_value: float = 0.0
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.down = self._zoom("height_factor")
        self.across = None if self.width_factor is None else self._zoom("width_factor")

    def _zoom(self, argument: str) -> tuple[float, float]:
        factor = getattr(self, argument)
        low, high = self.factors(factor, argument)
        if low == -1 and factor != 1:  # as Keras, which takes 1 for both directions
            raise ArgumentError(
                f"{self.label} cannot have this '{argument}'.",
                given=f"{argument}={factor!r}",
                expected="numbers above -1, at which the image would be a single point",
            )
        return 1 + low, 1 + high

    def transform(self, images: Any) -> list[Any]:
        height, width = self.known_size(images)
        down = self.uniform(images, *self.down)
        across = down if self.across is None else self.uniform(images, *self.across)
        zero = down * 0
        x, y = (width - 1) / 2, (height - 1) / 2
        return [across, zero, x * (1 - across), zero, down, y * (1 - down)]


@dataclass(eq=False, repr=False)
class RandomTranslation(AffineLayer):
    """In training, each image moved down and to the right by random shares of its size.

    Args:
        height_factor: The least and most that it moves down, as a share of its height, from -1
            to 1, below 0 up; or one for both directions.
        width_factor: The same to the right, as a share of its width.
        fill_mode: What is outside of an image: ``"reflect"`` (mirrored at the edge),
            ``"constant"``, ``"nearest"`` (the pixel at the edge) or ``"wrap"`` (the other side).
        interpolation: ``"bilinear"`` or ``"nearest"``.
        seed: Makes the ways the same in every run.
        fill_value: The constant.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, H, W, C); also in a dict, with labels (B, ...), which stay, and
        segmentation masks (B, H, W, 1), which are moved too

    Raises:
        ArgumentError: If a factor lies outside of its range, or there are bounding boxes.
        ShapeError: If the input is not of images of known size.
        UnknownNameError: For another fill mode or interpolation.

    Examples:
        >>> down = RandomTranslation((0.5, 0.5), 0.0, fill_mode="constant")
        >>> down(np.arange(1.0, 5.0).reshape(1, 2, 2, 1))[0, :, :, 0]
        array([[0., 0.],
               [1., 2.]], dtype=float32)

    Source:
        Keras 3, ``keras.layers.RandomTranslation``.
    """

    height_factor: Any
    width_factor: Any
    fill_mode: str = "reflect"
    interpolation: str = "bilinear"
    seed: int | None = None
    fill_value: float = 0.0
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.down = self.factors(self.height_factor, "height_factor")
        self.across = self.factors(self.width_factor, "width_factor")

    def transform(self, images: Any) -> list[Any]:
        height, width = self.known_size(images)
        down = self.uniform(images, *self.down) * height
        across = self.uniform(images, *self.across) * width
        zero = down * 0
        return [zero + 1, zero, -across, zero, zero + 1, -down]


@dataclass(eq=False, repr=False)
class RandomShear(AffineLayer):
    """In training, each image slanted: rows pushed aside the more, the lower they are.

    With columns the same is done, by another random number. The corner at the top left stays.

    Args:
        x_factor: The least and most that a row moves, in pixels for each row above it, from 0
            to 1; or one number, for which the two directions are drawn apart. Half of the images
            are slanted the other way.
        y_factor: The same of columns, by those to the left.
        interpolation: ``"bilinear"`` or ``"nearest"``.
        fill_mode: What is outside of an image: ``"reflect"`` (mirrored at the edge),
            ``"constant"``, ``"nearest"`` (the pixel at the edge) or ``"wrap"`` (the other side).
        fill_value: The constant.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.
        seed: Makes the numbers the same in every run.

    Shapes:
        images (B, H, W, C) → (B, H, W, C); also in a dict, with labels (B, ...), which stay, and
        segmentation masks (B, H, W, 1), which are slanted too

    Raises:
        ArgumentError: If a factor lies outside of its range, or there are bounding boxes.
        ShapeError: If the input is not of images of known size.
        UnknownNameError: For another fill mode or interpolation.

    Examples:
        >>> y = RandomShear((1.0, 1.0), fill_mode="constant", seed=6)(np.eye(3)[None, ..., None])
        >>> y[0, :, :, 0]
        array([[1., 0., 0.],
               [1., 0., 0.],
               [1., 0., 0.]], dtype=float32)

    Source:
        Keras 3, ``keras.layers.RandomShear``. There a configuration made of one number cannot be
        loaded again; here the number itself is written, and what Keras writes is read too.
    """

    x_factor: Any = 0.0
    y_factor: Any = 0.0
    interpolation: str = "bilinear"
    fill_mode: str = "reflect"
    fill_value: float = 0.0
    data_format: str | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.x_range = self._slant("x_factor")
        self.y_range = self._slant("y_factor")

    def _slant(self, argument: str) -> tuple[float, float]:
        factor = getattr(self, argument)
        low, high = self.factors(factor, argument)
        pair = isinstance(factor, list | tuple)
        both_ways = pair and low == -high  # what Keras makes of one number
        if not both_ways and (low if pair else factor) < 0:
            raise ArgumentError(
                f"{self.label} cannot have this '{argument}'.",
                given=f"{argument}={factor!r}",
                expected="a number from 0 to 1, or the lowest and the highest",
            )
        return low, high

    def transform(self, images: Any) -> list[Any]:
        coin = self.uniform(images, 0, 1)
        direction = where(greater(coin, 0.5), -1.0, 1.0)
        down = direction * self.uniform(images, *self.y_range)
        across = direction * self.uniform(images, *self.x_range)
        zero = coin * 0
        return [zero + 1, across, zero, down, zero + 1, zero]
