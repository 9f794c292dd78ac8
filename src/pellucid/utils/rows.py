"""Rows that are found by their numbers, in an order of its own for each pass over them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import optree

__all__ = ["Rows", "parts_of", "stacked"]


@dataclass(frozen=True)
class Rows:
    """So many rows, which are found by their numbers.

    Args:
        count: How many there are.
        take: From the numbers of some rows to these rows, one after another.
        batch_size: How many come at once; ``None`` for one by one.
        shuffled: Whether each pass has an order of its own.
        seed: Of those orders: the same order whenever a pass has the same number.
    """

    count: int
    take: Callable[[np.ndarray], Any]
    batch_size: int | None
    shuffled: bool
    seed: int

    def __len__(self) -> int:
        return -(-self.count // (self.batch_size or 1))

    def elements(self, run: int, first: int) -> Iterator[Any]:
        """The batches, or rows, of a pass, without so many of the first, which are not made."""
        order = np.arange(self.count)
        if self.shuffled:
            order = np.random.default_rng([self.seed, run]).permutation(self.count)
        size = self.batch_size or 1
        for start in range(first * size, self.count, size):
            batch = self.take(order[start : start + size])
            yield batch if self.batch_size else next(parts_of(batch))


def parts_of(batch: Any) -> Iterator[Any]:
    """The rows of a batch, one by one.

    Examples:
        >>> [(int(x), y) for x, y in parts_of((np.array([1, 2]), ["a", "b"]))]
        [(1, 'a'), (2, 'b')]
    """
    leaves, structure = optree.tree_flatten(batch, is_leaf=_is_texts)
    for row in zip(*leaves, strict=True):
        yield optree.tree_unflatten(structure, row)


def stacked(rows: Sequence[Any]) -> Any:
    """A batch made of rows.

    Examples:
        >>> stacked([(1, "a"), (2, "b")])
        (array([1, 2]), array(['a', 'b'], dtype=object))
    """
    return optree.tree_map(lambda *parts: _stack(parts), *rows)


def _stack(parts: Sequence[Any]) -> np.ndarray:
    # NumPy would make room for the longest text in every row.
    return np.array(parts, object) if isinstance(parts[0], str) else np.stack(parts)


def _is_texts(x: Any) -> bool:
    return isinstance(x, list) and bool(x) and isinstance(x[0], str)
