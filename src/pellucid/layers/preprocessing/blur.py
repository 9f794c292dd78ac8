"""Images made sharper or less sharp."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import random
from pellucid.errors import ArgumentError
from pellucid.graph.operations.broadcasting import broadcast_to
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import less, where
from pellucid.graph.operations.rounding import clip
from pellucid.graph.tensor import Tensor
from pellucid.layers.preprocessing.image_layer import RandomImageLayer
from pellucid.layers.preprocessing.value_range import checked_range
from pellucid.ops.image.filtering import gaussian_blur
from pellucid.ops.sliding import channels_last, depthwise_conv

__all__ = ["RandomGaussianBlur", "RandomSharpness"]

# A pixel and its neighbours, weighted 5 to 1: they add up to 1.
SMOOTH = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]]) / 13


@dataclass(eq=False, repr=False)
class RandomSharpness(RandomImageLayer):
    """In training, each image mixed with a blurred one: ``2 f * image + (1 - 2 f) * blurred``.

    Args:
        factor: The lowest and highest ``f``, from 0 (blurred) over 0.5 (as it is) to 1 (sharper);
            or the highest alone.
        value_range: The lowest and highest value, within which the result is kept.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.
        seed: Makes the mixtures the same in every run.

    Shapes:
        images (B, H, W, C) → (B, H, W, C)

    Raises:
        ArgumentError: If the factor lies outside of its range.
        ShapeError: If the input is not of images.

    Examples:
        >>> RandomSharpness((1.0, 1.0))(np.array([[[[100.0], [113.0]]]])).ravel().round(3)
        array([152.846, 174.846], dtype=float32)

    Source:
        Keras 3, ``keras.layers.RandomSharpness``.
    """

    factor: Any
    value_range: Any = (0, 255)
    data_format: str | None = None
    seed: int | None = None

    factor_bounds = (0, 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.factor = self.factors(self.factor)
        self.value_range = sorted(checked_range(self.label, self.value_range))

    def augmented(self, x: Tensor) -> Tensor:
        kernel = cast(SMOOTH[:, :, None, None], x.dtype)
        kernel = broadcast_to(kernel, (3, 3, x.shape[self.channels], 1))
        blurred = channels_last(
            lambda x: depthwise_conv(x, kernel, padding="same", data_format="channels_last"),
            x,
            self.data_format,
        )
        share = 1 - 2 * self.drawn(x, *self.factor)
        return clip(x + share * (blurred - x), *self.value_range)


@dataclass(eq=False, repr=False)
class RandomGaussianBlur(RandomImageLayer):
    """In training, some images blurred: each pixel a mean of those around it.

    The weights are those of a normal density, whose two deviations are drawn once for a batch.

    Args:
        factor: The lowest and highest chance of an image, from 0 to 1; or the highest alone.
        kernel_size: How many pixels are looked at, an odd number; or two, across and down.
        sigma: The least and the greatest deviation in pixels, from 0 to 1; or the greatest alone.
        value_range: The lowest and highest value, within which the result is kept.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.
        seed: Makes the choice the same in every run.

    Shapes:
        images (B, H, W, C) → (B, H, W, C)

    Raises:
        ArgumentError: If a factor lies outside of its range, or a size is not odd.
        ShapeError: If the input is not of images.

    Examples:
        >>> layer = RandomGaussianBlur((1.0, 1.0), sigma=(1.0, 1.0))
        >>> layer(np.array([[[[0.0], [100.0], [0.0]]]])).ravel().round(2)
        array([12.38, 20.42, 12.38], dtype=float32)

    Source:
        Keras 3, ``keras.layers.RandomGaussianBlur``.
    """

    factor: Any = 1.0
    kernel_size: Any = 3
    sigma: Any = 1.0
    value_range: Any = (0, 255)
    data_format: str | None = None
    seed: int | None = None

    factor_bounds = (0, 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.factor = self.factors(self.factor)
        given = self.kernel_size
        sizes = tuple(given) if isinstance(given, list | tuple) else (given, given)
        if len(sizes) != 2 or any(not isinstance(n, int) or n < 1 or n % 2 == 0 for n in sizes):
            raise ArgumentError(
                f"{self.label} looks as far to one side as to the other.",
                given=f"kernel_size={given!r}",
                expected="1, 3, 5, …, or two of these",
            )
        self.kernel_size = sizes
        self.sigma = self.factors(self.sigma, "sigma")
        self.value_range = checked_range(self.label, self.value_range)

    def augmented(self, x: Tensor) -> Tensor:
        chosen = less(self.drawn(x, 0, 1), self.drawn(x, *self.factor))
        # A density of no width would be 0 / 0.
        low, high = self.sigma
        sigma = cast(random.uniform((2,), low, high, seed=self.generator), x.dtype) + 1e-6
        blurred = gaussian_blur(x, self.kernel_size, sigma, self.data_format)
        return clip(where(chosen, blurred, x), *self.value_range)
