"""Layers that convolve: by one table against Keras, and by what is true of a convolution."""

import numpy as np
import pytest

from pellucid import layers, regularizers, utils
from pellucid.errors import ArgumentError, PellucidError, ShapeError, UnknownNameError
from tests.layers.against_keras import DTYPES, Table

FIRST = "channels_first"
L = layers
TABLE = Table(
    {
        "Conv1D": (L.Conv1D(3, 2), (2, 5, 2)),
        "Conv1D causal": (L.Conv1D(2, 3, padding="causal"), (2, 5, 2)),
        "Conv1D causal in steps": (L.Conv1D(2, 2, 2, padding="causal"), (2, 5, 2)),
        "Conv1D causal dilated": (L.Conv1D(2, 3, padding="causal", dilation_rate=2), (2, 6, 2)),
        "Conv1D causal channels first": (
            L.Conv1D(3, 2, padding="causal", data_format=FIRST),
            (2, 2, 5),
        ),
        "Conv1D same in steps": (L.Conv1D(2, 3, strides=2, padding="SAME"), (2, 6, 2)),
        "Conv1D in groups": (L.Conv1D(4, 2, groups=2, activation="tanh"), (2, 4, 6)),
        "Conv2D": (L.Conv2D(3, 2, activation="sigmoid"), (2, 4, 3, 2)),
        "Conv2D of one channel": (L.Conv2D(2, (3, 2), padding="same"), (2, 4, 3, 1)),
        "Conv2D without bias": (L.Conv2D(2, 2, (2, 1), use_bias=False), (2, 4, 3, 2)),
        "Conv2D same in steps": (L.Conv2D(2, 3, (2, 3), padding="same"), (2, 5, 4, 1)),
        "Conv2D dilated": (L.Conv2D(2, 2, dilation_rate=(2, 1), padding="same"), (2, 4, 3, 2)),
        "Conv2D in groups": (L.Conv2D(6, 2, groups=3, bias_initializer="ones"), (2, 3, 4, 3)),
        "Conv2D one to one": (L.Conv2D(3, 1), (2, 3, 2, 4)),
        "Conv2D channels first": (
            L.Conv2D(3, (2, 3), (2, 1), padding="same", data_format=FIRST, activation="softmax"),
            (2, 2, 4, 3),
        ),
        "Conv2D regularized": (
            L.Conv2D(
                2,
                2,
                kernel_regularizer=regularizers.L2(0.25),
                bias_regularizer=regularizers.L1(0.5),
                kernel_initializer="he_normal",
                kernel_constraint="max_norm",
            ),
            (2, 3, 3, 2),
        ),
        "Conv3D": (L.Conv3D(2, 2), (1, 3, 2, 3, 2)),
        "Conv3D same in steps": (L.Conv3D(1, (2, 1, 3), 2, padding="same"), (1, 3, 2, 4, 2)),
        "Conv3D channels first in groups": (
            L.Conv3D(2, (1, 2, 2), groups=2, data_format=FIRST),
            (1, 2, 2, 3, 2),
        ),
        "Conv1DTranspose": (L.Conv1DTranspose(2, 3), (2, 3, 2)),
        "Conv1DTranspose in steps": (L.Conv1DTranspose(2, 3, 2, activation="tanh"), (2, 3, 2)),
        "Conv1DTranspose small kernel": (L.Conv1DTranspose(2, 2, 3, padding="same"), (2, 3, 2)),
        "Conv1DTranspose more": (
            L.Conv1DTranspose(1, 3, 3, padding="same", output_padding=1),
            (2, 3, 2),
        ),
        "Conv1DTranspose more, whole": (L.Conv1DTranspose(1, 3, 2, output_padding=1), (2, 3, 2)),
        "Conv1DTranspose dilated": (L.Conv1DTranspose(2, 2, dilation_rate=2), (2, 3, 2)),
        "Conv1DTranspose channels first": (
            L.Conv1DTranspose(3, 2, 2, data_format=FIRST),
            (2, 2, 3),
        ),
        "Conv2DTranspose": (L.Conv2DTranspose(2, (3, 2), use_bias=False), (2, 2, 3, 2)),
        "Conv2DTranspose same": (L.Conv2DTranspose(2, 4, 2, padding="same"), (1, 3, 2, 2)),
        "Conv2DTranspose channels first": (
            L.Conv2DTranspose(3, 3, (2, 1), padding="same", data_format=FIRST),
            (1, 2, 3, 2),
        ),
        "Conv3DTranspose": (L.Conv3DTranspose(2, 2, (2, 1, 2)), (1, 2, 2, 1, 2)),
        "Conv3DTranspose same": (L.Conv3DTranspose(1, 2, padding="same"), (1, 2, 2, 3, 2)),
        "SeparableConv1D": (L.SeparableConv1D(3, 2), (2, 4, 2)),
        "SeparableConv1D of more": (
            L.SeparableConv1D(3, 2, 2, padding="same", depth_multiplier=2, activation="tanh"),
            (2, 5, 2),
        ),
        "SeparableConv1D dilated": (
            L.SeparableConv1D(2, 2, dilation_rate=2, data_format=FIRST),
            (2, 3, 4),
        ),
        "SeparableConv2D": (L.SeparableConv2D(3, 2, use_bias=False), (2, 3, 4, 2)),
        "SeparableConv2D of more": (
            L.SeparableConv2D(
                2,
                (2, 3),
                2,
                padding="same",
                depth_multiplier=2,
                depthwise_initializer="he_normal",
                pointwise_regularizer=regularizers.L2(0.25),
            ),
            (2, 4, 5, 2),
        ),
        "DepthwiseConv1D": (L.DepthwiseConv1D(2, depth_multiplier=2), (2, 4, 3)),
        "DepthwiseConv1D same": (
            L.DepthwiseConv1D(3, 2, padding="same", data_format=FIRST),
            (2, 3, 5),
        ),
        "DepthwiseConv2D": (L.DepthwiseConv2D(2, activation="elu"), (2, 3, 4, 2)),
        "DepthwiseConv2D of more": (
            L.DepthwiseConv2D(
                (3, 2),
                2,
                padding="same",
                depth_multiplier=2,
                depthwise_regularizer=regularizers.L2(0.25),
            ),
            (2, 4, 5, 3),
        ),
        "DepthwiseConv2D dilated": (
            L.DepthwiseConv2D(2, dilation_rate=(1, 2), use_bias=False, data_format=FIRST),
            (2, 3, 3, 4),
        ),
    }
)


@pytest.fixture(params=TABLE.rows)
def name(request):
    return request.param


def test_outputs_and_weights_are_keras(name):
    TABLE.check_outputs(name)


def test_configurations_go_to_keras_and_back(name):
    TABLE.check_config(name)


def test_the_inferred_shape_is_the_actual_one(name):
    TABLE.check_shape(name)


def test_a_training_step_leads_to_the_weights_of_keras(name):
    TABLE.check_training_step(name)


def test_gradients_are_those_of_differences(name):
    TABLE.check_gradients(name)


@pytest.mark.parametrize("dtype", DTYPES)
def test_both_engines_agree_in_every_dtype(name, dtype):
    TABLE.check_engines(name, dtype)


def test_a_causal_convolution_sees_no_later_input():
    layer = layers.Conv1D(3, 3, padding="causal", dilation_rate=2)
    x = np.random.default_rng(0).normal(size=(1, 10, 2))
    y = layer(x)
    x[:, 6:] = 100.0
    np.testing.assert_array_equal(layer(x)[:, :6], y[:, :6])
    assert (layer(x)[:, 6] != y[:, 6]).any()


def test_open_space_is_found_when_it_runs():
    layer = layers.Conv2D(2, 3, strides=2, padding="same")
    y = layer(layers.Input((None, None, 1)))
    assert y.shape == (None, None, None, 2)
    assert layer(np.zeros((3, 7, 10, 1))).shape == (3, 4, 5, 2)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "bool"])
def test_images_of_whole_numbers_are_taken(dtype):
    layer = layers.Conv2D(1, 2, kernel_initializer="ones")
    y = layer(np.ones((1, 2, 2, 1), dtype))
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y, np.full((1, 1, 1, 1), 4.0))


def text_of(make):
    utils.reset_names()
    with pytest.raises(PellucidError) as caught:
        make()
    return type(caught.value), str(caught.value).split("\n  made at:")[0]


def built():
    layer = layers.Conv2D(8, 3, name="edges")
    layer(np.zeros((1, 8, 8, 3)))
    return layer


WRONG = {
    "no filters": (
        lambda: layers.Conv2D(0, 3),
        ArgumentError,
        """\
Conv2D 'conv2d' needs a whole number above 0 for 'filters'.
  given:    filters=0
  expected: 1, 2, 3, …""",
    ),
    "three numbers for two axes": (
        lambda: layers.Conv2D(8, (3, 3, 3)),
        ArgumentError,
        """\
Conv2D 'conv2d' cannot have this 'kernel_size'.
  given:    kernel_size=(3, 3, 3)
  expected: a whole number of at least 1, or 2 of them""",
    ),
    "a stride of nothing": (
        lambda: layers.Conv1D(8, 3, strides=0),
        ArgumentError,
        """\
Conv1D 'conv1d' cannot have this 'strides'.
  given:    strides=0
  expected: a whole number of at least 1""",
    ),
    "an unknown padding": (
        lambda: layers.Conv2D(8, 3, padding="causal"),
        UnknownNameError,
        """\
Unknown padding 'causal'.
  given:    'causal'
  expected: one of 'same', 'valid'""",
    ),
    "strides and a dilation": (
        lambda: layers.Conv2D(8, 3, strides=2, dilation_rate=2),
        ArgumentError,
        """\
Conv2D 'conv2d' cannot have strides and a dilation at once.
  given:    strides=(2, 2), dilation_rate=(2, 2)
  expected: 1 for all numbers of one of them""",
    ),
    "filters in unequal groups": (
        lambda: layers.Conv2D(8, 3, groups=3),
        ArgumentError,
        """\
Conv2D 'conv2d' cannot divide its filters into equal groups.
  given:    filters=8, groups=3
  expected: a number of filters that 3 divides""",
    ),
    "channels in unequal groups": (
        lambda: layers.Conv2D(8, 3, groups=2)(np.zeros((1, 8, 8, 3))),
        ShapeError,
        """\
Conv2D 'conv2d' cannot be applied to an input of shape (None, 8, 8, 3).
  given:    3 channels, groups=2
  expected: a number of channels that 2 divides""",
    ),
    "more than a stride at the end": (
        lambda: layers.Conv2DTranspose(8, 3, strides=2, output_padding=2),
        ArgumentError,
        """\
Conv2DTranspose 'conv2d_transpose' can add fewer elements at the end than a stride has.
  given:    output_padding=(2, 2), strides=(2, 2)
  expected: each number of output_padding below that of strides""",
    ),
    "images without channels": (
        lambda: layers.Conv2D(8, 3)(np.zeros((5, 28, 28))),
        ShapeError,
        """\
Conv2D 'conv2d' cannot be applied to an input of shape (None, 28, 28).
  given:    3 axes
  expected: 4 axes: the rows, 2 of space, the channels
  to mend:  x[..., np.newaxis] if there is one channel, x[np.newaxis] if there is one row""",
    ),
    "vectors": (
        lambda: layers.Conv2D(8, 3, data_format="channels_first")(np.zeros((5, 784))),
        ShapeError,
        """\
Conv2D 'conv2d' cannot be applied to an input of shape (None, 784).
  given:    2 axes
  expected: 4 axes: the rows, the channels, 2 of space""",
    ),
    "open channels": (
        lambda: layers.SeparableConv2D(8, 3)(layers.Input((8, 8, None))),
        ShapeError,
        """\
SeparableConv2D 'separable_conv2d' cannot be applied to an input of shape (None, 8, 8, None).
  given:    an open number of channels
  expected: a number that is known when the layer is built
  to mend:  give the input's full shape: Input(shape=(...))""",
    ),
    "other channels": (
        lambda: built()(np.zeros((1, 8, 8, 1))),
        ShapeError,
        """\
Conv2D 'edges' cannot be applied to an input of shape (None, 8, 8, 1).
  given:    1 channel
  expected: 3 channels, as it was built with""",
    ),
    "channels in front": (
        lambda: built()(np.zeros((1, 3, 8, 8))),
        ShapeError,
        """\
Conv2D 'edges' cannot be applied to an input of shape (None, 3, 8, 8).
  given:    8 channels
  expected: 3 channels, as it was built with
  to mend:  data_format='channels_first' if the channels lie there""",
    ),
    "smaller than the window": (
        lambda: layers.Conv2D(8, 3)(np.zeros((1, 2, 8, 1))),
        ShapeError,
        """\
The window is larger than the input.
  given:    a window over (3, 3) elements, an input of (2, 8)
  expected: a window that fits into the input
  to mend:  use padding='same', a smaller window or a larger input
  in layer: Conv2D 'conv2d'""",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_said_with_the_layers_name(what):
    make, kind, message = WRONG[what]
    assert text_of(make) == (kind, message)
