"""Layers that disturb in training: their statistics, and Keras's behaviour outside of training."""

import json

import keras
import numpy as np
import pytest

from pellucid import Input, Model, engine, layers, losses, placeholder, utils
from pellucid.errors import ArgumentError, PellucidError, ShapeError
from pellucid.testing import check_engines

SEED = 4
ROWS = {
    "AlphaDropout": (layers.AlphaDropout(0.3, seed=SEED), (5, 3)),
    "AlphaDropout of rows": (layers.AlphaDropout(0.3, noise_shape=(None, 1)), (5, 3)),
    "GaussianDropout": (layers.GaussianDropout(0.3, seed=SEED), (5, 3)),
    "GaussianNoise": (layers.GaussianNoise(0.3, seed=SEED), (5, 3)),
    "SpatialDropout1D": (layers.SpatialDropout1D(0.3, seed=SEED), (5, 4, 3)),
    "SpatialDropout2D": (layers.SpatialDropout2D(0.3, seed=SEED), (5, 4, 2, 3)),
    "SpatialDropout2D first": (layers.SpatialDropout2D(0.3, "channels_first"), (5, 4, 2, 3)),
    "SpatialDropout3D": (layers.SpatialDropout3D(0.3, seed=SEED), (5, 4, 2, 2, 3)),
    "SpatialDropout3D first": (layers.SpatialDropout3D(0.3, "channels_first"), (5, 4, 2, 2, 3)),
    "ActivityRegularization": (layers.ActivityRegularization(l1=0.1, l2=0.2), (5, 3)),
}


@pytest.fixture(params=ROWS)
def name(request):
    return request.param


def again(layer):
    return type(layer).from_config(layer.get_config())


def test_configurations_are_those_of_keras(name):
    layer, _ = ROWS[name]
    theirs = getattr(keras.layers, type(layer).__name__).from_config(layer.get_config())
    wanted, config = theirs.get_config(), layer.get_config()
    assert set(wanted) == set(config)
    for key in set(config) - {"dtype"}:
        ours = config[key]
        assert (list(ours) if isinstance(ours, tuple) else ours) == (
            list(wanted[key]) if isinstance(wanted[key], tuple) else wanted[key]
        )
    assert type(layer).from_config(json.loads(json.dumps(wanted))).get_config() == config


def test_outside_of_training_everything_passes(name):
    layer, shape = ROWS[name]
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    with engine("numpy"):
        np.testing.assert_array_equal(again(layer)(x), x)
    assert layer.weights == []
    assert again(layer)(placeholder((None, *shape[1:]))).shape == (None, *shape[1:])


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_both_engines_draw_the_same_numbers_in_every_dtype(name, dtype):
    layer, shape = ROWS[name]
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    layer = type(layer).from_config({**layer.get_config(), "dtype": dtype})
    symbolic = layer(placeholder(shape), training=True)
    assert symbolic.dtype == dtype
    check_engines(lambda x: layer(x, training=True), x)


def in_training(layer, x):
    with engine("numpy"):
        return layer(np.asarray(x, np.float32), training=True)


def test_gaussian_dropout_multiplies_by_numbers_of_mean_1_and_the_variance_of_dropout():
    y = in_training(layers.GaussianDropout(0.2, seed=SEED), np.full((200, 200), 2.0)) / 2
    near(y.mean(), 1.0, np.sqrt(0.25 / y.size))
    near(y.var(), 0.25, 0.25 * np.sqrt(2 / y.size))


def test_gaussian_noise_adds_numbers_of_mean_0():
    y = in_training(layers.GaussianNoise(0.3, seed=SEED), np.full((200, 200), 2.0)) - 2
    near(y.mean(), 0.0, 0.3 / np.sqrt(y.size))
    near(y.var(), 0.09, 0.09 * np.sqrt(2 / y.size))


def near(found, expected, standard_error):
    assert abs(found - expected) < 5 * standard_error


def test_alpha_dropout_keeps_mean_and_variance():
    x = np.random.default_rng(0).normal(size=(300, 300))
    y = in_training(layers.AlphaDropout(0.2, seed=SEED), x)
    near(y.mean(), x.mean(), np.sqrt(2 / y.size))
    assert abs(y.var() / x.var() - 1) < 0.03


def test_alpha_dropout_drops_at_its_rate_and_to_one_value():
    y = in_training(layers.AlphaDropout(0.2, seed=SEED), np.ones((200, 200)))
    low, high = np.unique(y)
    near((y == low).mean(), 0.2, np.sqrt(0.2 * 0.8 / y.size))
    theirs = np.unique(keras.layers.AlphaDropout(0.2, seed=1)(np.ones((9, 9)), training=True))
    np.testing.assert_allclose([low, high], theirs, rtol=1e-5)


def test_alpha_dropout_of_rows_drops_whole_rows():
    y = in_training(layers.AlphaDropout(0.5, (None, 1), seed=1), np.ones((50, 4)))
    assert (y == y[:, :1]).all()
    assert len(np.unique(y)) == 2


SPATIAL = [name for name in ROWS if name.startswith("Spatial")]


@pytest.mark.parametrize("name", SPATIAL)
def test_spatial_dropout_drops_whole_channels_of_single_rows(name):
    layer, shape = ROWS[name]
    layer = type(layer).from_config({**layer.get_config(), "rate": 0.5, "seed": 1})
    first = name.endswith("first")
    y = in_training(layer, np.ones((40, *shape[1:])))
    y = y if first else np.moveaxis(y, -1, 1)
    flat = y.reshape(*y.shape[:2], -1)
    assert (flat == flat[..., :1]).all()
    np.testing.assert_array_equal(np.unique(flat), [0.0, 2.0])
    dropped = (flat[..., 0] == 0).mean(axis=0)
    assert ((dropped > 0) & (dropped < 1)).all()  # not a channel of all rows


def test_the_numbers_are_others_in_each_call_and_the_same_for_a_seed():
    layer = layers.GaussianNoise(0.5, seed=SEED)
    x = np.zeros((4, 4))
    first, second = in_training(layer, x), in_training(layer, x)
    assert (first != second).all()
    np.testing.assert_array_equal(in_training(layers.GaussianNoise(0.5, seed=SEED), x), first)


def test_activity_regularization_adds_to_the_loss_of_a_row():
    x = np.array([[1.0, -2.0], [3.0, 0.0]], np.float32)
    inputs = Input((2,))
    model = Model(inputs, layers.ActivityRegularization(l1=0.1, l2=0.01)(inputs))
    model.compile(loss=losses.MeanSquaredError())
    with engine("numpy"):
        loss = model.evaluate(x, x, verbose=0)
    np.testing.assert_allclose(loss, (0.1 * 6 + 0.01 * 14) / 2, rtol=1e-6)


@pytest.mark.parametrize("name", [name for name in ROWS if not name.startswith("Spatial")])
def test_masks_are_handed_on(name):
    x = layers.Masking()(Input((2, 3)))
    assert again(ROWS[name][0])(x).mask is x.mask


WRONG = {
    "a rate above 1": (
        lambda: layers.SpatialDropout2D(1.5),
        ArgumentError,
        """\
SpatialDropout2D 'spatial_dropout2d' needs a probability.
  given:    rate=1.5
  expected: a number from 0 to 1""",
    ),
    "nothing left": (
        lambda: layers.GaussianDropout(1.0),
        ArgumentError,
        """\
GaussianDropout 'gaussian_dropout' needs a probability.
  given:    rate=1.0
  expected: a number from 0 to below 1""",
    ),
    "a deviation below 0": (
        lambda: layers.GaussianNoise(-0.1),
        ArgumentError,
        """\
GaussianNoise 'gaussian_noise' needs a number from 0 to 1.
  given:    stddev=-0.1
  expected: a number from 0 to 1""",
    ),
    "images in place of series": (
        lambda: layers.SpatialDropout1D(0.5)(np.zeros((2, 3, 3, 3))),
        ShapeError,
        """\
SpatialDropout1D 'spatial_dropout1d' cannot be applied to an input of shape (None, 3, 3, 3).
  given:    4 axes
  expected: 3 axes: the rows, 1 of space, the channels""",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_said_with_the_layers_name(what):
    make, kind, message = WRONG[what]
    utils.reset_names()
    with pytest.raises(PellucidError) as caught:
        make()
    assert type(caught.value) is kind
    assert str(caught.value).split("\n  made at:")[0] == message
