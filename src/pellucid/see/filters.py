"""What the units of a layer look for, and what they find: filters and feature maps."""

from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.layers.layer import Layer
from pellucid.models.model import Model
from pellucid.see.axes import HEAT, SIGNED, axes_for, tell
from pellucid.see.images import show_mosaic
from pellucid.see.inside import layer_outputs, one_row

__all__ = ["filter_images", "plot_feature_maps", "plot_filters"]

MOST = 64  # images in a picture


def filter_images(layer: Layer, shape: tuple[int, int] | None = None) -> np.ndarray:
    """The weights of a layer as images, one for each unit.

    Args:
        layer: A convolution over images, or a layer of units; of a convolution over several
            channels the mean over them is taken.
        shape: For a layer of units: the height and the width of what goes in; by default that of
            a square.

    Shapes:
        kernel (H, W, C, filters) or (H * W, units) → (filters or units, H, W)

    Raises:
        ShapeError: If the weights are no images.

    Examples:
        >>> layer = layers.Conv2D(8, 3)
        >>> layer.build((None, 9, 9, 1))
        >>> filter_images(layer).shape
        (8, 3, 3)
    """
    kernel = getattr(layer, "kernel", None)
    values = np.zeros(()) if kernel is None else np.asarray(kernel.numpy(), float)
    if values.ndim == 4:
        return np.moveaxis(values.mean(axis=2), -1, 0)
    if values.ndim == 2:
        side = round(values.shape[0] ** 0.5)
        height, width = shape or (side, side)
        if height * width == values.shape[0]:
            return values.T.reshape(-1, height, width)
    raise ShapeError(
        f"The weights of {layer.label} are no images.",
        given="no kernel" if kernel is None else f"a kernel of shape {kernel.shape}",
        expected="one of shape (height, width, channels, filters), or (height * width, units)",
        mend="name the shape: shape=(28, 28)" if values.ndim == 2 else None,
    )


def plot_filters(layer: Layer, shape: tuple[int, int] | None = None, ax: Any = None) -> Any:
    """Show what the units of a layer look for: orange where they want more, purple where less.

    Args:
        layer, shape: As for :func:`filter_images`.
        ax: Where to draw; new axes by default.

    Returns:
        The axes: at most 64 filters, side by side, all in one range of colours.
    """
    images = filter_images(layer, shape)
    shown = images[:MOST]
    ax = axes_for(ax, f"Filters of {layer.name}", (5.0, 3.6), frame=False)
    show_mosaic(ax, shown, SIGNED, signed=True)
    of = f" of {len(images)}" if len(images) > len(shown) else ""
    size = f"{images.shape[1]} by {images.shape[2]}"
    return tell(
        ax,
        f"{len(shown)}{of} filters of '{layer.name}', {size} each, "
        f"with weights from {shown.min():.3g} to {shown.max():.3g}.",
    )


def plot_feature_maps(model: Model, x: Any, layer: str, ax: Any = None) -> Any:
    """Show what the units of a layer find in an image, or in a row.

    Args:
        model: A functional model, or a Sequential that has seen data.
        x: One row.
        layer: The layer's name.
        ax: Where to draw; new axes by default.

    Returns:
        The axes: at most 64 maps, side by side; or for a layer of units a bar for each.

    Raises:
        ShapeError: If what comes out is neither maps nor units.
        UnknownNameError: If there is no layer of that name.
    """
    out = layer_outputs(model, one_row(x, model), layer)[0]
    title = f"What {layer} finds"
    if out.ndim == 1:
        ax = axes_for(ax, title)
        ax.bar(np.arange(len(out)), out, color="#717581")
        ax.set_xlabel("unit")
        ax.xaxis.get_major_locator().set_params(integer=True)
        active = int(np.sum(out > 0))
        return tell(
            ax,
            f"{len(out)} units of '{layer}', {active} of them above 0.",
            f"The largest is unit {out.argmax()} with {out.max():.3g}.",
        )
    if out.ndim != 3:
        raise ShapeError(
            f"What comes out of '{layer}' is no images.",
            given=f"shape {out.shape} for a row",
            expected="(height, width, channels), or (units,)",
        )
    maps = np.moveaxis(out, -1, 0)
    shown = maps[:MOST]
    ax = axes_for(ax, title, (5.0, 3.6), frame=False)
    signed = bool(shown.min() < 0)
    show_mosaic(ax, shown, SIGNED if signed else HEAT, signed=signed)
    means = maps.mean(axis=(1, 2))
    silent = int(np.sum(~maps.any(axis=(1, 2))))
    of = f" of {len(maps)}" if len(maps) > len(shown) else ""
    return tell(
        ax,
        f"{len(shown)}{of} maps of '{layer}', {maps.shape[1]} by {maps.shape[2]} each; "
        f"{silent} are 0 everywhere.",
        f"The strongest is map {means.argmax()} with a mean of {means.max():.3g}.",
    )
