"""Sounds as pictures: how loud each frequency is in each piece of a signal."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import config
from pellucid.allowance import claim
from pellucid.errors import ArgumentError, ShapeError, unknown_name
from pellucid.graph.dtypes import numpy_dtype
from pellucid.graph.operations.arithmetic import maximum, power, square
from pellucid.graph.operations.broadcasting import reshape, reshape_exactly, size_of
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.contraction import tensordot
from pellucid.graph.operations.exponential import log, sqrt
from pellucid.graph.operations.movement import concatenate, pad, slice_axes, swapaxes, transpose
from pellucid.graph.operations.reductions import max
from pellucid.graph.operations.trigonometry import arctan2
from pellucid.graph.tensor import Tensor, is_symbolic, require_float
from pellucid.initializers import STFT
from pellucid.layers.layer import Layer, whole_number
from pellucid.ops.elementwise import log10
from pellucid.ops.sliding import conv
from pellucid.ops.spectra import stft

__all__ = ["MelSpectrogram", "STFTSpectrogram"]

MODES = ("angle", "imag", "log", "magnitude", "psd", "real", "stft")


@dataclass(eq=False, repr=False)
class MelSpectrogram(Layer):
    """How loud a signal is in bands of frequency as wide as the ear tells them apart, over time.

    A Fourier transform of each piece gives the power of its frequencies, and a triangle on the mel
    scale, ``1127 log(1 + f / 700)``, the power of each band; in decibels it is
    ``10 log10(power / ref_power)``.

    Args:
        fft_length: To how many samples a piece is filled up with zeros.
        sequence_stride: Samples from the middle of one piece to the next one's.
        sequence_length: Samples of a piece; ``fft_length`` by default.
        window: What a piece is faded in and out by: ``"hann"``, ``"hamming"``, numbers or ``None``.
        sampling_rate: Samples a second.
        num_mel_bins: How many bands there are.
        min_freq: Where the lowest band begins, in hertz.
        max_freq: Where the highest band ends, in hertz; half the sampling rate by default.
        power_to_db: Whether the result is in decibels.
        top_db: How many decibels below the loudest of all results anything counts as silence.
        mag_exp: The power of the magnitudes that is taken: 2 for power, 1 for the magnitude.
        min_power: What power counts as at least, so that silence has a logarithm.
        ref_power: The power of 0 decibels.

    Shapes:
        signals (B, T) → (B, num_mel_bins, T // sequence_stride + 1); without B also for one signal

    Raises:
        ArgumentError: If a piece is longer than the transform.

    Examples:
        >>> seconds = np.arange(16000) / 16000
        >>> loud = MelSpectrogram(num_mel_bins=40)(np.sin(2 * np.pi * 440 * seconds))
        >>> loud.shape, int(loud[:, 16].argmax())
        ((40, 32), 7)

    Source:
        Keras 3, ``keras.layers.MelSpectrogram``; the scale is O'Shaughnessy's, "Speech
        Communication: Human and Machine", 1987.
    """

    fft_length: int = 2048
    sequence_stride: int = 512
    sequence_length: int | None = None
    window: Any = "hann"
    sampling_rate: int = 16000
    num_mel_bins: int = 128
    min_freq: float = 20.0
    max_freq: float | None = None
    power_to_db: bool = True
    top_db: float = 80.0
    mag_exp: float = 2.0
    min_power: float = 1e-10
    ref_power: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.sequence_length = self.sequence_length or self.fft_length
        self.max_freq = self.max_freq or int(self.sampling_rate / 2)
        for argument in ("fft_length", "sequence_stride", "sequence_length", "num_mel_bins"):
            whole_number(self, argument)
        if self.fft_length < self.sequence_length:
            raise ArgumentError(
                f"{self.label} transforms whole pieces.",
                given=f"fft_length={self.fft_length}, sequence_length={self.sequence_length}",
                expected="fft_length >= sequence_length",
            )

    def __call__(self, signals: Any, **options: Any) -> Any:
        if not is_symbolic(signals) and np.ndim(signals) == 1:  # not rows of single samples
            return super().__call__(np.asarray(signals)[np.newaxis], **options)[0]
        return super().__call__(signals, **options)

    def call(self, signals: Tensor) -> Tensor:
        # Halves would not hold the power of a loud signal.
        dtype = "float64" if self.compute_dtype == "float64" else "float32"
        length = self.sequence_length or self.fft_length
        pieces = cast(signals, dtype), length, self.sequence_stride, self.fft_length, self.window
        real, imaginary = stft(*pieces)
        strength = power(square(real) + square(imaginary), self.mag_exp / 2)
        weights = self.linear_to_mel_weight_matrix(
            self.num_mel_bins,
            strength.shape[-1],
            self.sampling_rate,
            self.min_freq,
            self.max_freq or 0,
            dtype,
        )
        bands = tensordot(strength, weights, 1)
        if self.power_to_db:
            bands = self._decibels(bands)
        return cast(swapaxes(bands, -1, -2), self.compute_dtype)

    def _decibels(self, bands: Any) -> Any:
        reference = math.log10(np.maximum(abs(self.ref_power), self.min_power))
        loudness = 10 * log10(maximum(bands, self.min_power)) - 10 * reference
        return maximum(loudness, max(loudness) - self.top_db)

    def linear_to_mel_weight_matrix(
        self,
        num_mel_bins: int = 20,
        num_spectrogram_bins: int = 129,
        sampling_rate: float = 8000,
        lower_edge_hertz: float = 125.0,
        upper_edge_hertz: float = 3800.0,
        dtype: str = "float32",
    ) -> np.ndarray:
        """How much each frequency of a transform counts in each band: triangles on the mel scale.

        Args:
            num_mel_bins: How many bands there are.
            num_spectrogram_bins: How many frequencies, from 0 to half the sampling rate.
            sampling_rate: Samples a second.
            lower_edge_hertz: Where the lowest band begins.
            upper_edge_hertz: Where the highest band ends.
            dtype: Of the result.

        Shapes:
            (num_spectrogram_bins, num_mel_bins)

        Examples:
            >>> MelSpectrogram().linear_to_mel_weight_matrix(2, 5, 8000, 0.0, 4000.0).round(2)
            array([[0.  , 0.  ],
                   [0.6 , 0.4 ],
                   [0.  , 0.87],
                   [0.  , 0.38],
                   [0.  , 0.  ]], dtype=float32)
        """

        claim(num_spectrogram_bins * num_mel_bins, "a table of bands")

        def mel(hertz: Any) -> Any:
            return 1127 * np.log(1 + np.asarray(hertz) / 700)

        places = mel(np.linspace(0, sampling_rate / 2, num_spectrogram_bins))[:, None]
        edges = np.linspace(mel(lower_edge_hertz), mel(upper_edge_hertz), num_mel_bins + 2)
        low, middle, high = edges[:-2], edges[1:-1], edges[2:]
        rising, falling = (places - low) / (middle - low), (high - places) / (high - middle)
        weights = np.maximum(0, np.minimum(rising, falling))
        return weights.astype(numpy_dtype(dtype))


@dataclass(eq=False, repr=False)
class STFTSpectrogram(Layer):
    """The short-time Fourier transform of signals, as a convolution whose kernels can be trained.

    Args:
        mode: What of the complex numbers is given: ``"magnitude"``, its logarithm ``"log"``, the
            power ``"psd"``, ``"real"``, ``"imag"``, ``"angle"`` in radians, or ``"stft"``, the
            real parts and then the imaginary ones.
        frame_length: Samples of a piece.
        frame_step: Samples from one piece to the next; half a piece by default.
        fft_length: To how many samples a piece is filled up with zeros; the next power of two by
            default.
        window: What a piece is faded in and out by: a name that ``scipy.signal.get_window``
            knows, numbers, or ``None``.
        periodic: Whether the window is the start of a period rather than symmetric.
        scaling: What the window is divided by: ``"density"`` (the root of the sum of its
            squares), ``"spectrum"`` (its sum), or ``None``.
        padding: ``"valid"``, or ``"same"`` with zeros on both sides.
        expand_dims: Whether frequencies and channels get an axis each, as images have.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Attributes:
        real_kernel: Cosines under the window, (frame_length, 1, F) with ``F = fft_length // 2 + 1``
            frequencies; not there for ``"imag"``.
        imag_kernel: Negative sines under the window; not there for ``"real"``.

    Shapes:
        signals (B, T, C) → (B, T', C F), with ``expand_dims`` (B, T', F, C); with the channels
        first (B, C, T) → (B, C F, T') and (B, C, T', F)

    Raises:
        UnknownNameError: For another mode, scaling or padding.
        ArgumentError: If pieces, steps and transform do not fit each other.
        DTypeError: If the signals are not floating point.
        ShapeError: If the input does not have three axes.

    Examples:
        >>> tone = np.sin(2 * np.pi * np.arange(64) / 8).reshape(1, 64, 1)
        >>> loud = STFTSpectrogram("magnitude", frame_length=32)(tone)
        >>> loud.shape, loud[0].argmax(axis=-1)
        ((1, 3, 17), array([4, 4, 4]))

    Source:
        Keras 3, ``keras.layers.STFTSpectrogram``.
    """

    mode: str = "log"
    frame_length: int = 256
    frame_step: int | None = None
    fft_length: int | None = None
    window: Any = "hann"
    periodic: bool = False
    scaling: str | None = "density"
    padding: str = "valid"
    expand_dims: bool = False
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.data_format = config.standardize_data_format(self.data_format)
        if self.mode not in MODES:
            raise unknown_name("mode", self.mode, MODES)
        if self.padding not in ("same", "valid"):
            raise unknown_name("padding", self.padding, ("same", "valid"))
        self._kernel("real")  # it knows the window and the scaling, or says that it does not
        length = whole_number(self, "frame_length")
        if self.frame_step is not None and not 1 <= self.frame_step <= length:
            raise ArgumentError(
                f"{self.label} would leave samples out.",
                given=f"frame_step={self.frame_step}, frame_length={length}",
                expected="a step from 1 to the length of a piece",
            )
        if self.fft_length is not None and self.fft_length < length:
            raise ArgumentError(
                f"{self.label} transforms whole pieces.",
                given=f"fft_length={self.fft_length}, frame_length={length}",
                expected="fft_length >= frame_length",
            )

    def _kernel(self, side: str) -> STFT:
        return STFT(side, self.window, self.scaling, self.periodic)

    def build(self, input_shape: Any) -> None:
        if len(input_shape) != 3:
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {tuple(input_shape)}.",
                given=f"{len(input_shape)} axes",
                expected="3 axes: rows, samples and channels",
                mend="x[..., np.newaxis] if there is one channel",
            )
        points = self.fft_length or 2 ** math.ceil(math.log2(self.frame_length))
        shape = (self.frame_length, 1, points // 2 + 1)
        for side in (self.mode,) if self.mode in ("real", "imag") else ("real", "imag"):
            weight = self.add_weight(shape, self._kernel(side), name=f"{side}_kernel")
            setattr(self, f"{side}_kernel", weight)

    def call(self, signals: Tensor) -> Tensor:
        require_float(type(self).__name__, signals.spec)
        x = swapaxes(signals, 1, 2) if self.data_format == "channels_first" else signals
        if self.mode in ("real", "imag"):
            return self._laid_out(self._part(x, self.mode))
        real, imaginary = self._part(x, "real"), self._part(x, "imag")
        if self.mode == "angle":
            return self._laid_out(arctan2(imaginary, real))
        if self.mode == "stft":
            return self._laid_out(concatenate([real, imaginary], axis=3))
        strength = square(real) + square(imaginary)
        if self.mode == "psd":
            # Each frequency but the first and last stands for its negative one too.
            inside = slice_axes(strength, {3: (1, strength.shape[3] - 1, 1)})
            return self._laid_out(strength + pad(inside, [(0, 0), (0, 0), (0, 0), (1, 1)]))
        magnitude = sqrt(maximum(strength, config.epsilon()))
        if self.mode == "log":
            magnitude = log(maximum(magnitude, config.epsilon()))
        return self._laid_out(magnitude)

    def _part(self, x: Any, side: str) -> Any:
        """The real or imaginary parts: (B, C, T', F)."""
        kernel = getattr(self, f"{side}_kernel")
        batch, samples, channels = size_of(x, 0), size_of(x, 1), x.shape[2]
        single = reshape(swapaxes(x, 1, 2), (-1, samples, 1))
        step = self.frame_step or self.frame_length // 2
        y = conv(single, cast(kernel, x.dtype), step, self.padding, "channels_last")
        return reshape_exactly(y, (batch, channels, size_of(y, 1), y.shape[2]))

    def _laid_out(self, y: Any) -> Any:
        """(B, C, T', F) as the format has it."""
        first = self.data_format == "channels_first"
        if self.expand_dims:
            return y if first else transpose(y, (0, 2, 3, 1))
        batch, channels, times, frequencies = (size_of(y, axis) for axis in range(4))
        joined = channels * frequencies
        if first:
            return reshape_exactly(transpose(y, (0, 1, 3, 2)), (batch, joined, times))
        return reshape_exactly(transpose(y, (0, 2, 1, 3)), (batch, times, joined))
