"""``x`` times a number between 0 and 1 that says how much of it passes."""

import math
from typing import Any

from pellucid.activations.sigmoids import hard_sigmoid
from pellucid.graph.operations.casting import floating
from pellucid.graph.operations.movement import split
from pellucid.graph.operations.neurons import sigmoid, softplus
from pellucid.graph.operations.special import erfc
from pellucid.graph.operations.trigonometry import tanh

__all__ = ["gelu", "glu", "hard_silu", "hard_swish", "mish", "silu", "swish"]


def silu(x: Any) -> Any:
    """``x * sigmoid(x)``, also called swish.

    Args:
        x: Real values.

    Shapes:
        x (...) → (...)

    Examples:
        >>> silu(np.array([-1.0, 0.0, 1.0])).round(4)
        array([-0.2689,  0.    ,  0.7311])

    Source:
        Ramachandran, Zoph, Le 2017, "Searching for Activation Functions",
        https://arxiv.org/abs/1710.05941.
    """
    x = floating(x)
    return x * sigmoid(x)


swish = silu


def hard_silu(x: Any) -> Any:
    """``x * hard_sigmoid(x)``, also called hard swish: 0 up to -3, ``x`` from 3 on.

    Args:
        x: Real values.

    Shapes:
        x (...) → (...)

    Examples:
        >>> hard_silu(np.array([-4.0, -1.5, 0.0, 3.0]))
        array([-0.   , -0.375,  0.   ,  3.   ])

    Source:
        Howard et al. 2019, "Searching for MobileNetV3", section 5.2,
        https://arxiv.org/abs/1905.02244.
    """
    x = floating(x)
    return x * hard_sigmoid(x)


hard_swish = hard_silu


def mish(x: Any) -> Any:
    """``x * tanh(softplus(x))``: close to :func:`silu`.

    Args:
        x: Real values.

    Shapes:
        x (...) → (...)

    Examples:
        >>> mish(np.array([-1.0, 0.0, 1.0])).round(4)
        array([-0.3034,  0.    ,  0.8651])

    Source:
        Misra 2019, "Mish: A Self Regularized Non-Monotonic Activation Function",
        https://arxiv.org/abs/1908.08681.
    """
    x = floating(x)
    return x * tanh(softplus(x))


def gelu(x: Any, approximate: bool = False) -> Any:
    """Gaussian error linear unit: ``x`` times the chance that a normal number lies below ``x``.

    Args:
        x: Real values.
        approximate: Whether to take ``0.5 x (1 + tanh(sqrt(2/π) (x + 0.044715 x³)))``, which
            differs by less than 0.0005.

    Shapes:
        x (...) → (...)

    Examples:
        >>> gelu(np.array([-1.0, 0.0, 1.0])).round(4)
        array([-0.1587,  0.    ,  0.8413])

    Source:
        Hendrycks, Gimpel 2016, "Gaussian Error Linear Units", section 2,
        https://arxiv.org/abs/1606.08415.
    """
    x = floating(x)
    if approximate:
        return 0.5 * x * (1 + tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))
    # 1 + erf(x / sqrt(2)) would lose every digit of the chance far below 0.
    return 0.5 * x * erfc(-math.sqrt(1 / 2) * x)


def glu(x: Any, axis: int = -1) -> Any:
    """Gated linear unit: the first half of an axis times the sigmoid of the second.

    Args:
        x: Real values.
        axis: The one that is halved.

    Shapes:
        x (..., 2F, ...) → (..., F, ...)

    Raises:
        ShapeError: If the axis has an odd size, or an open one.

    Examples:
        >>> glu(np.array([2.0, 4.0, 0.0, 0.0]))
        array([1., 2.])

    Source:
        Dauphin et al. 2017, "Language Modeling with Gated Convolutional Networks", equation 1,
        https://arxiv.org/abs/1612.08083.
    """
    values, gates = split(floating(x), 2, axis)
    return values * sigmoid(gates)
