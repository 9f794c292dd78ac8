"""Images as they might also have been: mirrored, brighter, of other contrast, without colour."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import unknown_name
from pellucid.graph.dtypes import numpy_dtype
from pellucid.graph.operations.comparison import less, less_equal, where
from pellucid.graph.operations.movement import flip
from pellucid.graph.operations.reductions import mean, sum
from pellucid.graph.operations.rounding import clip
from pellucid.graph.tensor import Tensor
from pellucid.layers.preprocessing.image_layer import RandomImageLayer
from pellucid.layers.preprocessing.value_range import checked_range

__all__ = [
    "RandomBrightness",
    "RandomContrast",
    "RandomFlip",
    "RandomGrayscale",
    "RandomInvert",
]

MODES = ("horizontal", "horizontal_and_vertical", "vertical")


@dataclass(eq=False, repr=False)
class RandomFlip(RandomImageLayer):
    """In training, about half of the images mirrored.

    Args:
        mode: ``"horizontal"``, left and right change places; ``"vertical"``, top and bottom; or
            ``"horizontal_and_vertical"``, both at once.
        seed: Makes the choice the same in every run.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, H, W, C)

    Raises:
        ShapeError: If the input is not of images.
        UnknownNameError: For another mode.

    Examples:
        >>> y = RandomFlip("horizontal", seed=0)(np.tile(np.arange(2.0), (50, 1, 1))[..., None])
        >>> sorted(set(map(tuple, y[:, 0, :, 0].tolist())))
        [(0.0, 1.0), (1.0, 0.0)]

    Source:
        Keras 3, ``keras.layers.RandomFlip``.
    """

    mode: str = "horizontal_and_vertical"
    seed: int | None = None
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mode not in MODES:
            raise unknown_name("mode", self.mode, MODES)

    def augmented(self, x: Tensor) -> Tensor:
        axes = [
            a for a, m in zip(self.space, ("vertical", "horizontal"), strict=True) if m in self.mode
        ]
        return where(less_equal(self.drawn(x, 0, 1), 0.5), flip(x, axes), x)


@dataclass(eq=False, repr=False)
class RandomBrightness(RandomImageLayer):
    """In training, a random number added to each image, the same for all of its pixels.

    Args:
        factor: The lowest and highest number, as a share of the range of values, from -1 to 1; or
            one for both directions.
        value_range: The lowest and highest value, within which the result is kept.
        seed: Makes the numbers the same in every run.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, H, W, C)

    Raises:
        ArgumentError: If the factor lies outside of its range.
        ShapeError: If the input is not of images.

    Examples:
        >>> RandomBrightness((0.5, 0.5), value_range=(0, 1))(np.array([[[[0.2], [0.7]]]]))
        array([[[[0.7],
                 [1. ]]]], dtype=float32)

    Source:
        Keras 3, ``keras.layers.RandomBrightness``.
    """

    factor: Any
    value_range: Any = (0, 255)
    seed: int | None = None
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.factor = self.factors(self.factor)
        self.value_range = sorted(checked_range(self.label, self.value_range))

    def augmented(self, x: Tensor) -> Tensor:
        low, high = self.value_range
        return clip(x + self.drawn(x, *self.factor) * (high - low), low, high)


@dataclass(eq=False, repr=False)
class RandomContrast(RandomImageLayer):
    """In training, each image's distance from its mean times a random number.

    ``(x - mean) * number + mean``, with a mean for each channel.

    Args:
        factor: How far the number may lie below and above 1, each from 0 to 1; of one number as
            Keras has it: above only.
        value_range: The lowest and highest value, within which the result is kept.
        seed: Makes the numbers the same in every run.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, H, W, C)

    Raises:
        ArgumentError: If the factor lies outside of its range.
        ShapeError: If the input is not of images.

    Examples:
        >>> y = RandomContrast(1.0)(np.array([[[[100.0], [110.0]]]]), training=True)
        >>> print(y.mean(), bool(10 <= y[0, 0, 1, 0] - y[0, 0, 0, 0] <= 20))
        105.0 True

    Source:
        Keras 3, ``keras.layers.RandomContrast``.
    """

    factor: Any
    value_range: Any = (0, 255)
    seed: int | None = None
    data_format: str | None = None

    factor_bounds = (0, 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.factor = self.factors(self.factor)
        self.value_range = tuple(checked_range(self.label, self.value_range))

    def augmented(self, x: Tensor) -> Tensor:
        middle = mean(x, axis=self.space, keepdims=True)
        times = self.drawn(x, 1 - self.factor[0], 1 + self.factor[1])
        return clip((x - middle) * times + middle, *self.value_range)


@dataclass(eq=False, repr=False)
class RandomInvert(RandomImageLayer):
    """In training, some images with dark and bright exchanged: the highest value less theirs.

    Args:
        factor: The lowest and highest chance of an image, from 0 to 1; or the highest alone.
        value_range: The lowest and highest value.
        seed: Makes the choice the same in every run.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, H, W, C)

    Raises:
        ArgumentError: If the factor lies outside of its range.
        ShapeError: If the input is not of images.

    Examples:
        >>> RandomInvert((1.0, 1.0))(np.array([[[[0.0], [5.0]]]])).ravel()
        array([255., 250.], dtype=float32)

    Source:
        Keras 3, ``keras.layers.RandomInvert``.
    """

    factor: Any = 1.0
    value_range: Any = (0, 255)
    seed: int | None = None
    data_format: str | None = None

    factor_bounds = (0, 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.factor = self.factors(self.factor)
        self.value_range = tuple(checked_range(self.label, self.value_range))

    def augmented(self, x: Tensor) -> Tensor:
        chance = self.drawn(x, *self.factor)
        return where(less(self.drawn(x, 0, 1), chance), self.value_range[1] - x, x)


@dataclass(eq=False, repr=False)
class RandomGrayscale(RandomImageLayer):
    """In training, some images without colour: the brightness in all three channels.

    Args:
        factor: The share of the images, from 0 to 1.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.
        seed: Makes the choice the same in every run.

    Shapes:
        images (B, H, W, 3) → (B, H, W, 3)

    Raises:
        ArgumentError: If the factor lies outside of its range.
        ShapeError: If the input is not of images.

    Examples:
        >>> RandomGrayscale(1.0)(np.array([[[[100.0, 0.0, 0.0]]]])).ravel().round(2)
        array([29.89, 29.89, 29.89], dtype=float32)

    Source:
        Keras 3, ``keras.layers.RandomGrayscale``; the weights are ITU-R BT.601's, section 2.5.1.
    """

    factor: float = 0.5
    data_format: str | None = None
    seed: int | None = None

    factor_bounds = (0, 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.factors((0, self.factor))

    def augmented(self, x: Tensor) -> Tensor:
        weights = np.array([0.2989, 0.5870, 0.1140], numpy_dtype(self.compute_dtype))
        shape = [3 if axis == self.channels else 1 for axis in range(4)]
        gray = sum(x * weights.reshape(shape), axis=self.channels, keepdims=True)
        return where(less(self.drawn(x, 0, 1), self.factor), gray, x)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["seed"]  # as Keras
        return config
