"""Areas under curves, against what they mean."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from pellucid import metrics
from pellucid.errors import ArgumentError, ShapeError, StateError, UnknownNameError


def grid(rng, size):
    """Predictions halfway between the default thresholds, where none is lost."""
    return (rng.integers(0, 199, size) + 0.5) / 199


def test_the_area_below_roc_is_how_often_a_positive_is_above_a_negative(rng):
    y_true, y_pred = rng.integers(0, 2, 300), grid(rng, 300)
    metric = metrics.AUC(dtype="float64")
    for part in np.split(np.arange(300), [11, 120]):
        metric.update_state(y_true[part], y_pred[part])
    above = y_pred[y_true == 1][:, None] - y_pred[y_true == 0]
    np.testing.assert_allclose(metric.result(), ((1 + np.sign(above)) / 2).mean(), rtol=1e-12)


def test_weighted_it_is_that_of_scikit_learn(rng):
    y_true, y_pred, weight = rng.integers(0, 2, 200), grid(rng, 200), rng.uniform(size=200)
    found = metrics.AUC(dtype="float64")(y_true, y_pred, sample_weight=weight)
    np.testing.assert_allclose(
        found, roc_auc_score(y_true, y_pred, sample_weight=weight), rtol=1e-12
    )


def test_interpolated_precision_is_the_integral_between_two_points():
    # Thresholds outside, 0.5 and outside: points (tp, fp) = (3, 4), (2, 1), (0, 0).
    y_true = np.array([1, 1, 1, 0, 0, 0, 0])
    y_pred = np.array([0.9, 0.8, 0.1, 0.7, 0.1, 0.2, 0.3])
    found = metrics.AUC(num_thresholds=3, curve="PR", dtype="float64")(y_true, y_pred)
    tp = np.linspace(2, 3, 200_001)  # fp grows by 3 while tp grows by 1
    between = np.trapezoid(tp / (tp + 1 + 3 * (tp - 2)), tp) / 3
    np.testing.assert_allclose(found, 2 / 3 * (2 / 3) + between, rtol=1e-9)


@pytest.mark.parametrize("curve", ["ROC", "PR", "PRGAIN"])
def test_steps_below_and_above_hold_the_area_between(curve, rng):
    y_true, y_pred = rng.integers(0, 2, 100), rng.uniform(size=100)
    low, area, high = (
        metrics.AUC(30, curve, method)(y_true, y_pred)
        for method in ("minoring", "interpolation", "majoring")
    )
    assert low < area < high


@pytest.mark.parametrize("curve", ["ROC", "PR", "PRGAIN"])
def test_perfect_predictions_have_an_area_of_1(curve):
    found = metrics.AUC(curve=curve)([0, 0, 1, 1], [0.0, 0.0, 1.0, 1.0])
    np.testing.assert_allclose(found, 1.0, rtol=1e-6)


def test_columns_apart_are_the_mean_of_their_areas(rng):
    y_true, y_pred = rng.integers(0, 2, (50, 3)), rng.uniform(size=(50, 3))
    each = [metrics.AUC()(y_true[:, i], y_pred[:, i]) for i in range(3)]
    weights = [1.0, 0.0, 3.0]
    together = metrics.AUC(multi_label=True)
    weighed = metrics.AUC(multi_label=True, label_weights=weights)
    np.testing.assert_allclose(together(y_true, y_pred), np.mean(each), rtol=1e-6)
    np.testing.assert_allclose(
        weighed(y_true, y_pred), np.average(each, weights=weights), rtol=1e-6
    )


def test_logits_are_made_probabilities(rng):
    y_true, logits = rng.integers(0, 2, 40), rng.normal(size=40)
    expected = metrics.AUC()(y_true, 1 / (1 + np.exp(-logits)))
    assert metrics.AUC(from_logits=True)(y_true, logits) == expected


def test_names_of_curves_and_summations_are_known_in_either_case():
    metric = metrics.AUC(curve="pr", summation_method="Minoring")
    assert (metric.curve, metric.summation_method) == ("PR", "minoring")
    with pytest.raises(UnknownNameError, match="Unknown curve 'RCO'"):
        metrics.AUC(curve="RCO")
    with pytest.raises(UnknownNameError, match="Unknown summation method 'minor'"):
        metrics.AUC(summation_method="minor")


def test_arguments_that_contradict_each_other_are_errors():
    with pytest.raises(ArgumentError) as error:
        metrics.AUC(num_labels=3)
    assert str(error.value) == (
        "Columns are counted apart only where each has an area by itself.\n"
        "  given:    num_labels=3, multi_label=False\n"
        "  expected: multi_label=True, or no num_labels"
    )
    with pytest.raises(ArgumentError) as error:
        metrics.AUC(num_thresholds=1)
    assert str(error.value) == (
        "A curve has two ends.\n  given:    num_thresholds=1\n  expected: at least 2"
    )


def test_columns_apart_need_a_table_of_as_many_columns_as_before():
    metric = metrics.AUC(multi_label=True, name="area")
    with pytest.raises(StateError) as error:
        metric.result()
    assert str(error.value) == (
        "AUC 'area' has no result yet.\n"
        "  given:    multi_label=True, and no batch\n"
        "  expected: at least one call of update_state, or num_labels"
    )
    metric.update_state(np.ones((2, 3)), np.ones((2, 3)))
    for shape in ((2, 4), (2,)):
        with pytest.raises(ShapeError) as error:
            metric.update_state(np.ones(shape), np.ones(shape))
        assert str(error.value) == (
            "AUC 'area' counts the columns of a table apart.\n"
            f"  given:    y_pred {shape}\n"
            "  expected: shape (batch, 3)"
        )
