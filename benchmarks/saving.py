"""`python -m benchmarks.saving [FOLDER]`: 1 GiB of weights saved and loaded, against a copy of it.

For each format, with one weight of 1 GiB and with 256 of 4 MiB: seconds to save (until all of it is
on the disk) and to load (from what the system still has in memory), and by how much the memory of
the process grew meanwhile beyond what the weights themselves take.
"""

import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from pellucid import Input, Sequential, layers, models

GIB = 1 << 30
SIZES = {"one": (1, 16384), "many": (256, 1024)}  # how many square kernels, of how many rows
ENDINGS = (".keras", ".weights.h5", ".safetensors")
COPY = "import os, shutil, sys; shutil.copyfile(*sys.argv[1:]); os.sync()"


class Growth:
    """Within a `with` block: seconds, and the largest growth of the process's memory in GiB."""

    def __enter__(self) -> "Growth":
        self.start = self.top = resident()
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch)
        self._watcher.start()
        self._began = time.perf_counter()
        return self

    def _watch(self) -> None:
        while not self._ended.wait(0.002):
            self.top = max(self.top, resident())

    def __exit__(self, *error: object) -> None:
        self.seconds = time.perf_counter() - self._began
        self._ended.set()
        self._watcher.join()
        self.gib = (max(self.top, resident()) - self.start) / GIB


def resident() -> int:
    """Bytes of memory that the process has now."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def model_of(size: str) -> Sequential:
    count, rows = SIZES[size]
    dense = [layers.Dense(rows, use_bias=False, kernel_initializer="zeros") for _ in range(count)]
    model = Sequential([Input((rows,)), *dense])
    rng = np.random.default_rng(0)
    for weight in model.weights:
        weight.assign(rng.standard_normal(weight.shape, np.float32))
    return model


def measured(size: str, path: str, what: str) -> str:
    """One saving or loading, in a process of its own."""
    whole = path.endswith(".keras")
    model = None if whole and what == "load" else model_of(size)
    with Growth() as growth:
        if what == "save":
            (model.save if whole else model.save_weights)(path)
        elif whole:
            model = models.load_model(path)
        else:
            model.load_weights(path)
    # A model that was made from a file has weights that were not there before.
    own = 1.0 if whole and what == "load" else 0.0
    return f"{growth.seconds:5.2f} s {growth.gib - own:6.2f} GiB"


def main() -> None:
    folder = tempfile.mkdtemp(dir=sys.argv[1] if len(sys.argv) > 1 else None)
    print(f"{'':20}{'save':>8}{'more memory':>14}{'load':>10}{'more memory':>14}")
    try:
        for size in SIZES:
            for ending in ENDINGS:
                path = f"{folder}/{size}{ending}"
                results = [
                    subprocess.check_output(
                        [sys.executable, "-m", "benchmarks.saving", size, path, what], text=True
                    ).strip()
                    for what in ("save", "load")
                ]
                print(f"{size + ' ' + ending:20}{results[0]}   {results[1]}", flush=True)
        began = time.perf_counter()
        subprocess.check_call([sys.executable, "-c", COPY, path, f"{folder}/copy"])
        print(f"{'a copy of the file':20}{time.perf_counter() - began:5.2f} s")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        print(measured(*sys.argv[1:]))
    else:
        main()
