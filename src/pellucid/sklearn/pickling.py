"""Models inside of estimators that are copied or pickled: as data, without code."""

import copy
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator

from pellucid import optimizers
from pellucid.models.model import Model
from pellucid.serialization import deserialize, serialize

__all__ = ["HoldsModels", "Packed", "pack", "unpack"]


class HoldsModels(BaseEstimator):
    """An estimator whose attributes may be models: it can be cloned, pickled and copied."""

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        return {k: pack(v) if isinstance(v, Model) else v for k, v in state.items()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        whole = {k: unpack(v) if isinstance(v, Packed) else v for k, v in state.items()}
        super().__setstate__(whole)

    def __sklearn_clone__(self) -> Self:
        models = {k: v for k, v in self.get_params(deep=False).items() if isinstance(v, Model)}
        plain = copy.copy(self).set_params(**dict.fromkeys(models))
        return (
            super(HoldsModels, plain)
            .__sklearn_clone__()
            .set_params(**{k: unpack(pack(v)) for k, v in models.items()})
        )


@dataclass(frozen=True)
class Packed:
    """A model as data: what makes it anew, and what it has learned.

    Attributes:
        model: Its configuration.
        weights: Its weights.
        compiled: What ``compile`` was given, as data; ``None`` if it was not compiled.
        state: The optimizer's variables, so that a training can go on.
    """

    model: Any
    weights: list[np.ndarray]
    compiled: Any = None
    state: list[np.ndarray] | None = None


def pack(model: Model) -> Packed:
    """A model as data.

    Raises:
        DTypeError: If something in it cannot be written down, such as a lambda.
    """
    weights = [w.numpy() for w in model.weights]
    compiled = model.compiled
    if compiled is None:
        return Packed(serialize(model), weights)
    said = {
        "loss": serialize(compiled.loss),
        "loss_weights": compiled.loss_weights,
        "metrics": serialize(compiled.metrics),
        "weighted_metrics": serialize(compiled.weighted_metrics),
    }
    optimizer = compiled.optimizer
    state = [v.numpy() for v in optimizer.variables] if optimizer.built else None
    return Packed(
        serialize(model), weights, {"optimizer": optimizers.serialize(optimizer), **said}, state
    )


def unpack(packed: Packed) -> Model:
    """The model that was packed.

    Raises:
        UnknownNameError: For a layer that is neither ours nor registered.
    """
    model: Model = deserialize(packed.model)
    model.set_weights(packed.weights)
    if packed.compiled is not None:
        said = {k: deserialize(v) for k, v in packed.compiled.items() if k != "optimizer"}
        optimizer = optimizers.deserialize(packed.compiled["optimizer"])
        model.compile(optimizer, **said)
        if packed.state is not None:
            optimizer.build(model.trainable_variables)
            for variable, value in zip(optimizer.variables, packed.state, strict=True):
                variable.assign(value)
    return model
