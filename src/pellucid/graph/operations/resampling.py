"""Resampling: other sizes along an axis, each new element a weighted mean of the old ones near it.

It is linear in the input, so it is a product with a matrix of weights that depends on sizes alone.

Source:
    Keys 1981, "Cubic Convolution Interpolation for Digital Image Processing", equation 15 (the
    cubic kernel); Turkowski 1990, "Filters for Common Resampling Tasks" (Lanczos's). The weights
    that fall outside of the input are left out and the others scaled up to a sum of 1, as in
    ``jax.image.resize``.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.allowance import claim
from pellucid.errors import ShapeError, unknown_name
from pellucid.graph.operations.arithmetic import absolute, maximum
from pellucid.graph.operations.broadcasting import axis_of
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.comparison import (
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_and,
    where,
)
from pellucid.graph.operations.contraction import tensordot
from pellucid.graph.operations.movement import expand_dims, moveaxis
from pellucid.graph.operations.reductions import sum
from pellucid.graph.operations.trigonometry import sin

__all__ = ["INTERPOLATIONS", "resample", "weights"]


def _triangle(d: Any) -> Any:
    return maximum(1 - d, 0)


def _cubic(d: Any) -> Any:
    near = (1.5 * d - 2.5) * d * d + 1
    far = ((-0.5 * d + 2.5) * d - 4) * d + 2
    return where(less(d, 1), near, where(less(d, 2), far, 0))


def _lanczos(radius: int, d: Any) -> Any:
    return where(less_equal(d, radius), _sinc(d) * _sinc(d / radius), 0)


def _sinc(d: Any) -> Any:
    angle = where(equal(d, 0), 1, math.pi * d)
    return where(equal(d, 0), 1, sin(angle) / angle)


# Each by the distance from an old element, in steps of the old ones.
INTERPOLATIONS: dict[str, Callable[[Any], Any]] = {
    "bicubic": _cubic,
    "bilinear": _triangle,
    "lanczos3": lambda d: _lanczos(3, d),
    "lanczos5": lambda d: _lanczos(5, d),
}


def weights(
    old: int, new: int, interpolation: str, antialias: bool, scale: Any, translation: Any = 0.0
) -> Any:
    """The share of each old element (column) in each new one (row).

    Args:
        old: How many elements there were.
        new: How many there are to be.
        interpolation: One of ``INTERPOLATIONS``.
        antialias: Whether the kernel is widened where elements become fewer.
        scale: How many new steps an old one becomes.
        translation: How far the scaled elements are moved, in new steps.
    """
    claim(old * new, "a table of shares")
    step = 1 / scale
    centres = (np.arange(new) + 0.5 - translation) * step - 0.5
    distance = absolute(expand_dims(centres, 1) - np.arange(old))
    # Fewer elements than before: a wider kernel keeps patterns from showing that are not there.
    shares = INTERPOLATIONS[interpolation](distance / (maximum(step, 1) if antialias else 1))
    total = sum(shares, axis=1, keepdims=True)
    # Nothing is outside, where the old elements have no cell; nor where none of them counts.
    inside = logical_and(greater_equal(centres, -0.5), less_equal(centres, old - 0.5))
    counts = logical_and(expand_dims(inside, 1), greater(absolute(total), 1e-4))
    return where(counts, shares / where(counts, total, 1), 0)


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
    matrix = cast(weights(old, size, interpolation, antialias, size / old), x.dtype)
    return moveaxis(tensordot(matrix, x, [[1], [axis]]), 0, axis)
