"""The XLA engine: whole graphs, and whole training loops, as compiled programs."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import jax

from pellucid.engines.xla_cache import keep_programs
from pellucid.engines.xla_cores import take_cores
from pellucid.engines.xla_loop import XlaLoop
from pellucid.engines.xla_options import Size, take_small_loops
from pellucid.engines.xla_program import Lowering, Step, XlaProgram, compiled
from pellucid.engines.xla_sharing import shared
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import Variable

__all__ = ["XlaEngine", "xla_engine"]


@functools.cache
def xla_engine() -> "XlaEngine":
    """The one XLA engine of the process."""
    keep_programs()
    take_cores()
    take_small_loops()
    return XlaEngine()


class XlaEngine:
    """Runs graphs as programs compiled by XLA."""

    name = "xla"

    def __init__(self) -> None:
        self.lowering = Lowering(jax.default_backend())

    def compile(
        self,
        inputs: Sequence[Tensor],
        outputs: Sequence[Tensor],
        updates: Mapping[Variable, Tensor],
    ) -> XlaProgram:
        step = Step(self.lowering, inputs, outputs, updates)
        return XlaProgram(step, shared(step, "once", _program))

    def loop(
        self,
        batch: Sequence[Tensor],
        updates: Mapping[Variable, Tensor],
    ) -> XlaLoop:
        return XlaLoop(Step(self.lowering, batch, [], updates))

    def put(self, array: Any) -> Any:
        with jax.enable_x64(True):
            return jax.device_put(array)


def _program(step: Step) -> Any:
    size = Size.CONVOLVING if step.convolves else Size.LARGE  # not known before data come
    return compiled(step, step.lowering.platform, size)
