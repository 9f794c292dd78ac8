"""Layers that pad, crop, resample and reorder: by one table against Keras, and by what is true."""

import numpy as np
import pytest

from pellucid import Input, layers, utils
from pellucid.errors import ArgumentError, PellucidError, ShapeError, UnknownNameError
from tests.layers.against_keras import DTYPES, Table

FIRST = "channels_first"
L = layers
TABLE = Table(
    {
        "ZeroPadding1D": (L.ZeroPadding1D(), (2, 3, 2)),
        "ZeroPadding1D uneven": (L.ZeroPadding1D((0, 2), FIRST), (2, 3, 2)),
        "ZeroPadding2D": (L.ZeroPadding2D(2), (2, 3, 1, 2)),
        "ZeroPadding2D of each": (L.ZeroPadding2D((0, 1)), (2, 3, 1, 2)),
        "ZeroPadding2D uneven": (L.ZeroPadding2D(((1, 0), (2, 3)), FIRST), (2, 3, 1, 2)),
        "ZeroPadding3D": (L.ZeroPadding3D(), (1, 2, 1, 2, 2)),
        "ZeroPadding3D uneven": (
            L.ZeroPadding3D(((1, 0), (0, 0), (2, 1)), FIRST),
            (1, 2, 1, 2, 2),
        ),
        "Cropping1D": (L.Cropping1D(), (2, 4, 3)),
        "Cropping1D at the start": (L.Cropping1D((2, 0)), (2, 4, 3)),
        "Cropping2D of nothing": (L.Cropping2D(), (2, 3, 4, 2)),
        "Cropping2D": (L.Cropping2D((1, 0)), (2, 3, 4, 2)),
        "Cropping2D uneven": (L.Cropping2D(((0, 2), (1, 2)), FIRST), (2, 2, 3, 4)),
        "Cropping3D": (L.Cropping3D(), (1, 3, 4, 3, 2)),
        "Cropping3D uneven": (L.Cropping3D(((1, 0), (0, 0), (1, 1)), FIRST), (1, 2, 3, 2, 3)),
        "UpSampling1D": (L.UpSampling1D(3), (2, 3, 2)),
        "UpSampling2D": (L.UpSampling2D(), (2, 2, 3, 2)),
        "UpSampling2D channels first": (L.UpSampling2D((1, 3), FIRST), (2, 2, 3, 2)),
        "UpSampling2D bilinear": (L.UpSampling2D((2, 3), None, "bilinear"), (2, 2, 3, 2)),
        "UpSampling2D bicubic": (L.UpSampling2D(2, None, "bicubic"), (1, 4, 3, 2)),
        "UpSampling2D lanczos3": (L.UpSampling2D(3, FIRST, "lanczos3"), (1, 2, 4, 3)),
        "UpSampling2D lanczos5": (L.UpSampling2D((1, 2), None, "LANCZOS5"), (1, 2, 7, 2)),
        "UpSampling3D": (L.UpSampling3D(), (1, 2, 1, 2, 2)),
        "UpSampling3D channels first": (L.UpSampling3D((1, 2, 3), FIRST), (1, 2, 2, 1, 2)),
        "Permute": (L.Permute((2, 3, 1)), (2, 3, 1, 4)),
        "Permute of vectors": (L.Permute([1]), (2, 3)),
        "RepeatVector": (L.RepeatVector(3), (2, 4)),
    }
)


@pytest.fixture(params=TABLE.rows)
def name(request):
    return request.param


def test_outputs_are_keras(name):
    TABLE.check_outputs(name)


def test_configurations_go_to_keras_and_back(name):
    TABLE.check_config(name)


def test_the_inferred_shape_is_the_actual_one(name):
    TABLE.check_shape(name)


def test_gradients_are_those_of_differences(name):
    TABLE.check_gradients(name)


@pytest.mark.parametrize("dtype", DTYPES)
def test_both_engines_agree_in_every_dtype(name, dtype):
    TABLE.check_engines(name, dtype)


@pytest.mark.parametrize("border", [1, (2, 0), ((1, 2), (0, 3))])
def test_cropping_undoes_padding(border):
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 2)).astype("float32")
    padded = layers.ZeroPadding2D(border)(x)
    np.testing.assert_array_equal(layers.Cropping2D(border)(padded), x)
    assert padded.sum() == pytest.approx(x.sum(), rel=1e-5)


@pytest.mark.parametrize(
    "interpolation", ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"]
)
def test_a_plain_image_stays_plain(interpolation):
    y = layers.UpSampling2D(3, interpolation=interpolation)(np.full((1, 4, 5, 2), 0.7))
    np.testing.assert_allclose(y, np.full((1, 12, 15, 2), 0.7), rtol=1e-6)


def test_sizes_may_be_open_where_no_weights_depend_on_them():
    for layer in (layers.ZeroPadding1D(), layers.Cropping1D(), layers.UpSampling1D(2)):
        assert layer(Input((None, 3))).shape == (None, None, 3)
    assert layers.RepeatVector(2)(Input((None,))).shape == (None, 2, None)


def text_of(make):
    utils.reset_names()
    with pytest.raises(PellucidError) as caught:
        make()
    return type(caught.value), str(caught.value).split("\n  made at:")[0]


WRONG = {
    "a padding below 0": (
        lambda: layers.ZeroPadding2D((1, -1)),
        ArgumentError,
        """\
ZeroPadding2D 'zero_padding2d' cannot have this 'padding'.
  given:    padding=(1, -1)
  expected: a whole number of at least 0, or 2 of them, or 2 pairs""",
    ),
    "three ends": (
        lambda: layers.Cropping1D((1, 2, 3)),
        ArgumentError,
        """\
Cropping1D 'cropping1d' cannot have this 'cropping'.
  given:    cropping=(1, 2, 3)
  expected: a whole number of at least 0, or a pair of them""",
    ),
    "nothing left": (
        lambda: layers.Cropping2D(14)(np.zeros((1, 28, 28, 1))),
        ShapeError,
        """\
Cropping2D 'cropping2d' cannot be applied to an input of shape (None, 28, 28, 1).
  given:    cropping=((14, 14), (14, 14))
  expected: less than (28, 28) along the axes of space, so that something is left""",
    ),
    "an unknown interpolation": (
        lambda: layers.UpSampling2D(interpolation="linear"),
        UnknownNameError,
        """\
Unknown interpolation 'linear'; did you mean 'bilinear' or 'nearest'?
  given:    'linear'
  expected: one of 'bicubic', 'bilinear', 'lanczos3', 'lanczos5', 'nearest'""",
    ),
    "half as large": (
        lambda: layers.UpSampling1D(0.5),
        ArgumentError,
        """\
UpSampling1D 'up_sampling1d' cannot have this 'size'.
  given:    size=0.5
  expected: a whole number of at least 1""",
    ),
    "interpolated over an open size": (
        lambda: layers.UpSampling2D(interpolation="bilinear")(Input((None, 8, 3))),
        ShapeError,
        """\
An axis of open size cannot be resampled.
  given:    shape (None, None, 8, 3), axis 1
  expected: a size that is known when the graph is built
  to mend:  give the input's full shape: Input(shape=(...))
  in layer: UpSampling2D 'up_sampling2d'""",
    ),
    "axes counted from 0": (
        lambda: layers.Permute((1, 0)),
        ArgumentError,
        """\
Permute 'permute' needs the axes of a row in an order.
  given:    dims=(1, 0)
  expected: a tuple with each number from 1 to that of the axes once""",
    ),
    "axes of other rows": (
        lambda: layers.Permute((2, 1))(np.zeros((1, 2, 3, 4))),
        ShapeError,
        """\
Permute 'permute' cannot be applied to an input of shape (None, 2, 3, 4).
  given:    4 axes
  expected: 3 axes: the rows, and one for each of dims=(2, 1)""",
    ),
    "images repeated": (
        lambda: layers.RepeatVector(2)(np.zeros((1, 28, 28))),
        ShapeError,
        """\
RepeatVector 'repeat_vector' cannot be applied to an input of shape (None, 28, 28).
  given:    3 axes
  expected: 2 axes: the rows, and features
  to mend:  put Flatten() before it""",
    ),
    "repeated never": (
        lambda: layers.RepeatVector(0),
        ArgumentError,
        """\
RepeatVector 'repeat_vector' needs a whole number above 0 for 'n'.
  given:    n=0
  expected: 1, 2, 3, …""",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_said_with_the_layers_name(what):
    make, kind, message = WRONG[what]
    assert text_of(make) == (kind, message)
