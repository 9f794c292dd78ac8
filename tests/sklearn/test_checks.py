"""scikit-learn's own checks of estimators."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

import pellucid
from pellucid.sklearn import NeuralNetClassifier, NeuralNetRegressor

# Some 130 small trainings, most of shapes of their own: on the reference engine nothing has to be
# compiled for them.
SETTINGS = {"max_iter": 40, "learning_rate_init": 0.01, "random_state": 0}

EXPECTED_TO_FAIL = {
    "check_sample_weight_equivalence_on_dense_data": (
        "asks for the same model to 7 digits from a row of weight 2 as from that row twice, but "
        "steps take other rows then; with whole batches it holds to the digits of float32, see "
        "test_a_weight_counts_as_that_many_rows"
    )
}


@pytest.fixture(autouse=True)
def reference_engine():
    with pellucid.engine("numpy"):
        yield


@parametrize_with_checks(
    [NeuralNetClassifier(**SETTINGS), NeuralNetRegressor(**SETTINGS)],
    expected_failed_checks=lambda estimator: EXPECTED_TO_FAIL,
)
def test_the_estimators_pass_the_checks_of_scikit_learn(estimator, check):
    check(estimator)
