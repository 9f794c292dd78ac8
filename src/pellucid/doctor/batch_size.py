"""Finding a batch size: where larger batches stop to go through more rows a second."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.clone import sandbox
from pellucid.errors import ArgumentError
from pellucid.models import arguments
from pellucid.models.consulting import register_expert
from pellucid.models.data import prepare
from pellucid.models.model import Model
from pellucid.models.running import Resident

__all__ = ["BatchTest", "Speed", "find_batch_size"]

SMALLEST = 8  # rows: below it the time a step needs for itself is nearly all
ENOUGH = 0.9  # of the best throughput
FLAT, TURNS = 1.05, 2  # the search ends when so many doublings in a row gained less than 5 %
ROWS = 4096  # that are gone through for one timing, or one step's
REPEATS = 5

Measured = Callable[[Callable[[], Any]], float]
"""Runs what it is given and says how many seconds that took."""


@dataclass(frozen=True)
class Speed:
    """How fast batches of a size go through.

    Attributes:
        batch_size: Rows a step.
        rows_a_second: How many rows a step of training goes through in a second.
        step_seconds: How long a step takes.
    """

    batch_size: int
    rows_a_second: float
    step_seconds: float


@dataclass(frozen=True, eq=False)
class BatchTest:
    """What a search for a batch size gave.

    As a number it is its :attr:`suggestion`: ``fit(..., batch_size=int(found))``.

    Attributes:
        speeds: What was measured, by growing batch size.
        ended: Why larger ones were not tried.
    """

    speeds: tuple[Speed, ...] = field(repr=False)
    ended: str

    @property
    def suggestion(self) -> int:
        """The smallest batch size with 90 % of the best throughput: beyond it little is gained."""
        best = max(s.rows_a_second for s in self.speeds)
        return next(s.batch_size for s in self.speeds if s.rows_a_second >= ENOUGH * best)

    def __int__(self) -> int:
        return self.suggestion

    __index__ = __int__

    def __repr__(self) -> str:
        return f"<BatchTest: {self.suggestion} suggested of {len(self.speeds)} sizes>"

    def table(self) -> str:
        """All that was measured, as text."""
        lines = ["batch size   rows a second   ms a step"]
        for s in self.speeds:
            mark = "  <- suggested" if s.batch_size == self.suggestion else ""
            milliseconds = f"{1000 * s.step_seconds:.3g}"
            lines.append(f"{s.batch_size:10d}   {s.rows_a_second:13,.0f}   {milliseconds:>9}{mark}")
        return "\n".join(lines)

    def describe(self) -> str:
        """The search in words."""
        chosen = next(s for s in self.speeds if s.batch_size == self.suggestion)
        best = max(self.speeds, key=lambda s: s.rows_a_second)
        return (
            f"Batches of {chosen.batch_size} go through {chosen.rows_a_second:,.0f} rows a second, "
            f"{chosen.rows_a_second / best.rows_a_second:.0%} of the best, which batches of "
            f"{best.batch_size} reach. Larger ones were not tried: {self.ended}. A larger batch "
            "makes fewer steps an epoch, and bears a larger learning rate: find_learning_rate "
            "with this batch size tells which."
        )

    def plot(self, ax: Any = None) -> Any:
        """Draw the throughput against the batch size.

        Args:
            ax: Axes of matplotlib's to draw on; those of a new figure by default.

        Returns:
            The axes.
        """
        from pellucid.see.axes import axes_for, colours_of, tell

        ax = axes_for(ax, "rows a second by batch size")
        colours = colours_of(ax)
        sizes = [s.batch_size for s in self.speeds]
        rates = [s.rows_a_second for s in self.speeds]
        ax.plot(sizes, rates, marker="o", color=colours["train"])
        ax.axhline(
            ENOUGH * max(rates), linestyle=":", color=colours["baseline"], label="90 % of the best"
        )
        ax.axvline(
            self.suggestion, linestyle="--", color=colours["ink"], label=f"{self.suggestion} rows"
        )
        ax.set_xscale("log", base=2)
        ax.set_xticks(sizes, [str(n) for n in sizes])
        ax.set(xlabel="batch size", ylabel="rows a second", ylim=(0, 1.1 * max(rates)))
        ax.legend(frameon=False)
        return tell(ax, self.describe())


def find_batch_size(
    model: Model,
    x: Any,
    y: Any = None,
    *,
    smallest: int = SMALLEST,
    largest: int | None = None,
    sample_weight: Any = None,
    class_weight: Mapping[int, float] | None = None,
    timed: Measured | None = None,
) -> BatchTest:
    """Find the batch size from which on larger batches hardly go through more rows a second.

    Steps of training are timed at growing batch sizes, each twice the last, until two doublings in
    a row gain less than 5 %, or there are no more rows or no more memory. The model is left as it
    is, bit for bit; one that has no weights yet has none afterwards.

    Args:
        model: A compiled model.
        x: Inputs, N rows.
        y: Targets, N rows.
        smallest: The batch size to begin with.
        largest: The batch size to end with; by default as many rows as there are.
        sample_weight, class_weight: As ``fit`` will be given them.
        timed: Runs what it is given and returns the seconds that it took; by default by the clock.

    Returns:
        The search: its :attr:`~BatchTest.suggestion`, a table, a picture.

    Raises:
        StateError: If the model has not been compiled.
        ArgumentError: If ``largest`` is below ``smallest``.
        DataError: If the data cannot be trained on.

    Examples:
        >>> x = np.linspace(-1, 1, 64, dtype=np.float32)[:, None]
        >>> model = Sequential([layers.Dense(8, "tanh"), layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> found = doctor.find_batch_size(model, x, x**2, largest=16)
        >>> [speed.batch_size for speed in found.speeds]
        [8, 16]
    """
    model._compiled("find_batch_size")
    least = arguments.whole_number("smallest", smallest)
    data = prepare(x, y, sample_weight)
    most = min(arguments.whole_number("largest", largest, len(data)), len(data))
    if largest is not None and largest < least:
        raise ArgumentError(
            "The largest batch is smaller than the smallest.",
            given=f"smallest={smallest}, largest={largest}",
            expected="largest at least as large as smallest",
        )
    case = Case(model, data, class_weight=class_weight)
    with sandbox(case), np.errstate(all="ignore"):
        speeds, ended = _speeds(case, min(least, most), most, timed or _by_the_clock)
    return BatchTest(tuple(speeds), ended)


def _speeds(case: Case, size: int, most: int, timed: Measured) -> tuple[list[Speed], str]:
    """The throughput at growing sizes, and why there are no larger ones."""
    found: list[Speed] = []
    model: Any = case.model
    data = case.train.weighted(case.class_weight)
    flat = 0
    while size <= most:
        try:
            source: Resident = model._ready("train", data, size, check_data=False)
            found.append(_speed(source, size, timed))
        except Exception as error:
            if not found or not _is_memory(error):
                raise
            return found, "memory ran out"
        best = max((s.rows_a_second for s in found[:-1]), default=0.0)
        flat = flat + 1 if found[-1].rows_a_second < FLAT * best else 0
        if flat == TURNS:
            return found, f"{TURNS} doublings in a row gained less than 5 %"
        size *= 2
    return found, f"there are {len(data)} rows" if most == len(data) else f"largest={most}"


def _speed(source: Resident, size: int, timed: Measured) -> Speed:
    """The best of some timings, after one that compiles: what disturbs a clock only adds to it."""
    steps = max(1, min(ROWS, source.rows) // size)
    rows = np.random.default_rng(0).permutation(source.rows)[: steps * size]
    order = source.engine.put(rows.astype(np.int32))

    def run(count: int) -> None:
        source.loop.run(source.arrays, order, 0, count, size)

    run(steps)
    seconds = min(timed(lambda: run(steps)) for _ in range(REPEATS))
    return Speed(size, steps * size / seconds, seconds / steps)


def _by_the_clock(run: Callable[[], Any]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _is_memory(error: Exception) -> bool:
    """Whether an engine found no memory: NumPy's error, or XLA's, which is a RuntimeError."""
    return isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error)


register_expert("find_batch_size", find_batch_size)
