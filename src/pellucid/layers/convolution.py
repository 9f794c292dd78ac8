"""Layers that convolve: a small kernel slides over a series, an image or a volume."""

from dataclasses import dataclass
from typing import Any, ClassVar

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.operations.convolution import convolution
from pellucid.graph.spec import Shape
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import Variable
from pellucid.layers.layer import whole_number
from pellucid.layers.spatial import Spatial

__all__ = [
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "Convolution1D",
    "Convolution2D",
    "Convolution3D",
    "Convolving",
]


class Convolving(Spatial):
    """Base of all layers with kernels that slide: their geometry, bias and activation."""

    kernel_size: Any
    strides: Any
    padding: Any
    dilation_rate: Any
    activation: Any
    use_bias: bool

    bias: Variable

    def __post_init__(self) -> None:
        super().__post_init__()
        self.kernel_size = self.numbers("kernel_size")
        self.strides = self.numbers("strides")
        self.dilation_rate = self.numbers("dilation_rate")
        self.padding = self.padding_name(self.padding)

    def known_channels(self, input_shape: Shape) -> int:
        """How many channels the input has.

        Raises:
            ShapeError: If that is open.
        """
        channels = self.channels(input_shape)
        if channels is None:
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {input_shape}.",
                given="an open number of channels",
                expected="a number that is known when the layer is built",
                mend="give the input's full shape: Input(shape=(...))",
            )
        return channels

    def not_both(self) -> None:
        """Raise if the layer has both strides and a dilation, which Keras excludes."""
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ArgumentError(
                f"{self.label} cannot have strides and a dilation at once.",
                given=f"strides={self.strides}, dilation_rate={self.dilation_rate}",
                expected="1 for all numbers of one of them",
            )

    def weight(self, kind: str, shape: tuple[int, ...], name: str | None = None) -> Variable:
        """Make a weight, with the initializer, regularizer and constraint for its kind."""
        return self.add_weight(
            name=name or kind,
            shape=shape,
            initializer=getattr(self, f"{kind}_initializer"),
            regularizer=getattr(self, f"{kind}_regularizer"),
            constraint=getattr(self, f"{kind}_constraint"),
        )

    def convolved(self, x: Tensor) -> Tensor:
        """The input, channels last, convolved with the layer's weights."""
        raise NotImplementedError(f"{type(self).__name__}.convolved")

    def call(self, x: Tensor) -> Tensor:
        # The activation comes last: softmax means the last axis, whatever lies there.
        return self.activation(self.channels_last(self._with_bias, x))

    def _with_bias(self, x: Tensor) -> Tensor:
        y = self.convolved(x)
        return y + self.bias if self.use_bias else y


@dataclass(eq=False, repr=False)
class Conv(Convolving):
    """Base of the plain convolutions, over one to three axes of space."""

    filters: int
    kernel_size: Any
    strides: Any = 1
    padding: str = "valid"
    data_format: str | None = None
    dilation_rate: Any = 1
    groups: int = 1
    activation: Any = None
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.filters = whole_number(self, "filters")
        self.groups = whole_number(self, "groups")
        self.not_both()
        if self.filters % self.groups:
            raise ArgumentError(
                f"{self.label} cannot divide its filters into equal groups.",
                given=f"filters={self.filters}, groups={self.groups}",
                expected=f"a number of filters that {self.groups} divides",
            )

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        channels = self.known_channels(input_shape)
        if channels % self.groups:
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {input_shape}.",
                given=f"{channels} channels, groups={self.groups}",
                expected=f"a number of channels that {self.groups} divides",
            )
        each = channels // self.groups
        self.kernel = self.weight("kernel", (*self.kernel_size, each, self.filters))
        if self.use_bias:
            self.bias = self.weight("bias", (self.filters,))

    def convolved(self, x: Tensor) -> Tensor:
        return convolution(
            x, self.kernel, self.strides, self._ends(), self.dilation_rate, self.groups
        )

    def _ends(self) -> Any:
        if self.padding != "causal":
            return self.padding
        sizes = zip(self.kernel_size, self.dilation_rate, strict=True)
        return [((k - 1) * d, 0) for k, d in sizes]


@dataclass(eq=False, repr=False)
class Conv1D(Conv):
    """A convolution over time: at each place ``activation(sum(window * kernel) + bias)``.

    Args:
        filters: How many patterns are looked for: the channels of the output.
        kernel_size: How many time steps a window sees.
        strides: Steps from one window to the next.
        padding: ``"valid"`` (windows within the input alone), ``"same"`` (zeros around it, for
            ``ceil(T / strides)`` windows) or ``"causal"`` (zeros in front of it, so that no
            output sees a later input).
        data_format: ``"channels_last"`` (B, T, C) or ``"channels_first"`` (B, C, T); by default
            as :mod:`pellucid.config` says.
        dilation_rate: Steps from one element that a window sees to the next.
        groups: Parts that the channels are divided into; each filter sees one part.
        activation: The function applied to the result, or its name; none by default.
        use_bias: Whether a number is added for each filter.
        kernel_initializer: Makes the first kernel.
        bias_initializer: Makes the first biases.
        kernel_regularizer: What the kernel adds to the loss.
        bias_regularizer: What the biases add to the loss.
        kernel_constraint: Brings the kernel back into bounds after each step.
        bias_constraint: Brings the biases back into bounds after each step.

    Attributes:
        kernel: Weights, (K, C / groups, filters).
        bias: Biases, (filters,).

    Shapes:
        x (B, T, C) → (B, T', filters)

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If axes or channels of an input do not fit, or it is smaller than the window.

    Examples:
        >>> layer = Conv1D(1, 2, padding="causal", kernel_initializer="ones")
        >>> layer(np.array([1.0, 2.0, 4.0]).reshape(1, 3, 1)).ravel()
        array([1., 3., 6.], dtype=float32)

    Source:
        Keras 3, ``keras.layers.Conv1D``; van den Oord et al. 2016, "WaveNet", section 2.1, for
        the causal padding, https://arxiv.org/abs/1609.03499.
    """

    spatial_ndim = 1
    paddings: ClassVar[tuple[str, ...]] = ("causal", "same", "valid")


@dataclass(eq=False, repr=False)
class Conv2D(Conv):
    """A convolution of images: at each place ``activation(sum(window * kernel) + bias)``.

    Args:
        filters: How many patterns are looked for: the channels of the output.
        kernel_size: Height and width of the window: one number, or two.
        strides: Steps from one window to the next.
        padding: ``"valid"`` (windows within the input alone) or ``"same"`` (zeros around it, for
            ``ceil(H / strides)`` by ``ceil(W / strides)`` windows).
        data_format: ``"channels_last"`` (B, H, W, C) or ``"channels_first"`` (B, C, H, W); by
            default as :mod:`pellucid.config` says.
        dilation_rate: Steps from one element that a window sees to the next.
        groups: Parts that the channels are divided into; each filter sees one part.
        activation: The function applied to the result, or its name; none by default.
        use_bias: Whether a number is added for each filter.
        kernel_initializer: Makes the first kernel.
        bias_initializer: Makes the first biases.
        kernel_regularizer: What the kernel adds to the loss.
        bias_regularizer: What the biases add to the loss.
        kernel_constraint: Brings the kernel back into bounds after each step.
        bias_constraint: Brings the biases back into bounds after each step.

    Attributes:
        kernel: Weights, (K, K, C / groups, filters).
        bias: Biases, (filters,).

    Shapes:
        x (B, H, W, C) → (B, H', W', filters)

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If axes or channels of an input do not fit, or it is smaller than the window.

    Examples:
        >>> Conv2D(32, 3, activation="relu")(np.zeros((2, 28, 28, 1))).shape
        (2, 26, 26, 32)

    Source:
        Keras 3, ``keras.layers.Conv2D``; LeCun et al. 1998, "Gradient-Based Learning Applied to
        Document Recognition", section II.A.
    """

    strides: Any = (1, 1)
    dilation_rate: Any = (1, 1)

    spatial_ndim = 2


@dataclass(eq=False, repr=False)
class Conv3D(Conv):
    """A convolution of volumes, or of films: ``activation(sum(window * kernel) + bias)``.

    Args:
        filters: How many patterns are looked for: the channels of the output.
        kernel_size: Size of the window along each axis of space: one number, or three.
        strides: Steps from one window to the next.
        padding: ``"valid"`` (windows within the input alone) or ``"same"`` (zeros around it).
        data_format: ``"channels_last"`` (B, D, H, W, C) or ``"channels_first"``
            (B, C, D, H, W); by default as :mod:`pellucid.config` says.
        dilation_rate: Steps from one element that a window sees to the next.
        groups: Parts that the channels are divided into; each filter sees one part.
        activation: The function applied to the result, or its name; none by default.
        use_bias: Whether a number is added for each filter.
        kernel_initializer: Makes the first kernel.
        bias_initializer: Makes the first biases.
        kernel_regularizer: What the kernel adds to the loss.
        bias_regularizer: What the biases add to the loss.
        kernel_constraint: Brings the kernel back into bounds after each step.
        bias_constraint: Brings the biases back into bounds after each step.

    Attributes:
        kernel: Weights, (K, K, K, C / groups, filters).
        bias: Biases, (filters,).

    Shapes:
        x (B, D, H, W, C) → (B, D', H', W', filters)

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If axes or channels of an input do not fit, or it is smaller than the window.

    Examples:
        >>> Conv3D(4, (2, 3, 3), padding="same")(np.zeros((1, 5, 6, 7, 2))).shape
        (1, 5, 6, 7, 4)

    Source:
        Keras 3, ``keras.layers.Conv3D``.
    """

    strides: Any = (1, 1, 1)
    dilation_rate: Any = (1, 1, 1)

    spatial_ndim = 3


Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
