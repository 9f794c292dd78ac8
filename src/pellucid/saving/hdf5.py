"""Numbered arrays in groups of an HDF5 file: the layout of Keras's ``.weights.h5``.

The arrays of a part, such as a layer, are ``<where>/vars/0``, ``1``, … A file is data from
elsewhere: what is read must lie in it, have the shape that is expected, and be numbers.
"""

import errno
import io
import itertools
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import ml_dtypes
import numpy as np

from pellucid.errors import DataError, ShapeError
from pellucid.saving.atomic import replacing
from pellucid.saving.parts import held

__all__ = ["Part", "Reader", "reading", "write", "write_parts"]

FREE = 1 << 24  # bytes that may be unpacked from however few
EXPANSION = 100  # times as large as in the file an array may be; weights hardly shrink at all
SIGNATURE = b"\x89HDF\r\n\x1a\n"


@dataclass(frozen=True)
class Part:
    """The arrays of one part of a file.

    Attributes:
        arrays: In their order; or variables, whose values are taken one after the other.
        named: Further arrays, by name.
        name: What the part was called; for people, since it is not read.
    """

    arrays: Sequence[Any]
    name: str | None = None
    named: Mapping[str, np.ndarray] = field(default_factory=dict)


def write(path: str | os.PathLike[str], parts: Mapping[str, Part]) -> None:
    """Write parts, by where they stand in the file, as one new file."""
    with replacing(path) as temporary:
        write_parts(temporary, parts)


def write_parts(
    path: str | os.PathLike[str], parts: Mapping[str, Part], room: int | None = None
) -> None:
    """Write parts into a new file.

    Args:
        path: The file.
        parts: Parts by where they stand.
        room: How many bytes to leave free at its beginning: 512, or twice that, …

    Raises:
        OSError: If it cannot be written, such as on a disk that is full.
    """
    import h5py

    with _Patient(path, "w+") as file:
        with h5py.File(file, "w", userblock_size=room) as root:
            for where, part in parts.items():
                if file.error is not None:
                    break
                _write(root.create_group(_vars(where)), part)
        if file.error is not None:
            number = file.error.errno or errno.EIO
            raise OSError(number, os.strerror(number), os.fspath(path)) from file.error


def _write(group: Any, part: Part) -> None:
    if part.name:
        group.attrs["name"] = part.name
    numbered = {str(number): array for number, array in enumerate(part.arrays)}
    for name, array in {**numbered, **part.named}.items():
        array = array if isinstance(array, np.ndarray) else held(array)
        dataset = group.create_dataset(name, data=array)
        if array.dtype == ml_dtypes.bfloat16:
            dataset.attrs["dtype"] = "bfloat16"  # HDF5 has no word for it; Keras's is this


class _Patient(io.FileIO):
    """A file that keeps a failure to itself, until HDF5 is done with it.

    When HDF5 cannot write what it still has to write as it closes a file, it leaves the file half
    open, and ends the process later (h5py issue 914): on a full disk a training would be lost.

    Attributes:
        error: The first failure; nothing is written after it.
    """

    error: OSError | None = None

    def write(self, data: Any) -> int:
        rest = memoryview(data).cast("B")
        try:
            while rest and self.error is None:  # the system may write a part at a time
                rest = rest[super().write(rest) :]
        except OSError as error:
            self.error = error
        return len(data)

    def truncate(self, size: int | None = None) -> int:
        try:
            if self.error is None:
                return super().truncate(size)
        except OSError as error:
            self.error = error
        return size or 0


@contextmanager
def reading(source: Any, path: str | os.PathLike[str] | None = None) -> Iterator["Reader"]:
    """Open a file to read parts of it.

    Args:
        source: Its name; or the file, open for reading.
        path: What errors call it.

    Raises:
        FileNotFoundError: If there is none.
        DataError: If it is not an HDF5 file, or a broken one.
    """
    import h5py

    path = source if path is None else path
    with nullcontext(source) if hasattr(source, "read") else open(source, "rb") as start:
        first = start.read(len(SIGNATURE))
    if first != SIGNATURE:
        raise DataError(
            f"{os.fspath(path)} is not a file of weights.",
            given=f"first bytes {first.hex(' ')}" if first else "an empty file",
            expected="an HDF5 file, as save_weights writes it",
        )
    try:
        file = h5py.File(source, "r")
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
        """How many numbered arrays a part has; ``None`` if there is no such part.

        Raises:
            DataError: If the part lies in another file, or is no group.
        """
        found = self._inside(where)
        return None if found is None else sum(name.isdecimal() for name in found)

    def names(self, where: str) -> list[str]:
        """The names of the arrays of a part that have names instead of numbers."""
        return [name for name in self._inside(where) or () if not name.isdecimal()]

    def attribute(self, name: str, where: str = "") -> Any:
        """What is noted about the file, or a group of it, under a name; ``None`` if nothing."""
        import h5py

        group = self.file
        for part in filter(None, where.split("/")):
            group = None if group is None else self._member(group, part, where, h5py.Group)
        try:
            if group is None or name not in group.attrs:
                return None
            found, room = group.attrs.get_id(name), self.file.id.get_filesize()
            size = math.prod(found.shape or ()) * found.dtype.itemsize
            if size > room:  # a shape that is broken: reading it could take for ever
                raise OSError(f"{size} bytes, in a file of {room}")
            return group.attrs[name]
        except (OSError, RuntimeError, KeyError, ValueError, TypeError, MemoryError) as error:
            raise _broken(self.path, f"{where}, {name}", error) from error

    def texts(self, where: str, name: str) -> list[str]:
        """A list of names that is noted about a group, whole or in numbered pieces."""
        pieces = [self.attribute(name, where)]
        if pieces[0] is None:
            numbered = (self.attribute(f"{name}{i}", where) for i in itertools.count())
            pieces = list(itertools.takewhile(lambda piece: piece is not None, numbered))
        texts = [text for piece in pieces for text in np.ravel(piece)]
        return [text.decode() if isinstance(text, bytes) else str(text) for text in texts]

    def _inside(self, where: str) -> list[str] | None:
        """The names of what a part holds; ``None`` if there is no such part."""
        group = self._group(where)
        try:
            return None if group is None else list(group)
        except (OSError, RuntimeError) as error:
            raise _broken(self.path, where or "vars", error) from error

    def _group(self, where: str) -> Any:
        """What holds the arrays of a part; ``None`` if there is no such part."""
        import h5py

        group = self.file
        for name in _vars(where).split("/"):
            group = self._member(group, name, where, h5py.Group)
            if group is None:
                return None
        return group

    def read(
        self, where: str, number: int | str, shape: tuple[int | None, ...] | None, label: str
    ) -> Any:
        """One array of a part.

        Args:
            where: The part.
            number: Which of its arrays; or its name.
            shape: The shape that it must have; any if ``None``.
            label: What it is for, as errors say it.

        Raises:
            ShapeError: If its shape is another one.
            DataError: If it is not there, not in this file, not numbers, or broken.
        """
        return self.array(f"{_vars(where)}/{number}", shape, label)

    def array(self, place: str, shape: tuple[int | None, ...] | None, label: str) -> Any:
        """The array at a place of the file: what :meth:`read` reads, wherever it stands.

        Raises:
            ShapeError: If its shape is another one.
            DataError: If it is not there, not in this file, not numbers, or broken.
        """
        import h5py

        *groups, name = place.split("/")
        group = self.file
        for part in groups:
            group = self._member(group, part, place, h5py.Group) if group is not None else None
        dataset = None if group is None else self._member(group, name, place, h5py.Dataset)
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
        stored = dataset.id.get_storage_size()
        piece = math.prod(dataset.chunks or ()) * dataset.dtype.itemsize  # unpacked as a whole
        needed = max(dataset.nbytes, piece)
        if needed > max(FREE, EXPANSION * stored):
            raise DataError(
                f"{os.fspath(self.path)} is not safe to open.",
                given=f"{place}: {needed} bytes, packed into {stored}",
                expected="numbers that are hardly packed",
            )
        marked = _noted_dtype(dataset) == "bfloat16" and dataset.dtype.itemsize == 2
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


def _noted_dtype(dataset: Any) -> Any:
    """What is noted of an array's dtype, where that is one text."""
    one = "dtype" in dataset.attrs and dataset.attrs.get_id("dtype").shape == ()
    return dataset.attrs["dtype"] if one else None


def _vars(where: str) -> str:
    return f"{where}/vars" if where else "vars"


def _broken(path: str | os.PathLike[str], part: str, error: Exception) -> DataError:
    return DataError(
        f"{os.fspath(path)} is broken.",
        given=f"{part} cannot be read: {error}",
        expected="a whole file",
        mend="take an earlier copy",
    )
