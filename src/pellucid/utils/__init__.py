"""Helpers that scripts use, under Keras 3's names."""

from pellucid.graph.scope import reset_names
from pellucid.layers.preprocessing.feature_space import FeatureSpace
from pellucid.models.py_dataset import PyDataset
from pellucid.random.seeds import set_random_seed
from pellucid.utils.batches import Batches
from pellucid.utils.categories import normalize, to_categorical
from pellucid.utils.parting import split_dataset
from pellucid.utils.sequences import pad_sequences
from pellucid.utils.series import timeseries_dataset_from_array
from pellucid.utils.session import clear_session

__all__ = [
    "Batches",
    "FeatureSpace",
    "PyDataset",
    "clear_session",
    "normalize",
    "pad_sequences",
    "reset_names",
    "set_random_seed",
    "split_dataset",
    "timeseries_dataset_from_array",
    "to_categorical",
]
