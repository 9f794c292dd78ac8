"""Running a step over a data set: pieces of many steps, so that Python is seldom entered."""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from pellucid.engines.engine import Engine, Loop
from pellucid.graph.variable import Variable
from pellucid.models.data import Dataset

__all__ = ["Interruption", "Resident", "catch_interrupt", "run_epoch"]

PIECE_SECONDS = 0.1  # between two looks at the clock, the progress bar and Ctrl-C


class Resident:
    """A data set whose arrays lie where the engine computes.

    Attributes:
        arrays: Inputs, then targets, then weights.
        rows: How many rows there are.
        logs: Where a model's own step over them leaves what it reports, by name.
        piece: How many steps over them to run at once; found while they run.
    """

    def __init__(
        self, engine: Engine, data: Dataset, logs: Mapping[str, Variable] | None = None
    ) -> None:
        self.engine = engine
        self.logs = logs
        self.rows = len(data)
        self.piece = 1
        self.arrays = [engine.put(array) for array in data.arrays]


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


def run_epoch(
    loop: Loop,
    data: Resident,
    batch_size: int,
    order: np.ndarray | None = None,
    first: int = 0,
    steps: int | None = None,
    every_batch: bool = False,
    before: Callable[[int], None] | None = None,
    after: Callable[[int], bool] | None = None,
) -> bool:
    """Run a step over the rows of a data set, in an order.

    Args:
        loop: The step.
        data: The rows.
        batch_size: Rows a step; the last step has what is left.
        order: Row numbers in the order of use; as they lie by default.
        first: The number of the first step: how many batches are passed over.
        steps: How many steps, at most as many as there are rows for.
        every_batch: Whether to call ``before`` and ``after`` at every single step.
        before: Called before each piece with the number of the step that comes.
        after: Called after each piece with the number of steps done; returns whether to stop.

    Returns:
        Whether all steps were done.
    """
    whole, rest = divmod(data.rows, batch_size)
    total = whole + bool(rest) - first
    total = total if steps is None else min(steps, total)
    positions = None if order is None else data.engine.put(order.astype(np.int32))
    done = 0
    while done < total:
        if before is not None:
            before(done)
        start = (first + done) * batch_size
        began = time.perf_counter()
        if first + done < whole:
            count = 1 if every_batch else min(data.piece, whole - first - done, total - done)
            loop.run(data.arrays, positions, start, count, batch_size)
        else:
            count = 1
            loop.run(data.arrays, positions, start, 1, rest)
        done += count
        stop = after(done) if after is not None else False
        seconds = time.perf_counter() - began
        if stop:
            return done == total
        # Longer pieces until they take as long as they should; never by more than 8 at once, for
        # the first one includes the compilation.
        fitting = int(count * PIECE_SECONDS / max(seconds, 1e-9))
        data.piece = max(1, data.piece // 2, min(8 * data.piece, fitting))
    return True
