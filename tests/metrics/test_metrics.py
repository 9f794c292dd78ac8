"""Metrics against Keras, over several batches, at once and as graph."""

import keras
import numpy as np
import pytest

from pellucid import function, metrics, placeholder
from pellucid.errors import DTypeError, ShapeError, UnknownNameError
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Updates
from pellucid.losses import MeanSquaredError as MeanSquaredErrorLoss
from pellucid.testing import check_engines


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def numbers(rng, batch):
    return rng.normal(size=(batch, 4)).astype("float32")


def probabilities(rng, batch):
    return softmax(rng.normal(size=(batch, 4))).astype("float32")


def labels(rng, batch):
    return rng.integers(0, 4, batch).astype("int32")


def columns(rng, batch):
    return labels(rng, batch)[:, None]


def one_hot(rng, batch):
    return np.eye(4, dtype="float32")[labels(rng, batch)]


def yes_no(rng, batch):
    return rng.integers(0, 2, (batch, 4)).astype("float32")


def pictures(rng, batch):
    return rng.integers(0, 4, (batch, 2, 3)).astype("int32")


def picture_logits(rng, batch):
    return rng.normal(size=(batch, 2, 3, 4)).astype("float32")


CASES = [
    ("Accuracy", {}, yes_no, yes_no),
    ("BinaryAccuracy", {}, yes_no, probabilities),
    ("BinaryAccuracy", {"threshold": 0.2}, yes_no, probabilities),
    ("CategoricalAccuracy", {}, one_hot, numbers),
    ("SparseCategoricalAccuracy", {}, labels, numbers),
    ("SparseCategoricalAccuracy", {}, columns, numbers),
    ("SparseCategoricalAccuracy", {}, pictures, picture_logits),
    ("TopKCategoricalAccuracy", {"k": 2}, one_hot, numbers),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, labels, numbers),
    ("SparseTopKCategoricalAccuracy", {"k": 3}, pictures, picture_logits),
    ("MeanSquaredError", {}, numbers, numbers),
    ("RootMeanSquaredError", {}, numbers, numbers),
    ("MeanAbsoluteError", {}, numbers, numbers),
    ("BinaryCrossentropy", {}, yes_no, probabilities),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, yes_no, numbers),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, one_hot, probabilities),
    ("CategoricalCrossentropy", {"from_logits": True}, one_hot, numbers),
    ("SparseCategoricalCrossentropy", {}, labels, probabilities),
    ("SparseCategoricalCrossentropy", {"from_logits": True, "ignore_class": 2}, labels, numbers),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, pictures, picture_logits),
]


def drawn(rng, true, pred):
    """Batches of two sizes."""
    sizes = [5, 5, 3]
    return [(true(rng, n), pred(rng, n), rng.uniform(0.5, 2, n).astype("float32")) for n in sizes]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("name", "options", "true", "pred"), CASES)
def test_every_metric_is_that_of_keras_after_every_batch(name, options, true, pred, weighted, rng):
    ours, theirs = getattr(metrics, name)(**options), getattr(keras.metrics, name)(**options)
    for y_true, y_pred, weight in drawn(rng, true, pred):
        weight = weight if weighted else None
        ours.update_state(y_true, y_pred, sample_weight=weight)
        if "ignore_class" in options and not weighted:
            weight = np.ones(len(y_true))  # without weights Keras does count the ignored
        theirs.update_state(y_true, y_pred, sample_weight=weight)
        np.testing.assert_allclose(ours.result(), np.asarray(theirs.result()), rtol=2e-6)
    assert ours.result().dtype == np.float32


@pytest.mark.parametrize(("name", "options", "true", "pred"), CASES)
def test_a_metric_built_as_graph_is_that_computed_at_once(name, options, true, pred, rng):
    now, later = (getattr(metrics, name)(**options) for _ in range(2))
    batches = drawn(rng, true, pred)
    y, p, w = (placeholder((None, *x.shape[1:]), str(x.dtype)) for x in batches[0])
    with Updates() as updates:
        result = later(y, p, sample_weight=w)
    step = function([y, p, w], result, updates.new)
    for batch in batches:
        expected = now(batch[0], batch[1], sample_weight=batch[2])
        np.testing.assert_allclose(step(*batch), expected, rtol=2e-6)
    np.testing.assert_allclose(later.result(), now.result(), rtol=2e-6)


@pytest.mark.parametrize("shape", [(), (6,), (6, 1), (6, 4), (6, 4, 5)])
def test_weights_of_every_shape_count_as_in_keras(shape, rng):
    values = rng.normal(size=(6, 4, 5)).astype("float32")
    weight = rng.uniform(0.5, 2.0, shape).astype("float32")
    ours, theirs = metrics.Mean(), keras.metrics.Mean()
    theirs.update_state(values, sample_weight=weight)
    np.testing.assert_allclose(
        ours(values, sample_weight=weight), np.asarray(theirs.result()), rtol=1e-5
    )


def test_a_mean_over_batches_is_that_over_all_examples(rng):
    values = rng.normal(size=(30, 3))
    metric = metrics.Mean(dtype="float64")
    for part in np.split(values, [4, 11, 29]):
        metric.update_state(part)
    np.testing.assert_allclose(metric.result(), values.mean(), rtol=1e-13)


def test_a_mean_of_nothing_is_0_and_reset_starts_anew():
    metric = metrics.Mean()
    assert metric.result() == 0.0
    assert metric([2.0, 4.0]) == 3.0
    metric.reset_state()
    assert metric.result() == 0.0
    assert metric([1.0]) == 1.0


def test_reset_inside_a_graph_happens_when_it_runs():
    metric = metrics.Mean()
    metric.update_state([5.0])
    x = placeholder((None,))
    with Updates() as updates:
        metric.reset_state()
        metric.update_state(x)
    assert metric.result() == 5.0
    function([x], [], updates.new)([1.0, 3.0])
    assert metric.result() == 2.0


def test_a_tie_at_the_kth_place_counts_as_among_the_k():
    y_pred = np.array([[0.5, 0.5, 0.5, 0.1]])
    for label, expected in ((0, 1.0), (2, 1.0), (3, 0.0)):
        assert metrics.sparse_top_k_categorical_accuracy(np.array([label]), y_pred, k=1) == expected


def test_a_prediction_that_is_not_a_number_is_not_among_the_k():
    y_pred = np.array([[np.nan, 0.5, 0.1]])
    assert metrics.sparse_top_k_categorical_accuracy(np.array([0]), y_pred, k=2) == 0.0
    assert not keras.ops.in_top_k(np.array([0]), y_pred.astype("float32"), k=2)[0]


def test_engines_agree(rng):
    for name, options, true, pred in CASES:
        metric = getattr(metrics, name)(**options)
        y_true = true(rng, 6)
        check_engines(lambda p, m=metric, y=y_true: m.values(y, p), pred(rng, 6))


@pytest.mark.parametrize(
    ("y_true", "y_pred"),
    [
        ((None, 1), (None, 1)),
        ((None,), (None, 1)),
        ((None,), (None, 10)),
        ((None, 1), (None, 10)),
        ((None, 10), (None, 10)),
        ((None, 7, 1), (None, 7, 5)),
        ((None, 7), (None, 7, 5)),
        ((None,), (None,)),
    ],
)
def test_accuracy_means_what_it_means_in_keras(y_true, y_pred):
    from keras.src.trainers.compile_utils import get_metric

    def sized(shape):
        return np.zeros([2 if n is None else n for n in shape])

    theirs = get_metric("accuracy", sized(y_true), sized(y_pred))
    ours = metrics.accuracy_for(Spec(y_true, "float32"), Spec(y_pred, "float32"))
    assert ours.__name__ == type(theirs).__name__


def test_a_function_is_a_metric_by_its_mean():
    def error(y_true, y_pred, power=1):
        return abs(y_true - y_pred) ** power

    metric = metrics.MeanMetricWrapper(error, power=2)
    assert metric.name == "error"
    assert metric(np.array([1.0, 2.0]), np.array([3.0, 2.0])) == 2.0
    again = metrics.MeanMetricWrapper.from_config(metric.get_config())
    assert again(np.array([1.0, 2.0]), np.array([3.0, 2.0])) == 2.0
    loss = metrics.MeanMetricWrapper(MeanSquaredErrorLoss(reduction=None))
    assert loss.name == "mean_squared_error"
    assert loss(np.array([[1.0], [2.0]]), np.array([[3.0], [2.0]])) == 2.0


def test_truth_and_predictions_of_different_shapes_are_an_error():
    with pytest.raises(ShapeError) as error:
        metrics.SparseCategoricalAccuracy()(np.zeros((4, 2)), np.zeros((4, 3)))
    assert str(error.value) == (
        "sparse_categorical_accuracy cannot compare labels with predictions of that shape.\n"
        "  given:    y_true (4, 2), y_pred (4, 3)\n"
        "  expected: y_true (4,): y_pred's shape without the axis of the classes, -1"
    )


def test_every_config_is_that_of_keras_and_makes_an_equal_metric():
    for name, options, _, _ in [*CASES, ("Mean", {"name": "loss"}, None, None)]:
        ours = getattr(metrics, name)(**options)
        assert ours.get_config() == getattr(keras.metrics, name)(**options).get_config()
        again = metrics.get(metrics.serialize(ours))
        assert type(again) is type(ours)
        assert again.get_config() == ours.get_config()


def test_arguments_stand_in_the_order_of_keras():
    assert metrics.BinaryAccuracy("right", "float64", 0.7).get_config() == {
        "name": "right",
        "dtype": "float64",
        "threshold": 0.7,
    }
    assert metrics.TopKCategoricalAccuracy(3).k == 3


def test_get_knows_short_names_and_both_spellings():
    assert metrics.get(None) is None
    for name, cls in [
        ("mse", metrics.MeanSquaredError),
        ("MAE", metrics.MeanAbsoluteError),
        ("bce", metrics.BinaryCrossentropy),
        ("acc", metrics.Accuracy),
        ("accuracy", metrics.Accuracy),
        ("top_k_categorical_accuracy", metrics.TopKCategoricalAccuracy),
        ("RootMeanSquaredError", metrics.RootMeanSquaredError),
    ]:
        assert type(metrics.get(name)) is cls
    assert metrics.get(metrics.binary_accuracy) is metrics.binary_accuracy


def test_get_names_the_near_ones_and_refuses_numbers():
    with pytest.raises(UnknownNameError, match="Unknown metric 'acuracy'; did you mean 'accuracy'"):
        metrics.get("acuracy")
    with pytest.raises(DTypeError, match="This does not say which metric is meant"):
        metrics.get(3)
