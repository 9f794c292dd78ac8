"""CTC against all ways written out, and against Keras."""

import itertools

import keras
import numpy as np
import pytest

from pellucid import function, gradients, losses, placeholder
from pellucid.errors import ShapeError
from pellucid.testing import check_engines


def read(way):
    """Equal neighbours are one label, and 0 is none."""
    return [label for label, _ in itertools.groupby(way) if label]


def ctc_by_all_ways(labels, logits):
    steps, classes = logits.shape
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    ways = itertools.product(range(classes), repeat=steps)
    wanted = [label for label in labels if label]
    return -np.log(sum(np.prod(p[np.arange(steps), way]) for way in ways if read(way) == wanted))


@pytest.mark.parametrize("labels", [[1, 2], [1, 1], [2, 0], [0, 0], [1, 2, 1]])
def test_ctc_adds_up_the_chances_of_all_ways(labels, rng):
    logits = rng.normal(size=(5, 3))
    actual = losses.ctc(np.array([labels]), logits[None])
    np.testing.assert_allclose(actual, [ctc_by_all_ways(labels, logits)], rtol=1e-13)


def test_the_chances_of_all_labellings_sum_to_1(rng):
    logits = rng.normal(size=(3, 3))
    total = 0.0
    for length in range(4):
        for labels in itertools.product((1, 2), repeat=length):
            padded = np.zeros((1, 3), int)
            padded[0, :length] = labels
            total += np.exp(-losses.ctc(padded, logits[None])[0])
    np.testing.assert_allclose(total, 1, rtol=1e-13)


def test_ctc_in_one_graph_for_open_batches_and_lengths_is_that_of_keras(rng):
    y_true = rng.integers(1, 6, (4, 5))
    y_true[1, 2:] = y_true[3, :] = 0
    labels, logits = placeholder((None, 5), "int32"), placeholder((None, None, 6))
    loss = function([labels, logits], losses.ctc(labels, logits))
    for steps in (11, 14):
        y_pred = rng.normal(size=(4, steps, 6)).astype("float32")
        expected = keras.losses.ctc(y_true, y_pred)
        np.testing.assert_allclose(loss(y_true, y_pred), expected, rtol=1e-5)


def test_engines_agree(rng):
    labels = np.array([[1, 2, 2], [3, 0, 0]])
    for dtype in ("float64", "float32", "float16"):
        check_engines(lambda x: losses.ctc(labels, x), rng.normal(size=(2, 6, 4)).astype(dtype))


def test_labels_that_do_not_fit_into_the_time_cost_much_and_break_no_gradient():
    x = placeholder((1, 2, 3))
    cost = losses.ctc(np.array([[1, 1]]), x)  # needs three steps: 1, blank, 1
    value, slope = function([x], [cost, gradients(cost, x)])(np.zeros((1, 2, 3), "float32"))
    np.testing.assert_allclose(value, 1e5, rtol=1e-3)
    assert np.isfinite(slope).all()


def test_extreme_logits_have_finite_costs_and_slopes():
    x = placeholder((1, 3, 3))
    cost = losses.ctc(np.array([[1, 2]]), x)
    logits = np.zeros((1, 3, 3), "float32")
    logits[0, :, 0], logits[0, :, 1] = 1e4, -1e4
    value, slope = function([x], [cost, gradients(cost, x)])(logits)
    assert np.isfinite(value).all()
    assert np.isfinite(slope).all()


def test_wrong_numbers_of_axes_are_an_error():
    with pytest.raises(ShapeError) as error:
        losses.ctc(np.zeros((4, 3, 1), int), np.zeros((4, 7)))
    assert str(error.value) == (
        "ctc compares sequences of labels with logits for each step.\n"
        "  given:    y_true (4, 3, 1), y_pred (4, 7)\n"
        "  expected: y_true (B, L) with a known L, y_pred (B, T, C)"
    )
