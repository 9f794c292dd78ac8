"""Spectrograms: against Keras on a chirp, and by where its energy lies."""

import functools

import numpy as np
import pytest
from scipy import signal

from pellucid import Sequential, engine, layers, optimizers, placeholder, utils
from pellucid.errors import ArgumentError, DTypeError, PellucidError, ShapeError, UnknownNameError
from pellucid.testing import check_gradient
from tests.layers.against_keras import bare, layers_of_keras

Mel, STFT = layers.MelSpectrogram, layers.STFTSpectrogram
SECONDS = np.arange(8000) / 8000
NOISE = np.random.default_rng(1).normal(size=(2, 8000)) * 0.01
# From 200 hertz up to 3 kilohertz, once fading away, with some noise.
CHIRP = signal.chirp(SECONDS, 200, 1, 3000) * np.stack([np.ones(8000), np.exp(-3 * SECONDS)])
CHIRP = (CHIRP + NOISE).astype("float32")
MEL = {
    "as it is": Mel(),
    "of a lower rate": Mel(sampling_rate=8000, fft_length=512, sequence_stride=200),
    "of short pieces": Mel(sequence_length=300, fft_length=512, sequence_stride=128),
    "of power": Mel(power_to_db=False, num_mel_bins=20, min_freq=100.0, max_freq=3500.0),
    "of magnitudes": Mel(power_to_db=False, mag_exp=1.0, window="hamming"),
    "below a reference": Mel(ref_power=50.0, top_db=30.0, min_power=1e-3),
    "without a window": Mel(window=None, fft_length=256),
}
STFTS = {
    mode: STFT(mode, frame_length=64, frame_step=48)
    for mode in ("log", "magnitude", "psd", "real", "imag", "angle", "stft")
}
STFTS |= {
    "same": STFT("magnitude", 64, padding="same", scaling=None, window="hamming", periodic=True),
    "as images": STFT("psd", 50, expand_dims=True, scaling="spectrum", window=None),
    "filled up": STFT("stft", 50, 20, 128, expand_dims=True),
}
SIGNALS = np.random.default_rng(2).normal(size=(2, 400, 3)).astype("float32")


@functools.cache
def keras_layers():
    rows = {name: (layer, CHIRP) for name, layer in MEL.items()}
    return layers_of_keras(rows | {name: (layer, SIGNALS) for name, layer in STFTS.items()})


def paired(name, layer, x):
    """Our output and Keras's; shapes and configurations must be the same."""
    layer = type(layer).from_config(layer.get_config())
    theirs, expected = keras_layers()[name]
    ours, wanted = layer.get_config(), theirs.get_config()
    assert {k: bare(v) for k, v in ours.items()} == {k: bare(v) for k, v in wanted.items()}
    assert type(layer).from_config(wanted).get_config() == ours
    assert layer(placeholder((None, *x.shape[1:]))).shape == (None, *expected.shape[1:])
    return layer(x), expected


@pytest.mark.parametrize("name", MEL)
def test_mel_spectrograms_of_a_chirp_are_keras(name):
    with engine("numpy"):
        y, expected = paired(name, MEL[name], CHIRP)
    # Keras rounds its mel scale to float32; at a triangle's foot that counts most.
    atol = 5e-3 if MEL[name].power_to_db else 1e-5 * expected.max()
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=atol)


def test_the_loudest_band_of_a_chirp_is_that_of_its_frequency():
    layer = Mel(sampling_rate=8000, num_mel_bins=64, fft_length=512, sequence_stride=160)
    y = layer(CHIRP)[0]
    places = np.arange(2, 49)  # without the mirrored ends
    frequencies = 200 + 2800 * places * 160 / 8000
    edges = np.linspace(*(1127 * np.log(1 + np.array([20, 4000]) / 700)), 66)
    nearest = np.abs(edges[1:-1] - 1127 * np.log(1 + frequencies / 700)[:, None]).argmin(1)
    assert np.abs(y[:, places].argmax(0) - nearest).max() <= 1


def test_both_engines_and_one_signal_alone_give_the_same_mel_spectrogram():
    layer = Mel(fft_length=256, num_mel_bins=20, top_db=60.0)
    both = layer(CHIRP[:1])
    np.testing.assert_array_equal(layer(CHIRP[0]), both[0])
    with engine("numpy"):
        np.testing.assert_allclose(layer(CHIRP[:1]), both, atol=1e-3)


def test_the_slope_of_a_mel_spectrogram_is_that_of_differences():
    layer = Mel(fft_length=16, sequence_stride=8, num_mel_bins=4, min_freq=500.0, dtype="float64")
    check_gradient(layer, np.random.default_rng(0).normal(size=(1, 40)))


@pytest.mark.parametrize("name", STFTS)
def test_short_time_fourier_transforms_are_keras(name):
    layer = STFT.from_config(STFTS[name].get_config())
    with engine("numpy"):
        y, expected = paired(name, layer, SIGNALS)
        layer(SIGNALS)
        first = STFT.from_config(layer.get_config() | {"data_format": "channels_first"})
        turned = first(np.moveaxis(SIGNALS, 2, 1))
    kernels = {"real": ["real_kernel"], "imag": ["imag_kernel"]}
    assert [v.name for v in layer.weights] == kernels.get(name, ["real_kernel", "imag_kernel"])
    if name == "angle":  # of next to nothing an angle is any; and -π is π
        y, expected, turned = np.cos(y), np.cos(expected), np.cos(turned)
        keep = np.abs(expected) < 1 - 1e-4
        y, expected = y[keep], expected[keep]
        np.testing.assert_allclose(y, expected, atol=1e-3)
        return
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=2e-5)
    np.testing.assert_allclose(np.moveaxis(turned, 1, -1), y, rtol=1e-4, atol=1e-5)


def test_a_transform_has_the_numbers_of_scipy():
    layer = STFT("psd", 64, 32, window="hann")
    ours = layer(SIGNALS[:1, :, :1])[0]
    window = signal.get_window("hann", 64, fftbins=False)
    settings = {"window": window, "nperseg": 64, "noverlap": 32, "detrend": False}
    *_, expected = signal.spectrogram(SIGNALS[0, :, 0], 1.0, **settings)
    np.testing.assert_allclose(ours, expected.T, rtol=1e-4, atol=1e-5)


def test_a_trained_transform_learns_other_kernels_and_a_frozen_one_does_not():
    for trainable in (True, False):
        layer = STFT("magnitude", 16, trainable=trainable)
        model = Sequential([layer, layers.GlobalAveragePooling1D(), layers.Dense(1)])
        model.compile(optimizers.SGD(0.1), "mse")
        model.build((None, 64, 1))
        before = layer.get_weights()
        with engine("numpy"):
            model.train_on_batch(SIGNALS[:, :64, :1], np.ones((2, 1), "float32"))
        assert (layer.get_weights()[0] != before[0]).any() == trainable


def text_of(make):
    utils.reset_names()
    with pytest.raises(PellucidError) as caught:
        make()
    return type(caught.value), str(caught.value).split("\n  made at:")[0]


WRONG = {
    "a mel transform shorter than its pieces": (
        lambda: Mel(fft_length=256, sequence_length=512),
        ArgumentError,
        """\
MelSpectrogram 'mel_spectrogram' transforms whole pieces.
  given:    fft_length=256, sequence_length=512
  expected: fft_length >= sequence_length""",
    ),
    "a transform shorter than its pieces": (
        lambda: STFT(fft_length=128, name="stft"),
        ArgumentError,
        """\
STFTSpectrogram 'stft' transforms whole pieces.
  given:    fft_length=128, frame_length=256
  expected: fft_length >= frame_length""",
    ),
    "a wide step": (
        lambda: STFT(frame_step=300, name="stft"),
        ArgumentError,
        """\
STFTSpectrogram 'stft' would leave samples out.
  given:    frame_step=300, frame_length=256
  expected: a step from 1 to the length of a piece""",
    ),
    "an unknown mode": (
        lambda: STFT("power"),
        UnknownNameError,
        """\
Unknown mode 'power'.
  given:    'power'
  expected: one of 'angle', 'imag', 'log', 'magnitude', 'psd', 'real', 'stft'""",
    ),
    "an unknown scaling": (
        lambda: STFT(scaling="densty"),
        UnknownNameError,
        """\
Unknown scaling 'densty'; did you mean 'density'?
  given:    'densty'
  expected: one of 'density', 'spectrum'""",
    ),
    "whole numbers": (
        lambda: STFT(name="stft")(np.ones((1, 400, 1), "int32")),
        DTypeError,
        """\
STFTSpectrogram needs real numbers.
  given:    int32[None, 400, 1]
  expected: a floating-point dtype
  to mend:  cast it first: cast(x, 'float32')
  in layer: STFTSpectrogram 'stft'""",
    ),
    "signals without channels": (
        lambda: STFT(name="stft")(CHIRP),
        ShapeError,
        """\
STFTSpectrogram 'stft' cannot be applied to an input of shape (None, 8000).
  given:    2 axes
  expected: 3 axes: rows, samples and channels
  to mend:  x[..., np.newaxis] if there is one channel""",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_said_with_the_layers_name(what):
    make, kind, message = WRONG[what]
    assert text_of(make) == (kind, message)
