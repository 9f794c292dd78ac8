"""Layers that change colours, tones and sharpness: against Keras, with nothing left to chance."""

import functools

import numpy as np
import pytest

from pellucid import engine, layers, ops, placeholder, utils
from pellucid.errors import ArgumentError, PellucidError, ShapeError
from tests.layers.against_keras import bare, layers_of_keras

L = layers
FIRST = "channels_first"
rng = np.random.default_rng(6)
X = rng.integers(0, 256, size=(2, 6, 5, 3)).astype("float32")
X[1, :, :, 0] = 90  # a channel of one tone
UNIT = X / 255
JITTER = {
    "brightness_factor": (-0.25, -0.25),
    "contrast_factor": (0.0, 0.0),
    "saturation_factor": (0.25, 0.25),
    "hue_factor": (1.0, 1.0),
}
ROWS = {
    "RandomHue": (L.RandomHue((1.0, 1.0)), X),
    "RandomHue not at all": (L.RandomHue(0.0, value_range=(0, 1)), UNIT),
    "RandomSaturation paler": (L.RandomSaturation((0.25, 0.25)), X),
    "RandomSaturation stronger": (L.RandomSaturation((0.8, 0.8), value_range=(1, 0)), UNIT),
    "RandomSaturation beyond": (L.RandomSaturation((0.75, 0.75)), X),
    "RandomColorDegeneration": (L.RandomColorDegeneration((0.4, 0.4)), X),
    "RandomColorDegeneration below 0": (L.RandomColorDegeneration((-0.5, -0.5)), X),
    "RandomColorJitter": (L.RandomColorJitter(**JITTER), X),
    "RandomColorJitter of few": (L.RandomColorJitter(hue_factor=(1.0, 1.0)), X),
    "RandomPosterization": (L.RandomPosterization((3, 3)), X),
    "RandomPosterization of units": (L.RandomPosterization((5, 5), value_range=(0, 1)), UNIT),
    "RandomSharpness": (L.RandomSharpness((0.9, 0.9)), X),
    "RandomSharpness blurred": (L.RandomSharpness((0.0, 0.0), value_range=(250, 0)), X),
    "RandomGaussianBlur": (L.RandomGaussianBlur((1.0, 1.0), (5, 3), (0.7, 0.7)), X),
    "RandomGaussianBlur never": (L.RandomGaussianBlur((0.0, 0.0)), X),
    "Solarization": (L.Solarization(), X),
    "Solarization of units": (L.Solarization(value_range=(0, 1)), UNIT),
    "AutoContrast": (L.AutoContrast(), X / 2 + 20),
    "AutoContrast of units": (L.AutoContrast(value_range=(-1, 1)), UNIT),
    "AutoContrast of whole numbers": (L.AutoContrast(), (X / 3).astype("uint8")),
}


@functools.cache
def keras_layers():
    return layers_of_keras(ROWS, training=True)


@pytest.mark.parametrize("name", ROWS)
def test_outputs_shapes_and_configurations_are_keras(name):
    layer, x = ROWS[name]
    layer = type(layer).from_config(layer.get_config())
    theirs, expected = keras_layers()[name]
    with engine("numpy"):
        y = layer(x, training=True)
    assert y.dtype == expected.dtype == np.float32
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5 * np.abs(x).max())
    symbolic = layer(placeholder((None, *x.shape[1:]), str(x.dtype)), training=True)
    assert symbolic.shape == (None, *expected.shape[1:])
    ours, wanted = layer.get_config(), theirs.get_config()
    assert {k: bare(v) for k, v in ours.items()} == {k: bare(v) for k, v in wanted.items()}
    assert type(layer).from_config(wanted).get_config() == ours


@pytest.mark.parametrize("name", ROWS)
def test_the_order_of_the_channels_makes_no_difference(name):
    layer, x = ROWS[name]
    first = type(layer).from_config(layer.get_config() | {"data_format": FIRST})
    with engine("numpy"):
        last, y = layer(x, training=True), first(np.moveaxis(x, -1, 1), training=True)
    np.testing.assert_allclose(np.moveaxis(y, 1, -1), last, rtol=1e-5, atol=1e-5 * np.abs(x).max())


RANDOM = {
    "hue": lambda **more: L.RandomHue(0.5, **more),
    "saturation": lambda **more: L.RandomSaturation((0.2, 0.8), **more),
    "degeneration": lambda **more: L.RandomColorDegeneration(0.9, **more),
    "jitter": lambda **more: L.RandomColorJitter(brightness_factor=0.2, hue_factor=0.2, **more),
    "posterization": lambda **more: L.RandomPosterization(8, **more),
    "sharpness": lambda **more: L.RandomSharpness(1.0, **more),
    "blur": lambda **more: L.RandomGaussianBlur(0.9, **more),
    "solarization": lambda **more: L.Solarization(0.2, 0.5, **more),
}


@pytest.mark.parametrize("name", RANDOM)
def test_nothing_is_drawn_outside_of_training(name):
    np.testing.assert_array_equal(RANDOM[name]()(X, training=False), X)


@pytest.mark.parametrize("name", RANDOM)
def test_a_seed_makes_the_same_images_by_either_engine_and_each_call_others(name):
    many = np.repeat(X, 8, axis=0)
    one, other = RANDOM[name](seed=5), RANDOM[name](seed=5)
    first = one(many)
    with engine("numpy"):
        np.testing.assert_allclose(other(many), first, rtol=1e-5, atol=5e-3)
    assert (one(many) != first).any()
    assert len({image.tobytes() for image in first[::2]}) > 1


def test_hues_turn_by_at_most_their_share_of_half_a_circle_in_either_direction():
    red = np.zeros((500, 1, 1, 3), "float32")
    red[..., 0] = 1
    found = L.RandomHue((0.2, 0.4), value_range=(0, 1), seed=2)(red)
    turned = ops.image.rgb_to_hsv(found)[:, 0, 0, 0]
    turned = np.where(turned > 0.5, turned - 1, turned)
    assert np.abs(turned).min() >= 0.1 - 1e-6
    assert np.abs(turned).max() <= 0.2 + 1e-6
    assert abs((turned > 0).mean() - 0.5) < 5 * 0.5 / np.sqrt(500)


def test_posterization_leaves_each_number_of_bits_but_the_last_one():
    ramp = np.tile(np.arange(256, dtype="float32")[:, None, None], (200, 1, 1, 1))
    found = L.RandomPosterization((2, 5), seed=1)(ramp)
    tones = {len(np.unique(image)) for image in found}
    assert tones == {4, 8, 16}


def test_solarization_draws_its_threshold_between_the_bounds():
    ramp = np.tile(np.arange(256, dtype="float32")[:, None, None], (200, 1, 1, 1))
    found = L.Solarization(threshold_factor=(0.5, 0.75), seed=1)(ramp)[..., 0, 0]
    kept = (found == ramp[..., 0, 0]).sum(axis=1)  # as many tones as lie below the threshold
    assert kept.min() >= 0.5 * 255
    assert kept.max() <= 0.75 * 255 + 1
    assert kept.max() - kept.min() > 40


def test_solarization_adds_before_it_turns_tones_around():
    layer = L.Solarization(addition_factor=(0.2, 0.2), threshold_factor=(0.6, 0.6))
    y = layer(np.array([[[[0.0], [100.0], [102.0], [250.0]]]]))
    np.testing.assert_allclose(y.ravel(), [51, 151, 102, 0], atol=1e-4)


def test_the_steps_of_a_jitter_do_not_draw_the_same_numbers():
    x = np.full((300, 1, 2, 3), 0.5, "float32")
    x[:, 0, 0, 0], x[:, 0, 1, 2] = 0.4, 0.6
    layer = L.RandomColorJitter((-9, 9), brightness_factor=0.01, contrast_factor=0.5, seed=1)
    y = layer(x)
    brighter = y.mean(axis=(1, 2, 3)) - x[0].mean()
    wider = y[:, 0, 1, 2] - y[:, 0, 0, 2]
    assert abs(np.corrcoef(brighter, wider)[0, 1]) < 5 / np.sqrt(300)


def test_auto_contrast_stretches_each_channel_to_the_whole_range_by_either_engine():
    x = X / 2 + 20
    found = L.AutoContrast()(x)
    assert (found[0].min(axis=(0, 1)) == 0).all()
    np.testing.assert_allclose(found[0].max(axis=(0, 1)), 255, rtol=1e-6)
    np.testing.assert_array_equal(found[1, ..., 0], x[1, ..., 0])
    with engine("numpy"):
        np.testing.assert_allclose(L.AutoContrast()(x), found, rtol=1e-5, atol=1e-3)


def text_of(make):
    utils.reset_names()
    with pytest.raises(PellucidError) as caught:
        make()
    return type(caught.value), str(caught.value).split("\n  made at:")[0]


WRONG = {
    "half a bit": (
        lambda: L.RandomPosterization(2.5),
        ArgumentError,
        """\
RandomPosterization 'random_posterization' leaves whole bits.
  given:    factor=2.5
  expected: a whole number from 1 to 8, or two of them""",
    ),
    "no bit": (
        lambda: L.RandomPosterization((0, 3)),
        ArgumentError,
        """\
RandomPosterization 'random_posterization' cannot have this 'factor'.
  given:    factor=(0, 3)
  expected: a number from 1 to 8, or the lowest and the highest""",
    ),
    "a kernel without a middle": (
        lambda: L.RandomGaussianBlur(kernel_size=(3, 4)),
        ArgumentError,
        """\
RandomGaussianBlur 'random_gaussian_blur' looks as far to one side as to the other.
  given:    kernel_size=(3, 4)
  expected: 1, 3, 5, …, or two of these""",
    ),
    "a wide blur": (
        lambda: L.RandomGaussianBlur(sigma=2.0),
        ArgumentError,
        """\
RandomGaussianBlur 'random_gaussian_blur' cannot have this 'sigma'.
  given:    sigma=2.0
  expected: a number from 0 to 1, or the lowest and the highest""",
    ),
    "a threshold outside": (
        lambda: L.Solarization(threshold_factor=128),
        ArgumentError,
        """\
Solarization 'solarization' cannot have this 'threshold_factor'.
  given:    threshold_factor=128
  expected: a number from 0 to 1, or the lowest and the highest""",
    ),
    "no range": (
        lambda: L.AutoContrast(255),
        ArgumentError,
        """\
AutoContrast 'auto_contrast' needs to know how dark and how bright a pixel can be.
  given:    value_range=255
  expected: the lowest and the highest value, such as (0, 255)""",
    ),
    "colours of one channel": (
        lambda: L.RandomHue(0.5)(X[..., :1]),
        ShapeError,
        """\
Colours need three channels.
  given:    1 channels
  expected: 3
  in layer: RandomHue 'random_hue'""",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_said_with_the_layers_name(what):
    make, kind, message = WRONG[what]
    assert text_of(make) == (kind, message)
