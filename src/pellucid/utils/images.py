"""Images as files, as Pillow's images and as arrays."""

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.config import floatx, standardize_data_format
from pellucid.errors import ArgumentError, DataError, DTypeError, ShapeError, unknown_name
from pellucid.graph.dtypes import dtype_name, numpy_dtype

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["array_to_img", "img_to_array", "load_img", "save_img"]

COLOR_MODES = ("grayscale", "rgb", "rgba")
GREYS = ("L", "I;16", "I")  # 8, 16 and 32 bits a pixel
METHODS = ("bicubic", "bilinear", "box", "hamming", "lanczos", "nearest")


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: Any = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> "Image":
    """Read an image from a file.

    Args:
        path: A path, or a ``BytesIO``.
        color_mode: ``"grayscale"``, ``"rgb"`` or ``"rgba"``.
        target_size: Height and width to bring it to; by default as it is.
        interpolation: ``"nearest"``, ``"bilinear"``, ``"bicubic"``, ``"lanczos"``, ``"box"`` or
            ``"hamming"``; all but the first average over more where the image becomes smaller.
        keep_aspect_ratio: Whether the largest part of the wanted proportions is cut out of the
            middle before.

    Returns:
        An image of Pillow's.

    Raises:
        DataError: If there is no such file, or it is no image.
        UnknownNameError: For another mode or interpolation.

    Examples:
        >>> file = io.BytesIO()
        >>> save_img(file, np.zeros((2, 3, 3)), file_format="png")
        >>> load_img(file).size, load_img(file, target_size=(4, 4)).size
        ((3, 2), (4, 4))
    """
    from PIL import Image

    if color_mode not in COLOR_MODES:
        raise unknown_name("color_mode", color_mode, COLOR_MODES)
    if interpolation not in METHODS:
        raise unknown_name("interpolation", interpolation, METHODS)
    if not isinstance(path, io.BytesIO | Path | bytes | str):
        raise DTypeError(
            "An image is read from a file.",
            given=f"a {type(path).__name__}",
            expected="a path or a BytesIO",
        )
    try:
        with Image.open(path) as file:
            image = _in_colours(file, color_mode)
            image.load()
    except (OSError, SyntaxError, ValueError) as error:  # Pillow raises them for broken files
        raise DataError(
            f"{path!s} cannot be read as an image.",
            given=str(error),
            expected="a whole file in a format that Pillow reads",
        ) from error
    if target_size is None or image.size == (target_size[1], target_size[0]):
        return image
    height, width = target_size
    box = None
    if keep_aspect_ratio:
        w, h = image.size
        inside = min(w, h * width // height), min(h, w * height // width)
        left, top = (w - inside[0]) // 2, (h - inside[1]) // 2
        box = (left, top, left + inside[0], top + inside[1])
    return image.resize((width, height), Image.Resampling[interpolation.upper()], box)


def _in_colours(image: "Image", color_mode: str) -> "Image":
    if color_mode == "grayscale":
        return image.copy() if image.mode in GREYS else image.convert("L")
    return image.convert(color_mode.upper())


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> np.ndarray:
    """An image of Pillow's as an array.

    Args:
        img: The image.
        data_format: Where the channels lie.
        dtype: Of the array; ``floatx()`` by default.

    Shapes:
        → (H, W, C) or (C, H, W)

    Raises:
        ShapeError: If it has neither 2 nor 3 axes.

    Examples:
        >>> img_to_array(array_to_img(np.full((1, 2, 3), 7.0), scale=False)).shape
        (1, 2, 3)
    """
    data_format = standardize_data_format(data_format)
    x = np.asarray(img, numpy_dtype(dtype_name(dtype or floatx())))
    if x.ndim == 2:
        x = x[..., None]
    if x.ndim != 3:
        raise ShapeError(
            "An image has two axes, or three with its channels.",
            given=f"shape {x.shape}",
            expected="(height, width) or (height, width, channels)",
        )
    return x.transpose(2, 0, 1) if data_format == "channels_first" else x


def array_to_img(
    x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None
) -> "Image":
    """An array as an image of Pillow's.

    Args:
        x: Grey values, or colours in 3 channels, or 4 with opacity.
        data_format: Where the channels lie.
        scale: Whether the values are stretched to reach from 0 to 255; else they are cut down to
            whole numbers as they are.
        dtype: In which this is computed; ``floatx()`` by default.

    Shapes:
        x (H, W, C) or (C, H, W)

    Raises:
        ShapeError: If it does not have 3 axes, or another number of channels.

    Examples:
        >>> array_to_img(np.array([[[0.0], [0.5], [1.0]]])).getpixel((1, 0))
        127
    """
    from PIL import Image

    data_format = standardize_data_format(data_format)
    x = np.asarray(x, numpy_dtype(dtype_name(dtype or floatx())))
    channels = 0 if x.ndim != 3 else x.shape[0 if data_format == "channels_first" else 2]
    if channels not in (1, 3, 4):
        raise ShapeError(
            "This is no image.",
            given=f"shape {x.shape}, {data_format}",
            expected="3 axes, with 1, 3 or 4 channels",
        )
    if data_format == "channels_first":
        x = x.transpose(1, 2, 0)
    if scale:
        x = x - x.min()
        x = x / (x.max() or 1) * 255
    if channels > 1:
        return Image.fromarray(x.astype(np.uint8))
    return Image.fromarray(x[..., 0].astype(np.int32 if x.max() > 255 else np.uint8))


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Write an array as an image.

    Args:
        path: A path, or a file that is open for writing.
        x: As :func:`array_to_img` takes it.
        data_format: Where the channels lie.
        file_format: Such as ``"png"``; by default what the path ends in.
        scale: Whether the values are stretched to reach from 0 to 255.
        **kwargs: What Pillow's ``Image.save`` takes besides, such as ``quality=90``.

    Raises:
        ShapeError: If it is no image.
        ArgumentError: If there is no format.

    Examples:
        >>> file = io.BytesIO()
        >>> save_img(file, np.eye(2)[..., None], file_format="png")
        >>> img_to_array(load_img(file, "grayscale"))[..., 0]
        array([[255.,   0.],
               [  0., 255.]], dtype=float32)
    """
    image = array_to_img(x, data_format, scale)
    if file_format is None and isinstance(path, str | Path):
        file_format = Path(path).suffix[1:]
    if not file_format:
        raise ArgumentError(
            "An image needs a format.",
            given=f"path={path!r}, file_format={file_format!r}",
            expected="a path that ends in one, such as .png, or file_format='png'",
        )
    file_format = file_format.lower().replace("jpg", "jpeg")
    if image.mode == "RGBA" and file_format == "jpeg":
        warnings.warn("JPEG has no opacity: the fourth channel is left out.", stacklevel=2)
        image = image.convert("RGB")
    image.save(path, format=file_format, **kwargs)
