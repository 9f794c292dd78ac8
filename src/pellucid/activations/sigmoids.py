"""Steps from one value to another, smooth or straight: sigmoid, tanh and their kin."""

from typing import Any

from pellucid.activations.rectifiers import relu6
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.operations.arithmetic import absolute
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.comparison import greater, less, where
from pellucid.graph.operations.neurons import softplus
from pellucid.graph.operations.rounding import clip

__all__ = ["hard_sigmoid", "hard_tanh", "heaviside", "log_sigmoid", "softsign", "sparse_sigmoid"]


def heaviside(x: Any) -> Any:
    """Heaviside's step: 1 where ``x`` is above 0, else 0. A neuron at its threshold is silent.

    Its slope is 0 wherever it has one, so gradients through it are 0 and gradient descent learns
    nothing from them. That is why the perceptron has a learning rule of its own, and why networks
    of several layers took the sigmoid in the step's place.

    Args:
        x: Numbers.

    Shapes:
        x (...) → (...)

    Examples:
        >>> heaviside(np.array([-2.0, 0.0, 3.0]))
        array([0., 0., 1.])

    Source:
        McCulloch, Pitts 1943, "A Logical Calculus of the Ideas Immanent in Nervous Activity".
    """
    x = floating(x)
    return cast(greater(x, 0), dtype_name(x.dtype))


def hard_sigmoid(x: Any) -> Any:
    """Straight line ``(x + 3) / 6`` between 0 and 1, which it reaches at -3 and 3, with slope 0.

    Args:
        x: Real values.

    Shapes:
        x (...) → (...)

    Examples:
        >>> hard_sigmoid(np.array([-4.0, 0.0, 1.5, 4.0]))
        array([0.  , 0.5 , 0.75, 1.  ])

    Source:
        Howard et al. 2019, "Searching for MobileNetV3", section 5.2,
        https://arxiv.org/abs/1905.02244.
    """
    return relu6(floating(x) + 3) / 6


def sparse_sigmoid(x: Any) -> Any:
    """Straight line ``(x + 1) / 2`` between 0 and 1, which it reaches at -1 and 1, with slope 1/4.

    It is the slope of :func:`~pellucid.activations.sparse_plus`, as the sigmoid is that of
    softplus.

    Args:
        x: Real values.

    Shapes:
        x (...) → (...)

    Examples:
        >>> sparse_sigmoid(np.array([-2.0, 0.0, 0.5, 2.0]))
        array([0.  , 0.5 , 0.75, 1.  ])

    Source:
        Courbariaux, Bengio, David 2015, "BinaryConnect", where it is called the hard sigmoid,
        https://arxiv.org/abs/1511.00363.
    """
    return 0.5 * clip(floating(x) + 1, 0, 2)


def log_sigmoid(x: Any) -> Any:
    """The logarithm of the sigmoid, right too where that is too small to hold.

    Args:
        x: Real values.

    Shapes:
        x (...) → (...)

    Examples:
        >>> log_sigmoid(np.array([-1000.0, 0.0, 1.0])).round(4)
        array([-1.000e+03, -6.931e-01, -3.133e-01])
    """
    return -softplus(-floating(x))


def hard_tanh(x: Any) -> Any:
    """``x`` kept between -1 and 1; its slope at both is 1.

    Args:
        x: Real values.

    Shapes:
        x (...) → (...)

    Examples:
        >>> hard_tanh(np.array([-3.0, 0.5, 3.0]))
        array([-1. ,  0.5,  1. ])

    Source:
        Collobert 2004, "Large Scale Machine Learning".
    """
    x = floating(x)
    return where(greater(x, 1), 1, where(less(x, -1), -1, x))


def softsign(x: Any) -> Any:
    """``x / (1 + |x|)``: from -1 to 1 like tanh, but slower to saturate.

    Examples:
        >>> softsign(np.array([-1.0, 0.0, 3.0]))
        array([-0.5 ,  0.  ,  0.75])
    """
    x = floating(x)
    return x / (1 + absolute(x))
