"""Learning curves: how results went from epoch to epoch, and what is reached without a network."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.callbacks.history import History
from pellucid.errors import unknown_name
from pellucid.see.axes import axes_for, colours_of, tell
from pellucid.see.rivals import baselines as find_baselines

__all__ = ["plot_curves", "plot_history"]

DASHES = ":", (0, (1, 1, 4, 1)), (0, (8, 2)), "-."  # for baselines, told apart without colours


def plot_curves(
    history: Any,
    name: str = "loss",
    baselines: Mapping[str, Any] | None = None,
    percent: bool = False,
    ax: Any = None,
) -> Any:
    """Show a result after each epoch, on the training and the validation part.

    The best epoch of the validation part is ringed, where it is known which way is better; a
    learning rate that was kept, and changed, is drawn behind, on a scale of its own at the right.

    Args:
        history: What ``fit`` returned, or its ``history``.
        name: Of the result, such as ``"loss"``.
        baselines: What others reach: by their names a number, or their results by name, as
            :func:`~pellucid.see.baselines` returns them. Each is a level line.
        percent: Whether it is a share, to be shown in percent.
        ax: Where to draw; new axes by default.

    Returns:
        The axes. Lines differ in dashes as well as in colour.

    Raises:
        UnknownNameError: If there is no such result.

    Examples:
        >>> from pellucid.see import describe
        >>> ax = plot_curves({"loss": [2.0, 1.0], "val_loss": [2.1, 1.5]}, baselines={"mean": 2.3})
        >>> print(describe(ax))
        Loss over 2 epochs.
        training: from 2 to 1
        validation: from 2.1 to 1.5, lowest 1.5 after epoch 2, highest 2.1 after epoch 1
        mean: 2.3
    """
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    results: Mapping[str, Sequence[float]] = getattr(history, "history", history)
    if name not in results:
        raise unknown_name("result", name, results)
    title = _readable(name)
    ax = axes_for(ax, title, (4.6, 3.1))
    colours = colours_of(ax)
    lines = {"training": results[name]}
    if f"val_{name}" in results:
        lines["validation"] = results[f"val_{name}"]
    words = [f"{title} over {len(results[name])} epochs."]
    better = _direction(history, name)
    for part, dash in (("training", "-"), ("validation", (0, (5, 1.5)))):
        if part not in lines:
            continue
        values = np.asarray(lines[part], float)
        marker = "o" if len(values) == 1 else None  # a line needs two points to be seen
        colour = colours["train" if part == "training" else "validation"]
        # Not every epoch need be validated.
        epochs = np.linspace(1, len(results[name]), len(values)) if len(values) > 1 else [1]
        ax.plot(epochs, values, color=colour, marker=marker, lw=2, ls=dash, label=part)
        if part == "validation" and better and len(values) > 1 and np.isfinite(values).any():
            at = int(np.nanargmin(values) if better == "down" else np.nanargmax(values))
            ring = {"facecolors": "none", "edgecolors": colour, "linewidths": 1.5, "s": 80}
            ax.scatter(
                epochs[at], values[at], label=f"best: epoch {epochs[at]:.0f}", zorder=3, **ring
            )
        words.append(f"{part}: {_told(values, part == 'validation', percent)}")
    for i, (label, given) in enumerate((baselines or {}).items()):
        value = given.get(name) if isinstance(given, Mapping) else given
        if value is None:
            continue
        style: Any = {"lw": 1.5, "ls": DASHES[i % len(DASHES)], "label": label}
        ax.axhline(value, color=colours["baseline"], **style)
        words.append(f"{label}: {_number(value, percent)}")
    ax.set_xlabel("epoch")
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    if percent:
        ax.set_ylim(0, 1.02)
        ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    elif ax.dataLim.ymin >= 0:
        ax.set_ylim(bottom=0)
    rates = np.asarray(results.get("learning_rate", ()), float)
    if len(np.unique(rates)) > 1:
        _draw_rates(ax, rates)
        words.append(f"learning rate: from {rates[0]:.4g} to {rates[-1]:.4g}")
    ax.legend(frameon=False, loc="best")
    return tell(ax, *words)


def plot_history(
    history: History,
    name: str = "loss",
    baselines: Any = None,
    percent: bool | None = None,
    ax: Any = None,
) -> Any:
    """Show how a result went while a model was trained: ``history.plot()``.

    Args:
        history: What ``fit`` returned.
        name: Of the result, such as ``"loss"``.
        baselines: What is reached without a network: as :func:`plot_curves` takes it, or the data
            ``(x, y)`` or ``(x, y, x_test, y_test)`` to find it on, as
            :func:`~pellucid.see.baselines` does.
        percent: Whether it is a share, to be shown in percent; by default an accuracy is.
        ax: Where to draw; new axes by default.

    Returns:
        The axes.

    Raises:
        UnknownNameError: If there is no such result.

    Examples:
        >>> from pellucid.see import describe
        >>> x = np.array([[0.0], [1.0], [2.0], [3.0]])
        >>> model = Sequential([Input((1,)), layers.Dense(1, kernel_initializer="zeros")])
        >>> model.compile("sgd", "mse")
        >>> history = model.fit(x, 2 * x, epochs=3, verbose=0)
        >>> print(describe(history.plot(baselines=(x, 2 * x))).splitlines()[-2])
        constant prediction: 5
    """
    if isinstance(baselines, tuple):
        baselines = find_baselines(history.model, *baselines)
    percent = "accuracy" in name if percent is None else percent
    return plot_curves(history, name, baselines, percent, ax)


def _direction(history: Any, name: str) -> str | None:
    """Which way a result gets better: ``"down"``, ``"up"``, or not known."""
    compiled = getattr(getattr(history, "model", None), "compiled", None)
    metric = {} if compiled is None else compiled.named
    known = getattr(metric.get(name), "direction", None)
    if known is None and name.endswith("loss"):
        return "down"
    return "up" if known is None and "accuracy" in name else known


def _draw_rates(ax: Any, rates: np.ndarray) -> None:
    """The learning rate, on a logarithmic scale at the right."""
    colours = colours_of(ax)
    right = ax.twinx()
    right.plot(np.arange(1, len(rates) + 1), rates, color=colours["faint"], lw=1.2, ls=(0, (1, 2)))
    right.set_yscale("log")
    right.set_ylabel("learning rate", color=colours["quiet"])
    right.tick_params(axis="y", which="both", labelcolor=colours["quiet"])
    right.spines[["top", "left"]].set_visible(False)
    right.spines["right"].set_color(colours["faint"])
    # What is learned stands in front of the rate at which it is.
    ax.set_zorder(right.get_zorder() + 1)
    ax.patch.set_visible(False)


def _readable(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _number(value: float, percent: bool) -> str:
    return f"{100 * value:.1f} %" if percent else f"{value:.4g}"


def _told(values: np.ndarray, extremes: bool, percent: bool) -> str:
    told = f"from {_number(values[0], percent)} to {_number(values[-1], percent)}"
    if extremes and len(values) > 1 and np.isfinite(values).any():
        for word, at in (("lowest", np.nanargmin(values)), ("highest", np.nanargmax(values))):
            told += f", {word} {_number(values[at], percent)} after epoch {at + 1}"
    return told


# Attached here, as models are given their report in reporting.py.
History.plot = plot_history  # type: ignore[attr-defined]
