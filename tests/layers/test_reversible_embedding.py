"""ReversibleEmbedding: there and back again as Keras, from one table or from two."""

import keras
import numpy as np
import pytest

from pellucid import Input, Model, engine, layers, optimizers, utils
from pellucid.errors import ArgumentError
from pellucid.losses import SparseCategoricalCrossentropy
from tests.layers.against_keras import bare

WORDS = np.array([[1, 3, 0], [2, 2, 4]])
rng = np.random.default_rng(3)
ROWS = {
    "tied": {},
    "untied": {"tie_weights": False, "embeddings_initializer": "ones"},
    "capped": {"logit_soft_cap": 0.5, "mask_zero": True},
    "back in halves": {"reverse_dtype": "bfloat16"},
    "in halves": {"dtype": "mixed_bfloat16"},
}


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("engine_name", ["numpy", "xla"])
def test_vectors_logits_and_configurations_are_keras(name, engine_name):
    layer = layers.ReversibleEmbedding(5, 4, **ROWS[name])
    theirs = keras.layers.ReversibleEmbedding.from_config(layer.get_config())
    with engine(engine_name):
        layer(WORDS)
        theirs(WORDS)
        assert [v.name for v in layer.weights] == [v.name for v in theirs.weights]
        values = [rng.normal(size=w.shape).astype("float32") for w in layer.get_weights()]
        layer.set_weights(values)
        theirs.set_weights(values)
        vectors = layer(WORDS)
        logits = layer(vectors, reverse=True)
    for ours, expected in (
        (vectors, theirs(WORDS)),
        (logits, theirs(theirs(WORDS), reverse=True)),
    ):
        expected = np.asarray(expected)
        assert str(ours.dtype) == str(expected.dtype)
        close = {"rtol": 2e-2, "atol": 2e-2} if "halves" in name else {"rtol": 1e-5, "atol": 1e-6}
        np.testing.assert_allclose(ours.astype("f"), expected.astype("f"), **close)
    ours, wanted = layer.get_config(), theirs.get_config()
    assert {k: bare(v) for k, v in ours.items()} == {k: bare(wanted[k]) for k in ours}
    assert not [k for k, v in wanted.items() if k not in ours and v is not None]
    assert type(layer).from_config(wanted).get_config() == ours


def test_words_have_a_mask_and_logits_have_none():
    layer = layers.ReversibleEmbedding(5, 4, mask_zero=True)
    vectors = layer(Input((3,), dtype="int32"))
    assert vectors.mask is not None
    assert layer(vectors, reverse=True).mask is None
    assert layers.ReversibleEmbedding(5, 4)(Input((3,), dtype="int32")).mask is None


def test_a_model_of_one_table_learns_to_say_each_word_again():
    words = Input((3,), dtype="int32")
    layer = layers.ReversibleEmbedding(5, 8)
    model = Model(words, layer(layer(words), reverse=True))
    assert [v.name for v in model.trainable_variables] == ["embeddings"]
    model.compile(optimizers.Adam(0.1), SparseCategoricalCrossentropy(from_logits=True))
    with engine("numpy"):
        first = model.train_on_batch(WORDS, WORDS)
        for _ in range(30):
            last = model.train_on_batch(WORDS, WORDS)
        np.testing.assert_array_equal(model.predict(WORDS, verbose=0).argmax(-1), WORDS)
    assert last < 0.1 * first


def test_a_table_of_no_words_is_refused():
    utils.reset_names()
    with pytest.raises(ArgumentError) as caught:
        layers.ReversibleEmbedding(0, 4)
    assert str(caught.value).split("\n  made at:")[0] == (
        "ReversibleEmbedding 'reversible_embedding' needs a whole number above 0 for 'input_dim'.\n"
        "  given:    input_dim=0\n"
        "  expected: 1, 2, 3, …"
    )
