"""The layout of images: where rows, columns and channels lie, with a batch or without."""

from collections.abc import Callable
from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph.operations.broadcasting import reshape_exactly, shape_of
from pellucid.graph.operations.movement import expand_dims
from pellucid.graph.tensor import as_operand
from pellucid.ops.sliding import channels_last

__all__ = ["known_sizes", "on_batches", "require_images"]


def require_images(images: Any) -> Any:
    """Images as a tensor or an array, with a batch or without.

    Raises:
        ShapeError: If they have neither 3 nor 4 axes.
    """
    images = as_operand(images)
    if images.ndim not in (3, 4):
        raise ShapeError(
            "Images have 4 axes, a single one has 3.",
            given=f"shape {tuple(images.shape)}",
            expected="(batch, height, width, channels) or (height, width, channels)",
        )
    return images


def known_sizes(images: Any) -> tuple[int, int]:
    """Height and width of images with their channels last.

    Raises:
        ShapeError: If one of them is open.
    """
    height, width = images.shape[-3:-1]
    if height is None or width is None:
        raise ShapeError(
            "The size of the images must be known.",
            given=f"height {height}, width {width}",
            expected="sizes that are known when the graph is built",
            mend="give the input's full shape: Input(shape=(...))",
        )
    return height, width


def on_batches(function: Callable[[Any], Any], images: Any, data_format: str | None) -> Any:
    """Apply a function of images (B, H, W, C) to images in any layout, and give them back in it."""

    def batched(x: Any) -> Any:
        if x.ndim == 4:
            return function(x)
        y = function(expand_dims(x, 0))
        return reshape_exactly(y, shape_of(y)[1:])

    return channels_last(batched, require_images(images), data_format, ndim=3)
