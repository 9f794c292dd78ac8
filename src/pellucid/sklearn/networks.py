"""The networks of the estimators: layers by their sizes, or a model of one's own."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import losses, optimizers
from pellucid.errors import DTypeError, ShapeError
from pellucid.layers.core import Dense
from pellucid.layers.inputs import Input
from pellucid.models.cloning import clone_model
from pellucid.models.compiled import is_loss
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential
from pellucid.regularizers import L2
from pellucid.utils.categories import to_categorical

__all__ = ["Task", "cloned", "fitted_targets", "hidden_sizes", "network", "rows_a_step"]

LARGEST_BATCH = 200  # rows of a step that batch_size="auto" means, as in scikit-learn's networks


@dataclass(frozen=True)
class Task:
    """What a network is to give.

    Attributes:
        outputs: How many units its last layer has.
        activation: That layer's.
        loss: What suits it.
        classes: How many classes there are of which one is chosen; 0 where that is not the task.
    """

    outputs: int
    activation: str
    loss: str
    classes: int = 0


def hidden_sizes(given: Any) -> list[Any]:
    """The units of each hidden layer.

    Examples:
        >>> hidden_sizes(100), hidden_sizes((100, 50)), hidden_sizes(())
        ([100], [100, 50], [])
    """
    return list(given) if isinstance(given, Sequence | np.ndarray) else [given]


def rows_a_step(batch_size: Any, rows: int) -> int:
    """How many rows a step takes of so many."""
    return min(LARGEST_BATCH if batch_size == "auto" else int(batch_size), rows)


def network(settings: Any, task: Task, X: np.ndarray, y: np.ndarray) -> Model:
    """A new network, compiled, as an estimator's settings say.

    Raises:
        DTypeError: If the settings' own model is none.
        ShapeError: If it gives another number of outputs than the task needs.
    """
    model = _layered(settings, task, X) if settings.model is None else _own(settings, task, X, y)
    if model.compiled is None:
        loss = settings.loss or task.loss
        model.compile(_optimizer(settings.solver, settings.learning_rate_init), _anew(loss))
    return model


def _layered(settings: Any, task: Task, X: np.ndarray) -> Model:
    """The network of fully connected layers."""
    cost = settings.alpha / (2 * rows_a_step(settings.batch_size, len(X)))
    shared: dict[str, Any] = {"kernel_regularizer": L2(cost) if cost else None}
    hidden = [
        Dense(int(units), settings.activation, name=f"hidden_{i}", **shared)
        for i, units in enumerate(hidden_sizes(settings.hidden_layer_sizes), start=1)
    ]
    last = Dense(task.outputs, task.activation, name="output", **shared)
    return Sequential([Input(X.shape[1:]), *hidden, last])


def _own(settings: Any, task: Task, X: np.ndarray, y: np.ndarray) -> Model:
    """The model that was given, or made by what was given."""
    given = settings.model
    if isinstance(given, Model):
        model = cloned(given)
    else:
        model = _made(given, settings.model_kwargs or {}, task, X, y)
    found = model(X[:1]).shape  # also makes its weights
    if found != (1, task.outputs):
        raise ShapeError(
            f"{model.label} does not give what these targets need.",
            given=f"outputs of shape {found} for one row",
            expected=f"shape (1, {task.outputs})",
            mend=f"layers.Dense({task.outputs}, {task.activation!r}) as its last layer",
        )
    return model


def _made(make: Any, chosen: dict[str, Any], task: Task, X: np.ndarray, y: np.ndarray) -> Model:
    if not callable(make):
        raise DTypeError(
            "That is not a model.",
            given=f"model={make!r}",
            expected="a Model, or a function or class that makes one",
        )
    told = {"X": X, "y": y, "n_features_in": X.shape[-1], "n_outputs": task.outputs}
    parameters = inspect.signature(make).parameters.values()
    everything = any(p.kind is p.VAR_KEYWORD for p in parameters)
    names = {p.name for p in parameters}
    model = make(**{n: v for n, v in told.items() if everything or n in names}, **chosen)
    if not isinstance(model, Model):
        raise DTypeError(
            "What was given for 'model' did not make a model.",
            given=f"a {type(model).__name__}: {model!r}",
            expected="a Model",
        )
    return model


def cloned(model: Model) -> Model:
    """The same model with new weights, compiled as it was."""
    clone = clone_model(model)
    if model.compiled is not None:
        compiled = model.compiled
        clone.compile(
            _optimizer(compiled.optimizer, None),
            _anew(compiled.loss),
            compiled.loss_weights,
            _anew(compiled.metrics),
            _anew(compiled.weighted_metrics),
        )
    return clone


def fitted_targets(model: Model, task: Task, targets: np.ndarray) -> np.ndarray:
    """Targets in the form that the model's loss compares them in."""
    loss = model.compiled.loss if model.compiled is not None else None
    one_hot = (losses.CategoricalCrossentropy, losses.categorical_crossentropy)
    if task.classes > 2 and loss is not None and is_loss(losses.as_loss(loss), *one_hot):
        return to_categorical(targets, task.classes)
    return targets


def _optimizer(given: Any, learning_rate: Any) -> Any:
    """An optimizer without state: of the name, or equal to the one given."""
    found = optimizers.get(given)
    if isinstance(given, str):
        return type(found)(learning_rate=learning_rate)
    return optimizers.deserialize(optimizers.serialize(found))


def _anew(given: Any) -> Any:
    """Losses and metrics without state, in the structure that was given; names as they are."""
    if isinstance(given, list | tuple):
        return [_anew(x) for x in given]
    if isinstance(given, dict):
        return {name: _anew(x) for name, x in given.items()}
    return type(given).from_config(given.get_config()) if hasattr(given, "get_config") else given
