"""Helpers that scripts use, under Keras 3's names."""

from pellucid.graph.scope import reset_names
from pellucid.random.seeds import set_random_seed

__all__ = ["reset_names", "set_random_seed"]
