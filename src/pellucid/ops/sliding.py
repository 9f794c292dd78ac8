"""What slides over images and sequences: convolutions, pools, patches, for both data formats."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid import config
from pellucid.allowance import claim
from pellucid.errors import ShapeError
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.operations import convolution, windows
from pellucid.graph.operations.broadcasting import full, reshape, reshape_exactly, shape_of
from pellucid.graph.operations.casting import cast, floating, together
from pellucid.graph.operations.contraction import tensordot
from pellucid.graph.operations.indexing import scatter_add, take
from pellucid.graph.operations.movement import moveaxis, pad, slice_axes, transpose
from pellucid.graph.operations.reductions import max
from pellucid.graph.operations.sliding import each_axis
from pellucid.graph.tensor import as_operand

__all__ = [
    "adaptive_average_pool",
    "adaptive_max_pool",
    "average_pool",
    "conv",
    "conv_transpose",
    "depth_to_space",
    "depthwise_conv",
    "extract_sequences",
    "fold",
    "max_pool",
    "separable_conv",
    "space_to_depth",
    "unfold",
]


def channels_last(
    function: Callable[[Any], Any], x: Any, data_format: str | None, ndim: int | None = None
) -> Any:
    """Apply a function that takes the channels last, whatever the format.

    Args:
        function: From a tensor with its channels on the last axis to another.
        x: A tensor or array.
        data_format: Where its channels lie; where :mod:`pellucid.config` says, for ``None``.
        ndim: How many axes lie at the channels' end (3 for an image without a batch too).
    """
    x = as_operand(x)
    if config.standardize_data_format(data_format) == "channels_last":
        return function(x)
    first = 1 if ndim is None else x.ndim - ndim
    y = function(moveaxis(x, first, -1))
    return moveaxis(y, -1, 1 if ndim is None else y.ndim - ndim)


def conv(
    inputs: Any,
    kernel: Any,
    strides: int | Sequence[int] = 1,
    padding: str | Sequence[Any] = "valid",
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = 1,
) -> Any:
    """A convolution of one to three spatial axes; in groups, if the kernel has fewer channels.

    Args:
        inputs: Images or sequences.
        kernel: What all windows are multiplied with.
        strides: Steps from one window to the next.
        padding: ``"valid"`` or ``"same"``.
        data_format: Where the channels of the inputs lie.
        dilation_rate: Steps from one element that a window sees to the next.

    Shapes:
        inputs (B, H, W, C), kernel (K, K, C / groups, filters) → (B, H', W', filters)

    Raises:
        ShapeError: If the channels of the kernel do not divide those of the inputs.

    Examples:
        >>> x = np.array([1.0, 2.0, 4.0]).reshape(1, 3, 1)
        >>> conv(x, np.array([-1.0, 1.0]).reshape(2, 1, 1)).ravel()
        array([1., 2.])
    """
    inputs, kernel = (floating(x) for x in together(inputs, kernel))
    channels = inputs.shape[-1 if _last(data_format) else 1]
    if channels is None or channels % kernel.shape[-2]:
        raise ShapeError(
            "The channels of a kernel must divide those of the inputs.",
            given=f"{channels} channels, a kernel of {kernel.shape[-2]}",
            expected="a whole number of groups",
        )
    groups = channels // kernel.shape[-2]
    return channels_last(
        lambda x: convolution.convolution(x, kernel, strides, padding, dilation_rate, groups),
        inputs,
        data_format,
    )


def _last(data_format: str | None) -> bool:
    return config.standardize_data_format(data_format) == "channels_last"


def depthwise_conv(
    inputs: Any,
    kernel: Any,
    strides: int | Sequence[int] = 1,
    padding: str | Sequence[Any] = "valid",
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = 1,
) -> Any:
    """A convolution of each channel by itself; the arguments are those of :func:`conv`.

    Shapes:
        inputs (B, H, W, C), kernel (K, K, C, M) → (B, H', W', C * M)

    Examples:
        >>> x, kernel = np.ones((1, 3, 2)), np.array([[[1.0], [10.0]]])
        >>> depthwise_conv(x, kernel)[0, 0]
        array([ 1., 10.])
    """
    kernel = as_operand(kernel)
    *sizes, channels, multiplier = kernel.shape
    one = reshape(kernel, (*sizes, 1, channels * multiplier))
    return conv(inputs, one, strides, padding, data_format, dilation_rate)


def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: int | Sequence[int] = 1,
    padding: str | Sequence[Any] = "valid",
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = 1,
) -> Any:
    """A :func:`depthwise_conv`, then a mixture of its channels at each place.

    Shapes:
        inputs (B, H, W, C), depthwise_kernel (K, K, C, M), pointwise_kernel (1, 1, C * M, filters)
        → (B, H', W', filters)

    Examples:
        >>> x, kernel = np.ones((1, 3, 2)), np.array([[[1.0], [10.0]]])
        >>> separable_conv(x, kernel, np.ones((1, 2, 1))).ravel()
        array([11., 11., 11.])
    """
    middle = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(middle, pointwise_kernel, data_format=data_format)


def conv_transpose(
    inputs: Any,
    kernel: Any,
    strides: int | Sequence[int] = 1,
    padding: str | Sequence[Any] = "valid",
    output_padding: int | Sequence[int] | None = None,
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = 1,
) -> Any:
    """A convolution run backwards: with strides it makes images larger.

    Args:
        inputs: Images or sequences.
        kernel: With the filters of the output before the channels of the inputs.
        strides: Steps in the output from one place of the inputs to the next.
        padding: ``"valid"`` or ``"same"``.
        output_padding: Elements added at the end.
        data_format: Where the channels lie.
        dilation_rate: Steps in the output from one element of the kernel to the next.

    Shapes:
        inputs (B, H, W, C), kernel (K, K, filters, C) → (B, H', W', filters)

    Examples:
        >>> x = np.array([1.0, 10.0]).reshape(1, 2, 1)
        >>> conv_transpose(x, np.array([1.0, 2.0]).reshape(2, 1, 1), strides=2).ravel()
        array([ 1.,  2., 10., 20.])
    """
    inputs, kernel = (floating(x) for x in together(inputs, kernel))
    return channels_last(
        lambda x: convolution.convolution_transpose(
            x, kernel, strides, padding, output_padding, dilation_rate
        ),
        inputs,
        data_format,
    )


def max_pool(
    inputs: Any,
    pool_size: int | Sequence[int],
    strides: int | Sequence[int] | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """The largest element of each window, channel by channel.

    Args:
        inputs: Images or sequences.
        pool_size: Size of the window.
        strides: Steps from one window to the next; the window's size by default.
        padding: ``"valid"`` or ``"same"``.
        data_format: Where the channels lie.

    Examples:
        >>> max_pool(np.array([3.0, 1.0, 4.0, 1.0]).reshape(1, 4, 1), 2).ravel()
        array([3., 4.])
    """
    return channels_last(
        lambda x: windows.max_pool(x, pool_size, strides, padding), inputs, data_format
    )


def average_pool(
    inputs: Any,
    pool_size: int | Sequence[int],
    strides: int | Sequence[int] | None = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """The mean of each window, channel by channel; the arguments are those of :func:`max_pool`.

    Examples:
        >>> average_pool(np.array([3.0, 1.0, 4.0, 1.0]).reshape(1, 4, 1), 2).ravel()
        array([2. , 2.5])
    """
    return channels_last(
        lambda x: windows.average_pool(x, pool_size, strides, padding), inputs, data_format
    )


def _cells(size: int, count: int) -> list[tuple[int, int]]:
    """Where each of ``count`` windows that cover an axis begins and ends."""
    return [(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]


def adaptive_average_pool(
    inputs: Any, output_size: int | Sequence[int], data_format: str | None = None
) -> Any:
    """The mean of each of so many windows, which together cover the input.

    Args:
        inputs: Images or sequences of known size.
        output_size: How many windows: one number, or one for each spatial axis.
        data_format: Where the channels lie.

    Examples:
        >>> adaptive_average_pool(np.arange(5.0).reshape(1, 5, 1), 2).ravel()
        array([1., 3.])
    """

    def pooled(x: Any) -> Any:
        x = floating(x)
        for axis, count in enumerate(each_axis("output_size", output_size, x.ndim - 2), 1):
            claim(count * x.shape[axis], "a table of windows")
            weights = np.zeros((count, x.shape[axis]))
            for i, (start, end) in enumerate(_cells(x.shape[axis], count)):
                weights[i, start:end] = 1 / (end - start)
            rows = tensordot(cast(weights, x.dtype), x, [[1], [axis]])
            x = moveaxis(rows, 0, axis)
        return x

    return channels_last(pooled, inputs, data_format)


def adaptive_max_pool(
    inputs: Any, output_size: int | Sequence[int], data_format: str | None = None
) -> Any:
    """The largest of each of so many windows, which together cover the input.

    Args:
        inputs: Images or sequences of known size.
        output_size: How many windows: one number, or one for each spatial axis.
        data_format: Where the channels lie.

    Examples:
        >>> adaptive_max_pool(np.arange(5.0).reshape(1, 5, 1), 2).ravel()
        array([2., 4.])
    """

    def pooled(x: Any) -> Any:
        for axis, count in enumerate(each_axis("output_size", output_size, x.ndim - 2), 1):
            most = -(-x.shape[axis] // count) + 1
            claim(count * most, "a table of windows")
            cells = _cells(x.shape[axis], count)
            # Shorter windows see their last element again, which does not change the largest.
            places = [[min(start + i, end - 1) for i in range(most)] for start, end in cells]
            x = max(take(x, np.array(places, np.int32), axis), axis=axis + 1)
        return x

    return channels_last(pooled, inputs, data_format)


def depth_to_space(x: Any, block_size: int, data_format: str | None = "channels_last") -> Any:
    """Channels laid out as blocks of pixels.

    Args:
        x: Images.
        block_size: Side of a block; its square divides the channels.
        data_format: Where the channels lie.

    Shapes:
        x (B, H, W, C) → (B, H * block, W * block, C / block²)

    Examples:
        >>> depth_to_space(np.arange(4).reshape(1, 1, 1, 4), 2).reshape(2, 2)
        array([[0, 1],
               [2, 3]])
    """

    x, n = as_operand(x), block_size
    if _last(data_format):
        b, h, w, c = shape_of(x)
        blocks = reshape_exactly(x, (b, h, w, n, n, c // n**2))
        return reshape_exactly(transpose(blocks, (0, 1, 3, 2, 4, 5)), (b, h * n, w * n, c // n**2))
    b, c, h, w = shape_of(x)
    blocks = reshape_exactly(x, (b, c // n**2, n, n, h, w))
    return reshape_exactly(transpose(blocks, (0, 1, 4, 2, 5, 3)), (b, c // n**2, h * n, w * n))


def space_to_depth(x: Any, block_size: int, data_format: str | None = "channels_last") -> Any:
    """Blocks of pixels laid out as channels.

    Args:
        x: Images.
        block_size: Side of a block, which divides height and width.
        data_format: Where the channels lie.

    Shapes:
        x (B, H, W, C) → (B, H / block, W / block, C * block²)

    Examples:
        >>> space_to_depth(np.arange(4).reshape(1, 2, 2, 1), 2).ravel()
        array([0, 1, 2, 3])
    """

    x, n = as_operand(x), block_size
    if _last(data_format):
        b, h, w, c = shape_of(x)
        blocks = reshape_exactly(x, (b, h // n, n, w // n, n, c))
        deep = (b, h // n, w // n, n * n * c)
        return reshape_exactly(transpose(blocks, (0, 1, 3, 2, 4, 5)), deep)
    b, c, h, w = shape_of(x)
    blocks = reshape_exactly(x, (b, c, h // n, n, w // n, n))
    deep = (b, c * n * n, h // n, w // n)
    return reshape_exactly(transpose(blocks, (0, 1, 3, 5, 2, 4)), deep)


def places(size: int, window: int, stride: int, dilation: int) -> np.ndarray:
    """For each element of a window, where it lies in each window along an axis."""
    count = (size - dilation * (window - 1) - 1) // stride + 1
    claim(window * count, "pieces of a signal")
    return np.add.outer(np.arange(window) * dilation, np.arange(count) * stride).astype(np.int32)


def unfold(
    x: Any,
    kernel_size: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    stride: int | Sequence[int] = 1,
) -> Any:
    """The windows of images, each as a column.

    Args:
        x: Images, channels first.
        kernel_size: Size of a window.
        dilation: Steps from one element that a window sees to the next.
        padding: Zeros on all sides.
        stride: Steps from one window to the next.

    Shapes:
        x (B, C, H, W) → (B, C * K * K, windows)

    Examples:
        >>> unfold(np.arange(4).reshape(1, 1, 2, 2), (1, 2))
        array([[[0, 2],
                [1, 3]]])
    """
    x = as_operand(x)
    k, d, s = (each_axis("kernel_size", v, 2) for v in (kernel_size, dilation, stride))
    p = each_axis("padding", padding, 2, least=0)
    x = pad(x, [(0, 0), (0, 0), (p[0], p[0]), (p[1], p[1])])
    rows, columns = (places(x.shape[2 + i], k[i], s[i], d[i]) for i in range(2))
    parts = take(take(x, columns, 3), rows, 2)  # (B, C, K, H', K, W')
    moved = transpose(parts, (0, 1, 2, 4, 3, 5))
    flat = (x.shape[1] * k[0] * k[1], rows.shape[1] * columns.shape[1])
    return reshape(moved, (shape_of(x)[0], *flat))


def fold(
    x: Any,
    output_size: int | Sequence[int],
    kernel_size: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    stride: int | Sequence[int] = 1,
) -> Any:
    """Images put together from their windows, which add up where they overlap.

    Args:
        x: The windows, each as a column, as :func:`unfold` makes them.
        output_size: Height and width of the images.
        kernel_size: Size of a window.
        dilation: Steps from one element of a window to the next.
        padding: What is cut off on all sides.
        stride: Steps from one window to the next.

    Shapes:
        x (B, C * K * K, windows) → (B, C, H, W)

    Examples:
        >>> fold(np.array([[[0, 2], [1, 3]]]), (2, 2), (1, 2))
        array([[[[0, 1],
                 [2, 3]]]])
    """
    x = as_operand(x)
    k, d, s = (each_axis("kernel_size", v, 2) for v in (kernel_size, dilation, stride))
    p = each_axis("padding", padding, 2, least=0)
    height, width = (
        n + 2 * more for n, more in zip(each_axis("output_size", output_size, 2), p, strict=True)
    )
    rows, columns = places(height, k[0], s[0], d[0]), places(width, k[1], s[1], d[1])
    batch, channels = shape_of(x)[0], x.shape[1] // (k[0] * k[1])
    apart = (batch, channels, k[0], k[1], rows.shape[1], columns.shape[1])
    parts = transpose(reshape_exactly(x, apart), (0, 1, 2, 4, 3, 5))
    kind = dtype_name(x.dtype)
    lines = full((batch, channels, *rows.shape, width), 0, kind)
    lines = scatter_add(lines, columns, parts, axis=4)
    images = scatter_add(full((batch, channels, height, width), 0, kind), rows, lines, axis=2)
    return slice_axes(images, {2: (p[0], height - p[0], 1), 3: (p[1], width - p[1], 1)})


def extract_sequences(x: Any, sequence_length: int, sequence_stride: int) -> Any:
    """The windows along the last axis, one below the other.

    Args:
        x: Signals of known length.
        sequence_length: Of a window.
        sequence_stride: Steps from one window to the next.

    Shapes:
        x (..., T) → (..., windows, sequence_length)

    Examples:
        >>> extract_sequences(np.arange(5), 3, 2)
        array([[0, 1, 2],
               [2, 3, 4]])
    """
    x = as_operand(x)
    return take(x, places(x.shape[-1], sequence_length, sequence_stride, 1).T, x.ndim - 1)
