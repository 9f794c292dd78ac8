"""Optimizers: how gradients change weights, under Keras's names."""

from collections.abc import Mapping
from typing import Any

from pellucid import serialization
from pellucid.configured import find
from pellucid.errors import DTypeError
from pellucid.optimizers import schedules
from pellucid.optimizers.adadelta import Adadelta
from pellucid.optimizers.adafactor import Adafactor
from pellucid.optimizers.adagrad import Adagrad
from pellucid.optimizers.adam import Adam, AdamW
from pellucid.optimizers.adamax import Adamax
from pellucid.optimizers.ftrl import Ftrl
from pellucid.optimizers.lamb import Lamb
from pellucid.optimizers.lion import Lion
from pellucid.optimizers.loss_scale import LossScaleOptimizer
from pellucid.optimizers.multi import MultiOptimizer, OptimizerMap
from pellucid.optimizers.muon import Muon
from pellucid.optimizers.nadam import Nadam
from pellucid.optimizers.optimizer import Optimizer
from pellucid.optimizers.rmsprop import RMSprop
from pellucid.optimizers.schedule_free import ScheduleFreeAdamW
from pellucid.optimizers.sgd import SGD

__all__ = [
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "MultiOptimizer",
    "Muon",
    "Nadam",
    "Optimizer",
    "OptimizerMap",
    "RMSprop",
    "ScheduleFreeAdamW",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]

_CLASSES: list[type[Optimizer]] = [
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    AdamW,
    Adamax,
    Ftrl,
    Lamb,
    Lion,
    LossScaleOptimizer,
    MultiOptimizer,
    Muon,
    Nadam,
    RMSprop,
    SGD,
    ScheduleFreeAdamW,
]
_KNOWN = {kind.__name__.lower(): kind for kind in _CLASSES}


def get(identifier: Any) -> Any:
    """The optimizer that a name, class or config stands for; ``None`` for ``None``.

    Args:
        identifier: A name in small or large letters, such as ``"adam"``; a class;
            ``{"class_name": ..., "config": {...}}``; an optimizer as it is.

    Raises:
        UnknownNameError: For a name that is not known.
        DTypeError: For anything else.

    Examples:
        >>> get("sgd")
        SGD()
        >>> get({"class_name": "Adam", "config": {"learning_rate": 0.5}})
        Adam(learning_rate=0.5)
    """
    if identifier is None:
        return None
    if isinstance(identifier, Mapping) and "class_name" in identifier:
        return deserialize(identifier)
    identifier = identifier.lower() if isinstance(identifier, str) else identifier
    optimizer = find("optimizer", identifier, _KNOWN)
    if not isinstance(optimizer, Optimizer):
        raise DTypeError(
            "This is not an optimizer.",
            given=f"a {type(optimizer).__name__}: {optimizer!r}",
            expected="a name, a class, an Optimizer, or {'class_name': ..., 'config': {...}}",
        )
    return optimizer


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """The optimizer as plain data, as Keras writes it.

    Examples:
        >>> serialize(SGD(momentum=0.5))["config"]["momentum"]
        0.5
    """
    data: dict[str, Any] = serialization.serialize(optimizer)
    return data


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Optimizer:
    """The optimizer that :func:`serialize` wrote, or Keras did; without its state.

    Args:
        config: The data. Our own classes are found in small and large letters.
        custom_objects: Classes and functions by name, for those that are not registered.

    Raises:
        UnknownNameError: For a class that is neither ours nor registered.

    Examples:
        >>> deserialize({"class_name": "adam", "config": {"learning_rate": 0.5}})
        Adam(learning_rate=0.5)
    """
    kind = _KNOWN.get(str(config["class_name"]).lower())
    if kind is not None and not config.get("registered_name"):
        return kind.from_config(config.get("config") or {}, custom_objects)
    optimizer: Optimizer = serialization.deserialize(config, custom_objects)
    return optimizer
