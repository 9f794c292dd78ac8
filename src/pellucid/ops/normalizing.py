"""Bringing numbers to a common scale: moments, and the normalizations made of them."""

from collections.abc import Sequence
from typing import Any

from pellucid import config
from pellucid.activations.unit_length import unit_length
from pellucid.graph.dtypes import dtype_name, promote
from pellucid.graph.operations.arithmetic import absolute, maximum, square
from pellucid.graph.operations.broadcasting import axes_of, reshape
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.exponential import rsqrt
from pellucid.graph.operations.reductions import max, mean, sum, var
from pellucid.graph.tensor import as_operand

__all__ = [
    "batch_normalization",
    "layer_normalization",
    "moments",
    "normalize",
    "rms_normalization",
]

Axis = int | Sequence[int]


def moments(
    x: Any, axes: Axis, keepdims: bool = False, synchronized: bool = False
) -> tuple[Any, Any]:
    """The mean and the variance over axes.

    Args:
        x: Numbers.
        axes: Which.
        keepdims: Whether the axes stay, with size 1.
        synchronized: Whether over all devices: a graph is one program on all of them anyway.

    Examples:
        >>> moments(np.array([1.0, 3.0]), 0)
        (array(2.), array(1.))
    """
    x = floating(x)
    return mean(x, axes, keepdims), var(x, axes, keepdims)


def _along(v: Any, axes: tuple[int, ...], x: Any) -> Any:
    """Numbers for some axes of ``x``, with size 1 on all others."""
    v = as_operand(v)
    return reshape(v, [n if a in axes else 1 for a, n in enumerate(x.shape)])


def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    axis: int,
    offset: Any = None,
    scale: Any = None,
    epsilon: float = 1e-3,
) -> Any:
    """``(x - mean) / sqrt(variance + epsilon) * scale + offset``, each for its channel.

    Args:
        x: Numbers.
        mean: Of each channel.
        variance: Of each channel.
        axis: That of the channels.
        offset: Of each channel; 0 by default.
        scale: Of each channel; 1 by default.
        epsilon: Keeps the divisor from 0.

    Shapes:
        x (..., C), all others (C,) → (..., C)

    Examples:
        >>> x = np.array([[1.0], [3.0]])
        >>> batch_normalization(x, np.array([2.0]), np.array([1.0]), -1, epsilon=0.0)
        array([[-1.],
               [ 1.]])

    Source:
        Ioffe, Szegedy 2015, "Batch Normalization", algorithm 1, https://arxiv.org/abs/1502.03167.
    """
    x = floating(x)
    axes = axes_of(x.ndim, axis)
    factor = rsqrt(_along(variance, axes, x) + epsilon)
    if scale is not None:
        factor = factor * _along(scale, axes, x)
    shift = -_along(mean, axes, x) * factor
    if offset is not None:
        shift = shift + _along(offset, axes, x)
    return cast(x * factor + shift, x.dtype)


def normalize(x: Any, axis: Axis = -1, order: float = 2, epsilon: float | None = None) -> Any:
    """Vectors divided by their length.

    Args:
        x: Numbers.
        axis: Along which the vectors lie.
        order: Which length: ``(sum |x|^order)^(1 / order)``.
        epsilon: The least length, against division by 0; :func:`pellucid.config.epsilon` by
            default.

    Examples:
        >>> normalize(np.array([3.0, 4.0]))
        array([0.6, 0.8])
    """
    x = floating(x)
    least = config.epsilon() if epsilon is None else epsilon
    if order == 2:
        return unit_length(x, axis, least)
    if order == float("inf"):
        length = max(absolute(x), axis, keepdims=True)
    elif order == 1:
        length = sum(absolute(x), axis, keepdims=True)
    else:
        length = sum(absolute(x) ** order, axis, keepdims=True) ** (1 / order)
    return x / maximum(length, least)


def rms_normalization(
    x: Any, scale: Any = None, axis: Axis = -1, epsilon: float | None = None
) -> Any:
    """``x`` divided by the root of its mean square along axes.

    Args:
        x: Numbers.
        scale: What the result is multiplied with, along those axes.
        axis: Along which.
        epsilon: Added to the mean square; :func:`pellucid.config.epsilon` by default.

    Examples:
        >>> rms_normalization(np.array([1.0, 7.0])).round(4)
        array([0.2, 1.4])

    Source:
        Zhang, Sennrich 2019, "Root Mean Square Layer Normalization", equation 4,
        https://arxiv.org/abs/1910.07467.
    """
    x = floating(x)
    wide = cast(x, promote(dtype_name(x.dtype), "float32"))
    axes = axes_of(x.ndim, axis)
    least = config.epsilon() if epsilon is None else epsilon
    y = wide * rsqrt(mean(square(wide), axes, keepdims=True) + least)
    return cast(y if scale is None else y * _along(scale, axes, x), x.dtype)


def layer_normalization(
    x: Any,
    gamma: Any = None,
    beta: Any = None,
    axis: Axis = -1,
    epsilon: float | None = None,
    **kwargs: Any,
) -> Any:
    """``(x - mean) / sqrt(variance + epsilon) * gamma + beta``, the moments along axes.

    Args:
        x: Numbers.
        gamma: What is multiplied with, along those axes; 1 by default.
        beta: What is added, along those axes; 0 by default.
        axis: Along which.
        epsilon: Keeps the divisor from 0; :func:`pellucid.config.epsilon` by default.
        kwargs: ``rms_scaling``, which Keras has dropped, is read as :func:`rms_normalization`.

    Examples:
        >>> layer_normalization(np.array([1.0, 3.0])).round(4)
        array([-1.,  1.])

    Source:
        Ba, Kiros, Hinton 2016, "Layer Normalization", equation 4,
        https://arxiv.org/abs/1607.06450.
    """
    if kwargs.pop("rms_scaling", False):
        return rms_normalization(x, gamma, axis, epsilon)
    x = floating(x)
    wide = cast(x, promote(dtype_name(x.dtype), "float32"))
    axes = axes_of(x.ndim, axis)
    least = config.epsilon() if epsilon is None else epsilon
    centred = wide - mean(wide, axes, keepdims=True)
    y = centred * rsqrt(mean(square(centred), axes, keepdims=True) + least)
    y = y if gamma is None else y * _along(gamma, axes, x)
    return cast(y if beta is None else y + _along(beta, axes, x), x.dtype)
