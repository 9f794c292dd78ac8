"""pellucid: neural networks that you can see through."""

import importlib
from typing import Any

from pellucid import (
    activations,
    backend,
    callbacks,
    config,
    constraints,
    datasets,
    doctor,
    dtype_policies,
    initializers,
    layers,
    losses,
    metrics,
    mixed_precision,
    models,
    ops,
    optimizers,
    random,
    regularizers,
    saving,
    see,
    tree,
    utils,
)
from pellucid.dtype_policies import DTypePolicy, FloatDTypePolicy
from pellucid.engines.engine import engine, get_engine, set_engine
from pellucid.engines.function import Session, function
from pellucid.graph.gradients import gradients
from pellucid.graph.scope import name_scope
from pellucid.graph.tensor import Tensor, Updates
from pellucid.graph.text import Graph
from pellucid.graph.variable import Variable, placeholder
from pellucid.initializers import Initializer
from pellucid.layers.input_spec import InputSpec
from pellucid.layers.inputs import Input
from pellucid.layers.layer import Layer
from pellucid.losses import Loss
from pellucid.metrics import Metric
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential
from pellucid.optimizers import Optimizer
from pellucid.regularizers import Regularizer

__version__ = "0.1.0"

KerasTensor = Tensor  # Keras's name for what is symbolic

__all__ = [
    "DTypePolicy",
    "FloatDTypePolicy",
    "Graph",
    "Initializer",
    "Input",
    "InputSpec",
    "KerasTensor",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Optimizer",
    "Regularizer",
    "Sequential",
    "Session",
    "Tensor",
    "Updates",
    "Variable",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "doctor",
    "dtype_policies",
    "engine",
    "function",
    "get_engine",
    "gradients",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "name_scope",
    "ops",
    "optimizers",
    "placeholder",
    "random",
    "regularizers",
    "saving",
    "see",
    "set_engine",
    "tree",
    "utils",
    "version",
]


def __getattr__(name: str) -> Any:
    """The parts that need scikit-learn, which takes a second to import: when first asked for."""
    if name in ("sklearn", "wrappers"):
        return importlib.import_module(f"pellucid.{name}")
    raise AttributeError(f"module 'pellucid' has no attribute {name!r}")


def version() -> str:
    """The version of this library.

    Examples:
        >>> version() == __version__
        True
    """
    return __version__
