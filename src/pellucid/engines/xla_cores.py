"""The cores of a CPU as devices, among which the rows of a batch are shared out.

XLA hands the threads of a device one operation at a time. Those of a recurrent network are small,
and each needs the one before: when a second thread has woken up, the first is nearly done, so all
but one core stand idle. With cores that are devices each goes through all the steps with its own
rows, and once a batch they add up their gradients. That is the same sum, in another order
(`python -m benchmarks`, "char_lstm": 15.6 ms a batch become 9.6 on two cores).

It is not for all: what has no rows, such as Adam's step, every core does for itself, and a large
product is better done by all cores together (784-512-512-10: 1.4 ms would become 2.7).
"""

import functools
import math
import os
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from pellucid.engines.xla_options import Size
from pellucid.engines.xla_program import Step
from pellucid.graph.operations.contraction import Matmul
from pellucid.graph.operations.scan import Scan
from pellucid.graph.tensor import Tensor
from pellucid.graph.walk import ancestors

__all__ = ["Cores", "cores_for", "parts_for", "take_cores"]

ROWS = 16  # of each batch, at least, for a core
WORK = 7 * 2**20  # elements, at least, that a batch's loops compute: meeting takes time too
PRODUCT = 24 * 2**20  # multiplications, at most: a larger product all cores do together well
HELD = 2**28  # bytes of data and variables, at most, for each core has a copy


def take_cores() -> None:
    """Ask JAX to make a device of each core; heard only before its first program.

    The whole process sees as many devices of the kind "cpu" then; programs that say nothing about
    devices run on the first, with all threads, as before. What the user has asked for stands.
    """
    asked = "xla_force_host_platform_device_count" in os.environ.get("XLA_FLAGS", "")
    if asked or jax.config.jax_num_cpu_devices > 0:  # type: ignore[attr-defined]
        return
    try:
        jax.config.update("jax_num_cpu_devices", _own_cores())
    except RuntimeError:  # JAX has begun, with one
        return


def _own_cores() -> int:
    """How many this process may use, where the system says; else all."""
    own = getattr(os, "sched_getaffinity", None)
    return (len(own(0)) if own else os.cpu_count()) or 1


class Cores:
    """The first so many devices, that do a program together; one does it as it is.

    Attributes:
        count: How many.
        whole: Says of an array that each device has all of it.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        mesh = Mesh(np.array(jax.devices()[:count]), ("rows",))
        self.whole = NamedSharding(mesh, PartitionSpec())
        self._by_rows = NamedSharding(mesh, PartitionSpec("rows"))

    def copies(self, arrays: Any) -> Any:
        """Arrays, in any structure, copied to each device."""
        return jax.device_put(arrays, self.whole) if self.count > 1 else arrays

    def first(self, arrays: Sequence[Any]) -> list[Any]:
        """The first device's copies."""
        return [x.addressable_data(0) for x in arrays] if self.count > 1 else list(arrays)

    def share_out(self, arrays: Sequence[Any]) -> list[Any]:
        """In a program: give each device its part of the rows."""
        return self._constrained(arrays, self._by_rows)

    def agree(self, arrays: Sequence[Any]) -> list[Any]:
        """In a program: give each device the whole of what they have computed."""
        return self._constrained(arrays, self.whole)

    def _constrained(self, arrays: Sequence[Any], sharding: Any) -> list[Any]:
        if self.count == 1:
            return list(arrays)
        return [jax.lax.with_sharding_constraint(x, sharding) for x in arrays]


@functools.cache
def _cores(count: int) -> Cores:
    return Cores(count)


def cores_for(step: Step, size: str, batch_size: int, data_bytes: int) -> Cores:
    """Those that share out the batches of a step: see :func:`parts_for`."""
    return _cores(parts_for(step, size, batch_size, data_bytes, len(jax.devices())))


def parts_for(step: Step, size: str, batch_size: int, data_bytes: int, devices: int) -> int:
    """Into how many parts the batches of a step are best shared out: mostly one.

    Args:
        step: The step.
        size: How large it is.
        batch_size: The rows of a batch.
        data_bytes: Of all the data that the batches are taken from.
        devices: How many there are.
    """
    held = data_bytes + sum(_elements(x, 1) * np.dtype(x.dtype).itemsize for x in step.variables)
    if step.lowering.platform != "cpu" or size != Size.LARGE or held > HELD:
        return 1
    work = 0
    for node in step.nodes:
        if isinstance(node.op, Scan):
            body = ancestors(node.op.body.outputs)
            products = [x for x in body if isinstance(x.op, Matmul)]
            if any(_multiplications(x, batch_size) > PRODUCT for x in products):
                return 1
            work += _steps(node.op, node) * sum(_elements(x, batch_size) for x in body)
    if work < WORK:
        return 1
    fitting = [n for n in range(2, devices + 1) if batch_size % n == 0]
    return max((n for n in fitting if batch_size // n >= ROWS), default=1)


def _steps(scan: Scan, node: Tensor) -> int:
    """How often a scan's body is run; 0 if nobody knows."""
    return scan.length or node.inputs[scan.states].shape[0] or 0


def _elements(x: Tensor, rows: int) -> int:
    if isinstance(x.spec, tuple):
        return 0  # its parts are nodes of their own
    return math.prod(rows if n is None else n for n in x.shape)


def _multiplications(product: Tensor, rows: int) -> int:
    return _elements(product, rows) * (product.inputs[0].shape[-1] or rows)
