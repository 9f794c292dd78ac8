"""Convolution and pooling in ONNX, whose channels come before the spatial axes."""

import math
from collections.abc import Sequence
from typing import Any

from pellucid.export.onnx_writer import Writer, rule
from pellucid.graph.dtypes import is_float
from pellucid.graph.operations.convolution import Convolution, ConvolutionTranspose
from pellucid.graph.operations.sliding import Windows
from pellucid.graph.operations.windows import MaxPool, WindowSum
from pellucid.graph.tensor import Tensor

__all__: list[str] = []


def _first(ndim: int) -> tuple[int, ...]:
    """The order of axes that brings the channels of so many axes to the front."""
    return (0, ndim - 1, *range(1, ndim - 1))


def _last(ndim: int) -> tuple[int, ...]:
    return (0, *range(2, ndim), 1)


def _padding(windows: Windows, sizes: Sequence[int | None]) -> dict[str, Any]:
    """Padding as attributes: in numbers, unless they hang on sizes that are open."""
    if windows.padding == "same" and None in sizes:
        return {"auto_pad": "SAME_UPPER"}
    low, high = zip(*windows.margins(sizes), strict=True)  # type: ignore[arg-type]
    return {"pads": [*low, *high]}


@rule(Convolution)
def _convolution(w: Writer, node: Tensor, x: str, kernel: str) -> str:
    op: Any = node.op
    image, filters = node.inputs
    ndim = image.ndim
    y = w.node(
        "Conv",
        w.transpose(x, _first(ndim)),
        w.transpose(kernel, (ndim - 1, ndim - 2, *range(ndim - 2))),
        strides=op.strides,
        dilations=op.dilation,
        group=op.groups,
        **_padding(op.windows(filters.shape[:-2]), image.shape[1:-1]),
    )
    return w.transpose(y, _last(ndim))


@rule(ConvolutionTranspose)
def _convolution_transpose(w: Writer, node: Tensor, y: str, kernel: str, *sizes: str) -> str:
    op: Any = node.op
    image = node.inputs[0]
    if op.groups > 1 or isinstance(op.padding, str):
        raise w.refuse(node, "a transposed convolution in one group, with padding in numbers")
    ndim = image.ndim
    low, high = zip(*op.padding, strict=True)
    x = w.node(
        "ConvTranspose",
        w.transpose(y, _first(ndim)),
        w.transpose(kernel, (ndim - 1, ndim - 2, *range(ndim - 2))),
        strides=op.strides,
        dilations=op.dilation,
        pads=[*low, *(max(n, 0) for n in high)],
    )
    if min(high) < 0:  # zeros behind what any window reaches
        more = [max(-n, 0) for n in high]
        x = w.node("Pad", x, w.ints(*[0] * (ndim + 2), *more), w.like(node, 0))
    return w.transpose(x, _last(ndim))


@rule(MaxPool)
def _max_pool(w: Writer, node: Tensor, x: str) -> str:
    op: Any = node.op
    (image,) = node.inputs
    wide = x if is_float(image.dtype) else w.cast(x, "float64")  # ONNX pools no whole numbers
    y = w.node(
        "MaxPool",
        w.transpose(wide, _first(image.ndim)),
        kernel_shape=op.size,
        strides=op.strides,
        **_padding(op.windows, image.shape[1:-1]),
    )
    y = w.transpose(y, _last(image.ndim))
    return y if is_float(image.dtype) else w.cast(y, image.dtype)


@rule(WindowSum)
def _window_sum(w: Writer, node: Tensor, x: str) -> str:
    op: Any = node.op
    (image,) = node.inputs
    mean = w.node(
        "AveragePool",
        w.transpose(x, _first(image.ndim)),
        kernel_shape=op.size,
        strides=op.strides,
        count_include_pad=1,
        **_padding(op.windows, image.shape[1:-1]),
    )
    count = w.like(node, math.prod(op.size))
    return w.node("Mul", w.transpose(mean, _last(image.ndim)), count)
