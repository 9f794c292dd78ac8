"""A model seen on some rows: its loss, what its units do, and the slopes by its weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, cast

import numpy as np
import optree

from pellucid.doctor.case import Case
from pellucid.engines.function import feedable
from pellucid.graph.gradients import gradients
from pellucid.graph.operations.casting import cast as to_dtype
from pellucid.graph.operations.neurons import Relu, Sigmoid
from pellucid.graph.operations.reductions import sum
from pellucid.graph.operations.trigonometry import Tanh
from pellucid.graph.tensor import Op, Tensor, Updates
from pellucid.graph.variable import Variable
from pellucid.graph.walk import ancestors, evaluate
from pellucid.models.data import Dataset
from pellucid.models.model import Model
from pellucid.models.steps import kinds, placeholders

__all__ = ["Units", "View", "layer_of", "view", "view_of", "weighted_probe"]

NEAR = 0.01  # of the asymptote: a sigmoid above 0.99 or below 0.01, a tanh beyond ±0.98
RANGES: dict[type[Op], tuple[float, float]] = {Sigmoid: (0.0, 1.0), Tanh: (-1.0, 1.0)}

Weights = Mapping[Tensor, np.ndarray]
"""Values for variables in place of those that they hold."""


@dataclass(frozen=True)
class Units:
    """What the units of one application of an activation do on some rows.

    Attributes:
        layer: The path of the layer that they are in.
        kind: ``"relu"``, ``"sigmoid"`` or ``"tanh"``.
        width: How many units, or channels, there are.
        dead: The share of units that are 0 on all rows; 0 for other kinds than relu.
        saturated: The share of values within 1 % of an end of the range; 0 for relu.
    """

    layer: str
    kind: str
    width: int
    dead: float
    saturated: float


class Drawn(NamedTuple):
    """The graph of a model over rows of some kind: what is fed, and what a :class:`View` has."""

    fed: Any
    outputs: list[Tensor]
    loss: Tensor | None
    penalty: Tensor | None


class View:
    """A model's graph in inference on a data set, run by the reference engine.

    Nothing of the model is changed: other weights than its present ones are fed.

    Args:
        case: The model.
        data: The rows.
        training: Whether layers are told that they are training.
        drawn: The graph over rows of this kind, if it was drawn before.

    Attributes:
        outputs: The model's outputs.
        loss: What the outputs cost, a scalar; ``None`` where no loss says so.
        penalty: What layers and regularizers add, a scalar; ``None`` if nothing.
    """

    def __init__(
        self, case: Case, data: Dataset, training: bool = False, drawn: Drawn | None = None
    ) -> None:
        model = cast(Model, case.model)
        drawn = drawn or _draw(model, data, training)
        self.model = model
        self.outputs, self.loss, self.penalty = drawn.outputs, drawn.loss, drawn.penalty
        self.x: list[Tensor] = optree.tree_leaves(drawn.fed[0])
        pairs = zip(optree.tree_leaves(drawn.fed), data.arrays, strict=True)
        self.given: dict[Tensor, np.ndarray] = {t: feedable(t, array) for t, array in pairs}

    def run(self, wanted: list[Tensor], weights: Weights | None = None) -> list[np.ndarray]:
        """The values of tensors."""
        values = evaluate(wanted, {**self.given, **(weights or {})})
        return [np.asarray(values[t]) for t in wanted]

    def loss_at(self, weights: Weights | None = None) -> float:
        """The loss of the outputs; NaN where none says what it is."""
        return float("nan") if self.loss is None else float(self.run([self.loss], weights)[0])

    def predictions(self, weights: Weights | None = None) -> list[np.ndarray]:
        """The outputs' values."""
        return self.run(self.outputs, weights)

    @cached_property
    def activations(self) -> list[Tensor]:
        """Where relu, sigmoid and tanh are applied between input and output, in their order."""
        reached = set(self.x)
        found = []
        for node in ancestors(self.outputs):
            if any(t in reached for t in node.inputs):
                reached.add(node)
                if isinstance(node.op, Relu | Sigmoid | Tanh) and node.ndim > 1:
                    found.append(node)
        return found

    def units(self, weights: Weights | None = None, hidden: bool = False) -> list[Units]:
        """What the units of each activation do; of the hidden ones alone, if so asked."""
        ends = set(self.outputs)  # not a list: == of tensors is a tensor
        shown = [a for a in self.activations if not (hidden and a in ends)]
        values = self.run(shown, weights)
        return [_units(self.model, a, v) for a, v in zip(shown, values, strict=True)]

    @cached_property
    def kernels(self) -> list[Variable]:
        """The trained weights with two axes or more, in the order in which the input meets them."""
        nodes = ancestors(self.outputs)
        trained = set(self.model.trainable_variables)
        met: list[Variable] = []
        reached = set(self.x)
        for node in nodes:
            if any(t in reached for t in node.inputs):
                reached.add(node)
                met += [t for t in node.inputs if isinstance(t, Variable) and t in trained]
        return [v for v in dict.fromkeys(met) if v.ndim > 1]

    def slopes(
        self, of: Tensor | None, variables: list[Variable], weights: Weights | None = None
    ) -> list[np.ndarray]:
        """The gradient of a scalar by variables; zeros where there is no such scalar."""
        if of is None or not variables:
            return [np.zeros_like(v.numpy()) for v in variables]
        return self.run(gradients(of, variables), weights)


def _draw(model: Model, data: Dataset, training: bool) -> Drawn:
    fed: Any = placeholders(data)
    x, y, weight = fed
    with Updates():
        result = model(x, training=training)
        outputs: list[Tensor] = optree.tree_leaves(result)
        targets, weights = model._matched(y, result, weight)
        compiled = model._compiled("doctor")
        total = compiled.total(model, model._names(result), targets, outputs, weights)
        loss: Tensor | None = total if isinstance(total, Tensor) else None
        penalty: Tensor | None = None
        for extra in model.losses:
            one = sum(extra) if loss is None else to_dtype(sum(extra), loss.dtype)
            penalty = one if penalty is None else penalty + one
    return Drawn(fed, outputs, loss, penalty)


def view(case: Case) -> View:
    """The case's model on its probe, in inference; made once for a case."""
    kept: dict[str, Any] = vars(case)  # as a cached property keeps what it found
    if "view" not in kept:
        kept["view"] = view_of(case, weighted_probe(case))
    return kept["view"]


def view_of(case: Case, data: Dataset) -> View:
    """The case's model on some rows, in inference."""
    name = ("view", *kinds(data))
    drawn = case.remembered.graph(name, lambda: _draw(cast(Model, case.model), data, False))
    return View(case, data, drawn=drawn)


def weighted_probe(case: Case) -> Dataset:
    """The probe's rows, with what their classes weigh."""
    return case.probe.weighted(case.class_weight)


def layer_of(model: Any, node: Tensor) -> str:
    """The path, within the model, of the layer that a node is in; ``""`` if it is in none."""
    parts = node.scope.split("/")
    while parts and parts[0] == model.name:  # a step is built in the model's scope, and calls it
        parts = parts[1:]
    return "/".join(parts)


def _units(model: Any, node: Tensor, values: np.ndarray) -> Units:
    rows = values.reshape(-1, values.shape[-1])
    dead = saturated = 0.0
    if isinstance(node.op, Relu):
        dead = float(np.mean(~np.any(rows != 0, axis=0)))
    else:
        low, high = RANGES[type(node.op)]
        margin = NEAR * (high - low)
        saturated = float(np.mean((rows < low + margin) | (rows > high - margin)))
    return Units(layer_of(model, node), node.op.name, rows.shape[1], dead, saturated)
