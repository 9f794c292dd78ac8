"""Labelled images in files: a NumPy archive, or a folder of IDX files, in two parts."""

import zipfile
import zlib
from os import PathLike
from pathlib import Path

import numpy as np

from pellucid.datasets import idx
from pellucid.errors import DataError

__all__ = ["Labelled", "load", "split"]

Labelled = tuple[np.ndarray, np.ndarray]
"""Images (N, H, W) and their labels (N,)."""

_ARRAYS = ("x_train", "y_train", "x_test", "y_test")
_NAMES = {"train": "the training part", "t10k": "the test part"}


def load(path: str | PathLike[str]) -> tuple[Labelled, Labelled]:
    """Read labelled images from a ``.npz`` file or a folder of IDX files.

    Args:
        path: A ``.npz`` file with the arrays ``x_train``, ``y_train``, ``x_test``, ``y_test``; or
            a folder with ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``,
            ``t10k-images-idx3-ubyte`` and ``t10k-labels-idx1-ubyte``, each compressed (``.gz``) or
            not. A folder with only one of the two parts is divided by :func:`split`.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``.

    Raises:
        DataError: If there is no such file, it is broken, or images and labels do not match.
    """
    path = Path(path)
    if path.is_dir():
        return _from_folder(path)
    if not path.exists():
        raise DataError(
            f"There is no file or folder {path}.",
            given=f"path {str(path)!r}, looked for in {Path.cwd()}",
            expected="a .npz file or a folder of IDX files",
        )
    return _from_archive(path)


def split(x: np.ndarray, y: np.ndarray) -> tuple[Labelled, Labelled]:
    """Divide what comes in one part: the first nine tenths to train, the last tenth to test.

    Examples:
        >>> (x_train, _), (x_test, _) = split(np.arange(10), np.arange(10))
        >>> x_train, x_test
        (array([0, 1, 2, 3, 4, 5, 6, 7, 8]), array([9]))
    """
    n = len(x) * 9 // 10
    return (x[:n], y[:n]), (x[n:], y[n:])


def _from_folder(folder: Path) -> tuple[Labelled, Labelled]:
    parts = {start: _part(folder, start) for start in _NAMES}
    found = [part for part in parts.values() if part is not None]
    if not found:
        raise DataError(
            f"{folder} has no labelled images.",
            given=f"a folder of {len(list(folder.iterdir()))} other files",
            expected="train-images-idx3-ubyte and train-labels-idx1-ubyte, or the same with t10k, "
            "each with .gz or without",
        )
    return split(*found[0]) if len(found) == 1 else (found[0], found[1])


def _part(folder: Path, start: str) -> Labelled | None:
    """The images and labels whose files start with ``train`` or ``t10k``, if they are there."""
    names = [f"{start}-images-idx3-ubyte", f"{start}-labels-idx1-ubyte"]
    files = [_find(folder, name) for name in names]
    if not any(files):
        return None
    for name, file in zip(names, files, strict=True):
        if file is None:
            raise DataError(
                f"{folder} has {_NAMES[start]} of the data only in half.",
                given=f"no {name} and no {name}.gz",
                expected=" and ".join(names),
                mend="put the missing file beside the other",
            )
    images, labels = (idx.load(file) for file in files if file is not None)
    return _matching(images, labels, f"{folder}, {_NAMES[start]},")


def _find(folder: Path, name: str) -> Path | None:
    return next((f for f in (folder / name, folder / f"{name}.gz") if f.exists()), None)


def _from_archive(path: Path) -> tuple[Labelled, Labelled]:
    if not zipfile.is_zipfile(path):
        raise DataError(
            f"{path} is not a data set of labelled images.",
            given="a single file that is not a NumPy archive",
            expected="a .npz file or a folder of IDX files",
            mend="read one IDX file with pellucid.datasets.idx.load",
        )
    try:
        with np.load(path, allow_pickle=False) as archive:  # a pickle could run any program
            missing = [name for name in _ARRAYS if name not in archive]
            if missing:
                raise DataError(
                    f"{path} lacks arrays.",
                    given=f"the arrays {', '.join(archive.files) or 'of an empty archive'}",
                    expected=", ".join(_ARRAYS),
                )
            x_train, y_train, x_test, y_test = (archive[name] for name in _ARRAYS)
    except DataError:
        raise
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(
            f"{path} cannot be read.",
            given=str(error),
            expected="a NumPy archive of arrays of numbers",
        ) from error
    return (
        _matching(x_train, y_train, f"{path}, {_NAMES['train']},"),
        _matching(x_test, y_test, f"{path}, {_NAMES['t10k']},"),
    )


def _matching(images: np.ndarray, labels: np.ndarray, where: str) -> Labelled:
    if images.ndim != 3 or labels.ndim != 1 or len(images) != len(labels):
        raise DataError(
            f"{where} has labels that do not match its images.",
            given=f"images of shape {images.shape}, labels of shape {labels.shape}",
            expected="images (N, H, W), labels (N,)",
        )
    return images, labels
