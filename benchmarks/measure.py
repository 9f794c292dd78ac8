"""One measurement in a process of its own: `python -m benchmarks.measure PEER TASK`.

Prints a line of JSON: microseconds a step (the fastest and the median epoch after a warm-up), the
clock's time at the end of the first epoch, and the peak memory of the process.
"""

import importlib
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.tasks import TASKS, Task

LONGEST = 15.0  # seconds: a slow peer is timed less often
Trainer = Callable[[int], None]  # trains for a number of epochs, and returns when they are done


def measure(prepare: Callable[[Task], Trainer], task: Task) -> dict[str, float]:
    """Time a peer's training: once for the first epoch, then epoch by epoch."""
    train = prepare(task)
    train(1)
    first_epoch_at = time.time()
    memory = peak_memory()
    train(1)
    seconds: list[float] = []
    started = time.perf_counter()
    while len(seconds) < 5 and time.perf_counter() - started < LONGEST:
        began = time.perf_counter()
        train(task.epochs)
        seconds.append((time.perf_counter() - began) / task.epochs / task.steps)
    return {
        "step": min(seconds) * 1e6,
        "median_step": statistics.median(seconds) * 1e6,
        "first_epoch_at": first_epoch_at,
        "first_memory": memory,
        "memory": peak_memory(),
    }


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
