"""What is about to be read from a file: weights, for which no first values are made; vocabularies.

A vocabulary is part of the graph of a model, so it must be there when the layers are connected;
but where it lies in a file follows from how they are. So a model with learned vocabularies is made
twice: first with stand-ins, then with what was read for them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from pellucid.errors import DataError
from pellucid.graph.dtypes import numpy_dtype

__all__ = ["awaited_terms", "awaited_value", "terms_awaited", "weights_awaited"]

_room: list[int] = []  # innermost last: how many bytes of weights may still be asked for
_lookups: list[tuple[list[Any], list[Any]]] = []


@contextmanager
def terms_awaited(known: list[Any]) -> Iterator[list[Any]]:
    """Give layers their vocabularies as they are made inside a ``with`` block, which gets a list
    of those layers.

    Args:
        known: For each of these layers, in order, the one whose vocabulary it has; none at first.
    """
    made: list[Any] = []
    _lookups.append((made, known))
    try:
        yield made
    finally:
        _lookups.pop()


def awaited_terms(layer: Any, size: int) -> list[Any]:
    """The vocabulary of a layer that was made just now, or as many stand-ins.

    Raises:
        DataError: If there are more than the file has room for.
    """
    if not _lookups or not size:
        return []
    if _room and size > _room[-1]:
        raise DataError(
            "A larger vocabulary is described than the file holds.",
            given=f"{size} terms",
            expected=f"at most {_room[-1]}",
        )
    made, known = _lookups[-1]
    made.append(layer)
    terms: list[Any] = known[len(made) - 1]._terms if known else list(range(size))
    return terms


@contextmanager
def weights_awaited(limit: int) -> Iterator[None]:
    """Make weights without first values inside a ``with`` block: a file has theirs.

    Args:
        limit: How many bytes they may take together: a description that asks for more than its
            file can hold is broken, or meant to fill the memory.
    """
    _room.append(limit)
    try:
        yield
    finally:
        _room.pop()


def awaited_value(shape: tuple[int, ...], dtype: str) -> np.ndarray | None:
    """What stands for the value of a weight until it is read; ``None`` if nothing is awaited.

    Raises:
        DataError: If there are more weights than the file has room for.
    """
    if not _room:
        return None
    kind = numpy_dtype(dtype)
    needed = int(np.prod(shape, dtype=object)) * kind.itemsize
    if needed > _room[-1]:
        raise DataError(
            "More weights are described than the file holds.",
            given=f"a weight of shape {shape}, {needed} bytes",
            expected=f"at most {_room[-1]} bytes more",
        )
    _room[-1] -= needed
    return np.zeros(shape, kind)  # from the system, which gives no memory until it is written to
