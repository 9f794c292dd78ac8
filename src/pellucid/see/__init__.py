"""Looking into networks: drawn graphs, explained gradients, pictures and reports."""

from pellucid.see import notebook  # noqa: F401  (tensors and models draw themselves)
from pellucid.see.collapsing import collapse
from pellucid.see.drawing import draw
from pellucid.see.explaining import explain
from pellucid.see.notation import formula
from pellucid.see.stepping import step

__all__ = ["collapse", "draw", "explain", "formula", "step"]
