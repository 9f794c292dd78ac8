"""S4: layers that are one layer are named, with the matrix that they are."""

import numpy as np
import pytest

from pellucid import Input, Model, Sequential, activations, layers
from pellucid.doctor.case import Case
from pellucid.doctor.finding import Severity
from pellucid.doctor.structure.linear_collapse import LinearCollapse
from pellucid.models.data import prepare

WARNING, NOTE = Severity.WARNING, Severity.NOTE
Dense = layers.Dense


def case_of(*given, shape=(2,), model=None):
    model = model or Sequential([Input(shape), *given])
    model.compile("sgd", "mse")
    return Case(model, prepare(np.ones((8, *model.inputs[0].shape[1:]))))


def found(*given, **options):
    return list(LinearCollapse().examine(case_of(*given, **options)))


def test_a_linear_16_16_1_is_one_matrix():
    case = case_of(Dense(16, name="a"), Dense(16, name="b"), Dense(1, name="c"))
    a, b, c = case.model.layers
    (finding,) = LinearCollapse().examine(case)
    assert (finding.check, finding.severity, finding.layer) == ("S4", WARNING, "a")
    assert finding.symptom == "a, b and c are one layer: there is no activation between them."
    count, numbers, matrix = finding.measures
    assert (count.value, count.limit, numbers.value, numbers.limit) == (3, 1, 337, 3)
    product = a.kernel.numpy() @ b.kernel.numpy() @ c.kernel.numpy()
    np.testing.assert_allclose(eval(matrix.value), product, atol=6e-4)
    assert "linear model" in finding.why
    assert list(LinearCollapse().examine(finding.fix.treated(case))) == []


def test_the_picture_shows_the_matrix():
    from matplotlib.figure import Figure

    (finding,) = found(Dense(16), Dense(5))
    axes = Figure().subplots()
    finding.picture(axes)
    assert axes.images[0].get_array().shape == (2, 5)


def test_batch_normalization_and_dropout_are_no_functions():
    (finding,) = found(Dense(8), layers.BatchNormalization(), layers.Dropout(0.5), Dense(1))
    assert finding.severity is WARNING


def test_an_activation_on_the_output_alone_leaves_a_linear_model():
    (finding,) = found(Dense(8), Dense(3), layers.Softmax())
    assert finding.severity is WARNING
    assert "linear model" in finding.why


def test_pooling_alone_is_no_function():
    (finding, *others) = found(
        layers.Conv2D(4, 3, name="one"), layers.Conv2D(4, 3, name="two"), layers.MaxPooling2D(),
        layers.Flatten(), Dense(8), Dense(3, "softmax"), shape=(12, 12, 1),
    )  # fmt: skip
    assert (finding.severity, finding.layer) == (WARNING, "one")
    assert [f.severity for f in others] == [WARNING]


def test_a_pair_within_a_network_of_functions_is_a_note():
    (finding,) = found(Dense(8, "relu"), Dense(8, name="a"), Dense(4, name="b"), Dense(1, "tanh"))
    assert (finding.severity, finding.layer) == (NOTE, "a")


def test_a_linear_autoencoder_is_a_note():
    (finding,) = found(Dense(2), Dense(16), shape=(16,))
    assert finding.severity is NOTE


def residual():
    x = Input((4,))
    h = Dense(4, name="project")(x)
    return Model(x, Dense(1)(layers.Add()([h, Dense(4, "relu")(h)])))


def product():
    x = Input((4,))
    return Model(x, Dense(1)(layers.Multiply()([Dense(8)(x), Dense(8)(x)])))


def functions():
    x = Input((4,))
    return Model(x, Dense(1)(activations.relu(Dense(8)(x))))


class Subclass(Sequential):
    def call(self, x):
        for layer in self.layers[:-1]:
            x = activations.tanh(layer(x))
        return self.layers[-1](x)


@pytest.mark.parametrize(
    "model",
    [
        Sequential([Input((4,)), Dense(1)]),
        Sequential([Input((4,)), Dense(8, "relu"), Dense(1)]),
        Sequential([Input((4,)), Dense(8), layers.Activation("tanh"), Dense(1)]),
        Sequential([Input((4,)), Dense(8), layers.LeakyReLU(), Dense(1)]),
        Sequential([Input((4,)), Dense(8), layers.BatchNormalization(), layers.ReLU(), Dense(1)]),
        Sequential([Input((4,)), layers.Maxout(8), Dense(1)]),
        Sequential([Input((4,)), Dense(8), layers.LayerNormalization(), Dense(1)]),
        Sequential([Input((9, 4)), layers.SeparableConv1D(8, 3, activation="relu"), Dense(1)]),
        Sequential([Input((9, 4)), layers.DepthwiseConv1D(3), layers.Conv1D(8, 1), Dense(1)][:3]),
        Sequential([Input((9, 4)), layers.GRU(8), Dense(1)]),
        Sequential([Input((9,)), layers.Embedding(5, 8), layers.Flatten(), Dense(1)]),
        Sequential([Input((16,)), Dense(16, "relu"), Dense(2), Dense(16, "relu"), Dense(1)]),
        residual(),
        product(),
        functions(),
        Subclass([Input((4,)), Dense(8), Dense(8), Dense(1)]),
    ],
)
def test_layers_with_a_function_between_are_silent(model):
    assert found(model=model) == []
