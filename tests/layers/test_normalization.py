"""Layers that normalize, by one table: against Keras, their own shapes, both engines."""

import keras
import numpy as np
import pytest

from pellucid import Input, Model, engine, layers, losses, optimizers, placeholder, utils
from pellucid.errors import ArgumentError, PellucidError, ShapeError
from tests.layers.against_keras import DTYPES, Table

IMAGES = (3, 4, 2, 6)
ALONE = {
    "LayerNormalization": (layers.LayerNormalization(), (4, 5)),
    "LayerNormalization over axes": (
        layers.LayerNormalization(axis=[1, 3], epsilon=0.1, gamma_regularizer="l2"),
        IMAGES,
    ),
    "LayerNormalization of a middle axis": (layers.LayerNormalization(1, center=False), (3, 4, 2)),
    "LayerNormalization alone": (layers.LayerNormalization(center=False, scale=False), (4, 5)),
    "GroupNormalization": (layers.GroupNormalization(2), IMAGES),
    "GroupNormalization of instances": (layers.GroupNormalization(-1, scale=False), IMAGES),
    "GroupNormalization of one": (layers.GroupNormalization(1, epsilon=0.1), IMAGES),
    "GroupNormalization first": (layers.GroupNormalization(2, axis=1, center=False), IMAGES),
    "GroupNormalization of vectors": (layers.GroupNormalization(3), (4, 6)),
    "RMSNormalization": (layers.RMSNormalization(), (4, 5)),
    "RMSNormalization over axes": (layers.RMSNormalization(axis=(2, 3), epsilon=0.1), IMAGES),
    "UnitNormalization": (layers.UnitNormalization(), (4, 5)),
    "UnitNormalization over axes": (layers.UnitNormalization(axis=[1, 2]), IMAGES),
    "BatchNormalization frozen": (layers.BatchNormalization(trainable=False), IMAGES),
    "SpectralNormalization": (layers.SpectralNormalization(layers.Dense(3)), (4, 5)),
    "SpectralNormalization again": (
        layers.SpectralNormalization(layers.Conv2D(3, 2), power_iterations=3),
        IMAGES,
    ),
    "SpectralNormalization of words": (
        layers.SpectralNormalization(layers.Embedding(4, 3)),
        np.array([[1.0, 0.0, 3.0]], np.float32),
    ),
    "BatchNormalization": (layers.BatchNormalization(), (4, 5)),
    "BatchNormalization of images": (
        layers.BatchNormalization(momentum=0.6, epsilon=0.1, beta_regularizer="l2"),
        IMAGES,
    ),
    "BatchNormalization first": (layers.BatchNormalization(axis=1, scale=False), IMAGES),
    "BatchNormalization alone": (layers.BatchNormalization(center=False, scale=False), (4, 5)),
}
WITHOUT_TRAINING = Table(ALONE)
IN_TRAINING = Table(
    {name: row for name, row in ALONE.items() if name.startswith(("Batch", "Spectral"))},
    training=True,
)
ROWS = [
    *((WITHOUT_TRAINING, name) for name in WITHOUT_TRAINING.rows),
    *((IN_TRAINING, name) for name in IN_TRAINING.rows),
]


@pytest.fixture(params=ROWS, ids=lambda row: row[1] + " in training" * row[0].training)
def row(request):
    return request.param


def test_outputs_and_weights_are_those_of_keras(row):
    table, name = row
    table.check_outputs(name)


@pytest.mark.parametrize("name", WITHOUT_TRAINING.rows)
def test_configurations_are_those_of_keras(name):
    layer, _ = WITHOUT_TRAINING.rows[name]
    config = layer.get_config()
    theirs = getattr(keras.layers, type(layer).__name__).from_config(layer.get_config())
    wanted = theirs.get_config()
    assert type(layer).from_config(wanted).get_config() == config
    assert not {k for k, v in wanted.items() if k not in config and v is not None}
    again = type(theirs).from_config(type(layer).from_config(wanted).get_config())
    assert again.get_config() == wanted


@pytest.mark.parametrize("name", WITHOUT_TRAINING.rows)
def test_the_inferred_shape_is_the_actual_one(name):
    WITHOUT_TRAINING.check_shape(name)


def trained(row):
    """Whether a model takes a step as the table does: with something to train, in training."""
    table, name = row
    alone = name.startswith("Unit") or "alone" in name or "frozen" in name
    return not alone and (table.training or not name.startswith(("Batch", "Spectral")))


@pytest.mark.parametrize("row", list(filter(trained, ROWS)), ids=lambda row: row[1])
def test_a_step_of_gradient_descent_is_that_of_keras(row):
    table, name = row
    table.check_training_step(name)


# Words are numbers, and singular vectors are held fixed: there the step of Keras has to do.
SMOOTH = [(t, name) for t, name in ROWS if "words" not in name and not (t.training and "S" in name)]


@pytest.mark.parametrize("row", SMOOTH, ids=lambda row: row[1])
def test_gradients_are_those_of_differences(row):
    table, name = row
    table.check_gradients(name)


@pytest.mark.parametrize("dtype", DTYPES)
def test_both_engines_agree_in_every_dtype(row, dtype):
    table, name = row
    table.check_engines(name, dtype)


# -- the batch ------------------------------------------------------------------------------------


def test_averages_follow_the_batches_in_fit_and_stand_in_for_them_afterwards():
    rng = np.random.default_rng(0)
    x = rng.normal(3.0, 2.0, size=(12, 4)).astype("float32")
    inputs = Input((4,))
    layer = layers.BatchNormalization(momentum=0.7)
    model = Model(inputs, layer(inputs))
    model.compile(optimizers.SGD(0.0), losses.MeanSquaredError())
    model.fit(x, x, batch_size=4, shuffle=False, verbose=0)
    mean, variance = np.zeros(4), np.ones(4)
    for batch in (x[:4], x[4:8], x[8:]):
        mean = 0.7 * mean + 0.3 * batch.mean(axis=0)
        variance = 0.7 * variance + 0.3 * batch.var(axis=0)
    np.testing.assert_allclose(layer.moving_mean.numpy(), mean, rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), variance, rtol=1e-5)
    expected = (x - mean) / np.sqrt(variance + 1e-3)
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(layer.moving_mean.numpy(), mean, rtol=1e-5)


def test_steps_that_a_mask_leaves_out_do_not_count():
    rng = np.random.default_rng(0)
    x = rng.normal(3.0, 2.0, size=(3, 4, 2)).astype("float32")
    mask = rng.random((3, 4)) < 0.6
    ours = layers.BatchNormalization(momentum=0.5)
    theirs = keras.layers.BatchNormalization(momentum=0.5)
    with engine("numpy"):
        y = ours(x, training=True, mask=mask)
    np.testing.assert_allclose(y, theirs(x, training=True, mask=mask), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        ours.moving_mean.numpy(), 0.5 * x[mask].mean(axis=0), rtol=1e-5, atol=1e-6
    )
    for a, b in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(a.numpy(), b, rtol=1e-5)


def test_a_frozen_layer_stands_still_even_after_it_was_trained():
    x = np.array([[1.0], [3.0]], np.float32)
    layer = layers.BatchNormalization(center=False, scale=False)
    with engine("numpy"):
        np.testing.assert_allclose(layer(x, training=True), [[-1], [1]], rtol=1e-3)
        before = layer.get_weights()
        layer.trainable = False
        assert (layer(x, training=True) > 0.9).all()
    np.testing.assert_array_equal(layer.get_weights(), before)


def test_averages_keep_their_digits_in_mixed_precision():
    x = np.array([[1000.0], [1001.0]], np.float32)
    layer = layers.BatchNormalization(momentum=0.999, dtype="mixed_float16")
    with engine("numpy"):
        y = layer(x, training=True)
    assert y.dtype == np.float16
    mean = layer.moving_mean.numpy()
    assert mean.dtype == np.float32
    np.testing.assert_allclose(mean, [1.0005], rtol=1e-6)  # a half would hold 1.0 or 1.001


# -- identities -----------------------------------------------------------------------------------


def test_one_group_is_layer_normalization_of_all_axes():
    x = np.random.default_rng(0).normal(size=IMAGES).astype("float32")
    with engine("numpy"):
        group = layers.GroupNormalization(1)(x)
        layer = layers.LayerNormalization(axis=[1, 2, 3], center=False, scale=False)(x)
    np.testing.assert_allclose(group, layer, rtol=1e-5, atol=1e-6)


def test_spectral_normalization_finds_the_largest_singular_value():
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=(5, 3))
    inside = layers.Dense(3, use_bias=False, dtype="float64")
    layer = layers.SpectralNormalization(inside, power_iterations=100, dtype="float64")
    x = rng.normal(size=(4, 5))
    with engine("numpy"):
        layer(x.astype("float32"))
        inside.set_weights([kernel])
        y = layer(np.eye(5), training=True)
    np.testing.assert_allclose(np.linalg.svd(y)[1][0], 1.0, rtol=1e-6)
    np.testing.assert_allclose(y, kernel / np.linalg.svd(kernel)[1][0], rtol=1e-6)
    np.testing.assert_array_equal(inside.get_weights()[0], kernel)


def test_spectral_normalization_leaves_a_kernel_of_zeros_alone():
    layer = layers.SpectralNormalization(layers.Dense(2, kernel_initializer="zeros"))
    with engine("numpy"):
        layer(np.ones((1, 3)))
        before = layer.vector_u.numpy()
        np.testing.assert_array_equal(layer(np.ones((1, 3)), training=True), [[0.0, 0.0]])
    np.testing.assert_array_equal(layer.vector_u.numpy(), before)


def test_a_vector_of_zeros_stays_one():
    with engine("numpy"):
        y = layers.UnitNormalization(dtype="float16")(np.zeros((1, 3), np.float32))
    np.testing.assert_array_equal(y, np.zeros((1, 3), np.float16))


# -- what cannot be -------------------------------------------------------------------------------


def built(layer, shape):
    layer(placeholder(shape))
    return layer


WRONG = {
    "renorm": (
        lambda: layers.BatchNormalization(renorm=True),
        ArgumentError,
        """\
BatchNormalization 'batch_normalization' cannot renormalize.
  given:    renorm=True
  expected: renorm=False
  to mend:  LayerNormalization or GroupNormalization, if the batches are small""",
    ),
    "rms_scaling": (
        lambda: layers.LayerNormalization(rms_scaling=True),
        ArgumentError,
        """\
LayerNormalization 'layer_normalization' does not scale by the root of the mean square.
  given:    rms_scaling=True
  expected: rms_scaling=False
  to mend:  RMSNormalization()""",
    ),
    "no such axis": (
        lambda: layers.LayerNormalization(axis=3)(np.zeros((2, 3))),
        ShapeError,
        """\
LayerNormalization 'layer_normalization' cannot be applied to an input of shape (None, 3).
  given:    2 axes
  expected: an axis 3""",
    ),
    "other channels": (
        lambda: built(layers.BatchNormalization(), (None, 3))(np.zeros((2, 4))),
        ShapeError,
        """\
BatchNormalization 'batch_normalization' cannot be applied to an input of shape (None, 4).
  given:    size 4 on axis -1
  expected: size 3, as it was built with""",
    ),
    "other axes": (
        lambda: built(layers.RMSNormalization((1, 2)), (None, 3, 4))(np.zeros((2, 3, 5))),
        ShapeError,
        """\
RMSNormalization 'rms_normalization' cannot be applied to an input of shape (None, 3, 5).
  given:    size 3, 5 on axis (1, 2)
  expected: size 3, 4, as it was built with""",
    ),
    "a mask of other axes": (
        lambda: layers.BatchNormalization()(np.zeros((2, 4, 3)), mask=np.ones((2, 4, 3), bool)),
        ShapeError,
        """\
BatchNormalization 'batch_normalization' cannot use this mask.
  given:    a mask of shape (None, 4, 3) for an input of shape (None, 4, 3)
  expected: 2 axes: those of the input but the last""",
    ),
    "no groups": (
        lambda: layers.GroupNormalization(0),
        ArgumentError,
        """\
GroupNormalization 'group_normalization' cannot have this number of groups.
  given:    groups=0
  expected: a whole number above 0, or -1 for a group for each channel""",
    ),
    "groups that do not fit": (
        lambda: layers.GroupNormalization(4)(np.zeros((2, 6))),
        ShapeError,
        """\
GroupNormalization 'group_normalization' cannot be applied to an input of shape (None, 6).
  given:    6 channels on axis -1
  expected: a multiple of groups=4""",
    ),
    "no kernel": (
        lambda: layers.SpectralNormalization(layers.ReLU())(np.zeros((2, 6))),
        ArgumentError,
        """\
SpectralNormalization 'spectral_normalization' finds nothing to normalize.
  given:    ReLU 're_lu', which has no kernel
  expected: a layer with a kernel or embeddings, such as Dense or Conv2D""",
    ),
    "no iterations": (
        lambda: layers.SpectralNormalization(layers.Dense(2), power_iterations=0),
        ArgumentError,
        """\
SpectralNormalization 'spectral_normalization' needs a whole number above 0 for 'power_iterations'.
  given:    power_iterations=0
  expected: 1, 2, 3, …""",
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
