"""Resampling: other sizes along an axis, each new element a weighted mean of the old ones near it.

It is linear in the input, so it is a product with a matrix of weights that depends on sizes alone.

Source:
    Keys 1981, "Cubic Convolution Interpolation for Digital Image Processing", equation 15 (the
    cubic kernel); Turkowski 1990, "Filters for Common Resampling Tasks" (Lanczos's). The weights
    that fall outside of the input are left out and the others scaled up to a sum of 1, as in
    ``jax.image.resize``.
"""

from typing import Any

import numpy as np

from pellucid.errors import ShapeError, unknown_name
from pellucid.graph.operations.broadcasting import axis_of
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.contraction import tensordot
from pellucid.graph.operations.movement import moveaxis

__all__ = ["INTERPOLATIONS", "resample"]


def _triangle(d: np.ndarray) -> np.ndarray:
    return np.maximum(0, 1 - d)


def _cubic(d: np.ndarray) -> np.ndarray:
    near = (1.5 * d - 2.5) * d * d + 1
    far = ((-0.5 * d + 2.5) * d - 4) * d + 2
    return np.where(d < 1, near, np.where(d < 2, far, 0))


def _lanczos(radius: int, d: np.ndarray) -> np.ndarray:
    return np.where(d <= radius, np.sinc(d) * np.sinc(d / radius), 0)


# Each by the distance from an old element, in steps of the old ones.
INTERPOLATIONS = {
    "bicubic": _cubic,
    "bilinear": _triangle,
    "lanczos3": lambda d: _lanczos(3, d),
    "lanczos5": lambda d: _lanczos(5, d),
}


def _weights(old: int, new: int, interpolation: str, antialias: bool) -> np.ndarray:
    """The share of each old element (column) in each new one (row)."""
    step = old / new
    centres = (np.arange(new) + 0.5) * step - 0.5
    distance = np.abs(centres[:, None] - np.arange(old))
    # Fewer elements than before: a wider kernel keeps patterns from showing that are not there.
    shares = INTERPOLATIONS[interpolation](distance / (max(step, 1) if antialias else 1))
    return shares / shares.sum(axis=1, keepdims=True)


def resample(x: Any, axis: int, size: int, interpolation: str, antialias: bool = False) -> Any:
    """As many elements along an axis as asked for, between the old ones or a mean of them.

    The elements are thought of as cells side by side, so that the outer edges stay in place.

    Args:
        x: A tensor or array.
        axis: Which axis, of known size.
        size: Its new size.
        interpolation: ``"bilinear"``, ``"bicubic"``, ``"lanczos3"`` or ``"lanczos5"``, each along
            this one axis.
        antialias: Whether the kernel is widened where elements become fewer.

    Raises:
        UnknownNameError: For another interpolation.
        ShapeError: If the axis has an open size.

    Examples:
        >>> resample(np.array([0.0, 4.0]), 0, 4, "bilinear")
        array([0., 1., 3., 4.])
    """
    if interpolation not in INTERPOLATIONS:
        raise unknown_name("interpolation", interpolation, INTERPOLATIONS)
    x = floating(x)
    axis = axis_of(x.ndim, axis)
    old = x.shape[axis]
    if old is None:
        raise ShapeError(
            "An axis of open size cannot be resampled.",
            given=f"shape {x.shape}, axis {axis}",
            expected="a size that is known when the graph is built",
            mend="give the input's full shape: Input(shape=(...))",
        )
    weights = cast(_weights(old, size, interpolation, antialias), x.dtype)
    return moveaxis(tensordot(weights, x, [[1], [axis]]), 0, axis)
