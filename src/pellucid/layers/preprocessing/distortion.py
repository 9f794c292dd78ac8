"""Images out of shape: seen from aside, or as if on rubber."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import random
from pellucid.errors import ArgumentError, ShapeError, unknown_name
from pellucid.graph.operations.arithmetic import maximum
from pellucid.graph.operations.broadcasting import size_of
from pellucid.graph.operations.comparison import where
from pellucid.graph.operations.rounding import clip
from pellucid.layers.preprocessing.changes import Change, ChangingLayer
from pellucid.layers.preprocessing.geometry import FILL_MODES, INTERPOLATIONS
from pellucid.layers.preprocessing.value_range import checked_range
from pellucid.ops.image.filtering import gaussian_blur
from pellucid.ops.image.warping import displaced, perspective_transform

__all__ = ["RandomElasticTransform", "RandomPerspective"]


@dataclass(eq=False, repr=False)
class RandomPerspective(ChangingLayer):
    """In training, some images seen from aside: their corners moved at random.

    A corner's column is multiplied by a random number from ``1 - scale / 2`` to ``1 + scale / 2``
    and so is its row, each by its own; the corner at the top left, at 0, stays.

    Args:
        factor: The lowest and highest chance of an image, from 0 to 1; or the highest alone.
        scale: How far corners move, from 0 to 1.
        interpolation: ``"bilinear"`` or ``"nearest"``.
        fill_value: What is outside of an image.
        seed: Makes the numbers the same in every run.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, H, W, C); also in a dict, with labels (B, ...), which stay, and
        segmentation masks (B, H, W, 1), which are changed too

    Raises:
        ArgumentError: If a number lies outside of its range, or there are bounding boxes.
        ShapeError: If the input is not of images of known size, two pixels each way at least.
        UnknownNameError: For another interpolation.

    Examples:
        >>> x = np.ones((1, 8, 8, 1))
        >>> bool((RandomPerspective(scale=0.0)(x).round(4) == x).all())
        True

    Source:
        Keras 3, ``keras.layers.RandomPerspective``.
    """

    factor: Any = 1.0
    scale: float = 1.0
    interpolation: str = "bilinear"
    fill_value: float = 0.0
    seed: int | None = None
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.factor = self.factors(self.factor)
        if not (isinstance(self.scale, int | float) and 0 <= self.scale <= 1):
            raise ArgumentError(
                f"{self.label} cannot have this 'scale'.",
                given=f"scale={self.scale!r}",
                expected="a number from 0 to 1",
            )
        if self.interpolation not in INTERPOLATIONS:
            raise unknown_name("interpolation", self.interpolation, INTERPOLATIONS)

    def change(self, images: Any) -> Change:
        height, width = self.known_size(images)
        if min(height, width) < 2:
            raise ShapeError(
                f"{self.label} moves the corners of images apart from each other.",
                given=f"images of {height} by {width} pixels",
                expected="at least 2 by 2",
            )
        chosen = self.chosen(images, self.factor)
        factors = self.uniform(images, -0.5 * self.scale, 0.5 * self.scale, 4, 2)
        right, low = width - 1, height - 1
        corners = np.array([[0, 0], [right, 0], [0, low], [right, low]], self.fine_dtype)
        start, end = corners + 0 * factors, corners + corners * factors

        def seen(x: Any, interpolation: str) -> Any:
            y = perspective_transform(
                x, start, end, interpolation, self.fill_value, self.data_format
            )
            return where(chosen, y, x)

        return Change(
            images=lambda x: seen(x, self.interpolation),
            segmentation_masks=lambda x: seen(x, "nearest"),
        )


@dataclass(eq=False, repr=False)
class RandomElasticTransform(ChangingLayer):
    """In training, some images as if on rubber that is pulled here and there.

    Every pixel is read some way off; the ways are normal noise, blurred so that near pixels move
    alike. For a number s, drawn for the whole batch, noise and blur have a standard deviation of
    ``0.05 s`` times the smaller side, and then ways are ``0.1 s`` times the larger side as long.

    Args:
        factor: The lowest and highest chance of an image, from 0 to 1; or the highest alone.
        scale: The lowest and highest s, from 0 to 1; or the highest alone.
        interpolation: ``"bilinear"`` or ``"nearest"``.
        fill_mode: What is outside of an image: ``"reflect"`` (mirrored at the edge),
            ``"constant"``, ``"mirror"`` (mirrored at the middle of the pixel at the edge),
            ``"nearest"`` (the pixel at the edge) or ``"wrap"`` (the other side).
        fill_value: The constant.
        value_range: The lowest and highest value, within which the result is kept.
        seed: Makes the ways the same in every run.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, H, W, C); also in a dict, with labels (B, ...), which stay, and
        segmentation masks (B, H, W, 1), which are changed too

    Raises:
        ArgumentError: If a factor lies outside of its range, or there are bounding boxes.
        ShapeError: If the input is not of images of known size.
        UnknownNameError: For another fill mode or interpolation.

    Examples:
        >>> x = np.linspace(0, 1, 64).reshape(1, 8, 8, 1)
        >>> y = RandomElasticTransform((1.0, 1.0), value_range=(0, 1), seed=1)(x)
        >>> bool((y != x).any() and abs(y - x).max() < 0.3)
        True

    Source:
        Simard, Steinkraus, Platt 2003, "Best Practices for Convolutional Neural Networks Applied
        to Visual Document Analysis", section 2. Numbers as in ``keras.layers.
        RandomElasticTransform``; but downwards and across pixels move apart from each other,
        which in Keras on JAX they do not, and masks are changed just as their images.
    """

    factor: Any = 1.0
    scale: Any = 1.0
    interpolation: str = "bilinear"
    fill_mode: str = "reflect"
    fill_value: float = 0.0
    value_range: Any = (0, 255)
    seed: int | None = None
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.factor = self.factors(self.factor)
        self.scale = self.factors(self.scale, "scale")
        self.value_range = tuple(checked_range(self.label, self.value_range))
        if self.interpolation not in INTERPOLATIONS:
            raise unknown_name("interpolation", self.interpolation, INTERPOLATIONS)
        if self.fill_mode not in (*FILL_MODES, "mirror"):
            raise unknown_name("fill mode", self.fill_mode, (*FILL_MODES, "mirror"))

    def change(self, images: Any) -> Change:
        if not self.scale[1] or not self.factor[1]:
            return Change(lambda x: x)
        height, width = self.known_size(images)
        chosen = self.chosen(images, self.factor)
        ways = self._ways(images, height, width)

        def distorted(x: Any, interpolation: str) -> Any:
            y = displaced(x, ways, interpolation, self.fill_mode, self.fill_value, self.data_format)
            return where(chosen, y, x)

        return Change(
            images=lambda x: clip(distorted(x, self.interpolation), *self.value_range),
            segmentation_masks=lambda x: distorted(x, "nearest"),
        )

    def _ways(self, images: Any, height: int, width: int) -> Any:
        """How far off each pixel is read, down and across: (B, H, W, 2)."""
        size = random.uniform((), self.scale[0], self.scale[1], seed=self.generator)
        # Each pixel needs a weight to be blurred by, which at a deviation of 0 would be 0 / 0.
        deviation = maximum(size * (0.05 * min(height, width)), 1e-6)
        # As wide as for the largest scale, since the graph is built before the scale is drawn.
        taps = int(6 * 0.05 * min(height, width) * self.scale[1]) | 1
        shape = (size_of(images, 0), height, width, 2)
        noise = deviation * random.normal(shape, seed=self.generator)
        blurred = gaussian_blur(noise, (taps, taps), (deviation, deviation), "channels_last")
        return size * (0.1 * max(height, width)) * blurred
