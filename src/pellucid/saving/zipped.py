"""Archives: an HDF5 file and small files in one zip, written in place and read with distrust."""

import io
import os
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any

from pellucid.errors import DataError

__all__ = ["HEADER", "Archive", "enclose", "open_archive"]

HEADER = 512  # bytes before the HDF5 file, in which it leaves room for the zip's own header
PADDING = 0xD935  # the kind of an extra field that only fills: APPNOTE.TXT, "Android alignment"
PIECE = 1 << 20  # bytes
LARGE = (1 << 31) - 1  # bytes, from which on sizes need 64 bits
FREE = 1 << 24  # bytes that may be unpacked from however few
FREE_TEXT = 1 << 20  # of a description, whose objects take more memory than its text
EXPANSION = 100  # times as large as in the archive a file may be; weights hardly shrink at all


def enclose(path: str | os.PathLike[str], name: str, others: Mapping[str, bytes]) -> None:
    """Make a file that begins with ``HEADER`` free bytes a zip archive, where it stands.

    What follows the free bytes is the first file of the archive, and is neither moved nor copied.

    Args:
        path: The file.
        name: The name of what it holds.
        others: Further files by name.
    """
    size = os.path.getsize(path) - HEADER
    info = zipfile.ZipInfo(name)
    info.file_size = info.compress_size = size
    info.header_offset = 0
    info.CRC = _checksum(path)
    long = size > LARGE
    room = HEADER - len(info.FileHeader(zip64=long))
    info.extra = struct.pack("<HH", PADDING, room - 4) + bytes(room - 4)
    with open(path, "r+b") as file:
        file.write(info.FileHeader(zip64=long))
        file.seek(0, os.SEEK_END)
        info.extra = b""
        with zipfile.ZipFile(file, "w") as archive:
            archive.filelist.append(info)
            archive.NameToInfo[name] = info
            for other, content in others.items():
                archive.writestr(zipfile.ZipInfo(other), content)


def _checksum(path: str | os.PathLike[str]) -> int:
    """The checksum of what follows the header."""
    result = 0
    with open(path, "rb") as file:
        file.seek(HEADER)
        while piece := file.read(PIECE):
            result = zlib.crc32(piece, result)
    return result


@contextmanager
def open_archive(path: str | os.PathLike[str]) -> Iterator["Archive"]:
    """Open an archive to read.

    Raises:
        FileNotFoundError: If there is none.
        DataError: If it is no archive or a broken one, or a name in it leads out of it.
    """
    with open(path, "rb") as file:
        try:
            packed = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise DataError(
                f"{os.fspath(path)} is not a whole zip archive.",
                given=str(error) or type(error).__name__,
                expected="a .keras file, as model.save writes it",
                mend="take an earlier copy",
            ) from error
        with packed:
            yield Archive(path, file, packed)


class Archive:
    """An open archive.

    Attributes:
        path: The file.
        names: The names of what it holds.
    """

    def __init__(self, path: str | os.PathLike[str], file: Any, packed: zipfile.ZipFile) -> None:
        self.path = path
        self._file = file
        self._packed = packed
        self.names = packed.namelist()
        twice = {name for name, count in Counter(self.names).items() if count > 1}
        for info in packed.infolist():
            self._check(info, twice)

    def _check(self, info: zipfile.ZipInfo, twice: set[str]) -> None:
        name = info.filename
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if not parts or parts[0] == "/" or ".." in parts or ":" in parts[0] or "\\" in name:
            raise self._refused(name, "a name that leads out of the archive")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise self._refused(name, "a symbolic link")
        if name in twice:
            raise self._refused(name, "a name that is there twice")
        free = FREE_TEXT if name.endswith(".json") else FREE
        if info.file_size > max(free, EXPANSION * info.compress_size):
            sizes = f"{info.file_size} bytes, packed into {info.compress_size}"
            raise self._refused(name, sizes)

    def _refused(self, name: str, given: str) -> DataError:
        return DataError(
            f"{os.fspath(self.path)} is not safe to open.",
            given=f"{name!r}: {given}",
            expected="plain files with names of their own, hardly packed",
        )

    def size(self, name: str) -> int:
        """How many bytes a file in it has.

        Raises:
            DataError: If there is none of that name.
        """
        return self._info(name).file_size

    def read(self, name: str) -> bytes:
        """A whole file in it.

        Raises:
            DataError: If there is none of that name, or it is broken.
        """
        info = self._info(name)
        try:
            return self._packed.read(info)
        except (zipfile.BadZipFile, OSError, EOFError, zlib.error, RuntimeError) as error:
            raise self._broken(name, str(error)) from error

    def opened(self, name: str) -> Any:
        """A file in it, to be read from any place: where it lies, if it is not packed.

        Raises:
            DataError: If there is none of that name, or it is broken.
        """
        info = self._info(name)
        if info.compress_type != zipfile.ZIP_STORED:
            return io.BytesIO(self.read(name))
        self._file.seek(info.header_offset)
        header = self._file.read(30)
        if len(header) < 30 or header[:4] != b"PK\x03\x04" or info.flag_bits & 1:
            raise self._broken(name, "no such file where the table of contents says")
        begin = info.header_offset + 30 + sum(struct.unpack("<HH", header[26:30]))
        end = self._file.seek(0, os.SEEK_END)
        if info.file_size != info.compress_size or begin + info.file_size > end:
            raise self._broken(name, f"{info.file_size} bytes, of which {end - begin} are there")
        return _Window(self._file, begin, info.file_size)

    def _info(self, name: str) -> zipfile.ZipInfo:
        if name not in self.names:
            raise DataError(
                f"{os.fspath(self.path)} lacks a part.",
                given=", ".join(self.names) or "an empty archive",
                expected=f"also {name}",
                mend="take an earlier copy",
            )
        return self._packed.getinfo(name)

    def _broken(self, name: str, given: str) -> DataError:
        return DataError(
            f"{os.fspath(self.path)} is broken.",
            given=f"{name}: {given}",
            expected="a whole file",
            mend="take an earlier copy",
        )


class _Window(io.RawIOBase):
    """A part of an open file, as a file."""

    def __init__(self, file: Any, begin: int, length: int) -> None:
        self._file = file
        self._begin = begin
        self._length = length
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        self._at = origin + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        wanted = max(0, min(len(view), self._length - self._at))
        self._file.seek(self._begin + self._at)
        count: int = self._file.readinto(view[:wanted])
        self._at += count
        return count
