"""Weights as ``.safetensors``: a length, a table of contents in JSON, then the bytes of arrays.

The format, https://huggingface.co/docs/safetensors, holds no code and says beforehand how large
everything is. Names are places in the model: ``dense/kernel``, ``dense_1/bias``.
"""

import json
import os
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np

from pellucid.errors import DataError, ShapeError
from pellucid.graph.variable import Variable
from pellucid.layers.layer import Layer
from pellucid.saving.atomic import replacing
from pellucid.saving.parts import give, held, own_weights, places, require_built

__all__ = ["load_safetensors", "save_safetensors"]

# The format's words for dtypes; all of them little-endian.
DTYPES = {
    "BOOL": np.dtype("bool"),
    "I8": np.dtype("int8"),
    "I16": np.dtype("<i2"),
    "I32": np.dtype("<i4"),
    "I64": np.dtype("<i8"),
    "U8": np.dtype("uint8"),
    "U16": np.dtype("<u2"),
    "U32": np.dtype("<u4"),
    "U64": np.dtype("<u8"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype(ml_dtypes.bfloat16),
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
}
WORDS = {dtype: word for word, dtype in DTYPES.items()}
SHOWN = 1000  # characters of what a file says in an error
LONGEST_HEADER = 100_000_000  # bytes: the limit of the format's own reader


def save_safetensors(model: Layer, filepath: str | os.PathLike[str]) -> None:
    """Write the weights of a model, without its optimizer.

    Args:
        model: A built model or layer.
        filepath: The file; its name usually ends in ``.safetensors``.

    Raises:
        StateError: If the model has not been built.

    Examples:
        >>> import pathlib, tempfile
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "small.safetensors"
        >>> model = Sequential([Input((2,)), layers.Dense(1)])
        >>> save_safetensors(model, file)
        >>> sorted(json.loads(file.read_bytes()[8:].split(b"}}")[0] + b"}}"))
        ['dense/bias', 'dense/kernel']
    """
    require_built(model, "save")
    table: dict[str, Any] = {}
    named = _named(model)
    end = 0
    for name, variable in named.items():
        array = held(variable)
        begin, end = end, end + array.nbytes
        word = WORDS[array.dtype]
        table[name] = {"dtype": word, "shape": array.shape, "data_offsets": [begin, end]}
    header = json.dumps(table).encode()
    header += b" " * (-len(header) % 8)  # so that the numbers are aligned where a file is mapped
    with replacing(filepath) as temporary, temporary.open("xb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        for variable in named.values():
            # A slice may lie anyhow in memory; a copy that is contiguous has rows in order.
            file.write(np.ascontiguousarray(held(variable)).reshape(-1).view(np.uint8).data)


def load_safetensors(model: Layer, filepath: str | os.PathLike[str]) -> None:
    """Read the weights of a model; all are read and checked before the first one changes.

    Args:
        model: A built model or layer, made as the one that was saved.
        filepath: The file.

    Raises:
        StateError: If the model has not been built.
        FileNotFoundError: If there is no such file.
        ShapeError: If a weight has another shape.
        DataError: If a weight is missing or one too many, or the file is broken.
    """
    require_built(model, "load")
    path = Path(filepath)
    named = _named(model)
    with path.open("rb") as file:
        table, start = _table(path, file)
        if set(table) != set(named):
            raise DataError(
                f"{path} has other weights than {model.label}.",
                given=_short(", ".join(sorted(table)) or "none"),
                expected=_short(", ".join(sorted(named)) or "none"),
            )
        found = []
        for name, variable in named.items():
            dtype, shape, begin, length = _entry(path, name, table[name])
            if shape != variable.shape:
                raise ShapeError(
                    f"{path} does not fit {model.label}.",
                    given=f"'{name}' of shape {shape}",
                    expected=f"shape {variable.shape}",
                )
            file.seek(start + begin)
            value = np.empty(shape, dtype)
            count = file.readinto(value.reshape(-1).view(np.uint8).data)
            if count != length:
                raise _broken(path, f"'{name}' ends after {count} of {length} bytes")
            found.append((variable, value))
    for variable, value in found:
        give(variable, value)


def _named(model: Layer) -> dict[str, Variable]:
    """The weights of a model by their names in a file."""
    named: dict[str, Variable] = {}
    for where, layer in places(model):
        place = "/".join(part for part in where.split("/") if part != "layers")
        for variable in own_weights(layer):
            named[f"{place}/{variable.name}".lstrip("/")] = variable
    return named


def _table(path: Path, file: Any) -> tuple[dict[str, Any], int]:
    """The table of contents, and where the numbers begin."""
    length = int.from_bytes(file.read(8), "little")
    if not 2 <= length <= LONGEST_HEADER:
        raise _broken(path, f"a table of contents of {length} bytes")
    try:
        table = json.loads(file.read(length))
    except (ValueError, RecursionError) as error:
        raise _broken(path, f"a table of contents that is not JSON: {error}") from error
    if not isinstance(table, dict):
        raise _broken(path, f"a table of contents that is a {type(table).__name__}")
    table.pop("__metadata__", None)
    return table, 8 + length


def _entry(path: Path, name: str, entry: Any) -> tuple[np.dtype, tuple[int, ...], int, int]:
    """What the table says of one array: dtype, shape, first byte, number of bytes."""
    try:
        dtype = DTYPES[entry["dtype"]]
        shape = tuple(int(n) for n in entry["shape"])
        begin, end = (int(n) for n in entry["data_offsets"])
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        raise _broken(path, f"'{name}' is {_short(repr(entry))}") from error
    length = dtype.itemsize * int(np.prod(shape, dtype=object))
    if begin < 0 or min(shape, default=1) < 0 or end - begin != length:
        raise _broken(path, f"'{name}' of {length} bytes lies from {begin} to {end}")
    return dtype, shape, begin, length


def _short(text: str) -> str:
    """What a file says, so that it can be read in an error."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} ... ({len(text)} characters)"


def _broken(path: Path, given: str) -> DataError:
    return DataError(
        f"{path} is not a whole safetensors file.",
        given=given,
        expected="a file as save_safetensors writes it",
    )
