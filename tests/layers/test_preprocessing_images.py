"""Layers of images: against Keras where nothing is drawn, else by what a draw can bring about."""

import keras
import numpy as np
import pytest

from pellucid import Input, engine, layers, placeholder, utils
from pellucid.errors import ArgumentError, PellucidError, ShapeError, UnknownNameError
from tests.layers.against_keras import bare

L = layers
FIRST = "channels_first"
rng = np.random.default_rng(6)
X = rng.uniform(0, 255, size=(2, 6, 5, 3)).astype("float32")
ROWS = {
    "Resizing larger": (L.Resizing(9, 7), X),
    "Resizing smaller": (L.Resizing(3, 4, interpolation="bicubic"), X),
    "Resizing antialiased": (L.Resizing(2, 2, antialias=True), X),
    "Resizing to the nearest": (L.Resizing(4, 8, interpolation="nearest"), X),
    "Resizing by Lanczos": (L.Resizing(8, 3, interpolation="lanczos3"), X),
    "Resizing cut": (L.Resizing(4, 7, crop_to_aspect_ratio=True), X),
    "Resizing padded": (L.Resizing(4, 7, pad_to_aspect_ratio=True, fill_value=7.0), X),
    "Resizing whole numbers": (L.Resizing(4, 7, interpolation="bicubic"), X.astype("uint8")),
    "Resizing channels first": (L.Resizing(2, 9, data_format=FIRST), np.moveaxis(X, -1, 1)),
    "CenterCrop": (L.CenterCrop(3, 4), X),
    "CenterCrop of whole numbers": (L.CenterCrop(4, 4), X.astype("uint8")),
    "CenterCrop of small images": (L.CenterCrop(8, 4), X),
    "CenterCrop channels first": (L.CenterCrop(3, 3, data_format=FIRST), np.moveaxis(X, -1, 1)),
    "RandomFlip": (L.RandomFlip("vertical", seed=3), X),
    "RandomBrightness": (L.RandomBrightness((0.25, 0.25), value_range=(255, 0)), X),
    "RandomContrast": (L.RandomContrast((0.0, 0.0), seed=2), X),
    "RandomInvert": (L.RandomInvert((1.0, 1.0), value_range=(0, 250)), X),
    "RandomGrayscale": (L.RandomGrayscale(1.0), X),
    "RandomGrayscale channels first": (
        L.RandomGrayscale(1.0, data_format=FIRST),
        np.moveaxis(X, -1, 1),
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_outputs_shapes_and_configurations_are_keras(name):
    layer, x = ROWS[name]
    layer = type(layer).from_config(layer.get_config())
    theirs = getattr(keras.layers, type(layer).__name__).from_config(layer.get_config())
    told = {} if name.startswith(("Resizing", "CenterCrop")) else {"training": True}
    if name == "RandomFlip":
        told = {"training": False}  # what is drawn is chance
    expected = np.asarray(theirs(x, **told))
    for kind in ("numpy", "xla"):
        with engine(kind):
            y = layer(x, **told)
        assert str(y.dtype) == str(expected.dtype)
        whole = y.dtype.kind in "iu"  # a value halfway between two may be rounded either way
        np.testing.assert_allclose(
            y.astype("float32"), expected.astype("float32"), rtol=1e-5, atol=1 if whole else 1e-3
        )
    symbolic = layer(placeholder((None, *x.shape[1:]), str(x.dtype)))
    assert symbolic.shape == (None, *expected.shape[1:])
    ours, wanted = layer.get_config(), theirs.get_config()
    assert {k: bare(v) for k, v in ours.items()} == {k: bare(v) for k, v in wanted.items()}
    assert type(layer).from_config(wanted).get_config() == ours


RANDOM = {
    "flip": lambda **more: L.RandomFlip(**more),
    "brightness": lambda **more: L.RandomBrightness(0.2, **more),
    "contrast": lambda **more: L.RandomContrast(0.5, **more),
    "invert": lambda **more: L.RandomInvert(0.9, **more),
    "grayscale": lambda **more: L.RandomGrayscale(0.5, **more),
}


@pytest.mark.parametrize("name", RANDOM)
def test_nothing_is_drawn_outside_of_training(name):
    np.testing.assert_array_equal(RANDOM[name]()(X, training=False), X)


@pytest.mark.parametrize("name", RANDOM)
def test_a_seed_makes_the_same_images_and_each_call_others(name):
    many = np.repeat(X, 8, axis=0)
    one, other = RANDOM[name](seed=5), RANDOM[name](seed=5)
    first = one(many)
    np.testing.assert_array_equal(first, other(many))
    assert (one(many) != first).any()
    assert len({image.tobytes() for image in first[::2]}) > 1


@pytest.mark.parametrize(
    ("mode", "turned"),
    [
        ("horizontal", lambda x: x[:, ::-1]),
        ("vertical", lambda x: x[::-1]),
        ("horizontal_and_vertical", lambda x: x[::-1, ::-1]),
    ],
)
def test_about_half_of_the_images_are_mirrored_as_asked(mode, turned):
    many = np.repeat(X[:1], 400, axis=0)
    found = L.RandomFlip(mode, seed=1)(many)
    mirrored = [np.array_equal(y, turned(X[0])) for y in found]
    still = [np.array_equal(y, X[0]) for y in found]
    assert all(a != b for a, b in zip(mirrored, still, strict=True))
    assert abs(np.mean(mirrored) - 0.5) < 5 * 0.5 / np.sqrt(400)


def test_brightness_moves_by_no_more_than_its_factor_and_on_average_by_none():
    many = np.full((600, 1, 1, 1), 0.5, "float32")
    moved = L.RandomBrightness(0.2, value_range=(0, 1), seed=3)(many).ravel() - 0.5
    assert np.abs(moved).max() <= 0.2 + 1e-6
    assert abs(moved.mean()) < 5 * 0.4 / np.sqrt(12 * 600)


def test_contrast_keeps_each_channels_mean():
    found = L.RandomContrast((0.2, 0.5), value_range=(-1e4, 1e4), seed=1)(X)
    np.testing.assert_allclose(found.mean(axis=(1, 2)), X.mean(axis=(1, 2)), rtol=1e-5)
    ratio = found.std(axis=(1, 2)) / X.std(axis=(1, 2))
    assert ((ratio >= 0.8) & (ratio <= 1.5)).all()


def test_a_random_crop_is_a_part_of_the_image():
    layer = L.RandomCrop(2, 2, seed=1)
    image = np.arange(30.0).reshape(1, 6, 5, 1)
    starts = set()
    for _ in range(200):
        part = layer(image)[0, :, :, 0]
        np.testing.assert_array_equal(part - part[0, 0], [[0, 1], [5, 6]])
        starts.add(divmod(int(part[0, 0]), 5))
    assert starts == {(h, w) for h in range(5) for w in range(4)}
    np.testing.assert_array_equal(layer(image, training=False), L.CenterCrop(2, 2)(image))
    small = L.RandomCrop(7, 9)(X)
    np.testing.assert_array_equal(small, L.CenterCrop(7, 9)(X))


def text_of(make):
    utils.reset_names()
    with pytest.raises(PellucidError) as caught:
        make()
    return type(caught.value), str(caught.value).split("\n  made at:")[0]


WRONG = {
    "no width": (
        lambda: L.Resizing(3, 0),
        ArgumentError,
        """\
Resizing 'resizing' needs a whole number above 0 for 'width'.
  given:    width=0
  expected: 1, 2, 3, …""",
    ),
    "an unknown interpolation": (
        lambda: L.Resizing(3, 3, interpolation="linear"),
        UnknownNameError,
        """\
Unknown interpolation 'linear'; did you mean 'bilinear' or 'nearest'?
  given:    'linear'
  expected: one of 'bicubic', 'bilinear', 'lanczos3', 'lanczos5', 'nearest'""",
    ),
    "both ratios": (
        lambda: L.Resizing(3, 3, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True),
        ArgumentError,
        """\
Resizing 'resizing' cannot both cut and pad.
  given:    crop_to_aspect_ratio=True, pad_to_aspect_ratio=True
  expected: one of them at most""",
    ),
    "one image": (
        lambda: L.CenterCrop(3, 3)(Input((5, 5))),
        ShapeError,
        """\
CenterCrop 'center_crop' cannot be applied to an input of shape (None, 5, 5).
  given:    3 axes
  expected: 4 axes: the rows, height, width and channels of images
  to mend:  x[np.newaxis] if it is one image, x[..., np.newaxis] if there is one channel""",
    ),
    "images of open size": (
        lambda: L.CenterCrop(3, 3)(Input((None, 5, 1))),
        ShapeError,
        """\
CenterCrop 'center_crop' needs to know how large its images are.
  given:    shape (None, None, 5, 1)
  expected: a known height and width
  to mend:  give the input's full shape: Input(shape=(...))""",
    ),
    "a factor outside": (
        lambda: L.RandomBrightness(1.5),
        ArgumentError,
        """\
RandomBrightness 'random_brightness' cannot have this 'factor'.
  given:    factor=1.5
  expected: a number from -1 to 1, or the lowest and the highest""",
    ),
    "a range of one number": (
        lambda: L.RandomContrast(0.5, value_range=255),
        ArgumentError,
        """\
RandomContrast 'random_contrast' needs to know how dark and how bright a pixel can be.
  given:    value_range=255
  expected: the lowest and the highest value, such as (0, 255)""",
    ),
    "an unknown mode": (
        lambda: L.RandomFlip("horizontally"),
        UnknownNameError,
        """\
Unknown mode 'horizontally'; did you mean 'horizontal' or 'horizontal_and_vertical'?
  given:    'horizontally'
  expected: one of 'horizontal', 'horizontal_and_vertical', 'vertical'""",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_said_with_the_layers_name(what):
    make, kind, message = WRONG[what]
    assert text_of(make) == (kind, message)
