"""The wrappers: scikit-learn's checks, and the same as Keras's wrappers."""

import keras
import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.utils.estimator_checks import parametrize_with_checks

import pellucid
from pellucid import Sequential, layers, losses, optimizers, utils
from pellucid.errors import ArgumentError, DataError
from pellucid.wrappers import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer

X, Y = load_iris(return_X_y=True)


@pytest.fixture(autouse=True)
def reference_engine():
    with pellucid.engine("numpy"):
        yield


class MakeDense:
    """A function with a name that is the same in every process: the tests' names are made of it."""

    def __call__(self, X, y, loss="mse", activation=None):  # noqa: N803
        utils.set_random_seed(0)  # many checks compare one training with another
        model = Sequential([layers.Dense(10, "relu"), layers.Dense(y.shape[1], activation)])
        model.compile(optimizers.Adam(0.01), loss)
        return model

    def __repr__(self):
        return "dense"


dense = MakeDense()


CLASSES = {"loss": "categorical_crossentropy", "activation": "softmax"}
QUIET = {"verbose": 0, "epochs": 5}
OUTPUTS = (
    "decision_function gives a number for each of two classes too, and probabilities of more, as "
    "the wrapper of Keras does"
)
EXPECTED_TO_FAIL = {
    "SKLearnClassifier": {"check_classifiers_train": OUTPUTS, "check_classifiers_classes": OUTPUTS},
    "SKLearnRegressor": {},
    "SKLearnTransformer": {},
}


@parametrize_with_checks(
    [
        SKLearnClassifier(dense, model_kwargs=CLASSES, fit_kwargs=QUIET),
        SKLearnRegressor(dense, fit_kwargs=QUIET),
        SKLearnTransformer(dense, fit_kwargs=QUIET),
    ],
    expected_failed_checks=lambda estimator: EXPECTED_TO_FAIL[type(estimator).__name__],
)
def test_the_wrappers_pass_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


def both(kind, loss, units, weights):
    """The wrapper of Keras and ours, around the same network with the same weights."""

    def theirs():
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units)])
        model.set_weights(weights)
        return model

    def ours():
        model = Sequential([pellucid.Input((4,)), layers.Dense(units)])
        model.set_weights(weights)
        return model

    made = []
    for library, make, module in ((keras, theirs, keras.wrappers), (pellucid, ours, None)):

        def build(X, y, make=make, library=library):  # noqa: N803
            model = make()
            optimizer = library.optimizers.SGD(0.01)
            model.compile(
                optimizer=optimizer,
                loss=library.losses.CategoricalCrossentropy(from_logits=True)
                if loss == "crossentropy"
                else loss,
            )
            return model

        wrapper = getattr(module or pellucid.wrappers, kind)
        made.append(wrapper(build, fit_kwargs={"shuffle": False, "epochs": 3, "verbose": 0}))
    return made


@pytest.mark.parametrize("kind", ["SKLearnRegressor", "SKLearnTransformer"])
def test_numbers_are_those_of_the_wrapper_of_keras(kind, rng):
    weights = [rng.normal(size=(4, 1)) / 4, np.zeros(1)]
    theirs, ours = (wrapper.fit(X, X[:, 0]) for wrapper in both(kind, "mse", 1, weights))
    method = "predict" if kind == "SKLearnRegressor" else "transform"
    expected = getattr(theirs, method)(X)
    assert getattr(ours, method)(X).shape == expected.shape
    np.testing.assert_allclose(getattr(ours, method)(X), expected, rtol=1e-4)


def test_several_numbers_are_predicted_at_once():
    wrapped = SKLearnRegressor(dense, fit_kwargs=QUIET).fit(X, X[:, :2])
    assert wrapped.predict(X).shape == (150, 2)


@pytest.mark.parametrize("count", [2, 3])
def test_labels_are_those_of_the_wrapper_of_keras(count, rng):
    rows = count > Y
    weights = [rng.normal(size=(4, count)) / 4, np.zeros(count)]
    theirs, ours = (
        wrapper.fit(X[rows], Y[rows] + 5)
        for wrapper in both("SKLearnClassifier", "crossentropy", count, weights)
    )
    np.testing.assert_allclose(ours.decision_function(X), theirs.decision_function(X), rtol=1e-3)
    assert ours.predict(X).tolist() == (theirs.decision_function(X).argmax(axis=1) + 5).tolist()
    assert ours.classes_.tolist() == theirs.classes_.tolist()


def test_a_model_that_was_given_is_cloned_unless_the_start_is_warm():
    model = Sequential([pellucid.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    before = model.get_weights()[0]
    assert SKLearnRegressor(model, fit_kwargs=QUIET).fit(X, Y).model_ is not model
    np.testing.assert_array_equal(before, model.get_weights()[0])
    warm = SKLearnRegressor(model, warm_start=True, fit_kwargs=QUIET)
    assert warm.fit(X, Y).fit(X, Y).model_ is model
    assert not np.allclose(before, model.get_weights()[0])


def test_arguments_of_fit_count_before_those_of_the_wrapper():
    settings = {"epochs": 2, "verbose": 0}
    wrapped = SKLearnRegressor(dense, fit_kwargs=settings)
    assert len(wrapped.fit(X, Y, epochs=5).history_.epoch) == 5
    assert len(wrapped.fit(X, Y).history_.epoch) == 2
    assert settings == {"epochs": 2, "verbose": 0}


def test_what_cannot_be_wrapped_is_refused():
    with pytest.raises(ArgumentError) as caught:
        SKLearnRegressor(Sequential([layers.Dense(1)], name="net")).fit(X, Y)
    assert str(caught.value) == (
        "SKLearnRegressor takes compiled models.\n"
        "  given:    Sequential 'net', not compiled\n"
        "  expected: a model with an optimizer and a loss\n"
        "  to mend:  model.compile(optimizer='adam', loss='mse')"
    )
    with pytest.raises(DataError, match="Only binary and multiclass"):
        SKLearnClassifier(dense).fit(X, np.eye(3, dtype=int)[Y])
    with pytest.raises(DataError, match="only one class"):
        SKLearnClassifier(dense).fit(X, np.zeros(150, int))


def test_the_loss_of_a_clone_is_made_anew():
    model = Sequential([pellucid.Input((4,)), layers.Dense(3)])
    model.compile("sgd", losses.CategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    wrapped = SKLearnClassifier(model, fit_kwargs=QUIET).fit(X, Y)
    assert wrapped.model_.compiled.loss is not model.compiled.loss
    assert wrapped.model_.compiled.loss.from_logits
    assert "accuracy" in wrapped.history_.history
