import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pellucid import Session, Variable, engine, gradients, placeholder
from pellucid.activations import heaviside
from pellucid.errors import ShapeError, UnknownNameError
from pellucid.neurons import Neuron, Perceptron

BITS = np.array(list(itertools.product([0, 1], repeat=2)))


@pytest.mark.parametrize(
    ("neuron", "gate"),
    [
        (Neuron([1, 1], bias=-1.5), lambda a, b: a and b),
        (Neuron([1, 1], bias=-0.5), lambda a, b: a or b),
        (Neuron([-1, -1], bias=1.5), lambda a, b: not (a and b)),
        (Neuron([-1, -1], bias=0.5), lambda a, b: not (a or b)),
        (Neuron([-1, 0], bias=0.5), lambda a, b: not a),
    ],
    ids=["and", "or", "nand", "nor", "not"],
)
def test_a_neuron_is_each_of_the_gates(neuron, gate):
    assert neuron(BITS).tolist() == [float(gate(a, b)) for a, b in BITS.tolist()]


def test_two_layers_of_neurons_are_xor_which_one_neuron_is_not():
    either, not_both = Neuron([1, 1], -0.5), Neuron([-1, -1], 1.5)
    hidden = np.stack([either(BITS), not_both(BITS)], axis=-1)
    assert Neuron([1, 1], -1.5)(hidden).tolist() == [0, 1, 1, 0]


numbers = st.floats(-10, 10, width=32)


@given(
    arrays("float64", 3, elements=numbers), numbers, arrays("float64", (2, 4, 3), elements=numbers)
)
def test_it_fires_exactly_where_the_sum_is_above_zero(w, b, x):
    neuron = Neuron(w, np.float64(b))
    y = neuron(x)
    assert y.dtype == "float64"
    for place in np.ndindex(2, 4):
        total = np.matmul(x, w)[place] + b
        assert y[place] == (1 if total > 0 else 0)


def test_at_a_sum_of_zero_neuron_perceptron_and_activation_are_silent():
    assert Neuron([1.0, -1.0])(np.array([2.0, 2.0])) == 0
    assert heaviside(np.array(0.0)) == 0
    perceptron = Perceptron().fit([[1.0], [0.0]], [1, 0])  # learns w = 1, b = 1, then b = 0
    assert perceptron.bias_ == 0
    assert perceptron.predict([[0.0]]) == 0


@pytest.mark.parametrize("name", ["numpy", "xla"])
def test_it_is_a_node_on_a_symbolic_tensor_and_has_gradients(name):
    x, w, b = placeholder((None, 2), name="x"), Variable([1.0, -2.0]), Variable(0.5)
    y = Neuron(w, b, activation="sigmoid")(x)
    assert y.shape == (None,)
    slopes = gradients(y, [w, b])
    at = np.array([[1.0, 2.0], [3.0, 0.5]], "float32")
    with engine(name):
        value, (to_w, to_b) = Session().run((y, slopes), {x: at})
    expected = 1 / (1 + np.exp(-(at @ [1.0, -2.0] + 0.5)))
    np.testing.assert_allclose(value, expected, rtol=1e-5)
    np.testing.assert_allclose(to_w, (expected * (1 - expected)) @ at, rtol=1e-5)
    np.testing.assert_allclose(to_b, (expected * (1 - expected)).sum(), rtol=1e-5)


@pytest.mark.parametrize(
    ("neuron", "formula"),
    [
        (Neuron([1, 1], bias=-1.5), "y = heaviside(1 x₁ + 1 x₂ - 1.5)"),
        (Neuron([-0.25, 0, 3]), "y = heaviside(-0.25 x₁ + 0 x₂ + 3 x₃)"),
        (Neuron([2], 1, "sigmoid"), "y = sigmoid(2 x₁ + 1)"),
        (Neuron(Variable([2.0, 1.0]), Variable(0.0)), "y = heaviside(w₁ x₁ + w₂ x₂ + b)"),
        (Neuron(np.ones(12) * 2, activation=np.tanh), None),
    ],
)
def test_it_prints_as_its_formula(neuron, formula):
    formula = formula or "y = tanh(" + " + ".join(
        f"2 x{i}" for i in ["₁", "₂", "₃", "₄", "₅", "₆", "₇", "₈", "₉", "₁₀", "₁₁", "₁₂"]
    ) + ")"  # fmt: skip
    assert str(neuron) == formula
    assert repr(neuron) == f"Neuron({formula})"


def test_an_input_of_another_size_is_refused():
    for x in (np.ones((5, 3)), placeholder((None, 3))):
        with pytest.raises(ShapeError) as caught:
            Neuron([1, 1])(x)
        assert str(caught.value) == (
            f"A neuron of 2 inputs cannot be applied to shape {x.shape}.\n"
            "  given:    last axis 3\n"
            "  expected: last axis 2, one value for each weight"
        )


def test_a_matrix_of_weights_is_refused():
    with pytest.raises(ShapeError) as caught:
        Neuron(np.ones((2, 2)))
    assert str(caught.value) == (
        "A neuron has a vector of weights and one bias.\n"
        "  given:    weights of shape (2, 2), bias of shape ()\n"
        "  expected: shapes (F,) and ()"
    )


def test_an_unknown_activation_is_refused():
    with pytest.raises(UnknownNameError, match="did you mean 'heaviside'"):
        Neuron([1], activation="heavyside")
