"""Layers that make numbers ready: against Keras, and by what is true of scales, bins and codes."""

import keras
import numpy as np
import pytest

from pellucid import config, engine, layers, placeholder, utils
from pellucid.errors import (
    ArgumentError,
    DataError,
    PellucidError,
    ShapeError,
    StateError,
    UnknownNameError,
)
from pellucid.testing import check_engines, check_gradient
from tests.layers.against_keras import bare

L = layers
rng = np.random.default_rng(5)
X = rng.normal(3, 2, size=(6, 4, 2)).astype("float32")
WHOLE = np.array([[0, 2, 2], [1, 4, 3]], "int32")
ROWS = {
    "Rescaling": (L.Rescaling(1 / 255, -1), X),
    "Rescaling of channels": (L.Rescaling([2.0, 3.0], [0.5, 1.0]), X),
    "Rescaling of whole numbers": (L.Rescaling(0.1), WHOLE.astype("uint8")),
    "Normalization unadapted": (L.Normalization(), X),
    "Normalization given": (L.Normalization(mean=[1.0, 2.0], variance=[4.0, 0.0]), X),
    "Normalization of one mean": (L.Normalization(axis=None, mean=1.0, variance=4.0), X),
    "Normalization along two axes": (
        L.Normalization(axis=(1, -1), mean=[1.0, 2.0], variance=[4.0, 9.0]),
        X,
    ),
    "Normalization undone": (L.Normalization(mean=1.0, variance=4.0, invert=True), X),
    "Discretization": (L.Discretization([1.0, 2.0, 4.5]), X[..., 0]),
    "Discretization at a boundary": (L.Discretization([1, 2]), WHOLE.astype("float32")),
    "Discretization one-hot": (L.Discretization([3.0], output_mode="one_hot"), X[:, :1, 0]),
    "Discretization counted": (L.Discretization([1.0, 3.0], output_mode="count"), X[..., 0]),
    "Discretization multi-hot": (L.Discretization([3.0, 9], output_mode="multi_hot"), X[..., 0]),
    "CategoryEncoding": (L.CategoryEncoding(5), WHOLE),
    "CategoryEncoding counted": (L.CategoryEncoding(5, output_mode="count"), WHOLE),
    "CategoryEncoding one-hot": (L.CategoryEncoding(5, output_mode="one_hot"), WHOLE),
    "CategoryEncoding of one number": (
        L.CategoryEncoding(6, output_mode="one_hot"),
        WHOLE[:, 1:2],
    ),
}


@pytest.fixture(params=ROWS)
def row(request):
    layer, x = ROWS[request.param]
    theirs = getattr(keras.layers, type(layer).__name__).from_config(layer.get_config())
    return type(layer).from_config(layer.get_config()), theirs, x


def test_outputs_weights_and_shapes_are_keras(row):
    layer, theirs, x = row
    expected = np.asarray(theirs(x))
    for kind in ("numpy", "xla"):
        with engine(kind):
            y = layer(x)
        assert str(y.dtype) == str(expected.dtype)
        np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)
    described = [(v.name, v.shape, str(v.dtype)) for v in theirs.weights]
    assert [(v.name, v.shape, v.dtype) for v in layer.weights] == described
    symbolic = layer(placeholder((None, *x.shape[1:]), str(x.dtype)))
    assert symbolic.shape == (None, *expected.shape[1:])
    assert layer.supports_masking == theirs.supports_masking


def test_configurations_go_to_keras_and_back(row):
    layer, theirs, _ = row
    ours, wanted = layer.get_config(), theirs.get_config()
    assert {k: bare(v) for k, v in ours.items()} == {k: bare(v) for k, v in wanted.items()}
    assert type(layer).from_config(wanted).get_config() == ours


@pytest.mark.parametrize("axis", [-1, 1, (1, 2), None])
@pytest.mark.parametrize("batches", [1, 2, 4])
def test_adapted_data_have_mean_0_and_variance_1(axis, batches):
    data = rng.normal(5, 3, size=(50, 4, 2))
    layer = layers.Normalization(axis=axis)
    layer.adapt(data if batches == 1 else np.array_split(data, batches))
    kept = () if axis is None else np.atleast_1d(axis) % 3
    rest = tuple(a for a in range(3) if a not in kept)
    y = layer(data)
    np.testing.assert_allclose(y.mean(axis=rest), 0, atol=1e-5)
    np.testing.assert_allclose(y.var(axis=rest), 1, atol=1e-5)
    np.testing.assert_allclose(layer.adapt_mean.numpy(), data.mean(axis=rest), rtol=1e-6)
    back = layers.Normalization(axis=axis, invert=True)
    back.adapt(data)
    np.testing.assert_allclose(back(y), data, rtol=1e-5, atol=1e-5)


def test_adapting_again_forgets_the_data_before():
    layer = layers.Normalization()
    layer.adapt(np.array([[5.0], [9.0]]))
    layer(np.zeros((1, 1)))
    layer.adapt([[0.0], [2.0]])
    np.testing.assert_allclose(layer(np.array([[3.0]])), [[2.0]])


def test_batches_may_carry_targets_and_a_constant_column_is_no_division_by_0():
    layer = layers.Normalization()
    layer.adapt((np.full((3, 1), 7.0, "float32"), np.zeros(3)) for _ in range(2))
    np.testing.assert_array_equal(layer(np.full((2, 1), 7.0)), 0)


@pytest.mark.parametrize("sizes", [(1000,), (300, 700), (10, 20, 970)])
@pytest.mark.parametrize("bins", [2, 4, 7])
def test_adapted_bins_hold_equal_shares_however_the_batches_come(sizes, bins):
    data = rng.normal(size=sum(sizes)).astype("float32")
    batches = np.split(data, np.cumsum(sizes)[:-1])
    ours = layers.Discretization(num_bins=bins)
    ours.adapt(batches)
    assert len(ours.bin_boundaries) == bins - 1
    counts = np.bincount(ours(data), minlength=bins)
    # Each boundary lies within epsilon of its place, twice over for one more merge.
    assert (np.abs(counts - len(data) / bins) <= 2 * 2 * ours.epsilon * len(data) + 1).all()
    again = layers.Discretization.from_config(ours.get_config())
    np.testing.assert_array_equal(again(data), ours(data))


def test_adapted_bins_are_those_of_keras():
    layer = layers.Discretization(num_bins=4)
    layer.adapt(np.split(np.sin(np.arange(1000)).astype("float32"), [300]))
    # From Keras 3.15, which needs TensorFlow to adapt this layer, so it is not asked here.
    expected = [-0.7024083733558655, -4.7477175257881754e-07, 0.7086589336395264]
    np.testing.assert_allclose(layer.bin_boundaries, expected, rtol=1e-6, atol=1e-9)


def test_only_the_steps_asked_for_are_seen():
    layer = layers.Discretization(num_bins=2)
    layer.adapt((np.full(4, 10.0**k) * np.arange(1, 5) for k in range(9)), steps=1)
    assert 1 <= layer.bin_boundaries[0] <= 4


def test_weights_count_instead_of_ones():
    layer = layers.CategoryEncoding(3, output_mode="count")
    found = layer(np.array([[0, 2, 2]]), count_weights=np.array([[0.5, 2.0, 3.0]]))
    np.testing.assert_array_equal(found, [[0.5, 0.0, 5.0]])


def test_channels_first_take_a_scale_each():
    before = config.image_data_format()
    config.set_image_data_format("channels_first")
    try:
        found = layers.Rescaling([1.0, 10.0])(np.ones((1, 2, 2, 3)))
    finally:
        config.set_image_data_format(before)
    np.testing.assert_array_equal(found[0, :, 0, 0], [1, 10])


def test_gradients_of_scales_are_those_of_differences():
    for layer in (
        layers.Rescaling([2.0, 3.0], dtype="float64"),
        layers.Normalization(mean=1.0, variance=4.0, dtype="float64"),
        layers.Normalization(mean=[1.0, 2.0], variance=[4.0, 1.0], invert=True, dtype="float64"),
    ):
        check_gradient(layer, X[:2])


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_both_engines_agree_in_every_dtype(dtype):
    for made in (
        lambda: layers.Rescaling(0.5, 1, dtype=dtype),
        lambda: layers.Normalization(mean=1.0, variance=4.0, dtype=dtype),
        lambda: layers.Discretization([1.0, 3.0], output_mode="one_hot", dtype=dtype),
        lambda: layers.CategoryEncoding(5, dtype=dtype),
    ):
        check_engines(made(), X[:, :, 0])
        assert made()(placeholder((None, 4))).dtype == dtype


def text_of(make):
    utils.reset_names()
    with pytest.raises(PellucidError) as caught:
        make()
    return type(caught.value), str(caught.value).split("\n  made at:")[0]


def adapted():
    layer = layers.Normalization(name="scale")
    layer.adapt(np.zeros((2, 3)))
    return layer


WRONG = {
    "a mean alone": (
        lambda: layers.Normalization(mean=1.0),
        ArgumentError,
        """\
Normalization 'normalization' needs mean and variance, or neither.
  given:    mean=1.0, variance=None
  expected: both, or none and a call of adapt""",
    ),
    "other shapes": (
        lambda: layers.Normalization(mean=[1.0], variance=[1.0, 2.0]),
        ShapeError,
        """\
Normalization 'normalization' needs a mean and a variance for each place on its axes.
  given:    mean of shape (1,), variance of shape (2,), axis=(-1,)
  expected: one shape of at most 1 axes""",
    ),
    "an axis that is none": (
        lambda: layers.Normalization(axis=3)(np.zeros((2, 3))),
        ShapeError,
        """\
Normalization 'normalization' cannot be applied to an input of shape (None, 3).
  given:    2 axes, axis=(3,)
  expected: axes from -2 to 1""",
    ),
    "an open size": (
        lambda: layers.Normalization()(layers.Input((None,))),
        ShapeError,
        """\
Normalization 'normalization' needs to know how many means there are.
  given:    shape (None, None), axis=(-1,)
  expected: known sizes on these axes
  to mend:  give the input's full shape: Input(shape=(...))""",
    ),
    "other features": (
        lambda: adapted()(np.zeros((2, 4))),
        ShapeError,
        """\
Normalization 'scale' cannot be applied to an input of shape (None, 4).
  given:    axis 1 of 2 axes
  expected: size 3 there, as it was built with""",
    ),
    "adapting what is given": (
        lambda: layers.Normalization(mean=0.0, variance=1.0).adapt(np.zeros((2, 3))),
        ArgumentError,
        """\
Normalization 'normalization' has a mean and a variance already.
  given:    mean=0.0, variance=1.0
  expected: Normalization() without them""",
    ),
    "adapting to nothing": (
        lambda: layers.Normalization().adapt([]),
        DataError,
        """\
Normalization 'normalization' cannot learn from nothing.
  given:    no rows
  expected: an array with rows, or batches of them""",
    ),
    "bins twice": (
        lambda: layers.Discretization([1.0], num_bins=2),
        ArgumentError,
        """\
Discretization 'discretization' needs the boundaries of its bins or their number.
  given:    bin_boundaries=[1.0], num_bins=2
  expected: one of the two""",
    ),
    "boundaries that fall": (
        lambda: layers.Discretization([2.0, 1.0]),
        ArgumentError,
        """\
Discretization 'discretization' needs boundaries that rise.
  given:    bin_boundaries=[2.0, 1.0]
  expected: [1.0, 2.0]""",
    ),
    "no bins yet": (
        lambda: layers.Discretization(num_bins=3)(np.zeros((1, 2))),
        StateError,
        """\
Discretization 'discretization' has no bins yet.
  given:    num_bins=3
  expected: data from which it takes their boundaries
  to mend:  call adapt(data) first""",
    ),
    "bins of nothing": (
        lambda: layers.Discretization(num_bins=3).adapt(iter([])),
        DataError,
        """\
Discretization 'discretization' cannot learn from nothing.
  given:    no numbers
  expected: an array, or batches of them""",
    ),
    "an unknown mode": (
        lambda: layers.CategoryEncoding(3, output_mode="onehot"),
        UnknownNameError,
        """\
Unknown output_mode of CategoryEncoding 'category_encoding' 'onehot'; did you mean 'one_hot'?
  given:    'onehot'
  expected: one of 'count', 'multi_hot', 'one_hot'""",
    ),
    "weights of no use": (
        lambda: layers.CategoryEncoding(3)(np.zeros((1, 2)), count_weights=np.ones((1, 2))),
        ArgumentError,
        """\
CategoryEncoding 'category_encoding' counts nothing.
  given:    count_weights, output_mode='multi_hot'
  expected: no weights, or output_mode='count'""",
    ),
    "sparse codes": (
        lambda: layers.CategoryEncoding(3, sparse=True),
        ArgumentError,
        """\
CategoryEncoding 'category_encoding' gives dense arrays.
  given:    sparse=True
  expected: sparse=False""",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_said_with_the_layers_name(what):
    make, kind, message = WRONG[what]
    assert text_of(make) == (kind, message)
