"""What data may look like, and how they are divided and weighted."""

import numpy as np
import pytest

from pellucid import Input, Sequential, config, layers
from pellucid.models.data import prepare, split_tail


def train(x, y, loss="mse", units=1, activation=None, metrics=(), **options):
    """A model trained for one epoch, from weights that are always the same."""
    model = Sequential(
        [
            Input(np.shape(x)[1:] or (1,)),
            layers.Flatten(),
            layers.Dense(units, activation, kernel_initializer="ones"),
        ]
    )
    model.compile("sgd", loss, metrics=list(metrics))
    history = model.fit(x, y, verbose=0, shuffle=False, batch_size=4, **options)
    return history.history


@pytest.fixture
def x(rng):
    return rng.integers(0, 5, size=(10, 3)).astype(np.float32)


@pytest.fixture
def y(x):
    return x.sum(axis=1) % 3


class Table:
    """Something like a data frame: no array, but it makes one."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array.astype(dtype) if dtype else self.array


@pytest.mark.parametrize(
    "form",
    [
        lambda a: a.tolist(),
        lambda a: a.astype(np.float64),
        lambda a: a.astype(np.int64),
        lambda a: a.astype(np.uint8),
        lambda a: a.astype(object),
        Table,
    ],
    ids=["lists", "float64", "int64", "uint8", "objects", "a table"],
)
def test_numbers_in_any_form_train_alike(x, y, form):
    assert train(form(x), form(y)) == train(x, y)


def test_a_vector_is_rows_of_one_feature_where_the_model_takes_one(x, y):
    assert train(x[:, 0], y) == train(x[:, :1], y)


def test_images_of_bytes_and_booleans_are_taken(rng):
    images = rng.integers(0, 256, size=(10, 4, 4), dtype=np.uint8)
    assert train(images, images.mean(axis=(1, 2)) / 2000) == train(
        images.astype(np.float32), images.mean(axis=(1, 2)) / 2000
    )
    assert train(images > 128, np.ones(10)) == train((images > 128).astype(float), np.ones(10))


def test_targets_that_are_true_or_false_are_1_and_0(x, y):
    options = {"loss": "binary_crossentropy", "activation": "sigmoid", "metrics": ["accuracy"]}
    assert train(x, y > 1, **options) == train(x, (y > 1).astype(int), **options)


def test_labels_in_a_column_are_labels(x, y):
    options = {"loss": "sparse_categorical_crossentropy", "units": 3, "activation": "softmax"}
    options["metrics"] = ["accuracy"]
    assert train(x, y.reshape(-1, 1), **options) == train(x, y.astype(int), **options)


def test_a_weight_of_zero_is_a_row_that_costs_nothing(x, y):
    weight = np.ones(10)
    weight[8:] = 0
    spoiled = y.copy()
    spoiled[8:] = 1e6
    assert train(x, spoiled, sample_weight=weight) == train(x, y, sample_weight=weight)


def test_class_weights_are_sample_weights_by_class(x, y):
    options = {"loss": "sparse_categorical_crossentropy", "units": 3, "activation": "softmax"}
    by_class = {0: 0.5, 1: 2.0}  # class 2 counts 1
    weight = np.array([by_class.get(int(c), 1.0) for c in y])
    assert train(x, y, class_weight=by_class, **options) == train(
        x, y, sample_weight=weight, **options
    )
    one_hot = {**options, "loss": "categorical_crossentropy"}
    assert train(x, np.eye(3)[y.astype(int)], class_weight=by_class, **one_hot) == train(
        x, np.eye(3)[y.astype(int)], sample_weight=weight, **one_hot
    )


def test_class_and_sample_weights_multiply(x, y):
    data = prepare(x, y, np.full((10, 1), 3.0)).weighted({0: 0.5})
    expected = np.where(y == 0, 1.5, 3.0).reshape(-1, 1)
    np.testing.assert_array_equal(data.sample_weight, expected)


def test_the_last_rows_are_kept_for_validation(x, y):
    train_part, test_part = split_tail(prepare(x, y), 0.25)
    assert (len(train_part), len(test_part)) == (7, 3)
    np.testing.assert_array_equal(train_part.x, x[:7])
    np.testing.assert_array_equal(test_part.y, y[7:])


def test_check_data_false_trains_on_nan_all_the_same(x, y):
    x[3, 1] = np.nan
    assert np.isnan(train(x, y, check_data=False)["loss"][0])


def test_numbers_whose_sum_overflows_are_finite_all_the_same(y):
    train(np.full((10, 3), 3e38), y)


def test_a_prediction_has_the_rows_of_its_inputs_in_any_batches(x):
    model = Sequential([Input((3,)), layers.Dense(2)])
    whole = model.predict(x)
    assert whole.shape == (10, 2)
    for size in (1, 3, 10, 64):
        np.testing.assert_allclose(model.predict(x, batch_size=size), whole, rtol=1e-5, atol=1e-6)
    some = model.predict(x, batch_size=4, steps=2)
    np.testing.assert_allclose(some, whole[:8], rtol=1e-5, atol=1e-6)


def test_where_all_is_computed_in_float64_data_keep_their_digits():
    third = np.array([1 / 3])
    assert prepare(third).arrays[0].dtype == np.float32
    config.set_floatx("float64")
    try:
        assert Input((2,)).dtype == "float64"
        np.testing.assert_array_equal(prepare(third).arrays[0], third)
    finally:
        config.set_floatx("float32")
