"""Optimizers: how gradients change weights, under Keras's names."""

from collections.abc import Mapping
from typing import Any

from pellucid.configured import find
from pellucid.errors import DTypeError
from pellucid.optimizers.adam import Adam, AdamW
from pellucid.optimizers.optimizer import Optimizer
from pellucid.optimizers.rmsprop import RMSprop
from pellucid.optimizers.sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "get", "serialize"]

_KNOWN: dict[str, type[Optimizer]] = {x.__name__.lower(): x for x in (Adam, AdamW, RMSprop, SGD)}


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
    if isinstance(identifier, str):
        identifier = identifier.lower()
    elif isinstance(identifier, Mapping) and "class_name" in identifier:
        identifier = {**identifier, "class_name": identifier["class_name"].lower()}
    optimizer = find("optimizer", identifier, _KNOWN)
    if not isinstance(optimizer, Optimizer):
        raise DTypeError(
            "This is not an optimizer.",
            given=f"a {type(optimizer).__name__}: {optimizer!r}",
            expected="a name, a class, an Optimizer, or {'class_name': ..., 'config': {...}}",
        )
    return optimizer


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """The config that :func:`get` makes an optimizer of again.

    Examples:
        >>> serialize(SGD(momentum=0.5))["config"]["momentum"]
        0.5
    """
    return {"class_name": type(optimizer).__name__, "config": optimizer.get_config()}
