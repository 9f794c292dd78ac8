"""Curves of scores: scikit-learn's numbers, drawn as they are."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.calibration import calibration_curve

from pellucid import see
from pellucid.errors import DataError
from sklearn import metrics


@pytest.fixture
def ax():
    return Figure().subplots()


@pytest.fixture
def scored(rng):
    """Rows with scores of which many are equal."""
    y = rng.integers(0, 2, 200)
    return y, np.round(np.clip(rng.normal(0.3 + 0.3 * y, 0.3), 0, 1), 1)


def test_roc_points_are_scikit_learns(scored):
    wrongly, rightly, thresholds = metrics.roc_curve(*scored, drop_intermediate=False)
    for ours, theirs in zip(see.roc_points(*scored), (wrongly, rightly, thresholds), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_precision_and_recall_are_scikit_learns(scored):
    precision, recall, thresholds = metrics.precision_recall_curve(*scored)
    ours = see.precision_recall_points(*scored)
    np.testing.assert_allclose(ours[0], recall[::-1], rtol=1e-12)
    np.testing.assert_allclose(ours[1], precision[::-1], rtol=1e-12)
    np.testing.assert_allclose(ours[2][1:], thresholds[::-1], rtol=1e-12)


@pytest.mark.parametrize("bins", [2, 5, 10, 17])
def test_calibration_points_are_scikit_learns(scored, bins):
    true, said = calibration_curve(*scored, n_bins=bins)
    ours = see.calibration_points(*scored, bins=bins)
    np.testing.assert_allclose(ours[0], said, rtol=1e-12)
    np.testing.assert_allclose(ours[1], true, rtol=1e-12)
    assert ours[2].sum() == 200


def test_of_several_classes_the_probability_of_what_is_said_is_held_against_its_being_right(rng):
    p = rng.dirichlet(np.ones(3), 100)
    y = rng.integers(0, 3, 100)
    said, right, rows = see.calibration_points(np.eye(3)[y], p, bins=4)
    sure = p.max(axis=1)
    for low, high, m, share, n in zip(
        [0.25, 0.5, 0.75], [0.5, 0.75, 1], said, right, rows, strict=True
    ):
        there = (sure > low) & (sure <= high)
        assert there.sum() == n
        np.testing.assert_allclose(
            [m, share], [sure[there].mean(), (p.argmax(1) == y)[there].mean()]
        )


def test_a_curve_for_each_class_against_the_others_with_its_area(rng, ax):
    y = rng.integers(0, 3, 60)
    p = rng.dirichlet(np.ones(3), 60)
    see.plot_roc(y, p, labels=["cat", "dog", "owl"], ax=ax)
    _, *curves = ax.lines
    for i, (curve, name) in enumerate(zip(curves, ("cat", "dog", "owl"), strict=True)):
        area = metrics.roc_auc_score(y == i, p[:, i])
        assert curve.get_label() == f"{name}: area {area:.3f}"
        np.testing.assert_allclose(metrics.auc(*curve.get_xydata().T), area, rtol=1e-9)
        assert f"{name}: area {area:.3g}; at " in see.describe(ax)


def test_of_two_classes_there_is_one_curve_however_they_are_given(scored, ax):
    y, p = scored
    other = Figure().subplots()
    see.plot_precision_recall(y, p[:, None], ax=ax)
    see.plot_precision_recall(np.eye(2)[y], np.stack([1 - p, p], axis=1), ax=other)
    (ours,), (theirs,) = ax.lines, other.lines
    np.testing.assert_array_equal(ours.get_xydata(), theirs.get_xydata())
    average = metrics.average_precision_score(y, p)
    assert f"class 1: average precision {average:.3g}, guessing gives {y.mean():.3g}" in (
        see.describe(ax)
    )


def test_a_class_without_a_row_has_no_curve(rng, ax):
    see.plot_roc([0, 1, 1, 0], rng.dirichlet(np.ones(3), 4), ax=ax)
    assert len(ax.lines) == 3
    assert see.describe(ax).endswith("class 2: no row")


def test_the_average_of_a_calibration_is_the_expected_error(scored, ax):
    y, p = scored
    see.plot_calibration(y, p, bins=5, ax=ax)
    place = np.clip(np.ceil(p * 5).astype(int) - 1, 0, 4)
    expected = sum(
        abs(y[place == b].mean() - p[place == b].mean()) * (place == b).mean() for b in set(place)
    )
    assert f"on average {expected:.3g} apart" in see.describe(ax)


def test_what_cannot_be_judged_is_refused():
    with pytest.raises(DataError) as error:
        see.roc_points([1, 1], [0.2, 0.3])
    assert str(error.value) == (
        "One kind of rows alone cannot be told apart.\n"
        "  given:    2 rows, all of them positive\n"
        "  expected: rows of both kinds"
    )
    with pytest.raises(DataError) as error:
        see.plot_calibration([0, 1], [-1.5, 3.0])
    assert str(error.value) == (
        "Only probabilities can be held against how often they come true.\n"
        "  given:    numbers from -1.5 to 3\n"
        "  expected: numbers from 0 to 1\n"
        "  to mend:  for logits: ops.sigmoid(y_pred), or ops.softmax(y_pred)"
    )
    with pytest.raises(DataError, match="There has to be a prediction for each row"):
        see.plot_roc([0, 1, 1], [0.1, 0.2])
