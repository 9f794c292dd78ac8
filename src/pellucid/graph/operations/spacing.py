"""The numbers next to a number."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graph.operations.casting import floating, together
from pellucid.graph.operations.elementwise import Elementwise
from pellucid.graph.tensor import apply

__all__ = ["nextafter"]


@dataclass(frozen=True)
class Nextafter(Elementwise):
    """The next number that the dtype has, on the way to another."""

    differentiable = False

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.nextafter(x, y)

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        return jax.lax.nextafter(*jax.stretch(x, y))


def nextafter(x1: Any, x2: Any) -> Any:
    """The next number that the dtype has after ``x1``, towards ``x2``; its gradient is zero.

    Examples:
        >>> print(nextafter(np.array(1.0), np.array(2.0)) - 1)
        2.220446049250313e-16
    """
    x1, x2 = together(x1, x2)
    return apply(Nextafter(), floating(x1), floating(x2))
