"""How the numbers in a model are spread: its weights, and what comes out of its layers."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.engines.function import Session
from pellucid.graph.dtypes import is_float
from pellucid.models.model import Model
from pellucid.see.axes import axes_for, colours_of, tell
from pellucid.see.inside import Inside, short_paths

__all__ = ["plot_activations", "plot_weights", "spread"]

BINS = 60
TAIL = 0.001  # share of the numbers at each end that may lie beyond the picture


def spread(values: Any) -> dict[str, float]:
    """How numbers are spread.

    Returns:
        ``mean``, ``std``, ``least``, ``most``, and ``zero``: the share that is exactly 0.

    Examples:
        >>> spread(np.array([0.0, 0.0, 3.0, 1.0]))["zero"]
        0.5
    """
    values = np.asarray(values, float)
    return {
        "mean": float(values.mean()),
        "std": float(values.std()),
        "least": float(values.min()),
        "most": float(values.max()),
        "zero": float(np.mean(values == 0)),
    }


def plot_weights(model: Model, ax: Any = None) -> Any:
    """Show how the weights of each layer are spread.

    Args:
        model: A model with weights.
        ax: Where to draw; new axes by default.

    Returns:
        The axes: a heap for each weight that is trained, in the order of the layers. Each is as
        high as any other, whatever it counts.
    """
    names = short_paths([str(v.path) for v in model.trainable_variables])
    weights = {
        name: np.asarray(v.numpy(), float).ravel()
        for name, v in zip(names, model.trainable_variables, strict=True)
    }
    return _heaps(weights, "Weights", "weight", ax)


def plot_activations(model: Model, x: Any, ax: Any = None) -> Any:
    """Show how what comes out of each layer is spread, over the rows and units.

    Args:
        model: A functional model, or a Sequential that has seen data.
        x: Inputs, B rows.
        ax: Where to draw; new axes by default.

    Returns:
        The axes: a heap for each layer. A layer whose units give nothing but 0 for most rows is
        told of in words.
    """
    inside = Inside.of(model)
    real = {name: t for name, t in inside.layers.items() if is_float(t.dtype)}
    values = Session().run(list(real.values()), inside.feed(x))
    outputs = {n: np.asarray(v, float).ravel() for n, v in zip(real, values, strict=True)}
    return _heaps(outputs, "What comes out of the layers", "output", ax)


def _heaps(arrays: Mapping[str, np.ndarray], title: str, what: str, ax: Any) -> Any:
    ax = axes_for(ax, title, (4.8, max(2.0, 0.5 * len(arrays) + 1.0)))
    ax.grid(False, axis="y")
    low = min((np.quantile(a, TAIL) for a in arrays.values()), default=0.0)
    high = max((np.quantile(a, 1 - TAIL) for a in arrays.values()), default=1.0)
    edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    words = [f"{title}, {len(arrays)} of them, from the input to the output."]
    for place, (name, values) in enumerate(arrays.items()):
        counts = np.histogram(values, edges)[0]
        heights = 0.85 * np.sqrt(counts / max(1, counts.max()))  # roots: tails are seen too
        ax.fill_between(middles, place, place - heights, step="mid", color="#3f90da", alpha=0.8)
        ax.axhline(place, color=colours_of(ax)["faint"], lw=0.6)
        s = spread(values)
        zero = f", {s['zero']:.0%} exactly 0".replace("%", " %") if s["zero"] >= 0.005 else ""
        words.append(
            f"{name}: mean {s['mean']:.3g}, standard deviation {s['std']:.3g}, "
            f"from {s['least']:.3g} to {s['most']:.3g}{zero}"
        )
    ax.set_yticks(np.arange(len(arrays)), list(arrays))
    ax.set_ylim(len(arrays) - 0.7, -1.05)
    ax.set_xlabel(what)
    return tell(ax, *words)
