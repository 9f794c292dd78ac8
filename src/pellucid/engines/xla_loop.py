"""Many steps in one program: the data stay on the device, Python is entered now and then."""

import functools
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from pellucid.engines.xla_cores import Cores, cores_for
from pellucid.engines.xla_program import Step, compiled
from pellucid.engines.xla_sharing import shared

__all__ = ["XlaLoop"]


class XlaLoop:
    """A step that a compiled loop repeats over rows of resident data."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.programs: dict[tuple[str, int, int], Any] = {}
        self._sizes: dict[tuple[int, int], str] = {}
        self._cores: dict[tuple[str, int, int], Cores] = {}
        self._copied: tuple[list[Any], list[Any]] = [], []

    def run(self, data: Sequence[Any], order: Any, start: int, steps: int, batch_size: int) -> None:
        size = self.size(data, batch_size)
        cores = self.cores(size, data, batch_size)
        key = size, cores.count, batch_size
        if key not in self.programs:
            make = functools.partial(_program, size, cores, batch_size)
            self.programs[key] = shared(self.step, ("loop", *key), make)
        rows = self._copies(data, cores) if cores.count > 1 else list(data)
        numbers = np.int32(start), np.int32(steps)
        self.step.run(self.programs[key], rows, order, *numbers, cores=cores)
        # Steps that wait in a queue could neither be timed nor stopped.
        jax.block_until_ready([x.value for x in self.step.changed[:1]])

    def size(self, data: Sequence[Any], batch_size: int) -> str:
        """How large the step is, with these data."""
        data_bytes = _bytes(data)
        if (batch_size, data_bytes) not in self._sizes:
            self._sizes[batch_size, data_bytes] = self.step.size(batch_size, data_bytes)
        return self._sizes[batch_size, data_bytes]

    def cores(self, size: str, data: Sequence[Any], batch_size: int) -> Cores:
        """Which cores share out the batches."""
        key = size, batch_size, _bytes(data)
        if key not in self._cores:
            self._cores[key] = cores_for(self.step, *key)
        return self._cores[key]

    def _copies(self, data: Sequence[Any], cores: Cores) -> list[Any]:
        """The data on each device; those of the last run are kept."""
        given, copies = self._copied
        if len(given) != len(data) or any(a is not b for a, b in zip(given, data, strict=True)):
            copies = cores.copies(list(data))
            self._copied = list(data), copies
        return copies


def _bytes(data: Sequence[Any]) -> int:
    return sum(array.nbytes for array in data)


def _program(size: str, cores: Cores, batch_size: int, step: Step) -> Any:
    step = step.for_batches_of(batch_size, apart=cores.count > 1)
    many = functools.partial(many_steps, step, cores, batch_size)
    return compiled(many, step.lowering.platform, size, cores)


def many_steps(
    step: Step,
    cores: Cores,
    batch_size: int,
    changed: list[Any],
    fixed: list[Any],
    data: list[Any],
    order: Any,
    start: Any,
    steps: Any,
) -> tuple[list[Any], list[Any]]:
    """The loop itself, as XLA compiles it; the number of steps is not fixed."""

    def one_step(i: Any, changed: list[Any]) -> list[Any]:
        first = start + i * batch_size
        rows = [_rows(array, order, first, batch_size) for array in data]
        return cores.agree(step(changed, fixed, cores.share_out(rows))[1])

    return [], jax.lax.fori_loop(0, steps, one_step, changed)


def _rows(array: Any, order: Any, first: Any, count: int) -> Any:
    """The rows of one batch: the next ones in the order, or as they lie."""
    if order is None:
        return jax.lax.dynamic_slice_in_dim(array, first, count)
    chosen = jax.lax.dynamic_slice_in_dim(order, first, count)
    return array.at[chosen].get(mode="promise_in_bounds")
