"""Losses against their definitions, against Keras, and at extreme logits."""

import keras
import numpy as np
import pytest

from pellucid import function, gradients, losses, placeholder
from pellucid.errors import DTypeError, ShapeError, UnknownNameError
from pellucid.testing import check_engines, check_gradient

REDUCTIONS = ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", None]


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


@pytest.fixture
def logits(rng):
    return rng.normal(size=(6, 4)).astype("float32")


@pytest.fixture
def cases(rng, logits):
    """For each class of loss: arguments, truth, predictions."""
    numbers = rng.normal(size=(6, 4)).astype("float32")
    yes_no = rng.integers(0, 2, (6, 4)).astype("float32")
    labels = rng.integers(0, 4, 6).astype("int32")
    one_hot = np.eye(4, dtype="float32")[labels]
    probabilities = softmax(logits)
    unit = 0.9 * probabilities / probabilities.max()  # below 1, not summing to 1
    directions = logits / np.linalg.norm(logits, axis=-1, keepdims=True)
    sequences = np.array([[1, 2, 3], [1, 1, 0], [3, 0, 0], [0, 0, 0], [2, 2, 2]], "int32")
    return [
        ("MeanSquaredError", {}, numbers, logits),
        ("MeanAbsoluteError", {}, numbers, logits),
        ("BinaryCrossentropy", {}, yes_no, unit),
        ("BinaryCrossentropy", {"from_logits": True}, yes_no, logits),
        ("BinaryCrossentropy", {"label_smoothing": 0.2}, yes_no, unit),
        ("BinaryCrossentropy", {"axis": 0}, yes_no, unit),
        ("CategoricalCrossentropy", {}, one_hot, unit),
        ("CategoricalCrossentropy", {"from_logits": True}, one_hot, logits),
        (
            "CategoricalCrossentropy",
            {"from_logits": True, "label_smoothing": 0.2},
            one_hot,
            logits,
        ),
        ("SparseCategoricalCrossentropy", {}, labels, unit),
        ("SparseCategoricalCrossentropy", {"from_logits": True}, labels, logits),
        ("SparseCategoricalCrossentropy", {"from_logits": True}, labels[:, None], logits),
        (
            "SparseCategoricalCrossentropy",
            {"from_logits": True, "ignore_class": int(labels[0])},
            labels,
            logits,
        ),
        ("MeanAbsolutePercentageError", {}, numbers, logits),
        ("MeanSquaredLogarithmicError", {}, numbers**2, probabilities),
        ("Huber", {}, numbers, logits),
        ("Huber", {"delta": 0.3}, numbers, logits),
        ("LogCosh", {}, 2 * numbers, logits),
        ("CosineSimilarity", {}, numbers, logits),
        ("CosineSimilarity", {"axis": 0}, numbers, logits),
        ("Hinge", {}, yes_no, logits),
        ("Hinge", {}, 2 * yes_no - 1, logits),
        ("SquaredHinge", {}, yes_no, logits),
        ("CategoricalHinge", {}, one_hot, logits),
        ("KLDivergence", {}, probabilities[::-1], probabilities),
        ("Poisson", {}, np.round(numbers**2), probabilities),
        ("BinaryFocalCrossentropy", {}, yes_no, unit),
        ("BinaryFocalCrossentropy", {"gamma": 0.5, "from_logits": True}, yes_no, logits),
        (
            "BinaryFocalCrossentropy",
            {"apply_class_balancing": True, "alpha": 0.7, "label_smoothing": 0.2, "axis": 0},
            yes_no,
            unit,
        ),
        ("CategoricalFocalCrossentropy", {}, one_hot, unit),
        (
            "CategoricalFocalCrossentropy",
            {"alpha": [0.1, 0.2, 0.3, 0.4], "gamma": 1.5, "from_logits": True},
            one_hot,
            logits,
        ),
        (
            "CategoricalFocalCrossentropy",
            {"alpha": 0.6, "label_smoothing": 0.2},
            one_hot,
            unit,
        ),
        ("CategoricalGeneralizedCrossEntropy", {}, labels, probabilities),
        ("CategoricalGeneralizedCrossEntropy", {"q": 0.8}, labels, probabilities),
        ("Dice", {}, yes_no, unit),
        ("Dice", {"axis": -1}, yes_no, unit),
        ("Tversky", {"alpha": 0.2, "beta": 0.9}, yes_no, unit),
        ("Tversky", {"alpha": 0.2, "beta": 0.9, "axis": [1]}, yes_no, unit),
        ("Circle", {"gamma": 3.0}, labels, directions),
        ("Circle", {"gamma": 3.0, "margin": 0.1}, labels[:, None], directions),
        ("CTC", {}, sequences, rng.normal(size=(5, 7, 4)).astype("float32")),
    ]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weighted", [False, True])
def test_every_loss_is_that_of_keras(cases, reduction, weighted, rng):
    for name, options, y_true, y_pred in cases:
        costs = getattr(losses, name)(**options, reduction=None)(y_true, y_pred)
        weight = rng.uniform(0.5, 2.0, costs.shape).astype("float32") if weighted else None
        ours = getattr(losses, name)(**options, reduction=reduction)
        theirs = getattr(keras.losses, name)(**options, reduction=reduction)
        expected = np.asarray(theirs(y_true, y_pred, sample_weight=weight))
        actual = ours(y_true, y_pred, sample_weight=weight)
        assert actual.shape == expected.shape, name
        np.testing.assert_allclose(actual, expected, rtol=1e-5, err_msg=f"{name} {options}")


def test_a_loss_built_as_graph_is_that_computed_at_once(cases):
    for name, options, y_true, y_pred in cases:
        loss = getattr(losses, name)(**options)
        true = placeholder((None, *y_true.shape[1:]), str(y_true.dtype))
        pred = placeholder((None, *y_pred.shape[1:]))
        out = loss(true, pred)
        assert (out.shape, out.dtype) == ((), "float32")
        value = function([true, pred], out)(y_true, y_pred)
        np.testing.assert_allclose(value, loss(y_true, y_pred), rtol=2e-6, err_msg=name)


def test_gradients_by_predictions_are_those_of_central_differences(cases):
    for name, options, y_true, y_pred in cases:
        loss = getattr(losses, name)(**options)
        check_gradient(lambda p, loss=loss, y=y_true: loss(y, p), np.float64(y_pred), rtol=1e-6)


def test_engines_agree_in_every_dtype(cases):
    for name, options, y_true, y_pred in cases:
        loss = getattr(losses, name)(**options)
        for dtype in ("float64", "float32", "float16"):
            check_engines(lambda p, loss=loss, y=y_true: loss(y, p), y_pred.astype(dtype))


def test_crossentropy_from_logits_is_that_of_the_probabilities(logits):
    labels = np.array([0, 1, 2, 3, 0, 1])
    wide = logits.astype("float64")
    expected = -np.log(softmax(wide)[np.arange(6), labels])
    actual = losses.sparse_categorical_crossentropy(labels, wide, from_logits=True)
    np.testing.assert_allclose(actual, expected, rtol=1e-13)
    one_hot = np.eye(4)[labels]
    actual = losses.categorical_crossentropy(one_hot, wide, from_logits=True)
    np.testing.assert_allclose(actual, expected, rtol=1e-13)


def test_binary_crossentropy_keeps_every_digit_of_a_small_cost():
    actual = losses.binary_crossentropy([[1.0], [0.0]], [[40.0], [-40.0]], from_logits=True)
    np.testing.assert_allclose(actual, np.exp([-40.0, -40.0]), rtol=1e-6)


@pytest.mark.parametrize("size", [1e4, -1e4])
def test_extreme_logits_cost_their_size_or_nothing_and_have_finite_slopes(size):
    x = placeholder((1, 1))
    for truth in (0.0, 1.0):
        loss = losses.BinaryCrossentropy(from_logits=True)(np.array([[truth]], "float32"), x)
        value, slope = _value_and_slope(x, loss, [[size]])
        wrong = (size > 0) != (truth == 1.0)
        assert value == (1e4 if wrong else 0.0)
        np.testing.assert_array_equal(slope, [[np.sign(size) if wrong else 0.0]])
    x = placeholder((1, 2))
    for label in (0, 1):
        loss = losses.SparseCategoricalCrossentropy(from_logits=True)(np.array([label]), x)
        value, slope = _value_and_slope(x, loss, [[size, 0.0]])
        likely = 0 if size > 0 else 1
        assert value == (0.0 if label == likely else 1e4)
        np.testing.assert_array_equal(slope, [np.eye(2)[likely] - np.eye(2)[label]])


def _value_and_slope(x, loss, value):
    return function([x], [loss, gradients(loss, x)])(np.array(value, "float32"))


def test_impossible_probabilities_cost_the_logarithm_of_epsilon():
    for truth, p in ((1.0, 0.0), (0.0, 1.0)):
        cost = losses.binary_crossentropy(np.array([[truth]]), np.array([[p]]))
        np.testing.assert_allclose(cost, [-np.log(1e-7)], rtol=1e-8)
    cost = losses.sparse_categorical_crossentropy(np.array([0]), np.array([[0.0, 1.0]]))
    np.testing.assert_allclose(cost, [-np.log(1e-7)], rtol=1e-8)


def test_ignored_labels_do_not_count_in_the_mean():
    y_pred = np.array([[0.0, 1.0], [2.0, 0.0], [5.0, 5.0]])
    some = losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
    every = losses.SparseCategoricalCrossentropy(from_logits=True)
    actual = some(np.array([0, 1, -1]), y_pred)
    np.testing.assert_allclose(actual, every(np.array([0, 1]), y_pred[:2]), rtol=1e-12)


def test_a_vector_of_truth_meets_a_column_of_predictions_row_by_row():
    cost = losses.MeanSquaredError()(np.array([1.0, 2.0, 3.0]), np.array([[1.0], [2.0], [3.0]]))
    assert cost == 0.0  # stretched against each other it would be 4 / 3


def test_shapes_that_do_not_match_are_an_error_that_names_both():
    with pytest.raises(ShapeError) as error:
        losses.MeanSquaredError()(np.zeros((4, 3)), np.zeros((4, 1)))
    assert str(error.value) == (
        "mean_squared_error cannot compare truth and predictions of different shapes.\n"
        "  given:    y_true (4, 3), y_pred (4, 1)\n"
        "  expected: equal shapes; only a last axis of size 1 may be missing"
    )


def test_one_hot_labels_given_to_the_sparse_loss_are_an_error_that_names_the_other():
    with pytest.raises(ShapeError) as error:
        losses.SparseCategoricalCrossentropy()(np.zeros((4, 3)), np.ones((4, 3)))
    assert str(error.value) == (
        "sparse_categorical_crossentropy cannot compare labels with predictions of that shape.\n"
        "  given:    y_true (4, 3), y_pred (4, 3)\n"
        "  expected: y_true (4,): y_pred's shape without the axis of the classes, -1\n"
        "  to mend:  use categorical_crossentropy if y_true has a number for each class"
    )


def test_an_open_number_of_classes_is_an_error():
    with pytest.raises(ShapeError) as error:
        losses.SparseCategoricalCrossentropy()(
            placeholder((None,), "int32"), placeholder((None, None))
        )
    assert error.value.problem == "The number of classes must be known when the loss is built."


def test_weights_of_another_shape_are_an_error():
    with pytest.raises(ShapeError) as error:
        losses.MeanSquaredError()(np.zeros((2, 3, 4)), np.zeros((2, 3, 4)), sample_weight=[1, 2])
    assert str(error.value) == (
        "Sample weights do not fit the costs that they weigh.\n"
        "  given:    weights of shape (2,)\n"
        "  expected: the shape of the costs, (2, 3), with 1 for an axis to be stretched\n"
        "  to mend:  expand_dims(sample_weight, -1)"
    )


def test_an_unknown_reduction_is_an_error():
    with pytest.raises(UnknownNameError) as error:
        losses.MeanSquaredError(reduction="summ")
    assert error.value.problem == "Unknown reduction 'summ'; did you mean 'sum'?"


def test_half_precision_has_its_loss_in_single_and_double_in_double():
    for given, expected in (("float16", "float32"), ("float32", "float32"), ("float64", "float64")):
        x = placeholder((None, 1), given)
        assert losses.MeanSquaredError()(x, x).dtype == expected
        assert losses.MeanSquaredError(dtype="float16")(x, x).dtype == "float16"


def test_every_config_is_that_of_keras_and_makes_an_equal_loss(cases):
    more = [
        ("MeanSquaredError", {"reduction": "sum"}, None, None),
        ("MeanAbsoluteError", {"name": "off"}, None, None),
        ("SparseCategoricalCrossentropy", {"ignore_class": 3}, None, None),
    ]
    for name, options, _, _ in cases + more:
        ours = getattr(losses, name)(**options)
        theirs = getattr(keras.losses, name)(**options)
        forgotten = {"axis", "delta"} & set(options) - set(theirs.get_config())
        config = ours.get_config()
        assert {k: v for k, v in config.items() if k not in forgotten} == theirs.get_config()
        assert type(theirs).from_config(config).get_config() == theirs.get_config()
        again = losses.get(losses.serialize(ours))
        assert type(again) is type(ours)
        assert again.get_config() == config
        read = losses.deserialize(keras.losses.serialize(theirs))
        assert type(read) is type(ours)
        assert read.get_config() == theirs.get_config()


def test_every_name_of_keras_is_there_and_found():
    missing = [n for n in dir(keras.losses) if not n.startswith("_") and not hasattr(losses, n)]
    assert missing == []
    from keras.src.losses import ALL_OBJECTS_DICT

    for name, theirs in ALL_OBJECTS_DICT.items():
        if name in ("Loss", "LossFunctionWrapper"):
            continue  # what losses are made of, not losses
        ours = losses.get(name)
        assert getattr(ours, "__name__", type(ours).__name__) == theirs.__name__
    read = losses.deserialize(keras.losses.serialize(keras.losses.log_cosh))
    assert read is losses.log_cosh
    mine = losses.deserialize("mine", custom_objects={"mine": losses.huber})
    assert mine is losses.huber


def test_get_knows_names_classes_and_functions():
    assert losses.get(None) is None
    assert losses.get("bce") is losses.binary_crossentropy
    assert losses.get("MAE") is losses.mean_absolute_error
    assert isinstance(losses.get("BinaryCrossentropy"), losses.BinaryCrossentropy)
    assert isinstance(losses.get(losses.MeanSquaredError), losses.MeanSquaredError)
    assert losses.get(losses.mean_squared_error) is losses.mean_squared_error


def test_get_names_the_near_ones_and_refuses_numbers():
    with pytest.raises(UnknownNameError, match="Unknown loss 'mean_square_error'; did you mean"):
        losses.get("mean_square_error")
    with pytest.raises(DTypeError, match="This does not say which loss is meant"):
        losses.get(3)
    with pytest.raises(UnknownNameError, match="Unknown argument of MeanSquaredError 'delta'"):
        losses.get({"class_name": "MeanSquaredError", "config": {"delta": 1.0}})
