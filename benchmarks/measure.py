"""One measurement in a process of its own: `python -m benchmarks.measure PEER TASK`.

Prints a line of JSON: microseconds a step (the fastest call after a warm-up), the seconds that the
first epoch took longer than a later one (tracing, compiling), the clock's time at its end, the peak
memory of the process, the number of parameters, and the losses of the first and the last epoch.
"""

import importlib
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.tasks import TASKS, Task

# A call is long enough for its beginning (data to the device, checks) not to count in a step.
CALLS, SECONDS = 3, 4.5


@dataclass(frozen=True)
class Training:
    """What a peer made of a task.

    Attributes:
        train: Trains for a number of epochs, and returns the mean loss of the last when it is done.
        parameters: How many numbers are trained, once they are there.
    """

    train: Callable[[int], float]
    parameters: Callable[[], int]


def measure(prepare: Callable[[Task], Training], task: Task) -> dict[str, float]:
    """Time a peer's training: the first epoch, one more, and calls of several."""
    training = prepare(task)
    first, first_loss = timed(training, 1)
    first_epoch_at = time.time()
    # One that is as slow as that has no need of a second warm-up.
    second = first if first > 2 * SECONDS else timed(training, 1)[0]
    epochs = max(1, min(task.epochs, int(SECONDS / CALLS / second)))
    calls: list[float] = []
    started = time.perf_counter()
    while len(calls) < CALLS and (not calls or time.perf_counter() - started < SECONDS):
        seconds, loss = timed(training, epochs)
        calls.append(seconds / epochs)
    return {
        "step": min(calls) / task.steps * 1e6,
        "warm_up": first - min(calls),
        "first_epoch_at": first_epoch_at,
        "memory": peak_memory(),
        "parameters": training.parameters(),
        "first_loss": first_loss,
        "last_loss": loss,
    }


def timed(training: Training, epochs: int) -> tuple[float, float]:
    """Seconds, and the loss."""
    began = time.perf_counter()
    loss = training.train(epochs)
    return time.perf_counter() - began, loss


def peak_memory() -> float:
    """Peak resident memory of this process, in MiB: of its own pages, where the system says.

    `ru_maxrss` begins with the size of the process that started this one, so it is a last resort.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure the peer and the task named on the command line."""
    peer, task = sys.argv[1:3]
    prepare = importlib.import_module(f"benchmarks.peers.{peer}").prepare
    print(json.dumps(measure(prepare, TASKS[task])))


if __name__ == "__main__":
    main()
