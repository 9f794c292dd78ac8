"""What the gates of a recurrent layer do, step by step: what is let in, kept and let out."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.engines.function import Session
from pellucid.errors import ArgumentError, unknown_name
from pellucid.layers.layer import Layer
from pellucid.layers.recurrent.gru import GRU
from pellucid.layers.recurrent.lstm import LSTM
from pellucid.models.model import Model
from pellucid.see.axes import HEAT, SIGNED, axes_for, colours_of, tell
from pellucid.see.inside import Inside, one_row

__all__ = ["gate_values", "plot_gates"]

GATES = ("input gate", "forget gate", "output gate", "update gate", "reset gate")
OPEN, SHUT = 0.9, 0.1
MOST_NAMES = 60  # of steps that can be read side by side


def gate_values(model: Model, x: Any, layer: str | None = None) -> dict[str, np.ndarray]:
    """What the gates of a recurrent layer come to at each step of a sequence.

    Args:
        model: A functional model, or a Sequential that has seen data.
        x: One sequence, as the model takes it.
        layer: The name of an LSTM or a GRU; by default the model's first.

    Shapes:
        x (T, F) or (1, T, F) → arrays of (T, units): of an LSTM ``input gate``, ``forget gate``,
        ``candidate``, ``output gate``, ``memory`` and ``output``; of a GRU ``update gate``,
        ``reset gate``, ``candidate`` and ``output``. Steps that are masked are not left out.

    Raises:
        ArgumentError: If there is no such layer, or more than one sequence.
        UnknownNameError: If no layer has that name.
        StateError: If the model's layers are not known.

    Examples:
        >>> model = Sequential([Input((5, 2)), layers.LSTM(3)])
        >>> values = gate_values(model, np.ones((5, 2)))
        >>> list(values)
        ['input gate', 'forget gate', 'candidate', 'output gate', 'memory', 'output']
        >>> values["forget gate"].shape
        (5, 3)
    """
    inside = Inside.of(model)
    recurrent = _layer(model, layer)
    row = one_row(x, model)
    (sequence,) = np.asarray(Session().run(inside.before[str(recurrent.name)], inside.feed(row)))
    steps = sequence.astype(np.float64)
    steps = steps[::-1] if getattr(recurrent, "go_backwards", False) else steps
    advance = _lstm if isinstance(recurrent, LSTM) else _gru
    kept = advance(recurrent.cell, steps)  # type: ignore[attr-defined]
    return {name: np.stack(values) for name, values in kept.items()}


def _layer(model: Model, name: str | None) -> Layer:
    known = {str(layer.name): layer for layer in model.layers}
    if name is not None and name not in known:
        raise unknown_name("layer", name, known)
    chosen = [known[name]] if name is not None else list(known.values())
    found = [layer for layer in chosen if isinstance(layer, LSTM | GRU)]
    if not found:
        raise ArgumentError(
            "Only layers with gates can be looked at so.",
            given=f"{model.label} without such a layer" if name is None else known[name].label,
            expected="an LSTM or a GRU",
        )
    return found[0]


def _arrays(cell: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The weights for the input and for the state, and the biases, 0 where there are none."""
    kernel = np.asarray(cell.kernel.numpy(), np.float64)
    recurrent = np.asarray(cell.recurrent_kernel.numpy(), np.float64)
    bias = np.zeros(kernel.shape[1])
    if cell.use_bias:
        bias = np.asarray(cell.bias.numpy(), np.float64)
    return kernel, recurrent, bias


def _lstm(cell: Any, steps: np.ndarray) -> dict[str, list[np.ndarray]]:
    names = ("input gate", "forget gate", "candidate", "output gate", "memory", "output")
    kept: dict[str, list[np.ndarray]] = {name: [] for name in names}
    kernel, recurrent, bias = _arrays(cell)
    h = c = np.zeros(cell.units)
    for x in steps:
        i, f, new, o = np.split(x @ kernel + h @ recurrent + bias, 4)
        i, f, o = (np.asarray(cell.recurrent_activation(z)) for z in (i, f, o))
        new = np.asarray(cell.activation(new))
        c = f * c + i * new
        h = o * np.asarray(cell.activation(c))
        for name, value in zip(names, (i, f, new, o, c, h), strict=True):
            kept[name].append(value)
    return kept


def _gru(cell: Any, steps: np.ndarray) -> dict[str, list[np.ndarray]]:
    names = ("update gate", "reset gate", "candidate", "output")
    kept: dict[str, list[np.ndarray]] = {name: [] for name in names}
    kernel, recurrent, bias = _arrays(cell)
    given, own = bias if bias.ndim == 2 else (bias, np.zeros_like(bias))
    h = np.zeros(cell.units)
    for x in steps:
        x_z, x_r, x_n = np.split(x @ kernel + given, 3)
        h_z, h_r, h_n = np.split(h @ recurrent + own, 3)
        z, r = (np.asarray(cell.recurrent_activation(s)) for s in (x_z + h_z, x_r + h_r))
        if not cell.reset_after:
            h_n = (r * h) @ recurrent[:, 2 * cell.units :]
        new = np.asarray(cell.activation(x_n + (r * h_n if cell.reset_after else h_n)))
        h = z * h + (1 - z) * new
        for name, value in zip(names, (z, r, new, h), strict=True):
            kept[name].append(value)
    return kept


def plot_gates(
    model: Model,
    x: Any,
    layer: str | None = None,
    steps: Sequence[str] | None = None,
    ax: Any = None,
) -> Any:
    """Show what a recurrent layer does at each step of a sequence, unit by unit.

    Gates are bright where they are open, from 0 to 1; candidates, memory and outputs are orange
    above 0 and purple below.

    Args:
        model, x, layer: As for :func:`gate_values`.
        steps: The names of the steps, such as the letters of a text.
        ax: Where to draw; new axes by default.

    Returns:
        The axes: a band for each gate, one above the other, with a row for each unit.

    Raises:
        ArgumentError: If there is no such layer, more than one sequence, or another number of
            names than of steps.
        UnknownNameError: If no layer has that name.
        StateError: If the model's layers are not known.
    """
    values = gate_values(model, x, layer)
    length, units = next(iter(values.values())).shape
    if steps is not None and len(steps) != length:
        raise ArgumentError(
            "Each step has one name.",
            given=f"{len(steps)} names for {length} steps",
            expected="as many of both",
        )
    ax = axes_for(ax, "Gates over time", (5.4, 0.62 * len(values) + 1.2))
    ax.grid(False)
    gap = max(1.0, 0.25 * units)
    words = [f"{len(values)} bands of {units} units over {length} steps."]
    middles, top = [], 0.0
    for name, band in values.items():
        extent = (0.5, length + 0.5, top + units, top)
        gate = name in GATES
        most = 1.0 if gate else float(np.abs(band).max()) or 1.0
        style: Any = {"cmap": HEAT if gate else SIGNED, "vmin": 0 if gate else -most, "vmax": most}
        ax.imshow(band.T, extent=extent, aspect="auto", interpolation="nearest", **style)
        middles.append(top + units / 2)
        top += units + gap
        words.append(f"{name}: {_told(band, gate)}")
    ax.set_ylim(top - gap, 0)
    ax.set_xlim(0.5, length + 0.5)
    ax.set_yticks(middles, list(values))
    ax.spines[:].set_visible(False)
    ax.tick_params(axis="y", length=0)
    for text in ax.get_yticklabels():
        text.set_color(colours_of(ax)["ink"])
    if steps is not None and length <= MOST_NAMES:
        ax.set_xticks(np.arange(1, length + 1), list(steps))
    ax.set_xlabel("step")
    return tell(ax, *words)


def _told(band: np.ndarray, gate: bool) -> str:
    if not gate:
        return f"from {band.min():.3g} to {band.max():.3g}"
    opened, shut = np.mean(band > OPEN), np.mean(band < SHUT)
    shares = f"{opened:.0%} open, {shut:.0%} shut".replace("%", " %")
    return f"{band.mean():.3g} on average, {shares} (above {OPEN}, below {SHUT})"
