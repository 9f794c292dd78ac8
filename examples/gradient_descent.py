"""Gradient descent: too slow, right and too fast; all examples, some, or one at a time.

Run it with ``python examples/gradient_descent.py``.
"""

import numpy as np

from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.reductions import mean
from pellucid.neurons import descend


def valley(w):
    """A long valley: steep across (curvature 10), gentle along (curvature 1)."""
    return 0.5 * (w[0] ** 2 + 10 * w[1] ** 2)


print("learning rate   loss after 50 steps, from 55")
for learning_rate in (0.01, 0.1, 0.19, 0.21):  # beyond 2 / 10, the largest curvature, it diverges
    way = descend(valley, np.array([10.0, 1.0]), learning_rate, steps=51)
    print(f"{learning_rate:13}   {way.losses[-1]:.3g}")
    assert (way.losses[-1] < way.losses[0]) == (learning_rate < 0.2)


def squared_error(w, x, y):
    """The mean squared error of a line through points."""
    return mean((w["slope"] * x + w["start"] - y) ** 2)


rng = np.random.default_rng(0)
x = rng.uniform(-1, 1, 200)
y = 3 * x - 1 + 0.3 * rng.normal(size=200)
slope, start = np.polyfit(x, y, 1)  # the least squares, solved without descending
print(f"\nleast squares:           slope {slope:.4f}, start {start:.4f}")

nothing = {"slope": np.float64(0), "start": np.float64(0)}
for name, batch_size, steps in (("all", None, 100), ("20", 20, 100), ("1", 1, 100)):
    way = descend(squared_error, nothing, 0.2, steps, data=(x, y), batch_size=batch_size)
    found = way.weights
    print(
        f"{name:>3} examples a step:     slope {found['slope']:.4f}, start {found['start']:.4f} "
        f"after {steps} steps, {steps * (batch_size or 200)} examples"
    )
    off = np.hypot(found["slope"] - slope, found["start"] - start)
    assert off < {"all": 1e-4, "20": 0.1, "1": 0.5}[name]

# What backpropagation knows of the graph is the same as the formula says.
w = np.array([1.0, 2.0])
by_graph = descend(lambda w: matmul(w, w) ** 2, w, steps=1).gradients[0]
print("\n∂(w·w)²/∂w at (1, 2):", by_graph, "and by hand, 4 (w·w) w:", 4 * (w @ w) * w)
assert np.allclose(by_graph, 4 * (w @ w) * w, rtol=1e-12)
