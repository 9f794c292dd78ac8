"""The kernel of a convolution that takes a spectrum of each window of a signal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, ShapeError, unknown_name
from pellucid.initializers.initializer import Initializer, numpy_of

__all__ = ["STFT"]


@dataclass(eq=False)
class STFT(Initializer):
    """Cosines, or negative sines, of rising frequency under a window.

    A one-dimensional convolution with two such kernels, one for the real and one for the imaginary
    part, is a short-time Fourier transform. A kernel of shape (T, 1, F) holds the frequencies
    0, 1, ..., F - 1, in periods per 2 (F - 1) steps.

    Args:
        side: ``"real"`` or ``"imag"``: which part.
        window: A name that ``scipy.signal.get_window`` knows, T numbers, or ``None`` for none.
        scaling: What the window is divided by: ``"density"`` (the root of the sum of its squares),
            ``"spectrum"`` (its sum), or ``None``. Without a window nothing is divided.
        periodic: Whether the window is the start of a period rather than symmetric.

    Raises:
        UnknownNameError: For another side or scaling.
        ArgumentError: For a window that SciPy does not know.
        ShapeError: When called with a shape of other than three axes, or a window of another size.

    Examples:
        >>> STFT(window=None)((4, 1, 3))[:, 0].round(4)
        array([[ 1.,  1.,  1.],
               [ 1.,  0., -1.],
               [ 1., -1.,  1.],
               [ 1., -0., -1.]], dtype=float32)

    Source:
        Keras 3, ``keras.initializers.STFT``.
    """

    side: str = "real"
    window: Any = "hann"
    scaling: str | None = "density"
    periodic: bool = False

    def __post_init__(self) -> None:
        if self.side not in ("real", "imag"):
            raise unknown_name("side", self.side, ["real", "imag"])
        if self.scaling not in (None, "density", "spectrum"):
            raise unknown_name("scaling", self.scaling, ["density", "spectrum"])
        if isinstance(self.window, str):
            self._window(1)

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> np.ndarray:
        if len(shape) != 3:
            raise ShapeError(
                "STFT makes kernels of one-dimensional convolutions.",
                given=f"shape {tuple(shape)}",
                expected="three axes: T, 1, F",
            )
        length, _, count = shape
        turns = np.outer(np.arange(length), np.arange(count)) / max(2 * (count - 1), 1)
        wave = np.cos(2 * np.pi * turns) if self.side == "real" else -np.sin(2 * np.pi * turns)
        if self.window is not None:
            wave = wave * self._scaled_window(length)[:, None]
        return np.broadcast_to(wave[:, None], tuple(shape)).astype(numpy_of(dtype))

    def _scaled_window(self, length: int) -> np.ndarray:
        window = self._window(length)
        if window.shape != (length,):
            raise ShapeError(
                "The window of an STFT does not have the kernel's length.",
                given=f"a window of shape {window.shape}",
                expected=f"shape {(length,)}",
            )
        if self.scaling == "density":
            return window / np.sqrt(np.sum(window**2))
        return window / np.sum(np.abs(window)) if self.scaling == "spectrum" else window

    def _window(self, length: int) -> np.ndarray:
        """The window's numbers: those of a name, or those given."""
        if not isinstance(self.window, str):
            return np.asarray(self.window, np.float64)
        from scipy import signal

        try:
            return signal.get_window(self.window, length, self.periodic)
        except ValueError as error:
            raise ArgumentError(
                "SciPy knows no such window, or needs a parameter for it.",
                given=f"window={self.window!r}",
                expected="such as 'hann', 'hamming' or 'blackman'",
                mend="give the window's numbers themselves: scipy.signal.get_window(...)",
            ) from error
