"""What ``compile`` was given, matched with a model's outputs: losses, weights and metrics."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import optree

from pellucid import losses, metrics
from pellucid.errors import ArgumentError, GraphError, ShapeError, unknown_name
from pellucid.graph.scope import name_scope
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Tensor
from pellucid.losses.loss import Loss
from pellucid.metrics.metric import Mean, Metric
from pellucid.models.steps import rows_of
from pellucid.optimizers.optimizer import Optimizer

__all__ = ["Compiled", "Output"]

BY_SHAPE = {  # names whose meaning hangs on the shapes: what they mean for a kind of targets
    "accuracy": {
        "binary": metrics.BinaryAccuracy,
        "categorical": metrics.CategoricalAccuracy,
        "sparse": metrics.SparseCategoricalAccuracy,
    },
    "crossentropy": {
        "binary": metrics.BinaryCrossentropy,
        "categorical": metrics.CategoricalCrossentropy,
        "sparse": metrics.SparseCategoricalCrossentropy,
    },
}
BY_SHAPE |= {"acc": BY_SHAPE["accuracy"], "ce": BY_SHAPE["crossentropy"]}


@dataclass
class Output:
    """One output of a model, and how it is judged.

    Attributes:
        name: That of the layer it comes from, or its key in a dict of outputs.
        loss: What it adds to the loss; ``None`` if nothing.
        weight: What that is multiplied with.
        tracker: The mean of its loss, where several outputs have one.
        metrics, weighted_metrics: What is reported of it.
    """

    name: str
    loss: Loss | None = None
    weight: float = 1.0
    tracker: Mean | None = None
    metrics: list[Metric] = field(default_factory=list)
    weighted_metrics: list[Metric] = field(default_factory=list)


@dataclass
class Compiled:
    """What ``compile`` was given: how a model learns, and how it is judged.

    Attributes:
        optimizer: Changes the weights.
        loss, loss_weights, metrics, weighted_metrics: As given: for the only output, for each of
            a list of outputs, or by the outputs' names.
        loss_tracker: The mean of the whole loss.
        outputs: The model's outputs, once they are known.
    """

    optimizer: Optimizer
    loss: Any = None
    loss_weights: Any = None
    metrics: Any = None
    weighted_metrics: Any = None
    loss_tracker: Mean = field(default_factory=lambda: Mean(name="loss"))
    outputs: list[Output] | None = None

    def __post_init__(self) -> None:
        for loss in _leaves(self.loss):  # an unknown name is an error now, not when data are there
            losses.get(loss)
        for metric in (*_leaves(self.metrics), *_leaves(self.weighted_metrics)):
            if not isinstance(metric, str) or metric not in BY_SHAPE:
                metrics.get(metric)

    def resolve(self, names: list[str], y: list[Any], y_pred: list[Tensor]) -> list[Output]:
        """Match what was given with the outputs, now that names and shapes are known.

        Raises:
            ArgumentError: If a list has another length than there are outputs.
            UnknownNameError: If a dict has a key that is no output's name.
        """
        if self.outputs is None:
            several = len(names) > 1
            given = _for_each("loss", self.loss, names, spread=True)
            weights = _for_each("loss_weights", self.loss_weights, names, spread=False)
            reported = _for_each("metrics", self.metrics, names, spread=False)
            weighted = _for_each("weighted_metrics", self.weighted_metrics, names, spread=False)
            outputs = []
            for i, name in enumerate(names):
                specs = None if y[i] is None else (y[i].spec, y_pred[i].spec)
                output = Output(name, None if given[i] is None else losses.as_loss(given[i]))
                output.weight = _loss_weight(weights[i], name)
                if several and output.loss is not None:
                    output.tracker = Mean(name=f"{name}_loss")
                output.metrics = [_metric(m, specs) for m in _listed(reported[i])]
                output.weighted_metrics = [_metric(m, specs) for m in _listed(weighted[i])]
                outputs.append(output)
            self.outputs = outputs
        return self.outputs

    def total(
        self, model: Any, names: list[str], y: list[Any], y_pred: list[Tensor], weights: list[Any]
    ) -> Any:
        """The loss of all outputs together; 0 if none has one."""
        total: Any = None
        for output, target, prediction, weight in zip(
            self.resolve(names, y, y_pred), y, y_pred, weights, strict=True
        ):
            if output.loss is None or target is None:
                continue
            with name_scope("loss"):
                loss = self._one(model, output.loss, target, prediction, weight)
            if output.tracker is not None:
                output.tracker.update_state(loss, sample_weight=rows_of(prediction))
            loss = loss if output.weight == 1.0 else loss * output.weight
            total = loss if total is None else total + loss
        return total

    def _one(self, model: Any, loss: Loss, y: Any, y_pred: Tensor, weight: Any) -> Any:
        try:
            return loss(y, y_pred, sample_weight=weight)
        except ShapeError as error:
            numbered = y.ndim < y_pred.ndim or y.shape[-1] == 1
            one_hot = (losses.CategoricalCrossentropy, losses.categorical_crossentropy)
            if is_loss(loss, *one_hot) and numbered:
                error.mend = "use sparse_categorical_crossentropy if y has the classes' numbers"
            error.line = (model.outputs or [y_pred])[0].line  # where the output was made
            raise

    def report(self, y: list[Any], y_pred: list[Tensor], weights: list[Any]) -> None:
        """Update the metrics of all outputs."""
        for output, target, prediction, weight in zip(
            self.outputs or [], y, y_pred, weights, strict=True
        ):
            for metric in output.metrics:
                metric.update_state(target, prediction)
            for metric in output.weighted_metrics:
                metric.update_state(target, prediction, sample_weight=weight)

    @property
    def named(self) -> dict[str, Metric]:
        """What is reported under which name: equal names are told apart as in Keras."""
        found: dict[str, Metric] = {"loss": self.loss_tracker}
        outputs = self.outputs or []
        for output in outputs:
            if output.tracker is not None:
                found[str(output.tracker.name)] = output.tracker
        for output in outputs:
            start = f"{output.name}_" if len(outputs) > 1 else ""
            for prefix, group in (("", output.metrics), ("weighted_", output.weighted_metrics)):
                for metric in group:
                    name = f"{start}{metric.name}"
                    name = prefix + name if name in found else name
                    found[_free(name, found)] = metric
        return found


def is_loss(loss: Any, kind: type[Loss], function: Any) -> bool:
    """Whether a loss is of a class, or made of the function of the same name."""
    return isinstance(loss, kind) or getattr(loss, "fn", None) is function


def _free(name: str, taken: Mapping[str, Any]) -> str:
    """A name that is not taken yet: itself, or with the first number that is free."""
    names = itertools.chain([name], (f"{name}_{i}" for i in itertools.count(1)))
    return next(n for n in names if n not in taken)


def _leaves(given: Any) -> list[Any]:
    return [] if given is None else optree.tree_leaves(given)


def _listed(given: Any) -> list[Any]:
    return [] if given is None else list(given) if isinstance(given, list | tuple) else [given]


def _for_each(what: str, given: Any, names: list[str], spread: bool) -> list[Any]:
    """What was given for each output: by name, by place, or for all of them alike.

    Args:
        what: The argument of ``compile``, for errors.
        given: Its value.
        names: The outputs' names.
        spread: Whether a single value counts for every output (a loss does).
    """
    if given is None:
        return [None] * len(names)
    if isinstance(given, Mapping) and "class_name" not in given:
        for key in given:
            if key not in names:
                raise unknown_name(f"output in {what}", key, names)
        return [given.get(name) for name in names]
    listed = isinstance(given, list | tuple)
    if len(names) == 1 and not (what == "loss_weights" and listed):
        is_one = what == "loss" and listed and len(given) == 1
        return [given[0] if is_one else given]
    if listed:
        if len(given) != len(names):
            raise ArgumentError(
                f"compile needs an entry of {what} for each output.",
                given=f"{len(given)} entries",
                expected=f"{len(names)}: for {', '.join(names)}",
                mend=f"name the outputs: {what}={{{names[0]!r}: ...}}",
            )
        return list(given)
    if spread:
        return [given] * len(names)
    raise ArgumentError(
        f"compile does not know which output these {what} are for.",
        given=f"{what}={given!r}",
        expected=f"a list of {len(names)}, or a dict with names among {', '.join(names)}",
    )


def _loss_weight(given: Any, name: str) -> float:
    if given is None:
        return 1.0
    if not isinstance(given, Real):
        raise ArgumentError(
            f"A loss is multiplied with a number, that of '{name}' with something else.",
            given=f"loss_weights of {given!r}",
            expected="a number for each output, or None, which counts as 1",
        )
    return float(given)


def _metric(requested: Any, specs: tuple[Spec, Spec] | None) -> Metric:
    """The metric that was asked for by name, under that name; or as it was given."""
    if isinstance(requested, Metric):
        return requested
    if isinstance(requested, str) and requested in BY_SHAPE:
        if specs is None:
            raise GraphError(
                f"What '{requested}' means cannot be told without targets.",
                given="no targets y for that output",
                expected="targets, or the metric itself",
            )
        accuracy = metrics.accuracy_for(*specs)
        kind = next(k for k, m in BY_SHAPE["accuracy"].items() if m is accuracy)
        return BY_SHAPE[requested][kind](name=requested)
    found = metrics.get(requested)
    if not isinstance(found, Metric):
        return metrics.MeanMetricWrapper(found)
    if isinstance(requested, str):
        found.name = requested
    return found
