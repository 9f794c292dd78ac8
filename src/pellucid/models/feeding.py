"""Running a step over batches that come one after another, the next ones made ready meanwhile."""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from pellucid.engines.engine import Engine, Loop, engine
from pellucid.errors import DataError
from pellucid.graph.variable import Variable
from pellucid.models.data import Dataset, check_finite, prepare
from pellucid.models.feeds import Feed
from pellucid.models.running import Ran
from pellucid.models.steps import Step, kinds

__all__ = ["Stream", "ahead", "batches_of"]

BATCHES_AHEAD = 2  # one on its way to the engine, one in the making


class Ready(NamedTuple):
    """A batch that has been checked and lies where the engine computes."""

    data: Dataset
    arrays: list[Any]


class Stream:
    """Batches that come one after another, and the step that is run on each.

    It has the interface of :class:`~pellucid.models.running.Resident`. An epoch goes on where the
    one before has stopped, within a pass over the data.

    Args:
        engine: Where the step runs.
        feed: What gives the batches.
        made: Makes the step and its loop for batches of a kind, which it checks.
        check: What a batch must pass besides, given its step.
        finite: Whether to look for NaN and infinity.
        class_weight: For classes, how much their rows count.

    Raises:
        DataError: If there is no batch at all, or the first one cannot be used.

    Attributes:
        logs: Where a model's own step leaves what it reports, by name.
        steps: How many batches a pass has; ``None`` if that is not known.
        ordered: Of how many things an order may be drawn, if any.
        example: The first batch, which stays to be used.
    """

    def __init__(
        self,
        engine: Engine,
        feed: Feed,
        made: Callable[[Dataset], tuple[Step, Loop]],
        check: Callable[[Dataset, Step], None] | None = None,
        finite: bool = True,
        class_weight: Mapping[int, float] | None = None,
    ) -> None:
        self.engine = engine
        self.feed = feed
        self.made = made
        self.check = check
        self.finite = finite
        self.class_weight = class_weight
        self.logs: Mapping[str, Variable] | None = None
        self.steps = feed.steps
        self.ordered = feed.ordered
        self._loops: dict[Any, tuple[Step, Loop]] = {}
        self._pass: Iterator[Any] | None = None
        self._used = 0  # batches of the pass
        self.example = self._dataset(0, _first(feed))
        # Variables and errors come before the training begins.
        self.logs = self._loop(self.example)[0].logs

    def run_epoch(
        self,
        order: Any = None,
        first: int = 0,
        steps: int | None = None,
        every_batch: bool = False,
        before: Callable[[int], None] | None = None,
        after: Callable[[int], bool] | None = None,
    ) -> Ran:
        """Run the step on the next batches, each by itself.

        Arguments and result are those of
        :meth:`~pellucid.models.running.Resident.run_epoch`; ``before`` and ``after`` are called at
        every batch.
        """
        self.feed.begin_epoch()
        went_on = self._pass is not None
        done = 0
        computing = 0.0
        stop = False
        with self.batches(order, first, steps) as batches:
            for data, arrays in batches:
                if before is not None:
                    before(done)
                step, loop = self._loop(data)
                self.logs = step.logs
                began = time.perf_counter()
                loop.run(arrays, None, 0, 1, len(data))
                computing += time.perf_counter() - began
                done += 1
                self._used += 1
                stop = after(done) if after is not None else False
                if stop:
                    break
        ended = not stop and (steps is None or done < steps)
        if ended or self._used == self.steps:
            self._pass, self._used = None, 0
        self.feed.end_epoch()
        if went_on and ended and not done and not self.feed.once:
            # The pass had ended just where the epoch before did.
            return self.run_epoch(order, 0, steps, every_batch, before, after)
        return Ran(
            steps=done,
            finished=not stop or done == steps,
            place=0 if self.feed.once else self._used,
            dry=self.feed.once and ended,
            computing=computing,
        )

    @contextmanager
    def batches(
        self, order: Any = None, first: int = 0, steps: int | None = None
    ) -> Iterator[Iterator[Ready]]:
        """The next batches, made ready in a thread that ends with the block.

        Args:
            order: The order of a pass that begins.
            first: Where in a pass to be; what cannot be begun again goes on where it is.
            steps: How many at most: no more than these are taken out of the data.
        """
        if self._pass is None or (first != self._used and not self.feed.once):
            self._pass, self._used = self.feed.batches(order, first), first
        numbered = enumerate(islice(self._pass, steps), start=self._used)
        with ahead((self._ready(*one) for one in numbered), BATCHES_AHEAD) as ready:
            yield ready

    def _ready(self, number: int, given: Any) -> Ready:
        data = self._dataset(number, given)
        return Ready(data, [self.engine.put(array) for array in data.arrays])

    def _dataset(self, number: int, given: Any) -> Dataset:
        """A batch in the form of all data, checked."""
        data = as_dataset(given, f"{self.feed.part}batch {number} ")
        if self.finite:
            check_finite(data)
        return data.weighted(self.class_weight)

    def _loop(self, data: Dataset) -> tuple[Step, Loop]:
        """The step for batches of this kind."""
        kind = kinds(data)
        if kind not in self._loops:
            with engine(self.engine.name):
                self._loops[kind] = self.made(data)
        made = self._loops[kind]
        if self.check is not None:
            self.check(data, made[0])
        return made


def _first(feed: Feed) -> Any:
    """The first batch, which stays to be used.

    Raises:
        DataError: If there is none.
    """
    try:
        return feed.peek()
    except StopIteration:
        raise DataError(
            "There are no data.",
            given=f"{feed.part}x that yields no batch",
            expected="at least one batch",
        ) from None


def as_dataset(given: Any, part: str) -> Dataset:
    """A batch that a feed gave, in the form of all data.

    Raises:
        DataError: If it is no batch.
    """
    if isinstance(given, Dataset):
        return prepare(given.x, given.y, given.sample_weight, part)
    parts = tuple(given) if isinstance(given, tuple | list) else (given,)
    if not 1 <= len(parts) <= 3:
        raise DataError(
            f"'{part.strip()}' is no batch.",
            given=f"a {type(given).__name__} of {len(parts)}",
            expected="x, (x, y) or (x, y, sample_weight)",
        )
    x, y, weight = (*parts, None, None)[:3]
    return prepare(x, y, weight, part)


@contextmanager
def batches_of(
    data: Dataset | Feed, batch_size: int, steps: int | None
) -> Iterator[Iterator[Dataset]]:
    """The inputs alone, batch by batch, for a prediction; those of a feed are made ahead."""
    if isinstance(data, Dataset):
        starts = range(0, len(data), batch_size)[:steps]
        yield (data.rows(slice(start, start + batch_size)) for start in starts)
        return

    _first(data)

    def inputs() -> Iterator[Dataset]:
        for number, given in enumerate(islice(data.batches(), steps)):
            yield replace(
                as_dataset(given, f"{data.part}batch {number} "), y=None, sample_weight=None
            )

    with ahead(inputs(), BATCHES_AHEAD) as made:
        yield made


@contextmanager
def ahead(items: Iterable[Any], count: int) -> Iterator[Iterator[Any]]:
    """Make items in a thread of their own, so many ahead of their use.

    What goes wrong there is raised here, with its traceback. At the end of the block the thread
    ends, after the item that it is making.
    """
    waiting: queue.Queue[tuple[str, Any]] = queue.Queue(count)
    stop = threading.Event()

    def work() -> None:
        try:
            for item in items:
                waiting.put(("item", item))
                if stop.is_set():
                    return
            waiting.put(("end", None))
        except BaseException as error:
            waiting.put(("error", error))

    def made() -> Iterator[Any]:
        while True:
            kind, value = waiting.get()
            if kind == "error":
                raise value
            if kind == "end":
                return
            yield value

    thread = threading.Thread(target=work, name="pellucid batches", daemon=True)
    thread.start()
    try:
        yield made()
    finally:
        stop.set()
        while thread.is_alive():  # it may wait for a place in the queue
            with suppress(queue.Empty):
                waiting.get_nowait()
            thread.join(0.001)
