"""Colours: red, green and blue made hue, saturation and value, or one shade of grey."""

from typing import Any

import ml_dtypes
import numpy as np

from pellucid.errors import ShapeError
from pellucid.graph.dtypes import dtype_name, numpy_dtype
from pellucid.graph.operations.arithmetic import absolute, maximum, minimum, mod
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.comparison import equal, greater, less, where
from pellucid.graph.operations.contraction import tensordot
from pellucid.graph.operations.movement import expand_dims, stack
from pellucid.graph.operations.rounding import clip
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import require_float
from pellucid.ops.image.layout import require_images
from pellucid.ops.sliding import channels_last

__all__ = ["hsv_to_rgb", "rgb_to_grayscale", "rgb_to_hsv"]

# The luma of television (ITU-R BT.601, section 2.5.1), to four digits, as everywhere.
LUMA = np.array([0.2989, 0.5870, 0.1140])


def _planes(x: Any) -> tuple[Any, Any, Any]:
    _require_channels(x, (3,))
    return x[..., 0], x[..., 1], x[..., 2]


def _require_channels(x: Any, counts: tuple[int, ...]) -> None:
    if x.shape[-1] not in counts:
        raise ShapeError(
            "Colours need three channels.",
            given=f"{x.shape[-1]} channels",
            expected=" or ".join(map(str, counts)),
        )


def rgb_to_grayscale(images: Any, data_format: str | None = None) -> Any:
    """One shade of grey for each pixel: ``0.2989 * red + 0.587 * green + 0.114 * blue``.

    Args:
        images: Of three channels; of one, they are given back.
        data_format: Where the channels lie.

    Shapes:
        images (..., H, W, 3) → (..., H, W, 1)

    Raises:
        ShapeError: If there are neither one nor three channels.

    Examples:
        >>> rgb_to_grayscale(np.array([[[1.0, 0.0, 0.0]]]))
        array([[[0.2989]]])
    """

    def gray(x: Any) -> Any:
        _require_channels(x, (1, 3))
        if x.shape[-1] == 1:
            return x
        real = floating(x)
        mixed = tensordot(real, cast(LUMA, real.dtype), [[x.ndim - 1], [0]])
        return cast(expand_dims(mixed, -1), x.dtype)

    return channels_last(gray, require_images(images), data_format, ndim=3)


def rgb_to_hsv(images: Any, data_format: str | None = None) -> Any:
    """Hue, saturation and value of each pixel.

    The value is the largest of the three, the saturation how far the smallest lies below it in
    proportion, the hue a place on the circle from red (0) over green (1/3) and blue (2/3) to red.

    Args:
        images: Red, green and blue, in [0, 1], floating point.
        data_format: Where the channels lie.

    Shapes:
        images (..., H, W, 3) → (..., H, W, 3)

    Raises:
        DTypeError: If the images are not floating point.
        ShapeError: If there are not three channels.

    Examples:
        >>> rgb_to_hsv(np.array([[[0.0, 0.5, 0.0]]])).round(4)
        array([[[0.3333, 1.    , 0.5   ]]])

    Source:
        Smith 1978, "Color Gamut Transform Pairs", algorithm RGB to HSV.
    """
    images = _real("rgb_to_hsv", images)

    def convert(x: Any) -> Any:
        # Below one rounding of 1 a channel is dark, not a hint of a hue.
        tiny = float(ml_dtypes.finfo(numpy_dtype(dtype_name(x.dtype))).eps)
        red, green, blue = _planes(where(less(absolute(x), tiny), 0, x))
        value = maximum(maximum(red, green), blue)
        spread = value - minimum(minimum(red, green), blue)
        coloured = greater(spread, 0)
        # The side not taken must not divide by 0: its gradient would be NaN.
        sixth = 1 / (6 * where(coloured, spread, 1))
        hue = where(
            equal(value, green), sixth * (blue - red) + 2 / 6, sixth * (red - green) + 4 / 6
        )
        hue = where(equal(value, red), sixth * (green - blue), hue)
        hue = where(coloured, where(less(hue, 0), hue + 1, hue), 0)
        saturation = where(greater(value, 0), spread / where(greater(value, 0), value, 1), 0)
        return stack([hue, saturation, value], -1)

    return channels_last(convert, images, data_format, ndim=3)


def hsv_to_rgb(images: Any, data_format: str | None = None) -> Any:
    """Red, green and blue of pixels given by hue, saturation and value.

    Args:
        images: Hue (on a circle of length 1), saturation and value in [0, 1], floating point.
        data_format: Where the channels lie.

    Shapes:
        images (..., H, W, 3) → (..., H, W, 3)

    Raises:
        DTypeError: If the images are not floating point.
        ShapeError: If there are not three channels.

    Examples:
        >>> hsv_to_rgb(np.array([[[0.5, 1.0, 1.0]]]))
        array([[[0., 1., 1.]]])

    Source:
        Smith 1978, "Color Gamut Transform Pairs", algorithm HSV to RGB.
    """
    images = _real("hsv_to_rgb", images)

    def convert(x: Any) -> Any:
        hue, saturation, value = _planes(x)
        sixths = mod(hue, 1) * 6
        shares = [
            absolute(sixths - 3) - 1,
            2 - absolute(sixths - 2),
            2 - absolute(sixths - 4),
        ]
        return stack([value * (1 - saturation + saturation * clip(s, 0, 1)) for s in shares], -1)

    return channels_last(convert, images, data_format, ndim=3)


def _real(name: str, images: Any) -> Any:
    images = require_images(images)
    require_float(name, Spec(tuple(images.shape), dtype_name(images.dtype)))
    return images
