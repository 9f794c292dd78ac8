"""`make bench`: pellucid against its peers, each in a process of its own, taking turns.

A table for each task: microseconds a step after the warm-up (the median of the rounds, and the
slowest), how many times slower than pellucid's in the same round, what the first epoch takes longer
than a later one (tracing and compiling; no program is cached), from the start of the process to the
end of the first epoch, and the peak memory. A peer counts only if its network has as many
parameters as the others' and its loss goes down.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time

from rich.console import Console
from rich.table import Table

from benchmarks.tasks import TASKS, Task
from benchmarks.tasks.mlp import Mlp

PEERS = {  # name: (what the table says, the package that it needs)
    "pellucid": ("pellucid fit", "pellucid"),
    "jax_scan": ("JAX by hand, scan over the epoch", "jax"),
    "jax_step": ("JAX by hand, a jitted step", "jax"),
    "keras_jax": ("Keras fit on JAX", "keras"),
    "keras_tensorflow": ("Keras fit on TensorFlow", "tensorflow"),
    "keras_torch": ("Keras fit on PyTorch (¼ epoch)", "torch"),
    "pytorch": ("PyTorch eager", "torch"),
    "pytorch_compiled": ("PyTorch compiled", "torch"),
    "flax": ("Flax, a jitted step", "flax"),
    "sklearn_mlp": ("scikit-learn MLP", "sklearn"),
}
USUAL = [peer for peer in PEERS if peer != "pytorch_compiled"]  # not its ordinary way
PERCEPTRONS_ONLY = {"jax_scan", "jax_step", "sklearn_mlp"}
TIME_LIMIT = 60  # seconds of one measurement
SGEMM = """
import os, time
import numpy as np
n = 2048
a = np.random.default_rng(0).random((n, n), np.float32)
def rate(product):
    product()
    best = 1e9
    for _ in range(5):
        began = time.perf_counter(); product(); best = min(best, time.perf_counter() - began)
    return 2 * n**3 / best / 1e9
import jax
b = jax.device_put(a)
f = jax.jit(lambda b: b @ b)
print(rate(lambda: a @ a), rate(lambda: f(b).block_until_ready()))
"""


def run(peer: str, task: Task) -> dict[str, float]:
    """Measure in a fresh process; its first epoch counts from the start of the process.

    Raises:
        RuntimeError: If the peer fails, takes too long, has another network or does not learn.
    """
    command = [sys.executable, "-m", "benchmarks.measure", peer, task.name]
    # A cache of compiled programs would hide how long the compilation takes.
    environment = {**os.environ, "JAX_ENABLE_COMPILATION_CACHE": "false"}
    began = time.time()
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=TIME_LIMIT, check=True
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"no result within {TIME_LIMIT} s") from None
    except subprocess.CalledProcessError as error:
        raise RuntimeError(error.stderr[-2000:]) from None
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if result["parameters"] != task.parameters:
        raise RuntimeError(f"{result['parameters']} parameters, not {task.parameters}")
    if not result["last_loss"] < result["first_loss"]:
        raise RuntimeError(f"the loss went from {result['first_loss']} to {result['last_loss']}")
    result["first_epoch"] = result.pop("first_epoch_at") - began
    return result


def sgemm() -> float:
    """The rate of large float32 matrix products, in GFLOP/s: the better of NumPy and XLA."""
    done = subprocess.run([sys.executable, "-c", SGEMM], capture_output=True, text=True, check=True)
    return max(map(float, done.stdout.split()))


def main() -> None:
    """Run the rounds and print a table for each task."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--tasks", nargs="*", default=list(TASKS), choices=list(TASKS))
    parser.add_argument("--peers", nargs="*", default=USUAL, choices=list(PEERS))
    parser.add_argument("--rounds", type=int, default=2, help="turns of each peer")
    arguments = parser.parse_args()

    console = Console(width=110)
    peers = [p for p in PEERS if p in {"pellucid", *arguments.peers}]
    missing = [p for p in peers if importlib.util.find_spec(PEERS[p][1]) is None]
    for peer in missing:
        console.print(f"{PEERS[peer][0]}: left out, {PEERS[peer][1]} is not installed")
    peers = [p for p in peers if p not in missing]
    console.print(f"{os.cpu_count()} cores, {arguments.rounds} rounds; ratios are medians of pairs")
    for name in arguments.tasks:
        task = TASKS[name]
        measured: dict[str, list[dict[str, float]]] = {
            p: [] for p in peers if isinstance(task, Mlp) or p not in PERCEPTRONS_ONLY
        }
        rates = []
        for _ in range(arguments.rounds):
            rates.append(sgemm())
            for peer in list(measured):
                try:
                    measured[peer].append(run(peer, task))
                except RuntimeError as error:
                    if peer == "pellucid":
                        sys.exit(f"pellucid failed at {name}: {error}")
                    console.print(f"{PEERS[peer][0]}: left out of {name}: {error}", markup=False)
                    del measured[peer]
        console.print(table_of(task, measured, rates))


def table_of(task: Task, measured: dict[str, list[dict[str, float]]], rates: list[float]) -> Table:
    """A row for each peer: its step, how many times pellucid is faster, first epoch, memory."""
    share = [
        task.flops / r["step"] / 1e3 / g for r, g in zip(measured["pellucid"], rates, strict=True)
    ]
    table = Table(
        title=f"{task.name}: {task.title}; batch {task.batch_size}, {task.optimizer}",
        caption=f"{task.parameters} parameters; sgemm {statistics.median(rates):.0f} GFLOP/s; "
        f"pellucid's arithmetic runs at {100 * statistics.median(share):.0f} % of it",
    )
    table.add_column("peer")
    for heading in [
        "µs a step",
        "slowest round",
        "times slower",
        "warm-up, s",
        "first epoch, s",
        "peak MiB",
    ]:
        table.add_column(heading, justify="right")
    for peer, results in measured.items():
        steps = [r["step"] for r in results]
        ratios = [r["step"] / p["step"] for r, p in zip(results, measured["pellucid"], strict=True)]
        table.add_row(
            PEERS[peer][0],
            f"{statistics.median(steps):.1f}",
            f"{max(steps):.1f}",
            f"{statistics.median(ratios):.2f}",
            f"{statistics.median(r['warm_up'] for r in results):.2f}",
            f"{statistics.median(r['first_epoch'] for r in results):.2f}",
            f"{statistics.median(r['memory'] for r in results):.0f}",
        )
    return table


if __name__ == "__main__":
    main()
