"""Data sets that are plain iterables of batches: made of rows, windows of a series, or parts."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import optree

from pellucid.errors import DataError

__all__ = ["Batches", "split_dataset", "timeseries_dataset_from_array"]


class Batches:
    """An iterable of batches, each made when it is asked for.

    Args:
        count: How many rows there are.
        rows: From the numbers of some rows to those rows: an array or a tuple of arrays.
        batch_size: How many rows a batch has; ``None`` to give row by row.
        shuffle: Whether each pass has an order of its own.
        seed: Of those orders.

    Examples:
        >>> data = Batches(5, lambda numbers: numbers * 10, batch_size=2)
        >>> len(data), [batch.tolist() for batch in data]
        (3, [[0, 10], [20, 30], [40]])
    """

    def __init__(
        self,
        count: int,
        rows: Callable[[np.ndarray], Any],
        batch_size: int | None = 32,
        shuffle: bool = False,
        seed: int | None = None,
    ) -> None:
        self.count = count
        self.rows = rows
        self.batch_size = batch_size
        self.shuffled = shuffle
        self._rng = np.random.default_rng(seed)

    def __len__(self) -> int:
        return -(-self.count // (self.batch_size or 1))

    def __iter__(self) -> Iterator[Any]:
        order = self._rng.permutation(self.count) if self.shuffled else np.arange(self.count)
        if self.batch_size is None:
            for number in order:
                yield optree.tree_map(lambda a: a[0], self.rows(np.array([number])))
            return
        for start in range(0, self.count, self.batch_size):
            yield self.rows(order[start : start + self.batch_size])

    def batch(self, batch_size: int) -> "Batches":
        """The same rows in batches of another size."""
        return Batches(self.count, self.rows, batch_size, self.shuffled)

    def map(self, function: Callable[..., Any]) -> "Batches":
        """A function of each batch; of its parts, where it is a tuple."""

        def changed(numbers: np.ndarray) -> Any:
            found = self.rows(numbers)
            return function(*found) if isinstance(found, tuple) else function(found)

        return Batches(self.count, changed, self.batch_size, self.shuffled)


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
) -> Batches:
    """Windows of a series, each with the target of its first place.

    Args:
        data: A row for each time.
        targets: What is to be predicted from the window that starts there; may be ``None``.
        sequence_length: How many rows a window has.
        sequence_stride: Steps from one window to the next.
        sampling_rate: Steps from one row of a window to the next.
        batch_size: How many windows a batch has; ``None`` to give window by window.
        shuffle: Whether each pass has an order of its own.
        seed: Of those orders.
        start_index: The first row that is used.
        end_index: The row before which it ends.

    Raises:
        DataError: If no window fits.

    Examples:
        >>> data = timeseries_dataset_from_array(np.arange(5), np.arange(5) * 10, 3)
        >>> [(x.tolist(), y.tolist()) for x, y in data]
        [([[0, 1, 2], [1, 2, 3], [2, 3, 4]], [0, 10, 20])]
    """
    used = slice(start_index, end_index)
    data = np.asarray(data)[used]
    labels = None if targets is None else np.asarray(targets)[start_index or 0 :]
    span = (sequence_length - 1) * sampling_rate + 1
    last = len(data) - span + 1
    if labels is not None:
        last = min(last, len(labels))
    starts = np.arange(0, last, sequence_stride)
    if not len(starts):
        raise DataError(
            "No window fits into the series.",
            given=f"{len(data)} rows, windows over {span}",
            expected="a series at least as long as a window",
        )
    inside = np.arange(sequence_length) * sampling_rate

    def rows(numbers: np.ndarray) -> Any:
        windows = data[starts[numbers][:, None] + inside]
        return windows if labels is None else (windows, labels[starts[numbers]])

    return Batches(len(starts), rows, batch_size, shuffle, seed)


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
) -> tuple[Batches, Batches]:
    """Rows parted in two data sets, which give row by row (``.batch(32)`` for batches).

    Args:
        dataset: An array, a tuple, list or dict of arrays, or a list of rows.
        left_size: Of the left part: a share below 1, or a number of rows.
        right_size: Of the right part likewise; one of the two may be left out.
        shuffle: Whether the rows are mixed before.
        seed: Of that.

    Raises:
        DataError: If the sizes do not fit.

    Examples:
        >>> left, right = split_dataset(np.arange(10), left_size=0.8)
        >>> len(left), [int(row) for row in right]
        (8, [8, 9])
    """
    arrays = optree.tree_map(np.asarray, dataset)
    count = len(optree.tree_leaves(arrays)[0])
    sizes = [
        None if n is None else round(n * count) if isinstance(n, float) else n
        for n in (left_size, right_size)
    ]
    left = count - sizes[1] if sizes[0] is None and sizes[1] is not None else sizes[0]
    right = count - left if left is not None and sizes[1] is None else sizes[1]
    if left is None or right is None or left < 0 or right < 0 or left + right > count:
        raise DataError(
            "The rows cannot be split so.",
            given=f"left_size={left_size}, right_size={right_size}, {count} rows",
            expected="a share between 0 and 1 or a number of rows, together no more than there are",
        )
    order = np.random.default_rng(seed).permutation(count) if shuffle else np.arange(count)

    def part(numbers: np.ndarray) -> Batches:
        return Batches(
            len(numbers), lambda i: optree.tree_map(lambda a: a[numbers[i]], arrays), None
        )

    return part(order[:left]), part(order[left : left + right])
