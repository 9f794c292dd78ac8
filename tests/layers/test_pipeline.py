"""Pipelines: layers one after the other, as one."""

import keras
import numpy as np
import pytest

from pellucid import Input, Sequential, engine, layers, utils
from pellucid.errors import DTypeError

X = np.random.default_rng(0).uniform(0, 255, size=(6, 5, 4, 3)).astype("float32")

KINDS = ["RandomInvert", "Resizing", "Rescaling"]


def made(**more):
    return layers.Pipeline(
        [layers.RandomInvert((1.0, 1.0)), layers.Resizing(3, 3), layers.Rescaling(1 / 255)], **more
    )


def test_a_pipeline_is_its_layers_one_after_the_other():
    pipeline = made()
    expected = X
    for layer in made().layers:
        expected = layer(expected)
    for kind in ("numpy", "xla"):
        with engine(kind):
            np.testing.assert_allclose(pipeline(X), expected, rtol=1e-5, atol=1e-6)
    assert pipeline(Input((5, 4, 3))).shape == (None, 3, 3, 3)


def test_what_is_random_is_so_in_training_alone():
    still = layers.Rescaling(1 / 255)(layers.Resizing(3, 3)(X))
    np.testing.assert_allclose(made()(X, training=False), still, rtol=1e-5)
    np.testing.assert_allclose(made()(X, training=True), 1 - still, rtol=1e-4, atol=1e-5)
    with engine("numpy"):
        model = Sequential([Input((5, 4, 3)), made()])
        np.testing.assert_allclose(model.predict(X, verbose=0), still, rtol=1e-4)


def test_configurations_are_keras():
    config = made(name="all").get_config()
    theirs = keras.layers.Pipeline.from_config(config)
    assert [type(layer).__name__ for layer in theirs.layers] == KINDS
    assert set(theirs.get_config()) == set(config)
    again = layers.Pipeline.from_config(theirs.get_config())
    assert again.get_config() == layers.Pipeline.from_config(config).get_config()
    assert [type(layer).__name__ for layer in again.layers] == KINDS
    assert again.name == "all"


def test_text_goes_through_a_pipeline_too():
    words = layers.TextVectorization(vocabulary=["see", "through"])
    pipeline = layers.Pipeline([words, layers.Rescaling(0.5)])
    np.testing.assert_allclose(pipeline(["see through", "see"]), [[1, 1.5], [1, 0]])


@pytest.mark.parametrize("given", [["Rescaling"], layers.Rescaling(1.0, name="it")])
def test_what_is_no_list_of_layers_is_refused(given):
    utils.reset_names()
    with pytest.raises(DTypeError) as caught:
        layers.Pipeline(given)
    wrong = given[0] if isinstance(given, list) else given
    assert str(caught.value).split("\n  made at:")[0] == (
        "Pipeline 'pipeline' is made of layers.\n"
        f"  given:    a {type(wrong).__name__}: {wrong!r}\n"
        "  expected: a list of layers, such as [Rescaling(1 / 255), RandomFlip()]"
    )
