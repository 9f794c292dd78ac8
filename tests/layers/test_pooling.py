"""Layers that pool: by one table against Keras, and by what is true of the mean and the largest."""

import numpy as np
import pytest

from pellucid import Input, layers, utils
from pellucid.errors import ArgumentError, PellucidError, ShapeError, UnknownNameError
from pellucid.graph.walk import ancestors
from tests.layers.against_keras import DTYPES, Table

FIRST = "channels_first"
L = layers
TABLE = Table(
    {
        "MaxPooling1D": (L.MaxPooling1D(), (2, 5, 2)),
        "MaxPooling1D that overlaps": (L.MaxPooling1D(3, 1, "same"), (2, 5, 2)),
        "MaxPooling1D channels first": (L.MaxPooling1D(2, data_format=FIRST), (2, 2, 5)),
        "MaxPooling2D": (L.MaxPooling2D(), (2, 5, 4, 2)),
        "MaxPooling2D in steps": (L.MaxPooling2D((3, 2), (2, 1)), (2, 5, 4, 2)),
        "MaxPooling2D same": (L.MaxPooling2D(2, padding="same"), (2, 5, 3, 2)),
        "MaxPooling2D channels first": (
            L.MaxPooling2D((2, 3), padding="same", data_format=FIRST),
            (2, 2, 5, 4),
        ),
        "MaxPooling2D large": (L.MaxPooling2D(5, 2), (1, 8, 7, 1)),
        "MaxPooling3D": (L.MaxPooling3D(), (1, 3, 2, 4, 2)),
        "MaxPooling3D in steps": (
            L.MaxPooling3D((1, 2, 2), 1, "same", data_format=FIRST),
            (1, 2, 2, 3, 2),
        ),
        "AveragePooling1D": (L.AveragePooling1D(2), (2, 5, 2)),
        "AveragePooling1D that overlaps": (L.AveragePooling1D(3, 1, "same"), (2, 5, 2)),
        "AveragePooling2D": (L.AveragePooling2D(2), (2, 5, 4, 2)),
        "AveragePooling2D same in steps": (
            L.AveragePooling2D((3, 2), (2, 1), "same"),
            (2, 5, 4, 2),
        ),
        "AveragePooling2D channels first": (
            L.AveragePooling2D(2, padding="same", data_format=FIRST),
            (2, 2, 5, 4),
        ),
        "AveragePooling3D": (L.AveragePooling3D((1, 2, 2)), (1, 2, 3, 4, 2)),
        "AveragePooling3D same": (L.AveragePooling3D(2, padding="same"), (1, 3, 2, 3, 1)),
        "GlobalMaxPooling1D": (L.GlobalMaxPooling1D(), (2, 5, 3)),
        "GlobalMaxPooling1D kept": (L.GlobalMaxPooling1D(FIRST, True), (2, 3, 5)),
        "GlobalMaxPooling2D": (L.GlobalMaxPooling2D(), (2, 3, 4, 2)),
        "GlobalMaxPooling2D kept": (L.GlobalMaxPooling2D(keepdims=True), (2, 3, 4, 2)),
        "GlobalMaxPooling3D": (L.GlobalMaxPooling3D(data_format=FIRST), (2, 2, 3, 1, 2)),
        "GlobalAveragePooling1D": (L.GlobalAveragePooling1D(), (2, 5, 3)),
        "GlobalAveragePooling1D kept": (L.GlobalAveragePooling1D(FIRST, True), (2, 3, 5)),
        "GlobalAveragePooling2D": (L.GlobalAveragePooling2D(), (2, 3, 4, 2)),
        "GlobalAveragePooling2D kept": (L.GlobalAveragePooling2D(FIRST, True), (2, 2, 3, 4)),
        "GlobalAveragePooling3D": (L.GlobalAveragePooling3D(keepdims=True), (2, 2, 3, 1, 2)),
        "AdaptiveMaxPooling1D": (L.AdaptiveMaxPooling1D(2), (2, 5, 2)),
        "AdaptiveMaxPooling2D": (L.AdaptiveMaxPooling2D((3, 2), FIRST), (1, 2, 5, 4)),
        "AdaptiveMaxPooling3D": (L.AdaptiveMaxPooling3D(2), (1, 3, 2, 5, 1)),
        "AdaptiveAveragePooling1D": (L.AdaptiveAveragePooling1D(3, FIRST), (2, 2, 5)),
        "AdaptiveAveragePooling2D": (L.AdaptiveAveragePooling2D((2, 3)), (1, 5, 4, 2)),
        "AdaptiveAveragePooling3D": (L.AdaptiveAveragePooling3D((1, 2, 2)), (1, 2, 3, 5, 2)),
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


def test_other_names_are_the_same_layers():
    for n in (1, 2, 3):
        for ours, other in (("Max", "MaxPool"), ("Average", "AvgPool")):
            assert getattr(layers, f"{other}{n}D") is getattr(layers, f"{ours}Pooling{n}D")
            whole = getattr(layers, f"Global{ours}Pooling{n}D")
            assert getattr(layers, f"Global{other}{n}D") is whole


@pytest.mark.parametrize("settings", [{}, {"keepdims": True}, {"data_format": FIRST}])
def test_a_masked_mean_is_that_of_the_steps_that_count(settings):
    layer = layers.GlobalAveragePooling1D(**settings)
    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    mask = np.array([[True, True, False, False], [False, True, True, True]])
    expected = np.stack([x[0, :2].mean(0), x[1, 1:].mean(0)])
    x[0, 2:] = np.nan  # what does not count may be anything
    y = layer(np.swapaxes(x, 1, 2) if "data_format" in settings else x, mask=mask)
    assert y.shape == ((2, 1, 3) if "keepdims" in settings else (2, 3))
    np.testing.assert_allclose(y.reshape(2, 3), expected, rtol=1e-6)


def test_the_mask_of_the_input_reaches_the_mean_and_goes_no_further():
    inputs = Input((3, 1))
    inputs.mask = Input((3,), dtype="bool")
    y = layers.GlobalAveragePooling1D()(inputs)
    assert y.mask is None
    assert inputs.mask in ancestors([y])


@pytest.mark.parametrize("dtype", ["uint8", "int32"])
def test_the_largest_of_whole_numbers_is_one(dtype):
    y = layers.MaxPooling2D()(np.arange(16, dtype=dtype).reshape(1, 4, 4, 1))
    assert y.dtype == dtype
    np.testing.assert_array_equal(y.ravel(), [5, 7, 13, 15])


def test_global_pooling_takes_series_of_any_length():
    assert layers.GlobalMaxPooling1D()(Input((None, 2))).shape == (None, 2)
    np.testing.assert_array_equal(
        layers.GlobalMaxPooling1D()(np.arange(12.0).reshape(1, 6, 2)), [[10.0, 11.0]]
    )


def text_of(make):
    utils.reset_names()
    with pytest.raises(PellucidError) as caught:
        make()
    return type(caught.value), str(caught.value).split("\n  made at:")[0]


WRONG = {
    "a window of nothing": (
        lambda: layers.MaxPooling2D(0),
        ArgumentError,
        """\
MaxPooling2D 'max_pooling2d' cannot have this 'pool_size'.
  given:    pool_size=0
  expected: a whole number of at least 1, or 2 of them""",
    ),
    "an unknown padding": (
        lambda: layers.AveragePooling1D(2, padding="smae"),
        UnknownNameError,
        """\
Unknown padding 'smae'; did you mean 'same'?
  given:    'smae'
  expected: one of 'same', 'valid'""",
    ),
    "other axes": (
        lambda: layers.GlobalAveragePooling2D()(np.zeros((2, 3))),
        ShapeError,
        """\
GlobalAveragePooling2D 'global_average_pooling2d' cannot be applied to an input of shape (None, 3).
  given:    2 axes
  expected: 4 axes: the rows, 2 of space, the channels""",
    ),
    "a small input": (
        lambda: layers.MaxPooling1D(4)(np.zeros((1, 3, 2))),
        ShapeError,
        """\
The window is larger than the input.
  given:    a window over (4,) elements, an input of (3,)
  expected: a window that fits into the input
  to mend:  use padding='same', a smaller window or a larger input
  in layer: MaxPooling1D 'max_pooling1d'""",
    ),
    "windows over an open size": (
        lambda: layers.AdaptiveMaxPooling1D(2)(Input((None, 3))),
        ShapeError,
        """\
AdaptiveMaxPooling1D 'adaptive_max_pooling1d' cannot be applied to an input of shape \
(None, None, 3).
  given:    an open size
  expected: sizes along the axes of space that are known now
  to mend:  give the input's full shape: Input(shape=(...))""",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_said_with_the_layers_name(what):
    make, kind, message = WRONG[what]
    assert text_of(make) == (kind, message)
