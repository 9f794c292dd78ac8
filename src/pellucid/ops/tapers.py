"""Windows that weigh the samples of a signal: they fall off towards both ends."""

from typing import Any

import numpy as np

from pellucid import config
from pellucid.graph.dtypes import numpy_dtype

__all__ = [
    "bartlett",
    "blackman",
    "hamming",
    "hanning",
    "kaiser",
]


def _window(window: np.ndarray) -> Any:
    return window.astype(numpy_dtype(config.floatx()))


def bartlett(x: int) -> Any:
    """Bartlett's window: a triangle.

    Args:
        x: Its length.

    Examples:
        >>> bartlett(5)
        array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """
    return _window(np.bartlett(int(x)))


def blackman(x: int) -> Any:
    """Blackman's window: ``0.42 - 0.5 cos(2πn/(N-1)) + 0.08 cos(4πn/(N-1))``.

    Args:
        x: Its length.

    Examples:
        >>> abs(blackman(3).round(4))
        array([0., 1., 0.], dtype=float32)
    """
    return _window(np.blackman(int(x)))


def hamming(x: int) -> Any:
    """Hamming's window: ``0.54 - 0.46 cos(2πn/(N-1))``.

    Args:
        x: Its length.

    Examples:
        >>> hamming(3)
        array([0.08, 1.  , 0.08], dtype=float32)
    """
    return _window(np.hamming(int(x)))


def hanning(x: int) -> Any:
    """Von Hann's window: ``0.5 - 0.5 cos(2πn/(N-1))``.

    Args:
        x: Its length.

    Examples:
        >>> hanning(3)
        array([0., 1., 0.], dtype=float32)
    """
    return _window(np.hanning(int(x)))


def kaiser(x: int, beta: float) -> Any:
    """Kaiser's window, from the Bessel function of order 0.

    Args:
        x: Its length.
        beta: How narrow it is; 0 for a rectangle.

    Examples:
        >>> kaiser(3, 2.0).round(4)
        array([0.4387, 1.    , 0.4387], dtype=float32)
    """
    return _window(np.kaiser(int(x), float(beta)))
