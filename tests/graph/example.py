"""What an example of an operation is, and strategies that draw its inputs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

FLOATS = ("float64", "float32", "float16", "bfloat16")


@dataclass(frozen=True)
class Example:
    """A function of tensors whose graph has the operations to be tried, and inputs for it."""

    name: str
    function: Callable[..., Any]
    inputs: st.SearchStrategy[tuple[np.ndarray, ...]]  # float64 for what is to be differentiated
    gradient: bool = True  # compare with central differences, first and second order
    dtypes: tuple[str, ...] = FLOATS  # floating-point inputs are cast to each for the engines


def uniform(shape: Any, low: float = -2.0, high: float = 2.0) -> st.SearchStrategy[np.ndarray]:
    """Float64 arrays of a shape (or a strategy of shapes): distinct values, so away from ties."""
    shapes = shape if isinstance(shape, st.SearchStrategy) else st.just(shape)
    return st.builds(
        lambda shape, seed: np.random.default_rng(seed).uniform(low, high, shape),
        shapes,
        st.integers(0, 2**16),
    )


def integers(shape: Any, low: int, high: int) -> st.SearchStrategy[np.ndarray]:
    """Int32 arrays with values from low to high, both included."""
    shapes = shape if isinstance(shape, st.SearchStrategy) else st.just(shape)
    return st.builds(
        lambda shape, seed: np.random.default_rng(seed).integers(
            low, high, shape, dtype=np.int32, endpoint=True
        ),
        shapes,
        st.integers(0, 2**16),
    )


def one(array: st.SearchStrategy[np.ndarray]) -> st.SearchStrategy[tuple[np.ndarray, ...]]:
    """A single input."""
    return st.tuples(array)


small = array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=3)


def pair(low: float = -2.0, high: float = 2.0) -> st.SearchStrategy[tuple[np.ndarray, ...]]:
    """Two inputs whose shapes broadcast."""

    @st.composite
    def draw_pair(draw: st.DrawFn) -> tuple[np.ndarray, ...]:
        shape = draw(small)
        other = [draw(st.sampled_from([n, 1])) for n in shape]
        other = other[draw(st.integers(0, len(other))) :]
        rng = np.random.default_rng(draw(st.integers(0, 2**16)))  # one for both: no ties
        operands = [rng.uniform(low, high, shape), rng.uniform(low, high, other)]
        return tuple(draw(st.permutations(operands)))

    return draw_pair()
