"""A rectangle in each image, at a place drawn at random."""

from typing import Any

import numpy as np

from pellucid.graph.operations.broadcasting import reshape
from pellucid.graph.operations.comparison import greater_equal, less, logical_and
from pellucid.layers.preprocessing.changes import ChangingLayer

__all__ = ["drawn_boxes"]


def drawn_boxes(layer: ChangingLayer, images: Any, across: Any, down: Any) -> Any:
    """Which pixels lie in a rectangle somewhere in each image.

    A pixel does if the corner at its top left does. As in Keras pixels at the upper and left edge
    therefore lie in no other rectangles than those of the whole height or width.

    Args:
        layer: Draws the places.
        images: Images of known size.
        across: The rectangle's share of the width.
        down: Its share of the height.

    Shapes:
        images (B, H, W, C), across (B), down (B) → (B, H, W, 1), with channels first (B, 1, H, W)
    """
    inside: Any = None
    sizes = layer.known_size(images)
    for axis, size, share in zip(layer.space[::-1], sizes[::-1], (across, down), strict=True):
        length = share * size
        start = layer.uniform(images, 0, 1) * (size - length)
        first, end = (reshape(x, (-1, 1, 1, 1)) for x in (start, start + length))
        shape = [size if a == axis else 1 for a in range(4)]
        pixels = np.arange(size, dtype=layer.fine_dtype).reshape(shape)
        here = logical_and(greater_equal(pixels, first), less(pixels, end))
        inside = here if inside is None else logical_and(inside, here)
    return inside
