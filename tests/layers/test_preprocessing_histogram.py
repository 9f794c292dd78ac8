"""Layers that spread tones evenly: against Keras, and by what an even spread is."""

import functools

import numpy as np
import pytest

from pellucid import engine, layers, placeholder, utils
from pellucid.errors import ArgumentError, PellucidError, ShapeError
from tests.layers.against_keras import bare, layers_of_keras

Equalization = layers.Equalization
CLAHE = layers.ContrastLimitedAdaptiveHistogramEqualization
rng = np.random.default_rng(4)
X = np.round(rng.normal(90, 20, size=(2, 20, 13, 3))).astype("float32")
X[..., 1] = 7  # a channel of one tone
ROWS = {
    # Keras's program has a piece for each bin and channel.
    "Equalization": (Equalization(), X[..., :1]),
    "Equalization of few bins": (Equalization(bins=18), X),
    "Equalization of units": (Equalization(value_range=(1, 0), bins=52), X[..., 1:] / 255),
    "CLAHE": (CLAHE(), X),
    "CLAHE without a limit": (CLAHE(clip_limit=0, tile_grid_size=(3, 4)), X),
    "CLAHE of units": (CLAHE((0, 1), clip_limit=2.0, tile_grid_size=(4, 13)), X / 255),
    "CLAHE of more tiles than pixels": (CLAHE(tile_grid_size=(1, 30)), X),
    "CLAHE of whole numbers": (CLAHE(tile_grid_size=(2, 2)), X.astype("uint8")),
}


@functools.cache
def keras_layers():
    return layers_of_keras(ROWS, training=True)


@pytest.mark.parametrize("name", ROWS)
def test_outputs_shapes_and_configurations_are_keras_by_either_engine(name):
    layer, x = ROWS[name]
    layer = type(layer).from_config(layer.get_config())
    theirs, expected = keras_layers()[name]
    whole = expected.dtype.kind in "iu"  # just below a number, or it: what follows is cut off
    for kind in ("numpy", "xla"):
        with engine(kind):
            y = layer(x, training=True)
        assert y.dtype == expected.dtype
        np.testing.assert_allclose(
            y.astype("float32"),
            expected.astype("float32"),
            rtol=1e-5,
            atol=1 if whole else 1e-5 * x.max(),
        )
    symbolic = layer(placeholder((None, *x.shape[1:]), str(x.dtype)), training=True)
    assert symbolic.shape == (None, *expected.shape[1:])
    ours, wanted = layer.get_config(), theirs.get_config()
    assert {k: bare(v) for k, v in ours.items()} == {k: bare(v) for k, v in wanted.items()}
    assert type(layer).from_config(wanted).get_config() == ours


@pytest.mark.parametrize("make", [Equalization, CLAHE])
def test_the_order_of_the_channels_makes_no_difference(make):
    with engine("numpy"):
        first = make(data_format="channels_first")(np.moveaxis(X, -1, 1))
        np.testing.assert_array_equal(np.moveaxis(first, 1, -1), make()(X))


def test_equalized_tones_have_the_ranks_of_the_pixels_that_are_not_brighter():
    with engine("numpy"):
        y = Equalization()(X)
    for channel in (0, 2):
        tones = X[..., channel]
        ranks = (tones[..., None] >= tones.ravel()).sum(-1)
        expected = np.round((ranks - ranks.min()) / (ranks.max() - ranks.min()) * 255)
        np.testing.assert_array_equal(y[..., channel], expected)
    np.testing.assert_array_equal(y[..., 1], X[..., 1])


def test_nothing_is_equalized_outside_of_training_but_by_clahe():
    np.testing.assert_array_equal(Equalization()(X, training=False), X)
    np.testing.assert_array_equal(CLAHE()(X, training=False), CLAHE()(X, training=True))


def test_one_tile_without_a_limit_is_equalized_up_to_where_it_begins():
    x = X[:1, ..., :1]
    with engine("numpy"):
        y = CLAHE(clip_limit=0, tile_grid_size=(1, 1))(x)
    ranks = (x[..., None] >= x.ravel()).mean(-1)
    np.testing.assert_allclose(y, ranks * 255, rtol=1e-5)


def test_a_limit_keeps_the_noise_of_an_even_image_low():
    x = 100 + rng.integers(0, 2, size=(1, 32, 32, 1)).astype("float32")
    with engine("numpy"):
        loud = np.ptp(CLAHE(clip_limit=0, tile_grid_size=(2, 2))(x))
        low = np.ptp(CLAHE(clip_limit=4.0, tile_grid_size=(2, 2))(x))
    assert loud > 100
    # Of 256 tones each may count four times as often as on average.
    assert low < 2 * 4 * 255 / 256


def test_each_image_has_tiles_of_its_own():
    with engine("numpy"):
        together = CLAHE()(X)
        np.testing.assert_array_equal(together[1:], CLAHE()(X[1:]))


def text_of(make):
    utils.reset_names()
    with pytest.raises(PellucidError) as caught:
        make()
    return type(caught.value), str(caught.value).split("\n  made at:")[0]


WRONG = {
    "no bins": (
        lambda: Equalization(bins=0),
        ArgumentError,
        """\
Equalization 'equalization' needs a whole number above 0 for 'bins'.
  given:    bins=0
  expected: 1, 2, 3, …""",
    ),
    "one number of tiles": (
        lambda: CLAHE(tile_grid_size=8, name="clahe"),
        ArgumentError,
        """\
ContrastLimitedAdaptiveHistogramEqualization 'clahe' needs to know how many tiles there are.
  given:    tile_grid_size=8
  expected: two whole numbers above 0: down and across""",
    ),
    "open size": (
        lambda: CLAHE(name="clahe")(placeholder((None, None, 5, 1))),
        ShapeError,
        """\
ContrastLimitedAdaptiveHistogramEqualization 'clahe' needs to know how large its images are.
  given:    shape (None, None, 5, 1)
  expected: a known height and width
  to mend:  give the input's full shape: Input(shape=(...))""",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_said_with_the_layers_name(what):
    make, kind, message = WRONG[what]
    assert text_of(make) == (kind, message)
