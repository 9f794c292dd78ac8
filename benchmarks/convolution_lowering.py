"""Why convolution is lowered differently on a CPU: one step of a small network, both ways.

The network: convolution 32 3x3, pooling, convolution 64 3x3, pooling, dense 10, on 128 images of
28 x 28, trained by gradient descent inside one compiled loop. Then max pooling's gradient alone,
against JAX's own through reduce_window.

    python benchmarks/convolution_lowering.py
"""

import statistics
import time
from collections.abc import Callable

import jax
import numpy as np

from pellucid import Variable, gradients, placeholder
from pellucid.engines.xla_loop import XlaLoop
from pellucid.engines.xla_program import Lowering, Step
from pellucid.graph.operations.arithmetic import maximum
from pellucid.graph.operations.broadcasting import reshape
from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.convolution import convolution
from pellucid.graph.operations.reductions import logsumexp, mean, sum
from pellucid.graph.operations.windows import max_pool

BATCH, ROUNDS = 128, 5


def network() -> tuple[list, dict]:
    """The placeholders of a batch, and the new value of each variable after a step."""
    rng = np.random.default_rng(0)
    shapes = [(3, 3, 1, 32), (32,), (3, 3, 32, 64), (64,), (1600, 10), (10,)]
    weights = [Variable(rng.normal(0, 0.05, shape)) for shape in shapes]
    x, labels = placeholder((None, 28, 28, 1)), placeholder((None, 10))
    y = max_pool(maximum(convolution(x, weights[0]) + weights[1], 0), 2)
    y = max_pool(maximum(convolution(y, weights[2]) + weights[3], 0), 2)
    logits = matmul(reshape(y, (-1, 1600)), weights[4]) + weights[5]
    loss = mean(logsumexp(logits, -1) - sum(logits * labels, -1))
    slopes = gradients(loss, weights)
    return [x, labels], {w: w - 0.01 * g for w, g in zip(weights, slopes, strict=True)}


def training(platform: str) -> Callable[[int], None]:
    """So many steps, lowered as for a platform (all of them can run here)."""
    batch, updates = network()
    loop = XlaLoop(Step(Lowering(platform), batch, [], updates))
    rng = np.random.default_rng(0)
    images = rng.normal(size=(8 * BATCH, 28, 28, 1)).astype("float32")
    labels = np.eye(10, dtype="float32")[rng.integers(0, 10, 8 * BATCH)]

    def run(steps: int) -> None:
        loop.run([images, labels], None, 0, steps, BATCH)
        jax.block_until_ready(next(iter(updates)).value)

    return run


def pooling(kind: str) -> Callable[[int], None]:
    """So many gradients of pooling."""
    x = placeholder((BATCH, 26, 26, 32))
    slope = gradients(max_pool(x, 2), x)

    def by_us(array: jax.Array) -> jax.Array:
        return Lowering("cpu").run([slope], {x: array})[slope]

    def by_reduce_window(array: jax.Array) -> jax.Array:
        window = (1, 2, 2, 1)
        return jax.lax.reduce_window(array, -np.inf, jax.lax.max, window, window, "VALID").sum()

    one = by_us if kind == "slices" else jax.grad(by_reduce_window)
    array = jax.numpy.asarray(np.random.default_rng(0).normal(size=x.shape), "float32")
    many = jax.jit(lambda steps: jax.lax.fori_loop(0, steps, lambda i, a: a + one(a), array))
    return lambda steps: many(steps).block_until_ready()


def compare(title: str, steps: int, contestants: dict[str, Callable[[int], None]]) -> None:
    """Time contestants in turns; milliseconds a step, median and spread, and their ratio."""
    for run in contestants.values():
        run(1)  # compiles
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, run in contestants.items():
            start = time.perf_counter()
            run(steps)
            times[name].append((time.perf_counter() - start) / steps * 1e3)
    print(title)
    for name, values in times.items():
        print(f"  {name:14} {statistics.median(values):7.1f} ms", end="")
        print(f"  ({min(values):.1f} to {max(values):.1f})")
    ours, theirs = (statistics.median(values) for values in times.values())
    print(f"  ratio {theirs / ours:.1f}")


if __name__ == "__main__":
    compare("a training step", 4, {"as on a CPU": training("cpu"), "lax.conv": training("gpu")})
    kinds = {kind: pooling(kind) for kind in ("slices", "reduce_window")}
    compare("the gradient of max pooling", 10, kinds)
