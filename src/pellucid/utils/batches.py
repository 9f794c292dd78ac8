"""Data sets that are plain iterables of batches, each made when it is asked for."""

import copy
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count as counted
from itertools import islice
from typing import Any, Self

import numpy as np

from pellucid.models.arguments import whole_number
from pellucid.models.feeding import BATCHES_AHEAD, ahead
from pellucid.random.seeds import new_seed
from pellucid.utils.rows import Rows, parts_of, stacked

__all__ = ["Batches"]

AUTOTUNE = -1  # what scripts written for TensorFlow say where the number is left to it

Elements = Callable[[int, int], Iterator[Any]]
"""From the number of a pass, and how many elements to pass over, to the elements."""


class Batches:
    """An iterable of batches, each made when it is asked for.

    What its methods return is such an iterable too, made of this one's elements as they come: no
    more of them are held than a method says. ``fit``, ``evaluate`` and ``predict`` take it.

    The order of a pass follows from the seed and the number of the pass alone: to look at the
    batches does not change the order in which what was made of them is trained on.

    Args:
        count: How many rows there are.
        rows: From the numbers of some rows to those rows: an array or a tuple of arrays.
        batch_size: How many rows a batch has; ``None`` to give row by row.
        shuffle: Whether each pass has an order of its own.
        seed: Of those orders.

    Attributes:
        batch_size: As given, or as :meth:`batch` was told last.
        endless: Whether a pass has no end, and ``fit`` needs ``steps_per_epoch``.
        class_names: The names of the classes, of data from folders; else ``None``.
        file_paths: The files of such data, before anything was passed over or mixed.

    Examples:
        >>> data = utils.Batches(5, lambda numbers: numbers * 10, batch_size=2)
        >>> len(data), [batch.tolist() for batch in data]
        (3, [[0, 10], [20, 30], [40]])
        >>> [int(row) for row in data.unbatch().skip(1).map(lambda x: x + 1)]
        [11, 21, 31, 41]
        >>> [batch.tolist() for batch in data.unbatch().batch(3).repeat(2).take(3)]
        [[0, 10, 20], [30, 40], [0, 10, 20]]
    """

    endless = False
    class_names: list[str] | None = None
    file_paths: list[str] | None = None

    def __init__(
        self,
        count: int,
        rows: Callable[[np.ndarray], Any],
        batch_size: int | None = 32,
        shuffle: bool = False,
        seed: int | None = None,
    ) -> None:
        self._set(Rows(count, rows, batch_size, shuffle, new_seed() if seed is None else seed))

    def _set(self, rows: Rows) -> None:
        self._rows: Rows | None = rows
        self._elements: Elements = rows.elements
        self._length: int | None = len(rows)
        self.batch_size = rows.batch_size
        self._passes = counted()

    def _with_rows(self, rows: Rows) -> Self:
        new = copy.copy(self)
        new._set(rows)
        return new

    def _derived(self, elements: Elements, length: int | None) -> Self:
        new = copy.copy(self)
        new._rows, new._elements, new._length = None, elements, length
        new._passes = counted()
        return new

    def __len__(self) -> int:
        if self._length is None:
            raise TypeError("how many elements there are is not known before they are made")
        return self._length

    def __iter__(self) -> Iterator[Any]:
        return self._elements(next(self._passes), 0)

    # -- other elements --------------------------------------------------------------------------

    def batch(self, batch_size: int, drop_remainder: bool = False) -> Self:
        """Elements put together: rows to batches of so many.

        Args:
            batch_size: How many elements a batch has.
            drop_remainder: Whether a smaller batch at the end is left out.
        """
        size = whole_number("batch_size", batch_size)
        rows = self._rows
        if rows is not None and rows.batch_size is None and not drop_remainder:
            # Taken together in the first place, they need not be put together afterwards.
            return self._with_rows(Rows(rows.count, rows.take, size, rows.shuffled, rows.seed))

        def elements(run: int, first: int) -> Iterator[Any]:
            source = self._elements(run, first * size)
            while batch := list(islice(source, size)):
                if len(batch) == size or not drop_remainder:
                    yield stacked(batch)

        length = None
        if self._length is not None:
            length = self._length // size if drop_remainder else -(-self._length // size)
        new = self._derived(elements, length)
        new.batch_size = size
        return new

    def unbatch(self) -> Self:
        """The rows of the batches, one by one."""
        rows = self._rows
        if rows is not None and rows.batch_size is not None:
            return self._with_rows(Rows(rows.count, rows.take, None, rows.shuffled, rows.seed))

        def elements(run: int, first: int) -> Iterator[Any]:
            every = (row for batch in self._elements(run, 0) for row in parts_of(batch))
            return islice(every, first, None)

        new = self._derived(elements, None)
        new.batch_size = None
        return new

    def map(self, function: Callable[..., Any], num_parallel_calls: int | None = None) -> Self:
        """A function of each element; of its parts, where it is a tuple.

        Args:
            function: What is made of an element.
            num_parallel_calls: How many threads make them, as many elements ahead; -1
                (TensorFlow's ``AUTOTUNE``) for one a core. They come in order all the same.
        """
        workers = _many("num_parallel_calls", num_parallel_calls or 1, os.cpu_count() or 1)

        def changed(element: Any) -> Any:
            return function(*element) if isinstance(element, tuple) else function(element)

        def elements(run: int, first: int) -> Iterator[Any]:
            source = self._elements(run, first)
            return map(changed, source) if workers == 1 else in_threads(changed, source, workers)

        return self._derived(elements, self._length)

    # -- which elements, and in which order ------------------------------------------------------

    def take(self, count: int) -> Self:
        """The first ``count`` elements of each pass; all of them for -1."""
        number = whole_number("count", count, least=-1)

        def elements(run: int, first: int) -> Iterator[Any]:
            stop = None if number == -1 else max(number - first, 0)
            return islice(self._elements(run, first), stop)

        known = self._length
        if number != -1 and (known is not None or self.endless):
            known = number if known is None else min(number, known)
        new = self._derived(elements, known)
        new.endless = self.endless and number == -1
        return new

    def skip(self, count: int) -> Self:
        """All but the first ``count`` elements of each pass; those are not even made.

        Rows that were shuffled have another order in each pass: what is skipped in one comes in
        the next. To part rows for good, shuffle them once: ``split_dataset``, or
        ``validation_split`` of data from folders.
        """
        number = whole_number("count", count, least=0)
        length = None if self._length is None else max(self._length - number, 0)
        return self._derived(lambda run, first: self._elements(run, first + number), length)

    def shuffle(
        self, buffer_size: int, seed: int | None = None, reshuffle_each_iteration: bool = True
    ) -> Self:
        """Elements in a random order, drawn from so many that are held.

        Args:
            buffer_size: How many elements are held. Only as many as there are mix all of them.
            seed: Of the order.
            reshuffle_each_iteration: Whether each pass has an order of its own.
        """
        size = whole_number("buffer_size", buffer_size)
        seed = new_seed() if seed is None else seed

        def elements(run: int, first: int) -> Iterator[Any]:
            rng = np.random.default_rng([seed, run if reshuffle_each_iteration else 0])
            return islice(drawn(self._elements(run, 0), size, rng), first, None)

        return self._derived(elements, self._length)

    def repeat(self, count: int | None = None) -> Self:
        """So many passes one after another; without end for ``None`` or -1."""
        number = None if count is None or count == -1 else whole_number("count", count, least=0)

        def passes(run: int) -> Iterator[Any]:
            for time in counted() if number is None else range(number):
                empty = True
                for element in self._elements(run * (number or 1) + time, 0):
                    empty = False
                    yield element
                if empty:
                    return  # there is nothing to repeat

        known = None if number is None or self._length is None else number * self._length
        new = self._derived(lambda run, first: islice(passes(run), first, None), known)
        new.endless = self.endless or number is None
        return new

    # -- when they are made ----------------------------------------------------------------------

    def prefetch(self, buffer_size: int) -> Self:
        """The same elements, made in a thread of their own, so many ahead of their use.

        Args:
            buffer_size: How many wait at most; -1 (TensorFlow's ``AUTOTUNE``) for two.
        """
        size = _many("buffer_size", buffer_size, BATCHES_AHEAD)

        def elements(run: int, first: int) -> Iterator[Any]:
            with ahead(self._elements(run, first), size) as made:
                yield from made

        return self._derived(elements, self._length)

    def cache(self) -> Self:
        """The same elements, all of them held in memory from the first whole pass on."""
        held: list[Any] = []
        whole = False

        def elements(run: int, first: int) -> Iterator[Any]:
            nonlocal whole
            if whole:
                yield from islice(held, first, None)
                return
            made = []
            for number, element in enumerate(self._elements(run, 0)):
                made.append(element)
                if number >= first:
                    yield element
            held[:] = made
            whole = True

        return self._derived(elements, self._length)


def in_threads(function: Callable[[Any], Any], items: Iterator[Any], workers: int) -> Iterator[Any]:
    """A function of each item, in order; in so many threads, as many items ahead."""
    pool = ThreadPoolExecutor(workers)
    try:
        waiting: deque[Future[Any]] = deque()
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def drawn(items: Iterator[Any], size: int, rng: np.random.Generator) -> Iterator[Any]:
    """Items in a random order, each drawn from so many that wait."""
    waiting = list(islice(items, size))
    for item in items:
        place = int(rng.integers(len(waiting)))
        yield waiting[place]
        waiting[place] = item
    rng.shuffle(waiting)
    yield from waiting


def _many(name: str, value: int, automatic: int) -> int:
    """A number of at least 1, or the automatic one for -1."""
    return automatic if value == AUTOTUNE else whole_number(name, value)
