"""`make bench`: a table of pellucid against its peers, each in its own process, taking turns."""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict

from rich.console import Console
from rich.table import Table

from benchmarks.tasks import TASKS, Task

PEERS = {  # name: (what the table says, the package that it needs)
    "pellucid": ("pellucid fit", "pellucid"),
    "jax_scan": ("JAX by hand, scan over the epoch", "jax"),
    "jax_step": ("JAX by hand, a jitted step", "jax"),
    "keras_jax": ("Keras fit on JAX", "keras"),
    "keras_torch": ("Keras fit on PyTorch", "torch"),
    "keras_tensorflow": ("Keras fit on TensorFlow", "tensorflow"),
    "pytorch": ("PyTorch eager", "torch"),
    "sklearn_mlp": ("scikit-learn MLP", "sklearn"),
}
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
    """Measure in a fresh process; its first epoch counts from the start of the process."""
    began = time.time()
    command = [sys.executable, "-m", "benchmarks.measure", peer, task.name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    result["first_epoch"] = result.pop("first_epoch_at") - began
    return result


def sgemm() -> float:
    """The rate of large float32 matrix products, in GFLOP/s: the better of NumPy and XLA."""
    done = subprocess.run([sys.executable, "-c", SGEMM], capture_output=True, text=True, check=True)
    return max(map(float, done.stdout.split()))


def main() -> None:
    """Run the rounds and print a table for each task."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--tasks", nargs="*", default=list(TASKS), choices=list(TASKS))
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--rounds", type=int, default=3, help="turns of each peer")
    arguments = parser.parse_args()

    console = Console(width=110)
    peers = [p for p in PEERS if p in {"pellucid", *arguments.peers}]
    missing = [p for p in peers if importlib.util.find_spec(PEERS[p][1]) is None]
    for peer in missing:
        console.print(f"{PEERS[peer][0]}: left out, {PEERS[peer][1]} is not installed")
    peers = [p for p in peers if p not in missing]
    console.print(f"{os.cpu_count()} cores, {arguments.rounds} rounds; ratios are medians of pairs")
    for name in arguments.tasks:
        measured = defaultdict(list)
        rates = []
        for _ in range(arguments.rounds):
            rates.append(sgemm())
            for peer in peers:
                measured[peer].append(run(peer, TASKS[name]))
        console.print(table_of(TASKS[name], measured, rates))


def table_of(task: Task, measured: dict[str, list[dict[str, float]]], rates: list[float]) -> Table:
    """A row for each peer: its step, how many times pellucid is faster, first epoch, memory."""
    sizes = "-".join(map(str, task.sizes))
    share = [
        task.flops / r["step"] / 1e3 / g for r, g in zip(measured["pellucid"], rates, strict=True)
    ]
    table = Table(
        title=f"{task.name}: {sizes}, batch {task.batch_size}, {task.optimizer}"
        + (f", dropout {task.dropout}" if task.dropout else ""),
        caption=f"sgemm {statistics.median(rates):.0f} GFLOP/s; pellucid's arithmetic runs at "
        f"{100 * statistics.median(share):.0f} % of it",
    )
    table.add_column("peer")
    headings = ["µs a step", "slowest round", "times slower", "first epoch, s", "peak MiB"]
    for heading in headings:
        table.add_column(heading, justify="right")
    for peer, results in measured.items():
        steps = [r["step"] for r in results]
        ratios = [r["step"] / p["step"] for r, p in zip(results, measured["pellucid"], strict=True)]
        table.add_row(
            PEERS[peer][0],
            f"{statistics.median(steps):.1f}",
            f"{max(steps):.1f}",
            f"{statistics.median(ratios):.2f}",
            f"{statistics.median(r['first_epoch'] for r in results):.2f}",
            f"{statistics.median(r['memory'] for r in results):.0f}",
        )
    return table


if __name__ == "__main__":
    main()
