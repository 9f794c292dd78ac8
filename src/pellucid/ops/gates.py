"""Activations whose signatures in ``keras.ops`` differ from those of ``keras.activations``."""

from typing import Any

from pellucid import activations
from pellucid.graph.operations import neurons

__all__ = ["gelu", "relu"]


def relu(x: Any) -> Any:
    """Rectified linear unit: ``x`` where positive, else 0; its slope at 0 is 0.

    Examples:
        >>> relu(np.array([-1.0, 2.0]))
        array([0., 2.])
    """
    return neurons.relu(x)


def gelu(x: Any, approximate: bool = True) -> Any:
    """Gaussian error linear unit: ``x`` times the chance that a normal number lies below ``x``.

    Args:
        x: Real values.
        approximate: Whether to take the form with tanh, which differs by less than 0.0005.

    Examples:
        >>> gelu(np.array([-1.0, 0.0, 1.0])).round(4)
        array([-0.1588,  0.    ,  0.8412])
    """
    return activations.gelu(x, approximate)
