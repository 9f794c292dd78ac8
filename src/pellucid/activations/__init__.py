"""Activations: the functions that stand between the linear parts of a network."""

from collections.abc import Callable, Mapping
from typing import Any

from pellucid import serialization
from pellucid.activations.gates import gelu, glu, hard_silu, hard_swish, mish, silu, swish
from pellucid.activations.probabilities import log_softmax, softmax, sparsemax
from pellucid.activations.rectifiers import (
    celu,
    elu,
    leaky_relu,
    relu,
    relu6,
    selu,
    sparse_plus,
    squareplus,
)
from pellucid.activations.shrinkage import hard_shrink, soft_shrink, tanh_shrink, threshold
from pellucid.activations.sigmoids import (
    hard_sigmoid,
    hard_tanh,
    heaviside,
    log_sigmoid,
    softsign,
    sparse_sigmoid,
)
from pellucid.configured import find
from pellucid.errors import unknown_name
from pellucid.graph.operations.exponential import exp
from pellucid.graph.operations.neurons import sigmoid, softplus
from pellucid.graph.operations.trigonometry import tanh

__all__ = [
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "heaviside",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]


def linear(x: Any) -> Any:
    """``x`` itself.

    Examples:
        >>> linear(np.array([-1.0, 2.0]))
        array([-1.,  2.])
    """
    return x


def exponential(x: Any) -> Any:
    """e to the power of ``x``.

    Examples:
        >>> exponential(np.array([0.0, 1.0])).round(4)
        array([1.    , 2.7183])
    """
    return exp(x)


_KNOWN: dict[str, Callable[..., Any]] = {
    "celu": celu,
    "elu": elu,
    "exponential": exponential,
    "gelu": gelu,
    "glu": glu,
    "hard_shrink": hard_shrink,
    "hard_sigmoid": hard_sigmoid,
    "hard_silu": hard_silu,
    "hard_swish": hard_swish,
    "hard_tanh": hard_tanh,
    "heaviside": heaviside,
    "leaky_relu": leaky_relu,
    "linear": linear,
    "log_sigmoid": log_sigmoid,
    "log_softmax": log_softmax,
    "mish": mish,
    "relu": relu,
    "relu6": relu6,
    "selu": selu,
    "sigmoid": sigmoid,
    "silu": silu,
    "soft_shrink": soft_shrink,
    "softmax": softmax,
    "softplus": softplus,
    "softsign": softsign,
    "sparse_plus": sparse_plus,
    "sparse_sigmoid": sparse_sigmoid,
    "sparsemax": sparsemax,
    "squareplus": squareplus,
    "swish": swish,
    "tanh": tanh,
    "tanh_shrink": tanh_shrink,
    "threshold": threshold,
}


def get(identifier: Any) -> Callable[..., Any]:
    """The activation of a name; a function as it is; :func:`linear` for ``None``.

    Args:
        identifier: A name, a function, a layer such as ``LeakyReLU()``, or its configuration;
            or ``None``.

    Raises:
        UnknownNameError: For a name that is not known.
        DTypeError: For something that is neither a name nor callable.

    Examples:
        >>> get("relu") is relu, get(None) is linear
        (True, True)
    """
    return linear if identifier is None else deserialize(identifier)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The activation that :func:`serialize` named.

    Args:
        config: A name, or what Keras writes for a function.
        custom_objects: Further activations by name.

    Raises:
        UnknownNameError: For a name that is not known.

    Examples:
        >>> deserialize("relu") is relu
        True
        >>> deserialize("double", custom_objects={"double": lambda x: 2 * x})(3)
        6
    """
    known = {**_KNOWN, **(custom_objects or {})}
    kind = config.get("class_name") if isinstance(config, Mapping) else None
    if kind not in (None, "function", *known):  # a layer
        return serialization.deserialize(config)
    return find("activation", config, known)


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
