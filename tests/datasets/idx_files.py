"""Small data sets in the form of MNIST, written to files."""

import gzip
import struct
from pathlib import Path

import numpy as np

CODES = {
    "uint8": 0x08,
    "int8": 0x09,
    "int16": 0x0B,
    "int32": 0x0C,
    "float32": 0x0D,
    "float64": 0x0E,
}


def idx_bytes(array: np.ndarray) -> bytes:
    """The IDX file of an array, written by the format's definition."""
    head = bytes([0, 0, CODES[array.dtype.name], array.ndim]) + struct.pack(
        f">{array.ndim}I", *array.shape
    )
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def images(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Made pictures and labels."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (n, 4, 3), "uint8"), rng.integers(0, 10, n, "uint8")


def write_part(folder: Path, start: str, x: np.ndarray, y: np.ndarray, pack: bool) -> None:
    """Write the two files of the training part (``train``) or the test part (``t10k``)."""
    for name, array in ((f"{start}-images-idx3-ubyte", x), (f"{start}-labels-idx1-ubyte", y)):
        if pack:
            (folder / f"{name}.gz").write_bytes(gzip.compress(idx_bytes(array)))
        else:
            (folder / name).write_bytes(idx_bytes(array))
