"""What the doctor costs: before the first step, in whole fits, and when it is off."""

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from rich.table import Table

from benchmarks.doctor_cases.networks import compiled
from benchmarks.tasks import TASKS
from pellucid import Sequential, layers

__all__ = ["costs"]

ROUNDS = 9
NETWORKS = ("mnist", "table")
EPOCHS = (1, 10)
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

Seconds = tuple[float, float]


def costs() -> Table:
    """A table of what was measured against what is allowed.

    A first fit compiles and looks at everything; a later one on the same data remembers. Both are
    the least of some rounds, with the doctor and without in turns.
    """
    table = Table(title="cost", title_justify="left")
    for heading in ("", "without", "with the doctor", "more", "allowed"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name in NETWORKS:
        sizes = "-".join(map(str, TASKS[name].sizes))
        off, on = _before(name)
        checks = f"{sizes}, checks before a first fit, 10,000 rows"
        table.add_row(checks, _shown(off), _shown(on), _shown(on - off), "0.3 s")
        for kind, run in (("first", _first), ("later", _later)):
            for epochs in EPOCHS:
                off, on = run(name, epochs)
                what = f"{sizes}, {kind} fit, {epochs} epoch{'s' if epochs > 1 else ''}"
                table.add_row(what, _shown(off), _shown(on), f"{on / off - 1:.1%}", "5 %")
    table.add_row("checks loaded when off", _loaded_when_off(), "", "", "none")
    return table


def _shown(seconds: float) -> str:
    return f"{seconds:.3f} s" if seconds >= 1 else f"{1000 * seconds:.1f} ms"


def _before(name: str) -> Seconds:
    """A fit of no epochs: what is left is what comes before the first step."""
    x, y = TASKS[name].data()
    rows = {"x": x[:10_000], "y": y[:10_000]}
    return _paired(lambda how: _timed(_network(name), how, epochs=0, **rows))


def _first(name: str, epochs: int) -> Seconds:
    """Fits of new models, each of which is compiled."""
    return _paired(lambda how: _timed(_network(name), how, **_settings(name, epochs)))


def _later(name: str, epochs: int) -> Seconds:
    """Fits of one model, after a first one."""
    model, settings = _network(name), _settings(name, epochs)
    return _paired(lambda how: _timed(model, how, **settings))


def _settings(name: str, epochs: int) -> dict[str, Any]:
    x, y = TASKS[name].data()
    return {"x": x, "y": y, "batch_size": TASKS[name].batch_size, "epochs": epochs}


def _timed(model: Sequential, how: str, x: np.ndarray, y: np.ndarray, **settings: int) -> float:
    began = time.perf_counter()
    model.fit(x, y, verbose=0, doctor=how, **settings)
    return time.perf_counter() - began


def _network(name: str) -> Sequential:
    task = TASKS[name]
    *hidden, last = task.sizes[1:]
    chain = [layers.Dense(units, activation=task.activation) for units in hidden]
    classes = task.loss == "softmax"
    chain.append(layers.Dense(last, activation="softmax" if classes else None))
    loss = "sparse_categorical_crossentropy" if classes else "mse"
    return compiled(Sequential(chain), task.optimizer, loss)


def _paired(run: Callable[[str], float]) -> Seconds:
    """Seconds without the doctor and with it, the least of turns after one that does not count."""
    times = [(run("off"), run("quiet")) for _ in range(ROUNDS + 1)][1:]
    return min(off for off, _ in times), min(on for _, on in times)


def _loaded_when_off() -> str:
    done = subprocess.run([sys.executable, "-c", OFF], capture_output=True, text=True, check=True)
    return done.stdout.strip().strip("[]") or "none"
