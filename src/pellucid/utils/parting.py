"""A data set parted in two."""

from typing import Any

import numpy as np
import optree

from pellucid.errors import ArgumentError
from pellucid.models.py_dataset import PyDataset
from pellucid.random.seeds import host_generator
from pellucid.utils.batches import Batches
from pellucid.utils.rows import parts_of, stacked

__all__ = ["split_dataset"]


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Batches, Batches]:
    """Rows parted in two data sets, which give row by row (``.batch(32)`` for batches).

    Args:
        dataset: An array, a tuple, list or dict of arrays, or a list of numbers. Or what yields
            batches: all are taken into memory, and the parts come in batches of the same size.
        left_size: Of the left part: a share between 0 and 1, or a number of rows.
        right_size: Of the right part likewise; one of the two may be left out.
        shuffle: Whether the rows are mixed before.
        seed: Of that.
        preferred_backend: Taken for Keras's sake: the parts are always our own.

    Raises:
        ArgumentError: If the sizes do not fit, or a part would be empty.

    Examples:
        >>> left, right = split_dataset(np.arange(10), left_size=0.8)
        >>> len(left), [int(row) for row in right]
        (8, [8, 9])
    """
    size = None
    if isinstance(dataset, Batches | PyDataset):
        dataset, size = _gathered(dataset)
    arrays = optree.tree_map(np.asarray, dataset, is_leaf=_is_plain)
    count = len(optree.tree_leaves(arrays)[0])
    left, right = _sizes(left_size, right_size, count)
    rng = host_generator() if seed is None else np.random.default_rng(seed)
    order = rng.permutation(count) if shuffle else np.arange(count)

    def part(numbers: np.ndarray) -> Batches:
        return Batches(
            len(numbers), lambda i: optree.tree_map(lambda a: a[numbers[i]], arrays), size
        )

    return part(order[:left]), part(order[count - right :])


def _gathered(dataset: Any) -> tuple[Any, int | None]:
    """All rows of a data set, and how many of them a batch had; ``None`` where it gives rows."""
    elements = list(dataset)
    if isinstance(dataset, Batches) and dataset.batch_size is None:
        return stacked(elements), None
    rows = [row for batch in elements for row in parts_of(batch)]
    return stacked(rows), len(optree.tree_leaves(elements[0])[0])


def _sizes(left: float | None, right: float | None, count: int) -> tuple[int, int]:
    """How many rows the two parts have."""
    sizes = [round(n * count) if isinstance(n, float) else n for n in (left, right)]
    if sizes.count(None) == 1:
        sizes = [count - (sizes[1 - i] or 0) if n is None else n for i, n in enumerate(sizes)]
    shares = [n for n in (left, right) if isinstance(n, float)]
    known = [n for n in sizes if n is not None]
    fits = len(known) == 2 and min(known) > 0 and sum(known) <= count and sum(shares) <= 1
    if not fits or any(not 0 < n < 1 for n in shares):
        raise ArgumentError(
            "The rows cannot be parted so.",
            given=f"left_size={left}, right_size={right}, {count} rows",
            expected="a share between 0 and 1 or a number of rows, that leave rows on both sides "
            "and are together no more than there are",
        )
    return int(known[0]), int(known[1])


def _is_plain(x: Any) -> bool:
    return isinstance(x, list) and not any(hasattr(part, "__array__") for part in x)
