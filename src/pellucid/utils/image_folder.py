"""Images in folders as a data set."""

import functools
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from pellucid.config import standardize_data_format
from pellucid.errors import ArgumentError, unknown_name
from pellucid.graph.operations.resampling import INTERPOLATIONS, weights
from pellucid.utils.batches import Batches
from pellucid.utils.folders import Plan, data_set
from pellucid.utils.images import COLOR_MODES, img_to_array, load_img

__all__ = ["image_dataset_from_directory"]

FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")


def image_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: int | Sequence[int] = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "tf",
    verbose: bool = True,
) -> Batches | tuple[Batches, Batches]:
    """The images below a folder as a data set; each is read when its batch is asked for.

    Args:
        directory: The folder, with a folder for each class if labels are ``"inferred"``.
        labels: ``"inferred"`` from the folders; ``None``; or a list with a number for each file,
            in the order of their paths.
        label_mode: How labels come: ``"int"``, (B,) int32; ``"categorical"``, one-hot rows
            (B, classes) float32; ``"binary"``, (B, 1) float32; ``None`` for images alone.
        class_names: Folders of classes, in the order in which they are numbered; by default all
            of them in the order of the alphabet.
        color_mode: ``"grayscale"``, ``"rgb"`` or ``"rgba"``: 1, 3 or 4 channels.
        batch_size: Images a batch; ``None`` for one by one.
        image_size: Height and width to which each image is brought; one number for both.
        shuffle: Whether each pass has an order of its own; else that of the alphabet.
        seed: Of those orders, and of the split.
        validation_split: Share of the files that is kept for validation, between 0 and 1.
        subset: Which part is wanted: ``"training"``, ``"validation"`` or ``"both"``.
        interpolation: ``"nearest"``, ``"bilinear"``, ``"bicubic"``, ``"lanczos3"``,
            ``"lanczos5"``.
        follow_links: Whether symbolic links to folders are followed.
        crop_to_aspect_ratio: Whether the largest part of the wanted proportions is cut out of the
            middle before, so that nothing is stretched.
        pad_to_aspect_ratio: Whether a black border gives the image those proportions instead.
        data_format: Where the channels lie.
        format: Taken for Keras's sake: the data set is always our own.
        verbose: Whether to say how many files and classes there are.

    Shapes:
        each batch: images (B, H, W, C) float32, from 0 to 255, and labels

    Returns:
        The data set, with ``class_names`` and ``file_paths``; two of them for ``subset="both"``.

    Raises:
        ArgumentError: For arguments that cannot be, or that contradict each other.
        UnknownNameError: For a mode or an interpolation that there is not.
        DataError: If there is no such folder or no image in it, or, when its turn comes, if a
            file is no image.

    Examples:
        >>> import pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> for name, grey in (("black", 0.0), ("white", 255.0)):
        ...     (folder / name).mkdir()
        ...     utils.save_img(folder / name / "1.png", np.full((4, 4, 3), grey), scale=False)
        >>> data = image_dataset_from_directory(folder, image_size=(2, 2), shuffle=False)
        Found 2 files belonging to 2 classes.
        >>> [(x.shape, x.max(axis=(1, 2, 3)), y) for x, y in data]
        [((2, 2, 2, 3), array([  0., 255.], dtype=float32), array([0, 1], dtype=int32))]
    """
    plan = Plan(
        directory,
        labels,
        label_mode,
        class_names,
        batch_size,
        shuffle,
        seed,
        validation_split,
        subset,
        follow_links,
        verbose,
    )
    if color_mode not in COLOR_MODES:
        raise unknown_name("color_mode", color_mode, COLOR_MODES)
    interpolation = interpolation.lower()
    if interpolation not in {"nearest", *INTERPOLATIONS}:
        raise unknown_name("interpolation", interpolation, ["nearest", *INTERPOLATIONS])
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ArgumentError(
            "Images are either cropped or padded to an aspect ratio.",
            given="crop_to_aspect_ratio=True, pad_to_aspect_ratio=True",
            expected="one of them",
        )
    size = _size(image_size)
    channels_first = standardize_data_format(data_format) == "channels_first"

    def image(path: str) -> np.ndarray:
        x = img_to_array(load_img(path, color_mode), "channels_last", "float32")
        if crop_to_aspect_ratio:
            x = cropped(x, *size)
        elif pad_to_aspect_ratio:
            x = bordered(x, *size)
        x = resized(x, *size, interpolation)
        return x.transpose(2, 0, 1) if channels_first else x

    def load(paths: list[str]) -> np.ndarray:
        if len(paths) == 1:
            return image(paths[0])[None]
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoding lets go of Python's lock
            return np.stack(list(pool.map(image, paths)))

    return data_set(plan, FORMATS, load)


def resized(x: np.ndarray, height: int, width: int, interpolation: str) -> np.ndarray:
    """An image of another size: what ``ops.image.resize`` gives, ten times as fast.

    Only a few old elements count for each new one, and many images have the same size: the
    weights are kept, as sparse matrices.

    Examples:
        >>> resized(np.array([[[0.0], [4.0]]], np.float32), 1, 4, "bilinear").ravel()
        array([0., 1., 3., 4.], dtype=float32)
    """
    old = x.shape
    if (height, width) == old[:2]:
        return x
    if interpolation == "nearest":
        return x[_nearest(old[0], height)][:, _nearest(old[1], width)]
    x = (_weights(old[0], height, interpolation) @ x.reshape(old[0], -1)).reshape(
        height, old[1], -1
    )
    turned = x.transpose(1, 0, 2).reshape(old[1], -1)
    x = (_weights(old[1], width, interpolation) @ turned).reshape(width, height, -1)
    return np.ascontiguousarray(x.transpose(1, 0, 2))


@functools.lru_cache(maxsize=1024)
def _weights(old: int, new: int, interpolation: str) -> Any:
    from scipy.sparse import csr_array

    return csr_array(weights(old, new, interpolation, False, new / old).astype(np.float32))


def _nearest(old: int, new: int) -> np.ndarray:
    return (2 * np.arange(new) + 1) * old // (2 * new)


def cropped(x: np.ndarray, height: int, width: int) -> np.ndarray:
    """The largest part of an image with the proportions of a size, from its middle."""
    h, w = x.shape[:2]
    inside = max(min(h, w * height // width), 1), max(min(w, h * width // height), 1)
    top, left = (h - inside[0]) // 2, (w - inside[1]) // 2
    return x[top : top + inside[0], left : left + inside[1]]


def bordered(x: np.ndarray, height: int, width: int) -> np.ndarray:
    """An image with a black border that gives it the proportions of a size."""
    h, w = x.shape[:2]
    above = (max(h, w * height // width) - h) // 2
    beside = (max(w, h * width // height) - w) // 2
    return np.pad(x, ((above, above), (beside, beside), (0, 0)))


def _size(given: Any) -> tuple[int, int]:
    size = (given, given) if isinstance(given, int) else given
    if not isinstance(size, list | tuple) or len(size) != 2 or min(size) < 1:
        raise ArgumentError(
            "Images need a height and a width.",
            given=f"image_size={given!r}",
            expected="two whole numbers of at least 1",
        )
    return int(size[0]), int(size[1])
