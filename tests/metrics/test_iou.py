"""Intersection over union, against sets."""

import numpy as np
import pytest

from pellucid import metrics
from pellucid.errors import ArgumentError


def by_sets(y_true, y_pred, targets):
    """For each class the pixels that are both, over those that are either."""
    ratios = []
    for c in targets:
        true, pred = ({*np.flatnonzero(y == c)} for y in (y_true, y_pred))
        if true | pred:
            ratios.append(len(true & pred) / len(true | pred))
    return np.mean(ratios)


@pytest.mark.parametrize("targets", [[0], [1, 3], [0, 1, 2, 3, 4]])
def test_it_is_that_of_the_sets_of_pixels(targets, rng):
    y_true, y_pred = rng.integers(0, 4, (2, 6, 5, 5))  # class 4 is nowhere: it does not count
    metric = metrics.IoU(5, targets)
    metric.update_state(y_true[:2], y_pred[:2])
    metric.update_state(y_true[2:], y_pred[2:, ..., None])  # a last axis of size 1 is none
    np.testing.assert_allclose(metric.result(), by_sets(y_true, y_pred, targets), rtol=1e-6)
    assert metric.table.dtype == "int32"


def test_a_perfect_prediction_is_1_exactly():
    y = np.array([0, 1, 2, 1])
    assert metrics.MeanIoU(3)(y, y) == 1.0
    assert metrics.MeanIoU(3)(y, (y + 1) % 3) == 0.0


def test_whole_numbers_are_counted_beyond_what_floats_hold():
    metric = metrics.MeanIoU(2)
    metric.table.assign(np.array([[2**24, 0], [0, 0]]))
    metric.update_state([0], [0])
    assert metric.table.numpy()[0, 0] == 2**24 + 1


def test_the_axis_of_the_classes_may_be_any(rng):
    y_true, y_pred = rng.integers(0, 3, (4, 5, 5)), rng.normal(size=(4, 3, 5, 5))
    found = metrics.MeanIoU(3, sparse_y_pred=False, axis=1)(y_true, y_pred)
    assert found == metrics.MeanIoU(3)(y_true, y_pred.argmax(1))


def test_ignored_labels_do_not_count():
    y_true, y_pred = np.array([0, 1, 255, 1]), np.array([0, 1, 0, 0])
    expected = metrics.MeanIoU(2)(y_true[[0, 1, 3]], y_pred[[0, 1, 3]])
    assert metrics.MeanIoU(2, ignore_class=255)(y_true, y_pred) == expected
    ignored = metrics.MeanIoU(2, ignore_class=1)(np.array([0, 1]), np.array([0, 0]))
    assert ignored == 1.0


def test_weights_count_by_example_and_fractions_need_floats():
    y_true, y_pred = np.array([[0, 0], [1, 0]]), np.array([[0, 1], [1, 1]])
    found = metrics.IoU(2, [0], dtype="float32")(y_true, y_pred, sample_weight=[1.5, 0.5])
    np.testing.assert_allclose(found, 1.5 / 3.5, rtol=1e-6)
    metric = metrics.IoU(2, [0], name="sky")
    with pytest.warns(UserWarning, match="cuts off the fractions") as caught:
        metric.update_state(y_true, y_pred, sample_weight=[1.5, 0.5])
    assert str(caught[0].message) == (
        "IoU 'sky' counts in int32, which cuts off the fractions of the weights; give it "
        "dtype='float32' to keep them."
    )
    assert metric.result() == 0.5
    assert metrics.IoU(2, [0])(y_true, y_pred, sample_weight=[3, 1]) == np.float32(3 / 7)


def test_a_threshold_parts_two_classes_and_is_itself_above():
    assert metrics.BinaryIoU([1], threshold=0.5)([1, 1, 0], [0.5, 0.4, 0.1]) == 0.5


def test_a_target_that_is_no_class_is_an_error():
    with pytest.raises(ArgumentError) as error:
        metrics.OneHotIoU(num_classes=3, target_class_ids=[1, 3])
    assert str(error.value) == (
        "OneHotIoU takes the mean over classes that there are.\n"
        "  given:    target_class_ids=[1, 3]\n"
        "  expected: at least one number from 0 to 2"
    )
    with pytest.raises(ArgumentError, match="target_class_ids=\\[\\]"):
        metrics.BinaryIoU([])
