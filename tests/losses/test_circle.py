"""The circle loss against its definition, one pair at a time, and against Keras."""

import keras
import numpy as np
import pytest

from pellucid import function, gradients, losses, placeholder
from pellucid.errors import ShapeError


def circle_by_the_paper(labels, vectors, gamma, margin):
    """Sun et al. 2020, equations 6 and 8 with its optima and margins, in similarities s = 1 - d."""
    costs = []
    for i, own in enumerate(labels):
        same = others = 0.0
        for j, other in enumerate(labels):
            s = vectors[i] @ vectors[j]
            if own == other and i != j:
                same += np.exp(-gamma * max(1 + margin - s, 0) * (s - (1 - margin)))
            if own != other:
                others += np.exp(gamma * max(s + margin, 0) * (s - margin))
        costs.append(np.log1p(same * others))
    return costs


@pytest.fixture
def batch(rng):
    vectors = rng.normal(size=(7, 3))
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.array([0, 1, 0, 2, 1, 0, 3]), vectors  # 2 and 3 are alone


def test_circle_is_that_of_the_paper(batch):
    labels, vectors = batch
    for gamma, margin in [(4.0, 0.25), (10.0, 0.4)]:
        actual = losses.circle(labels, vectors, gamma=gamma, margin=margin)
        expected = circle_by_the_paper(labels, vectors, gamma, margin)
        np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-15)


def test_circle_is_that_of_keras_with_references_and_with_the_diagonal(batch):
    labels, vectors = batch
    vectors = vectors.astype("float32")
    for options in (
        {"remove_diagonal": False},
        {"gamma": 5, "margin": 0.1},
        {
            "ref_labels": labels[:5],
            "ref_embeddings": vectors[2:],
            "gamma": 5,
            "remove_diagonal": False,
        },
    ):
        expected = keras.losses.circle(labels, vectors, **options)
        actual = losses.circle(labels, vectors, **options)
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)


def test_a_vector_alone_in_its_class_costs_nothing_and_is_left_out_of_the_mean(batch):
    labels, vectors = batch
    costs = losses.circle(labels, vectors, gamma=2.0)
    np.testing.assert_array_equal(costs[[3, 6]], 0)
    mean = losses.Circle(gamma=2.0)(labels, vectors)
    np.testing.assert_allclose(mean, costs.sum() / 5, rtol=1e-13)


@pytest.mark.parametrize("labels", [[0, 1, 2], [5, 5, 5]])
def test_a_batch_without_pairs_to_compare_costs_nothing_with_slope_zero(labels):
    for dtype in ("float32", "float16"):
        x = placeholder((None, 2), dtype)
        cost = losses.circle(labels, x)
        value, slope = function([x], [cost, gradients(cost, x)])(np.eye(3, 2).astype(dtype))
        np.testing.assert_array_equal(value, 0)
        np.testing.assert_array_equal(slope, 0)


def test_labels_that_are_no_vector_are_an_error():
    with pytest.raises(ShapeError) as error:
        losses.Circle()(np.zeros((4, 2), int), np.zeros((4, 3)))
    assert str(error.value) == (
        "circle compares vectors, one for each label.\n"
        "  given:    labels of shape (4, 2), vectors of shape (4, 3)\n"
        "  expected: labels (B,) or (B, 1), vectors (B, F)"
    )
