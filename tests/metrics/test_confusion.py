"""Counts at thresholds, and what is made of them, against their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import metrics
from pellucid.errors import ArgumentError, ShapeError
from pellucid.metrics.confusion import KINDS, confusion_counts, even_thresholds


def counted_slowly(y_true, y_pred, weights, thresholds):
    """Each prediction with each threshold."""
    counts = {kind: np.zeros(len(thresholds)) for kind in KINDS}
    for i, threshold in enumerate(thresholds):
        for truth, p, weight in zip(y_true, y_pred, weights, strict=True):
            rightly = "true" if bool(truth) == bool(p > threshold) else "false"
            side = "positives" if p > threshold else "negatives"
            counts[f"{rightly}_{side}"][i] += weight
    return counts


quarters = st.integers(0, 8).map(lambda n: n / 8)  # which often lie right on a threshold


@given(
    st.lists(st.tuples(st.booleans(), quarters, st.integers(0, 3)), min_size=1, max_size=8),
    st.sampled_from([[0.5], [0.25, 0.0, 1.0], [0.0, 0.5, 1.0], [i / 8 for i in range(9)]]),
)
def test_counts_are_those_of_the_definition(rows, thresholds):
    y_true, y_pred, weights = (np.array(column, "float64") for column in zip(*rows, strict=True))
    found = confusion_counts(y_true, y_pred, thresholds, weights, dtype="float64")
    for kind, count in counted_slowly(y_true, y_pred, weights, thresholds).items():
        np.testing.assert_array_equal(found[kind], count)


def test_many_even_thresholds_count_as_one_by_one(rng):
    y_true, y_pred = rng.integers(0, 2, 500), rng.uniform(-0.1, 1.1, 500)
    even = even_thresholds(77)
    found = confusion_counts(y_true, y_pred, even, dtype="float64")
    for kind, count in counted_slowly(y_true, y_pred.clip(0, 1), np.ones(500), even).items():
        np.testing.assert_array_equal(found[kind], count)


@pytest.mark.parametrize("thresholds", [[0.3], [0.0, 0.5, 1.0], [-1e-7, 0.5, 1 + 1e-7]])
def test_a_prediction_that_is_not_a_number_is_negative_everywhere(thresholds):
    found = confusion_counts([1, 0], [np.nan, np.nan], thresholds)
    for kind in KINDS:
        assert (found[kind] == ("negatives" in kind)).all()


def test_every_weight_is_counted_once_at_each_threshold(rng):
    weights = rng.uniform(0.5, 2.0, (6, 3))
    y_true, y_pred = rng.integers(0, 2, (6, 3)), rng.uniform(size=(6, 3))
    for by_label, total in ((False, weights.sum()), (True, weights.sum(0))):
        for thresholds in ([0.2, 0.7], even_thresholds(5)):
            found = confusion_counts(
                y_true, y_pred, thresholds, weights, by_label=by_label, dtype="float64"
            )
            expected = np.broadcast_to(total, (len(thresholds), *np.shape(total)))
            np.testing.assert_allclose(sum(found.values()), expected, rtol=1e-13)


def test_counting_is_exact_over_many_batches():
    metric = metrics.TruePositives(dtype="float64")
    for _ in range(50):
        metric.update_state(np.ones(7), np.ones(7), sample_weight=np.full(7, 0.25))
    assert metric.result() == 50 * 7 * 0.25


def test_of_equal_predictions_only_k_are_among_the_top_k():
    metric = metrics.TruePositives()
    assert metric([[1, 1, 1]], [[0.9, 0.9, 0.9]]) == 3
    assert metrics.Recall(top_k=2)([[1, 1, 1]], [[0.9, 0.9, 0.9]]).round(4) == np.float32(0.6667)


def test_without_a_threshold_all_of_the_top_k_are_positive_however_low():
    assert metrics.Precision(top_k=1)([[0, 1]], [[-9.0, -3.0]]) == 1.0
    assert metrics.Precision(top_k=1, thresholds=0.5)([[0, 1]], [[0.1, 0.2]]) == 0.0


def test_one_class_counts_alone_with_its_own_weights():
    y_true, y_pred = np.array([[0, 1], [1, 0]]), np.array([[0.9, 0.9], [0.9, 0.1]])
    weights = np.array([[5.0, 1.0], [3.0, 1.0]])
    metric = metrics.Precision(class_id=0)
    assert metric(y_true, y_pred, sample_weight=weights) == 3 / 8
    assert metrics.Precision(class_id=-1)(y_true, y_pred) == 1.0


@pytest.mark.parametrize(
    ("weight", "total"), [(2.0, 24), (np.array([1.0, 2.0]), 18), (np.ones((2, 1)), 12)]
)
def test_weights_are_for_all_for_each_example_or_for_each_value(weight, total):
    ones = np.ones((2, 2, 3))
    assert metrics.TruePositives()(ones, ones, sample_weight=weight) == total


def test_weights_that_fit_nothing_are_an_error():
    with pytest.raises(ShapeError) as error:
        metrics.Precision()(np.ones((4, 2)), np.ones((4, 2)), sample_weight=np.ones(3))
    assert str(error.value) == (
        "Sample weights do not fit what they weigh.\n"
        "  given:    weights of shape (3,) for values of shape (4, 2)\n"
        "  expected: one weight for each example, or one for each value"
    )


def test_thresholds_that_are_no_probabilities_are_an_error():
    with pytest.raises(ArgumentError) as error:
        metrics.Recall(thresholds=[0.5, 1.5])
    assert str(error.value) == (
        "Thresholds are compared with probabilities.\n"
        "  given:    1.5 among the thresholds\n"
        "  expected: numbers from 0 to 1"
    )
    with pytest.raises(ArgumentError, match="no threshold"):
        metrics.Recall(thresholds=[])


def test_a_rate_to_hold_that_is_none_is_an_error():
    with pytest.raises(ArgumentError) as error:
        metrics.PrecisionAtRecall(recall=1.5)
    assert str(error.value) == (
        "PrecisionAtRecall needs a rate to hold.\n"
        "  given:    recall=1.5\n"
        "  expected: a number from 0 to 1"
    )
    with pytest.raises(ArgumentError, match="nothing to decide without thresholds"):
        metrics.RecallAtPrecision(0.5, num_thresholds=0)


def test_a_rate_that_no_threshold_holds_gives_0():
    assert metrics.RecallAtPrecision(0.9)([0, 0, 1], [0.9, 0.8, 0.1]) == 0.0
