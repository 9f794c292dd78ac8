"""The table that ``summary`` prints."""

import io
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from pellucid.models.model import Model

__all__ = ["summary_table"]


def summary_table(model: "Model", width: int | None = None) -> str:
    """The layers of a model with the shapes of their outputs and the numbers of their weights."""
    table = Table(
        title=f"Model: {model.name}", box=SIMPLE_HEAD, title_justify="left", title_style="bold"
    )
    table.add_column("Layer (type)")
    table.add_column("Output shape")
    table.add_column("Weights", justify="right")
    x: Any = model.inputs[0] if model.inputs else None
    for layer in getattr(model, "layers", []):
        x = layer(x) if x is not None else None
        count = f"{layer.count_params():,}" if layer.built else "not built"
        shape = "?" if x is None else str(x.shape)
        table.add_row(f"{layer.name} ({type(layer).__name__})", shape, count)
    console = Console(width=width or 76, file=io.StringIO())
    console.print(table)
    total = sum(v.numpy().size for v in model.weights)
    trained = sum(v.numpy().size for v in model.trainable_variables)
    size = sum(v.numpy().nbytes for v in model.weights)
    console.print(
        f"Weights: {total:,} ({_bytes(size)}), of which {trained:,} trainable", highlight=False
    )
    return _text(console)


def _text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def _bytes(count: float) -> str:
    """A number of bytes in the unit that suits it.

    Examples:
        >>> _bytes(2048)
        '2.0 KiB'
    """
    for unit in ("bytes", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"
