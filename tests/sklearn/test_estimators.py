"""The classifier and the regressor, beyond what scikit-learn itself checks."""

import copy
import io
import pickle
import random

import joblib
import numpy as np
import pandas
import polars
import pyarrow
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_digits, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import pellucid
from pellucid import Input, Model, Sequential, callbacks, layers, optimizers
from pellucid.errors import ArgumentError, DataError, DTypeError, ShapeError, UnknownNameError
from pellucid.random import seeds
from pellucid.sklearn import NeuralNetClassifier, NeuralNetRegressor

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
TABLES = {"pandas": pandas.DataFrame, "polars": polars.DataFrame, "arrow": pyarrow.table}


@pytest.fixture
def reference_engine():
    with pellucid.engine("numpy"):
        yield


def classifier(**settings):
    quick = {"max_iter": 30, "learning_rate_init": 0.01, "random_state": 0}
    return NeuralNetClassifier(16, **quick | settings)


def regressor(**settings):
    quick = {"max_iter": 5, "random_state": 0}
    return NeuralNetRegressor(8, **quick | settings)


# -- on the fast engine ------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_it_can_stand_where_scikit_learns_own_network_stood():
    x, y = load_digits(return_X_y=True)
    settings = {"hidden_layer_sizes": (64,), "alpha": 0.1, "max_iter": 60, "random_state": 0}
    ours, theirs = (
        make_pipeline(StandardScaler(), kind(**settings, n_iter_no_change=100))
        .fit(x[:1200], y[:1200])
        .score(x[1200:], y[1200:])
        for kind in (NeuralNetClassifier, MLPClassifier)
    )
    assert ours > theirs - 0.03


def test_a_search_in_two_processes_finds_what_one_process_finds():
    grid = {"alpha": [0.0, 1000.0]}
    one, two = (
        GridSearchCV(classifier(max_iter=5), grid, cv=2, n_jobs=jobs).fit(X, Y) for jobs in (1, 2)
    )
    np.testing.assert_array_equal(
        one.cv_results_["mean_test_score"], two.cv_results_["mean_test_score"]
    )
    assert two.best_params_ == {"alpha": 0.0}
    np.testing.assert_array_equal(one.predict_proba(X), two.predict_proba(X))


# -- the mathematics ---------------------------------------------------------------------------


@pytest.mark.usefixtures("reference_engine")
def test_a_step_is_that_of_the_definition():
    # The loss of n rows is the mean square and alpha / (2 n) times the squares of the kernel.
    x, y = load_diabetes(return_X_y=True)
    x, y, rate, alpha = x[:50] * 10, y[:50] / 100, 0.125, 3.0
    settings = {"solver": "sgd", "learning_rate_init": rate, "alpha": alpha}
    net = NeuralNetRegressor((), **settings, random_state=1)
    net.partial_fit(x, y)
    before = NeuralNetRegressor((), **settings | {"learning_rate_init": 0.0}, random_state=1)
    kernel, bias = before.partial_fit(x, y).model_.get_weights()
    off = x @ kernel[:, 0] + bias - y
    kernel[:, 0] -= rate * (2 * x.T @ off / 50 + alpha / 50 * kernel[:, 0])
    bias -= rate * 2 * off.mean()
    for found, expected in zip(net.model_.get_weights(), (kernel, bias), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.usefixtures("reference_engine")
@pytest.mark.parametrize("kind", [NeuralNetClassifier, NeuralNetRegressor])
def test_a_weight_counts_as_that_many_rows(kind):
    counts = np.arange(150) % 4
    settings = {"alpha": 0.0, "max_iter": 30, "n_iter_no_change": None, "random_state": 0}
    weighed = kind(8, batch_size=1000, **settings).fit(X, Y, counts)
    repeated = kind(8, batch_size=1000, **settings).fit(X.repeat(counts, 0), Y.repeat(counts))
    plain = kind(8, batch_size=1000, **settings).fit(X, Y)
    np.testing.assert_allclose(weighed.predict(X), repeated.predict(X), rtol=1e-3, atol=1e-4)
    assert not np.allclose(weighed.model_.get_weights()[0], plain.model_.get_weights()[0])


@pytest.mark.usefixtures("reference_engine")
def test_class_weights_weigh_the_rows_of_each_class():
    names = np.array(["a", "b", "c"])[Y]
    by_class = classifier(class_weight={"a": 1, "b": 2, "c": 0.5}).fit(X, names)
    by_row = classifier().fit(X, names, np.array([1, 2, 0.5])[Y])
    np.testing.assert_array_equal(by_class.predict_proba(X), by_row.predict_proba(X))
    keep = np.r_[0:50, 50:60, 100:150]
    balanced = classifier(class_weight="balanced").fit(X[keep], Y[keep])
    by_row = classifier().fit(X[keep], Y[keep], np.where(Y[keep] == 1, 5.0, 1.0))
    np.testing.assert_allclose(balanced.predict_proba(X), by_row.predict_proba(X), rtol=1e-4)


# -- what is predicted -------------------------------------------------------------------------


@pytest.mark.usefixtures("reference_engine")
@pytest.mark.parametrize(
    "labels",
    [np.array([3, -1, 10]), np.array(["x", "y", "z"]), np.array(["x", "y", "z"], object)],
    ids=["numbers", "text", "objects"],
)
@pytest.mark.parametrize("classes", [2, 3])
def test_labels_of_any_kind_come_back(labels, classes):
    rows = classes > Y
    y = labels[Y[rows]]
    net = classifier(max_iter=60).fit(X[rows], y)
    assert net.classes_.tolist() == sorted(labels[:classes].tolist())
    assert net.predict(X[rows]).dtype == y.dtype
    assert net.score(X[rows], y) > 0.9
    probabilities = net.predict_proba(X[rows])
    assert probabilities.shape == (rows.sum(), classes)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(np.exp(net.predict_log_proba(X)), net.predict_proba(X), rtol=1e-12)


@pytest.mark.usefixtures("reference_engine")
def test_every_label_of_several_has_its_own_probability():
    y = np.stack([X[:, 0] > 0, X[:, 1] > 0], axis=1).astype(int)
    net = classifier(max_iter=60).fit(X, y)
    assert net.predict(X).shape == (150, 2)
    assert (net.predict(X) == y).mean() > 0.9
    assert not np.allclose(net.predict_proba(X).sum(axis=1), 1)
    assert net.classes_.tolist() == [0, 1]


@pytest.mark.usefixtures("reference_engine")
def test_several_numbers_are_predicted_at_once():
    y = X @ np.array([[1.0, 0], [0, 1], [1, 1], [0, 0]])
    net = regressor(max_iter=100, learning_rate_init=0.02).fit(X, y)
    assert net.predict(X).shape == (150, 2)
    assert net.score(X, y) > 0.9
    with pytest.raises(DataError, match="of another kind than those before"):
        net.partial_fit(X, y[:, 0])


@pytest.mark.usefixtures("reference_engine")
def test_several_classes_in_several_columns_are_refused():
    with pytest.raises(DataError) as caught:
        classifier().fit(X, np.stack([Y, Y], axis=1))
    assert str(caught.value) == (
        "A classifier tells apart the classes of one target.\n"
        "  given:    y of shape (150, 2) with several classes in a column\n"
        "  expected: y of shape (rows,), or columns of 0 and 1\n"
        "  to mend:  sklearn.multioutput.MultiOutputClassifier(NeuralNetClassifier())"
    )


# -- chance and going on -----------------------------------------------------------------------


@pytest.mark.usefixtures("reference_engine")
def test_a_random_state_repeats_everything_and_touches_nothing_else():
    seeds.set_random_seed(5)
    states = [random.getstate(), np.random.get_state()[1].tolist(), seeds.random_state()]
    first, again = (classifier().fit(X, Y) for _ in range(2))
    after = [random.getstate(), np.random.get_state()[1].tolist(), seeds.random_state()]
    assert states == after
    other = classifier(random_state=1).fit(X, Y)
    np.testing.assert_array_equal(first.predict_proba(X), again.predict_proba(X))
    assert not np.allclose(first.predict_proba(X), other.predict_proba(X))
    assert clone(first).get_params()["random_state"] == 0


@pytest.mark.usefixtures("reference_engine")
def test_without_a_random_state_numpys_global_one_counts():
    found = []
    for seed in (1, 1, 2):
        np.random.seed(seed)
        found.append(classifier(random_state=None, max_iter=1).fit(X, Y).predict_proba(X))
    np.testing.assert_array_equal(found[0], found[1])
    assert not np.allclose(found[0], found[2])


@pytest.mark.usefixtures("reference_engine")
def test_a_warm_start_goes_on_where_the_fit_before_ended():
    settings = {"shuffle": False, "n_iter_no_change": None, "batch_size": 50}
    whole = classifier(**settings, max_iter=6).fit(X, Y)
    parts = classifier(**settings, max_iter=3, warm_start=True).fit(X, Y).fit(X, Y)
    np.testing.assert_array_equal(whole.predict_proba(X), parts.predict_proba(X))
    assert parts.history_ == whole.history_
    assert (parts.n_iter_, parts.loss_) == (6, whole.history_["loss"][-1])
    anew = classifier(**settings, max_iter=3).fit(X, Y).fit(X, Y)
    assert anew.n_iter_ == 3
    with pytest.raises(DataError) as caught:
        parts.fit(X, Y + 1)
    assert str(caught.value) == (
        "There are labels of which this classifier does not know.\n"
        "  given:    y with 3\n"
        "  expected: labels among 0, 1, 2\n"
        "  to mend:  fit it anew, with warm_start=False"
    )


@pytest.mark.usefixtures("reference_engine")
def test_rows_can_come_part_by_part():
    net = classifier(learning_rate_init=0.05)
    with pytest.raises(DataError, match="may not have all classes"):
        net.partial_fit(X[:50], Y[:50])
    for _ in range(20):
        for start in (0, 50, 100):
            net.partial_fit(X[start : start + 50], Y[start : start + 50], classes=[0, 1, 2])
    assert net.n_iter_ == 60
    assert net.score(X, Y) > 0.9


@pytest.mark.usefixtures("reference_engine")
def test_training_ends_when_the_loss_stops_falling():
    net = classifier(max_iter=50, tol=1e9, n_iter_no_change=3).fit(X, Y)
    assert net.n_iter_ == 4
    assert classifier(max_iter=9, tol=1e9, n_iter_no_change=None).fit(X, Y).n_iter_ == 9


@pytest.mark.usefixtures("reference_engine")
def test_early_stopping_keeps_the_weights_that_were_best_for_the_rows_set_aside():
    seen = {}

    class Watch(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen[logs["val_loss"]] = self.model.get_weights()

    net = classifier(
        max_iter=60,
        learning_rate_init=0.3,
        early_stopping=True,
        validation_fraction=0.3,
        n_iter_no_change=5,
        callbacks=[Watch()],
    ).fit(X, Y)
    assert len(net.history_["val_loss"]) == net.n_iter_ < 60
    for found, best in zip(net.model_.get_weights(), seen[min(seen)], strict=True):
        np.testing.assert_array_equal(found, best)


# -- being kept --------------------------------------------------------------------------------


@pytest.mark.usefixtures("reference_engine")
def test_a_pickled_estimator_predicts_and_goes_on_as_the_one_that_stayed():
    net = classifier(max_iter=3).fit(X, Y)
    file = io.BytesIO()
    joblib.dump(net, file)
    file.seek(0)
    back = joblib.load(file)
    np.testing.assert_array_equal(net.predict_proba(X), back.predict_proba(X))
    assert back.model_ is not net.model_
    for one in (net, back):
        one.partial_fit(X, Y)  # needs Adam's moments and the same next random numbers
    np.testing.assert_array_equal(net.predict_proba(X), back.predict_proba(X))


@pytest.mark.usefixtures("reference_engine")
def test_clones_and_pickles_have_models_of_their_own():
    model = small(4, 3)
    model.compile(optimizers.SGD(0.25), "sparse_categorical_crossentropy", metrics=["accuracy"])
    net = classifier(model=model)
    for copied in (clone(net), pickle.loads(pickle.dumps(net)), copy.deepcopy(net)):
        assert copied.model is not model
        assert net.model is model
        np.testing.assert_array_equal(copied.model.predict(X), model.predict(X))
        assert "accuracy" in copied.fit(X, Y).history_
    bare = classifier(model=Sequential([layers.Dense(3, "softmax")]))
    assert clone(bare).fit(X, Y).predict(X).shape == (150,)


@pytest.mark.usefixtures("reference_engine")
def test_a_fitted_functional_model_is_pickled_with_its_weights():
    def branched(n_features_in, n_outputs):
        x = Input((n_features_in,))
        hidden = layers.Dense(4, "relu")(x)
        both = layers.Concatenate()([x, hidden])
        return Model(x, layers.Dense(n_outputs, "softmax")(both))

    net = classifier(model=branched, max_iter=3).fit(X, Y)
    net.model = None  # a function within a test cannot be pickled; the fitted model can
    back = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(net.predict_proba(X), back.predict_proba(X))


def test_an_estimator_that_was_not_fitted_says_so():
    with pytest.raises(NotFittedError):
        classifier().predict(X)


# -- tables ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("reference_engine")
@pytest.mark.parametrize("library", TABLES)
def test_tables_give_what_their_arrays_give_and_hold_the_names(library):
    columns = {f"c{i}": X[:, i] for i in range(4)}
    table = TABLES[library](columns)
    net = classifier(max_iter=3).fit(table, Y)
    assert net.feature_names_in_.tolist() == ["c0", "c1", "c2", "c3"]
    plain = classifier(max_iter=3).fit(X, Y)
    np.testing.assert_array_equal(net.predict_proba(table), plain.predict_proba(X))
    with pytest.raises(ValueError, match="feature names"):
        net.predict(TABLES[library]({f"d{i}": X[:, i] for i in range(4)}))


@pytest.mark.usefixtures("reference_engine")
@pytest.mark.parametrize("library", TABLES)
def test_a_column_that_is_not_of_numbers_is_named(library):
    table = TABLES[library]({"a": [1.0, 2.0], "b": ["x", "y"]})
    with pytest.raises(DataError, match="The column 'b' of 'X'"):
        classifier().fit(table, [0, 1])


# -- models of one's own -----------------------------------------------------------------------


def small(n_features_in, n_outputs, units=4):
    last = layers.Dense(n_outputs, "softmax" if n_outputs > 1 else "sigmoid")
    return Sequential([Input((n_features_in,)), layers.Dense(units, "tanh"), last])


def of_the_data(X, y):  # noqa: N803
    model = Sequential([layers.Dense(len(np.unique(y)), "softmax")])
    model.compile(optimizers.SGD(0.5), "categorical_crossentropy", metrics=["accuracy"])
    return model


class Own(Model):
    def __init__(self, n_outputs):
        super().__init__()
        self.last = layers.Dense(n_outputs, "softmax")

    def call(self, x):
        return self.last(x)


@pytest.mark.usefixtures("reference_engine")
@pytest.mark.parametrize("make", [small, of_the_data, Own], ids=["function", "compiled", "class"])
def test_a_function_or_class_makes_the_model(make):
    net = classifier(model=make, max_iter=60, learning_rate_init=0.05).fit(X, Y)
    assert net.score(X, Y) > 0.85
    assert ("accuracy" in net.history_) == (make is of_the_data)


@pytest.mark.usefixtures("reference_engine")
def test_a_search_goes_through_the_arguments_of_ones_own_function():
    grid = {"model_kwargs": [{"units": 1}, {"units": 12}]}
    found = GridSearchCV(classifier(model=small), grid, cv=2).fit(X, Y)
    assert found.best_estimator_.model_.layers[0].units in (1, 12)
    assert cross_val_score(found.best_estimator_, X, Y, cv=2).shape == (2,)


@pytest.mark.usefixtures("reference_engine")
def test_a_model_is_cloned_with_its_settings_and_stays_as_it_was():
    model = small(4, 3)
    model.compile(optimizers.SGD(0.25), "sparse_categorical_crossentropy", metrics=["accuracy"])
    before = model.get_weights()
    net = classifier(model=model).fit(X, Y)
    assert net.model_ is not model
    assert float(net.model_.optimizer.learning_rate.numpy()) == 0.25
    for weights, kept in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(weights, kept)


@pytest.mark.usefixtures("reference_engine")
def test_rows_may_have_any_shape_for_ones_own_model():
    def convolutional(n_outputs):
        return Sequential(
            [
                layers.Conv2D(4, 3, strides=2, activation="relu"),
                layers.Flatten(),
                layers.Dense(n_outputs, "softmax"),
            ]
        )

    x, y = load_digits(return_X_y=True)
    x = x.reshape(-1, 8, 8, 1)[:300] / 16
    net = classifier(model=convolutional, max_iter=25).fit(x, y[:300])
    assert net.predict_proba(x).shape == (300, 10)
    assert net.score(x, y[:300]) > 0.8


@pytest.mark.usefixtures("reference_engine")
def test_a_model_with_other_outputs_is_refused():
    with pytest.raises(ShapeError) as caught:
        classifier(model=Sequential([layers.Dense(1)], name="net")).fit(X, Y)
    assert str(caught.value) == (
        "Sequential 'net' does not give what these targets need.\n"
        "  given:    outputs of shape (1, 1) for one row\n"
        "  expected: shape (1, 3)\n"
        "  to mend:  layers.Dense(3, 'softmax') as its last layer"
    )


@pytest.mark.parametrize(
    ("settings", "error", "text"),
    [
        ({"max_iter": 0}, ArgumentError, "cannot be trained with this 'max_iter'"),
        ({"alpha": -1}, ArgumentError, "cannot be trained with this 'alpha'"),
        ({"hidden_layer_sizes": (3, 0)}, ArgumentError, "this 'hidden_layer_sizes'"),
        ({"batch_size": "all"}, ArgumentError, "this 'batch_size'"),
        ({"n_iter_no_change": 0}, ArgumentError, "this 'n_iter_no_change'"),
        ({"early_stopping": True, "validation_fraction": 1.0}, ArgumentError, "_fraction'"),
        ({"solver": "lbfgs"}, UnknownNameError, "Unknown optimizer 'lbfgs'"),
        ({"activation": "rleu"}, UnknownNameError, "did you mean 'relu'"),
        ({"model": 3}, DTypeError, "That is not a model"),
        ({"model": lambda: 3}, DTypeError, "did not make a model"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, error, text):
    net = NeuralNetClassifier(**settings)
    with pytest.raises(error, match=text):
        net.fit(X, Y)
    assert not hasattr(net, "model_")
