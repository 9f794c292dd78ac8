"""What a tensor is: from and to arrays, its shape and dtype."""

import math
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.operations import casting
from pellucid.graph.operations.broadcasting import (
    shape_of,
)
from pellucid.graph.operations.casting import cast
from pellucid.graph.tensor import Tensor, as_array, as_operand, current_updates
from pellucid.graph.variable import Placeholder, Variable
from pellucid.graph.walk import ancestors, evaluate

__all__ = [
    "convert_to_numpy",
    "convert_to_tensor",
    "copy",
    "dtype",
    "is_tensor",
    "ndim",
    "shape",
    "size",
    "stop_gradient",
]


def convert_to_tensor(
    x: Any, dtype: object = None, sparse: bool | None = None, ragged: bool | None = None
) -> Any:
    """A tensor as it is, or an array of numbers; Python's floats become float32.

    Args:
        x: A tensor, an array, a number or lists of numbers.
        dtype: Of the result; that of ``x`` by default.
        sparse: Not True: tensors here are dense.
        ragged: Not True: rows here have one length.

    Raises:
        ArgumentError: If a sparse or ragged tensor is asked for.

    Examples:
        >>> convert_to_tensor([1.0, 2.0])
        array([1., 2.], dtype=float32)
    """
    if sparse or ragged:
        raise ArgumentError(
            "Tensors are dense.", given=f"sparse={sparse}, ragged={ragged}", expected="neither"
        )
    x = as_operand(x)
    return x if dtype is None else cast(x, dtype)


def convert_to_numpy(x: Any) -> np.ndarray:
    """A NumPy array of what has a value: an array, a number, a variable, or what is made of these.

    Raises:
        GraphError: For a tensor that has no value yet: it is made of a placeholder, or part of
            what a layer or a training step is being built of.

    Examples:
        >>> convert_to_numpy(Variable([1.0]))
        array([1.], dtype=float32)
        >>> convert_to_numpy(Variable([1.0]) * 2 + np.array([1.0]))
        array([3.], dtype=float32)
    """
    if isinstance(x, Variable):
        return x.numpy()
    if isinstance(x, Tensor) and _known(x):
        return np.array(evaluate([x], {})[x])
    return np.array(as_array(x))


def _known(x: Tensor) -> bool:
    """Whether a tensor is made of variables and arrays alone, and none is being assigned to."""
    made_of = ancestors([x])
    return current_updates() is None and not any(isinstance(n.op, Placeholder) for n in made_of)


def is_tensor(x: Any) -> bool:
    """Whether it is a tensor or an array.

    Examples:
        >>> is_tensor(np.zeros(2)), is_tensor([0, 0])
        (True, False)
    """
    return isinstance(x, Tensor | np.ndarray)


def copy(x: Any) -> Any:
    """The same values, in an array of their own.

    Examples:
        >>> x = np.zeros(2)
        >>> copy(x) is x
        False
    """
    return x if isinstance(x, Tensor) else np.array(as_array(x))


def shape(x: Any) -> tuple[Any, ...]:
    """The sizes along the axes, with an integer tensor for each that is open.

    Examples:
        >>> shape(np.zeros((2, 3)))
        (2, 3)
    """
    return shape_of(as_operand(x))


def ndim(x: Any) -> int:
    """The number of axes.

    Examples:
        >>> ndim(np.zeros((2, 3)))
        2
    """
    return as_operand(x).ndim


def size(x: Any) -> Any:
    """The number of elements: an integer tensor where it is open.

    Examples:
        >>> size(np.zeros((2, 3)))
        6
    """
    return math.prod(shape(x))


def dtype(x: Any) -> str:
    """The name of the dtype.

    Examples:
        >>> dtype(np.zeros(2))
        'float64'
    """
    return dtype_name(as_operand(x).dtype)


def stop_gradient(variable: Any) -> Any:
    """The same values, taken as constants by :func:`~pellucid.gradients`.

    Examples:
        >>> x = placeholder(name="x")
        >>> print(Session().run(gradients(x * stop_gradient(x), x), {x: 3.0}))
        3.0
    """
    return casting.stop_gradient(as_operand(variable))
