"""Activations that are layers of their own, because they take arguments."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import activations
from pellucid.errors import ArgumentError
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer

__all__ = ["ELU", "Heaviside", "LeakyReLU", "ReLU", "Softmax"]


def not_negative(layer: Layer, *arguments: str) -> None:
    """Raise if one of a layer's arguments is below 0."""
    for argument in arguments:
        value = getattr(layer, argument)
        if not isinstance(value, int | float | np.number) or not value >= 0:
            raise ArgumentError(
                f"{layer.label} needs a number of at least 0 for '{argument}'.",
                given=f"{argument}={value!r}",
                expected="0 or more",
            )


@dataclass(eq=False, repr=False)
class ReLU(Layer):
    """Rectified linear unit: 0 below the threshold, and above it the input itself.

    Args:
        max_value: The largest output; none by default.
        negative_slope: The slope below the threshold.
        threshold: Where the unit begins to answer.

    Shapes:
        x (...) → (...)

    Raises:
        ArgumentError: If one of them is below 0.

    Examples:
        >>> ReLU(max_value=6.0)(np.array([[-3.0, 2.0, 9.0]]))
        array([[0., 2., 6.]], dtype=float32)

    Source:
        Keras 3, ``keras.layers.ReLU``.
    """

    max_value: float | None = None
    negative_slope: float = 0.0
    threshold: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        not_negative(self, "negative_slope", "threshold")
        if self.max_value is not None:
            not_negative(self, "max_value")

    supports_masking = True

    def call(self, x: Tensor) -> Tensor:
        return activations.relu(x, self.negative_slope, self.max_value, self.threshold)


@dataclass(eq=False, repr=False)
class LeakyReLU(Layer):
    """Rectified linear unit that leaks: a small slope below 0, so that no unit can die.

    Args:
        negative_slope: The slope below 0: 0.3 by default, as in Keras. The lecture uses 0.1.

    Shapes:
        x (...) → (...)

    Raises:
        ArgumentError: If it is below 0.

    Examples:
        >>> LeakyReLU(0.1)(np.array([[-3.0, 2.0]]))
        array([[-0.3,  2. ]], dtype=float32)

    Source:
        Maas, Hannun, Ng 2013, "Rectifier Nonlinearities Improve Neural Network Acoustic Models".
    """

    negative_slope: float = 0.3

    def __post_init__(self) -> None:
        super().__post_init__()
        not_negative(self, "negative_slope")

    supports_masking = True

    def call(self, x: Tensor) -> Tensor:
        return activations.leaky_relu(x, self.negative_slope)


@dataclass(eq=False, repr=False)
class ELU(Layer):
    """Exponential linear unit: ``x`` where positive, else ``alpha * (exp(x) - 1)``.

    Args:
        alpha: Depth of the negative side.

    Shapes:
        x (...) → (...)

    Examples:
        >>> ELU()(np.array([[-3.0, 2.0]])).round(4)
        array([[-0.9502,  2.    ]], dtype=float32)

    Source:
        Clevert, Unterthiner, Hochreiter 2016, section 3, https://arxiv.org/abs/1511.07289.
    """

    alpha: float = 1.0

    supports_masking = True

    def call(self, x: Tensor) -> Tensor:
        return activations.elu(x, self.alpha)


@dataclass(eq=False, repr=False)
class Softmax(Layer):
    """Probabilities of classes: exponentials over their sum.

    Args:
        axis: The axis of the classes, or several.

    Shapes:
        x (...) → (...)

    Examples:
        >>> Softmax()(np.array([[0.0, 0.0]]))
        array([[0.5, 0.5]], dtype=float32)
    """

    axis: Any = -1

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.axis, list):
            self.axis = tuple(self.axis)  # a list, where it comes from a file

    supports_masking = True

    def call(self, x: Tensor) -> Tensor:
        return activations.softmax(x, axis=self.axis)


@dataclass(eq=False, repr=False)
class Heaviside(Layer):
    """The step of the first artificial neurons: 1 above 0, else 0.

    Its slope is 0 wherever it has one, so gradients cannot train what comes before it: the
    perceptron needed a rule of its own (:class:`pellucid.neurons.Perceptron`).

    Shapes:
        x (...) → (...)

    Examples:
        >>> Heaviside()(np.array([[-3.0, 2.0]]))
        array([[0., 1.]], dtype=float32)

    Source:
        McCulloch, Pitts 1943, "A logical calculus of the ideas immanent in nervous activity".
    """

    supports_masking = True

    def call(self, x: Tensor) -> Tensor:
        return activations.heaviside(x)
