"""Whole models in the ``.h5`` files of Keras 2, which Keras 3 still writes: they are read here.

The description and what the model was compiled with are attributes, the arrays stand by the names
of layers, in the order of the model's layers.
"""

import json
import os
import warnings
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from pellucid.errors import DataError, UnknownNameError
from pellucid.layers.awaited import weights_awaited
from pellucid.saving.archive import understood
from pellucid.saving.hdf5 import EXPANSION, FREE, Reader, reading
from pellucid.saving.weights_h5 import Found, assign
from pellucid.serialization import class_of, deserialize, sharing

__all__ = ["load_legacy"]

GRAPHS = ("Functional", "Model", "Sequential")
MERGING = ("Add", "Subtract", "Multiply", "Maximum", "Minimum")  # operations and layers
RENAMED = {"lr": "learning_rate"}


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
        described = reader.attribute("model_config")
        if described is None:
            raise DataError(
                f"{path} has no whole model in it.",
                given="no description of layers",
                expected="a file that model.save('model.h5') of Keras wrote",
                mend="make the model and call its load_weights, if it is a file of weights",
            )
        with understood(f"{path}, model_config"), sharing(), weights_awaited(limit):
            model = deserialize(_renewed(json.loads(described)), custom_objects, safe_mode)
        found = _weights(model, reader)
        training = reader.attribute("training_config") if compile else None
        if training is not None:
            with understood(f"{path}, training_config"):
                model.compile_from_config(_compile_config(json.loads(training)))
            found += _optimizer_state(model, reader)
        assign(found)
    return model


def _renewed(config: Any) -> Any:
    """A description as Keras 3 writes it."""
    if isinstance(config, list):
        return [_renewed(c) for c in config]
    if not isinstance(config, dict):
        return config
    if not isinstance(config.get("config"), dict) or "class_name" not in config:
        return {name: _renewed(value) for name, value in config.items()}
    inside = {name: _renewed(value) for name, value in config["config"].items()}
    shape = inside.pop("batch_input_shape", None)
    if config["class_name"] == "InputLayer" and shape is not None:
        inside["batch_shape"] = shape
    if isinstance(inside.get("axis"), list) and len(inside["axis"]) == 1:
        inside["axis"] = inside["axis"][0]
    if _is_operation(config):
        return {
            **_renewed({n: v for n, v in config.items() if n not in ("class_name", "config")}),
            "class_name": config["class_name"],
            "config": inside,
            "module": "keras.src.ops.numpy",
            "registered_name": config["class_name"],
        }
    if config["class_name"] == "Sequential":
        inside["layers"] = _with_input(config["config"]["layers"], inside["layers"])
    return {**config, "config": _known(config, inside)}


def _is_operation(config: Mapping[str, Any]) -> bool:
    """Whether an operation between layers is described; ``Add`` can be either."""
    name = str(config["class_name"])
    if name in GRAPHS or name.startswith("__") or not config.get("inbound_nodes"):
        return False
    node = config["inbound_nodes"][0]
    operands = len(node["args"]) if isinstance(node, dict) else 0
    try:
        class_of(config)
    except UnknownNameError:
        return isinstance(node, dict)
    return name in MERGING and operands > 1


def _with_input(old: list[Any], renewed: list[Any]) -> list[Any]:
    """The layers with an input in front, where only the first one said its shape."""
    shape = old[0]["config"].get("batch_input_shape") if old else None
    if shape is None or old[0]["class_name"] == "InputLayer":
        return renewed
    dtype = old[0]["config"].get("dtype")
    inside = {"batch_shape": shape, "dtype": dtype if isinstance(dtype, str) else "float32"}
    return [{"class_name": "InputLayer", "config": inside}, *renewed]


def _known(config: Mapping[str, Any], inside: dict[str, Any]) -> dict[str, Any]:
    """The arguments without those that classes have no longer."""
    inside = {RENAMED.get(name, name): value for name, value in inside.items()}
    if config["class_name"] in GRAPHS or str(config["class_name"]).startswith("__"):
        return inside
    kind = class_of(config)
    if not is_dataclass(kind):
        return inside
    names = {f.name for f in fields(kind)} | {"vocabulary_size"}
    return {name: value for name, value in inside.items() if name in names}


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
    found = {name: _renewed(_metric(config.get(name))) for name in taken}
    for name in ("metrics", "weighted_metrics"):
        while isinstance(found[name], list) and found[name] and isinstance(found[name][0], list):
            found[name] = found[name][0] if len(found[name]) == 1 else found[name]
            if len(found[name]) > 1:
                break
    optimizer = config["optimizer_config"]
    name = str(optimizer["class_name"]).removeprefix("Custom>")
    return {**found, "optimizer": _renewed({**optimizer, "class_name": name, "module": "keras"})}


def _metric(config: Any) -> Any:
    """Metrics by the names of the functions that they are made of."""
    if isinstance(config, list):
        return [_metric(c) for c in config]
    if isinstance(config, dict) and config.get("class_name") == "MeanMetricWrapper":
        return config["config"]["fn"]
    return config


def _optimizer_state(model: Any, reader: Reader) -> Found:
    """The values of the optimizer's variables, if they are those that it has here."""
    names = reader.texts("optimizer_weights", "weight_names")
    optimizer = model.optimizer
    optimizer.build(model.trainable_variables)
    label = f"optimizer '{optimizer.name}'"
    if len(names) == len(optimizer.variables):
        arrays = [reader.array(f"optimizer_weights/{n}", None, label) for n in names]
        if all(np.shape(a) == v.shape for a, v in zip(arrays, optimizer.variables, strict=True)):
            return list(zip(optimizer.variables, arrays, strict=True))
    if names:
        warnings.warn(
            f"The {label} starts anew: it has {len(optimizer.variables)} variables, the one in "
            f"{os.fspath(reader.path)} had {len(names)}.",
            stacklevel=4,
        )
    return []
