"""Running a step over a data set: pieces of many steps, so that Python is seldom entered."""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

import numpy as np

from pellucid.engines.engine import Engine, Loop
from pellucid.graph.variable import Variable
from pellucid.models.data import Dataset

__all__ = ["Interruption", "Ran", "Resident", "Source", "catch_interrupt"]

PIECE_SECONDS = 0.1  # between two looks at the clock, the progress bar and Ctrl-C


class Ran(NamedTuple):
    """What came of an epoch.

    Attributes:
        steps: How many steps were done.
        finished: Whether it was not stopped before its end.
        place: How many batches of a pass over the data are used; 0 at its end.
        dry: Whether there are no data left for another epoch.
        computing: How many seconds the steps themselves took, compilation included.
    """

    steps: int
    finished: bool
    place: int
    dry: bool = False
    computing: float = 0.0


class Source(Protocol):
    """Data, and the step that is run over them."""

    @property
    def example(self) -> Dataset:
        """Rows that show what all are like: all of them, or the first batch."""

    @property
    def logs(self) -> Mapping[str, Variable] | None:
        """Where a model's own step leaves what it reports, by name."""

    @property
    def steps(self) -> int | None:
        """How many batches a pass over the data has; ``None`` if that is not known."""

    @property
    def ordered(self) -> int | None:
        """Of how many things (rows or batches) an order may be drawn, if any."""

    def run_epoch(
        self,
        order: np.ndarray | None = None,
        first: int = 0,
        steps: int | None = None,
        every_batch: bool = False,
        before: Callable[[int], None] | None = None,
        after: Callable[[int], bool] | None = None,
    ) -> Ran:
        """Run the step over the data: :meth:`Resident.run_epoch`."""


class Resident:
    """A data set whose arrays lie where the engine computes, and the step that is run over it.

    Args:
        engine: Where the step runs.
        data: The rows.
        loop: The step.
        batch_size: Rows a step; the last step has what is left.
        logs: Where a model's own step leaves what it reports, by name.

    Attributes:
        example: The rows.
        arrays: Inputs, then targets, then weights.
        rows: How many rows there are.
        piece: How many steps over them to run at once; found while they run.
    """

    def __init__(
        self,
        engine: Engine,
        data: Dataset,
        loop: Loop,
        batch_size: int,
        logs: Mapping[str, Variable] | None = None,
    ) -> None:
        self.engine = engine
        self.example = data
        self.loop = loop
        self.logs = logs
        self.batch_size = batch_size
        self.rows = self.ordered = len(data)
        self.steps = -(-self.rows // batch_size)
        self.piece = 1
        self.arrays = [engine.put(array) for array in data.arrays]

    def run_epoch(
        self,
        order: np.ndarray | None = None,
        first: int = 0,
        steps: int | None = None,
        every_batch: bool = False,
        before: Callable[[int], None] | None = None,
        after: Callable[[int], bool] | None = None,
    ) -> Ran:
        """Run the step over the rows, in an order, many steps at once.

        Args:
            order: Row numbers in the order of use; as they lie by default.
            first: The number of the first step: how many batches are passed over.
            steps: How many steps, at most as many as there are rows for.
            every_batch: Whether to call ``before`` and ``after`` at every single step.
            before: Called before each piece with the number of the step that comes.
            after: Called after each piece with the number of steps done; returns whether to stop.
        """
        whole, rest = divmod(self.rows, self.batch_size)
        total = self.steps - first
        total = total if steps is None else min(steps, total)
        positions = None if order is None else self.engine.put(order.astype(np.int32))
        done = 0
        computing = 0.0
        stop = False
        while done < total and not stop:
            if before is not None:
                before(done)
            start = (first + done) * self.batch_size
            began = time.perf_counter()
            if first + done < whole:
                count = 1 if every_batch else min(self.piece, whole - first - done, total - done)
                self.loop.run(self.arrays, positions, start, count, self.batch_size)
            else:
                count = 1
                self.loop.run(self.arrays, positions, start, 1, rest)
            computing += time.perf_counter() - began
            done += count
            stop = after(done) if after is not None else False
            seconds = time.perf_counter() - began
            # Longer pieces until they take as long as they should; never by more than 8 at once,
            # for the first one includes the compilation.
            fitting = int(count * PIECE_SECONDS / max(seconds, 1e-9))
            self.piece = max(1, self.piece // 2, min(8 * self.piece, fitting))
        place = (first + done) % self.steps
        return Ran(done, done == total, place, computing=computing)


class Interruption:
    """Whether the user has pressed Ctrl-C."""

    def __init__(self) -> None:
        self.asked = False


@contextmanager
def catch_interrupt() -> Iterator[Interruption]:
    """Turn Ctrl-C into a request that is met after the running piece; a second one is at once.

    A compiled program cannot be stopped in the middle without losing the weights that it was
    given to change. Outside of the main thread Python gives no signals, so nothing is caught.
    """
    state = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield state
        return
    before = signal.getsignal(signal.SIGINT)

    def ask(number: int, frame: Any) -> None:
        if state.asked and callable(before):
            before(number, frame)
        state.asked = True

    signal.signal(signal.SIGINT, ask)
    try:
        yield state
    finally:
        signal.signal(signal.SIGINT, before)
