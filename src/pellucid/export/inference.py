"""What a model computes when it predicts, as a graph of its own: what every export starts from."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import optree

from pellucid.errors import GraphError, StateError
from pellucid.graph.operations.random import RandomBits
from pellucid.graph.rewriting import simplify, substitute
from pellucid.graph.tensor import Constant, Item, Tensor, Updates, as_tensor, compute
from pellucid.graph.variable import Variable, placeholder
from pellucid.graph.walk import ancestors
from pellucid.layers.layer import Layer

__all__ = ["Inference", "inference", "unsupported"]

SMALL = 64  # elements: a constant of so many may be larger than those it is made from


@dataclass(frozen=True, eq=False)
class Inference:
    """The graph of a model's predictions, simplified, with its weights as constants.

    Attributes:
        model: The name of the model.
        inputs: What is fed, by name.
        outputs: What comes out, by name.
        form: How the outputs are put together: a tree of lists, tuples and dicts.
        labels: How errors speak of the layers, by their names: ``Dense 'logits'``.
        weights: For each array that stands for weights, the names of the weights it is made of.
    """

    model: str
    inputs: dict[str, Tensor]
    outputs: dict[str, Tensor]
    form: Any
    labels: dict[str, str]
    weights: dict[Tensor, tuple[str, ...]]

    @property
    def nodes(self) -> list[Tensor]:
        """All nodes, each after its inputs."""
        return ancestors(self.outputs.values(), stop=self.inputs.values())

    def layer_of(self, node: Tensor) -> str:
        """How to speak of the layer that made a node; of the model where no layer did."""
        for name in reversed(node.scope.split("/")):
            if name in self.labels:
                return self.labels[name]
        return self.labels[self.model]

    def path(self, node: Tensor) -> list[str]:
        """The names of the layers that a node lies in, outermost first, without the model."""
        path = [part for part in node.scope.split("/") if part]
        return path[1:] if path[:1] == [self.model] else path


def inference(model: Layer, inputs: Any = None) -> Inference:
    """The graph of what a model predicts.

    Args:
        model: A model or a layer.
        inputs: The shapes of what goes in: tensors from ``Input``, in the structure that the model
            takes. Needed for a model whose inputs are not known otherwise.

    Raises:
        StateError: If it is not known what the model takes.
        GraphError: If predictions are drawn by chance, or depend on those before them.

    Examples:
        >>> model = Sequential([Input((3,), name="x"), layers.Dense(2, "relu", name="dense")])
        >>> graph = inference(model)
        >>> [node.op.name for node in graph.nodes]
        ['placeholder', 'constant', 'matmul', 'constant', 'add', 'relu']
    """
    declared = _declared(model) if inputs is None else inputs
    flat, form = optree.tree_flatten(declared)
    fed = [placeholder(x.shape, x.dtype, name=x.name) for x in flat]
    with Updates() as updates:
        outputs = model(optree.tree_unflatten(form, fed), training=False)
    leaves, structure = optree.tree_flatten(outputs)
    labels = _labels(model)
    graph = Inference(
        str(model.name),
        dict(zip(_unique(_places_in(declared) or [x.name for x in fed]), fed, strict=True)),
        dict(zip(_names(model, outputs, leaves), map(as_tensor, leaves), strict=True)),
        structure,
        labels,
        {},
    )
    _require_fixed(graph, updates)
    return _folded(graph, _places(model))


def _declared(model: Layer) -> Any:
    """What the model was declared with, or called on."""
    try:
        return model.input
    except StateError:
        known = getattr(model, "inputs", [])
    if len(known) == 1:
        return known[0]
    raise StateError(
        f"It is not known what {model.label} takes.",
        given="a model that was made without inputs",
        expected="a functional model, a Sequential that has seen data, or the shapes of the inputs",
        mend="model.export(path, input_signature=Input(shape=(...)))",
    )


def _names(model: Layer, outputs: Any, leaves: list[Any]) -> list[str]:
    """A name for each output: its place in a dict, else what the model calls it."""
    if places := _places_in(outputs):
        return _unique(places)
    known = list(getattr(model, "output_names", []))
    if len(leaves) == 1 and known in ([], ["output"]):  # it does not say: the last of its layers
        path = getattr(leaves[0], "scope", "").split("/")
        known = path[1:2] if path[0] == model.name and len(path) > 1 else ["output"]
    if len(known) != len(leaves):
        known = [f"output_{i}" for i in range(len(leaves))]
    return _unique(known)


def _places_in(structure: Any) -> list[str]:
    """The keys that lead to each tensor in a dict; none in anything else."""
    if not isinstance(structure, dict):
        return []
    paths = optree.tree_paths(structure)  # type: ignore[arg-type]
    return ["_".join(map(str, path)) for path in paths]


def _unique(names: Iterable[str]) -> list[str]:
    """Names with a number behind those that come again."""
    result: list[str] = []
    for name in names:
        number, candidate = 1, name
        while candidate in result:
            candidate, number = f"{name}_{number}", number + 1
        result.append(candidate)
    return result


def _labels(model: Layer) -> dict[str, str]:
    labels: dict[str, str] = {}
    queue = [model]
    for layer in queue:  # grows while it is gone through
        labels.setdefault(str(layer.name), layer.label)
        queue += [x for x in layer.sublayers if str(x.name) not in labels]
    return labels


def _places(model: Layer) -> dict[Variable, str]:
    """What each weight is called: the names of the layers around it, and its own."""
    places: dict[Variable, str] = {}
    queue: list[tuple[Layer, list[str]]] = [(model, [])]
    for layer, path in queue:  # grows while it is gone through
        inner = layer.sublayers
        within = {v for one in inner for v in one.variables}
        places |= {v: "/".join([*path, v.name]) for v in layer.variables if v not in within}
        for one in inner:
            # A recurrent layer and its cell are one thing to a reader.
            last = [] if path and str(one.name).endswith("_cell") else [str(one.name)]
            queue.append((one, [*path, *last]))
    return places


def _require_fixed(graph: Inference, updates: Updates) -> None:
    """Raise unless equal inputs always give equal outputs."""
    for node in graph.nodes:
        if isinstance(node.op, RandomBits):
            raise GraphError(
                f"{graph.layer_of(node)} draws random numbers when it predicts.",
                given="predictions that differ from run to run",
                expected="a layer that draws in training alone",
                mend="call it without training=True",
                line=node.line,
            )
    for variable in updates.new:
        if variable.dtype != "uint32":  # a seed that nothing is drawn from
            raise GraphError(
                f"{graph.layer_of(variable)} hands a state on from one batch to the next.",
                given=f"an assignment to '{variable.name}' when it predicts",
                expected="predictions that depend on the inputs alone",
                mend="make it with stateful=False",
            )


def _folded(graph: Inference, places: dict[Variable, str]) -> Inference:
    """The graph with what is made of weights alone computed, and the rest simplified."""
    smaller = simplify(graph.outputs.values())
    outputs = [smaller[x] for x in graph.outputs.values()]
    done: dict[Tensor, Tensor] = {}
    several: dict[Tensor, tuple[np.ndarray, ...]] = {}
    made: dict[Tensor, tuple[str, ...]] = {}
    roots: set[Tensor] = set()
    for node in ancestors(outputs):
        inputs = [done.get(x, x) for x in node.inputs]
        if isinstance(node, Variable):
            done[node] = _constant(node, node.numpy())
            made[done[node]] = (places.get(node, node.name),)
            continue
        known = inputs and all(isinstance(x.op, Constant) or x in several for x in inputs)
        if not known or _grows(node, inputs):
            continue
        value = compute(
            node.op, node.spec, tuple(several[x] if x in several else _array(x) for x in inputs)
        )
        sources = tuple(dict.fromkeys(name for x in inputs for name in made.get(x, ())))
        if isinstance(node.spec, tuple):
            several[node], made[node] = value, sources
        else:
            done[node] = _constant(node, value)
            made[done[node]] = sources
            if node.op.name == "sqrt" or any(x in roots for x in inputs):
                roots.add(done[node])
    final = substitute(outputs, done)
    results = dict(zip(graph.outputs, (final[x] for x in outputs), strict=True))
    used = set(ancestors(results.values()))
    kept = {x: names for x, names in made.items() if names and x in used}
    for x in roots & kept.keys():
        if len(kept[x]) == 1:  # a deviation that is called a variance would mislead
            kept[x] = (f"{kept[x][0]}_root",)
    return Inference(graph.model, graph.inputs, results, graph.form, graph.labels, kept)


def _grows(node: Tensor, inputs: list[Tensor]) -> bool:
    """Whether a result is larger than what it is made from, and so better computed than kept."""
    if isinstance(node.op, Item) or isinstance(node.spec, tuple):
        return False
    size = np.prod([float("inf") if n is None else n for n in node.shape])
    return bool(size > max(SMALL, sum(_array(x).size for x in inputs)))


def _array(node: Tensor) -> np.ndarray:
    assert isinstance(node.op, Constant)
    return node.op.array


def _constant(node: Tensor, array: np.ndarray) -> Tensor:
    """A constant in the place of a node."""
    op = Constant(array)
    constant = Tensor(op, (), op.infer(), node.name)
    constant.scope, constant.where = node.scope, node.where
    return constant


def unsupported(
    graph: Inference,
    node: Tensor,
    where: str,
    why: str,
    mend: str = "end the model before this layer: Model(model.inputs, layer.input)",
) -> GraphError:
    """The error for an operation that another format has no words for."""
    return GraphError(
        f"{graph.layer_of(node)} cannot be exported to {where}.",
        given=f"its operation '{node.op.name}'",
        expected=why,
        mend=mend,
        line=node.line,
    )
