"""pellucid: neural networks that you can see through."""

from pellucid.engines.engine import engine, get_engine, set_engine
from pellucid.engines.function import Session, function
from pellucid.graph.gradients import gradients
from pellucid.graph.scope import name_scope
from pellucid.graph.text import Graph
from pellucid.graph.variable import Variable, placeholder

__all__ = [
    "Graph",
    "Session",
    "Variable",
    "engine",
    "function",
    "get_engine",
    "gradients",
    "name_scope",
    "placeholder",
    "set_engine",
]
