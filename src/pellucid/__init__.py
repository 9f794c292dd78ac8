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
    initializers,
    layers,
    losses,
    metrics,
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
from pellucid.engines.engine import engine, get_engine, set_engine
from pellucid.engines.function import Session, function
from pellucid.graph.gradients import gradients
from pellucid.graph.scope import name_scope
from pellucid.graph.tensor import Tensor, Updates
from pellucid.graph.text import Graph
from pellucid.graph.variable import Variable, placeholder
from pellucid.layers.inputs import Input
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential

__version__ = "0.1.0"

__all__ = [
    "Graph",
    "Input",
    "Model",
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
    "engine",
    "function",
    "get_engine",
    "gradients",
    "initializers",
    "layers",
    "losses",
    "metrics",
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
]


def __getattr__(name: str) -> Any:
    """The parts that need scikit-learn, which takes a second to import: when first asked for."""
    if name in ("sklearn", "wrappers"):
        return importlib.import_module(f"pellucid.{name}")
    raise AttributeError(f"module 'pellucid' has no attribute {name!r}")
