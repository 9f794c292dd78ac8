"""Models that leave: the graph of their predictions in forms that need no pellucid."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pellucid.errors import unknown_name
from pellucid.export.numpy import export_numpy
from pellucid.export.onnx import export_onnx
from pellucid.layers.layer import Layer

__all__ = ["FORMATS", "export", "export_numpy", "export_onnx"]

FORMATS: dict[str, Callable[..., None]] = {"numpy": export_numpy, "onnx": export_onnx}
ENDINGS = {".onnx": "onnx", ".py": "numpy"}


def export(
    model: Layer,
    filepath: str | os.PathLike[str],
    format: str | None = None,
    input_signature: Any = None,
) -> None:
    """Write what a model predicts with to a file that needs no pellucid.

    Args:
        model: A built model or layer.
        filepath: The file to write or replace.
        format: ``"onnx"``, or ``"numpy"``: Python code, and its weights in a ``.npz`` file beside
            it. By default what the name of the file ends in says: ``.onnx`` or ``.py``.
        input_signature: What goes in, for a model that does not know it: tensors from ``Input``,
            in the structure that it takes.

    Raises:
        UnknownNameError: For another format.
        ArgumentError: If the format needs a package that is not installed.
        StateError: If it is not known what the model takes.
        GraphError: If a layer cannot be exported; the error names it.

    Examples:
        >>> import pathlib, tempfile
        >>> model = Sequential([Input((3,)), layers.Dense(2)])
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "small.py"
        >>> model.export(file)
        >>> sorted(path.name for path in file.parent.iterdir())
        ['small.npz', 'small.py']
    """
    wanted = ENDINGS.get(Path(filepath).suffix, Path(filepath).suffix) if format is None else format
    if wanted not in FORMATS:
        raise unknown_name("format to export to", wanted, FORMATS)
    FORMATS[wanted](model, filepath, input_signature)
