"""What ``fit`` is given besides arrays, as batches one after another."""

import math
import mmap
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
import optree

from pellucid.errors import ArgumentError, DTypeError
from pellucid.models.data import Dataset, prepare, split_tail
from pellucid.models.py_dataset import PyDataset

__all__ = ["Feed", "open_data", "open_validation", "require_steps", "split"]

MAPPED_BYTES = 2**28  # files larger than this are read batch by batch
KEPT_BYTES = 2**26  # how much of a mapped file is held before the pages are given back
FAULT_BYTES = 2**16  # what the system reads at once around a single row


class Feed:
    """Gives batches: ``x``, ``(x, y)`` or ``(x, y, sample_weight)`` each.

    Attributes:
        part: How errors tell these data from others: ``"validation "`` before their names.
        steps: How many batches a pass has; ``None`` where that is not known before.
        ordered: Of how many things (rows or batches) an order may be drawn, if any.
        once: Whether it cannot be begun again.
        endless: Whether a pass is known to have no end.
    """

    steps: int | None = None
    ordered: int | None = None
    once = False
    endless = False

    def __init__(self, part: str = "") -> None:
        self.part = part

    def peek(self) -> Any:
        """The batch from which the kind of all is told; it is not used up.

        Raises:
            StopIteration: If there is none.
        """
        return next(self.batches())

    def batches(self, order: Any = None, first: int = 0) -> Iterator[Any]:
        """A pass over the data, in an order, without so many of its first batches."""
        raise NotImplementedError

    def begin_epoch(self) -> None:
        """Before the batches of an epoch."""

    def end_epoch(self) -> None:
        """After the batches of an epoch."""


class IterableFeed(Feed):
    """Batches of a generator, or of what can be iterated over again and again."""

    def __init__(self, source: Iterable[Any], part: str) -> None:
        super().__init__(part)
        self.source = source
        self.once = isinstance(source, Iterator)
        self.endless = getattr(source, "endless", False)
        self.begun: Iterator[Any] | None = None
        sized = hasattr(source, "__len__") and not self.once
        try:
            self.steps = len(source) if sized else None  # type: ignore[arg-type]
        except TypeError:  # a DataLoader over an endless data set has a __len__ that raises
            self.steps = None

    def peek(self) -> Any:
        iterator = iter(self.source)
        first = next(iterator)
        self.begun = chain([first], iterator)
        return first

    def batches(self, order: Any = None, first: int = 0) -> Iterator[Any]:
        begun, self.begun = self.begun, None
        return islice(iter(self.source) if begun is None else begun, first, None)


class PyDatasetFeed(Feed):
    """Batches of a :class:`~pellucid.utils.PyDataset`."""

    def __init__(self, source: PyDataset, part: str) -> None:
        super().__init__(part)
        self.source = source
        self.steps = self.ordered = source.num_batches
        self.endless = self.steps is None

    def peek(self) -> Any:
        if self.steps == 0:
            raise StopIteration
        return self.source[0]

    def batches(self, order: Any = None, first: int = 0) -> Iterator[Any]:
        return self.source.batches(order, first)

    def begin_epoch(self) -> None:
        self.source.on_epoch_begin()

    def end_epoch(self) -> None:
        self.source.on_epoch_end()


class RowFeed(Feed):
    """Batches of so many rows each; a subclass says how rows are taken."""

    def __init__(self, rows: int, size: int, part: str) -> None:
        super().__init__(part)
        self.ordered = rows
        self.size = size
        self.steps = -(-rows // size)

    def batches(self, order: Any = None, first: int = 0) -> Iterator[Any]:
        for start in range(first * self.size, self.ordered or 0, self.size):
            end = min(start + self.size, self.ordered or 0)
            yield self.take(slice(start, end) if order is None else order[start:end])

    def take(self, rows: Any) -> Any:
        """The batch of some rows."""
        raise NotImplementedError


class LargeFeed(RowFeed):
    """Rows of arrays that are too large to lie where the engine computes.

    Args:
        data: The arrays, as they are stored.
        size: Rows a batch.
    """

    def __init__(self, data: Dataset, size: int) -> None:
        super().__init__(len(data), size, data.part)
        self.data = data
        self.touched = 0
        mapped = [m for m in map(_mapped, data.arrays) if m is not None]
        # The pages of a private mapping ("c") may hold changes that are nowhere else.
        self.mappings: list[Any] = [vars(m)["_mmap"] for m in mapped if m.mode != "c"]

    def take(self, rows: Any) -> Any:
        copies = [np.array(a[rows]) for a in self.data.arrays]
        self._release(sum(c.nbytes for c in copies), 0 if isinstance(rows, slice) else len(rows))
        return self.data.filled(copies)

    def _release(self, read: int, single: int) -> None:
        """Give pages back, before all of the file counts as this process's memory."""
        self.touched += max(read, single * FAULT_BYTES)
        if self.touched < KEPT_BYTES or not hasattr(mmap, "MADV_DONTNEED"):
            return
        self.touched = 0
        for mapping in self.mappings:
            mapping.madvise(mmap.MADV_DONTNEED)


class TableFeed(RowFeed):
    """Rows of a Hugging Face data set.

    Args:
        source: The data set.
        targets: The columns that are targets; by default ``"label"`` or ``"labels"``.
        size: Rows a batch.
        part: As of :class:`Feed`.
    """

    def __init__(self, source: Any, targets: Any, size: int, part: str) -> None:
        sized = hasattr(source, "__len__")
        super().__init__(len(source) if sized else 0, size, part)
        self.source = source.with_format("numpy")
        self.targets = [targets] if isinstance(targets, str) else targets
        if not sized:  # a data set that is streamed
            self.steps = self.ordered = None

    def batches(self, order: Any = None, first: int = 0) -> Iterator[Any]:
        if self.steps is not None:
            return super().batches(order, first)
        return islice(map(self._parted, self.source.iter(batch_size=self.size)), first, None)

    def take(self, rows: Any) -> Any:
        return self._parted(self.source[rows])

    def _parted(self, columns: Mapping[str, Any]) -> tuple[Any, Any]:
        """Inputs and targets: an array where it is one column, else a dict."""
        names = self.targets
        if names is None:
            names = [name for name in ("label", "labels") if name in columns]
        missing = [name for name in names if name not in columns]
        if missing:
            raise ArgumentError(
                f"The data set has no column {missing[0]!r}.",
                given=f"y={names!r}",
                expected=f"some of {', '.join(map(repr, columns))}",
            )
        inputs = {name: column for name, column in columns.items() if name not in names}
        return _alone(inputs), _alone({name: columns[name] for name in names})


def _alone(columns: dict[str, Any]) -> Any:
    """What there is: nothing, one column, or several by name."""
    return next(iter(columns.values()), None) if len(columns) < 2 else columns


def open_data(
    x: Any, y: Any = None, sample_weight: Any = None, size: int = 32, part: str = ""
) -> Dataset | Feed:
    """A data set of arrays, or what feeds batches.

    Raises:
        ArgumentError: If there are targets or weights beside what gives them itself.
        DataError: If there are no rows, not equally many, or if a value is not a number.
    """
    table = _is_table(x)
    if not table and not _is_stream(x):
        if _is_large((x, y, sample_weight)):
            return LargeFeed(prepare(x, y, sample_weight, part, as_stored=True), size)
        return prepare(x, y, sample_weight, part)
    beside = {"y": None if table and _is_names(y) else y, "sample_weight": sample_weight}
    for name, given in beside.items():
        if given is not None:
            raise ArgumentError(
                f"'{name}' cannot be given beside x that yields whole batches.",
                given=f"{part}x: a {type(x).__name__}, and {name}",
                expected="the names of columns, or None"
                if table and name == "y"
                else "batches of (x, y) or (x, y, sample_weight)",
            )
    if table:
        return TableFeed(x, y, size, part)
    return PyDatasetFeed(x, part) if isinstance(x, PyDataset) else IterableFeed(x, part)


def open_validation(given: Any, size: int) -> Dataset | Feed:
    """What ``validation_data`` is: ``(x, y)``, ``(x, y, sample_weight)``, or what yields batches.

    Raises:
        DTypeError: If it is none of them.
    """
    if not isinstance(given, tuple | list):
        if _is_stream(given) or _is_table(given):
            return open_data(given, size=size, part="validation ")
    elif len(given) in (2, 3):
        x, y, weight = (*given, None)[:3]
        return open_data(x, y, weight, size, "validation ")
    raise DTypeError(
        "validation_data is a tuple.",
        given=f"a {type(given).__name__}",
        expected="(x, y) or (x, y, sample_weight)",
    )


def split(data: Dataset | Feed, share: float) -> tuple[Dataset | Feed, Dataset | Feed]:
    """Part off the last rows for validation.

    Raises:
        ArgumentError: If a part would be empty, or the data are not rows that can be told apart.
    """
    if isinstance(data, Dataset):
        return split_tail(data, share)
    if isinstance(data, LargeFeed):
        first, last = split_tail(data.data, share)
        return LargeFeed(first, data.size), LargeFeed(last, data.size)
    raise ArgumentError(
        "Only arrays can be split for validation.",
        given=f"validation_split={share} of x that yields whole batches",
        expected="validation_data",
    )


def require_steps(name: str, steps: int | None, data: Dataset | Feed | None) -> None:
    """Raise if a pass without end would be gone through.

    Raises:
        ArgumentError: If there is neither an end nor a number of steps.
    """
    if steps is None and isinstance(data, Feed) and data.endless:
        raise ArgumentError(
            "A data set without end needs a number of steps.",
            given=f"{data.part}x, which has no end",
            expected=f"{name}=100, for example",
        )


def _is_table(x: Any) -> bool:
    return hasattr(x, "with_format") and hasattr(x, "column_names")


def _is_stream(x: Any) -> bool:
    """Whether it yields batches: iterators, and iterables that are no arrays, lists or dicts."""
    if isinstance(x, Iterator | PyDataset):
        return True
    plain = isinstance(x, Sequence | Mapping) or hasattr(x, "__array__")
    return isinstance(x, Iterable) and not plain


def _is_names(y: Any) -> bool:
    several = isinstance(y, list | tuple) and all(isinstance(name, str) for name in y)
    return isinstance(y, str) or several


def _is_large(given: Any) -> bool:
    """Whether arrays are too large to be held: larger than half of the memory, or long files."""
    arrays = [a for a in optree.tree_leaves(given, is_leaf=_is_flat) if isinstance(a, np.ndarray)]
    mapped = sum(a.nbytes for a in arrays if _mapped(a) is not None)
    return mapped > MAPPED_BYTES or sum(a.nbytes for a in arrays) > _memory() / 2


def _is_flat(x: Any) -> bool:
    """Whether it is a list of numbers: not to be gone through one by one."""
    return isinstance(x, list | tuple) and not any(hasattr(part, "__array__") for part in x[:1])


def _memory() -> float:
    """The bytes of memory of this machine, where it tells."""
    if not hasattr(os, "sysconf"):
        return math.inf
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))


def _mapped(array: Any) -> np.memmap | None:
    """The memory-mapped array that an array is a view of, if it is one."""
    while array is not None and not isinstance(array, np.memmap):
        array = getattr(array, "base", None)
    return array
