"""What the checks of the initial state look at: one pass over the probe, as a training step has it.

In training, since only then batch normalization does what it will do: before the first step its
moving statistics say nothing of the data.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.view import View, layer_of, weighted_probe
from pellucid.graph.dtypes import is_float
from pellucid.graph.gradients import gradients
from pellucid.graph.operations.neurons import Relu, Sigmoid
from pellucid.graph.operations.trigonometry import Tanh
from pellucid.graph.tensor import Tensor
from pellucid.graph.walk import ancestors
from pellucid.layers.batch_normalization import BatchNormalization
from pellucid.layers.normalization import GroupNormalization, LayerNormalization, RMSNormalization
from pellucid.layers.recurrent.recurrent import Recurrent
from pellucid.models.trainer import Trainer

__all__ = ["Block", "FirstPass", "first_pass"]

NORMALIZING = (BatchNormalization, GroupNormalization, LayerNormalization, RMSNormalization)


class Block:
    """A hidden layer with weights, and what came out of it after its activation.

    Attributes:
        layer: Its path.
        output: The tensor.
        values: What it came to on the probe.
        slopes: The gradient of the loss by it.
        normalized: Whether the layer brings its values to one scale.
    """

    def __init__(self, layer: str, output: Tensor, normalized: bool) -> None:
        self.layer = layer
        self.output = output
        self.normalized = normalized
        self.values = self.slopes = np.zeros(0)


class FirstPass(View):
    """The view in training, with its hidden layers in the order in which the data meet them."""

    def __init__(self, case: Case) -> None:
        super().__init__(case, weighted_probe(case), training=True)
        self.case = case

    @cached_property
    def blocks(self) -> list[Block]:
        """The hidden layers with weights, each with its values and slopes.

        A layer's output is the last tensor that carries its name: behind its activation. An
        activation that is a layer of its own, or a function between layers, takes its place.
        """
        found: dict[str, Block] = {}
        layers = self._layers
        last: Block | None = None
        reached = set(self.x)
        for node in ancestors(self.outputs):
            if not any(t in reached for t in node.inputs):
                continue
            reached.add(node)
            if isinstance(node.spec, tuple) or not is_float(node.dtype) or node.ndim < 2:
                continue
            path = _within(layer_of(self.model, node), layers)
            activated = isinstance(node.op, Relu | Sigmoid | Tanh)
            if path in found:
                last = found[path]
                last.output = node
            elif path is not None:
                last = found[path] = Block(path, node, isinstance(layers[path], NORMALIZING))
            elif last is not None and activated and last.output in set(node.inputs):
                last.output = node
        kept = [b for b in found.values() if not self._is_output(b.output)]
        self._fill(kept)
        return kept

    @cached_property
    def _layers(self) -> dict[str, Any]:
        """By their paths the layers with trained weights that models, not layers, are made of."""
        models = [x for x in self.model._layers_inside() if isinstance(x, Trainer)]
        parts = [x for m in models for x in m.sublayers if not isinstance(x, Trainer)]
        return {self.case.layout.path(x): x for x in parts if x.trainable_variables}

    @cached_property
    def over_time(self) -> list[tuple[str, np.ndarray]]:
        """For each recurrent layer that goes forwards the gradient by its input, (B, T, F)."""
        calls = [node.call for node in ancestors(self.outputs) if node.call is not None]
        calls = [c for c in calls if isinstance(c.layer, Recurrent) and not c.layer.go_backwards]
        given = {c.layer: c.inputs[0] for c in calls}
        if self.loss is None or not given:
            return []
        slopes = self.run(gradients(self.loss, list(given.values())))
        paths = [self.case.layout.path(layer) for layer in given]
        return list(zip(paths, slopes, strict=True))

    def _is_output(self, node: Tensor) -> bool:
        """Whether only the output's own activation comes after a node."""
        ends = {*self.outputs, *(t for y in self.outputs for t in y.inputs)}
        return node in ends

    def _fill(self, blocks: list[Block]) -> None:
        outputs = [b.output for b in blocks]
        if not blocks:
            return
        slopes = [] if self.loss is None else gradients(self.loss, outputs)
        values = self.run([*outputs, *slopes])
        for i, block in enumerate(blocks):
            block.values = values[i]
            block.slopes = values[len(blocks) + i] if slopes else np.zeros_like(values[i])


def _within(path: str, layers: Mapping[str, Any]) -> str | None:
    """The layer that a path is in: ``"lstm"`` of ``"lstm/lstm_cell"``."""
    while path and path not in layers:
        path = path.rpartition("/")[0]
    return path or None


def first_pass(case: Case) -> FirstPass:
    """The first pass of a case, made once."""
    kept: dict[str, Any] = vars(case)  # as a cached property keeps what it found
    if "first_pass" not in kept:
        kept["first_pass"] = FirstPass(case)
    return kept["first_pass"]
