"""What need not be found out again when a model is trained once more, and on which data."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from pellucid.models.data import Dataset

__all__ = ["Remembered", "fingerprint"]

MOST = 64  # data sets that are remembered: of a stream of ever new ones none comes again
SAMPLE = 4096  # words that are told apart by their place, too

Kept = TypeVar("Kept")


@dataclass
class Remembered:
    """What was found out of a model and its data.

    Attributes:
        graphs: What follows from the structure of the compiled model and the kind of the data.
        seconds: How long each check took when it was made last.
        numbers: What follows from that and the data themselves.
        silent: Checks that found nothing in these data.
    """

    graphs: dict[Any, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    numbers: dict[Any, Any] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    _others: dict[Any, tuple[dict[Any, Any], set[str]]] = field(default_factory=dict)

    def graph(self, name: Any, make: Callable[[], Kept]) -> Kept:
        """What the structure says, made once."""
        if name not in self.graphs:
            self.graphs[name] = make()
        return self.graphs[name]

    def number(self, name: Any, make: Callable[[], Kept]) -> Kept:
        """What the data say, made once."""
        if name not in self.numbers:
            self.numbers[name] = make()
        return self.numbers[name]

    def of(self, key: Any) -> "Remembered":
        """The same model with certain data, and what is known of them."""
        if key not in self._others:
            while len(self._others) >= MOST:
                del self._others[next(iter(self._others))]
            self._others[key] = ({}, set())
        return Remembered(self.graphs, self.seconds, *self._others[key], self._others)


def fingerprint(data: Dataset | None) -> tuple[Any, ...]:
    """What is the same for data that are the same, and for hardly any others.

    Every bit counts in a sum, so that a change of one number is seen, and a sample of the numbers
    counts with their places, so that another order is: in a tenth of the time of a look.

    Examples:
        >>> x = np.arange(6.0)
        >>> before = fingerprint(Dataset(x))
        >>> before == fingerprint(Dataset(x.copy())), before == fingerprint(Dataset(x[::-1]))
        (True, False)
        >>> x[3] = np.nan
        >>> before == fingerprint(Dataset(x))
        False
    """
    return () if data is None else tuple(map(_of_array, data.arrays))


def _of_array(array: np.ndarray) -> tuple[Any, ...]:
    octets = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    whole = len(octets) // 8 * 8
    words = octets[:whole].view(np.uint64)
    sample = words[:: max(len(words) // SAMPLE, 1)]
    total = int(words.sum(dtype=np.uint64))
    return array.shape, array.dtype.str, total, hash(sample.tobytes()), octets[whole:].tobytes()
