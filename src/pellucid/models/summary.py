"""The table that ``summary`` prints."""

import io
from typing import TYPE_CHECKING, Any

import optree
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from pellucid.models.costs import bytes_of_model, flops_of_layer, flops_of_model, receptive_field

if TYPE_CHECKING:
    from pellucid.layers.layer import Layer
    from pellucid.models.model import Model

__all__ = ["bytes_text", "summary_table"]


def summary_table(
    model: "Model",
    width: int | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
) -> str:
    """The layers of a model with the shapes of their outputs and the numbers of their weights."""
    table = Table(
        title=f"Model: {model.name}", box=SIMPLE_HEAD, title_justify="left", title_style="bold"
    )
    table.add_column("Layer (type)")
    table.add_column("Output shape")
    table.add_column("Weights", justify="right")
    table.add_column("FLOPs", justify="right")
    branched = any(len(layer.calls) > 1 or _joins(layer) for layer in model.layers)
    if branched:
        table.add_column("From")
    if show_trainable:
        table.add_column("Trained")
    rows = [(layer, 0) for layer in reversed(model.layers)]
    while rows:
        layer, depth = rows.pop()
        cells = [f"{'  ' * depth}{layer.name} ({type(layer).__name__})", _shape(layer)]
        cells.append(f"{layer.count_params():,}" if layer.built else "not built")
        cost = flops_of_layer(layer)
        cells.append("?" if cost is None else f"{cost:,}")
        if branched:
            cells.append(_sources(layer))
        if show_trainable:
            cells.append("yes" if layer.trainable_variables else "no" if layer.weights else "-")
        table.add_row(*cells)
        if expand_nested and hasattr(layer, "layers"):
            rows += [(inner, depth + 1) for inner in reversed(layer.layers)]
    # In a notebook rich would show the table at once, and write nothing, or colours.
    console = Console(
        width=width or 76, file=io.StringIO(), force_jupyter=False, force_terminal=False
    )
    console.print(table)
    counted, kept = flops_of_model(model), bytes_of_model(model)
    if counted is not None and kept is not None:
        console.print(
            f"A row forwards: {counted:,} FLOPs, {bytes_text(kept)} of outputs", highlight=False
        )
        field = receptive_field(model.layers)
        if field:
            console.print(f"Each last unit of the convolutions sees {field}", highlight=False)
    total = sum(v.numpy().size for v in model.weights)
    trained = sum(v.numpy().size for v in model.trainable_variables)
    size = sum(v.numpy().nbytes for v in model.weights)
    console.print(
        f"Weights: {total:,} ({bytes_text(size)}), of which {trained:,} trainable", highlight=False
    )
    return _text(console)


def _shape(layer: "Layer") -> str:
    """The shape of what comes out of a layer, or the shapes."""
    if not layer.calls:
        return "?"
    shapes: Any = [x.shape for x in optree.tree_leaves(layer.calls[-1].outputs)]
    return ", ".join(map(str, shapes))


def _joins(layer: "Layer") -> bool:
    return any(len(call.inputs) > 1 for call in layer.calls)


def _sources(layer: "Layer") -> str:
    """The names of the layers that a layer's inputs come from."""
    inputs = [x for call in layer.calls for x in call.inputs]
    names = [str(x.call.layer.name) if x.call else x.name for x in inputs]
    return ", ".join(dict.fromkeys(names))


def _text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def bytes_text(count: float) -> str:
    """A number of bytes in the unit that suits it.

    Examples:
        >>> bytes_text(2048)
        '2.0 KiB'
    """
    for unit in ("bytes", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"
