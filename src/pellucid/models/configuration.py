"""Models as plain data and back, in Keras's form: the layers, and how they are connected.

Each layer of a functional model is described with its *nodes*, the calls of it: what a call was
given, in which a tensor is named by the layer that it comes from, the number of that layer's call,
and its place among the outputs: ``["dense", 0, 0]``.
"""

import inspect
from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from typing import Any

import optree

from pellucid.errors import DataError, GraphError, StateError, unknown_name
from pellucid.graph.tensor import Constant, Tensor
from pellucid.graph.variable import Variable
from pellucid.layers.calls import LayerCall, tensors_in
from pellucid.layers.inputs import InputLayer
from pellucid.layers.layer import Layer
from pellucid.layers.operation import Operation
from pellucid.models.cut import Cut
from pellucid.models.primitives import described, is_size
from pellucid.serialization import deserialize, serialize

__all__ = ["connected", "graph_config", "input_config", "rebuilt"]

Place = tuple[str, int, int]
"""A tensor: the layer that it comes from, which call of it, and which of the outputs."""


def input_config(x: Tensor) -> dict[str, Any]:
    """The description of a model's input: that of its layer, or of one that is made for it."""
    layer = x.call.layer if x.call is not None else None
    if not isinstance(layer, InputLayer):
        layer = InputLayer(batch_shape=x.shape, dtype=x.dtype, name=x.name)
    data: dict[str, Any] = serialize(layer)
    return data


def graph_config(cut: Cut, label: str) -> dict[str, Any]:
    """The layers of a functional model, the calls of each, and which tensors are in and out.

    Raises:
        StateError: If two layers have the same name.
        GraphError: If there is an operation between layers that Keras has no word for.
    """
    return _Writer(cut, label).config()


class _Writer:
    """The description of one model, while it is made."""

    def __init__(self, cut: Cut, label: str) -> None:
        self.cut = cut
        self.inputs = [input_config(x) for x in cut.flat_inputs]
        self.places: dict[Tensor, Place] = {}
        self.layers = [x for x in cut.by_depth() if not isinstance(x, InputLayer)]
        operations = [
            link.layer
            for link in cut.links
            if isinstance(link, LayerCall) and isinstance(link.layer, Operation)
        ]
        self.layers += dict.fromkeys(operations)
        names = [c["config"]["name"] for c in self.inputs] + [str(x.name) for x in self.layers]
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise StateError(
                f"{label} has several layers of one name, and they cannot be told apart in a file.",
                given=", ".join(map(repr, twice)),
                expected="a name of its own for each layer",
                mend="give them names: layers.Dense(3, name=...)",
            )
        self.taken = set(names)

    def config(self) -> dict[str, Any]:
        nodes: dict[Layer, list[dict[str, Any]]] = {layer: [] for layer in self.layers}
        between: list[dict[str, Any]] = []
        for x, described_input in zip(self.cut.flat_inputs, self.inputs, strict=True):
            self.places[x] = (described_input["config"]["name"], 0, 0)
        for link in self.cut.links:
            if isinstance(link, LayerCall):
                calls = nodes[link.layer]
                for i, y in enumerate(tensors_in(link.outputs)):
                    self.places[y] = (str(link.layer.name), len(calls), i)
                calls.append(self._node(link))
            elif link.inputs and not is_size(link):
                between.append(self._operation(link))
        entries = [
            {**config, "name": config["config"]["name"], "inbound_nodes": []}
            for config in self.inputs
        ]
        for layer in self.layers:
            data = layer.described() if isinstance(layer, Operation) else serialize(layer)
            entries.append({**data, "name": layer.name, "inbound_nodes": nodes[layer]})
        return {
            "layers": [*entries, *between],
            "input_layers": optree.tree_map(lambda x: list(self.places[x]), self.cut.inputs),
            "output_layers": optree.tree_map(self._output, self.cut.outputs),
        }

    def _node(self, call: LayerCall) -> dict[str, Any]:
        """What a call was given."""
        args, options = call.args, dict(call.options)
        if isinstance(call.layer, Operation):
            args, options = args[0]["args"], args[0]["kwargs"]
        elif call.training is not None:
            options["training"] = call.training
        return {"args": self._written(list(args)), "kwargs": self._written(options)}

    def _operation(self, tensor: Tensor) -> dict[str, Any]:
        """An operation between layers."""
        module, kind, settings, args = described(tensor)
        name = tensor.name
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        node = {"args": self._written(args), "kwargs": {}}
        self.places[tensor] = (name, 0, 0)
        return {
            "module": module,
            "class_name": kind,
            "config": {"name": name, **settings},
            "registered_name": kind,
            "name": name,
            "inbound_nodes": [node],
        }

    def _written(self, value: Any) -> Any:
        """An argument as plain data, with each tensor named by where it comes from."""
        if isinstance(value, list | tuple):
            return [self._written(v) for v in value]
        if isinstance(value, dict):
            return {k: self._written(v) for k, v in value.items()}
        if not isinstance(value, Tensor):
            return serialize(value)
        if value in self.places:
            history = list(self.places[value])
            inside = {"shape": list(value.shape), "dtype": value.dtype, "keras_history": history}
            return {"class_name": "__keras_tensor__", "config": inside}
        if isinstance(value.op, Constant) and not isinstance(value, Variable):
            return serialize(value.op.value())
        raise GraphError(
            "This model cannot be saved: a tensor in it comes from outside of its layers.",
            given=repr(value),
            expected="tensors that layers and operations make of the inputs",
            mend="put it into a layer of your own: self.add_weight(...)",
            line=value.line,
        )

    def _output(self, y: Tensor) -> list[Any]:
        name, node, position = self.places[y]
        if y.call is not None and y not in set(self.cut.flat_inputs) and _is_graph(y.call.layer):
            node += 1  # Keras counts the call that such a model was made of
        return [name, node, position]


def _is_graph(layer: Layer) -> bool:
    return getattr(layer, "cut", None) is not None


def connected(config: Mapping[str, Any], label: str) -> tuple[Any, Any, list[Layer]]:
    """Inputs, outputs and layers of a model that was described: :func:`graph_config` undone.

    Args:
        config: The description, ours or Keras's.
        label: What errors call the model.

    Raises:
        UnknownNameError: For a class that is neither ours nor registered, or a call of a layer
            that is not there.
        DataError: If layers wait for each other, or the description is something else.
    """
    return _Reader(config, label).read()


class _Reader:
    """The layers of one model, while they are connected."""

    def __init__(self, config: Mapping[str, Any], label: str) -> None:
        self.config = config
        self.label = label
        self.layers: dict[str, Layer] = {}
        self.nodes: dict[tuple[str, int], Mapping[str, Any]] = {}
        self.outputs: dict[tuple[str, int], list[Any]] = {}
        for entry in config["layers"]:
            name = str(entry.get("name") or entry["config"]["name"])
            self.layers[name] = rebuilt(entry)
            if isinstance(self.layers[name], InputLayer):
                self.outputs[name, 0] = [self.layers[name].output]
            for number, node in enumerate(entry.get("inbound_nodes") or []):
                self.nodes[name, number] = node if isinstance(node, Mapping) else _older(node)

    def read(self) -> tuple[Any, Any, list[Layer]]:
        self._call_all()
        inputs = self._tensors(self.config["input_layers"], "input_layers")
        outputs = self._tensors(self.config["output_layers"], "output_layers")
        kept = [layer for layer in self.layers.values() if not isinstance(layer, Operation)]
        return inputs, outputs, kept

    def _call_all(self) -> None:
        """Make all calls, each when what it needs is there."""
        waiting: dict[tuple[str, int], list[tuple[str, int]]] = defaultdict(list)
        missing: dict[tuple[str, int], int] = {}
        ready: deque[tuple[str, int]] = deque()
        for key, node in self.nodes.items():
            name, number = key
            needed = {place[:2] for place in _places_in(node)}
            if number and (name, number - 1) in self.nodes:
                needed.add((name, number - 1))
            needed -= set(self.outputs)
            for other in needed:
                if other not in self.nodes:
                    known = [f"{n}, call {i}" for n, i in self.nodes]
                    missed = f"{other[0]}, call {other[1]}"
                    raise unknown_name(f"call in {self.label}", missed, known)
                waiting[other].append(key)
            missing[key] = len(needed)
            if not needed:
                ready.append(key)
        done = 0
        while ready:
            key = ready.popleft()
            done += 1
            self._call(*key)
            for other in waiting[key]:
                missing[other] -= 1
                if not missing[other]:
                    ready.append(other)
        if done < len(self.nodes):
            stuck = sorted({name for (name, _), count in missing.items() if count})
            raise DataError(
                f"The description of {self.label} cannot be followed.",
                given=f"layers that wait for each other: {', '.join(stuck)}",
                expected="a way from the inputs to each layer",
            )

    def _call(self, name: str, number: int) -> None:
        layer, node = self.layers[name], self.nodes[name, number]
        args = self._read(node["args"])
        options = self._read(node["kwargs"])
        if isinstance(layer, Operation):
            outputs = layer({"args": args, "kwargs": options})
        else:
            outputs = layer(*args, **_asked(layer, options))
        self.outputs[name, number] = optree.tree_leaves(outputs)

    def _read(self, value: Any) -> Any:
        """An argument, with the tensors in the places of their names."""
        if isinstance(value, list | tuple):
            return [self._read(v) for v in value]
        if not isinstance(value, Mapping):
            return value
        if value.get("class_name") == "__keras_tensor__":
            return self._tensor(*value["config"]["keras_history"])
        if "class_name" in value and "config" in value:
            return deserialize(value)
        return {k: self._read(v) for k, v in value.items()}

    def _tensor(self, name: str, number: int, position: int) -> Any:
        found = self.outputs.get((name, number), [])
        if not 0 <= position < len(found):
            known = [f"{n}, call {i}" for n, i in self.outputs]
            raise unknown_name(f"tensor in {self.label}", f"{name}, call {number}", known)
        return found[position]

    def _tensors(self, value: Any, what: str) -> Any:
        """The tensors that the model begins or ends with, in their structure."""
        if isinstance(value, Mapping):
            return {k: self._tensors(v, what) for k, v in value.items()}
        if len(value) == 3 and isinstance(value[0], str):
            name, number, position = value
            if what == "output_layers" and _is_graph(self.layers.get(name)):  # type: ignore[arg-type]
                number -= 1
            return self._tensor(name, number, position)
        return [self._tensors(v, what) for v in value]


def _older(node: Any) -> dict[str, Any]:
    """A node as it is written now, of what Keras 2 wrote: the places of tensors, with options."""

    def named(place: Any) -> Any:
        is_place = isinstance(place, list) and len(place) >= 3 and isinstance(place[0], str)
        history = {"keras_history": place[:3]} if is_place else {}
        return {"class_name": "__keras_tensor__", "config": history} if is_place else place

    tensors = [named(place) for place in node]
    options = node[-1][3] if len(node[-1]) > 3 else {}
    return {
        "args": tensors if len(tensors) == 1 else [tensors],
        "kwargs": {name: named(value) for name, value in options.items()},
    }


def _asked(layer: Layer, options: dict[str, Any]) -> dict[str, Any]:
    """The options of a call that a user gave, without those that Keras noted by itself."""
    given = {n: v for n, v in options.items() if v is not None}
    if "mask" in options:
        if options.get("training") is False:
            del given["training"]  # of recurrent layers; one that is asked for stands alone
        if "mask" not in inspect.signature(layer.call).parameters:
            given.pop("mask", None)  # the tensor knows its mask
    return given


def _places_in(node: Any) -> list[Place]:
    """The tensors that are named in a node."""
    found: list[Place] = []
    pending = [node]
    while pending:
        value = pending.pop()
        if isinstance(value, list | tuple):
            pending += value
        elif isinstance(value, Mapping):
            if value.get("class_name") == "__keras_tensor__":
                found.append(tuple(value["config"]["keras_history"]))
            else:
                pending += value.values()
    return found


def rebuilt(entry: Mapping[str, Any]) -> Layer:
    """The layer, or operation between layers, that was described.

    Raises:
        DataError: If it is something else.
    """
    module = str(entry.get("module"))
    registered = entry.get("registered_name") == entry["class_name"]
    if registered and module.startswith(("keras.src.ops.", "keras.ops")):
        return Operation.from_description(entry)
    layer = deserialize({k: v for k, v in entry.items() if k not in ("name", "inbound_nodes")})
    if not isinstance(layer, Layer):
        raise DataError(
            "A model consists of layers.",
            given=f"a description of a {type(layer).__name__}",
            expected="descriptions of layers",
        )
    return layer
