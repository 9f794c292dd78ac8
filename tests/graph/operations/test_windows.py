"""Pooling against Keras, and where its gradient has a choice."""

import jax
import keras
import numpy as np
import pytest

from pellucid import Session, engine, gradients, placeholder
from pellucid.errors import ShapeError
from pellucid.graph.operations.windows import average_pool, max_pool

SETTINGS = [
    (2, None),
    (3, 2),
    (2, 1),
    (3, 1),
    (2, 3),
    (5, 2),
]
SHAPES = [(2, 7, 3), (2, 6, 7, 3), (1, 5, 5, 6, 2)]


def message(error):
    """The text of an error, without the line of this file that it may end with."""
    return str(error.value).split("\n  made at:  test_")[0]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("size", "strides"), SETTINGS)
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(max_pool, keras.ops.max_pool), (average_pool, keras.ops.average_pool)],
    ids=["max", "average"],
)
def test_pooling_is_that_of_keras(rng, shape, padding, size, strides, ours, theirs):
    x = rng.normal(size=shape).astype("float32")
    expected = theirs(x, size, strides or size, padding)
    np.testing.assert_allclose(ours(x, size, strides, padding), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["numpy", "xla"])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("size", "strides"), SETTINGS)
def test_the_first_of_equals_gets_the_gradient_as_in_keras(rng, name, padding, size, strides):
    array = rng.integers(0, 3, size=(2, 6, 7, 3)).astype("float32")
    x = placeholder(array.shape)
    y = max_pool(x, size, strides, padding)
    weights = rng.normal(size=y.shape).astype("float32")
    with engine(name):
        actual = Session().run(gradients(y, x, weights), {x: array})
    expected = jax.grad(
        lambda x: (keras.ops.max_pool(x, size, strides or size, padding) * weights).sum()
    )(array)
    np.testing.assert_allclose(actual, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", ["numpy", "xla"])
def test_padding_is_never_the_largest(name):
    x = placeholder((1, 3, 1))
    y = max_pool(x, 3, 1, "same")
    with engine(name):
        value, slope = Session().run([y, gradients(y, x)], {x: [[[-3.0], [-1.0], [-2.0]]]})
    assert value.ravel().tolist() == [-1, -1, -1]
    assert slope.ravel().tolist() == [0, 3, 0]
    assert max_pool(np.full((1, 3, 1), -5, "int8"), 2, padding="same").ravel().tolist() == [-5, -5]


@pytest.mark.parametrize("pool", [max_pool, average_pool])
def test_sizes_may_be_open(rng, pool):
    array = rng.normal(size=(2, 5, 4, 3)).astype("float32")
    x = placeholder((None, None, 4, 3))
    y = pool(x, 3, 2, "same")
    assert y.shape == (None, None, 2, 3)
    value, slope = Session().run([y, gradients(y, x)], {x: array})
    np.testing.assert_allclose(value, pool(array, 3, 2, "same"), rtol=1e-6)
    # Each window hands on what it is given, no more and no less.
    np.testing.assert_allclose(slope.sum(), value.size, rtol=1e-5)


def test_a_mean_in_half_precision_adds_up_in_single():
    x = np.full((1, 64, 64, 1), 1.0, "float16")
    assert average_pool(x, 64).item() == 1.0


def test_wrong_axes_are_told():
    with pytest.raises(ShapeError) as error:
        max_pool(np.ones((8, 8)), 2)
    assert message(error) == (
        "A tensor of shape (8, 8) cannot be pooled.\n"
        "  given:    2 axes\n"
        "  expected: 3 to 5: the batch, one to three spatial axes, the channels\n"
        "  to mend:  add an axis: expand_dims(x, -1)"
    )


def test_a_window_larger_than_the_input_is_told():
    with pytest.raises(ShapeError) as error:
        average_pool(placeholder((None, 3, 3, 1)), 4, padding=[(0, 0), (1, 1)])
    assert str(error.value).splitlines()[:2] == [
        "The window is larger than the input.",
        "  given:    a window over (4, 4) elements, an input of (3, 5) with its padding",
    ]


def test_a_window_of_padding_alone_is_told():
    with pytest.raises(ShapeError) as error:
        max_pool(np.ones((1, 4, 1)), 2, padding=[(2, 0)])
    assert message(error) == (
        "A window must see more than padding.\n"
        "  given:    padding=((2, 0),), pool_size=(2,)\n"
        "  expected: less padding at each end than the window's size"
    )
