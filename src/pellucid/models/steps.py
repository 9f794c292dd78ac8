"""The graphs of one step: training, testing and predicting, over a batch of rows."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import optree

from pellucid import losses, metrics
from pellucid.errors import GraphError, ShapeError
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.gradients import gradients
from pellucid.graph.operations.broadcasting import size_of
from pellucid.graph.operations.casting import cast
from pellucid.graph.scope import name_scope
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Tensor, Updates
from pellucid.graph.variable import placeholder
from pellucid.losses.loss import Loss
from pellucid.metrics.metric import Mean, Metric
from pellucid.models.data import Dataset
from pellucid.optimizers.optimizer import Optimizer

if TYPE_CHECKING:
    from pellucid.models.model import Model

__all__ = ["Compiled", "Step", "predict_step", "test_step", "train_step"]


@dataclass
class Compiled:
    """What ``compile`` was given: how a model learns, and how it is judged."""

    optimizer: Optimizer
    loss: Loss | None
    metrics: list[Any] = field(default_factory=list)
    weighted_metrics: list[Any] = field(default_factory=list)
    loss_tracker: Mean = field(default_factory=lambda: Mean(name="loss"))

    def __post_init__(self) -> None:
        for metric in (*self.metrics, *self.weighted_metrics):
            if not isinstance(metric, str) or metric not in BY_SHAPE:
                metrics.get(metric)  # an unknown name is an error now, not when data are there

    def resolve(self, y: Tensor, y_pred: Tensor) -> None:
        """Make the metrics that were asked for by name, now that the shapes are known."""
        self.metrics = [_metric(m, y.spec, y_pred.spec) for m in self.metrics]
        self.weighted_metrics = [_metric(m, y.spec, y_pred.spec) for m in self.weighted_metrics]

    @property
    def trackers(self) -> list[Metric]:
        """Everything that is reported, the loss first."""
        made = [m for m in (*self.metrics, *self.weighted_metrics) if isinstance(m, Metric)]
        return [self.loss_tracker, *made]

    @property
    def named(self) -> dict[str, Metric]:
        """What is reported under which name: equal names are told apart as in Keras."""
        found: dict[str, Metric] = {"loss": self.loss_tracker}
        groups = (("", self.metrics), ("weighted_", self.weighted_metrics))
        for prefix, group in groups:
            for metric in group:
                if isinstance(metric, Metric):
                    name = str(metric.name)
                    name = prefix + name if name in found else name
                    found[_free(name, found)] = metric
        return found


def _free(name: str, taken: Mapping[str, Any]) -> str:
    """A name that is not taken yet: itself, or with the first number that is free."""
    names = itertools.chain([name], (f"{name}_{i}" for i in itertools.count(1)))
    return next(n for n in names if n not in taken)


BY_SHAPE = ("accuracy", "acc")  # names whose meaning hangs on the shapes


def _metric(requested: Any, y: Spec, y_pred: Spec) -> Metric:
    """The metric that was asked for by name, under that name; or as it was given."""
    if isinstance(requested, Metric):
        return requested
    if isinstance(requested, str) and requested in BY_SHAPE:
        return metrics.accuracy_for(y, y_pred)(name=requested)
    found = metrics.get(requested)
    if not isinstance(found, Metric):
        return metrics.MeanMetricWrapper(found)
    if isinstance(requested, str):
        found.name = requested
    return found


@dataclass
class Step:
    """A graph over a batch: what it is fed, and how it changes variables.

    Attributes:
        batch: Placeholders for inputs, targets and weights, as :attr:`Dataset.arrays` lists them.
        updates: For each variable the tensor that it holds after the step.
        y_pred: The model's output.
        loss: What is minimized.
    """

    batch: list[Tensor]
    updates: Mapping[Any, Tensor]
    y_pred: Any
    loss: Tensor | None = None


def _placeholders(data: Dataset) -> tuple[Any, Tensor | None, Tensor | None]:
    """Placeholders for batches of the data's rows."""

    def like(array: np.ndarray | None, name: str) -> Tensor | None:
        if array is None:
            return None
        return placeholder((None, *array.shape[1:]), dtype_name(array.dtype), name)

    x = optree.tree_map(lambda array: like(array, "x"), data.x)
    return x, like(data.y, "y"), like(data.sample_weight, "sample_weight")


def _listed(*tensors: Any) -> list[Tensor]:
    given: Any = tensors
    return optree.tree_leaves(given)  # None, where something is not given, is no leaf


def train_step(model: "Model", compiled: Compiled, data: Dataset) -> Step:
    """One step of training: forward, loss, backward, and the optimizer's change of the weights.

    The metrics are updated too, from the outputs before the change.
    """
    x, y, weight = _placeholders(data)
    with name_scope(str(model.name)), Updates() as updates:
        y_pred = model(x, training=True)
        loss = _loss(model, compiled, y, y_pred, weight)
        variables = model.trainable_variables
        if not variables:
            raise GraphError(
                f"{model.label} has nothing to train.",
                given="no trainable variables",
                expected="at least one layer with weights and trainable=True",
            )
        with name_scope(str(compiled.optimizer.name)):
            compiled.optimizer.apply(gradients(loss, variables), variables)
        _track(compiled, x, y, y_pred, weight, loss)
    return Step(_listed(x, y, weight), updates.new, y_pred, loss)


def test_step(model: "Model", compiled: Compiled, data: Dataset) -> Step:
    """One step of evaluation: forward and the metrics."""
    x, y, weight = _placeholders(data)
    with name_scope(str(model.name)), Updates() as updates:
        y_pred = model(x, training=False)
        loss = _loss(model, compiled, y, y_pred, weight)
        _track(compiled, x, y, y_pred, weight, loss)
    return Step(_listed(x, y, weight), updates.new, y_pred, loss)


def predict_step(model: "Model", data: Dataset) -> Step:
    """One step of prediction: forward alone."""
    x, _, _ = _placeholders(data)
    with name_scope(str(model.name)), Updates() as updates:
        y_pred = model(x, training=False)
    return Step(_listed(x), updates.new, y_pred)


def _loss(
    model: "Model",
    compiled: Compiled,
    y: Tensor | None,
    y_pred: Tensor,
    weight: Tensor | None,
) -> Tensor:
    if compiled.loss is None or y is None:
        raise GraphError(
            "There is nothing to minimize.",
            given="no loss" if compiled.loss is None else "no targets y",
            expected="compile(loss=...) and targets y",
        )
    with name_scope("loss"):
        try:
            return compiled.loss(y, y_pred, sample_weight=weight)
        except ShapeError as error:
            numbered = y.ndim < y_pred.ndim or y.shape[-1] == 1
            one_hot = (losses.CategoricalCrossentropy, losses.categorical_crossentropy)
            if _is(compiled.loss, *one_hot) and numbered:
                error.mend = "use sparse_categorical_crossentropy if y has the classes' numbers"
            error.line = (model.outputs or [y_pred])[0].line  # where the output was made
            raise


def _track(
    compiled: Compiled, x: Any, y: Any, y_pred: Tensor, weight: Tensor | None, loss: Tensor
) -> None:
    """Update what is reported. The loss counts once for each row, as in Keras."""
    with name_scope("metrics"):
        rows = cast(size_of(optree.tree_leaves(x)[0], 0), "float32")
        compiled.loss_tracker.update_state(loss, sample_weight=rows)
        compiled.resolve(y, y_pred)
        for metric in compiled.metrics:
            metric.update_state(y, y_pred)
        for metric in compiled.weighted_metrics:
            metric.update_state(y, y_pred, sample_weight=weight)


def labels_needed(compiled: Compiled, y_pred: Tensor) -> tuple[int, int | None] | None:
    """The number of classes and the ignored label, if the loss takes whole-number labels."""
    if not _is(
        compiled.loss, losses.SparseCategoricalCrossentropy, losses.sparse_categorical_crossentropy
    ):
        return None
    classes = y_pred.shape[-1]
    return None if classes is None else (classes, getattr(compiled.loss, "ignore_class", None))


def _is(loss: Loss | None, kind: type[Loss], function: Any) -> bool:
    """Whether a loss is of a class, or made of the function of the same name."""
    return isinstance(loss, kind) or getattr(loss, "fn", None) is function
