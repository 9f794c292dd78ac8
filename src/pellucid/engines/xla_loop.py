"""Many steps in one program: the data stay on the device, Python is entered now and then."""

import functools
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from pellucid.engines.xla_program import Step, compiled
from pellucid.engines.xla_sharing import shared

__all__ = ["XlaLoop"]


class XlaLoop:
    """A step that a compiled loop repeats over rows of resident data."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.programs: dict[tuple[str, int], Any] = {}
        self._sizes: dict[tuple[int, int], str] = {}

    def run(self, data: Sequence[Any], order: Any, start: int, steps: int, batch_size: int) -> None:
        size = self.size(data, batch_size)
        if (size, batch_size) not in self.programs:
            make = functools.partial(_program, size, batch_size)
            self.programs[size, batch_size] = shared(self.step, ("loop", size, batch_size), make)
        self.step.run(
            self.programs[size, batch_size], list(data), order, np.int32(start), np.int32(steps)
        )
        # Steps that wait in a queue could neither be timed nor stopped.
        jax.block_until_ready([x.value for x in self.step.changed[:1]])

    def size(self, data: Sequence[Any], batch_size: int) -> str:
        """How large the step is, with these data."""
        data_bytes = sum(array.nbytes for array in data)
        if (batch_size, data_bytes) not in self._sizes:
            self._sizes[batch_size, data_bytes] = self.step.size(batch_size, data_bytes)
        return self._sizes[batch_size, data_bytes]


def _program(size: str, batch_size: int, step: Step) -> Any:
    many = functools.partial(many_steps, step.for_batches_of(batch_size), batch_size)
    return compiled(many, step.lowering.platform, size)


def many_steps(
    step: Step,
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
        return step(changed, fixed, rows)[1]

    return [], jax.lax.fori_loop(0, steps, one_step, changed)


def _rows(array: Any, order: Any, first: Any, count: int) -> Any:
    """The rows of one batch: the next ones in the order, or as they lie."""
    if order is None:
        return jax.lax.dynamic_slice_in_dim(array, first, count)
    chosen = jax.lax.dynamic_slice_in_dim(order, first, count)
    return array.at[chosen].get(mode="promise_in_bounds")
