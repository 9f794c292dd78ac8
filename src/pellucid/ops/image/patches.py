"""Patches: what windows that slide over images or volumes see, each laid out as channels."""

import math
from collections.abc import Sequence
from typing import Any

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.operations.broadcasting import reshape_exactly, shape_of
from pellucid.graph.operations.indexing import take
from pellucid.graph.operations.movement import expand_dims, pad, transpose
from pellucid.graph.operations.sliding import Windows, each_axis, padding_of
from pellucid.graph.tensor import as_operand
from pellucid.ops.sliding import channels_last, places

__all__ = ["extract_patches", "extract_patches_3d"]


def extract_patches(
    images: Any,
    size: int | Sequence[int],
    strides: int | Sequence[int] | None = None,
    dilation_rate: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """The patches of images, each laid out as the channels of one place.

    Args:
        images: With a batch or without; volumes, if ``size`` has three numbers.
        size: Of a patch.
        strides: Steps from one patch to the next; by default its size, so that none overlap.
        dilation_rate: Steps from one element of a patch to the next.
        padding: ``"valid"``, or ``"same"`` with zeros around the images.
        data_format: Where the channels lie.

    Shapes:
        images (..., H, W, C) → (..., H', W', K * K * C)

    Raises:
        ArgumentError: For a size of neither two nor three axes.
        ShapeError: If the images have other axes, or no patch fits.

    Examples:
        >>> extract_patches(np.arange(8).reshape(2, 4, 1), 2)
        array([[[0, 1, 4, 5],
                [2, 3, 6, 7]]])
    """
    axes = 2 if isinstance(size, int) else len(size)
    if axes not in (2, 3):
        raise ArgumentError(
            "A patch has two axes, or three in volumes.",
            given=f"size={size!r}",
            expected="a whole number, or two or three of them",
        )
    return _patches(images, axes, size, strides, dilation_rate, padding, data_format)


def extract_patches_3d(
    volumes: Any,
    size: int | Sequence[int],
    strides: int | Sequence[int] | None = None,
    dilation_rate: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """The patches of volumes, each laid out as the channels of one place.

    The arguments are those of :func:`extract_patches`.

    Shapes:
        volumes (..., D, H, W, C) → (..., D', H', W', K * K * K * C)

    Examples:
        >>> extract_patches_3d(np.zeros((1, 4, 4, 4, 2)), 2).shape
        (1, 2, 2, 2, 16)
    """
    return _patches(volumes, 3, size, strides, dilation_rate, padding, data_format)


def _patches(
    x: Any,
    axes: int,
    size: int | Sequence[int],
    strides: int | Sequence[int] | None,
    dilation_rate: int | Sequence[int],
    padding: str,
    data_format: str | None,
) -> Any:
    x = as_operand(x)
    if x.ndim not in (axes + 1, axes + 2):
        raise ShapeError(
            f"Patches of {axes} axes cannot be taken from a tensor of {x.ndim}.",
            given=f"shape {tuple(x.shape)}",
            expected=f"{axes + 2} axes, or {axes + 1} without a batch",
        )
    windows = Windows(
        each_axis("size", size, axes),
        each_axis("strides", size if strides is None else strides, axes),
        padding_of(padding, axes),
        each_axis("dilation_rate", dilation_rate, axes),
    )

    def last(x: Any) -> Any:
        whole = x if x.ndim == axes + 2 else expand_dims(x, 0)
        sizes = whole.shape[1:-1]
        if None in sizes or whole.shape[-1] is None:
            raise ShapeError(
                "Patches need images of known size.",
                given=f"shape {tuple(x.shape)}",
                expected="height, width and channels that are known when the graph is built",
            )
        counts = windows.counts(sizes)
        margins = windows.margins(sizes)
        whole = pad(whole, [(0, 0), *margins, (0, 0)])
        for axis in reversed(range(axes)):  # from the last, so that those before keep their places
            inside = places(
                whole.shape[1 + axis],
                windows.size[axis],
                windows.strides[axis],
                windows.dilation[axis],
            )
            whole = take(whole, inside.T, 1 + axis)  # (..., count, K, ...)
        order = [0, *range(1, 2 * axes, 2), *range(2, 2 * axes + 1, 2), 2 * axes + 1]
        depth = math.prod([*windows.size, x.shape[-1]])
        batch = [shape_of(whole)[0]] if x.ndim == axes + 2 else []
        return reshape_exactly(transpose(whole, order), [*batch, *counts, depth])

    return channels_last(last, x, data_format, ndim=axes + 1)
