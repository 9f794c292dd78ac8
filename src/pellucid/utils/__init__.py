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
from pellucid.utils.audio_folder import audio_dataset_from_directory
from pellucid.utils.batches import Batches
from pellucid.utils.categories import normalize, to_categorical
from pellucid.utils.files import get_file
from pellucid.utils.image_folder import image_dataset_from_directory
from pellucid.utils.images import array_to_img, img_to_array, load_img, save_img
from pellucid.utils.parting import split_dataset
from pellucid.utils.progbar import Progbar
from pellucid.utils.sequences import pad_sequences
from pellucid.utils.series import timeseries_dataset_from_array
from pellucid.utils.session import clear_session
from pellucid.utils.text_folder import text_dataset_from_directory

__all__ = [
    "Batches",
    "FeatureSpace",
    "Progbar",
    "PyDataset",
    "array_to_img",
    "audio_dataset_from_directory",
    "clear_session",
    "disable_interactive_logging",
    "enable_interactive_logging",
    "get_file",
    "image_dataset_from_directory",
    "img_to_array",
    "is_interactive_logging_enabled",
    "load_img",
    "normalize",
    "pad_sequences",
    "reset_names",
    "save_img",
    "set_random_seed",
    "split_dataset",
    "text_dataset_from_directory",
    "timeseries_dataset_from_array",
    "to_categorical",
]
