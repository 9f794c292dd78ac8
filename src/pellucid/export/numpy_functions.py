"""Functions that exported NumPy code may need. Their text is copied into the file as it is here.

So they use NumPy and the standard library alone, and each other.
"""
# ruff: noqa: B905 - as short as they can be read
# mypy: disable-error-code=no-untyped-def

import math

import numpy as np

__all__ = [
    "convolution",
    "convolution_transpose",
    "dynamic_slice",
    "dynamic_update",
    "erf",
    "erfc",
    "fourier",
    "gelu",
    "max_pool",
    "pairs",
    "scatter",
    "scatter_along",
    "segments",
    "sigmoid",
    "softmax",
    "top_k",
    "views",
    "window_sum",
]


def sigmoid(x):
    """From the whole line to between 0 and 1; an exp that overflows is right too: 1 / inf = 0."""
    return 1 / (1 + np.exp(-x))


def softmax(x, axis):
    """Shares that add up to 1; without the largest taken off, exp could overflow."""
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def erf(x):
    """The error function."""
    return np.vectorize(math.erf, otypes=[x.dtype])(x)


def erfc(x):
    """What the error function lacks to 1, also where that is small."""
    return np.vectorize(math.erfc, otypes=[x.dtype])(x)


def gelu(x):
    """x times how probable a smaller number is under the normal distribution."""
    return x * erfc(-x / math.sqrt(2)) / 2


def pairs(padding, shape, size, strides, dilation):
    """Padding in numbers, (in front, behind) for each spatial axis; "same" has a window a step."""
    if not isinstance(padding, str):
        return padding
    result = []
    for n, k, s, d in zip(shape[1:-1], size, strides, dilation):
        total = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0) if padding == "same" else 0
        result.append((total // 2, total - total // 2))
    return result


def views(x, size, strides, dilation):
    """For each place in a window, row by row, what all windows over x see there."""
    axes = list(zip(x.shape[1:-1], size, strides, dilation))
    spans = [(n - (k - 1) * d - 1) // s * s + 1 for n, k, s, d in axes]
    for place in np.ndindex(*size):
        starts = [i * d for i, d in zip(place, dilation)]
        cuts = [slice(a, a + n, s) for a, n, s in zip(starts, spans, strides)]
        yield x[(slice(None), *cuts)]


def convolution(x, kernel, strides, padding, dilation=(1, 1, 1), groups=1):
    """At each place the sum over a window of x, and its channels, of x times the kernel."""
    size = kernel.shape[:-2]
    ends = pairs(padding, x.shape, size, strides, dilation)
    x = np.pad(x, [(0, 0), *ends, (0, 0)])
    seen = list(views(x, size, strides, dilation))
    parts = []
    for part in range(groups):  # each group of filters sees its own channels
        channels = slice(part * kernel.shape[-2], (part + 1) * kernel.shape[-2])
        each = kernel.shape[-1] // groups
        matrices = kernel[..., part * each : (part + 1) * each].reshape(-1, kernel.shape[-2], each)
        parts.append(sum(view[..., channels] @ matrix for view, matrix in zip(seen, matrices)))
    return np.concatenate(parts, axis=-1)


def convolution_transpose(y, kernel, sizes, strides, padding, dilation=(1, 1, 1)):
    """A convolution backwards: each place of y puts the kernel, times its value, into x."""
    size = kernel.shape[:-2]
    behind = [max(high, 0) for _, high in padding]
    more = [max(-high, 0) for _, high in padding]  # zeros behind what any window reaches
    inner = [low + n - m + b for (low, _), n, m, b in zip(padding, sizes, more, behind)]
    whole = np.zeros((len(y), *inner, kernel.shape[-2]), y.dtype)
    matrices = kernel.reshape(-1, *kernel.shape[-2:])
    for view, matrix in zip(views(whole, size, strides, dilation), matrices):
        view += y @ matrix.T
    cut = [slice(low, n - b) for (low, _), n, b in zip(padding, inner, behind)]
    return np.pad(whole[(slice(None), *cut)], [(0, 0), *((0, m) for m in more), (0, 0)])


def max_pool(x, size, strides, padding):
    """The largest in each window, channel by channel."""
    ones = (1,) * len(size)
    ends = pairs(padding, x.shape, size, strides, ones)
    least = np.iinfo(x.dtype).min if x.dtype.kind in "iu" else -np.inf
    x = np.pad(x, [(0, 0), *ends, (0, 0)], constant_values=least)
    return np.maximum.reduce(list(views(x, size, strides, ones)))


def window_sum(x, size, strides, padding):
    """The sum of each window, channel by channel."""
    ones = (1,) * len(size)
    ends = pairs(padding, x.shape, size, strides, ones)
    return sum(views(np.pad(x, [(0, 0), *ends, (0, 0)]), size, strides, ones))


def top_k(x, k):
    """The k largest along the last axis, largest first, and their positions."""
    backwards = np.argsort(x[..., ::-1], axis=-1, kind="stable")[..., ::-1]
    places = (x.shape[-1] - 1 - backwards[..., :k]).astype(np.int32)
    return np.take_along_axis(x, places, axis=-1), places


def dynamic_slice(x, starts, sizes):
    """A part of x of the given sizes, moved back where it would reach beyond the end."""
    cuts = []
    for n, start, size in zip(x.shape, starts, sizes):
        first = min(max(start + n if start < 0 else start, 0), n - size)
        cuts.append(slice(first, first + size))
    return x[tuple(cuts)]


def dynamic_update(x, part, starts):
    """x with a part of it replaced, moved back where it would reach beyond the end."""
    cuts = []
    for n, start, size in zip(x.shape, starts, part.shape):
        first = min(max(start + n if start < 0 else start, 0), n - size)
        cuts.append(slice(first, first + size))
    result = x.copy()
    result[tuple(cuts)] = part
    return result


def scatter(x, indices, updates, axis):
    """x with updates added at positions along an axis; those outside of it are dropped."""
    result = np.moveaxis(x.copy(), axis, 0)
    rows = np.moveaxis(updates, range(axis, axis + indices.ndim), range(indices.ndim))
    inside = (indices >= -len(result)) & (indices < len(result))
    np.add.at(result, indices[inside], rows[inside])
    return np.moveaxis(result, 0, axis)


def scatter_along(x, indices, updates, axis):
    """x with updates added, on each line along an axis at its own positions."""
    result, places = x.copy(), list(np.indices(indices.shape))
    places[axis] = indices
    inside = (indices >= -x.shape[axis]) & (indices < x.shape[axis])
    np.add.at(result, tuple(place[inside] for place in places), updates[inside])
    return result


def segments(function, empty, numbers, rows):
    """Rows with the same number put together; numbers without a place are dropped."""
    inside = (numbers >= 0) & (numbers < len(empty))
    function.at(empty, numbers[inside], rows[inside])
    return empty


def fourier(real, imaginary, inverse=False):
    """The discrete Fourier transform along the last axis, in neither direction divided by N."""
    x = real + 1j * imaginary
    y = np.fft.ifft(x, norm="forward") if inverse else np.fft.fft(x)
    return y.real.astype(real.dtype), y.imag.astype(real.dtype)
