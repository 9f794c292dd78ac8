"""Fourier transforms, of pairs (real parts, imaginary parts), under Keras's names."""

from typing import Any

import numpy as np

from pellucid.allowance import claim
from pellucid.errors import ArgumentError, unknown_name
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.operations.broadcasting import full, shape_of
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.fourier import fourier
from pellucid.graph.operations.indexing import scatter_add
from pellucid.graph.operations.movement import concatenate, flip, slice_axes, swapaxes
from pellucid.graph.operations.movement import pad as pad_zeros
from pellucid.ops.arrangement import pad
from pellucid.ops.sliding import extract_sequences, places

__all__ = ["fft", "fft2", "ifft2", "irfft", "istft", "rfft", "stft"]

Pair = tuple[Any, Any]


def fft(x: Pair) -> Pair:
    """The discrete Fourier transform along the last axis.

    Args:
        x: Real and imaginary parts.

    Examples:
        >>> fft((np.array([1.0, 1.0]), np.array([0.0, 0.0])))
        (array([2., 0.]), array([0., 0.]))
    """
    return fourier(*x)


def _both(x: Pair, inverse: bool) -> Pair:
    real, imaginary = fourier(*x, inverse=inverse)
    real, imaginary = fourier(swapaxes(real, -1, -2), swapaxes(imaginary, -1, -2), inverse)
    return swapaxes(real, -1, -2), swapaxes(imaginary, -1, -2)


def fft2(x: Pair) -> Pair:
    """The discrete Fourier transform along the last two axes.

    Args:
        x: Real and imaginary parts.

    Examples:
        >>> fft2((np.ones((1, 2)), np.zeros((1, 2))))[0]
        array([[2., 0.]])
    """
    return _both(x, inverse=False)


def ifft2(x: Pair) -> Pair:
    """What :func:`fft2` makes the pair of.

    Args:
        x: Real and imaginary parts.

    Examples:
        >>> ifft2((np.array([[2.0, 0.0]]), np.zeros((1, 2))))[0]
        array([[1., 1.]])
    """
    real, imaginary = _both(x, inverse=True)
    count = real.shape[-1] * real.shape[-2]
    return real / count, imaginary / count


def _fitted(x: Any, length: int) -> Any:
    """The last axis cut off, or filled up with zeros, to a length."""
    last = x.ndim - 1
    x = slice_axes(x, {last: (0, min(length, x.shape[-1]), 1)})
    return pad_zeros(x, [(0, 0)] * last + [(0, length - x.shape[-1])])


def rfft(x: Any, fft_length: int | None = None) -> Pair:
    """The Fourier transform of real numbers along the last axis: the first half, that says it all.

    Args:
        x: Real numbers.
        fft_length: They are cut off or filled up with zeros to this length.

    Shapes:
        x (..., T) → (..., T // 2 + 1) twice

    Examples:
        >>> rfft(np.array([1.0, 1.0, 1.0, 1.0]))[0]
        array([4., 0., 0.])
    """
    x = floating(x)
    x = x if fft_length is None else _fitted(x, fft_length)
    half = x.shape[-1] // 2 + 1
    real, imaginary = fourier(x, x * 0)
    span = {x.ndim - 1: (0, half, 1)}
    return slice_axes(real, span), slice_axes(imaginary, span)


def irfft(x: Pair, fft_length: int | None = None) -> Any:
    """The real numbers of which :func:`rfft` gives a half.

    Args:
        x: Real and imaginary parts of the half.
        fft_length: How many there are; twice the half's size less one by default.

    Examples:
        >>> irfft((np.array([4.0, 0.0, 0.0]), np.zeros(3)))
        array([1., 1., 1., 1.])
    """
    real, imaginary = (floating(part) for part in x)
    length = 2 * (real.shape[-1] - 1) if fft_length is None else fft_length
    half = length // 2 + 1
    real, imaginary = _fitted(real, half), _fitted(imaginary, half)
    last = real.ndim - 1
    # The other half is the first one mirrored, with the sign of the imaginary part turned.
    mirror = {last: (1, half - 1 if length % 2 == 0 else half, 1)}
    real = concatenate([real, flip(slice_axes(real, mirror), last)], last)
    # Those at 0, and in the middle, of real numbers are real: what is given there does not count.
    first = np.ones(half, dtype=np.float64)
    first[0] = 0
    first[-1] = first[-1] if length % 2 else 0
    imaginary = imaginary * cast(first, imaginary.dtype)
    imaginary = concatenate([imaginary, -flip(slice_axes(imaginary, mirror), last)], last)
    return fourier(real, imaginary, inverse=True)[0] / length


def _window(window: Any, length: int, fft_length: int, dtype: str) -> Any:
    """A window filled up on both sides to the length of the transform."""
    if window is None:
        return np.ones(fft_length).astype(dtype)
    if isinstance(window, str):
        shapes = {"hann": (0.5, 0.5), "hamming": (0.54, 0.46)}
        if window not in shapes:
            raise unknown_name("window", window, shapes)
        mean, swing = shapes[window]
        window = mean - swing * np.cos(2 * np.pi * np.arange(length) / length)
    window = np.asarray(window)
    if window.shape != (length,):
        raise ArgumentError(
            "A window is as long as a sequence.",
            given=f"a window of shape {window.shape}",
            expected=f"shape ({length},)",
        )
    left = (fft_length - length) // 2
    return np.pad(window, (left, fft_length - length - left)).astype(dtype)


def stft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    window: Any = "hann",
    center: bool = True,
) -> Pair:
    """The Fourier transforms of pieces of signals, each faded in and out by a window.

    Args:
        x: Signals.
        sequence_length: Of a piece.
        sequence_stride: Steps from one piece to the next.
        fft_length: To which pieces are filled up with zeros.
        window: ``"hann"``, ``"hamming"``, a vector or ``None``.
        center: Whether a piece lies around its place: the signal is mirrored at its ends.

    Shapes:
        x (..., T) → (..., pieces, fft_length // 2 + 1) twice

    Raises:
        ArgumentError: If the transform is shorter than a piece, or the window does not fit.

    Examples:
        >>> stft(np.ones(8), 4, 2, 4, window=None, center=False)[0][0]
        array([4., 0., 0.])
    """
    x = floating(x)
    if fft_length < sequence_length:
        raise ArgumentError(
            "A transform is at least as long as a piece.",
            given=f"fft_length={fft_length}, sequence_length={sequence_length}",
            expected="fft_length >= sequence_length",
        )
    claim(fft_length, "a transform")
    if center:
        x = pad(x, [(0, 0)] * (x.ndim - 1) + [(fft_length // 2, fft_length // 2)], mode="reflect")
    shape = _window(window, sequence_length, fft_length, dtype_name(x.dtype))
    return rfft(extract_sequences(x, fft_length, sequence_stride) * shape)


def istft(
    x: Pair,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: Any = "hann",
    center: bool = True,
) -> Any:
    """The signals of which :func:`stft` made the pieces: added up, and divided by the windows.

    Args:
        x: Real and imaginary parts.
        sequence_length: Of a piece.
        sequence_stride: Steps from one piece to the next.
        fft_length: Of the transforms.
        length: Of the signals; as far as the pieces go by default.
        window: That of :func:`stft`.
        center: That of :func:`stft`.

    Examples:
        >>> pieces = stft(np.arange(8.0), 4, 2, 4)
        >>> istft(pieces, 4, 2, 4).round(9)
        array([0., 1., 2., 3., 4., 5., 6., 7.])
    """
    pieces = irfft(x, fft_length)
    kind = dtype_name(pieces.dtype)
    shape = _window(window, sequence_length, fft_length, kind)
    *outer, count, _ = shape_of(pieces)
    total = fft_length + sequence_stride * (count - 1)
    spots = places(total, fft_length, sequence_stride, 1).T
    start = full((*outer, total), 0, kind)
    signal = scatter_add(start, spots, pieces * shape, axis=len(outer))
    squares = np.zeros(total)
    np.add.at(squares, spots, np.broadcast_to(np.square(shape), spots.shape))
    squares = np.where(squares > 1e-10, squares, 1.0)  # nothing was seen there
    signal = signal / cast(squares, kind)
    begin = fft_length // 2 if center else 0
    end = total - begin if length is None else begin + length
    return slice_axes(signal, {len(outer): (begin, min(end, total), 1)})
