"""Affine layers multiplied out: the same outputs, from fewer numbers."""

import numpy as np
import pytest

from pellucid import Input, Model, Sequential, engine, layers
from pellucid.errors import ArgumentError, StateError
from pellucid.see import collapse


@pytest.fixture(autouse=True)
def reference_engine():
    """No programs are compiled for a few rows."""
    with engine("numpy"):
        yield


def randomized(model, rng):
    for v in model.weights:
        v.assign(rng.uniform(0.2, 1.5, v.shape) * rng.choice([-1, 1] if v.trainable else [1]))
    return model


def test_two_linear_layers_are_the_product_of_their_matrices(rng):
    first, second = layers.Dense(8, name="first"), layers.Dense(2, name="second")
    model = randomized(Sequential([Input((3,)), first, second], name="net"), rng)
    collapsed = collapse(model)
    a, b, c, d = (w.astype("float64") for w in model.get_weights())
    (merged,) = collapsed.merged
    np.testing.assert_allclose(merged.matrix, a @ c, rtol=1e-12)
    np.testing.assert_allclose(merged.bias, b @ c + d, rtol=1e-12)
    x = rng.normal(size=(20, 3))
    np.testing.assert_allclose(collapsed.model.predict(x), model.predict(x), rtol=1e-5, atol=1e-5)
    assert collapsed.difference < 1e-6
    text = collapsed.describe().replace("\N{MULTIPLICATION SIGN}", "x")
    assert text.startswith(
        "first and second are one matrix of 3 x 2 and a bias: 8 numbers.\n"
        "On 64 random rows the outputs agree to within "
    )


@pytest.mark.parametrize(
    ("stack", "left"),
    [
        (lambda: [layers.Dense(5), layers.Dense(4, "relu"), layers.Dense(3)], [4, 3]),
        (lambda: [layers.Dense(5, "tanh"), layers.Dense(4), layers.Dense(3, "relu")], [5, 3]),
        (lambda: [layers.Dense(5), layers.Dropout(0.5), layers.Dense(3)], [3]),
        (lambda: [layers.Dense(5, use_bias=False), layers.BatchNormalization()], [5]),
        (lambda: [layers.BatchNormalization(), layers.Dense(3), layers.Activation("relu")], [3, 0]),
        (lambda: [layers.Dense(5, "relu"), layers.Dense(3, "softmax")], [5, 3]),
    ],
)
def test_what_is_left_has_the_same_outputs(stack, left, rng):
    model = randomized(Sequential([Input((4,)), *stack()]), rng)
    collapsed = collapse(model)
    assert collapsed.difference < 1e-6
    assert [getattr(layer, "units", 0) for layer in collapsed.model.layers] == left
    x = rng.normal(size=(9, 4))
    np.testing.assert_allclose(collapsed.model.predict(x), model.predict(x), rtol=1e-4, atol=1e-5)


def test_the_model_and_its_weights_stay_as_they_are(rng):
    model = randomized(Sequential([Input((4,)), layers.Dense(3), layers.Dense(2, "relu")]), rng)
    before = model.get_weights()
    small = collapse(model).model
    small.set_weights([0 * w for w in small.get_weights()])
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_chain_of_functional_layers_is_multiplied_out_too(rng):
    x = Input((4,))
    model = randomized(Model(x, layers.Dense(2)(layers.Dense(3)(x))), rng)
    assert [m.matrix.shape for m in collapse(model).merged] == [(4, 2)]


def test_where_nothing_is_affine_nothing_is_done():
    model = Sequential([Input((4,)), layers.Dense(3, "relu"), layers.Dense(1)])
    collapsed = collapse(model)
    assert collapsed.merged == []
    assert collapsed.describe() == (
        "No two neighbouring layers are affine: there is nothing to multiply out."
    )


def test_what_cannot_be_multiplied_out_is_said_so():
    with pytest.raises(StateError, match="has no weights yet"):
        collapse(Sequential([layers.Dense(1)]))

    class Code(Model):
        def call(self, x):
            return x

    model = Code()
    model(np.ones((1, 2)))
    with pytest.raises(ArgumentError) as error:
        collapse(model)
    assert str(error.value) == (
        "Code 'code' cannot be multiplied out.\n"
        "  given:    a model whose call is code\n"
        "  expected: a sequential or functional model\n"
        "  to mend:  collapse a part of it that is one"
    )


def test_in_branches_those_are_multiplied_out_that_nobody_else_needs(rng):
    a, b = Input((4,), name="a"), Input((3,), name="b")
    shared, nested = layers.Dense(5, name="shared"), Sequential([Input((5,)), layers.Dense(2)])
    left = layers.Dense(5, name="two")(layers.Dense(6, name="one")(a))
    kept = layers.Dense(5, name="kept")(b)
    right = layers.Dense(5, "tanh", name="last")(layers.BatchNormalization(name="bn")(kept))
    joined = layers.add([left, shared(right), shared(left), 2 * kept])
    out = layers.Dense(3, "softmax", name="four")(layers.Dense(4, name="three")(nested(joined)))
    model = randomized(Model([a, b], [out, right]), rng)
    before = model.get_weights()
    collapsed = collapse(model)
    # `kept` and `right` are used twice, `shared` too; what another model holds stays in it.
    names = [m.names for m in collapsed.merged]
    assert sorted(names) == [["bn", "last"], ["one", "two"], ["three", "four"]]
    assert collapsed.difference < 1e-6
    rows = [rng.normal(size=(9, 4)), rng.normal(size=(9, 3))]
    for ours, theirs in zip(model.predict(rows), collapsed.model.predict(rows), strict=True):
        np.testing.assert_allclose(theirs, ours, rtol=1e-4, atol=1e-5)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert not set(map(id, model.weights)) & set(map(id, collapsed.model.weights))


def test_a_layer_of_two_branches_stays_one_layer(rng):
    a, b, shared = Input((4,)), Input((4,)), layers.Dense(2)
    model = Model([a, b], [shared(layers.Dense(3)(a)), shared(layers.Dense(3)(b))])
    collapsed = collapse(randomized(model, rng))
    assert collapsed.merged == []
    assert collapsed.model.count_params() == model.count_params()
