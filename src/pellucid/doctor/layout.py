"""A model's graph for checks: which layer a node comes from, who uses it, what depends on the data.

Checks read the graph rather than a list of layers, so a rule holds alike for ``Sequential``,
functional and subclassed models, and for an activation given as an argument, a layer or a function.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import optree

from pellucid.doctor.affine import Affine, affine_parts
from pellucid.doctor.forms import Form, form_of, ranges_of
from pellucid.errors import PellucidError
from pellucid.graph.operations.broadcasting import Size
from pellucid.graph.tensor import Tensor, Updates
from pellucid.graph.variable import Variable
from pellucid.graph.walk import ancestors
from pellucid.layers.layer import Layer
from pellucid.models.data import Dataset
from pellucid.models.steps import placeholders
from pellucid.models.trainer import Trainer

__all__ = ["Layout", "layout"]


@dataclass(frozen=True, eq=False)
class Layout:
    """The graph of a model over a batch, with what checks ask of it.

    Attributes:
        model: The model.
        inputs: Placeholders for what goes in.
        targets: Placeholders for the targets.
        outputs: What comes out, flat.
        loss: The loss; ``None`` if the model is not compiled, or there is nothing to compare.
        problem: Why the loss could not be built.
    """

    model: Trainer
    inputs: list[Tensor]
    targets: list[Tensor]
    outputs: list[Tensor]
    loss: Tensor | None = None
    problem: PellucidError | None = None

    @cached_property
    def nodes(self) -> list[Tensor]:
        """What the outputs are made from, each after its inputs."""
        return ancestors(self.outputs)

    @cached_property
    def users(self) -> dict[Tensor, list[Tensor]]:
        """For each node of :attr:`nodes`, those that are made from it."""
        found: dict[Tensor, list[Tensor]] = {node: [] for node in self.nodes}
        for node in self.nodes:
            for x in dict.fromkeys(node.inputs):
                found[x].append(node)
        return found

    @cached_property
    def inputs_set(self) -> set[Tensor]:
        """The inputs, to look a node up in: tensors have no truth value to compare by."""
        return set(self.inputs)

    @cached_property
    def live(self) -> set[Tensor]:
        """The nodes whose values depend on the inputs' values (not on their shapes alone)."""
        found = set(self.inputs)
        for node in self.nodes:
            if isinstance(node.op, Size):
                continue
            seen = (x for i, x in enumerate(node.inputs) if i not in node.op.shape_only)
            if any(x in found for x in seen):
                found.add(node)
        return found

    @cached_property
    def affine(self) -> Affine:
        """Which nodes are affine functions of which."""
        return affine_parts(self.nodes, self.live, self.inputs_set)

    @cached_property
    def ranges(self) -> dict[Tensor, tuple[float, float]]:
        """Between which bounds the values of each node must lie, whatever the weights are."""
        return ranges_of(self.nodes)

    def form(self, output: Tensor) -> Form:
        """What kind of numbers a node gives: ``"softmax"``, ``"linear"``, within which bounds."""
        return form_of(output, self.affine, self.ranges)

    @cached_property
    def _layers(self) -> dict[str, Layer]:
        return {}

    def layer(self, node: Tensor) -> Layer:
        """The innermost layer that a node was made in; the model itself for others."""
        if node.scope not in self._layers:
            names = node.scope.split("/")
            layer: Any = self.model
            for name in names[1:] if names[0] == self.model.name else names:
                layer = next((x for x in layer.sublayers if x.name == name), layer)
            self._layers[node.scope] = layer
        return self._layers[node.scope]

    @cached_property
    def _paths(self) -> dict[Layer, str]:
        found: dict[Any, str] = {self.model: ""}
        for layer in (queue := [cast(Any, self.model)]):  # grows while it is gone through
            for inside in layer.sublayers:
                if inside not in found:
                    found[inside] = f"{found[layer]}/{inside.name}".removeprefix("/")
                    queue.append(inside)
        return found

    def path(self, layer: Layer) -> str:
        """The path of a layer within the model: ``"encoder/dense"``."""
        return self._paths.get(layer, str(layer.name))

    def owner(self, variable: Variable) -> Layer:
        """The layer that a weight belongs to."""
        layers = [x for x in self._paths if variable in x.kept]
        return layers[-1] if layers else self.model

    def line(self, layer: Layer, node: Tensor | None = None) -> str | None:
        """The user's line that applied a layer, or, in a ``call`` of theirs, made a node."""
        drawn = [y for call in layer.calls[:1] for y in optree.tree_leaves(call.outputs)]
        return drawn[0].line if drawn else None if node is None else node.line


def layout(model: Trainer, data: Dataset, training: bool) -> Layout:
    """Draw a model's graph over batches of some data; the model stays as it is.

    Args:
        model: The model, built; compiled if the loss is wanted.
        data: Rows; only their shapes and dtypes are looked at.
        training: Whether layers are told that this is training.
    """
    fed = placeholders(data)
    x, y, weight = fed
    before = model.predictions
    loss, problem = None, None
    with Updates():
        outputs = model(x, training=training)
        if y is not None and model.compiled is not None:
            try:
                loss = model.compute_loss(x, y, outputs, weight)
            except PellucidError as error:
                problem = error
    model.predictions = before
    flat = optree.tree_leaves(outputs)
    return Layout(model, optree.tree_leaves(x), optree.tree_leaves(y), flat, loss, problem)
