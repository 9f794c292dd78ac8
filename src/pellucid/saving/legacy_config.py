"""Descriptions of Keras 2 in the words of Keras 3."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pellucid.errors import UnknownNameError, unknown_name
from pellucid.serialization import class_of

__all__ = ["renewed"]

GRAPHS = ("Functional", "Model", "Sequential")
MERGING = ("Add", "Subtract", "Multiply", "Maximum", "Minimum")  # operations and layers
RENAMED = {"lr": "learning_rate"}
RENAMED_IN = {"LeakyReLU": {"alpha": "negative_slope"}}
OPERATIONS = {
    "__operators__.add": "Add",
    "math.add": "Add",
    "math.subtract": "Subtract",
    "math.multiply": "Multiply",
    "math.truediv": "TrueDivide",
    "math.divide": "TrueDivide",
    "math.pow": "Power",
    "math.maximum": "Maximum",
    "math.minimum": "Minimum",
    "math.negative": "Negative",
    "math.abs": "Absolute",
    "math.square": "Square",
    "math.sqrt": "Sqrt",
    "math.exp": "Exp",
    "math.log": "Log",
    "math.sin": "Sin",
    "math.cos": "Cos",
    "math.tanh": "Tanh",
    "nn.tanh": "Tanh",
    "math.sigmoid": "Sigmoid",
    "nn.sigmoid": "Sigmoid",
    "nn.relu": "Relu",
}
"""Functions of TensorFlow between layers, and Keras's names for the same."""


def renewed(config: Any) -> Any:
    """A description of a model, a layer or anything else of Keras 2 as Keras 3 writes it.

    Raises:
        UnknownNameError: For an operation of TensorFlow that has no name here.

    Examples:
        >>> old = {"class_name": "LeakyReLU", "config": {"alpha": 0.1}}
        >>> renewed(old)["config"]
        {'negative_slope': 0.1}
    """
    if isinstance(config, list):
        return [renewed(c) for c in config]
    if not isinstance(config, dict):
        return config
    if not isinstance(config.get("config"), dict) or "class_name" not in config:
        return {name: renewed(value) for name, value in config.items()}
    inside = {name: renewed(value) for name, value in config["config"].items()}
    shape = inside.pop("batch_input_shape", None)
    if config["class_name"] == "InputLayer" and shape is not None:
        inside["batch_shape"] = shape
    if isinstance(inside.get("axis"), list) and len(inside["axis"]) == 1:
        inside["axis"] = inside["axis"][0]
    if config["class_name"] == "TFOpLambda":
        return _operation(config)
    if _is_operation(config):
        return {
            **renewed({n: v for n, v in config.items() if n not in ("class_name", "config")}),
            "class_name": config["class_name"],
            "config": inside,
            "module": "keras.src.ops.numpy",
            "registered_name": config["class_name"],
        }
    if config["class_name"] == "Sequential":
        inside["layers"] = _with_input(config["config"]["layers"], inside["layers"])
    elif config["class_name"] in GRAPHS:
        inside = _counted(inside)
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
    renamed = RENAMED | RENAMED_IN.get(str(config["class_name"]), {})
    inside = {renamed.get(name, name): value for name, value in inside.items()}
    if config["class_name"] in GRAPHS or str(config["class_name"]).startswith("__"):
        return inside
    kind = class_of(config)
    if not is_dataclass(kind):
        return inside
    names = {f.name for f in fields(kind)} | {"vocabulary_size"}
    return {name: value for name, value in inside.items() if name in names}


def _operation(config: Mapping[str, Any]) -> dict[str, Any]:
    """A function of TensorFlow between layers as the operation that it is."""
    function = config["config"]["function"]
    if function not in OPERATIONS:
        raise unknown_name("function of TensorFlow between layers", function, OPERATIONS)
    name, number, position, options = config["inbound_nodes"][0]
    # A number in the first place is not a tensor of a layer.
    first = position if name == "_CONSTANT_VALUE" else _tensor([name, number, position])
    others = [_tensor(v) for key, v in options.items() if key != "name" and v is not None]
    kind = OPERATIONS[function]
    return {
        "name": config["config"]["name"],
        "class_name": kind,
        "config": {"name": config["config"]["name"]},
        "module": "keras.src.ops.nn" if kind in ("Relu", "Sigmoid") else "keras.src.ops.numpy",
        "registered_name": kind,
        "inbound_nodes": [{"args": [first, *others], "kwargs": {}}],
    }


def _tensor(value: Any) -> Any:
    """Where a tensor comes from as Keras 3 says it; a number as it is."""
    if not isinstance(value, list):
        return value
    return {"class_name": "__keras_tensor__", "config": {"keras_history": value}}


def _counted(config: dict[str, Any]) -> dict[str, Any]:
    """A graph in which the calls of models inside are counted from 0.

    Keras 2 counts the making of a model as the first of its calls, and does not write it down.
    """
    graphs = {
        layer["name"]: len(layer["inbound_nodes"])
        for layer in config["layers"]
        if layer["class_name"] in GRAPHS
    }
    parts = ("layers", "output_layers")
    found: list[list[Any]] = []
    queue: list[Any] = [config[part] for part in parts]
    for value in queue:  # grows while it is gone through
        if isinstance(value, list):
            name, number = value[:2] if len(value) >= 3 else (None, None)
            if isinstance(name, str) and name in graphs and isinstance(number, int):
                found.append(value)
            queue += value
        elif isinstance(value, dict):
            part = "inbound_nodes" if "inbound_nodes" in value else None
            queue += [value[part]] if part else list(value.values())
    late = {value[0] for value in found if value[1] >= graphs[value[0]]}
    for value in found:
        if value[0] in late:
            value[1] -= 1
    return config
