"""A run that keeps everything: the value of every node, and the gradient of the loss by it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.errors import unknown_name
from pellucid.graph.dtypes import is_float
from pellucid.graph.gradients import gradients
from pellucid.graph.tensor import Constant, Tensor
from pellucid.graph.variable import Variable
from pellucid.graph.walk import ancestors, evaluate

__all__ = ["Trace", "node_names", "scopes_of", "short_array", "trace_graph"]


class Trace:
    """What every node of a graph came to in one run, forwards and backwards.

    Made by ``Session().run(..., trace=True)`` and ``model.trace(x, y)``. A node is asked for by its
    name, such as ``"multiply"`` or ``"net/dense/matmul"``, or is given itself.

    Attributes:
        outputs: What was run, in the form it was asked for: arrays.
        nodes: The nodes, each after its inputs.
        names: The name of each node, unique within the trace.
        values: The value of each node, by name.
        gradients: By name the gradient by each node of the sum of the outputs that are real
            numbers, whether it was asked for or not. Constants and whole numbers have none.

    Examples:
        >>> x, y = placeholder(name="x"), placeholder(name="y")
        >>> trace = Session().run(x ** 2 * y + (y + 2), {x: 1, y: 2}, trace=True)
        >>> print(trace)
        x                = 1       gradient 4
        integer_power    = 1       gradient 2
        y                = 2       gradient 2
        multiply         = 2       gradient 1
        constant         = 2
        add              = 4       gradient 1
        add_1            = 6       gradient 1
        >>> print(trace.outputs, trace.values["multiply"], trace.gradient(x))
        6.0 2.0 4.0
    """

    def __init__(
        self,
        outputs: Any,
        nodes: Sequence[Tensor],
        values: Mapping[Tensor, Any],
        gradients: Mapping[Tensor, np.ndarray],
    ) -> None:
        self.outputs = outputs
        self.nodes = list(nodes)
        self.names = node_names(self.nodes)
        self.values = {self.names[x]: values[x] for x in self.nodes if x in values}
        self.gradients = {self.names[x]: gradients[x] for x in self.nodes if x in gradients}

    def value(self, node: Tensor | str) -> Any:
        """The value of a node.

        Raises:
            UnknownNameError: If there is no such node in the trace.
        """
        return self.values[self._name(node)]

    def gradient(self, node: Tensor | str) -> Any:
        """The gradient by a node; ``None`` where it has none.

        Raises:
            UnknownNameError: If there is no such node in the trace.
        """
        return self.gradients.get(self._name(node))

    def _name(self, node: Tensor | str) -> str:
        name = self.names.get(node, node.name) if isinstance(node, Tensor) else node
        known = node in self.names if isinstance(node, Tensor) else name in self.values
        if not known:
            raise unknown_name("node of the trace", name, self.values)
        return name

    def __len__(self) -> int:
        return len(self.values)

    def __str__(self) -> str:
        width = max(map(len, self.values), default=0) + 1
        lines = []
        for name, value in self.values.items():
            line = f"{name:{width}}   = {short_array(value):7}"
            if name in self.gradients:
                line += f" gradient {short_array(self.gradients[name])}"
            lines.append(line.rstrip())
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Trace of {len(self)} nodes, {len(self.gradients)} with gradients>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self)}


def short_array(array: Any, most: int = 6) -> str:
    """An array in a few words: its numbers where they are few, else its shape and its range.

    Examples:
        >>> short_array(np.array([1.0, 0.25])), short_array(np.float32(1 / 3))
        ('[1, 0.25]', '0.3333')
        >>> short_array(np.arange(12.0).reshape(3, 4))
        '(3, 4), from 0 to 11'
        >>> short_array(np.zeros((0, 3))), short_array(np.array([-0.0, 1.0]))
        ('(0, 3), empty', '[0, 1]')
    """
    array = np.asarray(array)
    if array.size == 0 and array.shape != (0,):
        return f"{array.shape}, empty"
    if array.size <= most:
        return np.array2string(
            array, separator=", ", formatter={"all": short_number}, max_line_width=10_000
        ).replace("\n", "")
    if array.dtype == bool:
        return f"{array.shape}, {int(array.sum())} of {array.size} true"
    low, high = short_number(array.min()), short_number(array.max())
    return f"{array.shape}, all {low}" if low == high else f"{array.shape}, from {low} to {high}"


def short_number(x: Any) -> str:
    """A number with four digits that count.

    Examples:
        >>> [short_number(x) for x in (2.0, -0.123456, 12345678.0, True, 3)]
        ['2', '-0.1235', '1.235e+07', 'True', '3']
    """
    return f"{x + 0.0:.4g}" if isinstance(x, float | np.floating) else str(x)  # no -0


def trace_graph(outputs: Iterable[Tensor], given: Mapping[Tensor, Any], form: Any = None) -> Trace:
    """Run a graph in the reference engine, both ways, and keep what every node came to.

    Args:
        outputs: What the graph is for.
        given: Arrays for the placeholders, and for other nodes that are not to be computed.
        form: From the list of the outputs' values to what the trace shows as its outputs.

    Raises:
        GraphError: If a placeholder is not given.
    """
    outputs = list(outputs)
    nodes = ancestors(outputs, stop=given)
    losses = [x for x in outputs if is_float(x.dtype)]
    wrt = [x for x in nodes if losses and _has_gradient(x)]
    slopes = gradients(losses, wrt) if wrt else []
    values = evaluate([*outputs, *slopes], given)
    kept = {x: values[x] for x in nodes if not isinstance(x.spec, tuple)}
    results = [values[x] for x in outputs]
    arrived = {x: values[slope] for x, slope in zip(wrt, slopes, strict=True)}
    return Trace(form(results) if form else results, nodes, kept, arrived)


def _has_gradient(node: Tensor) -> bool:
    several = isinstance(node.spec, tuple)  # its parts are nodes of their own
    return not several and is_float(node.dtype) and not isinstance(node.op, Constant)


def node_names(nodes: Iterable[Tensor]) -> dict[Tensor, str]:
    """A name for each node, unique among them and the same in every run.

    A node outside of any scope has its own name. One inside of a layer is named behind the
    layer's name, and numbered within the layer: how many nodes the process has made before says
    nothing of it. A variable belongs to the layer that uses it first.

    Examples:
        >>> x, other = placeholder(name="x"), placeholder(name="x")
        >>> with name_scope("layer"):
        ...     y = (x + other) + x
        >>> list(node_names([x, other, y.inputs[0], y]).values())
        ['x', 'x_1', 'layer/add', 'layer/add_1']
    """
    names: dict[Tensor, str] = {}
    taken: set[str] = set()
    count: Counter[str] = Counter()
    nodes = list(nodes)
    scopes = scopes_of(nodes)
    for node in nodes:
        stem = node.name
        if scopes[node]:
            stem = f"{scopes[node]}/{node.op.name if node.op.pure else node.name}"
        name = stem
        while name in taken:
            count[stem] += 1
            name = f"{stem}_{count[stem]}"
        taken.add(name)
        names[node] = name
    return names


def scopes_of(nodes: Iterable[Tensor]) -> dict[Tensor, str]:
    """The scope of each node; that of a variable is where it is first used."""
    scopes: dict[Tensor, str] = {}
    used: set[Tensor] = set()
    for node in nodes:
        scopes[node] = node.scope
        for x in node.inputs:
            if isinstance(x, Variable) and node.scope and x not in used:
                scopes[x] = node.scope
                used.add(x)
    return scopes
