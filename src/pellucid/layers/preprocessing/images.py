"""Images of another size: stretched, or cut."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import random
from pellucid.allowance import claim
from pellucid.errors import ArgumentError, unknown_name
from pellucid.graph.dtypes import is_float, numpy_dtype
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.indexing import take
from pellucid.graph.operations.movement import pad, slice_axes
from pellucid.graph.operations.resampling import INTERPOLATIONS, resample
from pellucid.graph.operations.rounding import clip, round
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import whole_number
from pellucid.layers.preprocessing.image_layer import ImageLayer

__all__ = ["CenterCrop", "RandomCrop", "Resizing"]


def _cut(images: Any, axes: tuple[int, int], starts: Any, size: tuple[int, int]) -> Any:
    ranges = zip(axes, starts, size, strict=True)
    return slice_axes(images, {axis: (int(s), int(s + n), 1) for axis, s, n in ranges})


def _stretched(
    images: Any, axes: tuple[int, int], size: tuple[int, int], interpolation: str, antialias: bool
) -> Any:
    for axis, n in zip(axes, size, strict=True):
        old = images.shape[axis]
        if n == old:
            continue
        if interpolation == "nearest":
            claim(n, "an axis of an image")
            places = np.floor((np.arange(n) + 0.5) * old / n).astype(np.int32)
            images = take(images, places, axis)
        else:
            images = resample(images, axis, n, interpolation, antialias)
    return images


def _largest(
    have: tuple[int, int], size: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """The middle part of an image that has the sides' ratio of another size: start and size."""
    height = max(min(have[0], int(have[1] * size[0] / size[1])), 1)
    width = max(min(have[1], int(have[0] * size[1] / size[0])), 1)
    return ((have[0] - height) // 2, (have[1] - width) // 2), (height, width)


@dataclass(eq=False, repr=False)
class Resizing(ImageLayer):
    """Images stretched or shrunk to a size.

    Args:
        height: The height that comes out, in pixels.
        width: The width that comes out, in pixels.
        interpolation: ``"nearest"``, ``"bilinear"``, ``"bicubic"``, ``"lanczos3"`` or
            ``"lanczos5"``.
        crop_to_aspect_ratio: Whether what would change the sides' ratio is cut off.
        pad_to_aspect_ratio: Whether borders are added instead.
        fill_mode: How borders are filled: ``"constant"``.
        fill_value: What with.
        antialias: Whether the kernel is widened where images become smaller.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, height, width, C)

    Raises:
        ArgumentError: If a size is not a whole number above 0, or both ratios are asked for.
        ShapeError: If the input is not of images of known size.
        UnknownNameError: For another interpolation.

    Examples:
        >>> Resizing(1, 2)(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0]
        array([[6.5, 8.5]], dtype=float32)

    Source:
        Keras 3, ``keras.layers.Resizing``.
    """

    height: int
    width: int
    interpolation: str = "bilinear"
    crop_to_aspect_ratio: bool = False
    pad_to_aspect_ratio: bool = False
    fill_mode: str = "constant"
    fill_value: float = 0.0
    antialias: bool = False
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.height, self.width = whole_number(self, "height"), whole_number(self, "width")
        known = ("nearest", *INTERPOLATIONS)
        if self.interpolation not in known:
            raise unknown_name("interpolation", self.interpolation, known)
        if self.fill_mode != "constant":
            raise unknown_name("fill mode", self.fill_mode, ("constant",))
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            raise ArgumentError(
                f"{self.label} cannot both cut and pad.",
                given="crop_to_aspect_ratio=True, pad_to_aspect_ratio=True",
                expected="one of them at most",
            )

    def call(self, images: Tensor) -> Tensor:
        size, have = (self.height, self.width), self.known_size(images)
        x = images
        if self.crop_to_aspect_ratio:
            x = _cut(x, self.space, *_largest(have, size))
        if self.pad_to_aspect_ratio:
            wanted = (
                max(have[0], int(have[1] * size[0] / size[1])),
                max(have[1], int(have[0] * size[1] / size[0])),
            )
            borders = [(0, 0)] * 4
            for axis, n, m in zip(self.space, have, wanted, strict=True):
                borders[axis] = ((m - n) // 2,) * 2  # as Keras, the same on both sides
            x = pad(x, borders, constant_values=self.fill_value)
        x = _stretched(x, self.space, size, self.interpolation, self.antialias)
        return x if x.dtype == images.dtype else _as_whole(x, images.dtype)


def _as_whole(x: Any, dtype: str) -> Any:
    """Rounded, and kept within what the dtype can hold."""
    if is_float(dtype) or dtype == "bool":
        return cast(x, dtype)
    limits = np.iinfo(numpy_dtype(dtype))
    return cast(clip(round(x), limits.min, limits.max), dtype)


@dataclass(eq=False, repr=False)
class CenterCrop(ImageLayer):
    """The middle of images; of those that are too small the largest part that can be stretched.

    Args:
        height: The height that comes out, in pixels.
        width: The width that comes out, in pixels.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, height, width, C)

    Raises:
        ArgumentError: If a size is not a whole number above 0.
        ShapeError: If the input is not of images of known size.

    Examples:
        >>> CenterCrop(2, 2)(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0]
        array([[ 5.,  6.],
               [ 9., 10.]], dtype=float32)

    Source:
        Keras 3, ``keras.layers.CenterCrop``.
    """

    height: int
    width: int
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.height, self.width = whole_number(self, "height"), whole_number(self, "width")

    def call(self, images: Tensor) -> Tensor:
        return _middle(self, cast(images, self.compute_dtype), (self.height, self.width))


def _middle(layer: ImageLayer, x: Any, size: tuple[int, int]) -> Any:
    have = layer.known_size(x)
    over = have[0] - size[0], have[1] - size[1]
    if min(over) >= 0:
        return _cut(x, layer.space, (over[0] // 2, over[1] // 2), size)
    part = _cut(x, layer.space, *_largest(have, size))
    return _stretched(part, layer.space, size, "bilinear", False)


@dataclass(eq=False, repr=False)
class RandomCrop(ImageLayer):
    """In training a part of the images from a random place; else the middle of them.

    All images of a batch are cut at the same place. Those that are too small are treated as by
    :class:`CenterCrop`.

    Args:
        height: The height that comes out, in pixels.
        width: The width that comes out, in pixels.
        seed: Makes the places the same in every run.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, height, width, C)

    Raises:
        ArgumentError: If a size is not a whole number above 0.
        ShapeError: If the input is not of images of known size.

    Examples:
        >>> RandomCrop(2, 2)(np.zeros((1, 4, 4, 1))).shape
        (1, 2, 2, 1)

    Source:
        Keras 3, ``keras.layers.RandomCrop``, as its documentation has it: Keras 3.15 itself leaves
        images whole outside of training, of which a model for the smaller size can make nothing.
    """

    height: int
    width: int
    seed: int | None = None
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.height, self.width = whole_number(self, "height"), whole_number(self, "width")

    def call(self, images: Tensor, training: bool = False) -> Tensor:
        x, size = cast(images, self.compute_dtype), (self.height, self.width)
        have = self.known_size(x)
        if not training or have[0] <= size[0] or have[1] <= size[1]:
            return _middle(self, x, size)
        for axis, old, new in zip(self.space, have, size, strict=True):
            start = random.randint((), 0, old - new + 1, seed=self.generator)
            window = start + np.arange(new, dtype=np.int32)
            x = take(x, window, axis)
        return x
