"""Inputs that may be left out: None in their place, as Keras has it."""

import keras
import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError, GraphError

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

X = np.arange(8, dtype="float32").reshape(4, 2) / 4
Y = np.linspace(0, 1, 4, dtype="float32").reshape(4, 1)


def library(k):
    """A layer that adds its second input, if there is one, and a model with it."""

    class Plus(k.layers.Layer):
        def call(self, x, y=None):
            return x if y is None else x + y

    def model(by_name=False):
        x = k.Input((2,), name="x")
        extra = k.Input((2,), name="extra", optional=True)
        y = k.layers.Dense(1, kernel_initializer="ones", name="out")(Plus(name="plus")(x, extra))
        return k.Model({"x": x, "extra": extra} if by_name else [x, extra], y)

    return Plus, model


@pytest.mark.parametrize("extra", [X[::-1].copy(), None], ids=["given", "none"])
def test_a_model_trains_as_in_keras_with_an_input_or_without(extra):
    told = {}
    for k in (pl, keras):
        model = library(k)[1]()
        model.compile(k.optimizers.SGD(0.1), "mse")
        x = [X, extra]
        told[k] = [
            model.predict(x, verbose=0),
            *model.fit(
                x, Y, 2, 2, verbose=0, shuffle=False, validation_data=(x, Y)
            ).history.values(),
            model.train_on_batch(x, Y),
            model.evaluate(x, Y, verbose=0),
            np.asarray(model(x)),
        ]
    for ours, theirs in zip(told[pl], told[keras], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)


@pytest.mark.parametrize("by_name", [False, True], ids=["list", "dict"])
def test_none_is_none_by_name_too_and_after_saving_and_cloning(by_name, tmp_path):
    plus, build = library(pl)
    model = build(by_name)
    model.save(tmp_path / "model.keras")
    loaded = pl.models.load_model(tmp_path / "model.keras", custom_objects={"Plus": plus})
    clone = pl.models.clone_model(model)
    for each in (model, loaded, clone):
        wanted = X.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(each.predict({"x": X, "extra": None}), wanted, rtol=1e-6)
        np.testing.assert_allclose(each.predict({"x": X, "extra": X}), 2 * wanted, rtol=1e-6)


def test_a_file_of_keras_keeps_that_an_input_is_optional(tmp_path):
    library(keras)[1]().save(tmp_path / "model.keras")
    loaded = pl.models.load_model(tmp_path / "model.keras", custom_objects={"Plus": library(pl)[0]})
    assert [x.call.layer.optional for x in loaded.inputs] == [False, True]
    np.testing.assert_allclose(loaded([X, None]), X.sum(axis=1, keepdims=True), rtol=1e-6)


def test_a_model_inside_a_model_hands_none_on():
    inner = library(pl)[1]()
    x, extra = pl.Input((2,)), pl.Input((2,), optional=True)
    outer = pl.Model([x, extra], inner([x, extra]))
    np.testing.assert_allclose(outer.predict([X, None]), X.sum(axis=1, keepdims=True), rtol=1e-6)
    fixed = pl.Model(x, inner([x, None]))
    np.testing.assert_allclose(fixed.predict(X), X.sum(axis=1, keepdims=True), rtol=1e-6)


def test_a_layer_takes_none_beside_an_array():
    plus = library(pl)[0]()
    np.testing.assert_array_equal(plus(X, None), X)
    np.testing.assert_array_equal(plus(X, X), 2 * X)


def test_none_for_an_input_that_is_not_optional():
    model = library(pl)[1]()
    with pytest.raises(ArgumentError) as caught:
        model.predict([None, X])
    assert str(caught.value) == (
        f"{model.label} needs its input 'x'.\n"
        "  given:    None for 'x'\n"
        "  expected: float32[None, 2]\n"
        "  to mend:  Input(..., name='x', optional=True), if it can do without"
    )


def test_an_operation_cannot_do_without_its_input():
    x, extra = pl.Input((2,), name="x"), pl.Input((2,), name="extra", optional=True)
    model = pl.Model([x, extra], x + extra)
    with pytest.raises(GraphError) as caught:
        model([X, None])
    assert str(caught.value).splitlines()[:4] == [
        "Operation 'add' cannot do without its input.",
        "  given:    None for 'extra'",
        "  expected: float32[None, 2]",
        "  to mend:  put it into a layer whose call(x, y=None) says what None means",
    ]
