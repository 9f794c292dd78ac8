"""Gradient descent in the open: every point, loss and gradient of the way is kept."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import optree

from pellucid.engines.function import Function, function
from pellucid.errors import DataError, GraphError, ShapeError
from pellucid.graph.dtypes import dtype_name, is_float
from pellucid.graph.gradients import gradients
from pellucid.graph.tensor import Tensor, as_array
from pellucid.graph.variable import placeholder

__all__ = ["Descent", "descend"]


@dataclass(frozen=True)
class Descent:
    """The way down that :func:`descend` took; ``path[t + 1]`` is ``path[t] - rate * gradients[t]``.

    Attributes:
        path: The weights before the first step and after each.
        losses: At each step the loss at the weights before it, on the step's batch.
        gradients: At each step the gradient of that loss by the weights.

    Shapes:
        path (steps + 1, ...), losses (steps,), gradients (steps, ...), where ``...`` is the shape
        of the weights; for weights in a dict or list, path and gradients are such dicts or lists.
    """

    path: Any
    losses: np.ndarray
    gradients: Any

    @property
    def weights(self) -> Any:
        """The weights after the last step, in the form of the first ones."""
        return optree.tree_map(lambda points: points[-1], self.path)


def descend(
    loss: Callable[..., Any],
    w0: Any,
    learning_rate: float = 0.1,
    steps: int = 100,
    data: Any = None,
    batch_size: int | None = None,
    seed: int = 0,
) -> Descent:
    """Go down a loss, step by step against its gradient, and keep the whole way.

    Each step is ``w ← w - learning_rate * ∂loss/∂w``. The loss is turned into a graph once, by
    calling it with symbolic tensors; its gradient is :func:`~pellucid.gradients` of that graph.

    Args:
        loss: From the weights, and a batch of the data if there are data, to a number. It is
            written with operations on tensors. For a batch it should be the *mean* over the
            examples, so that the step does not grow with the batch.
        w0: The weights to start from: an array, or a dict or list of arrays. Python numbers
            and whole numbers are made float32.
        learning_rate: Length of the step, in units of the gradient.
        steps: How many steps.
        data: An array or a tuple of arrays with the same first axis, the examples; ``loss`` is
            called with a batch of each after the weights.
        batch_size: How many examples a step looks at: ``None`` for all of them (gradient descent),
            1 for a single one (stochastic), or between (mini-batches). If not all, the
            examples are shuffled before each epoch; its last batch may be smaller.
        seed: Of the shuffling.

    Returns:
        The path, the losses and the gradients.

    Raises:
        GraphError: If the loss is not a tensor made of the weights.
        ShapeError: If it is not a single number.
        DataError: If the arrays of the data differ in length, or ``batch_size`` is below 1.

    Examples:
        >>> way = descend(lambda w: (w - 3) ** 2, 0.0, learning_rate=0.25, steps=3)
        >>> way.path
        array([0. , 1.5 , 2.25 , 2.625], dtype=float32)
        >>> way.losses
        array([9. , 2.25 , 0.5625], dtype=float32)

        A line through points, by mini-batches:

        >>> from pellucid.graph.operations.reductions import mean
        >>> x = np.linspace(-1, 1, 20)
        >>> line = lambda w, x, y: mean((w["slope"] * x + w["start"] - y) ** 2)
        >>> way = descend(line, {"slope": 0.0, "start": 0.0}, data=(x, 2 * x + 1), batch_size=5)
        >>> {name: float(w.round(2)) for name, w in way.weights.items()}
        {'slope': 2.0, 'start': 1.0}

    Source:
        Cauchy 1847, "Méthode générale pour la résolution des systèmes d'équations simultanées";
        Robbins, Monro 1951, "A Stochastic Approximation Method".
    """
    flat, structure = optree.tree_flatten(w0)
    weights = [_real(w) for w in flat]
    arrays = _examples(data)
    batches = _batches(arrays, batch_size, np.random.default_rng(seed))
    slope = _slope(loss, weights, optree.tree_paths(w0), structure, arrays)

    path, losses, slopes = [weights], [], []
    for _ in range(steps):
        value, *gradient = slope(*path[-1], *next(batches))
        with np.errstate(over="ignore", invalid="ignore"):  # a way that diverges is worth seeing
            path.append(
                [
                    w - w.dtype.type(learning_rate) * g
                    for w, g in zip(path[-1], gradient, strict=True)
                ]
            )
        losses.append(value)
        slopes.append(gradient)

    def along(points: list[Any]) -> Any:
        columns = [
            np.array([p[i] for p in points], w.dtype).reshape(-1, *w.shape)
            for i, w in enumerate(weights)
        ]
        return optree.tree_unflatten(structure, columns)

    return Descent(along(path), np.array(losses), along(slopes))


def _slope(
    loss: Callable[..., Any],
    weights: list[np.ndarray],
    paths: list[tuple[Any, ...]],
    structure: Any,
    arrays: list[np.ndarray],
) -> Function:
    """The loss and its gradients by the weights, as a function of weights and batch."""
    points = [
        placeholder(w.shape, dtype_name(w.dtype), name="/".join(map(str, path)) or "w")
        for w, path in zip(weights, paths, strict=True)
    ]
    batch = [
        placeholder((None, *a.shape[1:]), dtype_name(a.dtype), name=f"batch_{i}")
        for i, a in enumerate(arrays)
    ]
    value = loss(optree.tree_unflatten(structure, points), *batch)
    if not isinstance(value, Tensor):
        raise GraphError(
            "The loss does not depend on the weights that it was given.",
            given=f"a {type(value).__name__}",
            expected="a tensor, made of the weights by operations",
            mend="compute it with operators on tensors and the functions of pellucid.ops",
        )
    if value.shape != ():
        raise ShapeError(
            "The loss is not a single number.",
            given=f"shape {value.shape}",
            expected="shape ()",
            mend="take its mean",
            line=value.line,
        )
    return function([*points, *batch], [value, *gradients(value, points)])


def _real(w: Any) -> np.ndarray:
    array = as_array(w)
    return array if is_float(dtype_name(array.dtype)) else array.astype(np.float32)


def _examples(data: Any) -> list[np.ndarray]:
    if data is None:
        return []
    arrays = [as_array(a) for a in (data if isinstance(data, tuple) else (data,))]
    lengths = {a.shape[:1] for a in arrays}
    if len(lengths) != 1 or lengths & {(), (0,)}:
        raise DataError(
            "The arrays of the data do not hold the same examples.",
            given=f"shapes {', '.join(str(a.shape) for a in arrays)}",
            expected="the same size, at least 1, along each one's first axis",
        )
    return arrays


def _batches(
    arrays: list[np.ndarray], batch_size: int | None, rng: np.random.Generator
) -> Iterator[list[np.ndarray]]:
    """Batches without end."""
    if batch_size is None:
        return itertools.repeat(arrays)
    if not arrays or batch_size < 1:
        raise DataError(
            f"There are no batches of {batch_size}.",
            given=f"batch_size={batch_size}" if arrays else "no data",
            expected="data, and at least 1 example a batch",
            mend="leave batch_size out, to look at everything in each step",
        )
    return _shuffled(arrays, batch_size, rng)


def _shuffled(
    arrays: list[np.ndarray], batch_size: int, rng: np.random.Generator
) -> Iterator[list[np.ndarray]]:
    while True:
        order = rng.permutation(len(arrays[0]))
        for start in range(0, len(order), batch_size):
            yield [a[order[start : start + batch_size]] for a in arrays]
