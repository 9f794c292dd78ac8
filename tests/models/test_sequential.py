"""``Sequential``: how it is put together, taken apart and shown."""

import numpy as np
import pytest

from pellucid import Input, Sequential, layers, utils
from pellucid.errors import DTypeError, GraphError, PellucidError, StateError


def test_it_applies_its_layers_one_after_the_other(rng):
    model = Sequential([layers.Dense(4, "tanh"), layers.Flatten(), layers.Dense(2)])
    x = rng.normal(size=(3, 5)).astype(np.float32)
    y = model(x)
    expected = x
    for layer in model.layers:
        expected = layer(expected)
    np.testing.assert_allclose(y, expected, rtol=1e-6)


def test_the_weights_are_there_at_once_with_an_input_and_at_the_first_data_without():
    with_input = Sequential([Input((3,)), layers.Dense(2)])
    assert [w.shape for w in with_input.get_weights()] == [(3, 2), (2,)]
    assert with_input.built
    without = Sequential([layers.Dense(2)])
    assert without.get_weights() == []
    without(np.ones((1, 3)))
    assert [w.shape for w in without.get_weights()] == [(3, 2), (2,)]


def test_build_makes_the_weights_for_a_shape():
    model = Sequential([layers.Dense(2)])
    model.build((None, 7))
    assert model.get_weights()[0].shape == (7, 2)
    assert model.outputs[0].shape == (None, 2)


def test_add_and_pop_change_what_it_computes():
    model = Sequential([Input((2,)), layers.Dense(2, kernel_initializer="ones")])
    x = np.ones((1, 2))
    np.testing.assert_array_equal(model(x), [[2.0, 2.0]])
    model.add(layers.Dense(1, kernel_initializer="ones"))
    np.testing.assert_array_equal(model(x), [[4.0]])
    assert model.pop().units == 1
    np.testing.assert_array_equal(model(x), [[2.0, 2.0]])
    assert model.outputs[0].shape == (None, 2)


def test_a_layer_can_be_added_between_trainings(rng):
    x = rng.normal(size=(10, 2))
    model = Sequential([Input((2,)), layers.Dense(3)])
    model.compile("sgd", "mse")
    model.fit(x, x @ np.ones((2, 3)), verbose=0)
    model.add(layers.Dense(1))
    model.compile("sgd", "mse")
    model.fit(x, x.sum(axis=1), verbose=0)
    assert model.predict(x).shape == (10, 1)


def test_a_layer_that_does_not_fit_is_not_added():
    model = Sequential([Input((6,)), layers.Dense(4)])
    with pytest.raises(PellucidError):
        model.add(layers.Reshape((3, 3)))
    assert len(model.layers) == 1
    assert model(np.ones((2, 6))).shape == (2, 4)


def test_models_are_layers_of_models(rng):
    inner = Sequential([layers.Dense(3, "relu"), layers.Dense(2)])
    outer = Sequential([Input((4,)), inner, layers.Dense(1)])
    assert len(outer.weights) == 6
    assert len(outer.trainable_variables) == 6
    inner.trainable = False
    assert len(outer.trainable_variables) == 2
    x = rng.normal(size=(5, 4)).astype(np.float32)
    np.testing.assert_allclose(outer(x), outer.layers[1](inner(x)), rtol=1e-6)


def test_layers_are_found_by_name_and_by_place():
    model = Sequential([layers.Dense(1, name="first"), layers.Dense(2, name="second")])
    assert model.get_layer("second").units == 2
    assert model.get_layer(index=0).name == "first"


def test_a_hundred_layers_are_added_in_proportion_to_their_number():
    made = []

    class Count(layers.Activation):
        def call(self, x):
            made.append(self.name)
            return super().call(x)

    Sequential([Input((2,)), *(Count("relu") for _ in range(100))])
    assert len(made) == 100


def test_weights_go_out_and_come_back():
    model, other = (Sequential([Input((3,)), layers.Dense(2)]) for _ in range(2))
    other.set_weights(model.get_weights())
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_summary_shows_shapes_and_numbers_of_weights():
    model = Sequential(
        [Input((784,)), layers.Dense(10, "relu"), layers.Dropout(0.5), layers.Dense(2)], name="net"
    )
    lines = []
    model.summary(print_fn=lines.append)
    text = lines[0]
    assert text.startswith("Model: net")
    assert "(None, 10)" in text
    assert "7,850" in text
    assert text.endswith("Weights: 7,872 (30.8 KiB), of which 7,872 trainable")


def test_repr_shows_the_layers():
    utils.reset_names()
    model = Sequential([layers.Dense(1), layers.Dropout(0.5)])
    assert repr(model) == (
        "Sequential([Dense(units=1, name='dense'), Dropout(rate=0.5, name='dropout')], "
        "name='sequential')"
    )


def message(kind, make):
    utils.reset_names()
    with pytest.raises(kind) as caught:
        make()
    return str(caught.value).split("\n  made at:")[0]


def test_two_layers_of_one_name_are_refused():
    def make():
        return Sequential([layers.Dense(1, name="a"), layers.Dense(2, name="a")])

    assert message(StateError, make) == (
        "Sequential 'sequential' has a layer named 'a' already.\n"
        "  given:    Dense(units=2, name='a')\n"
        "  expected: a name of its own for each layer\n"
        "  to mend:  pass another name=..."
    )


def test_a_model_cannot_be_a_layer_of_itself():
    def around():
        outer = Sequential(name="outer")
        inner = Sequential([outer], name="inner")
        outer.add(inner)

    assert message(GraphError, around) == (
        "Sequential 'outer' cannot be a layer of itself.\n"
        "  given:    a cycle through Sequential 'inner'\n"
        "  expected: a layer that does not contain the model"
    )


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (
            layers.Dense,
            "Sequential 'sequential' consists of layers.\n"
            "  given:    a type: <class 'pellucid.layers.core.Dense'>\n"
            "  expected: a layer, or Input(shape) at the front",
        ),
        (
            "relu",
            "Sequential 'sequential' consists of layers.\n"
            "  given:    a str: 'relu'\n"
            "  expected: a layer, or Input(shape) at the front",
        ),
    ],
)
def test_what_is_no_layer_is_refused(given, text):
    assert message(DTypeError, lambda: Sequential([given])) == text


def test_a_single_layer_in_place_of_a_list_is_told():
    assert message(DTypeError, lambda: Sequential(layers.Dense(1))) == (
        "'layers' is a list.\n"
        "  given:    layers=Dense(units=1, name='dense')\n"
        "  expected: layers=[Dense(units=1, name='dense')]"
    )


def test_a_model_without_layers_says_so():
    assert message(StateError, lambda: Sequential()(np.ones((1, 2)))) == (
        "Sequential 'sequential' has no layers.\n  to mend:  model.add(layers.Dense(1))"
    )


def test_a_name_that_no_layer_has_is_told_with_the_nearest():
    model = Sequential([layers.Dense(1, name="hidden"), layers.Dense(1, name="logits")])
    assert message(PellucidError, lambda: model.get_layer("logit")) == (
        "Unknown layer 'logit'; did you mean 'logits'?\n"
        "  given:    'logit'\n"
        "  expected: one of 'hidden', 'logits'"
    )


def test_inputs_and_outputs_have_the_names_of_their_layers():
    model = Sequential([layers.Dense(3), layers.Dense(2, name="last")], name="net")
    assert (model.input_names, model.output_names) == ([], ["last"])
    model.build((None, 4))
    assert (model.input_names, model.output_names) == (["net_input"], ["last"])
