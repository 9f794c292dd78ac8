"""What layers say of their inputs, checked as Keras checks it."""

import keras
import numpy as np
import pytest

from pellucid import layers, placeholder, utils
from pellucid.errors import ArgumentError, DTypeError, PellucidError, ShapeError

SPECS = {
    "axes": {"ndim": 3},
    "at most": {"max_ndim": 2},
    "at least": {"min_ndim": 3},
    "dtype": {"dtype": "float64"},
    "size": {"axes": {-1: 3}},
    "shape": {"shape": (None, 4)},
    "shape with a last one": {"shape": (None, 4, 1), "allow_last_axis_squeeze": True},
}
SHAPES = [(2, 4), (2, 3), (2, 4, 3), (2, 4, 1), (2, 3, 4, 3)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", SPECS)
def test_what_keras_takes_is_taken_and_what_it_refuses_refused(name, shape):
    ours, theirs = layers.InputSpec(**SPECS[name]), keras.layers.InputSpec(**SPECS[name])
    x = np.zeros(shape, "float32")
    refused = []
    for spec, layer in (
        (ours, layers.Activation("linear")),
        (theirs, keras.layers.Activation("linear")),
    ):
        layer.input_spec = spec
        try:
            layer(x)
            refused.append(False)
        except (ValueError, DTypeError):
            refused.append(True)
    assert refused[0] == refused[1]
    assert ours.get_config() == theirs.get_config()
    again = layers.InputSpec.from_config(theirs.get_config())
    assert again.get_config() == ours.get_config()


def test_inputs_by_name_are_found_in_a_dict_and_optional_ones_may_lack():
    class Sum(layers.Layer):
        def __init__(self):
            super().__init__()
            self.input_spec = [
                layers.InputSpec(ndim=2, name="a"),
                layers.InputSpec(ndim=1, name="b", optional=True),
            ]

        def call(self, x):
            return x["a"] + 1

    np.testing.assert_array_equal(
        Sum()({"b": np.ones(2), "a": np.ones((2, 2))}), np.full((2, 2), 2)
    )
    a, b = np.ones((2, 2)), np.ones(2)
    np.testing.assert_array_equal(Sum()({"b": b, "a": a}), 2 * a)
    np.testing.assert_array_equal(Sum()({"a": a}), 2 * a)
    with pytest.raises(ShapeError, match="misses an input"):
        Sum()({"b": b})


def text_of(make):
    utils.reset_names()
    with pytest.raises(PellucidError) as caught:
        make()
    return type(caught.value), str(caught.value).split("\n  made at:")[0]


def called(spec, *shapes):
    layer = layers.Add() if len(shapes) > 1 else layers.Identity()
    layer.input_spec = spec
    tensors = [placeholder(shape) for shape in shapes]
    return layer(tensors if len(shapes) > 1 else tensors[0])


WRONG = {
    "too few axes": (
        lambda: called(layers.InputSpec(ndim=3), (None, 4)),
        ShapeError,
        """\
Identity 'identity' cannot be applied to an input of shape (None, 4).
  given:    2 axes
  expected: 3 axes""",
    ),
    "another shape": (
        lambda: called(layers.InputSpec(shape=(None, 3)), (None, 4)),
        ShapeError,
        """\
Identity 'identity' cannot be applied to an input of shape (None, 4).
  given:    shape (None, 4)
  expected: shape (None, 3)""",
    ),
    "another dtype": (
        lambda: called(layers.InputSpec(dtype="int32"), (None, 4)),
        DTypeError,
        """\
Identity 'identity' cannot be applied to an input of another dtype.
  given:    float32
  expected: int32""",
    ),
    "too many inputs": (
        lambda: called(layers.InputSpec(), (None, 4), (None, 4)),
        ShapeError,
        """\
Add 'add' cannot be applied to so many inputs.
  given:    2
  expected: 1""",
    ),
    "an axis that is not there": (
        lambda: layers.InputSpec(ndim=2, axes={2: 5}),
        ArgumentError,
        """\
An InputSpec cannot know the size of an axis that is not there.
  given:    axis 2 of 2 axes
  expected: axes up to 1""",
    ),
    "axes without numbers": (
        lambda: layers.InputSpec(axes={"last": 5}),
        ArgumentError,
        """\
An InputSpec knows sizes by the numbers of their axes.
  given:    axes={'last': 5}
  expected: such as {-1: 3}""",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_said_with_the_layers_name(what):
    make, kind, message = WRONG[what]
    assert text_of(make) == (kind, message)
