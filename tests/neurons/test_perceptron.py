import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import SVC
from sklearn.utils.estimator_checks import parametrize_with_checks

from pellucid.errors import DataError
from pellucid.neurons import Neuron, Perceptron

BITS = np.array(list(itertools.product([0, 1], repeat=2)))


def separable(seed, n=40, features=3, margin=0.1):
    """Examples on both sides of a planted plane, none nearer to it than the margin."""
    rng = np.random.default_rng(seed)
    w = rng.normal(size=features)
    w = np.append(w / np.linalg.norm(w), rng.uniform(-0.3, 0.3))
    x = rng.uniform(-1, 1, (10 * n, features))
    distance = x @ w[:-1] + w[-1]
    kept = np.flatnonzero(abs(distance) > margin)[:n]
    return x[kept], distance[kept] > 0, w


def rosenblatt(x, y, learning_rate, epochs):
    """The rule by the book, one number at a time; every weight vector that it goes through."""
    w, b = [0.0] * len(x[0]), 0.0
    history = [[*w, b]]
    for _ in range(epochs):
        for row, t in zip(x.tolist(), y, strict=True):
            fires = 1 if sum(wi * xi for wi, xi in zip(w, row, strict=True)) + b > 0 else 0
            if fires != t:
                w = [wi + learning_rate * (t - fires) * xi for wi, xi in zip(w, row, strict=True)]
                b += learning_rate * (t - fires)
                history.append([*w, b])
    return history


@given(st.integers(0, 2**16), st.sampled_from([1.0, 0.3]), st.integers(1, 4))
def test_it_takes_the_steps_of_the_rule(seed, learning_rate, epochs):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(12, 2)), np.arange(12) % 2  # seldom separable
    perceptron = Perceptron(max_epochs=epochs, learning_rate=learning_rate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        perceptron.fit(x, y)
    expected = rosenblatt(x, y, learning_rate, epochs)
    np.testing.assert_allclose(perceptron.history_, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(perceptron.history_[-1], [*perceptron.weights_, perceptron.bias_])
    assert perceptron.mistakes_ == len(perceptron.mistaken_) == len(expected) - 1


@given(st.integers(0, 2**16), st.booleans())
def test_it_separates_what_can_be_separated_within_the_bound(seed, shuffle):
    x, y, planted = separable(seed)
    perceptron = Perceptron(shuffle=shuffle, random_state=seed).fit(x, y)
    assert perceptron.separated_
    np.testing.assert_array_equal(perceptron.predict(x), y)
    assert perceptron.score(x, y) == 1
    radius = np.sqrt((x**2).sum(axis=1) + 1).max()
    margin = (np.where(y, 1, -1) * (x @ planted[:-1] + planted[-1])).min()
    assert margin > 0
    bound = perceptron.bound(x, y)
    assert perceptron.mistakes_ <= bound <= (radius / margin) ** 2 * (1 + 1e-9)


def test_the_bound_uses_the_widest_margin():
    x, y, _ = separable(seed=3)
    lengthened = np.column_stack([x, np.ones(len(x))])
    turned = np.where(y, 1, -1)[:, np.newaxis] * lengthened
    # A support vector machine that sees each example and its mirror image finds the plane through
    # the origin with the widest margin.
    machine = SVC(kernel="linear", C=1e8, tol=1e-8)
    machine.fit(np.concatenate([turned, -turned]), np.repeat([1, -1], len(turned)))
    w = machine.coef_[0]
    margin = (turned @ w).min() / np.linalg.norm(w)
    radius = np.linalg.norm(lengthened, axis=1).max()
    np.testing.assert_allclose(Perceptron().bound(x, y), (radius / margin) ** 2, rtol=1e-5)


@pytest.mark.parametrize("scale", [1e-3, 1e6])
def test_the_bound_of_two_points_is_known_at_every_scale(scale):
    # Points ∓s with the input 1: turned they are (s, -1) and (s, 1), nearest to the origin (s, 0).
    bound = Perceptron().bound([[-scale], [scale]], ["low", "high"])
    np.testing.assert_allclose(bound, (scale**2 + 1) / scale**2, rtol=1e-6)


def test_and_is_learned_and_the_neuron_computes_it():
    perceptron = Perceptron().fit(BITS, [0, 0, 0, 1])
    assert perceptron.separated_
    assert isinstance(perceptron.neuron_, Neuron)
    assert perceptron.neuron_(BITS).tolist() == [0, 0, 0, 1]


def test_xor_is_never_learned_and_it_says_so():
    perceptron = Perceptron(max_epochs=50)
    xor = [0, 1, 1, 0]
    with pytest.warns(ConvergenceWarning) as caught:
        perceptron.fit(BITS, xor)
    assert str(caught[0].message) == (
        "The perceptron still made mistakes in epoch 50, the last allowed by max_epochs=50: no "
        "line may separate the classes."
    )
    assert not perceptron.separated_
    assert perceptron.n_iter_ == 50
    assert perceptron.mistakes_ >= 50  # at least one in each epoch
    assert perceptron.score(BITS, xor) < 1
    assert perceptron.bound(BITS, xor) == np.inf


def test_the_learning_rate_scales_the_weights_and_changes_no_mistake():
    x, y, _ = separable(seed=5)
    one, quarter = Perceptron().fit(x, y), Perceptron(learning_rate=0.25).fit(x, y)
    np.testing.assert_array_equal(one.history_ / 4, quarter.history_)
    np.testing.assert_array_equal(one.mistaken_, quarter.mistaken_)


def test_shuffling_changes_the_order_and_a_seed_repeats_it():
    x, y, _ = separable(seed=6)
    runs = [Perceptron(shuffle=True, random_state=seed).fit(x, y) for seed in (1, 1, 2)]
    assert runs[0].mistaken_.tolist() == runs[1].mistaken_.tolist()
    assert runs[0].mistaken_.tolist() != runs[2].mistaken_.tolist()


def test_labels_may_be_words_and_several_classes_take_one_perceptron_each():
    x, y, _ = separable(seed=7)
    words = np.where(y, "yes", "no")
    np.testing.assert_array_equal(Perceptron().fit(x, words).predict(x), words)
    corners = np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]])
    many = OneVsRestClassifier(Perceptron()).fit(corners, ["a", "b", "c"])
    assert many.predict(corners).tolist() == ["a", "b", "c"]


def test_a_single_mistake_makes_a_history_of_two_rows():
    perceptron = Perceptron(max_epochs=1)
    with pytest.warns(ConvergenceWarning):
        perceptron.fit([[0.0], [1.0]], [0, 1])
    assert perceptron.history_.tolist() == [[0, 0], [1, 1]]


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (
            ["a", "b", "c", "a"],
            "Only binary classification is supported. The type of the target is multiclass.\n"
            "  given:    3 classes\n"
            "  expected: two classes, which one neuron can tell apart\n"
            "  to mend:  for more, sklearn.multiclass.OneVsRestClassifier(Perceptron())",
        ),
        (
            [1, 1, 1, 1],
            "There is nothing to tell apart: all examples are of one class.\n"
            "  given:    only the label 1\n"
            "  expected: two classes",
        ),
    ],
)
def test_other_than_two_classes_are_refused(y, message):
    with pytest.raises(DataError) as caught:
        Perceptron().fit(BITS, y)
    assert str(caught.value) == message


def test_it_must_be_fitted_first():
    for use in (
        lambda p: p.predict(BITS),
        lambda p: p.history_,
        lambda p: p.neuron_,
    ):
        with pytest.raises(NotFittedError):
            use(Perceptron())


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks([Perceptron(max_epochs=50)])
def test_it_keeps_to_scikit_learns_form(estimator, check):
    check(estimator)
