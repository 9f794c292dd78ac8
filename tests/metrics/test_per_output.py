"""F-scores, R² and correlations, against their definitions."""

import numpy as np
import pytest
from sklearn.metrics import fbeta_score, r2_score

from pellucid import metrics
from pellucid.errors import ArgumentError, ShapeError, StateError, UnknownNameError


@pytest.mark.parametrize("average", [None, "micro", "macro", "weighted"])
def test_f_scores_are_those_of_scikit_learn_over_all_batches(average, rng):
    y_true, y_pred = rng.integers(0, 2, (60, 4)), rng.uniform(size=(60, 4))
    metric = metrics.FBetaScore(average, 0.5, 0.4, dtype="float64")
    for part in np.split(np.arange(60), [7, 30]):
        metric.update_state(y_true[part], y_pred[part])
    expected = fbeta_score(y_true, y_pred > 0.4, beta=0.5, average=average)
    np.testing.assert_allclose(metric.result(), expected, rtol=1e-12)


def test_the_f_score_of_perfect_predictions_is_1_and_of_an_absent_class_0():
    assert (metrics.F1Score()(np.eye(3), np.eye(3)) == 1.0).all()
    assert (metrics.F1Score()(np.eye(3)[:2], np.eye(3)[:2]) == [1.0, 1.0, 0.0]).all()


def test_a_row_of_zeros_predicts_nothing():
    assert (metrics.F1Score()(np.ones((1, 2)), np.zeros((1, 2))) == 0.0).all()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("uniform_average", "uniform_average"),
        ("variance_weighted_average", "variance_weighted"),
        (None, "raw_values"),
    ],
)
def test_r2_is_that_of_scikit_learn_over_all_batches(ours, theirs, rng):
    y_true = rng.normal([0.0, 5.0, -1.0], [1.0, 2.0, 0.1], (60, 3))
    y_pred, weight = y_true + rng.normal(size=(60, 3)), rng.uniform(size=60)
    metric = metrics.R2Score(ours, dtype="float64")
    for part in np.split(np.arange(60), [7, 30]):
        metric.update_state(y_true[part], y_pred[part], sample_weight=weight[part])
    expected = r2_score(y_true, y_pred, sample_weight=weight, multioutput=theirs)
    np.testing.assert_allclose(metric.result(), expected, rtol=1e-12)


def test_r2_keeps_its_digits_far_from_0(rng):
    y_true = (10_000 + rng.normal(size=(64, 1))).astype("float32")
    y_pred = (y_true + rng.normal(0.0, 0.5, size=(64, 1))).astype("float32")
    metric = metrics.R2Score()
    for part in np.split(np.arange(64), 4):
        metric.update_state(y_true[part], y_pred[part])
    expected = r2_score(y_true.astype("float64"), y_pred.astype("float64"))
    # sum(y²) - sum(y) * mean(y) in float32 has an error of some 500 here, of a total of 64.
    np.testing.assert_allclose(metric.result(), expected, rtol=1e-3)


def test_an_output_that_never_changes_scores_0_where_it_is_not_met():
    assert metrics.R2Score()(np.ones((3, 1)), np.zeros((3, 1))) == 0.0


def test_r2_is_adjusted_by_the_number_of_regressors_where_there_are_enough_samples(rng):
    y_true, y_pred = rng.normal(size=(2, 9, 1)).astype("float32")
    plain = metrics.R2Score()(y_true, y_pred)
    adjusted = metrics.R2Score(num_regressors=2)(y_true, y_pred)
    np.testing.assert_allclose(adjusted, 1 - (1 - plain) * 8 / 6, rtol=1e-5)
    assert metrics.R2Score(num_regressors=8)(y_true, y_pred) == plain


def test_pearson_correlation_is_that_of_numpy_whatever_the_scale(rng):
    y_true, y_pred = rng.normal(size=(2, 5, 9))
    expected = [np.corrcoef(t, p)[0, 1] for t, p in zip(y_true, y_pred, strict=True)]
    for scaled in (y_pred, 3 * y_pred + 7, 1e-9 * y_pred):
        np.testing.assert_allclose(metrics.pearson_correlation(y_true, scaled), expected, 1e-9)


def test_concordance_is_correlation_times_how_alike_means_and_spreads_are(rng):
    y_true, y_pred = rng.normal(size=(5, 9)), rng.normal(0.5, 2.0, size=(5, 9))
    s, t = y_true.std(-1), y_pred.std(-1)
    apart = (y_true.mean(-1) - y_pred.mean(-1)) ** 2
    expected = metrics.pearson_correlation(y_true, y_pred) * 2 * s * t / (s**2 + t**2 + apart)
    np.testing.assert_allclose(metrics.concordance_correlation(y_true, y_pred), expected, 1e-6)
    assert metrics.concordance_correlation(np.ones((1, 3)), np.ones((1, 3))) == 0.0


@pytest.mark.parametrize("kind", [metrics.F1Score, metrics.FBetaScore, metrics.R2Score])
def test_outputs_are_columns_and_stay_as_many(kind):
    metric = kind(name="score")
    with pytest.raises(StateError) as error:
        metric.result()
    assert str(error.value) == (
        f"{kind.__name__} 'score' has no result yet.\n"
        "  given:    no batch\n"
        "  expected: at least one call of update_state, which tells the number of outputs"
    )
    with pytest.raises(ShapeError) as error:
        metric.update_state(np.ones(3), np.ones(3))
    assert str(error.value) == (
        f"{kind.__name__} 'score' cannot be gathered from such shapes.\n"
        "  given:    y_true (3,), y_pred (3,)\n"
        "  expected: both of shape (batch, outputs), with a known number of outputs"
    )
    metric.update_state(np.ones((2, 3)), np.ones((2, 3)))
    with pytest.raises(ShapeError, match="with 3 outputs"):
        metric.update_state(np.ones((2, 4)), np.ones((2, 4)))
    metric.reset_state()
    metric.update_state(np.ones((2, 3)), np.ones((2, 3)))


def test_options_that_there_are_not_are_errors():
    with pytest.raises(UnknownNameError, match="Unknown average 'mean'"):
        metrics.F1Score(average="mean")
    with pytest.raises(ArgumentError) as error:
        metrics.F1Score(threshold=1.5)
    assert str(error.value) == (
        "A threshold is compared with probabilities.\n"
        "  given:    threshold=1.5\n"
        "  expected: a number above 0 and not above 1, or None for the largest alone"
    )
    with pytest.raises(ArgumentError) as error:
        metrics.FBetaScore(beta=0.0)
    assert str(error.value) == (
        "Recall counts beta times as much as precision.\n"
        "  given:    beta=0.0\n"
        "  expected: a number above 0"
    )
    with pytest.raises(UnknownNameError, match="Unknown class aggregation 'mean'"):
        metrics.R2Score("mean")
    with pytest.raises(ArgumentError) as error:
        metrics.R2Score(num_regressors=-1)
    assert str(error.value) == (
        "Predictions are not made of fewer than no inputs.\n"
        "  given:    num_regressors=-1\n"
        "  expected: at least 0"
    )
