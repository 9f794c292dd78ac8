"""Activations that are layers of their own, because they take arguments."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import activations
from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.operations import neurons
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import where
from pellucid.graph.spec import Spec, broadcast_shapes, same_shape
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer

__all__ = ["ELU", "Heaviside", "LeakyReLU", "PReLU", "ReLU", "Softmax"]


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
class PReLU(Layer):
    """Rectified linear unit whose slope below 0 is learned: ``max(x, 0) - alpha * max(-x, 0)``.

    Args:
        alpha_initializer: Makes the first slopes.
        alpha_regularizer: What the slopes add to the loss.
        alpha_constraint: Brings the slopes back into bounds after each step.
        shared_axes: Axes along which there is one slope for all, such as ``[1, 2]`` for images.

    Attributes:
        alpha: The slopes below 0: the shape of a row, with 1 for the shared axes.

    Shapes:
        x (B, ...) → (B, ...)

    Raises:
        ShapeError: If an input does not have the axes that it was built with.

    Examples:
        >>> PReLU(alpha_initializer="ones")(np.array([[-3.0, 2.0]]))
        array([[-3.,  2.]], dtype=float32)

    Source:
        He, Zhang, Ren, Sun 2015, "Delving Deep into Rectifiers", section 2.1,
        https://arxiv.org/abs/1502.01852.
    """

    alpha_initializer: Any = "Zeros"
    alpha_regularizer: Any = None
    alpha_constraint: Any = None
    shared_axes: Any = None

    supports_masking = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.shared_axes is not None:
            several = isinstance(self.shared_axes, list | tuple)
            self.shared_axes = list(self.shared_axes) if several else [self.shared_axes]

    def build(self, input_shape: Any) -> None:
        shared = [axis % len(input_shape) for axis in self.shared_axes or ()]
        self.alpha = self.add_weight(
            name="alpha",
            shape=[1 if a in shared else n for a, n in enumerate(input_shape) if a > 0],
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )

    def check_input(self, x: Spec) -> None:
        slopes = self.alpha.shape
        given = tuple(n if m != 1 else 1 for n, m in zip(x.shape[1:], slopes, strict=False))
        if x.ndim != len(slopes) + 1 or not same_shape(given, slopes):
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {x.shape}.",
                given=f"rows of shape {x.shape[1:]}",
                expected=f"rows of shape {slopes}, as it was built with; any size where it has 1",
            )

    def call(self, x: Tensor) -> Tensor:
        result: Tensor = neurons.relu(x) - self.alpha * neurons.relu(-x)
        return result


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
        x (...), mask (...) → (...): the mask is true for the classes that count, and may have
        size 1 where x has more; the others get probability 0

    Raises:
        ShapeError: If the mask does not fit the input.

    Examples:
        >>> Softmax()(np.array([[0.0, 0.0]]))
        array([[0.5, 0.5]], dtype=float32)
        >>> Softmax()(np.array([[1.0, 1.0, 1.0]]), mask=np.array([[True, True, False]]))
        array([[0.5, 0.5, 0. ]], dtype=float32)
    """

    axis: Any = -1

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.axis, list):
            self.axis = tuple(self.axis)  # a list, where it comes from a file

    supports_masking = True

    def call(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is None:
            return activations.softmax(x, axis=self.axis)
        self._need_fitting(x, mask)
        counts = mask if mask.dtype == "bool" else mask > 0.5
        # Halves hold no -1e9. Where no class counts at all, softmax would still share out 1.
        low = -3e4 if x.dtype == "float16" else -1e9
        probabilities = activations.softmax(where(counts, x, cast(low, x.dtype)), axis=self.axis)
        result: Tensor = where(counts, probabilities, 0)
        return result

    def _need_fitting(self, x: Tensor, mask: Tensor) -> None:
        try:
            fitting = same_shape(broadcast_shapes(x.shape, mask.shape), x.shape)
        except ShapeError:
            fitting = False
        if not fitting:
            raise ShapeError(
                f"{self.label} cannot use this mask.",
                given=f"a mask of shape {mask.shape} for an input of shape {x.shape}",
                expected="the shape of the input, or 1 for some of its sizes",
            )


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
