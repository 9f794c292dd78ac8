"""Convolutions taken apart: each channel by itself, and then, in some, a mixture at each place."""

from dataclasses import dataclass
from typing import Any

from pellucid.graph.tensor import Tensor
from pellucid.layers.convolution import Convolving
from pellucid.layers.layer import whole_number
from pellucid.ops import sliding

__all__ = [
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "SeparableConv1D",
    "SeparableConv2D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
]


@dataclass(eq=False, repr=False)
class DepthwiseConv(Convolving):
    """Base of the convolutions of each channel by itself."""

    kernel_size: Any
    strides: Any = 1
    padding: str = "valid"
    depth_multiplier: int = 1
    data_format: str | None = None
    dilation_rate: Any = 1
    activation: Any = None
    use_bias: bool = True
    depthwise_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    depthwise_regularizer: Any = None
    bias_regularizer: Any = None
    depthwise_constraint: Any = None
    bias_constraint: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.depth_multiplier = whole_number(self, "depth_multiplier")

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        channels = self.known_channels(input_shape)
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.kernel = self.weight("depthwise", shape, name="kernel")
        if self.use_bias:
            self.bias = self.weight("bias", (channels * self.depth_multiplier,))

    def convolved(self, x: Tensor) -> Tensor:
        return sliding.depthwise_conv(
            x, self.kernel, self.strides, self.padding, "channels_last", self.dilation_rate
        )


@dataclass(eq=False, repr=False)
class DepthwiseConv1D(DepthwiseConv):
    """A convolution over time of each channel by itself.

    Args:
        kernel_size: How many time steps a window sees.
        strides: Steps from one window to the next.
        padding: ``"valid"`` (windows within the input alone) or ``"same"`` (zeros around it).
        depth_multiplier: Outputs for each channel.
        data_format: ``"channels_last"`` (B, T, C) or ``"channels_first"`` (B, C, T); by default
            as :mod:`pellucid.config` says.
        dilation_rate: Steps from one element that a window sees to the next.
        activation: The function applied to the result, or its name; none by default.
        use_bias: Whether a number is added for each output.
        depthwise_initializer: Makes the first kernel.
        bias_initializer: Makes the first biases.
        depthwise_regularizer: What the kernel adds to the loss.
        bias_regularizer: What the biases add to the loss.
        depthwise_constraint: Brings the kernel back into bounds after each step.
        bias_constraint: Brings the biases back into bounds after each step.

    Attributes:
        kernel: Weights, (K, C, depth_multiplier).
        bias: Biases, (C * depth_multiplier,).

    Shapes:
        x (B, T, C) → (B, T', C * depth_multiplier)

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If axes or channels of an input do not fit, or it is smaller than the window.

    Examples:
        >>> layer = DepthwiseConv1D(2, depthwise_initializer="ones")
        >>> layer(np.array([[[1.0, 10.0], [2.0, 20.0]]]))
        array([[[ 3., 30.]]], dtype=float32)

    Source:
        Keras 3, ``keras.layers.DepthwiseConv1D``.
    """

    spatial_ndim = 1


@dataclass(eq=False, repr=False)
class DepthwiseConv2D(DepthwiseConv):
    """A convolution of images, each channel by itself.

    Args:
        kernel_size: Height and width of the window: one number, or two.
        strides: Steps from one window to the next.
        padding: ``"valid"`` (windows within the input alone) or ``"same"`` (zeros around it).
        depth_multiplier: Outputs for each channel.
        data_format: ``"channels_last"`` (B, H, W, C) or ``"channels_first"`` (B, C, H, W); by
            default as :mod:`pellucid.config` says.
        dilation_rate: Steps from one element that a window sees to the next.
        activation: The function applied to the result, or its name; none by default.
        use_bias: Whether a number is added for each output.
        depthwise_initializer: Makes the first kernel.
        bias_initializer: Makes the first biases.
        depthwise_regularizer: What the kernel adds to the loss.
        bias_regularizer: What the biases add to the loss.
        depthwise_constraint: Brings the kernel back into bounds after each step.
        bias_constraint: Brings the biases back into bounds after each step.

    Attributes:
        kernel: Weights, (K, K, C, depth_multiplier).
        bias: Biases, (C * depth_multiplier,).

    Shapes:
        x (B, H, W, C) → (B, H', W', C * depth_multiplier)

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If axes or channels of an input do not fit, or it is smaller than the window.

    Examples:
        >>> DepthwiseConv2D(3, depth_multiplier=2)(np.zeros((1, 8, 8, 3))).shape
        (1, 6, 6, 6)

    Source:
        Keras 3, ``keras.layers.DepthwiseConv2D``.
    """

    strides: Any = (1, 1)
    dilation_rate: Any = (1, 1)

    spatial_ndim = 2


@dataclass(eq=False, repr=False)
class SeparableConv(Convolving):
    """Base of the convolutions of each channel by itself, with a mixture of channels after it."""

    filters: int
    kernel_size: Any
    strides: Any = 1
    padding: str = "valid"
    data_format: str | None = None
    dilation_rate: Any = 1
    depth_multiplier: int = 1
    activation: Any = None
    use_bias: bool = True
    depthwise_initializer: Any = "glorot_uniform"
    pointwise_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    depthwise_regularizer: Any = None
    pointwise_regularizer: Any = None
    bias_regularizer: Any = None
    depthwise_constraint: Any = None
    pointwise_constraint: Any = None
    bias_constraint: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.filters = whole_number(self, "filters")
        self.depth_multiplier = whole_number(self, "depth_multiplier")

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        channels = self.known_channels(input_shape)
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.depthwise_kernel = self.weight("depthwise", shape, name="depthwise_kernel")
        between = channels * self.depth_multiplier
        one = (1,) * self.spatial_ndim
        self.pointwise_kernel = self.weight(
            "pointwise", (*one, between, self.filters), name="pointwise_kernel"
        )
        if self.use_bias:
            self.bias = self.weight("bias", (self.filters,))

    def convolved(self, x: Tensor) -> Tensor:
        return sliding.separable_conv(
            x,
            self.depthwise_kernel,
            self.pointwise_kernel,
            self.strides,
            self.padding,
            "channels_last",
            self.dilation_rate,
        )


@dataclass(eq=False, repr=False)
class SeparableConv1D(SeparableConv):
    """A convolution over time of each channel by itself, then a mixture of them at each place.

    Args:
        filters: Channels of the output.
        kernel_size: How many time steps a window sees.
        strides: Steps from one window to the next.
        padding: ``"valid"`` (windows within the input alone) or ``"same"`` (zeros around it).
        data_format: ``"channels_last"`` (B, T, C) or ``"channels_first"`` (B, C, T); by default
            as :mod:`pellucid.config` says.
        dilation_rate: Steps from one element that a window sees to the next.
        depth_multiplier: Outputs for each channel before they are mixed.
        activation: The function applied to the result, or its name; none by default.
        use_bias: Whether a number is added for each filter.
        depthwise_initializer: Makes the first kernel of the channels.
        pointwise_initializer: Makes the first kernel of the mixture.
        bias_initializer: Makes the first biases.
        depthwise_regularizer: What the kernel of the channels adds to the loss.
        pointwise_regularizer: What the kernel of the mixture adds to the loss.
        bias_regularizer: What the biases add to the loss.
        depthwise_constraint: Brings the kernel of the channels back into bounds after each step.
        pointwise_constraint: Brings the kernel of the mixture back into bounds after each step.
        bias_constraint: Brings the biases back into bounds after each step.

    Attributes:
        depthwise_kernel: Weights, (K, C, depth_multiplier).
        pointwise_kernel: Weights, (1, C * depth_multiplier, filters).
        bias: Biases, (filters,).

    Shapes:
        x (B, T, C) → (B, T', filters)

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If axes or channels of an input do not fit, or it is smaller than the window.

    Examples:
        >>> layer = SeparableConv1D(8, 3)
        >>> layer(np.zeros((1, 10, 4))).shape, layer.count_params()
        ((1, 8, 8), 52)

    Source:
        Keras 3, ``keras.layers.SeparableConv1D``.
    """

    spatial_ndim = 1


@dataclass(eq=False, repr=False)
class SeparableConv2D(SeparableConv):
    """A convolution of images, each channel by itself, then a mixture of them at each place.

    Args:
        filters: Channels of the output.
        kernel_size: Height and width of the window: one number, or two.
        strides: Steps from one window to the next.
        padding: ``"valid"`` (windows within the input alone) or ``"same"`` (zeros around it).
        data_format: ``"channels_last"`` (B, H, W, C) or ``"channels_first"`` (B, C, H, W); by
            default as :mod:`pellucid.config` says.
        dilation_rate: Steps from one element that a window sees to the next.
        depth_multiplier: Outputs for each channel before they are mixed.
        activation: The function applied to the result, or its name; none by default.
        use_bias: Whether a number is added for each filter.
        depthwise_initializer: Makes the first kernel of the channels.
        pointwise_initializer: Makes the first kernel of the mixture.
        bias_initializer: Makes the first biases.
        depthwise_regularizer: What the kernel of the channels adds to the loss.
        pointwise_regularizer: What the kernel of the mixture adds to the loss.
        bias_regularizer: What the biases add to the loss.
        depthwise_constraint: Brings the kernel of the channels back into bounds after each step.
        pointwise_constraint: Brings the kernel of the mixture back into bounds after each step.
        bias_constraint: Brings the biases back into bounds after each step.

    Attributes:
        depthwise_kernel: Weights, (K, K, C, depth_multiplier).
        pointwise_kernel: Weights, (1, 1, C * depth_multiplier, filters).
        bias: Biases, (filters,).

    Shapes:
        x (B, H, W, C) → (B, H', W', filters)

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If axes or channels of an input do not fit, or it is smaller than the window.

    Examples:
        >>> layer = SeparableConv2D(16, 3, padding="same")
        >>> layer(np.zeros((1, 8, 8, 3))).shape, layer.count_params()
        ((1, 8, 8, 16), 91)

    Source:
        Chollet 2017, "Xception: Deep Learning with Depthwise Separable Convolutions", section 1,
        https://arxiv.org/abs/1610.02357; without an activation between the two, as in Keras.
    """

    strides: Any = (1, 1)
    dilation_rate: Any = (1, 1)

    spatial_ndim = 2


SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D
