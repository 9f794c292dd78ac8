"""Convolution: one small matrix, the kernel, applied at every place of an image or a series.

A convolution is linear in its input and in its kernel. So three operations are closed under
differentiation: the convolution itself, its transpose that goes from outputs back to inputs, and
the one that finds the kernel from inputs and outputs. The gradient of each by each of its inputs
is another of the three; transposed convolution, as a layer uses it, is the second.

On an accelerator all three are ``lax.conv_general_dilated``. So they are on a CPU where XLA has a
fast routine there: in single and half precision, without groups, and, but for the convolution
itself, without strides. Elsewhere it takes several times as long as a matrix product for each
offset in the kernel, so that is what they are there; ``benchmarks/convolution_lowering.py`` shows
the difference.

Source:
    Dumoulin, Visin 2016, "A guide to convolution arithmetic for deep learning", chapter 4 (the
    transpose), https://arxiv.org/abs/1603.07285.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.graph.operations.broadcasting import shape_of, split_shape
from pellucid.graph.operations.casting import floating, together
from pellucid.graph.operations.sliding import Padding, Windows, each_axis, padding_of
from pellucid.graph.spec import Shape, Spec
from pellucid.graph.tensor import Op, Tensor, apply

__all__ = ["convolution", "convolution_transpose"]


@dataclass(frozen=True)
class Trilinear(Op):
    """What the three operations share: which x, kernel and y belong together.

    The input x is (B, *spatial, C), the kernel (*size, C / groups, filters), the output y
    (B, *spatial', filters). Channels and filters lie in groups, one group after the other, and
    each group of filters sees one group of channels.
    """

    strides: tuple[int, ...]
    padding: Padding
    dilation: tuple[int, ...]
    groups: int

    def windows(self, size: Sequence[int | None]) -> Windows:
        return Windows(tuple(size), self.strides, self.padding, self.dilation)  # type: ignore[arg-type]

    def output(self, x: Any, kernel: Any) -> Any:
        """y from x and the kernel."""
        return apply(Convolution(self.strides, self.padding, self.dilation, self.groups), x, kernel)

    def input(self, y: Any, kernel: Any, sizes: Sequence[Any]) -> Any:
        """x, of the given spatial sizes, from y and the kernel."""
        known, tensors = split_shape(sizes)
        fields = self.strides, self.padding, self.dilation, self.groups
        return apply(ConvolutionTranspose(*fields, known), y, kernel, *tensors)

    def kernel(self, x: Any, y: Any, size: Sequence[Any]) -> Any:
        """The kernel, of the given size, from x and y."""
        fields = self.strides, self.padding, self.dilation, self.groups
        return apply(ConvolutionKernel(*fields, tuple(size)), x, y)

    def slow(self, jax: Any, dtype: Any) -> bool:
        """Whether XLA has no fast routine for these convolutions where it runs."""
        return jax.platform == "cpu" and (self.groups > 1 or dtype == np.float64)

    def apart(self, xp: Any, x: Any, each: int) -> Any:
        """The groups of channels brought to the front, for one product of a batch of matrices.

        Not where there is one group, nor where ``each`` has one channel of x: those products are
        elementwise and need no moving.
        """
        if self.groups == 1 or each == 1:
            return x
        return xp.moveaxis(xp.reshape(x, (*x.shape[:-1], self.groups, -1)), -2, 0)

    def joined(self, xp: Any, x: Any, each: int) -> Any:
        """The groups side by side again."""
        if self.groups == 1 or each == 1:
            return x
        x = xp.moveaxis(x, 0, -2)
        return xp.reshape(x, (*x.shape[:-2], -1))

    def to_filters(self, xp: Any, x: Any, matrix: Any) -> Any:
        """Channels to filters, at one offset in the kernel."""
        if self.groups == 1:
            return xp.matmul(x, matrix)
        if matrix.shape[-2] == 1:
            return xp.repeat(x, matrix.shape[-1] // self.groups, -1) * matrix[0]
        rows = xp.reshape(x, (self.groups, -1, x.shape[-1]))
        return xp.reshape(xp.matmul(rows, matrix), (*x.shape[:-1], -1))

    def to_channels(self, xp: Any, y: Any, matrix: Any) -> Any:
        """Filters to channels, at one offset in the kernel."""
        if self.groups == 1:
            return xp.matmul(y, matrix.T)
        if matrix.shape[-2] == 1:
            product = xp.reshape(y * matrix[0], (*y.shape[:-1], self.groups, -1))
            return xp.sum(product, -1)
        rows = xp.reshape(y, (self.groups, -1, y.shape[-1]))
        return xp.reshape(xp.matmul(rows, xp.swapaxes(matrix, -1, -2)), (*y.shape[:-1], -1))

    def to_matrix(self, xp: Any, x: Any, y: Any, each: int) -> Any:
        """Channels times filters, summed over all places."""
        if self.groups == 1:
            return xp.matmul(_rows(xp, x, ()).T, _rows(xp, y, ()))
        if each == 1:
            product = xp.repeat(x, y.shape[-1] // self.groups, -1) * y
            return xp.sum(_rows(xp, product, ()), 0)[None]
        rows = _rows(xp, x, (self.groups,)), _rows(xp, y, (self.groups,))
        return xp.matmul(xp.swapaxes(rows[0], -1, -2), rows[1])

    def matrices(self, xp: Any, kernel: Any) -> list[Any]:
        """For each offset in the kernel its matrix, from channels to filters."""
        flat = xp.reshape(kernel, (-1, *kernel.shape[-2:]))
        return [self.apart(xp, flat[i], kernel.shape[-2]) for i in range(flat.shape[0])]


def _rows(xp: Any, x: Any, lead: tuple[int, ...]) -> Any:
    return xp.reshape(x, (*lead, -1, x.shape[-1]))


def _wide(x: Any) -> Any:
    """Half precision as single: products are added up in single."""
    return x.astype(np.float32) if x.dtype.itemsize == 2 else x


def _layouts(ndim: int) -> tuple[str, str, str]:
    """Of input, kernel and output, in the letters of XLA."""
    letters = "DHW"[3 - ndim :]
    return f"N{letters}C", f"{letters}IO", f"N{letters}C"


class Convolution(Trilinear):
    """y: for each window and filter the sum over offsets and channels of x times the kernel."""

    def infer(self, x: Spec, kernel: Spec) -> Spec:
        channels, (each, filters) = x.shape[-1], kernel.shape[-2:]
        if None not in (channels, each) and channels != each * self.groups:  # type: ignore[operator]
            several = f" for each of {self.groups} groups" if self.groups > 1 else ""
            raise ShapeError(
                f"An input of shape {x.shape} cannot be convolved with a kernel of shape "
                f"{kernel.shape}.",
                given=f"{channels} channels in the input, {each} in the kernel{several}",
                expected=f"{each * self.groups} channels in the input",  # type: ignore[operator]
            )
        if filters is not None and filters % self.groups:
            raise ShapeError(
                f"{filters} filters cannot be divided into {self.groups} groups.",
                given=f"a kernel of shape {kernel.shape}, groups={self.groups}",
                expected=f"a number of filters that {self.groups} divides",
            )
        counts = self.windows(kernel.shape[:-2]).counts(x.shape[1:-1])
        return x.with_shape([x.shape[0], *counts, filters])

    def value(self, x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        return self.by_offsets(np, x, kernel)

    def lower(self, jax: Any, x: Any, kernel: Any) -> Any:
        single = jax.platform == "cpu" and x.shape[-1] == 1
        if single or self.slow(jax, x.dtype):
            return self.by_offsets(jax.numpy, x, kernel, jax.lax).astype(x.dtype)
        return jax.lax.conv_general_dilated(
            x,
            kernel,
            self.strides,
            self.windows(kernel.shape[:-2]).margins(x.shape[1:-1]),
            rhs_dilation=self.dilation,
            dimension_numbers=_layouts(x.ndim - 2),
            feature_group_count=self.groups,
        )

    def by_offsets(self, xp: Any, x: Any, kernel: Any, lax: Any = None) -> Any:
        windows, each = self.windows(kernel.shape[:-2]), kernel.shape[-2]
        padded = self.apart(xp, windows.padded(xp, _wide(x)), each)
        if x.shape[-1] == 1:
            # Products of one row would be elementwise, and computed again by each who uses them.
            row = xp.concatenate(windows.views(padded, lax), -1)
            return xp.matmul(row, xp.reshape(_wide(kernel), (-1, kernel.shape[-1])))
        matrices = self.matrices(xp, _wide(kernel))
        total: Any = 0
        for view, matrix in zip(windows.views(padded, lax), matrices, strict=True):
            total = total + self.to_filters(xp, view, matrix)
        return self.joined(xp, total, each)

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor, kernel: Tensor) -> Any:
        to_x = self.input(upstream, kernel, shape_of(x)[1:-1])
        return to_x, self.kernel(x, upstream, kernel.shape[:-2])


@dataclass(frozen=True)
class ConvolutionTranspose(Trilinear):
    """x: every window puts its filters of y times the kernel where it lies, added up."""

    sizes: Shape

    def spatial(self, sizes: tuple[Any, ...]) -> tuple[int, ...]:
        """The sizes of x at run time: open ones are filled in from the inputs."""
        given = iter(sizes)
        return tuple(int(next(given)) if n is None else n for n in self.sizes)

    def infer(self, y: Spec, kernel: Spec, *sizes: Spec) -> Spec:
        (each, filters), given = kernel.shape[-2:], y.shape[-1]
        if None not in (given, filters) and given != filters:
            raise ShapeError(
                f"An input of shape {y.shape} cannot go back through a kernel of shape "
                f"{kernel.shape}.",
                given=f"{given} channels in the input, {filters} on the kernel's last axis",
                expected=f"{filters} channels in the input",
            )
        channels = None if each is None else each * self.groups
        return y.with_shape([y.shape[0], *self.sizes, channels])

    def value(self, y: np.ndarray, kernel: np.ndarray, *sizes: np.ndarray) -> np.ndarray:
        windows = self.windows(kernel.shape[:-2])
        folded = windows.fold(self.parts(np, y, kernel), self.spatial(sizes))
        return self.joined(np, folded, kernel.shape[-2])

    def parts(self, xp: Any, y: Any, kernel: Any) -> list[Any]:
        """What all windows put at each offset."""
        y = self.apart(xp, _wide(y), kernel.shape[-2])
        return [self.to_channels(xp, y, m) for m in self.matrices(xp, _wide(kernel))]

    def lower(self, jax: Any, y: Any, kernel: Any, *sizes: Any) -> Any:
        windows, spatial = self.windows(kernel.shape[:-2]), self.spatial(sizes)
        # XLA's routine is no faster for few channels.
        apart = jax.platform == "cpu" and (max(self.strides) > 1 or kernel.shape[-2] <= 4)
        if apart or self.slow(jax, y.dtype):
            folded = windows.fold_jax(jax, self.parts(jax.numpy, y, kernel), spatial)
            return self.joined(jax.numpy, folded, kernel.shape[-2]).astype(y.dtype)
        # A convolution of y, spread out by the strides, with the kernel turned round.
        in_front = [
            extent - 1 - low
            for extent, (low, _) in zip(windows.extent, windows.margins(spatial), strict=True)
        ]
        ends = [
            (low, n + extent - 2 - (count - 1) * s - low)
            for low, n, extent, count, s in zip(
                in_front, spatial, windows.extent, y.shape[1:-1], self.strides, strict=True
            )
        ]
        turned = jax.numpy.flip(kernel, range(len(spatial)))
        groups = jax.numpy.reshape(turned, (*turned.shape[:-1], self.groups, -1))
        swapped = jax.numpy.swapaxes(groups, -1, -3)  # (*size, filters / groups, groups, each)
        return jax.lax.conv_general_dilated(
            y,
            jax.numpy.reshape(swapped, (*swapped.shape[:-2], -1)),
            (1,) * len(spatial),
            ends,
            lhs_dilation=self.strides,
            rhs_dilation=self.dilation,
            dimension_numbers=_layouts(len(spatial)),
            feature_group_count=self.groups,
        )

    def gradient(
        self, upstream: Tensor, output: Tensor, y: Tensor, kernel: Tensor, *sizes: Tensor
    ) -> Any:
        to_kernel = self.kernel(upstream, y, kernel.shape[:-2])
        return self.output(upstream, kernel), to_kernel, *(None for _ in sizes)


@dataclass(frozen=True)
class ConvolutionKernel(Trilinear):
    """The kernel: for each offset the sum over all windows of x there times y."""

    size: tuple[int, ...]

    def infer(self, x: Spec, y: Spec) -> Spec:
        each = None if x.shape[-1] is None else x.shape[-1] // self.groups
        return x.with_shape([*self.size, each, y.shape[-1]])

    def value(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return self.by_offsets(np, x, y)

    def lower(self, jax: Any, x: Any, y: Any) -> Any:
        one = x.shape[-1] == 1 or math.prod(self.size) == 1  # one matrix product
        apart = jax.platform == "cpu" and (max(self.strides) > 1 or one)
        if apart or self.slow(jax, x.dtype):
            return self.by_offsets(jax.numpy, x, y, jax.lax).astype(x.dtype)
        # A convolution whose kernel is y, and which sums over the batch in place of the channels.
        windows = self.windows(self.size)
        ends = [
            (low, (count - 1) * s + extent - n - low)
            for n, count, s, extent, (low, _) in zip(
                x.shape[1:-1],
                y.shape[1:-1],
                self.strides,
                windows.extent,
                windows.margins(x.shape[1:-1]),
                strict=True,
            )
        ]
        letters = "DHW"[3 - len(self.size) :]
        layouts = f"C{letters}N", f"I{letters}O", f"{letters}NC"
        if jax.platform == "cpu":
            # In a loop its fast routine takes no other layout, and is not to be had by asking XLA.
            x, y = jax.numpy.swapaxes(x, 0, -1), jax.numpy.moveaxis(y, 0, -2)
            layouts = _layouts(len(self.size))
        kernel = jax.lax.conv_general_dilated(
            x,
            y,
            self.dilation,
            ends,
            rhs_dilation=self.strides,
            dimension_numbers=layouts,
            batch_group_count=self.groups,
        )
        return jax.numpy.moveaxis(kernel, 0, -2) if jax.platform == "cpu" else kernel

    def by_offsets(self, xp: Any, x: Any, y: Any, lax: Any = None) -> Any:
        windows, each = self.windows(self.size), x.shape[-1] // self.groups
        padded = self.apart(xp, windows.padded(xp, _wide(x)), each)
        y = self.apart(xp, _wide(y), each)
        views = windows.views(padded, lax)
        if x.shape[-1] == 1:
            # A matrix of one row for each offset would be slow: all offsets are one matrix.
            parts = [self.to_matrix(xp, xp.concatenate(views, -1), y, each)]
        else:
            parts = [self.joined(xp, self.to_matrix(xp, view, y, each), each) for view in views]
        return xp.reshape(xp.stack(parts), (*self.size, each, -1))

    def gradient(self, upstream: Tensor, output: Tensor, x: Tensor, y: Tensor) -> Any:
        return self.input(y, upstream, shape_of(x)[1:-1]), self.output(x, upstream)


def convolution(
    x: Any,
    kernel: Any,
    strides: int | Sequence[int] = 1,
    padding: str | Sequence[Any] = "valid",
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Any:
    """At each place the sum, over a window and its channels, of the input times the kernel.

    As everywhere in neural networks the kernel is not turned round (it is a cross-correlation).

    Args:
        x: One to three spatial axes between the batch and the channels.
        kernel: What all windows are multiplied with.
        strides: Steps from one window to the next: one number, or one for each spatial axis.
        padding: Zeros around the input: ``"valid"`` (none), ``"same"`` (an output of the input's
            size divided by the strides, rounded up), or for each axis a pair of numbers.
        dilation: Steps from one element that a window sees to the next.
        groups: Parts that the channels are divided into; the filters are divided likewise, and
            each sees its own part only. As many as channels: a depthwise convolution.

    Shapes:
        x (B, H, W, C), kernel (K, K, C / groups, filters) → (B, H', W', filters),
        likewise with one or three spatial axes

    Raises:
        ShapeError: If channels or axes do not fit, or the window is larger than the input.

    Examples:
        >>> x = np.array([1.0, 2.0, 4.0, 8.0]).reshape(1, 4, 1)
        >>> difference = np.array([-1.0, 1.0]).reshape(2, 1, 1)
        >>> convolution(x, difference).ravel()
        array([1., 2., 4.])
        >>> convolution(x, difference, strides=2, padding=[(1, 0)]).ravel()
        array([1., 2.])
    """
    x, kernel, ndim = _operands(x, kernel)
    return apply(
        Convolution(
            each_axis("strides", strides, ndim),
            padding_of(padding, ndim),
            each_axis("dilation", dilation, ndim),
            *each_axis("groups", groups, 1),
        ),
        x,
        kernel,
    )


def convolution_transpose(
    x: Any,
    kernel: Any,
    strides: int | Sequence[int] = 1,
    padding: str | Sequence[Any] = "valid",
    output_padding: int | Sequence[int] | None = None,
    dilation: int | Sequence[int] = 1,
) -> Any:
    """A convolution run backwards: each place puts the kernel, times its value, into the output.

    It is the gradient of :func:`convolution` by its input; with strides it makes images larger.

    Args:
        x: One to three spatial axes between the batch and the channels.
        kernel: With the filters of the output before the channels of the input.
        strides: Steps in the output from one place of the input to the next.
        padding: What is cut off from the output: nothing for ``"valid"``; for ``"same"`` what is
            beyond the size of the input times the strides; or for each axis a pair of numbers.
        output_padding: Elements added at the end, to a size of (n - 1) * stride + K for ``"valid"``
            and (n - 1) * stride + K % 2 for ``"same"``. By default ``"same"`` gives n * stride,
            and ``"valid"`` at least that.
        dilation: Steps in the output from one element of the kernel to the next.

    Shapes:
        x (B, H, W, C), kernel (K, K, filters, C) → (B, H', W', filters),
        likewise with one or three spatial axes

    Raises:
        ShapeError: If channels or axes do not fit.

    Examples:
        >>> x = np.array([1.0, 10.0]).reshape(1, 2, 1)
        >>> kernel = np.array([1.0, 2.0, 3.0]).reshape(3, 1, 1)
        >>> convolution_transpose(x, kernel, strides=2).ravel()
        array([ 1.,  2., 13., 20., 30.])
        >>> convolution_transpose(x, kernel, strides=2, padding="same").ravel()
        array([ 1.,  2., 13., 20.])
    """
    x, kernel, ndim = _operands(x, kernel)
    steps, apart = each_axis("strides", strides, ndim), each_axis("dilation", dilation, ndim)
    cut = padding_of(padding, ndim)
    extra: Sequence[int | None] = (
        (None,) * ndim
        if output_padding is None
        else each_axis("output_padding", output_padding, ndim, least=0)
    )
    extents = [(k - 1) * d + 1 for k, d in zip(kernel.shape[:-2], apart, strict=True)]
    ends = tuple(
        _cut(extent, s, cut if isinstance(cut, str) else cut[axis], more)
        for axis, (extent, s, more) in enumerate(zip(extents, steps, extra, strict=True))
    )
    sizes = [
        (n - 1) * s + extent - low - high
        for n, s, extent, (low, high) in zip(shape_of(x)[1:-1], steps, extents, ends, strict=True)
    ]
    if any(not isinstance(n, Tensor) and n < 1 for n in sizes):
        raise ShapeError(
            "The padding cuts off the whole output.",
            given=f"an input of shape {tuple(x.shape)}, padding={padding}",
            expected=f"an output of at least 1 element on each axis, not {tuple(sizes)}",
        )
    return Trilinear(steps, ends, apart, 1).input(x, kernel, sizes)


def _cut(
    extent: int, stride: int, padding: str | tuple[int, int], more: int | None
) -> tuple[int, int]:
    """What is cut off at the ends of a transposed convolution's output; below 0: zeros added."""
    if not isinstance(padding, str):
        return padding[0], padding[1] - (more or 0)
    if padding == "valid":
        return 0, -(max(stride - extent, 0) if more is None else more)
    # Keras's sizes, its uneven element cut off at the end.
    total = extent - stride if more is None else extent - extent % 2 - more
    low = max(total // 2, 0)
    return low, total - low


def _operands(x: Any, kernel: Any) -> tuple[Any, Any, int]:
    """Input and kernel as floating-point tensors of one dtype, and their spatial axes' number."""
    x, kernel = together(x, kernel)
    if x.ndim != kernel.ndim or not 3 <= x.ndim <= 5:
        raise ShapeError(
            f"An input of shape {tuple(x.shape)} and a kernel of shape {tuple(kernel.shape)} do "
            "not belong together.",
            given=f"{x.ndim} and {kernel.ndim} axes",
            expected="3, 4 or 5 axes each: (batch, *spatial, channels) and "
            "(*size, channels, filters)",
            mend="add the missing axis: expand_dims(x, -1) for channels, expand_dims(x, 0) for a "
            "batch",
        )
    return floating(x), floating(kernel), x.ndim - 2
