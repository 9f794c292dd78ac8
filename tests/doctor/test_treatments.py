"""What machines change of models: the changes that findings advise, made on a copy."""

import numpy as np
import pytest

from pellucid import Input, Sequential, initializers, layers, ops, optimizers, regularizers
from pellucid.doctor.case import Case
from pellucid.doctor.check import Moment
from pellucid.doctor.checking import examine_case
from pellucid.doctor.treatment import code
from pellucid.engines.engine import engine
from pellucid.models.data import prepare
from pellucid.random.seeds import set_random_seed
from tests.doctor.test_clone import photograph
from tests.doctor.trained import AFTER, trained

BEFORE = (Moment.DATA, Moment.STRUCTURE, Moment.INITIAL)
rng = np.random.default_rng(0)
X = rng.normal(size=(160, 5)).astype(np.float32)
CLASSES = np.argmax(X[:, :3], axis=1)
NUMBERS = (X @ rng.normal(size=(5, 1))).astype(np.float32)
SPARSE = "sparse_categorical_crossentropy"


@pytest.fixture(autouse=True)
def _reference():
    with engine("numpy"):
        yield


def network(*parts, loss=SPARSE, optimizer="adam"):
    set_random_seed(1)
    model = Sequential([Input((5,)), *parts])
    model.compile(optimizer, loss)
    return model


def softmax(**arguments):
    return layers.Dense(3, "softmax", **arguments)


def deep(**arguments):
    return [layers.Dense(8, "sigmoid", **arguments) for _ in range(8)]


def seen(model):
    """All of a model's state; the seeds of all models, from which copies draw, are not its own."""
    return {k: v for k, v in photograph(model).items() if k != "seeds"}


def treated(model, check, y=CLASSES, x=X, moments=BEFORE, case=None):
    """The finding of a check, and the case with its change; the model stays as it is."""
    case = case or Case(model, prepare(x, y), epochs=2)
    examine_case(case, BEFORE)  # its losses are matched with its outputs
    before = seen(model)
    found = examine_case(case, moments, lambda c: c.id == check).findings
    result = found[0].fix.treated(case)
    assert seen(model) == before
    return found[0], result


def found_again(case, check):
    return examine_case(case, BEFORE, lambda c: c.id == check).findings


def test_sigmoids_that_gradients_vanish_in_become_relus_with_hes_weights():
    finding, case = treated(network(*deep(), softmax()), "I6")
    hidden = case.model.layers[0]
    assert hidden.activation.__name__ == "relu"
    assert np.std(hidden.kernel.numpy()) == pytest.approx(np.sqrt(2 / 5), rel=0.4)
    assert case.model.layers[-1].activation.__name__ == "softmax"
    assert finding.fix.instead.startswith("layers.Dense(units=8, activation='relu', kernel_init")
    assert not found_again(case, "I6")


def test_a_recurrent_kernel_that_explodes_becomes_orthogonal():
    cell = layers.SimpleRNN(
        6, activation="relu", recurrent_initializer=initializers.Identity(gain=2.0)
    )
    set_random_seed(1)
    model = Sequential([Input((40, 2)), cell, layers.Dense(1)])
    model.compile("adam", "mse")
    x = rng.normal(size=(40, 40, 2)).astype(np.float32)
    _, case = treated(model, "I6", x=x, y=x[:, 0, :1])
    kernel = case.model.layers[0].cell.recurrent_kernel.numpy()
    np.testing.assert_allclose(kernel @ kernel.T, np.eye(6), atol=1e-5)


@pytest.mark.parametrize(
    ("wrong", "value"),
    [("bias", 1000.0), ("kernel", 500.0)],
)
def test_first_weights_that_miss_by_far_become_the_usual_ones(wrong, value):
    set_random_seed(1)  # layers draw their seeds as they are made
    first = {f"{wrong}_initializer": initializers.Constant(value)}
    last = layers.Dense(1, name="last", **first)
    model = network(layers.Dense(4, "tanh"), last, loss="mse")
    _, case = treated(model, "I1", y=NUMBERS)
    assert not found_again(case, "I1")
    for name in {"bias", "kernel"} - {wrong}:
        np.testing.assert_array_equal(
            getattr(case.model.layers[-1], name).numpy(), getattr(last, name).numpy()
        )


def test_a_loss_that_names_the_right_one_is_followed():
    finding, case = treated(network(softmax(), loss="categorical_crossentropy"), "S2")
    assert finding.fix.instead.startswith("use sparse_categorical_crossentropy")
    assert not found_again(case, "S2")
    assert case.model._compiled("test").loss == SPARSE


def test_a_loss_of_ones_own_that_stretches_is_given_flat_arrays():
    def loss(y_true, y_pred):
        return ops.square(ops.reshape(y_true, (-1,)) - y_pred)

    model = network(layers.Dense(1), loss=loss)
    _, case = treated(model, "S2", y=NUMBERS)
    assert not found_again(case, "S2")
    plain = network(layers.Dense(1), loss="mse")
    plain.set_weights(case.model.get_weights())
    ours = case.model.evaluate(X, NUMBERS, verbose=0)
    assert ours == pytest.approx(plain.evaluate(X, NUMBERS, verbose=0), rel=1e-5)


def test_labels_below_0_are_raised_where_there_are_units_for_them():
    _, case = treated(network(softmax()), "S3", y=CLASSES - 1)
    np.testing.assert_array_equal(case.train.y, CLASSES)
    few = Case(network(layers.Dense(2, "softmax")), prepare(X, CLASSES - 1))
    assert found_again(few, "S3")[0].fix.treated is None


def test_all_dropout_that_leaves_nothing_is_made_the_usual():
    parts = [layers.Dense(8, "relu"), layers.Dropout(0.95), layers.Dense(8), layers.Dropout(0.9)]
    _, case = treated(network(*parts, layers.Dropout(0.1), softmax()), "S5")
    rates = [x.rate for x in case.model.layers if isinstance(x, layers.Dropout)]
    assert rates == [0.5, 0.5, 0.1]


def test_regularizers_become_as_light_as_it_takes():
    heavy = {"kernel_regularizer": regularizers.L2(10.0)}
    model = network(layers.Dense(8, "relu", **heavy), softmax(**heavy))
    case = trained(model, X, CLASSES, epochs=25)
    finding, after = treated(model, "R8", moments=AFTER, case=case)
    ratio = finding.measures[0].value
    factor = after.model.layers[0].kernel_regularizer.l2 / 10
    assert factor <= 0.01
    assert 0.01 < factor * ratio <= 0.1 or factor == pytest.approx(0.01)
    assert "regularizers.L2(l2=10.0)" in finding.fix.now
    # It begins where the training began.
    np.testing.assert_array_equal(
        after.model.layers[0].kernel.numpy(), case.signals.first[model.layers[0].kernel]
    )


@pytest.mark.parametrize(("batch_size", "epochs"), [(1, 1), (32, 25)])
def test_statistics_that_lag_follow_faster(batch_size, epochs):
    set_random_seed(1)  # with some first weights the lag does no harm
    slow = layers.BatchNormalization(momentum=0.99999)
    model = network(layers.Dense(8), slow, softmax(), optimizer=optimizers.SGD(0.1))
    x = 20 + 5 * X
    case = trained(model, x, CLASSES, epochs=epochs, batch_size=batch_size)
    _, after = treated(model, "E4", moments=AFTER, case=case)
    assert after.model.layers[1].momentum == 0.9
    assert after.batch_size == 32
    np.testing.assert_array_equal(after.model.layers[1].moving_mean.numpy(), 0)


def test_code_names_what_is_inside():
    layer = layers.Dense(
        4, kernel_initializer=initializers.Constant(0.5), bias_regularizer=regularizers.L1(0.1)
    )
    assert code(layer, units=2) == (
        "layers.Dense(units=2, kernel_initializer=initializers.Constant(value=0.5), "
        "bias_regularizer=regularizers.L1(l1=0.1))"
    )
