"""Helpers that scripts use, under Keras 3's names."""

from pellucid.config import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
from pellucid.graph.scope import reset_names
from pellucid.layers.preprocessing.feature_space import FeatureSpace
from pellucid.models.py_dataset import PyDataset
from pellucid.random.seeds import set_random_seed
from pellucid.serialization import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
)
from pellucid.serialization import custom_object_scope as CustomObjectScope  # noqa: N812 (Keras's)
from pellucid.serialization import deserialize as deserialize_keras_object
from pellucid.serialization import register_serializable as register_keras_serializable
from pellucid.serialization import serialize as serialize_keras_object
from pellucid.utils.audio_folder import audio_dataset_from_directory
from pellucid.utils.batches import Batches
from pellucid.utils.categories import normalize, to_categorical
from pellucid.utils.files import get_file
from pellucid.utils.image_folder import image_dataset_from_directory
from pellucid.utils.images import array_to_img, img_to_array, load_img, save_img
from pellucid.utils.packing import pack_x_y_sample_weight, unpack_x_y_sample_weight
from pellucid.utils.parting import split_dataset
from pellucid.utils.plotting import model_to_dot, plot_model
from pellucid.utils.progbar import Progbar
from pellucid.utils.sequences import pad_sequences
from pellucid.utils.series import timeseries_dataset_from_array
from pellucid.utils.session import clear_session
from pellucid.utils.settings import Config
from pellucid.utils.tensors import get_source_inputs, is_keras_tensor, standardize_dtype
from pellucid.utils.text_folder import text_dataset_from_directory

__all__ = [
    "Batches",
    "Config",
    "CustomObjectScope",
    "FeatureSpace",
    "Progbar",
    "PyDataset",
    "Sequence",
    "array_to_img",
    "audio_dataset_from_directory",
    "clear_session",
    "custom_object_scope",
    "deserialize_keras_object",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "get_custom_objects",
    "get_file",
    "get_registered_name",
    "get_registered_object",
    "get_source_inputs",
    "image_dataset_from_directory",
    "img_to_array",
    "is_interactive_logging_enabled",
    "is_keras_tensor",
    "load_img",
    "model_to_dot",
    "normalize",
    "pack_x_y_sample_weight",
    "pad_sequences",
    "plot_model",
    "register_keras_serializable",
    "reset_names",
    "save_img",
    "serialize_keras_object",
    "set_random_seed",
    "split_dataset",
    "standardize_dtype",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "to_categorical",
    "unpack_x_y_sample_weight",
]

Sequence = PyDataset  # its name in Keras 2
