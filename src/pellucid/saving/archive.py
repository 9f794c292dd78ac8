"""Whole models in Keras's ``.keras`` files: a zip of the description, the weights and the rest.

``config.json`` says which layers there are and how they are connected, ``model.weights.h5`` has
the arrays, and under ``assets/`` lies what is neither, such as a vocabulary. A file is data from
elsewhere: nothing in it is executed, and nothing outside of it is read or written.
"""

import datetime
import importlib.metadata
import json
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pellucid.allowance import allowance
from pellucid.errors import ArgumentError, DataError, PellucidError
from pellucid.layers.awaited import terms_awaited, weights_awaited
from pellucid.layers.layer import Layer
from pellucid.saving.atomic import refuse_to_replace, replacing
from pellucid.saving.hdf5 import reading, write_parts
from pellucid.saving.parts import places
from pellucid.saving.weights_h5 import assign, parts_of, read_all
from pellucid.saving.zipped import EXPANSION, FREE, HEADER, Archive, enclose, open_archive
from pellucid.serialization import deserialize, serialize, sharing

__all__ = ["load_model", "save_model", "understood"]

CONFIG, METADATA, WEIGHTS, ASSETS = "config.json", "metadata.json", "model.weights.h5", "assets"
KERAS = "3.15.0"  # the version whose files these are


def save_model(model: Layer, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
    """Write a model to a file that this library and Keras 3 open: layers, weights, training.

    The file is there whole or not at all: it gets its name when all of it has reached the disk.

    Args:
        model: Any model; with its optimizer's state, if it was compiled.
        filepath: The file; its name ends in ``.keras``.
        overwrite: Whether a file of this name may be replaced.

    Raises:
        ArgumentError: If the name ends otherwise, or there is such a file and it must stay.
        DTypeError: If a layer has an argument that no data stand for.
        GraphError: If there is an operation between layers that Keras has no word for.

    Examples:
        >>> import pathlib, tempfile
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "small.keras"
        >>> model = Sequential([Input((2,)), layers.Dense(1)])
        >>> save_model(model, file)
        >>> x = np.ones((3, 2))
        >>> (load_model(file).predict(x, verbose=0) == model.predict(x, verbose=0)).all()
        np.True_
    """
    path = os.fspath(filepath)
    if not path.endswith(".keras"):
        raise ArgumentError(
            "The name of a file with a whole model says what it is.",
            given=repr(path),
            expected="a name that ends in '.keras'",
        )
    refuse_to_replace(path, overwrite)
    if not model.built:
        warnings.warn(
            f"{model.label} is saved without weights, since it has none yet: it has not seen an "
            "input.",
            stacklevel=3,
        )
    others = {
        METADATA: json.dumps(_metadata()).encode(),
        CONFIG: json.dumps(serialize(model)).encode(),
        **_assets(model),
    }
    with replacing(path) as temporary:
        write_parts(temporary, parts_of(model), room=HEADER)
        enclose(temporary, WEIGHTS, others)


def _metadata() -> dict[str, str]:
    return {
        "keras_version": KERAS,
        "pellucid_version": importlib.metadata.version("pellucid"),
        "date_saved": datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S"),
    }


def _assets(model: Layer) -> dict[str, bytes]:
    """What layers keep in files of their own, by name in the archive."""
    found = {}
    for where, layer in places(model):
        if hasattr(layer, "save_assets"):
            with tempfile.TemporaryDirectory() as folder:
                layer.save_assets(folder)
                for file in sorted(Path(folder).iterdir()):
                    found["/".join(filter(None, (ASSETS, where, file.name)))] = file.read_bytes()
    return found


def load_model(
    filepath: str | os.PathLike[str],
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """Read a model from a file: one that :func:`save_model` wrote, or Keras.

    Args:
        filepath: A ``.keras`` file of this library or of Keras 3, or an older ``.h5`` file with a
            whole model.
        custom_objects: Classes and functions by name, for those that are not registered.
        compile: Whether to compile the model as it was, with its optimizer's state.
        safe_mode: Whether to refuse code, which a Lambda layer of a ``lambda`` is saved as. Pass
            ``False`` only for a file that you trust as much as a program.

    Raises:
        FileNotFoundError: If there is no such file.
        ArgumentError: For a name that ends otherwise, or code in safe mode.
        UnknownNameError: For a class that is neither ours nor registered.
        DataError: If the file is broken, or not safe to open.
        ShapeError: If its weights do not fit the layers that it describes.
    """
    path = os.fspath(filepath)
    if path.endswith((".h5", ".hdf5")):
        from pellucid.saving.legacy_h5 import load_legacy

        return load_legacy(path, custom_objects, compile, safe_mode)
    if not path.endswith(".keras"):
        raise ArgumentError(
            "The name of a file with a whole model says what it is.",
            given=repr(path),
            expected="a name that ends in '.keras', or '.h5' for an older file",
        )
    with open_archive(path) as archive:
        config = _config(archive)
        if not compile and isinstance(config, dict):
            config.pop("compile_config", None)
        limit = max(FREE, EXPANSION * archive.size(WEIGHTS))

        def made(known: list[Any]) -> tuple[Any, list[Any]]:
            with understood(f"{path}, {CONFIG}"), weights_awaited(limit), allowance(), sharing():
                with terms_awaited(known) as lookups:
                    model = deserialize(config, custom_objects, safe_mode)
                if not isinstance(model, Layer):
                    raise TypeError(f"it describes a {type(model).__name__}")
            return model, lookups

        model, lookups = made([])
        for lookup in lookups:
            lookup.calls.clear()  # it may still learn, since this model is made once more
        _load_assets(model, archive)
        if lookups:
            model, _ = made(lookups)
            _load_assets(model, archive)  # for those that no graph needs, and all know by now
        if model.built:
            with reading(archive.opened(WEIGHTS), f"{path}, {WEIGHTS}") as reader:
                assign(read_all(model, reader))
    return model


@contextmanager
def understood(part: str) -> Iterator[None]:
    """Let errors in reading a description say in which file, and which part of it."""
    try:
        yield
    except PellucidError as error:
        error.problem = f"{part}: {error.problem}"
        raise
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        MemoryError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise DataError(
            f"{part} cannot be understood.",
            given=": ".join(filter(None, (type(error).__name__, str(error)))),
            expected="the description of a model, as model.save writes it",
        ) from error


def _config(archive: Archive) -> Any:
    with understood(f"{os.fspath(archive.path)}, {CONFIG}"):
        return json.loads(archive.read(CONFIG))


def _load_assets(model: Layer, archive: Archive) -> None:
    """Give layers the files that lie at their places; what else is in the archive is not read."""
    for where, layer in places(model):
        start = "/".join(filter(None, (ASSETS, where))) + "/"
        inside = [n for n in archive.names if n.startswith(start) and "/" not in n[len(start) :]]
        inside = [name for name in inside if name != start]
        if not inside or not hasattr(layer, "load_assets"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            for name in inside:
                Path(folder, name[len(start) :]).write_bytes(archive.read(name))
            with understood(f"{os.fspath(archive.path)}, {start.rstrip('/')}"):
                layer.load_assets(folder)
