"""Images in other colours: another hue, more or less colour, or all of these at once."""

from dataclasses import dataclass
from typing import Any

from pellucid import config
from pellucid.graph.operations.comparison import greater, where
from pellucid.graph.operations.movement import concatenate, split
from pellucid.graph.operations.rounding import clip
from pellucid.graph.tensor import Tensor
from pellucid.layers.preprocessing.augmentation import RandomBrightness, RandomContrast
from pellucid.layers.preprocessing.image_layer import ImageLayer, RandomImageLayer
from pellucid.layers.preprocessing.value_range import checked_range, rescaled
from pellucid.ops.image.colour import hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv

__all__ = ["RandomColorDegeneration", "RandomColorJitter", "RandomHue", "RandomSaturation"]


@dataclass(eq=False, repr=False)
class RandomHue(RandomImageLayer):
    """In training, the hues of each image turned on the circle of colours, all by one angle.

    Args:
        factor: The least and the most of half a turn, from 0 to 1, in either direction; or the
            most alone.
        value_range: The lowest and highest value.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.
        seed: Makes the angles the same in every run.

    Shapes:
        images (B, H, W, 3) → (B, H, W, 3)

    Raises:
        ArgumentError: If the factor lies outside of its range.
        ShapeError: If the input is not of images of three channels.

    Examples:
        >>> RandomHue((1.0, 1.0))(np.array([[[[255.0, 0.0, 0.0]]]])).ravel().round(3)
        array([  0., 255., 255.], dtype=float32)

    Source:
        Keras 3, ``keras.layers.RandomHue``.
    """

    factor: Any
    value_range: Any = (0, 255)
    data_format: str | None = None
    seed: int | None = None

    factor_bounds = (0, 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.factor = self.factors(self.factor)
        self.value_range = tuple(checked_range(self.label, self.value_range))

    def augmented(self, x: Tensor) -> Tensor:
        backwards = greater(self.drawn(x, 0, 1), 0.5)
        turn = self.drawn(x, *self.factor) * 0.5
        unit = rescaled(x, self.value_range, (0, 1))
        hue, saturation, value = split(rgb_to_hsv(unit, self.data_format), 3, self.channels)
        hue = hue + where(backwards, -turn, turn)  # past the end of the circle it begins anew
        turned = hsv_to_rgb(concatenate([hue, saturation, value], self.channels), self.data_format)
        return rescaled(clip(turned, 0, 1), (0, 1), self.value_range)


@dataclass(eq=False, repr=False)
class RandomSaturation(RandomImageLayer):
    """In training, the colours of each image paler or stronger.

    The saturation times ``f / (1 - f)`` for a random factor ``f``: 0 makes an image grey, 0.5
    leaves it as it is, and 1 makes its colours as strong as can be. The product is kept within
    the range of values. As in Keras that is also so where the range is not from 0 to 1, as
    saturations are: with (0, 255) colours may become stronger than there are, and negative.

    Args:
        factor: The lowest and highest factor, from -1 to 1; or one for both directions. Below 0
            it is as at 0.
        value_range: The lowest and highest value.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.
        seed: Makes the factors the same in every run.

    Shapes:
        images (B, H, W, 3) → (B, H, W, 3)

    Raises:
        ArgumentError: If the factor lies outside of its range.
        ShapeError: If the input is not of images of three channels.

    Examples:
        >>> pale = RandomSaturation((0.25, 0.25), value_range=(0, 1))
        >>> pale(np.array([[[[0.9, 0.3, 0.3]]]])).ravel().round(3)
        array([0.9, 0.7, 0.7], dtype=float32)

    Source:
        Keras 3, ``keras.layers.RandomSaturation``.
    """

    factor: Any
    value_range: Any = (0, 255)
    data_format: str | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.factor = self.factors(self.factor)
        self.value_range = sorted(checked_range(self.label, self.value_range))

    def augmented(self, x: Tensor) -> Tensor:
        factor = self.drawn(x, *self.factor)
        times = factor / (1 - factor + config.epsilon())
        hue, saturation, value = split(rgb_to_hsv(x, self.data_format), 3, self.channels)
        saturation = clip(saturation * times, *self.value_range)
        return hsv_to_rgb(concatenate([hue, saturation, value], self.channels), self.data_format)


@dataclass(eq=False, repr=False)
class RandomColorDegeneration(RandomImageLayer):
    """In training, each image mixed with itself in grey: ``(1 - f) * image + f * gray``.

    Args:
        factor: The lowest and highest ``f``, from -1 (more colour) to 1 (grey); or one for both
            directions.
        value_range: The lowest and highest value, within which the result is kept.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.
        seed: Makes the mixtures the same in every run.

    Shapes:
        images (B, H, W, C) → (B, H, W, C), with C 1 or 3

    Raises:
        ArgumentError: If the factor lies outside of its range.
        ShapeError: If the input is not of images of one or three channels.

    Examples:
        >>> RandomColorDegeneration((0.5, 0.5))(np.array([[[[200.0, 0.0, 0.0]]]])).ravel().round(2)
        array([129.89,  29.89,  29.89], dtype=float32)

    Source:
        Keras 3, ``keras.layers.RandomColorDegeneration``.
    """

    factor: Any
    value_range: Any = (0, 255)
    data_format: str | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.factor = self.factors(self.factor)
        self.value_range = sorted(checked_range(self.label, self.value_range))

    def augmented(self, x: Tensor) -> Tensor:
        gray = rgb_to_grayscale(x, self.data_format)
        return clip(x + self.drawn(x, *self.factor) * (gray - x), *self.value_range)


@dataclass(eq=False, repr=False)
class RandomColorJitter(RandomImageLayer):
    """In training, brightness, contrast, saturation and hue changed at random, in this order.

    Args:
        value_range: The lowest and highest value.
        brightness_factor: As of :class:`RandomBrightness`; ``None`` leaves the brightness.
        contrast_factor: As of :class:`RandomContrast`; ``None`` leaves the contrast.
        saturation_factor: As of :class:`RandomSaturation`; ``None`` leaves the saturation.
        hue_factor: As of :class:`RandomHue`; ``None`` leaves the hue.
        seed: Makes the changes the same in every run.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, 3) → (B, H, W, 3)

    Raises:
        ArgumentError: If a factor lies outside of its range.
        ShapeError: If the input is not of images of three channels.

    Examples:
        >>> layer = RandomColorJitter(brightness_factor=(0.1, 0.1), hue_factor=(1.0, 1.0))
        >>> layer(np.array([[[[102.0, 0.0, 0.0]]]])).ravel().round(2)
        array([ 25.5, 127.5, 127.5], dtype=float32)

    Source:
        Keras 3, ``keras.layers.RandomColorJitter``.
    """

    value_range: Any = (0, 255)
    brightness_factor: Any = None
    contrast_factor: Any = None
    saturation_factor: Any = None
    hue_factor: Any = None
    seed: int | None = None
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.value_range = checked_range(self.label, self.value_range)
        kinds: dict[type[ImageLayer], Any] = {
            RandomBrightness: self.brightness_factor,
            RandomContrast: self.contrast_factor,
            RandomSaturation: self.saturation_factor,
            RandomHue: self.hue_factor,
        }
        self.steps = [
            kind(  # type: ignore[call-arg]
                factor,
                value_range=self.value_range,
                data_format=self.data_format,
                dtype=self.dtype_policy,
            )
            for kind, factor in kinds.items()
            if factor is not None
        ]
        for step in self.steps:
            # Of generators with one seed each, all would draw the same numbers.
            step.generator = self.generator

    def augmented(self, x: Tensor) -> Tensor:
        for step in self.steps:
            x = step(x, training=True)
        return x
