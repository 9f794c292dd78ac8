"""Files of models and weights: written whole or not at all, read without running anything."""

from pellucid.saving.archive import load_model, save_model
from pellucid.saving.safetensors import load_safetensors, save_safetensors
from pellucid.saving.weights_h5 import load_weights, save_weights
from pellucid.serialization import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_serializable,
)
from pellucid.serialization import deserialize as deserialize_keras_object
from pellucid.serialization import serialize as serialize_keras_object

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_safetensors",
    "load_weights",
    "register_keras_serializable",
    "save_model",
    "save_safetensors",
    "save_weights",
    "serialize_keras_object",
]

CustomObjectScope = custom_object_scope
register_keras_serializable = register_serializable
