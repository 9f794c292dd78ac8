"""Ramps: little or nothing below 0, about ``x`` above it."""

import math
from typing import Any

from pellucid.graph.operations import neurons
from pellucid.graph.operations.arithmetic import square
from pellucid.graph.operations.casting import floating
from pellucid.graph.operations.comparison import greater, greater_equal, less, where
from pellucid.graph.operations.exponential import expm1, sqrt
from pellucid.graph.operations.rounding import clip

__all__ = ["celu", "elu", "leaky_relu", "relu", "relu6", "selu", "sparse_plus", "squareplus"]

# The one alpha and scale with which mean 0 and variance 1 are a fixed point of selu: equation 14
# of its paper, in e1 = erfc(1/sqrt(2)) sqrt(e).
_E1 = math.erfc(1 / math.sqrt(2)) * math.sqrt(math.e)
_E2 = math.erfc(math.sqrt(2)) * math.e**2
SELU_ALPHA = math.sqrt(2 / math.pi) / (1 - _E1)
SELU_SCALE = (
    (1 - _E1)
    * math.sqrt(2 * math.pi)
    / math.sqrt(2 * _E2 + math.pi * _E1**2 - 2 * (2 + math.pi) * _E1 + math.pi + 2)
)


def relu(
    x: Any,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
) -> Any:
    """Rectified linear unit: ``x`` where positive, else 0.

    In full: ``x`` above the threshold, but at most ``max_value``; below it
    ``negative_slope * (x - threshold)``. The slope at 0 is 0; with a negative slope it is 1.

    Args:
        x: Numbers.
        negative_slope: Slope below the threshold.
        max_value: The largest value of the output; none by default.
        threshold: Where the output leaves the negative side.

    Shapes:
        x (...) → (...)

    Examples:
        >>> x = np.array([-10.0, 0.0, 3.0, 10.0])
        >>> relu(x)
        array([ 0.,  0.,  3., 10.])
        >>> relu(x, negative_slope=0.5, max_value=5.0, threshold=1.0)
        array([-5.5, -0.5,  3. ,  5. ])

    Source:
        Nair, Hinton 2010, "Rectified Linear Units Improve Restricted Boltzmann Machines".
    """
    if negative_slope and max_value is None and not threshold:
        return leaky_relu(x, negative_slope)
    above = where(greater(x, threshold), x, 0) if threshold else neurons.relu(x)
    if max_value is not None:
        above = clip(above, 0, max_value)
    return above - negative_slope * neurons.relu(threshold - x) if negative_slope else above


def relu6(x: Any) -> Any:
    """:func:`relu` that goes no higher than 6; its slope is 0 at 0 and at 6.

    Args:
        x: Numbers.

    Shapes:
        x (...) → (...)

    Examples:
        >>> relu6(np.array([-1.0, 3.0, 8.0]))
        array([0., 3., 6.])

    Source:
        Krizhevsky 2010, "Convolutional Deep Belief Networks on CIFAR-10".
    """
    above = neurons.relu(x)
    return where(less(above, 6), above, 6)


def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """``x`` where it is at least 0, else ``negative_slope * x``; its slope at 0 is 1.

    The default slope is that of Keras's function; its layer ``LeakyReLU`` has 0.3, and many
    lectures draw it with 0.1.

    Args:
        x: Real values.
        negative_slope: Slope below 0.

    Shapes:
        x (...) → (...)

    Examples:
        >>> leaky_relu(np.array([-2.0, 3.0]), negative_slope=0.1)
        array([-0.2,  3. ])

    Source:
        Maas, Hannun, Ng 2013, "Rectifier Nonlinearities Improve Neural Network Acoustic Models".
    """
    x = floating(x)
    return where(greater_equal(x, 0), x, negative_slope * x)


def elu(x: Any, alpha: float = 1.0) -> Any:
    """Exponential linear unit: ``x`` where positive, else ``alpha * (exp(x) - 1)``.

    Args:
        x: Real values.
        alpha: Depth of the negative side, at least 0; the output never falls below ``-alpha``.

    Shapes:
        x (...) → (...)

    Examples:
        >>> elu(np.array([-2.0, 0.0, 2.0])).round(4)
        array([-0.8647,  0.    ,  2.    ])

    Source:
        Clevert, Unterthiner, Hochreiter 2016, "Fast and Accurate Deep Network Learning by
        Exponential Linear Units", section 3, https://arxiv.org/abs/1511.07289.
    """
    x = floating(x)
    positive = greater(x, 0)
    # On the side not taken exp must stay finite: inf * 0 would make the gradient NaN. A where
    # does it; minimum(x, 0) would too, but shares its slope at 0 and so halves it there.
    return where(positive, x, alpha * expm1(where(positive, 0, x)))


def selu(x: Any) -> Any:
    """Scaled :func:`elu`, whose constants keep mean 0 and variance 1 from layer to layer.

    Args:
        x: Real values.

    Shapes:
        x (...) → (...)

    Examples:
        >>> selu(np.array([-2.0, 0.0, 2.0])).round(4)
        array([-1.5202,  0.    ,  2.1014])

    Source:
        Klambauer et al. 2017, "Self-Normalizing Neural Networks", equations 2 and 14,
        https://arxiv.org/abs/1706.02515.
    """
    return SELU_SCALE * elu(x, SELU_ALPHA)


def celu(x: Any, alpha: float = 1.0) -> Any:
    """:func:`elu` whose slope at 0 is 1 for every alpha: ``alpha * (exp(x / alpha) - 1)`` below 0.

    Args:
        x: Real values.
        alpha: Depth of the negative side, above 0; the output never falls below ``-alpha``.

    Shapes:
        x (...) → (...)

    Examples:
        >>> celu(np.array([-2.0, 0.0, 2.0]), alpha=0.5).round(4)
        array([-0.4908,  0.    ,  2.    ])

    Source:
        Barron 2017, "Continuously Differentiable Exponential Linear Units",
        https://arxiv.org/abs/1704.07483.
    """
    x = floating(x)
    positive = greater(x, 0)
    return where(positive, x, alpha * expm1(where(positive, 0, x) / alpha))  # as in elu


def squareplus(x: Any, b: float = 4) -> Any:
    """``(x + sqrt(x ** 2 + b)) / 2``: a smooth ramp like softplus, made without exp.

    Args:
        x: Real values.
        b: How round the corner at 0 is, above 0; there the value is ``sqrt(b) / 2``.

    Shapes:
        x (...) → (...)

    Examples:
        >>> squareplus(np.array([-1.5, 0.0, 1.5]))
        array([0.5, 1. , 2. ])

    Source:
        Barron 2021, "Squareplus: A Softplus-Like Algebraic Rectifier",
        https://arxiv.org/abs/2112.11687.
    """
    x = floating(x)
    positive = greater_equal(x, 0)
    root = sqrt(x * x + b)
    # Below 0 the sum is the difference of two numbers that are nearly equal: there it is turned
    # into a quotient, with a denominator that stays above 0 on the side not taken.
    below = b / (root - where(positive, 0, x))
    return 0.5 * where(positive, x + root, below)


def sparse_plus(x: Any) -> Any:
    """0 up to -1, ``x`` from 1 on, and the parabola ``(x + 1) ** 2 / 4`` between.

    Its slope is 0 at -1 and 1 at 1, where the pieces meet: there is no kink.

    Args:
        x: Real values.

    Shapes:
        x (...) → (...)

    Examples:
        >>> sparse_plus(np.array([-2.0, 0.0, 2.0]))
        array([0.  , 0.25, 2.  ])

    Source:
        Keras 3, ``keras.activations.sparse_plus``. It is to softplus what
        :func:`~pellucid.activations.sparsemax` is to softmax.
    """
    x = floating(x)
    parabola = 0.25 * square(clip(x, -1, 1) + 1)
    return where(greater_equal(x, 1), x, parabola)
