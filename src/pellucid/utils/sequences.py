"""Sequences of different lengths made rows of one array."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, DataError

__all__ = ["pad_sequences"]


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Sequences cut off, or filled up, to one length.

    Args:
        sequences: Each a list or array, whose elements have one shape.
        maxlen: The length; that of the longest by default.
        dtype: Of the result; ``object`` for text.
        padding: Where they are filled up: ``"pre"``, in front, or ``"post"``, behind.
        truncating: Where they are cut off.
        value: What they are filled up with.

    Shapes:
        → (number of sequences, maxlen, ...)

    Raises:
        ArgumentError: For another place.
        DataError: If something is no sequence, or elements have different shapes.

    Examples:
        >>> pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2)
        array([[0, 1],
               [2, 3],
               [5, 6]], dtype=int32)
    """
    for name, place in (("padding", padding), ("truncating", truncating)):
        if place not in ("pre", "post"):
            raise ArgumentError(
                f"{name} says where.", given=f"{name}={place!r}", expected="'pre' or 'post'"
            )
    for number, row in enumerate(sequences):
        if not hasattr(row, "__len__"):
            raise DataError(
                "Each of the sequences must be one.",
                given=f"sequences[{number}] = {row!r}",
                expected="a list or an array",
            )
    length = max(map(len, sequences), default=0) if maxlen is None else maxlen
    shapes = {np.shape(row)[1:] for row in sequences if len(row)}
    if len(shapes) > 1:
        raise DataError(
            "The elements of the sequences have different shapes.",
            given=" and ".join(map(str, sorted(shapes))),
            expected="one shape",
        )
    result = np.full((len(sequences), length, *(shapes.pop() if shapes else ())), value, dtype)
    for row, sequence in zip(result, sequences, strict=True):
        kept = (
            sequence[max(len(sequence) - length, 0) :] if truncating == "pre" else sequence[:length]
        )
        if len(kept):
            part = slice(len(kept)) if padding == "post" else slice(length - len(kept), None)
            row[part] = np.asarray(kept, dtype)
    return result
