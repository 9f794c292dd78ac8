"""What XLA is told besides the program itself: which routines, how many threads.

On a CPU XLA calls a routine for every operation that it could not fuse with others. For arrays of
some hundred elements the calls take longer than the work: a step of the network 2-8-8-2 is 33 calls
and 5.3 µs. A loop that XLA holds for small it makes *one* routine of instead, matrix products and
all, and the step takes 1.7 µs (`python -m benchmarks`, "tiny"). By itself it does so for loops over
at most a kilobyte. Where it makes sense for more, it is asked to; it does not where products are
large, for those that it writes itself are slow (64 rows of 64-64-1: 304 µs for 22).
"""

import functools
import math
import os
from collections.abc import Iterable
from typing import Any

import jax

from pellucid.graph.operations.body import Body
from pellucid.graph.operations.convolution import Trilinear
from pellucid.graph.tensor import Tensor
from pellucid.graph.walk import ancestors

__all__ = ["LOOP_BYTES", "Size", "convolves", "options_for", "size_of_step", "take_small_loops"]

# What a step of a loop may read and write, data included, for XLA to make one routine of the loop.
# This holds for the whole process, so for other programs on JAX too: they all have small loops
# then, and those on our engine that should not be made so say so themselves.
LOOP_BYTES = 2**24
FEW = 8192  # elements: done before another thread would have begun
PRODUCT = 2**17  # multiplications of a matrix product that XLA itself writes well
FLAG = f"--xla_backend_extra_options=xla_cpu_small_while_loop_byte_threshold={LOOP_BYTES}"

# YNNPACK, XLA's choice of routines, is good at matrix products and sums. With convolutions it stays
# on one thread and takes two to five times as long as Eigen (benchmarks, "convnet").
ROUTINES = "xla_cpu_experimental_ynn_fusion_type"
CONVOLUTIONS_BY_EIGEN: dict[str, Any] = {
    ROUTINES: "LIBRARY_FUSION_TYPE_DOT,LIBRARY_FUSION_TYPE_REDUCE"
}
NO_ROUTINES: dict[str, Any] = {ROUTINES: ""}
ONE_THREAD: dict[str, Any] = {"xla_cpu_multi_thread_eigen": False}
# Otherwise XLA copies weights in each step of a loop, for fear of changing what is still read.
IN_PLACE: dict[str, Any] = {"xla_cpu_copy_insertion_use_region_analysis": True}
CALLS: dict[str, Any] = {"xla_disable_hlo_passes": "small-while-loop-hoisting"}


def take_small_loops() -> None:
    """Ask XLA to make one routine of each small loop; heard only before its first program.

    XLA reads its flags once, from the environment; what the user has put there stands.
    """
    given = os.environ.get("XLA_FLAGS", "")
    if "xla_backend_extra_options" in given:
        return
    os.environ["XLA_FLAGS"] = f"{given} {FLAG}".strip()
    try:
        _takes_small_loops()
    finally:  # programs that are started from this one are not ours
        if given:
            os.environ["XLA_FLAGS"] = given
        else:
            del os.environ["XLA_FLAGS"]


@functools.cache
def _takes_small_loops() -> bool:
    """Whether a loop over two kilobytes becomes one routine."""
    if jax.default_backend() != "cpu":
        return False

    def double(x: Any, times: Any) -> Any:
        return jax.lax.fori_loop(0, times, lambda i, x: x + x, x)

    program = jax.jit(double).lower(jax.numpy.zeros(512), 1).compile()
    return "xla_cpu_small_call" in str(program.as_text())


class Size:
    """How large a step is, as far as it matters to how it is compiled."""

    LARGE = "large"  # worth several threads
    CONVOLVING = "convolving"  # has convolutions
    FEW = "few"  # small arrays, but products, data or loops inside that want routines of their own
    SMALL = "small"  # all of it one routine


def size_of_step(nodes: Iterable[Tensor], rows: int, data_bytes: int) -> str:
    """How large a step is.

    Args:
        nodes: All nodes of the step.
        rows: The rows of a batch, which open sizes stand for.
        data_bytes: Of all the data that the batches are taken from.
    """

    def elements(x: Tensor) -> int:
        return math.prod(rows if n is None else n for n in x.shape)

    nodes = list(nodes)
    if convolves(nodes):
        return Size.CONVOLVING
    one = data_bytes <= LOOP_BYTES / 2
    for node in nodes:
        if isinstance(node.spec, tuple) or _bodies(node):
            one = False
            continue
        if elements(node) > FEW:
            return Size.LARGE
        if node.op.name in ("matmul", "einsum"):
            # (m·k)(k·n)(m·n) is the square of m·k·n
            product = math.sqrt(math.prod(map(elements, (*node.inputs, node))))
            one = one and product <= PRODUCT
    return Size.SMALL if one else Size.FEW


def convolves(nodes: Iterable[Tensor]) -> bool:
    """Whether there is a convolution among the nodes, or in a loop among them."""
    queue = list(nodes)
    while queue:
        node = queue.pop()
        if isinstance(node.op, Trilinear):
            return True
        for body in _bodies(node):
            queue.extend(ancestors(body.outputs))
    return False


def _bodies(node: Tensor) -> list[Body]:
    values = vars(node.op).values()
    parts = [p for v in values for p in (v if isinstance(v, tuple) else (v,))]
    return [p for p in parts if isinstance(p, Body)]


def options_for(platform: str, size: str) -> dict[str, Any]:
    """The options of XLA for a program of a size, as far as this XLA knows them."""
    if platform != "cpu":
        return {}
    if size == Size.SMALL and _takes_small_loops():
        wanted = NO_ROUTINES | ONE_THREAD
    else:
        others: dict[str, Any] = {Size.LARGE: {}, Size.CONVOLVING: CONVOLUTIONS_BY_EIGEN}
        wanted = CALLS | IN_PLACE | others.get(size, ONE_THREAD)
    return {name: value for name, value in wanted.items() if _known(name, value)}


@functools.cache
def _known(name: str, value: Any) -> bool:
    """Whether this XLA knows an option: those of the CPU are experiments of theirs, and may go."""
    try:
        jax.jit(lambda: 0, compiler_options={name: value}).lower().compile()
    except jax.errors.JaxRuntimeError:
        return False
    return True
