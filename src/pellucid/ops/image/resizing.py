"""Images of other sizes: resampled, moved, padded or cropped."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.allowance import claim
from pellucid.errors import ArgumentError, ShapeError, unknown_name
from pellucid.graph.dtypes import dtype_name, is_integer
from pellucid.graph.operations.broadcasting import axis_of
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.contraction import tensordot
from pellucid.graph.operations.indexing import take
from pellucid.graph.operations.movement import moveaxis, pad, slice_axes
from pellucid.graph.operations.resampling import INTERPOLATIONS, resample, weights
from pellucid.graph.operations.rounding import round
from pellucid.graph.spec import same_shape
from pellucid.graph.tensor import as_operand
from pellucid.ops.extremes import saturate_cast
from pellucid.ops.image.layout import known_sizes, require_images
from pellucid.ops.sliding import channels_last

__all__ = ["crop_images", "pad_images", "resize", "scale_and_translate"]

METHODS = {
    "linear": "bilinear",
    "trilinear": "bilinear",
    "cubic": "bicubic",
    "tricubic": "bicubic",
} | {name: name for name in INTERPOLATIONS}


def resize(
    images: Any,
    size: Sequence[int],
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> Any:
    """Images of another height and width, in the same dtype.

    Args:
        images: Of known height and width. Whole numbers are rounded in the end, and kept within
            the range of their dtype.
        size: Height and width of the result.
        interpolation: ``"nearest"``, ``"bilinear"``, ``"bicubic"``, ``"lanczos3"`` or
            ``"lanczos5"``.
        antialias: Whether more is averaged where images become smaller.
        crop_to_aspect_ratio: Whether a part of the proportions of ``size`` is cut out before,
            from the middle, so that nothing is stretched.
        pad_to_aspect_ratio: Whether a border gives the images those proportions instead.
        fill_mode: ``"constant"``.
        fill_value: What the border is made of.
        data_format: Where the channels lie.

    Shapes:
        images (..., H, W, C) → (..., H', W', C)

    Raises:
        UnknownNameError: For another interpolation or ``fill_mode``.
        ArgumentError: For sizes below 1, or if both crop and pad are asked for.
        ShapeError: If these are no images, or of open size.

    Examples:
        >>> resize(np.array([[[0.0], [4.0]]]), (1, 4)).ravel()
        array([0., 1., 3., 4.])
    """
    if interpolation not in {"nearest", *INTERPOLATIONS}:
        raise unknown_name("interpolation", interpolation, ["nearest", *INTERPOLATIONS])
    if fill_mode != "constant":
        raise unknown_name("fill_mode", fill_mode, ["constant"])
    if len(size) != 2 or min(size) < 1:
        raise ArgumentError(
            "Images need a height and a width.",
            given=f"size={size!r}",
            expected="two whole numbers of at least 1",
        )
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ArgumentError(
            "Images are either cropped or padded to an aspect ratio.",
            given="crop_to_aspect_ratio=True, pad_to_aspect_ratio=True",
            expected="one of them",
        )
    height, width = (int(n) for n in size)

    def resized(x: Any) -> Any:
        old = known_sizes(x)
        if crop_to_aspect_ratio:
            x = _cropped(x, old, height, width)
        elif pad_to_aspect_ratio:
            x = _bordered(x, old, height, width, fill_value)
        dtype = dtype_name(x.dtype)
        for axis, new in ((x.ndim - 3, height), (x.ndim - 2, width)):
            if x.shape[axis] == new:
                continue
            if interpolation == "nearest":
                x = take(x, _nearest(x.shape[axis], new), axis)
            else:
                x = resample(x, axis, new, interpolation, antialias)
        if dtype_name(x.dtype) == dtype:
            return x
        return saturate_cast(round(x) if is_integer(dtype) else x, dtype)

    return channels_last(resized, require_images(images), data_format, ndim=3)


def _nearest(old: int, new: int) -> np.ndarray:
    """In whose cell the centre of each new element lies; in whole numbers, so without rounding."""
    claim(new, "an axis of an image")
    return ((2 * np.arange(new) + 1) * old // (2 * new)).astype(np.int32)


def _cropped(x: Any, old: tuple[int, int], height: int, width: int) -> Any:
    inside = (
        max(min(old[0], old[1] * height // width), 1),
        max(min(old[1], old[0] * width // height), 1),
    )
    ranges: dict[int, tuple[int, int | None, int]] = {}
    for axis, (n, kept) in enumerate(zip(old, inside, strict=True), start=x.ndim - 3):
        start = (n - kept) // 2
        ranges[axis] = (start, start + kept, 1)
    return slice_axes(x, ranges)


def _bordered(x: Any, old: tuple[int, int], height: int, width: int, fill_value: float) -> Any:
    outside = (max(old[0], old[1] * height // width), max(old[1], old[0] * width // height))
    margins = [((n - m) // 2,) * 2 for n, m in zip(outside, old, strict=True)]
    return pad(x, [*[(0, 0)] * (x.ndim - 3), *margins, (0, 0)], fill_value)


def scale_and_translate(
    images: Any,
    output_shape: Sequence[int | None],
    scale: Any,
    translation: Any,
    spatial_dims: Sequence[int],
    method: str,
    antialias: bool = True,
) -> Any:
    """Images made larger or smaller, then moved, in a frame of any size.

    A point at ``p`` comes to lie at ``p * scale + translation``, measured from the outer edge of
    the first element. What lies outside of the input is 0.

    Args:
        images: A tensor or array, of known sizes on ``spatial_dims``.
        output_shape: Sizes of the result; those of the input, but on ``spatial_dims``.
        scale: A factor for each of ``spatial_dims``; may be a tensor.
        translation: A distance for each, in elements of the result; may be a tensor.
        spatial_dims: The axes along which the images are scaled.
        method: ``"linear"``, ``"cubic"``, ``"lanczos3"`` or ``"lanczos5"`` (or, of the first two,
            their names for two and three axes: ``"bilinear"``, ``"tricubic"``).
        antialias: Whether more is averaged where images become smaller.

    Shapes:
        images (...), scale (axes), translation (axes) → output_shape

    Raises:
        UnknownNameError: For another method.
        ShapeError: If other sizes change, there is not a number for each axis, or one is open.

    Examples:
        >>> x = np.array([1.0, 2.0, 3.0])
        >>> scale_and_translate(x, (4,), np.array([1.0]), np.array([1.0]), (0,), "linear")
        array([0., 1., 2., 3.])
    """
    if method not in METHODS:
        raise unknown_name("method", method, METHODS)
    x = floating(images)
    scale, translation = (as_operand(n) for n in (scale, translation))
    axes = [axis_of(x.ndim, axis) for axis in spatial_dims]
    count = (len(axes),)
    if tuple(scale.shape) != count or tuple(translation.shape) != count:
        raise ShapeError(
            "scale and translation need a number for each of spatial_dims.",
            given=f"shapes {tuple(scale.shape)} and {tuple(translation.shape)}",
            expected=f"shape {count}",
        )
    rest = tuple(output_shape[i] if i in axes else n for i, n in enumerate(x.shape))
    if len(output_shape) != x.ndim or not same_shape(rest, tuple(output_shape)):
        raise ShapeError(
            "Only the sizes along spatial_dims can change.",
            given=f"shape {tuple(x.shape)}, output_shape={tuple(output_shape)}",
            expected=f"the same sizes but for axes {tuple(axes)}",
        )
    for number, axis in enumerate(axes):
        old, new = x.shape[axis], output_shape[axis]
        if old is None or new is None:
            raise ShapeError(
                "An axis of open size cannot be scaled.",
                given=f"shape {tuple(x.shape)}, output_shape={tuple(output_shape)}",
                expected="known sizes along spatial_dims",
            )
        matrix = weights(
            old, int(new), METHODS[method], antialias, scale[number], translation[number]
        )
        x = moveaxis(tensordot(cast(matrix, x.dtype), x, [[1], [axis]]), 0, axis)
    return x


def pad_images(
    images: Any,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Any:
    """Images with zeros around them.

    Args:
        images: With a batch or without.
        top_padding: Rows above.
        left_padding: Columns to the left.
        bottom_padding: Rows below.
        right_padding: Columns to the right.
        target_height: Height of the result. Of the three numbers for the height two are given;
            so too for the width.
        target_width: Width of the result.
        data_format: Where the channels lie.

    Shapes:
        images (..., H, W, C) → (..., H', W', C)

    Raises:
        ArgumentError: If not two of three numbers are given, or one is below 0.
        ShapeError: If the images are too large, or of open size where it is needed.

    Examples:
        >>> pad_images(np.ones((1, 2, 1)), 1, 0, 0, 1)[..., 0]
        array([[0., 0., 0.],
               [1., 1., 0.]])
    """
    down = _two("top_padding", top_padding, "bottom_padding", bottom_padding, "target_height",
                target_height)  # fmt: skip
    across = _two("left_padding", left_padding, "right_padding", right_padding, "target_width",
                  target_width)  # fmt: skip

    def padded(x: Any) -> Any:
        margins = []
        for axis, (before, after, target) in ((x.ndim - 3, down), (x.ndim - 2, across)):
            if target is not None:
                spare = target - _known(x, axis)
                before = spare - after if before is None else before
                after = spare - before if after is None else after
            _require_room(min(before, after) >= 0, "padded", x, target)
            margins.append((before, after))
        return pad(x, [*[(0, 0)] * (x.ndim - 3), *margins, (0, 0)])

    return channels_last(padded, require_images(images), data_format, ndim=3)


def crop_images(
    images: Any,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Any:
    """Images without some rows and columns at their edges.

    Args:
        images: With a batch or without.
        top_cropping: Rows taken away above.
        left_cropping: Columns taken away to the left.
        bottom_cropping: Rows taken away below.
        right_cropping: Columns taken away to the right.
        target_height: Height of the result. Of the three numbers for the height two are given;
            so too for the width.
        target_width: Width of the result.
        data_format: Where the channels lie.

    Shapes:
        images (..., H, W, C) → (..., H', W', C)

    Raises:
        ArgumentError: If not two of three numbers are given, or one is below 0.
        ShapeError: If the images are too small, or of open size where it is needed.

    Examples:
        >>> crop_images(np.arange(6).reshape(2, 3, 1), 1, 0, 0, target_width=2)[..., 0]
        array([[3, 4]])
    """
    down = _two("top_cropping", top_cropping, "bottom_cropping", bottom_cropping, "target_height",
                target_height)  # fmt: skip
    across = _two("left_cropping", left_cropping, "right_cropping", right_cropping, "target_width",
                  target_width)  # fmt: skip

    def cropped(x: Any) -> Any:
        ranges = {}
        for axis, (before, after, target) in ((x.ndim - 3, down), (x.ndim - 2, across)):
            size = _known(x, axis)
            if target is None:
                target = size - before - after
            start = size - after - target if before is None else before
            _require_room(start >= 0 and 0 <= target <= size - start, "cropped", x, target)
            ranges[axis] = (start, start + target, 1)
        return slice_axes(x, ranges)

    return channels_last(cropped, require_images(images), data_format, ndim=3)


def _two(*names_and_numbers: Any) -> tuple[Any, Any, Any]:
    """Three numbers of which two are given, none below 0."""
    names, numbers = names_and_numbers[::2], names_and_numbers[1::2]
    if numbers.count(None) != 1 or min(n for n in numbers if n is not None) < 0:
        raise ArgumentError(
            "Two of three numbers say where images are padded or cropped.",
            given=", ".join(f"{k}={v}" for k, v in zip(names, numbers, strict=True)),
            expected="two of them, each a whole number of at least 0",
        )
    return numbers


def _known(x: Any, axis: int) -> int:
    return known_sizes(x)[axis - (x.ndim - 3)]


def _require_room(fits: bool, done: str, x: Any, target: int | None) -> None:
    if not fits:
        raise ShapeError(
            f"The images cannot be {done} so.",
            given=f"height and width {known_sizes(x)}, to be {target}",
            expected="numbers that fit the size of the images",
        )
