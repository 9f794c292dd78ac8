"""Layers as plain data and back, under Keras's names."""

from collections.abc import Mapping
from typing import Any

from pellucid import serialization
from pellucid.errors import DTypeError
from pellucid.layers.layer import Layer

__all__ = ["deserialize", "serialize"]


def serialize(layer: Layer) -> Any:
    """A layer as plain data: its class, and the arguments that make it again.

    Args:
        layer: The layer. Its weights are not written.

    Examples:
        >>> serialize(layers.Dense(3))["class_name"]
        'Dense'
    """
    return serialization.serialize(layer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Layer:
    """The layer that :func:`serialize`, ours or Keras's, wrote down.

    Args:
        config: Its class and its arguments.
        custom_objects: Classes and functions by name, for those that are not registered.

    Raises:
        UnknownNameError: For a class that is neither ours nor registered.
        DTypeError: If it is not a layer that was written.

    Examples:
        >>> deserialize({"class_name": "Dense", "config": {"units": 3}}).units
        3
    """
    layer = serialization.deserialize(config, custom_objects)
    if not isinstance(layer, Layer):
        raise DTypeError(
            "This does not say which layer is meant.",
            given=f"a {type(layer).__name__}: {layer!r}",
            expected="what serialize made of a layer",
        )
    return layer
