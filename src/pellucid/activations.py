"""Activations: the functions that stand between the linear parts of a network."""

import math
from collections.abc import Callable
from typing import Any

from pellucid.configured import find
from pellucid.errors import unknown_name
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.operations import neurons
from pellucid.graph.operations.arithmetic import absolute
from pellucid.graph.operations.casting import cast, floating, stop_gradient
from pellucid.graph.operations.comparison import greater, greater_equal, where
from pellucid.graph.operations.exponential import exp, expm1, log
from pellucid.graph.operations.neurons import sigmoid, softplus
from pellucid.graph.operations.reductions import max, sum
from pellucid.graph.operations.rounding import clip
from pellucid.graph.operations.special import erfc
from pellucid.graph.operations.trigonometry import tanh

__all__ = [
    "elu",
    "exponential",
    "gelu",
    "get",
    "hard_sigmoid",
    "heaviside",
    "leaky_relu",
    "linear",
    "log_softmax",
    "relu",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "swish",
    "tanh",
]

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


def linear(x: Any) -> Any:
    """``x`` itself.

    Examples:
        >>> linear(np.array([-1.0, 2.0]))
        array([-1.,  2.])
    """
    return x


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


def softsign(x: Any) -> Any:
    """``x / (1 + |x|)``: from -1 to 1 like tanh, but slower to saturate.

    Examples:
        >>> softsign(np.array([-1.0, 0.0, 3.0]))
        array([-0.5 ,  0.  ,  0.75])
    """
    x = floating(x)
    return x / (1 + absolute(x))


def exponential(x: Any) -> Any:
    """e to the power of ``x``.

    Examples:
        >>> exponential(np.array([0.0, 1.0])).round(4)
        array([1.    , 2.7183])
    """
    return exp(x)


def hard_sigmoid(x: Any) -> Any:
    """Straight line ``x / 6 + 1/2`` between 0 and 1, which it reaches at -3 and 3.

    Examples:
        >>> hard_sigmoid(np.array([-4.0, 0.0, 1.5, 4.0]))
        array([0.  , 0.5 , 0.75, 1.  ])
    """
    return clip(floating(x) / 6 + 0.5, 0, 1)


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


def softmax(x: Any, axis: int = -1) -> Any:
    """Probabilities in proportion to ``exp(x)``: each above 0, together 1.

    Args:
        x: Logits.
        axis: That of the classes.

    Shapes:
        x (...) → (...)

    Examples:
        >>> softmax(np.array([1000.0, 1000.0, 0.0]))
        array([0.5, 0.5, 0. ])
    """
    weights = exp(_shifted(x, axis))
    return weights / sum(weights, axis=axis, keepdims=True)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """The logarithms of :func:`softmax`, right too where a probability is too small to hold.

    Args:
        x: Logits.
        axis: That of the classes.

    Shapes:
        x (...) → (...)

    Examples:
        >>> log_softmax(np.array([1000.0, 0.0]))
        array([    0., -1000.])
    """
    shifted = _shifted(x, axis)
    return shifted - log(sum(exp(shifted), axis=axis, keepdims=True))


def _shifted(x: Any, axis: int) -> Any:
    """``x`` less its largest, so that exp does not overflow; softmax is the same for both."""
    x = floating(x)
    return x - stop_gradient(max(x, axis=axis, keepdims=True))


_KNOWN: dict[str, Callable[..., Any]] = {
    "elu": elu,
    "exponential": exponential,
    "gelu": gelu,
    "hard_sigmoid": hard_sigmoid,
    "heaviside": heaviside,
    "leaky_relu": leaky_relu,
    "linear": linear,
    "log_softmax": log_softmax,
    "relu": relu,
    "selu": selu,
    "sigmoid": sigmoid,
    "silu": silu,
    "softmax": softmax,
    "softplus": softplus,
    "softsign": softsign,
    "swish": swish,
    "tanh": tanh,
}


def get(identifier: Any) -> Callable[..., Any]:
    """The activation of a name; a function as it is; :func:`linear` for ``None``.

    Args:
        identifier: A name, a function or ``None``.

    Raises:
        UnknownNameError: For a name that is not known.
        DTypeError: For something that is neither a name nor callable.

    Examples:
        >>> get("relu") is relu, get(None) is linear
        (True, True)
    """
    return linear if identifier is None else find("activation", identifier, _KNOWN)


def serialize(activation: Callable[..., Any]) -> str:
    """The name that :func:`get` finds an activation under.

    Args:
        activation: A function of this file.

    Raises:
        UnknownNameError: For any other function, which has no name to be found under.

    Examples:
        >>> serialize(relu), serialize(swish)
        ('relu', 'silu')
    """
    name = getattr(activation, "__name__", type(activation).__name__)
    if _KNOWN.get(name) is not activation:
        raise unknown_name("activation", name, _KNOWN)
    return name
