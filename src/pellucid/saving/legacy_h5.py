"""Whole models in the ``.h5`` files of Keras 2, which Keras 3 still writes: they are read here.

The description and what the model was compiled with are attributes, the arrays stand by the names
of layers, in the order of the model's layers.
"""

import json
import mmap
import os
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.allowance import allowance
from pellucid.errors import DataError
from pellucid.layers.awaited import weights_awaited
from pellucid.saving.archive import understood
from pellucid.saving.hdf5 import EXPANSION, FREE, Reader, reading
from pellucid.saving.legacy_config import renewed
from pellucid.saving.weights_h5 import Found, assign
from pellucid.serialization import deserialize, sharing

__all__ = ["load_legacy"]

HEAP = b"GCOL\x01\0\0\0"  # what a heap of texts begins with: its name and version 1
ADAMS = ("Adam", "AdamW", "Adamax", "Nadam")  # which keep two numbers for each weight


def load_legacy(
    path: str,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """Read a model from an ``.h5`` file: :func:`pellucid.saving.load_model`.

    Args:
        path: The file.
        custom_objects: Classes and functions by name, for those that are not registered.
        compile: Whether to compile the model as it was, with its optimizer's state.
        safe_mode: Whether to refuse code.
    """
    limit = max(FREE, EXPANSION * os.path.getsize(path))
    with reading(path) as reader:
        _check_heaps(path)
        described = reader.attribute("model_config")
        if described is None:
            raise DataError(
                f"{path} has no whole model in it.",
                given="no description of layers",
                expected="a file that model.save('model.h5') of Keras wrote",
                mend="make the model and call its load_weights, if it is a file of weights",
            )
        with (
            understood(f"{path}, model_config"),
            sharing(),
            weights_awaited(limit),
            allowance(),
        ):
            model = deserialize(renewed(json.loads(described)), custom_objects, safe_mode)
        _warn_of_changes(path, str(reader.attribute("keras_version")), str(described))
        found = _weights(model, reader)
        training = reader.attribute("training_config") if compile else None
        if training is not None:
            with understood(f"{path}, training_config"), allowance():
                model.compile_from_config(_compile_config(json.loads(training)))
            found += _optimizer_state(model, reader)
        assign(found)
    return model


def _check_heaps(path: str) -> None:
    """Raise if texts lie in a heap that is broken, whose end HDF5 itself would seek for ever.

    A heap, section III.E of the format's specification, is a row of objects: an index, 0 for what
    is free, and a size in bytes.
    """
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        at = content.find(HEAP)
        while at >= 0:
            end = at + int.from_bytes(content[at + 8 : at + 16], "little")
            place = at + 16
            while place + 16 <= end:
                index = int.from_bytes(content[place : place + 2], "little")
                size = int.from_bytes(content[place + 8 : place + 16], "little")
                step = 16 + -(-size // 8) * 8 if index else size
                if step < 16 or place + step > min(end, len(content)):
                    raise DataError(
                        f"{path} is broken.",
                        given=f"a text of {size} bytes at byte {place}",
                        expected="a whole file",
                        mend="take an earlier copy",
                    )
                place += step
            at = content.find(HEAP, at + 8)


def _weights(model: Any, reader: Reader) -> Found:
    """The values of all weights, layer by layer in their order."""
    path = os.fspath(reader.path)
    layers = [layer for layer in model.layers if layer.weights]
    listed = reader.texts("model_weights", "layer_names")
    names = {name: reader.texts(f"model_weights/{name}", "weight_names") for name in listed}
    full = [name for name in listed if names[name]]
    if len(full) != len(layers):
        raise DataError(
            f"{path} does not fit the model that it describes.",
            given=f"weights of {len(full)} layers: {', '.join(full)}",
            expected=f"{len(layers)}: {', '.join(str(layer.name) for layer in layers)}",
        )
    found: Found = []
    for layer, name in zip(layers, full, strict=True):
        variables = [*layer.trainable_weights, *layer.non_trainable_weights]
        if len(names[name]) != len(variables):
            raise DataError(
                f"{path} does not fit {layer.label}.",
                given=f"{len(names[name])} arrays in 'model_weights/{name}'",
                expected=f"{len(variables)}",
            )
        for variable, place in zip(variables, names[name], strict=True):
            value = reader.array(f"model_weights/{name}/{place}", variable.shape, layer.label)
            found.append((variable, value))
    return found


def _compile_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """What the model was compiled with, as Keras 3 writes it."""
    taken = ("loss", "loss_weights", "metrics", "weighted_metrics")
    found = {
        name: renewed(_among("losses" if name == "loss" else "metrics", _metric(config.get(name))))
        for name in taken
    }
    for name in ("metrics", "weighted_metrics"):
        while isinstance(found[name], list) and found[name] and isinstance(found[name][0], list):
            found[name] = found[name][0] if len(found[name]) == 1 else found[name]
            if len(found[name]) > 1:
                break
    optimizer = config["optimizer_config"]
    name = str(optimizer["class_name"]).removeprefix("Custom>")
    return {**found, "optimizer": renewed({**optimizer, "class_name": name, "module": "keras"})}


def _among(kind: str, config: Any) -> Any:
    """Losses or metrics, said to be such: some have one name."""
    if isinstance(config, list):
        return [_among(kind, c) for c in config]
    if not isinstance(config, dict):
        return config
    if "class_name" not in config:
        return {name: _among(kind, c) for name, c in config.items()}
    inside = {n: v for n, v in config["config"].items() if (n, v) != ("reduction", "auto")}
    return {"module": f"keras.{kind}", **config, "config": inside}


def _metric(config: Any) -> Any:
    """Metrics by the names of the functions that they are made of."""
    if isinstance(config, list):
        return [_metric(c) for c in config if c is not None]
    if isinstance(config, dict) and config.get("class_name") == "MeanMetricWrapper":
        return config["config"]["fn"]
    return config


def _slots(optimizer: Any, names: list[str]) -> tuple[list[Any], list[str]]:
    """The variables of an optimizer that a file can have, and their places in it, in one order."""
    variables = list(optimizer.variables)
    if len(names) == len(variables):  # of Keras 3
        return variables, names
    first = names[0].rsplit("/", 1)[-1].split(":")[0] if names else ""
    if first not in ("iter", "iteration"):
        return variables, []
    # The learning rate is in the description; the numbers for each weight follow.
    wanted, rest = [variables[0], *variables[2:]], names[1:]
    kinds = [n.split(":")[0].split("/")[-1 if first == "iter" else 1] for n in rest]
    order = list(dict.fromkeys(kinds))
    if len(order) > 1 and type(optimizer).__name__ not in ADAMS:
        return variables, []
    by_kind = [[n for n, k in zip(rest, kinds, strict=True) if k == kind] for kind in order]
    if len({len(each) for each in by_kind}) > 1:
        return variables, []
    return wanted, [names[0], *(n for each in zip(*by_kind, strict=True) for n in each)]


def _warn_of_changes(path: str, version: str, described: str) -> None:
    """Warn where Keras 3 computes something else under a name of Keras 2."""
    if version[:2] in ("1.", "2.") and '"hard_sigmoid"' in described:
        warnings.warn(
            f"{path} of Keras {version} has layers with 'hard_sigmoid', which was 0.2 x + 0.5 "
            "there and is x / 6 + 0.5 since Keras 3: predictions differ a little.",
            stacklevel=4,
        )


def _optimizer_state(model: Any, reader: Reader) -> Found:
    """The values of the optimizer's variables, if they are those that it has here."""
    names = reader.texts("optimizer_weights", "weight_names")
    optimizer = model.optimizer
    optimizer.build(model.trainable_variables)
    label = f"optimizer '{optimizer.name}'"
    wanted, places = _slots(optimizer, names)
    if len(places) == len(wanted):
        arrays = [reader.array(f"optimizer_weights/{n}", None, label) for n in places]
        if all(np.shape(a) == v.shape for a, v in zip(arrays, wanted, strict=True)):
            return list(zip(wanted, arrays, strict=True))
    if names:
        warnings.warn(
            f"The {label} starts anew: it has {len(optimizer.variables)} variables, the one in "
            f"{os.fspath(reader.path)} had {len(names)}.",
            stacklevel=4,
        )
    return []
