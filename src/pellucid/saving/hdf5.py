"""Numbered arrays in groups of an HDF5 file: the layout of Keras's ``.weights.h5``.

The arrays of a part, such as a layer, are ``<where>/vars/0``, ``1``, … A file is data from
elsewhere: what is read must lie in it, have the shape that is expected, and be numbers.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np

from pellucid.errors import DataError, ShapeError
from pellucid.saving.atomic import replacing

__all__ = ["Part", "Reader", "reading", "write"]

SIGNATURE = b"\x89HDF\r\n\x1a\n"


@dataclass(frozen=True)
class Part:
    """The arrays of one part of a file.

    Attributes:
        arrays: In their order.
        name: What the part was called; for people, since it is not read.
    """

    arrays: Sequence[np.ndarray]
    name: str | None = None


def write(path: str | os.PathLike[str], parts: Mapping[str, Part]) -> None:
    """Write parts, by where they stand in the file, as one new file."""
    import h5py

    with replacing(path) as temporary, h5py.File(temporary, "w") as file:
        for where, part in parts.items():
            group = file.create_group(_vars(where))
            if part.name:
                group.attrs["name"] = part.name
            for number, array in enumerate(part.arrays):
                dataset = group.create_dataset(str(number), data=array)
                if array.dtype == ml_dtypes.bfloat16:
                    dataset.attrs["dtype"] = "bfloat16"  # HDF5 has no word for it; Keras's is this


@contextmanager
def reading(path: str | os.PathLike[str]) -> Iterator["Reader"]:
    """Open a file to read parts of it.

    Raises:
        FileNotFoundError: If there is none.
        DataError: If it is not an HDF5 file, or a broken one.
    """
    import h5py

    with open(path, "rb") as start:
        first = start.read(len(SIGNATURE))
    if first != SIGNATURE:
        raise DataError(
            f"{os.fspath(path)} is not a file of weights.",
            given=f"first bytes {first.hex(' ')}" if first else "an empty file",
            expected="an HDF5 file, as save_weights writes it",
        )
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise _broken(path, "the file", error) from error
    with file:
        yield Reader(path, file)


class Reader:
    """An open file, from which parts are read."""

    def __init__(self, path: str | os.PathLike[str], file: Any) -> None:
        self.path = path
        self.file = file

    def count(self, where: str) -> int | None:
        """How many arrays a part has; ``None`` if there is no such part.

        Raises:
            DataError: If the part lies in another file, or is no group.
        """
        import h5py

        group = self.file
        for name in _vars(where).split("/"):
            group = self._member(group, name, where, h5py.Group)
            if group is None:
                return None
        return len(group)

    def read(
        self, where: str, number: int, shape: tuple[int | None, ...] | None, label: str
    ) -> Any:
        """One array of a part.

        Args:
            where: The part.
            number: Which of its arrays.
            shape: The shape that it must have; any if ``None``.
            label: What it is for, as errors say it.

        Raises:
            ShapeError: If its shape is another one.
            DataError: If it is not there, not in this file, not numbers, or broken.
        """
        import h5py

        place = f"{_vars(where)}/{number}"
        dataset = self._member(self.file[_vars(where)], str(number), place, h5py.Dataset)
        if dataset is None:
            raise DataError(
                f"{os.fspath(self.path)} lacks what {label} needs.",
                given=f"no array {place}",
                expected="arrays numbered from 0",
            )
        if dataset.is_virtual or dataset.external:
            raise self._elsewhere(place)
        if shape is not None and dataset.shape != shape:
            raise ShapeError(
                f"{os.fspath(self.path)} does not fit {label}.",
                given=f"{place} of shape {dataset.shape}",
                expected=f"shape {shape}",
            )
        marked = dataset.attrs.get("dtype") == "bfloat16" and dataset.dtype.itemsize == 2
        if dataset.dtype.kind not in "biuf" and not marked:
            raise DataError(
                f"{os.fspath(self.path)} holds something else than numbers.",
                given=f"{place} of dtype {dataset.dtype}",
                expected="numbers or booleans",
            )
        try:
            array = dataset[()]
        except OSError as error:
            raise _broken(self.path, place, error) from error
        return np.asarray(array).view(ml_dtypes.bfloat16) if marked else np.asarray(array)

    def _member(self, group: Any, name: str, where: str, kind: type) -> Any:
        """What a group holds under a name, in the file itself; ``None`` if nothing."""
        import h5py

        try:
            link = group.get(name, getlink=True)
            if link is not None and not isinstance(link, h5py.HardLink):
                raise self._elsewhere(where)
            found = group.get(name)
        except (OSError, RuntimeError, KeyError) as error:
            raise _broken(self.path, where, error) from error
        if found is not None and not isinstance(found, kind):
            raise DataError(
                f"{os.fspath(self.path)} is not laid out as a file of weights.",
                given=f"{where}: a {type(found).__name__.lower()}",
                expected=f"a {kind.__name__.lower()}",
            )
        return found

    def _elsewhere(self, place: str) -> DataError:
        return DataError(
            f"{os.fspath(self.path)} refers to something outside of what it holds.",
            given=f"{place}: a link",
            expected="numbers in the file itself",
        )


def _vars(where: str) -> str:
    return f"{where}/vars" if where else "vars"


def _broken(path: str | os.PathLike[str], part: str, error: Exception) -> DataError:
    return DataError(
        f"{os.fspath(path)} is broken.",
        given=f"{part} cannot be read: {error}",
        expected="a whole file",
        mend="take an earlier copy",
    )
