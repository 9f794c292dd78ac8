"""What the doctor is shown: a compiled model, the data, and how it is trained."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np
import optree

from pellucid.doctor.layout import Layout, layout
from pellucid.doctor.remembered import Remembered
from pellucid.doctor.signals import Signals
from pellucid.graph.tensor import Tensor
from pellucid.losses.loss import Loss
from pellucid.models.compiled import Output
from pellucid.models.data import Dataset
from pellucid.models.trainer import Trainer

__all__ = ["PROBE_ROWS", "Case", "Head"]

PROBE_ROWS = 256  # rows that a model is looked at on: enough for shares of some per cent


@dataclass(frozen=True)
class Head:
    """One output of the model with what it is judged by.

    Attributes:
        name: The output's name.
        loss: Its loss.
        targets: The rows' targets, as they were given.
        validation_targets: Those of the validation; ``None`` if there is none.
        weight: What its loss is multiplied with.
    """

    name: str
    loss: Loss | None
    targets: np.ndarray | None
    validation_targets: np.ndarray | None = None
    weight: float = 1.0


@dataclass(frozen=True)
class Case:
    """A model that is to be trained, or has been, with all that a check may look at.

    Checks read it and leave it as it is. What several of them need is computed once, here.

    Attributes:
        model: The model, compiled and built.
        train: The rows that it learns from.
        validation: The rows that it is judged on while it learns; ``None`` if none.
        batch_size: Rows a step.
        epochs: How many times the rows are gone through.
        shuffle: Whether each epoch takes the rows in a new order.
        split: The share of the rows that ``validation_split`` took off their end; 0 if none.
        class_weight: For classes, how much their rows count.
        history: After a training: what ``fit`` returned, by name; else empty.
        signals: After a training that was watched: what was seen of it.
        steps: Steps an epoch, where they are not as many as use every row once.
    """

    model: Trainer
    train: Dataset
    validation: Dataset | None = None
    batch_size: int = 32
    epochs: int = 1
    shuffle: bool = True
    split: float = 0.0
    class_weight: Mapping[int, float] | None = None
    history: Mapping[str, list[float]] = field(default_factory=dict)
    signals: Signals | None = None
    steps: int | None = None

    @cached_property
    def heads(self) -> list[Head]:
        """The outputs, each with its loss and its targets."""
        outputs = self.model._compiled("doctor").outputs or []
        targets = _for_each(self.train.y, outputs)
        others = _for_each(None if self.validation is None else self.validation.y, outputs)
        return [
            Head(o.name, o.loss, y, z, o.weight)
            for o, y, z in zip(outputs, targets, others, strict=True)
        ]

    @cached_property
    def probe(self) -> Dataset:
        """At most :data:`PROBE_ROWS` rows, evenly over the data: what the model is looked at on."""
        rows = np.linspace(0, len(self.train) - 1, min(PROBE_ROWS, len(self.train)), dtype=int)
        return self.train.filled([a[rows] for a in self.train.arrays])

    @property
    def all_steps(self) -> int:
        """How many steps the training has."""
        an_epoch = self.steps or -(-len(self.train) // self.batch_size)
        return an_epoch * max(self.epochs, 1)

    def weight(self, head: Head) -> np.ndarray | None:
        """How much each row counts in training for an output: class weights times row weights."""
        return self._weights(self.train.weighted(self.class_weight), head)

    def validation_weight(self, head: Head) -> np.ndarray | None:
        """How much each row of the validation counts for an output."""
        return None if self.validation is None else self._weights(self.validation, head)

    def _weights(self, data: Dataset, head: Head) -> np.ndarray | None:
        given = data.sample_weight
        if given is None or isinstance(given, np.ndarray):
            return given
        outputs = self.model._compiled("doctor").outputs or []
        weights = _for_each(given, outputs)
        return next((w for o, w in zip(outputs, weights, strict=True) if o.name == head.name), None)

    @cached_property
    def remembered(self) -> Remembered:
        """What was found out before: nothing, but in a ``fit`` that is not the model's first."""
        return Remembered()

    @property
    def predictions(self) -> list[Tensor]:
        """The outputs in :attr:`layout`, one for each head, as the losses get them."""
        return self.layout.outputs

    @cached_property
    def layout(self) -> Layout:
        """The graph of a step of training: outputs, and the loss or why there is none."""
        make = partial(layout, self.model, self.train, training=True)
        return self.remembered.graph("layout", make)

    @cached_property
    def predicting(self) -> Layout:
        """The graph of prediction, in which dropout and batch statistics do nothing."""
        make = partial(layout, self.model, self.train, training=False)
        return self.remembered.graph("predicting", make)


def _for_each(y: Any, outputs: list[Output]) -> list[Any]:
    """The targets of each output, from a structure of them."""
    if y is None:
        return [None] * len(outputs)
    if isinstance(y, Mapping):
        return [y.get(o.name) for o in outputs]
    leaves = optree.tree_leaves(y)
    return leaves if len(leaves) == len(outputs) else [None] * len(outputs)
