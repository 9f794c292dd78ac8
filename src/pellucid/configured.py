"""What losses, metrics and optimizers share: their fields are their saved form."""

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Self

from pellucid.errors import DTypeError, unknown_name

__all__ = ["CUSTOM_OBJECTS", "Configured", "find", "snake_case"]

CUSTOM_OBJECTS: dict[str, Any] = {}
"""What users have registered: ``"package>Name"``, or a bare name within custom_object_scope."""


class Configured:
    """A dataclass that is made anew from the values of its fields."""

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such an object again."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.init}  # type: ignore[arg-type]

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make an object from what :meth:`get_config` gave.

        Raises:
            UnknownNameError: For an argument that the class does not take.
        """
        known = [f.name for f in fields(cls) if f.init]  # type: ignore[arg-type]
        for name in config:
            if name not in known:
                raise unknown_name(f"argument of {cls.__name__}", name, known)
        return cls(**config)


def snake_case(name: str) -> str:
    """The name of a class as Keras names its objects.

    Examples:
        >>> snake_case("MeanSquaredError"), snake_case("TopKCategoricalAccuracy")
        ('mean_squared_error', 'top_k_categorical_accuracy')
        >>> snake_case("SGD"), snake_case("AdamW")
        ('sgd', 'adam_w')
    """
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


def find(kind: str, identifier: Any, known: Mapping[str, Any]) -> Any:
    """What an identifier stands for: an object as it is, a class made, a name or config looked up.

    Args:
        kind: What is looked for, as errors say it.
        identifier: A name; ``{"class_name": ..., "config": {...}}``, in which Keras calls a
            function's class ``"function"`` and has its name for config; a class; or any callable
            or object, which is returned as it is.
        known: Classes and functions by name; those that users registered are known too.

    Raises:
        UnknownNameError: For a name that is not known.
        DTypeError: For something that is neither a name, a config nor callable.
    """
    config: Mapping[str, Any] = {}
    if isinstance(identifier, Mapping) and "class_name" in identifier:
        config = identifier.get("config") or {}
        registered = str(identifier.get("registered_name"))
        identifier = CUSTOM_OBJECTS.get(registered, identifier["class_name"])
        if identifier == "function":
            identifier, config = config, {}
    if isinstance(identifier, str):
        if identifier not in CUSTOM_OBJECTS and identifier not in known:
            raise unknown_name(kind, identifier, known)
        identifier = CUSTOM_OBJECTS.get(identifier, known.get(identifier))
    if isinstance(identifier, type) and hasattr(identifier, "from_config"):
        return identifier.from_config(config)
    if not callable(identifier) and not isinstance(identifier, Configured):
        raise DTypeError(
            f"This does not say which {kind} is meant.",
            given=f"a {type(identifier).__name__}: {identifier!r}",
            expected="a name, a class, an object, or {'class_name': ..., 'config': {...}}",
        )
    return identifier
