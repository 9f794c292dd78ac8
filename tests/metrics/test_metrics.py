"""Metrics against Keras, over several batches, at once and as graph."""

from itertools import chain

import keras
import numpy as np
import pytest

from pellucid import function, metrics, placeholder
from pellucid.errors import DTypeError, ShapeError, UnknownNameError
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Updates
from pellucid.losses import MeanSquaredError as MeanSquaredErrorLoss
from pellucid.metrics.metric import MeanOf
from pellucid.testing import check_engines
from tests.metrics.cases import CASES, PICTURES, drawn, yes_no

CLOSE = {"rtol": 2e-6, "atol": 2e-6}  # Keras finds some counts of about 30 by subtraction
IDS = [f"{name}-{number}" for number, (name, *_) in enumerate(CASES)]


@pytest.mark.filterwarnings(
    "ignore:More independent predictors",  # Keras, of R2Score
    "ignore:Explicitly requested dtype int64",  # JAX, of Keras's IoU
)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("name", "options", "true", "pred"), CASES, ids=IDS)
def test_every_metric_is_that_of_keras_after_every_batch(name, options, true, pred, weighted, rng):
    ours, theirs = getattr(metrics, name)(**options), getattr(keras.metrics, name)(**options)
    for y_true, y_pred, weight in drawn(rng, true, pred):
        weight = weight if weighted else None
        ours.update_state(y_true, y_pred, sample_weight=weight)
        if name == "SparseCategoricalCrossentropy" and "ignore_class" in options and not weighted:
            weight = np.ones(len(y_true))  # without weights Keras does count the ignored
        if weighted and true in PICTURES:  # of which Keras wants a weight for each pixel
            weight = np.broadcast_to(weight[:, None, None], (len(weight), 2, 3))
        if weighted and name == "BinaryIoU" and true is yes_no:
            weight = np.repeat(weight, 4)
        theirs.update_state(y_true, y_pred, sample_weight=weight)
        np.testing.assert_allclose(ours.result(), np.asarray(theirs.result()), **CLOSE)
    assert ours.result().dtype == np.float32


@pytest.mark.parametrize("name", sorted({name for name, *_ in CASES}))
def test_a_metric_built_as_graph_is_that_computed_at_once(name, rng):
    """All cases of a metric in one graph, to compile but once."""
    cases = [(options, drawn(rng, true, pred)) for n, options, true, pred in CASES if n == name]
    now, later = ([getattr(metrics, name)(**o) for o, _ in cases] for _ in range(2))
    inputs = [
        [placeholder((None, *x.shape[1:]), str(x.dtype)) for x in batches[0]]
        for _, batches in cases
    ]
    with Updates() as updates:
        results = [metric(*given) for metric, given in zip(later, inputs, strict=True)]
    step = function([*chain(*inputs)], results, updates.new)
    for fed in zip(*(batches for _, batches in cases), strict=True):
        expected = [metric(*batch) for metric, batch in zip(now, fed, strict=True)]
        for found, wanted in zip(step(*chain(*fed)), expected, strict=True):
            np.testing.assert_allclose(found, wanted, **CLOSE)
    for metric, wanted in zip(later, expected, strict=True):
        np.testing.assert_allclose(metric.result(), wanted, **CLOSE)


@pytest.mark.parametrize("shape", [(), (6,), (6, 1), (6, 4), (6, 4, 5)])
def test_weights_of_every_shape_count_as_in_keras(shape, rng):
    values = rng.normal(size=(6, 4, 5)).astype("float32")
    weight = rng.uniform(0.5, 2.0, shape).astype("float32")
    ours, theirs = metrics.Mean(), keras.metrics.Mean()
    theirs.update_state(values, sample_weight=weight)
    np.testing.assert_allclose(
        ours(values, sample_weight=weight), np.asarray(theirs.result()), rtol=1e-5
    )


@pytest.mark.parametrize("shape", [(), (6,), (6, 1), (6, 4), (6, 4, 5)])
def test_a_sum_weighs_as_in_keras(shape, rng):
    values = rng.normal(size=(6, 4, 5)).astype("float32")
    weight = rng.uniform(0.5, 2.0, shape).astype("float32")
    ours, theirs = metrics.Sum(), keras.metrics.Sum()
    for weights in (weight, None):
        ours.update_state(values, sample_weight=weights)
        theirs.update_state(values, sample_weight=weights)
        np.testing.assert_allclose(ours.result(), np.asarray(theirs.result()), rtol=1e-5)
    assert ours.get_config() == theirs.get_config()


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
        if not isinstance(metric, MeanOf):
            continue  # run on both engines as a whole, above
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


def comparable(config):
    """A config with arrays as lists, as in a file."""
    return {k: v.tolist() if hasattr(v, "tolist") else v for k, v in config.items()}


def test_every_config_is_that_of_keras_and_makes_an_equal_metric():
    for name, options, _, _ in [*CASES, ("Mean", {"name": "loss"}, None, None)]:
        ours = getattr(metrics, name)(**options)
        if name != "CosineSimilarity" or not options:  # of which Keras forgets the axis
            # Keras counts names that it makes up: precision, precision_1, ...
            theirs = getattr(keras.metrics, name)(**{"name": ours.name, **options})
            assert comparable(ours.get_config()) == comparable(theirs.get_config())
            read = type(theirs).from_config(ours.get_config())
            assert comparable(read.get_config()) == comparable(theirs.get_config())
        for again in (
            metrics.get(metrics.serialize(ours)),
            metrics.deserialize(metrics.serialize(ours)),
        ):
            assert type(again) is type(ours)
            assert again.get_config() == ours.get_config()


def test_every_public_name_of_keras_is_here_and_tested():
    theirs = {name for name in dir(keras.metrics) if not name.startswith("_")}
    assert theirs - set(metrics.__all__) == set()
    classes = {name for name in theirs if name[0].isupper()}
    bases = {"Metric", "Mean", "MeanMetricWrapper", "Sum"}  # which have tests of their own
    assert classes - bases == {name for name, *_ in CASES}


def test_every_name_that_keras_looks_up_finds_the_same_class():
    from keras.src.metrics import ALL_OBJECTS_DICT

    for name, theirs in ALL_OBJECTS_DICT.items():
        if theirs.__name__ not in ("Metric", "MeanMetricWrapper"):
            assert metrics._KNOWN[name].__name__ == theirs.__name__


@pytest.mark.parametrize(("name", "options"), [(n, o) for n, o, _, _ in CASES], ids=IDS)
def test_better_means_what_it_means_in_keras(name, options):
    theirs = getattr(keras.metrics, name)(**options)
    assert getattr(metrics, name)(**options).direction == getattr(theirs, "_direction", None)


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


@pytest.mark.parametrize("dtype", ["float64", "float16", "bfloat16"])
def test_every_metric_keeps_the_dtype_that_it_is_given(dtype, rng):
    for name, options, true, pred in CASES:
        now, later = (
            getattr(metrics, name)(**{**options, "dtype": dtype, "name": "metric"})
            for _ in range(2)
        )
        y_true, y_pred = true(rng, 5), pred(rng, 5)
        y, p = (placeholder((None, *x.shape[1:]), str(x.dtype)) for x in (y_true, y_pred))
        with Updates() as updates:
            assert later(y, p).dtype == dtype, name
        assert dtype_name(now(y_true, y_pred).dtype) == dtype, name
        assert {dtype_name(v.value.dtype) for v in now.variables} == {dtype}, name
        assert {tensor.dtype for tensor in updates.new.values()} == {dtype}, name
