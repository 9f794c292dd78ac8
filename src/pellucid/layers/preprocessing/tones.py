"""Images of other tones: bright ones turned dark, fewer of them, or spread over the whole range."""

from dataclasses import dataclass
from typing import Any

from pellucid import random
from pellucid.errors import ArgumentError
from pellucid.graph.operations.bits import left_shift
from pellucid.graph.operations.broadcasting import size_of
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import greater, less, where
from pellucid.graph.operations.reductions import max, min
from pellucid.graph.operations.rounding import clip, floor
from pellucid.graph.tensor import Tensor
from pellucid.layers.preprocessing.image_layer import ImageLayer, RandomImageLayer
from pellucid.layers.preprocessing.value_range import checked_range, rescaled

__all__ = ["AutoContrast", "RandomPosterization", "Solarization"]

BYTE = (0, 255)


@dataclass(eq=False, repr=False)
class Solarization(RandomImageLayer):
    """In training, the bright tones turned around, as in a photograph exposed for too long.

    A random number is added to each image; of what is not below a random threshold the negative
    is taken: the highest value less it.

    Args:
        addition_factor: The least and the most that is added, as shares of the range of values,
            from 0 to 1; or the most alone.
        threshold_factor: The lowest and highest threshold, in the same way. (Of a pair, Keras
            3.15 takes the first as a 255th of the range.)
        value_range: The lowest and highest value.
        seed: Makes the numbers the same in every run.
        data_format: ``"channels_last"`` or ``"channels_first"``; it makes no difference.

    Shapes:
        images (B, H, W, C) → (B, H, W, C)

    Raises:
        ArgumentError: If a factor lies outside of its range.
        ShapeError: If the input is not of images.

    Examples:
        >>> layer = Solarization(threshold_factor=(0.5, 0.5))
        >>> layer(np.array([[[[60.0], [130.0], [250.0]]]])).ravel()
        array([ 60., 125.,   5.], dtype=float32)

    Source:
        Keras 3, ``keras.layers.Solarization``.
    """

    addition_factor: Any = 0.0
    threshold_factor: Any = 0.0
    value_range: Any = BYTE
    seed: int | None = None
    data_format: str | None = None

    factor_bounds = (0, 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.addition_factor = self.factors(self.addition_factor, "addition_factor")
        self.threshold_factor = self.factors(self.threshold_factor, "threshold_factor")
        self.value_range = sorted(checked_range(self.label, self.value_range))

    def augmented(self, x: Tensor) -> Tensor:
        added = self.drawn(x, *self.addition_factor) * 255
        threshold = self.drawn(x, *self.threshold_factor) * 255
        lit = clip(rescaled(x, self.value_range, BYTE) + added, *BYTE)
        return rescaled(where(less(lit, threshold), lit, 255 - lit), BYTE, self.value_range)


@dataclass(eq=False, repr=False)
class RandomPosterization(RandomImageLayer):
    """In training, the tones of images reduced to few: the lowest bits of each value are dropped.

    Args:
        factor: How many of 8 bits are left at least, and at most one less than which number; or
            that number alone, for 1 bit or more. If both are one, it is that number of bits.
        value_range: The lowest and highest value.
        data_format: ``"channels_last"`` or ``"channels_first"``; it makes no difference.
        seed: Makes the numbers of bits the same in every run.

    Shapes:
        images (B, H, W, C) → (B, H, W, C)

    Raises:
        ArgumentError: If the factor is not of whole numbers from 1 to 8.
        ShapeError: If the input is not of images.

    Examples:
        >>> RandomPosterization((2, 2))(np.array([[[[63.0], [64.0], [255.0]]]])).ravel()
        array([  0.,  64., 192.], dtype=float32)

    Source:
        Keras 3, ``keras.layers.RandomPosterization``.
    """

    factor: Any
    value_range: Any = BYTE
    data_format: str | None = None
    seed: int | None = None

    factor_bounds = (1, 8)

    def __post_init__(self) -> None:
        super().__post_init__()
        given = self.factor
        self.factor = self.factors(given)
        if any(bits != int(bits) for bits in self.factor):
            raise ArgumentError(
                f"{self.label} leaves whole bits.",
                given=f"factor={given!r}",
                expected="a whole number from 1 to 8, or two of them",
            )
        self.value_range = sorted(checked_range(self.label, self.value_range))

    def augmented(self, x: Tensor) -> Tensor:
        few, many = map(int, self.factor)
        shape = (size_of(x, 0), 1, 1, 1)
        bits = random.randint(shape, few, many, seed=self.generator) if few < many else few
        step = cast(left_shift(1, 8 - bits), x.dtype)
        tones = floor(clip(rescaled(x, self.value_range, BYTE), *BYTE))
        return rescaled(floor(tones / step) * step, BYTE, self.value_range)


@dataclass(eq=False, repr=False)
class AutoContrast(ImageLayer):
    """Each channel of each image stretched over the whole range: its darkest and brightest pixel.

    Not only in training. A channel of one tone stays as it is. (With the channels first, Keras
    3.15 stretches columns instead of channels.)

    Args:
        value_range: The lowest and highest value.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, H, W, C)

    Raises:
        ShapeError: If the input is not of images.

    Examples:
        >>> AutoContrast()(np.array([[[[100.0], [125.0], [150.0]]]])).ravel()
        array([  0. , 127.5, 255. ], dtype=float32)

    Source:
        Keras 3, ``keras.layers.AutoContrast``.
    """

    value_range: Any = BYTE
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.value_range = sorted(checked_range(self.label, self.value_range))

    def call(self, images: Tensor) -> Tensor:
        x = cast(images, self.compute_dtype)
        bright = rescaled(x, self.value_range, BYTE)
        low = min(bright, axis=self.space, keepdims=True)
        spread = max(bright, axis=self.space, keepdims=True) - low
        varied = greater(spread, 0)
        stretched = (bright - low) / where(varied, spread, 1)
        return where(varied, rescaled(stretched, (0, 1), self.value_range), x)
