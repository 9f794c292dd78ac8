"""The IDX format of the MNIST family: an array with a few bytes in front that say its form.

A file starts with two zero bytes, a byte for the type of the elements and one for the number of
axes; then comes the size of each axis as four bytes, then the elements, the last axis running
fastest. All numbers have their high byte first.

Source:
    LeCun, Cortes, Burges 1998, "The MNIST database of handwritten digits", section "File formats",
    http://yann.lecun.com/exdb/mnist/.
"""

import gzip
import math
import zlib
from os import PathLike
from pathlib import Path
from typing import IO

import numpy as np

from pellucid.errors import DataError

__all__ = ["load"]

_ELEMENTS: dict[int, np.dtype] = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
_GZIP = b"\x1f\x8b"
_PIECE = 1 << 20  # bytes read at a time


def load(path: str | PathLike[str]) -> np.ndarray:
    """Read an IDX file, as it is or compressed with gzip (told by its content, not its name).

    Args:
        path: Such as ``"train-images-idx3-ubyte.gz"``.

    Returns:
        An array of the shape and type that the file states, in this machine's byte order.

    Raises:
        DataError: If there is no such file, or it is not a whole IDX file.

    Examples:
        >>> import pathlib, tempfile
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "labels-idx1-ubyte"
        >>> _ = file.write_bytes(bytes([0, 0, 0x08, 1, 0, 0, 0, 3, 7, 2, 1]))
        >>> load(file)
        array([7, 2, 1], dtype=uint8)
    """
    path = Path(path)
    try:
        with path.open("rb") as raw:
            compressed = raw.read(2) == _GZIP
            raw.seek(0)
            if not compressed:
                return _read(raw, path)
            with gzip.open(raw) as unpacked:
                return _read(unpacked, path)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(
            f"{path} cannot be unpacked.",
            given=f"a broken gzip file: {error}",
            expected="a whole one",
            mend="fetch the file again",
        ) from error
    except OSError as error:
        raise DataError(
            f"{path} cannot be read.",
            given=error.strerror or str(error),
            expected="an IDX file, as it is or compressed with gzip",
        ) from error


def _read(file: IO[bytes] | gzip.GzipFile, path: Path) -> np.ndarray:
    head = file.read(4)
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in _ELEMENTS:
        raise DataError(
            f"{path} is not an IDX file.",
            given=f"first bytes {head.hex(' ') or 'none: it is empty'}",
            expected=f"00 00, one of {', '.join(f'{code:02x}' for code in _ELEMENTS)} for the type "
            "of the elements, the number of axes",
        )
    dtype, ndim = _ELEMENTS[head[2]], head[3]
    sizes = file.read(4 * ndim)
    if len(sizes) < 4 * ndim:
        raise _wrong_length(path, f"{len(sizes)} bytes of sizes", f"{4 * ndim}, for {ndim} axes")
    shape = tuple(np.frombuffer(sizes, ">u4").tolist())
    expected = math.prod(shape) * dtype.itemsize
    elements = _at_most(file, expected + 1)
    if len(elements) != expected:
        found = len(elements) if len(elements) < expected else f"more than {expected}"
        raise _wrong_length(path, f"{found} bytes of elements", f"{expected}, for shape {shape}")
    return np.frombuffer(elements, dtype).reshape(shape).astype(dtype.newbyteorder("="))


def _at_most(file: IO[bytes] | gzip.GzipFile, size: int) -> bytes:
    """Up to so many bytes; in pieces, since a broken header may claim more than memory holds."""
    pieces = []
    while size and (piece := file.read(min(size, _PIECE))):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _wrong_length(path: Path, given: str, expected: str) -> DataError:
    return DataError(
        f"{path} does not have the length that its header states.",
        given=given,
        expected=expected,
        mend="fetch the file again",
    )
