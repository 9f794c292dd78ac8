"""Weights in Keras 3's ``.weights.h5``: written here and read by Keras, and the other way round."""

import os
import warnings
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, DataError, PellucidError
from pellucid.graph.variable import Variable
from pellucid.layers.layer import Layer
from pellucid.saving.atomic import refuse_to_replace
from pellucid.saving.hdf5 import Part, Reader, reading, write
from pellucid.saving.parts import (
    give,
    optimizer_of,
    optimizers_of,
    own_weights,
    places,
    require_built,
)

__all__ = [
    "assign",
    "load_weights",
    "parts_of",
    "read_all",
    "read_layers",
    "read_part",
    "save_weights",
]

Path = str | os.PathLike[str]
Found = list[tuple[Variable, np.ndarray]]
"""Variables, and the values that were read for them."""


def save_weights(model: Layer, filepath: Path, overwrite: bool = True) -> None:
    """Write the weights of a model, and the state of its optimizer if it was compiled.

    Args:
        model: A built model or layer.
        filepath: The file; its name ends in ``.weights.h5``.
        overwrite: Whether a file of this name may be replaced.

    Raises:
        StateError: If the model has not been built.
        ArgumentError: If the name ends otherwise, or there is such a file and it must stay.

    Examples:
        >>> import pathlib, tempfile
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "small.weights.h5"
        >>> model = Sequential([Input((2,)), layers.Dense(1)])
        >>> save_weights(model, file)
        >>> other = Sequential([Input((2,)), layers.Dense(1)])
        >>> load_weights(other, file)
        >>> (other.get_weights()[0] == model.get_weights()[0]).all()
        np.True_
    """
    require_built(model, "save")
    _check_name(filepath)
    refuse_to_replace(filepath, overwrite)
    write(filepath, parts_of(model))


def load_weights(model: Layer, filepath: Path, skip_mismatch: bool = False) -> None:
    """Read the weights of a model, and the state of its optimizer where there are both.

    All is read and checked before the first weight changes.

    Args:
        model: A built model or layer, made as the one that was saved.
        filepath: A ``.weights.h5`` file of this library or of Keras 3.
        skip_mismatch: Whether layers that do not fit keep the weights that they have, with a
            warning, instead of this being an error.

    Raises:
        StateError: If the model has not been built.
        ArgumentError: If the name of the file does not end in ``.weights.h5``.
        FileNotFoundError: If there is no such file.
        ShapeError: If the weights of a layer have other shapes.
        DataError: If a layer is missing in the file, or it is broken, or no such file.
    """
    require_built(model, "load")
    _check_name(filepath)
    with reading(filepath) as reader:
        found = read_all(model, reader, skip_mismatch)
    assign(found)


def parts_of(model: Layer) -> dict[str, Part]:
    """What a file of weights consists of, by where it stands."""
    parts = {}
    for where, layer in places(model):
        named: dict[str, np.ndarray] = {}
        if hasattr(layer, "save_own_variables"):
            layer.save_own_variables(named)
        parts[where] = Part(own_weights(layer), layer.name, named)
    for where, optimizer in optimizers_of(model):
        parts[where] = Part(optimizer.variables, optimizer.name)
    return parts


def read_all(model: Layer, reader: Reader, skip_mismatch: bool = False) -> Found:
    """The values that a file has for a model, and for the optimizer that it was compiled with."""
    return read_layers(model, reader, skip_mismatch) + _read_optimizer(model, reader)


def read_layers(model: Layer, reader: Reader, skip_mismatch: bool = False) -> Found:
    """The values that a file has for the weights of a model, without its optimizer."""
    found: Found = []
    skipped: list[str] = []
    for where, layer in places(model):
        try:
            _read_own(layer, reader, where)
            found += read_part(reader, where, own_weights(layer), layer.label)
        except PellucidError as error:
            if not skip_mismatch:
                raise
            skipped.append(f"{layer.label}: {error.given}; expected {error.expected}")
    if skipped:
        warnings.warn(
            f"These layers keep their weights, since those in {os.fspath(reader.path)} do not "
            f"fit: {'; '.join(skipped)}.",
            stacklevel=5,
        )
    return found


def _read_own(layer: Layer, reader: Reader, where: str) -> None:
    """Let a layer take what it keeps besides its weights."""
    if hasattr(layer, "load_own_variables"):
        names = reader.names(where)
        layer.load_own_variables({n: reader.read(where, n, None, layer.label) for n in names})


def _read_optimizer(model: Layer, reader: Reader) -> Found:
    saved = reader.count("optimizer")
    optimizer = None if saved is None else optimizer_of(model)
    if optimizer is None:
        return []
    if saved != len(optimizer.variables):
        # As in Keras, weights are often loaded to be trained on by another optimizer.
        warnings.warn(
            f"The optimizer '{optimizer.name}' keeps its state: it has "
            f"{len(optimizer.variables)} variables, the one in {os.fspath(reader.path)} "
            f"had {saved}.",
            stacklevel=5,
        )
        return []
    label = f"optimizer '{optimizer.name}'"
    return read_part(reader, "optimizer", optimizer.variables, label)


def read_part(reader: Reader, where: str, variables: list[Variable], label: str) -> Found:
    """The values of the variables of one part.

    Raises:
        ShapeError: If shapes differ.
        DataError: If there are more or fewer, or they cannot be read.
    """
    count = reader.count(where)
    if (count or 0) != len(variables):
        raise DataError(
            f"{os.fspath(reader.path)} does not fit {label}.",
            given=f"no '{where}'" if count is None else f"{count} arrays in '{where}'",
            expected=f"{len(variables)} arrays: {', '.join(v.name for v in variables) or 'none'}",
        )
    return [(v, reader.read(where, i, v.shape, label)) for i, v in enumerate(variables)]


def assign(found: Found) -> None:
    """Give variables the values that were read for them."""
    found.reverse()
    while found:  # each value is let go when it has been taken
        variable, value = found.pop()
        give(variable, value)


def _check_name(filepath: Any) -> None:
    if not os.fspath(filepath).endswith(".weights.h5"):
        raise ArgumentError(
            "The name of a file of weights says what it is.",
            given=repr(os.fspath(filepath)),
            expected="a name that ends in '.weights.h5'",
        )
