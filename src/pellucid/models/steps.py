"""The graphs of one step: training, testing and predicting, over a batch of rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import optree

from pellucid.graph.dtypes import dtype_name
from pellucid.graph.operations.broadcasting import size_of
from pellucid.graph.operations.casting import cast
from pellucid.graph.scope import name_scope
from pellucid.graph.tensor import Tensor, Updates, as_tensor
from pellucid.graph.variable import Variable, placeholder
from pellucid.metrics.metric import Metric
from pellucid.models.data import Dataset

if TYPE_CHECKING:
    from pellucid.models.trainer import Trainer

__all__ = ["Step", "kinds", "placeholders", "predict_step", "rows_of", "test_step", "train_step"]


@dataclass
class Step:
    """A graph over a batch: what it is fed, and how it changes variables.

    Attributes:
        batch: Placeholders for inputs, targets and weights, as :attr:`Dataset.arrays` lists them.
        updates: For each variable the tensor that it holds after the step.
        outputs: The model's outputs; for a step of prediction.
        logs: What is reported by name, where the model has a step of its own: a variable that
            holds what the last step gave.
        predictions: The outputs that the losses were computed from, by the outputs' numbers.
    """

    batch: list[Tensor]
    updates: Mapping[Any, Tensor]
    outputs: Any = None
    logs: dict[str, Variable] | None = None
    predictions: list[Tensor] = field(default_factory=list)


def placeholders(data: Dataset) -> tuple[Any, Any, Any]:
    """Placeholders for batches of the data's rows, in the structures of the data."""

    def like(structure: Any, name: str) -> Any:
        def one(array: np.ndarray) -> Tensor:
            return placeholder((None, *array.shape[1:]), dtype_name(array.dtype), name)

        return optree.tree_map(one, structure)

    return like(data.x, "x"), like(data.y, "y"), like(data.sample_weight, "sample_weight")


def kinds(data: Dataset) -> tuple[Any, ...]:
    """What a step depends on of its data: structure, dtypes, the shapes of rows."""
    everything: Any = (data.x, data.y, data.sample_weight)
    return (
        optree.tree_structure(everything),
        tuple((a.shape[1:], str(a.dtype)) for a in data.arrays),
    )


def rows_of(x: Any) -> Any:
    """The number of rows in a batch, as a tensor: what its loss counts in an epoch's mean."""
    first = optree.tree_leaves(x)[0]
    return cast(as_tensor(size_of(first, 0)), "float32")


def train_step(model: "Trainer", data: Dataset) -> Step:
    """One step of training, as the model's ``train_step`` says."""
    return _step(model, model.train_step, data, training=True)


def test_step(model: "Trainer", data: Dataset) -> Step:
    """One step of evaluation, as the model's ``test_step`` says."""
    return _step(model, model.test_step, data, training=False)


def _step(model: "Trainer", build: Any, data: Dataset, training: bool) -> Step:
    x, y, weight = placeholders(data)
    everything: Any = (x, y, weight)
    with name_scope(str(model.name)), Updates() as updates:
        logs = build((x, y, weight))
        kept = None if logs is None else _keep(logs, updates)
    predictions, model.predictions = model.predictions, []
    batch = optree.tree_leaves(everything)
    return Step(batch, updates.new, logs=kept, predictions=predictions)


def _keep(logs: Mapping[str, Any], updates: Updates) -> dict[str, Variable]:
    """Variables that hold what a model's own step reports: the loop returns nothing else."""
    kept = {}
    for name, value in logs.items():
        tensor = as_tensor(value.result() if isinstance(value, Metric) else value)
        kept[name] = Variable(np.zeros(tensor.shape), trainable=False, dtype=tensor.dtype)
        updates.assign(kept[name], tensor)
    return kept


def predict_step(model: "Trainer", data: Dataset) -> Step:
    """One step of prediction, as the model's ``predict_step`` says."""
    x, _, _ = placeholders(data)
    with name_scope(str(model.name)), Updates() as updates:
        outputs = model.predict_step((x, None, None))
    return Step(optree.tree_leaves(x), updates.new, outputs)
