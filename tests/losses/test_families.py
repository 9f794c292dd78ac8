"""Losses by what they are said to be: closed forms, limits, kinks and extremes."""

import keras
import numpy as np
import pytest
from scipy import stats

from pellucid import function, gradients, losses, placeholder
from pellucid.errors import ArgumentError, ShapeError


def slope(loss, y_true, y_pred, dtype="float64"):
    """The gradient of a function of truth and predictions by the predictions."""
    y_pred = np.asarray(y_pred, dtype)
    x = placeholder(y_pred.shape, dtype)
    return function([x], gradients(loss(np.asarray(y_true, dtype), x), x))(y_pred)


def test_log_cosh_keeps_the_digits_of_small_errors_and_does_not_overflow():
    errors = np.array([1e-4, -1e-3, 0.5, -0.99, 1.01, -30.0, 1e4])
    pred = errors[:, None].astype("float32")
    wide = np.abs(pred[:, 0].astype("float64"))
    expected = np.where(
        wide < 0.1, wide**2 / 2 - wide**4 / 12, wide + np.log1p(np.exp(-2 * wide)) - np.log(2)
    )
    actual = losses.log_cosh(np.zeros_like(pred), pred)
    np.testing.assert_allclose(actual, expected, rtol=1e-6)
    np.testing.assert_allclose(
        slope(losses.log_cosh, np.zeros((7, 1)), errors[:, None])[:, 0], np.tanh(errors), rtol=1e-12
    )


def test_huber_is_half_the_square_within_delta_and_a_line_beyond():
    e = np.array([[-0.7], [0.0], [0.2], [0.5], [3.0]])
    np.testing.assert_allclose(
        losses.huber(0 * e, e, delta=0.5), [0.225, 0.0, 0.02, 0.125, 1.375], rtol=1e-14
    )
    np.testing.assert_array_equal(
        slope(lambda t, p: losses.huber(t, p, 0.5), 0 * e, e)[:, 0], [-0.5, 0.0, 0.2, 0.5, 0.5]
    )


def test_cosine_similarity_counts_directions_alone():
    a, b = np.array([[3.0, 4.0]]), np.array([[4.0, 3.0]])
    for scale in (1e-3, 1.0, 1e8):
        np.testing.assert_allclose(losses.cosine_similarity(a, scale * b), [-0.96], rtol=1e-12)
    zeros = np.zeros((1, 2))
    assert losses.cosine_similarity(a, zeros) == 0
    assert np.isfinite(slope(losses.cosine_similarity, a, zeros)).all()


def test_percentages_of_a_truth_of_zero_are_of_1e_7():
    np.testing.assert_allclose(losses.mean_absolute_percentage_error([[0.0]], [[1e-7]]), [100])


def test_logarithmic_error_counts_ratios():
    a = losses.mean_squared_logarithmic_error(np.array([[1.0]]), np.array([[3.0]]))
    b = losses.mean_squared_logarithmic_error(np.array([[99.0]]), np.array([[199.0]]))
    np.testing.assert_allclose([a, b], np.log(2) ** 2, rtol=1e-13)


def test_zeros_mean_minus_one_to_a_hinge_only_where_there_are_no_other_labels():
    y_pred = np.array([[0.5], [0.5]])
    np.testing.assert_array_equal(losses.hinge([[0.0], [1.0]], y_pred), [1.5, 0.5])
    np.testing.assert_array_equal(losses.hinge([[0.0], [-1.0]], y_pred), [1.0, 1.5])
    np.testing.assert_array_equal(losses.squared_hinge([[0.0], [1.0]], y_pred), [2.25, 0.25])


def test_slopes_at_the_margin_are_half_and_those_of_keras():
    import jax

    for name in ("hinge", "squared_hinge"):
        theirs = jax.grad(getattr(keras.losses, name), argnums=1)(np.ones(1), np.ones(1))
        ours = slope(getattr(losses, name), [[1.0]], [[1.0]])
        np.testing.assert_array_equal(ours, [theirs])
    assert slope(losses.hinge, [[1.0]], [[1.0]]) == -0.5


def test_categorical_hinge_is_free_once_the_right_class_leads_by_one():
    y_true = [[0.0, 1.0, 0.0]] * 3
    y_pred = np.array([[1.0, 2.0, 0.0], [1.0, 1.5, 0.0], [-5.0, 0.25, -5.0]])
    np.testing.assert_array_equal(losses.categorical_hinge(y_true, y_pred), [0.0, 0.5, 0.75])


def test_kl_divergence_is_crossentropy_less_entropy(rng):
    p, q = rng.dirichlet(np.ones(4), (2, 5))
    np.testing.assert_allclose(
        losses.kl_divergence(p, q), [stats.entropy(a, b) for a, b in zip(p, q, strict=True)]
    )
    assert (losses.kl_divergence(p, p) == 0).all()


def test_poisson_is_the_likelihood_but_for_what_no_prediction_changes(rng):
    counts, means = rng.integers(0, 9, (6, 1)), rng.uniform(0.5, 9, (6, 2))
    costs = [losses.poisson(counts, means[:, i : i + 1]) for i in (0, 1)]
    logs = stats.poisson.logpmf(counts, means)
    np.testing.assert_allclose(costs[0] - costs[1], logs[:, 1] - logs[:, 0], atol=1e-5)


def test_focal_losses_with_gamma_zero_are_crossentropies(rng):
    y_true = np.eye(4)[rng.integers(0, 4, 6)]
    logits = rng.normal(size=(6, 4))
    for from_logits, y_pred in [(True, logits), (False, 1 / (1 + np.exp(-logits)))]:
        options = {"from_logits": from_logits, "label_smoothing": 0.1}
        np.testing.assert_allclose(
            losses.binary_focal_crossentropy(y_true, y_pred, gamma=0.0, **options),
            losses.binary_crossentropy(y_true, y_pred, **options),
            rtol=1e-13,
        )
        np.testing.assert_allclose(
            losses.categorical_focal_crossentropy(y_true, y_pred, alpha=1, gamma=0.0, **options),
            losses.categorical_crossentropy(y_true, y_pred, **options),
            rtol=1e-13,
        )


def test_class_balancing_weighs_ones_with_alpha_and_zeros_with_the_rest():
    y_pred = np.full((2, 1), 0.5)
    plain = losses.binary_focal_crossentropy([[1.0], [0.0]], y_pred)
    weighed = losses.binary_focal_crossentropy([[1.0], [0.0]], y_pred, True, alpha=0.3)
    np.testing.assert_allclose(weighed / plain, [0.3, 0.7], rtol=1e-14)


def test_generalized_crossentropy_lies_between_the_logarithm_and_the_chance_of_being_wrong(rng):
    p = rng.dirichlet(np.ones(4), 6)
    labels = np.array([0, 1, 2, 3, 0, 1])
    right = p[np.arange(6), labels]
    loss = losses.categorical_generalized_cross_entropy
    np.testing.assert_allclose(loss(labels, p, q=1e-9), -np.log(right), rtol=1e-6)
    np.testing.assert_allclose(loss(labels[:, None], p, q=1 - 1e-12), 1 - right, rtol=1e-9)
    np.testing.assert_allclose(loss([0], np.array([[0.0, 1.0]]), q=0.25), [4.0])


@pytest.mark.parametrize("q", [0.0, 1.0, -0.5, float("nan")])
def test_a_q_outside_of_0_to_1_is_an_error(q):
    with pytest.raises(ArgumentError) as error:
        losses.CategoricalGeneralizedCrossEntropy(q=q)
    assert str(error.value) == (
        "The generalized crossentropy needs a q between 0 and 1.\n"
        f"  given:    q={q!r}\n"
        "  expected: 0 < q < 1: near 0 it is -log(p), near 1 it is 1 - p"
    )
    with pytest.raises(ArgumentError):
        losses.categorical_generalized_cross_entropy([0], [[0.5, 0.5]], q)


def test_tversky_with_equal_weights_is_dice_and_the_weights_are_told_apart(rng):
    y_true = rng.integers(0, 2, (5, 8)).astype("float64")
    y_pred = rng.uniform(size=(5, 8))
    np.testing.assert_allclose(
        losses.tversky(y_true, y_pred, axis=-1), losses.dice(y_true, y_pred, axis=-1), rtol=1e-6
    )
    truth, guess = np.array([1.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0])  # one missed
    np.testing.assert_allclose(losses.tversky(truth, guess, alpha=3, beta=0), 0.75, rtol=1e-6)
    np.testing.assert_allclose(losses.tversky(guess, truth, alpha=0, beta=3), 0.75, rtol=1e-6)


def test_regions_that_agree_cost_nothing_and_empty_ones_one():
    ones, none = np.ones((2, 3)), np.zeros((2, 3))
    for loss in (losses.dice, losses.tversky):
        np.testing.assert_allclose(loss(ones, ones), 0, atol=1e-7)
        assert loss(none, none) == 1
        assert np.isfinite(slope(loss, none, none)).all()


EXTREMES = [
    ("MeanAbsolutePercentageError", {}, [[0.0, 1.0]], [[1e4, -1e4]]),
    ("MeanSquaredLogarithmicError", {}, [[0.0, -5.0]], [[1e30, -1e30]]),
    ("Huber", {}, [[0.0, 1.0]], [[1e30, 1.0]]),
    ("LogCosh", {}, [[0.0, 1.0]], [[1e30, -1e30]]),
    ("CosineSimilarity", {}, [[0.0, 0.0]], [[1e4, 0.0]]),
    ("Hinge", {}, [[0.0, 1.0]], [[1e30, -1e30]]),
    ("SquaredHinge", {}, [[0.0, 1.0]], [[1e4, -1e4]]),
    ("CategoricalHinge", {}, [[0.0, 1.0]], [[1e30, -1e30]]),
    ("KLDivergence", {}, [[0.0, 1.0]], [[1.0, 0.0]]),
    ("Poisson", {}, [[0.0, 9.0]], [[1e30, 0.0]]),
    ("BinaryFocalCrossentropy", {"gamma": 0.5}, [[0.0, 1.0]], [[1.0, 0.0]]),
    ("BinaryFocalCrossentropy", {"gamma": 0.5}, [[0.0, 1.0]], [[0.0, 1.0]]),
    ("BinaryFocalCrossentropy", {"gamma": 0.5, "from_logits": True}, [[0.0, 1.0]], [[1e4, -1e4]]),
    ("BinaryFocalCrossentropy", {"gamma": 0.5, "from_logits": True}, [[0.0, 1.0]], [[-1e4, 1e4]]),
    ("CategoricalFocalCrossentropy", {"gamma": 0.5}, [[0.0, 1.0]], [[1.0, 0.0]]),
    ("CategoricalFocalCrossentropy", {"gamma": 0.5}, [[0.0, 1.0]], [[0.0, 1.0]]),
    (
        "CategoricalFocalCrossentropy",
        {"gamma": 0.5, "from_logits": True},
        [[0.0, 1.0]],
        [[1e4, -1e4]],
    ),
    (
        "CategoricalFocalCrossentropy",
        {"gamma": 0.5, "from_logits": True},
        [[0.0, 1.0]],
        [[-1e4, 1e4]],
    ),
    ("CategoricalGeneralizedCrossEntropy", {}, [0], [[0.0, 1.0]]),
    ("CategoricalGeneralizedCrossEntropy", {}, [1], [[0.0, 1.0]]),
]


@pytest.mark.parametrize(("name", "options", "y_true", "y_pred"), EXTREMES, ids=str)
def test_extreme_predictions_have_finite_costs_and_slopes(name, options, y_true, y_pred):
    loss = getattr(losses, name)(**options)
    assert np.isfinite(loss(np.array(y_true), np.array(y_pred, "float32")))
    x = placeholder((1, 2))
    y = gradients(loss(np.array(y_true), x), x)
    assert np.isfinite(function([x], y)(np.array(y_pred, "float32"))).all()


def test_focal_cost_of_a_hopeless_logit_is_its_size():
    cost = losses.binary_focal_crossentropy([[1.0]], [[-1e4]], from_logits=True)
    np.testing.assert_array_equal(cost, [1e4])  # from probabilities it would be 16.1


@pytest.mark.parametrize(
    "name", ["huber", "hinge", "poisson", "dice", "cosine_similarity", "binary_focal_crossentropy"]
)
def test_shapes_that_do_not_match_are_an_error_that_names_the_function(name):
    with pytest.raises(ShapeError) as error:
        getattr(losses, name)(np.zeros((4, 3)), np.zeros((4, 1)))
    assert str(error.value) == (
        f"{name} cannot compare truth and predictions of different shapes.\n"
        "  given:    y_true (4, 3), y_pred (4, 1)\n"
        "  expected: equal shapes; only a last axis of size 1 may be missing"
    )
