"""Filters that slide over images: blurred, their edges, how alike two of them are."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid import config
from pellucid.errors import ShapeError
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.operations.broadcasting import broadcast_to, reshape
from pellucid.graph.operations.casting import cast, floating, together
from pellucid.graph.operations.exponential import exp
from pellucid.graph.operations.movement import concatenate, stack
from pellucid.graph.operations.reductions import mean, sum
from pellucid.graph.operations.sliding import each_axis
from pellucid.graph.spec import same_shape
from pellucid.ops.image.layout import on_batches, require_images
from pellucid.ops.sliding import depthwise_conv

__all__ = ["gaussian_blur", "sobel_edges", "ssim"]

SMOOTH, SLOPE = np.array([1.0, 2.0, 1.0]), np.array([-1.0, 0.0, 1.0])


def _bell(size: int, sigma: Any) -> Any:
    """The normal density at ``size`` places around its middle, scaled to a sum of 1."""
    density = exp(-0.5 * ((np.arange(size) - (size - 1) / 2) / sigma) ** 2)
    return density / sum(density)


def _slide(x: Any, down: Any, across: Any, padding: str) -> Any:
    """Correlate each channel with a column and with a row: together with their outer product."""
    for line, axis in ((down, 0), (across, 1)):
        shape = [1, 1, 1, 1]
        shape[axis] = line.shape[0]
        kernel = reshape(cast(line, x.dtype), shape)
        shape[2] = x.shape[-1]
        kernel = broadcast_to(kernel, shape)
        x = depthwise_conv(x, kernel, padding=padding, data_format="channels_last")
    return x


def gaussian_blur(
    images: Any,
    kernel_size: int | Sequence[int] = (3, 3),
    sigma: Any = (1.0, 1.0),
    data_format: str | None = None,
) -> Any:
    """Images blurred: each pixel a mean of those around it, weighted by the normal density.

    Args:
        images: Real numbers.
        kernel_size: How many pixels are looked at, across and then down, as in Keras.
        sigma: Standard deviations of the density in pixels, across and then down; may be a tensor.
        data_format: Where the channels lie.

    Shapes:
        images (..., H, W, C) → (..., H, W, C); outside of them are zeros

    Raises:
        ShapeError: If these are no images.

    Examples:
        >>> image = np.array([[0.0, 4.0, 0.0]])[..., None]
        >>> gaussian_blur(image, (3, 1)).ravel().round(3)
        array([1.096, 1.807, 1.096])
    """
    across, down = each_axis("kernel_size", kernel_size, 2)

    def blurred(x: Any) -> Any:
        return _slide(floating(x), _bell(down, sigma[1]), _bell(across, sigma[0]), "same")

    return on_batches(blurred, images, data_format)


def sobel_edges(images: Any, data_format: str | None = None) -> Any:
    """How steeply images rise downwards, and to the right: eight times the slope of a plane.

    Args:
        images: Real numbers; outside of them are zeros.
        data_format: Where the channels lie.

    Shapes:
        images (..., H, W, C) → (..., H, W, C, 2): downwards, to the right

    Raises:
        ShapeError: If these are no images.

    Examples:
        >>> rising = np.arange(9.0).reshape(1, 3, 3, 1)
        >>> sobel_edges(rising)[0, 1, 1, 0]
        array([24.,  8.])

    Source:
        Sobel 1968; its history: Sobel 2014, "An Isotropic 3×3 Image Gradient Operator".
    """

    def risen(down: np.ndarray, across: np.ndarray) -> Any:
        return on_batches(lambda x: _slide(floating(x), down, across, "same"), images, data_format)

    return stack([risen(SLOPE, SMOOTH), risen(SMOOTH, SLOPE)], -1)


def ssim(
    image1: Any,
    image2: Any,
    max_val: float = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    data_format: str | None = None,
) -> Any:
    """How alike two images are in their structure: 1 if they are the same.

    In windows weighted by a normal density, means μ, variances σ² and the covariance σ₁₂ give
    ``(2 μ₁ μ₂ + c₁) (2 σ₁₂ + c₂) / ((μ₁² + μ₂² + c₁) (σ₁² + σ₂² + c₂))`` with
    ``c = (k * max_val)²``; the result is its mean over windows and channels.

    Args:
        image1: One image, or a batch.
        image2: The other.
        max_val: How far values of the images can lie apart.
        filter_size: Height and width of the windows.
        filter_sigma: Standard deviation of the density, in pixels.
        k1: Keeps the share of the means away from 0 / 0.
        k2: Keeps the share of the variances away from 0 / 0.
        data_format: Where the channels lie.

    Shapes:
        image1, image2 (B, H, W, C) → (B); (H, W, C) → ()

    Raises:
        ShapeError: If the images have different shapes, or no window fits into them.

    Examples:
        >>> image = np.linspace(0, 1, 192).reshape(8, 8, 3)
        >>> ssim(image, image, filter_size=5).round(9), ssim(image, 1 - image, filter_size=5) < 0
        (np.float64(1.0), np.True_)

    Source:
        Wang, Bovik, Sheikh, Simoncelli 2004, "Image Quality Assessment: From Error Visibility to
        Structural Similarity", equation 13.
    """
    x, y = together(require_images(image1), require_images(image2))
    dtype = dtype_name(x.dtype)
    if not same_shape(tuple(x.shape), tuple(y.shape)):
        raise ShapeError(
            "Only images of one shape can be compared.",
            given=f"shapes {tuple(x.shape)} and {tuple(y.shape)}",
            expected="equal shapes",
        )
    bell = _bell(filter_size, filter_sigma)

    def smooth(x: Any) -> Any:
        return _slide(x, bell, bell, "valid")

    def likeness(pair: Any) -> Any:
        x, y = pair[..., :channels], pair[..., channels:]
        c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
        m, n = smooth(x), smooth(y)
        variances = smooth(x * x) - m * m + smooth(y * y) - n * n
        covariance = smooth(x * y) - m * n
        return (2 * m * n + c1) * (2 * covariance + c2) / ((m * m + n * n + c1) * (variances + c2))

    axis = -1 if config.standardize_data_format(data_format) == "channels_last" else -3
    channels = x.shape[axis]
    pair = concatenate([floating(x), floating(y)], axis)
    return cast(mean(on_batches(likeness, pair, data_format), axis=(-3, -2, -1)), dtype)
