"""Models from text."""

import json
from collections.abc import Mapping
from typing import Any

from pellucid.saving.archive import understood
from pellucid.serialization import deserialize, sharing

__all__ = ["model_from_json"]


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """A model with new weights, from what its ``to_json()`` gave, ours or Keras's.

    Args:
        json_string: The text.
        custom_objects: Classes and functions by name, for those that are not registered.

    Raises:
        UnknownNameError: For a class that is neither ours nor registered.
        DataError: If the text does not describe a model.
        ArgumentError: For code, which a Lambda layer of a ``lambda`` would hold.

    Examples:
        >>> model = Sequential([Input((2,)), layers.Dense(3, "relu")])
        >>> models.model_from_json(model.to_json()).count_params()
        9
    """
    with understood("The text"), sharing():
        return deserialize(json.loads(json_string), custom_objects)
