"""S6: weights that no gradient reaches are named, with the operation that cuts it off."""

import numpy as np
import pytest

from pellucid import Input, Model, Sequential, layers, ops
from pellucid.doctor.case import Case
from pellucid.doctor.finding import Severity
from pellucid.doctor.structure.cut_gradient import CutGradient
from pellucid.models.data import prepare

X, Y = np.ones((12, 4)), np.ones((12, 1))


def found(model, y=Y, loss="mse"):
    model.compile("sgd", loss)
    return list(CutGradient().examine(Case(model, prepare(X, y))))


def test_a_frozen_model_has_nothing_to_train():
    model = Sequential([Input((4,)), layers.Dense(3, name="a"), layers.Dense(1, name="b")])
    for layer in model.layers:
        layer.trainable = False
    (finding,) = found(model)
    assert (finding.check, finding.severity, finding.layer) == ("S6", Severity.ERROR, "b")
    assert finding.symptom == "There is nothing to train."
    assert [m.value for m in finding.measures] == [0, 19]
    assert finding.fix.instead == 'model.get_layer("b").trainable = True'
    case = finding.fix.treated(Case(model, prepare(X, Y)))
    assert list(CutGradient().examine(case)) == []
    assert not model.trainable_variables
    np.testing.assert_array_equal(case.model.get_weights()[0], model.get_weights()[0])


def test_argmax_lets_no_gradient_through():
    x = Input((4,))
    hidden = layers.Dense(3, name="hidden")(x)
    chosen = ops.cast(ops.argmax(hidden, axis=-1), "float32")
    model = Model(x, layers.Dense(1, name="out")(ops.expand_dims(chosen, -1)))
    (finding,) = found(model)
    assert finding.symptom == "No gradient gets past argmax: 'hidden' cannot learn."
    assert (finding.severity, finding.layer) == (Severity.WARNING, "hidden")
    assert finding.measures[0].value == 15
    assert finding.line.endswith('ops.cast(ops.argmax(hidden, axis=-1), "float32")')


@pytest.mark.parametrize(
    ("cut", "name"),
    [(ops.stop_gradient, "stop_gradient"), (ops.round, "round"), (ops.sign, "sign")],
)
def test_an_operation_at_the_end_leaves_nothing_that_learns(cut, name):
    model = Sequential([Input((4,)), layers.Dense(1, name="out"), layers.Lambda(cut, name="cut")])
    (finding,) = found(model)
    assert finding.symptom == f"No gradient gets past {name}: 'out' cannot learn."
    assert finding.severity is Severity.ERROR


def test_a_factor_of_0_cuts_the_gradient_too():
    x = Input((4,))
    off = 0.0 * layers.Dense(1, name="off")(x)
    (finding,) = found(Model(x, off + layers.Dense(1, name="on")(x)))
    assert finding.symptom == "No gradient gets past a factor that is always 0: 'off' cannot learn."


def test_an_unused_layer_of_a_subclass_is_named():
    class Net(Model):
        def __init__(self):
            super().__init__()
            self.used, self.unused = layers.Dense(1), layers.Dense(3, name="unused")

        def call(self, x):
            self.unused(x)
            return self.used(x)

    (finding,) = found(Net())
    assert finding.symptom == "The loss does not depend on 'unused'."
    assert (finding.severity, finding.measures[0].value) == (Severity.WARNING, 15)


def test_an_output_without_a_loss_is_a_note():
    x = Input((4,))
    model = Model(x, {"a": layers.Dense(1, name="a")(x), "b": layers.Dense(2, name="b")(x)})
    (finding,) = found(model, {"a": Y}, {"a": "mse"})
    assert (finding.layer, finding.severity) == ("b", Severity.NOTE)


def healthy():
    x = Input((4,))
    h = layers.Dense(4, "relu")(x)
    frozen = layers.Dense(4, trainable=False)(h)
    yield "residual, partly frozen", Model(x, layers.Dense(1)(layers.Add()([h, frozen])))
    yield (
        "straight-through rounding",
        Model(x, layers.Dense(1)(h + ops.stop_gradient(ops.round(h) - h))),
    )
    yield "attention", Sequential(
        [Input((4,)), layers.Reshape((4, 1)), layers.GRU(3, return_sequences=True), _Attend(),
         layers.Flatten(), layers.BatchNormalization(), layers.Dropout(0.5), layers.Dense(1)]
    )  # fmt: skip
    yield "convolutions", Sequential(
        [Input((4,)), layers.Reshape((2, 2, 1)), layers.Conv2D(3, 2, padding="same"),
         layers.MaxPooling2D(), layers.Flatten(), layers.Dense(1, kernel_regularizer="l2")]
    )  # fmt: skip


class _Attend(layers.Layer):
    def __init__(self):
        super().__init__()
        self.heads = layers.MultiHeadAttention(2, 3)

    def call(self, x):
        return self.heads(x, x)


@pytest.mark.parametrize(("name", "model"), list(healthy()))
def test_networks_whose_weights_all_learn_are_silent(name, model):
    assert found(model) == []


def test_a_step_of_ones_own_is_passed_over():
    class Own(Sequential):
        def train_step(self, data):
            return super().train_step(data)

    model = Own([Input((4,)), layers.Dense(1), layers.Lambda(ops.stop_gradient)])
    assert found(model) == []
