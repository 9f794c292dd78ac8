"""Clipping: gradients made so small that a step by them is not too long."""

from collections.abc import Sequence
from typing import Any

from pellucid.graph.operations.arithmetic import maximum, square
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.exponential import sqrt
from pellucid.graph.operations.reductions import sum
from pellucid.graph.operations.rounding import clip
from pellucid.graph.tensor import Tensor

__all__ = ["clip_by_global_norm", "clip_by_norm", "clip_by_value"]


def clip_by_value(gradients: Sequence[Tensor], largest: float) -> list[Tensor]:
    """Gradients whose elements are at most so large."""
    return [clip(g, -largest, largest) for g in gradients]


def clip_by_norm(gradients: Sequence[Tensor], largest: float) -> list[Tensor]:
    """Gradients of which each has at most a norm."""
    return [_shrunk(g, sum(square(g)), largest) for g in gradients]


def clip_by_global_norm(gradients: Sequence[Tensor], largest: float) -> list[Tensor]:
    """Gradients that have, taken as one long vector, at most a norm."""
    squares: Any = 0.0
    for g in gradients:
        squares = sum(square(g)) + squares
    return [_shrunk(g, squares, largest) for g in gradients]


def _shrunk(gradient: Tensor, squares: Tensor, largest: float) -> Tensor:
    """A gradient made so short that a norm, given as its square, is at most the largest."""
    factor = largest / maximum(sqrt(squares), largest)
    return gradient * cast(factor, gradient.dtype)
