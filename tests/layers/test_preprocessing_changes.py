"""Layers that turn, move, distort, erase and mix images: against Keras with the same draws."""

import json

import jax
import keras
import numpy as np
import pytest

from pellucid import Input, engine, layers, placeholder, random, utils
from pellucid.errors import ArgumentError, DTypeError, PellucidError, ShapeError, UnknownNameError
from tests.layers.against_keras import bare

L = layers
FIRST = "channels_first"
rng = np.random.default_rng(7)
X = rng.uniform(0, 1, size=(6, 7, 6, 3)).astype("float32")
Y = np.eye(6, dtype="float32")
MASKS = rng.integers(0, 5, size=(6, 7, 6, 1))

ROWS = {
    "RandomRotation": L.RandomRotation(0.3, seed=1),
    "RandomRotation wrapped": L.RandomRotation((-0.1, 0.2), fill_mode="wrap"),
    "RandomRotation constant": L.RandomRotation(1.0, "constant", "nearest", fill_value=0.5),
    "RandomRotation channels first": L.RandomRotation(0.2, data_format=FIRST),
    "RandomZoom": L.RandomZoom(0.4, seed=1),
    "RandomZoom of both": L.RandomZoom((-0.5, 0.0), (0.2, 0.9), fill_mode="nearest"),
    "RandomZoom constant": L.RandomZoom((0.5, 1), fill_mode="constant", fill_value=0.3),
    "RandomZoom channels first": L.RandomZoom(0.4, 0.1, data_format=FIRST),
    "RandomTranslation": L.RandomTranslation(0.3, (-0.1, 0.5), seed=1),
    "RandomTranslation to the nearest": L.RandomTranslation(0.5, 0.5, "wrap", "nearest"),
    "RandomTranslation channels first": L.RandomTranslation(0.5, 0.3, data_format=FIRST),
    "RandomShear": L.RandomShear(0.5, 0.2, seed=1),
    "RandomShear across": L.RandomShear((0.2, 0.7), fill_mode="constant", fill_value=1.0),
    "RandomShear channels first": L.RandomShear(0.1, (0.3, 0.9), data_format=FIRST),
    "RandomPerspective": L.RandomPerspective(scale=0.6, seed=1),
    "RandomPerspective of some": L.RandomPerspective(0.8, 0.3, "nearest", fill_value=0.5),
    "RandomPerspective channels first": L.RandomPerspective((0.5, 1.0), 0.5, data_format=FIRST),
    "RandomErasing": L.RandomErasing(value_range=(0, 1), seed=1),
    "RandomErasing of some": L.RandomErasing(0.7, (0.2, 0.9), 0.5, (0, 1)),
    "RandomErasing channels first": L.RandomErasing(fill_value=0.7, data_format=FIRST),
    "MixUp": L.MixUp(seed=1),
    "MixUp channels first": L.MixUp(0.5, data_format=FIRST),
    "CutMix": L.CutMix(seed=1),
    "CutMix channels first": L.CutMix((0.3, 0.8), data_format=FIRST),
}
ELASTIC = {
    "RandomElasticTransform": L.RandomElasticTransform((1.0, 1.0), (0.6, 0.6), seed=1),
    "RandomElasticTransform of some": L.RandomElasticTransform(
        0.9, (1.0, 1.0), "nearest", "constant", 0.5, (0, 1)
    ),
    "RandomElasticTransform channels first": L.RandomElasticTransform(
        (1, 1), (1, 1), fill_mode="wrap", value_range=(0.2, 0.9), data_format=FIRST
    ),
}
EVERY = ROWS | ELASTIC


def images_for(name, images=X):
    return np.moveaxis(images, -1, 1) if name.endswith("channels first") else images


class Draws:
    """In the place of a module of random numbers: the same ones for everybody, in turn."""

    def __init__(self):
        self.count = 0

    def _next(self, kind, shape):
        self.count += 1
        sizes = [n if isinstance(n, int) else len(X) for n in shape]
        return getattr(np.random.default_rng((8, self.count)), kind)(size=sizes).astype("float32")

    def uniform(self, shape, minval=0.0, maxval=1.0, **_):
        return self._next("uniform", shape) * np.float32(maxval - minval) + np.float32(minval)

    def normal(self, shape, **_):
        return self._next("normal", shape)

    def beta(self, shape, alpha, beta, **_):
        return self._next("uniform", shape)

    def shuffle(self, x, **_):
        return np.argsort(self._next("uniform", (len(X),)))


class Backend:
    """Keras's operations, with other random numbers."""

    def __init__(self, backend):
        self.theirs, self.random = backend, Draws()

    def __getattr__(self, name):
        return getattr(self.theirs, name)


def draw_the_same(monkeypatch):
    draws = Draws()
    for name in ("uniform", "normal", "beta", "shuffle"):
        monkeypatch.setattr(random, name, getattr(draws, name))


@pytest.fixture(autouse=True)
def the_reference():
    """Nothing to compile; that a compiled program does the same is tested with what is drawn."""
    with engine("numpy"):
        yield


def again(layer):
    return type(layer).from_config(layer.get_config())


def in_keras(layer):
    return getattr(keras.layers, type(layer).__name__).from_config(layer.get_config())


def data_for(name):
    data = {"images": images_for(name), "labels": Y}
    if not name.startswith(("MixUp", "CutMix", "RandomElasticTransform")):
        # Keras distorts masks otherwise than their images; those that are mixed it takes apart, or
        # gives as many channels as the images.
        data["segmentation_masks"] = images_for(name, MASKS)
    return data


def theirs_for(name):
    theirs = in_keras(EVERY[name])
    theirs.backend = Backend(theirs.backend)
    return {k: np.asarray(v) for k, v in theirs(data_for(name), training=True).items()}


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64")  # by Keras's MixUp
def test_with_the_same_draws_all_is_as_in_keras(name, monkeypatch):
    expected = theirs_for(name)
    draw_the_same(monkeypatch)
    found = again(ROWS[name])(data_for(name), training=True)
    assert list(found) == list(expected)
    assert found["images"].dtype == np.float32
    for part, wanted in expected.items():
        np.testing.assert_allclose(found[part], wanted, atol=2e-5, err_msg=part)
    assert np.abs(expected["images"] - images_for(name)).max() > 0.1


@pytest.mark.parametrize("name", ELASTIC)
def test_with_the_same_ways_down_and_across_images_are_distorted_as_in_keras(name, monkeypatch):
    noise = np.random.default_rng(3).normal(size=X.shape[:3]).astype("float32")
    monkeypatch.setattr(jax.random, "normal", lambda *_, **__: noise)
    expected = theirs_for(name)["images"]
    draw_the_same(monkeypatch)
    monkeypatch.setattr(random, "normal", lambda *_, **__: np.stack([noise, noise], -1))
    found = again(ELASTIC[name])(images_for(name), training=True)
    np.testing.assert_allclose(found, expected, atol=2e-5)
    assert np.abs(expected - images_for(name)).max() > 0.1


@pytest.mark.parametrize(
    "layer",
    [
        L.RandomRotation((0.25, 0.25)),
        L.RandomRotation((-0.07, -0.07), fill_mode="nearest"),
        L.RandomZoom((0.3, 0.3), (-0.2, -0.2)),
        L.RandomTranslation((0.2, 0.2), (-0.7, -0.7)),
    ],
)
def test_where_nothing_is_left_to_chance_images_are_those_of_keras(layer):
    expected = in_keras(layer)(X, training=True)
    np.testing.assert_allclose(layer(X, training=True), expected, atol=1e-5)


@pytest.mark.parametrize("name", EVERY)
def test_configurations_are_read_by_keras_and_the_other_way_round(name):
    layer = EVERY[name]
    config, wanted = (json.loads(json.dumps(x.get_config())) for x in (layer, in_keras(layer)))
    for argument in ("x_factor", "y_factor") if name.startswith("RandomShear") else ():
        low, high = wanted[argument]
        assert config[argument] in ([low, high], high)
        wanted[argument] = config[argument]  # what Keras writes of one number it cannot read
    assert {k: bare(v) for k, v in config.items()} == {k: bare(v) for k, v in wanted.items()}
    assert type(layer).from_config(wanted).get_config() == type(layer)(**config).get_config()


def test_what_keras_writes_of_a_slant_of_one_number_is_read():
    config = keras.layers.RandomShear(0.3).get_config()
    assert config["x_factor"] == (-0.3, 0.3)
    read = L.RandomShear.from_config({**config, "seed": 2})
    np.testing.assert_array_equal(read(X), L.RandomShear(0.3, seed=2)(X))


@pytest.mark.parametrize("name", EVERY)
def test_outside_of_training_all_stays(name):
    layer = again(EVERY[name])
    x = images_for(name)
    data = {
        "images": x,
        "labels": list(range(6)),
        "segmentation_masks": MASKS,
        "names": np.arange(6),
    }
    found = layer(data, training=False)
    for part, value in data.items():
        np.testing.assert_array_equal(found[part], value)
    whole = layer((x * 255).astype("uint8"), training=False)
    assert whole.dtype == np.float32
    np.testing.assert_array_equal(whole, (x * 255).astype("uint8"))


NOTHING = [
    L.RandomRotation(0),
    L.RandomZoom(0, 0),
    L.RandomTranslation(0, 0),
    L.RandomShear(),
    L.RandomPerspective((0.0, 0.0)),
    L.RandomElasticTransform(0),
    L.RandomElasticTransform(scale=0),
    L.RandomErasing((0.0, 0.0)),
    L.RandomErasing(scale=0),
]


@pytest.mark.parametrize("layer", NOTHING, ids=repr)
def test_factors_of_zero_change_nothing(layer):
    np.testing.assert_array_equal(layer(X, training=True), X)


def test_corners_that_stay_leave_the_image_to_rounding():
    np.testing.assert_allclose(L.RandomPerspective(scale=0)(X), X, atol=1e-5)


@pytest.mark.parametrize("name", [n for n in EVERY if " " not in n])
def test_a_seed_draws_the_same_and_each_call_anew(name):
    one, other = (type(EVERY[name])(**{**EVERY[name].get_config(), "seed": 5}) for _ in range(2))
    twice = np.concatenate([X, X])
    first = one(twice)
    np.testing.assert_array_equal(first, other(twice))
    assert (first != one(twice)).any()
    assert (first[:6] != first[6:]).any()


@pytest.mark.parametrize("name", EVERY)
def test_shape_and_dtype_are_known_with_an_open_batch(name):
    x = images_for(name)
    y = EVERY[name](placeholder((None, *x.shape[1:])), training=True)
    assert (y.shape, y.dtype) == ((None, *x.shape[1:]), "float32")


@pytest.mark.parametrize("dtype", ["float64", "mixed_bfloat16"])
@pytest.mark.parametrize("name", [n for n in EVERY if " " not in n])
def test_images_in_other_precision_are_nearly_the_same(name, dtype):
    found = []
    for kind in (dtype, "float32"):
        layer = type(EVERY[name])(**{**EVERY[name].get_config(), "dtype": kind, "seed": 3})
        found.append(layer({"images": X, "labels": Y}, training=True))
    y, expected = found
    kind = "float64" if dtype == "float64" else dtype.removeprefix("mixed_")
    assert str(y["images"].dtype) == str(y["labels"].dtype) == kind
    for part in y:
        close = {"float64": 1e-4, "bfloat16": 5e-2}[kind]
        np.testing.assert_allclose(y[part].astype("float32"), expected[part], atol=close)


# -- errors --------------------------------------------------------------------------------------


def text_of(make):
    utils.reset_names()
    with pytest.raises(PellucidError) as caught:
        make()
    return type(caught.value), str(caught.value).split("\n  made at:")[0]


WRONG = {
    "an unknown fill mode": (
        lambda: L.RandomRotation(0.1, fill_mode="mirror"),
        UnknownNameError,
        """\
Unknown fill mode 'mirror'.
  given:    'mirror'
  expected: one of 'constant', 'nearest', 'reflect', 'wrap'""",
    ),
    "an unknown interpolation": (
        lambda: L.RandomZoom(0.1, interpolation="bicubic"),
        UnknownNameError,
        """\
Unknown interpolation 'bicubic'.
  given:    'bicubic'
  expected: one of 'bilinear', 'nearest'""",
    ),
    "an unknown fill mode of rubber": (
        lambda: L.RandomElasticTransform(fill_mode="reflection"),
        UnknownNameError,
        """\
Unknown fill mode 'reflection'; did you mean 'reflect'?
  given:    'reflection'
  expected: one of 'constant', 'mirror', 'nearest', 'reflect', 'wrap'""",
    ),
    "an unknown interpolation of rubber": (
        lambda: L.RandomElasticTransform(interpolation="linear"),
        UnknownNameError,
        """\
Unknown interpolation 'linear'; did you mean 'bilinear' or 'nearest'?
  given:    'linear'
  expected: one of 'bilinear', 'nearest'""",
    ),
    "a zoom onto a point": (
        lambda: L.RandomZoom(0.1, (-1, 0.5)),
        ArgumentError,
        """\
RandomZoom 'random_zoom' cannot have this 'width_factor'.
  given:    width_factor=(-1, 0.5)
  expected: numbers above -1, at which the image would be a single point""",
    ),
    "a way beyond the image": (
        lambda: L.RandomTranslation(1.5, 0.1),
        ArgumentError,
        """\
RandomTranslation 'random_translation' cannot have this 'height_factor'.
  given:    height_factor=1.5
  expected: a number from -1 to 1, or the lowest and the highest""",
    ),
    "a slant to the other side": (
        lambda: L.RandomShear(0.1, (-0.2, 0.1)),
        ArgumentError,
        """\
RandomShear 'random_shear' cannot have this 'y_factor'.
  given:    y_factor=(-0.2, 0.1)
  expected: a number from 0 to 1, or the lowest and the highest""",
    ),
    "a scale of corners": (
        lambda: L.RandomPerspective(scale=2.0),
        ArgumentError,
        """\
RandomPerspective 'random_perspective' cannot have this 'scale'.
  given:    scale=2.0
  expected: a number from 0 to 1""",
    ),
    "an unknown interpolation of a perspective": (
        lambda: L.RandomPerspective(interpolation="near"),
        UnknownNameError,
        """\
Unknown interpolation 'near'; did you mean 'nearest' or 'bilinear'?
  given:    'near'
  expected: one of 'bilinear', 'nearest'""",
    ),
    "a perspective of one row": (
        lambda: L.RandomPerspective()(np.zeros((1, 1, 5, 1))),
        ShapeError,
        """\
RandomPerspective 'random_perspective' moves the corners of images apart from each other.
  given:    images of 1 by 5 pixels
  expected: at least 2 by 2""",
    ),
    "half a colour": (
        lambda: L.RandomErasing(fill_value=(1, 2)),
        ArgumentError,
        """\
RandomErasing 'random_erasing' cannot have this 'fill_value'.
  given:    fill_value=(1, 2)
  expected: a number, one for each of three channels, or None for noise""",
    ),
    "a colour in gray images": (
        lambda: L.RandomErasing(fill_value=(1, 2, 3))(np.zeros((1, 5, 5, 1))),
        ShapeError,
        """\
RandomErasing 'random_erasing' has a colour for images of three channels.
  given:    images of shape (None, 5, 5, 1)
  expected: 3 on axis 3
  to mend:  fill_value=0""",
    ),
    "no alpha": (
        lambda: L.MixUp(0),
        ArgumentError,
        """\
MixUp 'mix_up' cannot have this 'alpha'.
  given:    alpha=0
  expected: a number above 0""",
    ),
    "numbers of classes": (
        lambda: L.MixUp()({"images": X, "labels": np.arange(6)}),
        DTypeError,
        """\
MixUp 'mix_up' cannot mix numbers of classes.
  given:    labels of shape (None,), int64
  expected: a share for each class, (batch, classes), or real numbers
  to mend:  utils.to_categorical(labels)""",
    ),
    "bounding boxes": (
        lambda: L.CutMix()({"images": X, "bounding_boxes": np.zeros((6, 1, 4))}),
        ArgumentError,
        """\
CutMix 'cut_mix' changes images, and labels and segmentation masks with them.
  given:    a dict with 'images', 'bounding_boxes'
  expected: 'images', and if need be 'labels' and 'segmentation_masks'
  to mend:  leave bounding boxes out""",
    ),
    "no images": (
        lambda: L.RandomRotation(0.1)({"image": X}),
        ArgumentError,
        """\
RandomRotation 'random_rotation' changes images, and labels and segmentation masks with them.
  given:    a dict with 'image'
  expected: 'images', and if need be 'labels' and 'segmentation_masks'""",
    ),
    "images of open size": (
        lambda: L.RandomRotation(0.1)(Input((None, 5, 1)), training=True),
        ShapeError,
        """\
RandomRotation 'random_rotation' needs to know how large its images are.
  given:    shape (None, None, 5, 1)
  expected: a known height and width
  to mend:  give the input's full shape: Input(shape=(...))""",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_said_with_the_layers_name(what):
    make, kind, message = WRONG[what]
    assert text_of(make) == (kind, message)
