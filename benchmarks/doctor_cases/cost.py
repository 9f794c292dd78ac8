"""What the doctor costs: before the first step, during a fit, and when it is off."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from rich.table import Table

from benchmarks.doctor_cases.networks import compiled
from benchmarks.tasks import TASKS
from pellucid import Sequential, layers

__all__ = ["costs"]

ROUNDS = 7
OFF = """
import sys
import numpy as np
import pellucid as pl
model = pl.Sequential([pl.layers.Dense(4, activation="relu"), pl.layers.Dense(1)])
model.compile("sgd", "mse")
x = np.ones((64, 3), np.float32)
model.fit(x, x[:, 0], epochs=2, verbose=0, doctor="off")
print(sorted(m for m in sys.modules if m.startswith("pellucid.doctor.data")))
"""


def costs() -> Table:
    """A table of what was measured against what is allowed."""
    table = Table(title="cost", title_justify="left")
    for heading in ("", "measured", "allowed"):
        table.add_column(heading)
    for name in ("table", "mnist"):
        sizes = "-".join(map(str, TASKS[name].sizes))
        before = statistics.median(quiet - off for quiet, off in _before(name))
        table.add_row(f"checks before fit, 10,000 rows, {sizes}", f"{before:.3f} s", "0.3 s")
        share = statistics.median(quiet / off - 1 for quiet, off in _whole(name))
        table.add_row(f"share of a fit's time, {sizes}", f"{share:.1%}", "5 %")
    table.add_row("checks loaded when off", _loaded_when_off(), "none")
    return table


def _before(name: str) -> list[tuple[float, float]]:
    """A fit of no epochs: what is left is what comes before the first step."""
    x, y = TASKS[name].data()
    model = _network(name)
    return _paired(lambda how: model.fit(x[:10_000], y[:10_000], epochs=0, verbose=0, doctor=how))


def _whole(name: str) -> list[tuple[float, float]]:
    """A fit as it is timed in the other benchmarks."""
    task = TASKS[name]
    x, y = task.data()
    model = _network(name)
    settings = {"batch_size": task.batch_size, "epochs": task.epochs, "verbose": 0}
    return _paired(lambda how: model.fit(x, y, doctor=how, **settings))


def _network(name: str) -> Sequential:
    task = TASKS[name]
    *hidden, last = task.sizes[1:]
    chain = [layers.Dense(units, activation=task.activation) for units in hidden]
    classes = task.loss == "softmax"
    chain.append(layers.Dense(last, activation="softmax" if classes else None))
    loss = "sparse_categorical_crossentropy" if classes else "mse"
    return compiled(Sequential(chain), task.optimizer, loss)


def _paired(run: Callable[[str], object]) -> list[tuple[float, float]]:
    """Seconds with the doctor and without, in turns, after a turn that is not counted."""
    times = []
    for _ in range(ROUNDS + 1):
        pair = []
        for how in ("quiet", "off"):
            began = time.perf_counter()
            run(how)
            pair.append(time.perf_counter() - began)
        times.append((pair[0], pair[1]))
    return times[1:]


def _loaded_when_off() -> str:
    done = subprocess.run([sys.executable, "-c", OFF], capture_output=True, text=True, check=True)
    found = done.stdout.strip().strip("[]")
    return found or "none"
