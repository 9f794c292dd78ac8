"""Checks for operations, ours and users' own: gradients against differences, engines together."""

from collections.abc import Callable
from typing import Any

import numpy as np
import optree

from pellucid.engines.engine import engine
from pellucid.engines.function import Function
from pellucid.graph.dtypes import dtype_name, is_float
from pellucid.graph.gradients import gradients
from pellucid.graph.variable import placeholder

__all__ = ["check_engines", "check_gradient"]

STEP = 6e-6  # the cube root of machine epsilon: where truncation and rounding errors balance


def check_gradient(
    function: Callable[..., Any],
    *inputs: np.ndarray,
    rtol: float = 1e-7,
    atol: float = 1e-8,
    step: float = STEP,
    seed: int = 0,
) -> None:
    """Compare a function's gradients with central differences, in float64.

    The outputs are weighted with random numbers and added up, so that every element counts. The
    gradient by every element of every floating-point input is checked.

    Args:
        function: From tensors to a tensor, or to a tuple or list of them.
        inputs: Arrays; floating-point ones are made float64, others are passed on.
        rtol: Largest relative difference.
        atol: Largest absolute difference, in units of the largest gradient.
        step: Half the distance of the two points of a difference, for inputs of about 1.
        seed: Of the weights.

    Raises:
        AssertionError: If a gradient differs, with the place.

    Examples:
        >>> check_gradient(lambda x, y: x * y, np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    """
    arrays = [_wide(x) for x in inputs]
    tensors = [placeholder(x.shape, dtype_name(x.dtype), name="x") for x in arrays]
    results = [y for y in optree.tree_leaves(function(*tensors)) if is_float(y.dtype)]
    rng = np.random.default_rng(seed)
    wrt = [x for x in tensors if is_float(x.dtype)]
    with engine("numpy"):
        values = Function(tensors, results)
        weights = [rng.uniform(0.5, 1.5, size=np.shape(y)) for y in values(*arrays)]
        analytic = Function(tensors, gradients(results, wrt, weights))(*arrays)

    def loss(*arrays: np.ndarray) -> float:
        outputs = values(*arrays)
        return float(sum(np.sum(w * y) for w, y in zip(weights, outputs, strict=True)))

    varied = [i for i, x in enumerate(tensors) if is_float(x.dtype)]
    for i, gradient in zip(varied, analytic, strict=True):
        numeric = _differences(loss, arrays, i, step)
        scale = max(1.0, float(np.max(np.abs(numeric), initial=0.0)))
        np.testing.assert_allclose(
            gradient, numeric, rtol=rtol, atol=atol * scale, err_msg=f"gradient by input {i}"
        )


def _wide(x: Any) -> np.ndarray:
    array = np.asarray(x)
    return array.astype(np.float64) if is_float(dtype_name(array.dtype)) else array


def _differences(
    loss: Callable[..., float], arrays: list[np.ndarray], varied: int, step: float
) -> np.ndarray:
    """Central differences of a loss by every element of one of its inputs."""
    result = np.zeros(arrays[varied].shape)
    for index in np.ndindex(result.shape):
        ends = []
        for sign in (+1, -1):
            moved = arrays[varied].copy()
            moved[index] += sign * step
            ends.append(loss(*arrays[:varied], moved, *arrays[varied + 1 :]))
        result[index] = (ends[0] - ends[1]) / (2 * step)
    return result


def check_engines(
    function: Callable[..., Any], *inputs: Any, rtol: float | None = None, atol: float | None = None
) -> None:
    """Compare the two engines on a function, its dtypes and shapes included.

    Args:
        function: From tensors to a tensor, or to a tuple or list of them.
        inputs: Arrays, in the dtypes to be tried.
        rtol: Largest relative difference; by default 1e-12 in float64, 1e-5 in float32 and 2e-2
            in half precision.
        atol: Largest absolute difference; by default a tenth of that.

    Raises:
        AssertionError: If a value, shape or dtype differs.

    Examples:
        >>> check_engines(lambda x: x * x, np.array([1.0, 2.0], np.float32))
    """
    arrays = [np.asarray(x) for x in inputs]
    tensors = [placeholder(x.shape, dtype_name(x.dtype), name="x") for x in arrays]
    outputs = optree.tree_leaves(function(*tensors))
    results = {}
    for name in ("numpy", "xla"):
        with engine(name):
            results[name] = Function(tensors, outputs)(*arrays)
    for tensor, ours, theirs in zip(outputs, results["numpy"], results["xla"], strict=True):
        for name, value in (("numpy", ours), ("xla", theirs)):
            assert dtype_name(value.dtype) == tensor.dtype, (name, value.dtype, tensor.dtype)
            assert value.shape == tensor.shape, (name, value.shape, tensor.shape)
        default = {"float64": 1e-12, "float32": 1e-5}.get(tensor.dtype, 2e-2)
        relative = default if rtol is None else rtol
        wide = np.float64 if is_float(tensor.dtype) else ours.dtype
        np.testing.assert_allclose(
            theirs.astype(wide),
            ours.astype(wide),
            rtol=relative if is_float(tensor.dtype) else 0,
            atol=(0.1 * relative if atol is None else atol) if is_float(tensor.dtype) else 0,
        )
