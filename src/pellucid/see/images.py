"""Images on axes: single ones, and many side by side."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.see.axes import SIGNED

__all__ = [
    "image_png",
    "images_of",
    "mosaic",
    "place_of",
    "show_grid",
    "show_image",
    "show_mosaic",
]


def show_image(ax: Any, image: np.ndarray) -> None:
    """Show an image: (H, W) or (H, W, 1) as ink on white, (H, W, 3) in colours."""
    image = np.asarray(image, float)
    if image.ndim == 3 and image.shape[-1] in (3, 4):
        high = image.max(initial=0)
        low = min(0.0, image.min(initial=0))
        scaled = (image - low) / ((255 if high > 1 else 1) - low)
        ax.imshow(np.clip(scaled, 0, 1), interpolation="nearest")
    else:
        ax.imshow(
            image if image.ndim == 2 else image.mean(axis=-1),
            cmap="gray_r",
            interpolation="nearest",
        )


def mosaic(images: np.ndarray, columns: int | None = None) -> np.ndarray:
    """Images side by side, in rows, with a gap of a pixel between them that holds NaN.

    Shapes:
        images (N, H, W) → (rows * (H + 1) - 1, columns * (W + 1) - 1)

    Examples:
        >>> mosaic(np.array([[[1.0]], [[2.0]], [[3.0]]]), columns=2)
        array([[ 1., nan,  2.],
               [nan, nan, nan],
               [ 3., nan, nan]])
    """
    n, height, width = images.shape
    columns = columns or columns_for(n)
    rows = -(-n // columns)
    sheet = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1), np.nan)
    for i, image in enumerate(images):
        top, left = (i // columns) * (height + 1), (i % columns) * (width + 1)
        sheet[top : top + height, left : left + width] = image
    return sheet


def columns_for(n: int) -> int:
    """Into how many columns a number of images is put: as many as rows, or a few more."""
    return max(1, int(np.ceil(np.sqrt(n * 1.6))))


def show_mosaic(
    ax: Any, images: np.ndarray, cmap: str, signed: bool = False, captions: Sequence[str] = ()
) -> None:
    """Show images side by side in one range of colours; what is signed has its 0 in the middle."""
    columns = columns_for(len(images))
    height, width = images.shape[1:]
    most = float(np.abs(images).max(initial=0)) or 1.0
    limits: Any = {"vmin": -most, "vmax": most} if signed else {}
    ax.imshow(mosaic(images, columns), cmap=cmap, interpolation="nearest", **limits)
    for i, caption in enumerate(captions):
        ax.text(
            (i % columns) * (width + 1) + (width - 1) / 2,
            (i // columns) * (height + 1) + height - 0.5,
            caption,
            ha="center",
            va="bottom",
            fontsize=7,
        )
    if signed and cmap == SIGNED:
        ax.figure.colorbar(ax.images[0], ax=ax, shrink=0.7)


def images_of(values: Any, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Images as numbers from 0 to 1, whatever range they came in.

    Args:
        values: Images whose numbers go from 0 to 1, from -1 to 1, or from 0 to 255.
        shape: The shape of an image, where rows are flat; by default that of a square.

    Shapes:
        values (N, H, W), (N, H, W, 1), (N, H, W, 3) or flat (N, F) → (N, H, W) or (N, H, W, 3)

    Raises:
        ShapeError: If these are no images.

    Examples:
        >>> images_of(np.array([[[-1.0, 0.0, 1.0]]]))
        array([[[0. , 0.5, 1. ]]])
        >>> images_of(np.zeros((5, 64))).shape
        (5, 8, 8)
    """
    values = np.asarray(values, float)
    if values.ndim == 2:
        side = round(values.shape[1] ** 0.5)
        wanted = tuple(shape or (side, side))
        if int(np.prod(wanted)) == values.shape[1]:
            values = values.reshape(-1, *wanted)
    if values.ndim == 4 and values.shape[-1] == 1:
        values = values[..., 0]
    if values.ndim != 3 and not (values.ndim == 4 and values.shape[-1] == 3):
        raise ShapeError(
            "These are no images.",
            given=f"an array of shape {values.shape}",
            expected="(N, H, W), (N, H, W, 1) or (N, H, W, 3)",
            mend="say the shape of an image: shape=(28, 28)" if values.ndim == 2 else None,
        )
    low, high = values.min(initial=0), values.max(initial=0)
    values = values / 255 if high > 1 and low >= 0 else values
    return np.clip((values + 1) / 2 if low < 0 else values, 0, 1)


def show_grid(ax: Any, images: np.ndarray, columns: int | None = None) -> None:
    """Show images of numbers from 0 to 1 side by side: ink on white, or colours.

    Shapes:
        images (N, H, W) or (N, H, W, 3)
    """
    if images.ndim == 3:
        sheet = mosaic(images, columns)
        style: Any = {"cmap": "gray_r", "vmin": 0, "vmax": 1}
    else:
        parts = [mosaic(part, columns) for part in np.moveaxis(images, -1, 0)]
        seen = ~np.isnan(parts[0])
        sheet = np.stack([*(np.nan_to_num(part) for part in parts), seen], axis=-1)
        style = {}
    ax.imshow(sheet, interpolation="nearest", **style)


def place_of(image: np.ndarray) -> str:
    """Where an image has its largest value, in words.

    Examples:
        >>> place_of(np.eye(3)[::-1] * [[0, 0, 0], [0, 0, 0], [1, 0, 0]])
        'at the bottom left (row 3 of 3, column 1 of 3)'
    """
    row, column = np.unravel_index(int(np.argmax(image)), image.shape)
    height, width = image.shape
    third = lambda i, n: min(2, 3 * int(i) // n)  # noqa: E731
    name = f"{('top', 'middle', 'bottom')[third(row, height)]} "
    name += ("left", "middle", "right")[third(column, width)]
    name = "middle" if name == "middle middle" else name
    return f"at the {name} (row {row + 1} of {height}, column {column + 1} of {width})"


def image_png(ink: np.ndarray) -> bytes:
    """A small image as a PNG file: black ink, transparent where there is none.

    Args:
        ink: From 0, none, to 1, full.

    Shapes:
        ink (H, W)

    Examples:
        >>> image_png(np.eye(2))[1:4]
        b'PNG'
    """
    from matplotlib.image import imsave

    pixels = np.zeros((*ink.shape, 4), np.uint8)
    pixels[..., 3] = np.round(255 * np.clip(ink, 0, 1))
    file = io.BytesIO()
    imsave(file, pixels, format="png")
    return file.getvalue()
