"""Layers that convolve backwards: with strides they make series, images and volumes larger."""

from dataclasses import dataclass
from typing import Any

from pellucid.errors import ArgumentError
from pellucid.graph.operations.convolution import convolution_transpose
from pellucid.graph.tensor import Tensor
from pellucid.layers.convolution import Convolving
from pellucid.layers.layer import whole_number

__all__ = [
    "Conv1DTranspose",
    "Conv2DTranspose",
    "Conv3DTranspose",
    "Convolution1DTranspose",
    "Convolution2DTranspose",
    "Convolution3DTranspose",
]


class ConvTranspose(Convolving):
    """Base of the transposed convolutions, over one to three axes of space."""

    filters: int
    output_padding: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        self.filters = whole_number(self, "filters")
        self.not_both()
        if self.output_padding is None:
            return
        self.output_padding = self.numbers("output_padding", least=0)
        if any(n >= s for n, s in zip(self.output_padding, self.strides, strict=True)):
            raise ArgumentError(
                f"{self.label} can add fewer elements at the end than a stride has.",
                given=f"output_padding={self.output_padding}, strides={self.strides}",
                expected="each number of output_padding below that of strides",
            )

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        channels = self.known_channels(input_shape)
        self.kernel = self.weight("kernel", (*self.kernel_size, self.filters, channels))
        if self.use_bias:
            self.bias = self.weight("bias", (self.filters,))

    def convolved(self, x: Tensor) -> Tensor:
        return convolution_transpose(
            x, self.kernel, self.strides, self.padding, self.output_padding, self.dilation_rate
        )


@dataclass(eq=False, repr=False)
class Conv1DTranspose(ConvTranspose):
    """A convolution over time run backwards: each input puts the kernel, times itself, in place.

    Args:
        filters: Channels of the output.
        kernel_size: How many time steps of the output an input reaches.
        strides: Steps in the output from one input to the next.
        padding: ``"valid"`` (the whole output) or ``"same"`` (its length the input's times the
            strides).
        output_padding: Time steps added at the end, fewer than the strides. The output then has
            ``(T - 1) * strides + K + output_padding`` of them for ``"valid"``, and
            ``(T - 1) * strides + K % 2 + output_padding`` for ``"same"``.
        data_format: ``"channels_last"`` (B, T, C) or ``"channels_first"`` (B, C, T); by default
            as :mod:`pellucid.config` says.
        dilation_rate: Steps in the output from one element of the kernel to the next.
        activation: The function applied to the result, or its name; none by default.
        use_bias: Whether a number is added for each filter.
        kernel_initializer: Makes the first kernel.
        bias_initializer: Makes the first biases.
        kernel_regularizer: What the kernel adds to the loss.
        bias_regularizer: What the biases add to the loss.
        kernel_constraint: Brings the kernel back into bounds after each step.
        bias_constraint: Brings the biases back into bounds after each step.

    Attributes:
        kernel: Weights, (K, filters, C).
        bias: Biases, (filters,).

    Shapes:
        x (B, T, C) → (B, T', filters)

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If axes or channels of an input do not fit.

    Examples:
        >>> layer = Conv1DTranspose(1, 2, strides=2, kernel_initializer="ones")
        >>> layer(np.array([1.0, 3.0]).reshape(1, 2, 1)).ravel()
        array([1., 1., 3., 3.], dtype=float32)

    Source:
        Keras 3, ``keras.layers.Conv1DTranspose``.
    """

    filters: int
    kernel_size: Any
    strides: Any = 1
    padding: str = "valid"
    output_padding: Any = None
    data_format: str | None = None
    dilation_rate: Any = 1
    activation: Any = None
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None

    spatial_ndim = 1


@dataclass(eq=False, repr=False)
class Conv2DTranspose(ConvTranspose):
    """A convolution of images run backwards: each pixel puts the kernel, times itself, in place.

    Args:
        filters: Channels of the output.
        kernel_size: Height and width of what one pixel reaches: one number, or two.
        strides: Steps in the output from one pixel to the next.
        padding: ``"valid"`` (the whole output) or ``"same"`` (its sizes the input's times the
            strides).
        output_padding: Pixels added at the end of each axis, fewer than the strides; see
            :class:`Conv1DTranspose`.
        data_format: ``"channels_last"`` (B, H, W, C) or ``"channels_first"`` (B, C, H, W); by
            default as :mod:`pellucid.config` says.
        dilation_rate: Steps in the output from one element of the kernel to the next.
        activation: The function applied to the result, or its name; none by default.
        use_bias: Whether a number is added for each filter.
        kernel_initializer: Makes the first kernel.
        bias_initializer: Makes the first biases.
        kernel_regularizer: What the kernel adds to the loss.
        bias_regularizer: What the biases add to the loss.
        kernel_constraint: Brings the kernel back into bounds after each step.
        bias_constraint: Brings the biases back into bounds after each step.

    Attributes:
        kernel: Weights, (K, K, filters, C).
        bias: Biases, (filters,).

    Shapes:
        x (B, H, W, C) → (B, H', W', filters)

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If axes or channels of an input do not fit.

    Examples:
        >>> Conv2DTranspose(3, 4, strides=2, padding="same")(np.zeros((1, 7, 7, 8))).shape
        (1, 14, 14, 3)

    Source:
        Keras 3, ``keras.layers.Conv2DTranspose``; Zeiler et al. 2010, "Deconvolutional Networks".
    """

    filters: int
    kernel_size: Any
    strides: Any = (1, 1)
    padding: str = "valid"
    output_padding: Any = None
    data_format: str | None = None
    dilation_rate: Any = (1, 1)
    activation: Any = None
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None

    spatial_ndim = 2


@dataclass(eq=False, repr=False)
class Conv3DTranspose(ConvTranspose):
    """A convolution of volumes run backwards: each element puts the kernel, times itself, in place.

    Args:
        filters: Channels of the output.
        kernel_size: Size of what one element reaches along each axis: one number, or three.
        strides: Steps in the output from one element to the next.
        padding: ``"valid"`` (the whole output) or ``"same"`` (its sizes the input's times the
            strides).
        data_format: ``"channels_last"`` (B, D, H, W, C) or ``"channels_first"``
            (B, C, D, H, W); by default as :mod:`pellucid.config` says.
        output_padding: Elements added at the end of each axis, fewer than the strides; see
            :class:`Conv1DTranspose`. (That it stands here, behind ``data_format``, is Keras's.)
        dilation_rate: Steps in the output from one element of the kernel to the next.
        activation: The function applied to the result, or its name; none by default.
        use_bias: Whether a number is added for each filter.
        kernel_initializer: Makes the first kernel.
        bias_initializer: Makes the first biases.
        kernel_regularizer: What the kernel adds to the loss.
        bias_regularizer: What the biases add to the loss.
        kernel_constraint: Brings the kernel back into bounds after each step.
        bias_constraint: Brings the biases back into bounds after each step.

    Attributes:
        kernel: Weights, (K, K, K, filters, C).
        bias: Biases, (filters,).

    Shapes:
        x (B, D, H, W, C) → (B, D', H', W', filters)

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If axes or channels of an input do not fit.

    Examples:
        >>> Conv3DTranspose(2, 3, strides=2)(np.zeros((1, 2, 3, 4, 1))).shape
        (1, 5, 7, 9, 2)

    Source:
        Keras 3, ``keras.layers.Conv3DTranspose``.
    """

    filters: int
    kernel_size: Any
    strides: Any = (1, 1, 1)
    padding: str = "valid"
    data_format: str | None = None
    output_padding: Any = None
    dilation_rate: Any = (1, 1, 1)
    activation: Any = None
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None

    spatial_ndim = 3


Convolution1DTranspose = Conv1DTranspose
Convolution2DTranspose = Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose
