"""Text and categories. What is marked so was computed once by Keras 3.15 with TensorFlow 2.20."""

import itertools

import numpy as np
import pytest

from pellucid import Input, Model, engine, layers, utils
from pellucid.errors import (
    ArgumentError,
    DataError,
    DTypeError,
    ShapeError,
    StateError,
    UnknownNameError,
)
from pellucid.layers.preprocessing.fingerprints import concatenated, farmhash64, siphash64
from pellucid.serialization import serialize

LETTERS = ["a", "b", "c", "d"]
TEXT = np.array([["a", "c", "d"], ["d", "z", "b"]])
IDS = [12, 36, 1138, 42]
NUMBERS = np.array([[12, 1138, 42], [42, 1000, 36]])
LOOKUPS = [
    pytest.param(layers.StringLookup, LETTERS, TEXT, id="text"),
    pytest.param(layers.IntegerLookup, IDS, NUMBERS, id="numbers"),
]

# -- hashes --------------------------------------------------------------------------------------

# Of tf.strings.to_hash_bucket_fast and ..._strong(key=[133, 137]) into 2**62 buckets; every
# length from 0 to 299 was compared once.
FINGERPRINTS = {
    0: (1936946117179621455, 316627932347062996),
    3: (4237981211716197537, 3757510874768407203),
    7: (4427331158000553380, 3001052860280570079),
    16: (236125997812503749, 689581338949110519),
    17: (1868511869052581368, 245840084700417718),
    33: (4038155380426552012, 2580409522424699491),
    64: (2772538689968405586, 874028666975916566),
    65: (2188500701702726000, 4259527389967862062),
    129: (3023774478279643646, 1495684999709688336),
    300: (4477860179520940595, 15517714838369329),
}


@pytest.mark.parametrize("size", FINGERPRINTS)
def test_hashes_are_those_of_tensorflow(size):
    text = "".join(chr(33 + (i * 7 + size) % 90) for i in range(size)).encode()
    hashes = farmhash64(text) % 2**62, siphash64(text, (133, 137)) % 2**62
    assert hashes == FINGERPRINTS[size]


def test_crossed_fingerprints_are_those_of_tensorflow():
    # tf.sparse.cross_hashed([["xyz"]], [[-7]]) into 2**62 buckets
    crossed = concatenated(concatenated(0xDECAFCAFFE, farmhash64(b"xyz")), -7 % 2**64)
    assert crossed % 2**62 == 1646340468535475439


# -- lookups -------------------------------------------------------------------------------------

INDICES = [[1, 3, 4], [4, 0, 2]]


@pytest.mark.parametrize(("kind", "vocabulary", "x"), LOOKUPS)
def test_a_lookup_gives_places_in_the_vocabulary_and_0_for_what_is_not_in_it(kind, vocabulary, x):
    lookup = kind(vocabulary=vocabulary)
    for given in (x, x.tolist(), x.astype(object)):
        y = lookup(given)
        assert y.dtype == "int64"
        assert y.tolist() == INDICES
    assert lookup(x[0]).tolist() == INDICES[0]
    assert lookup(x[0, 1]).tolist() == INDICES[0][1]
    assert [lookup.get_vocabulary().index(v) for v in vocabulary] == [1, 2, 3, 4]
    assert lookup.vocabulary_size() == 5


@pytest.mark.parametrize(("kind", "vocabulary", "x"), LOOKUPS)
def test_encodings_are_made_of_the_one_hot_rows_of_indices(kind, vocabulary, x):
    eye = np.eye(5)[INDICES]
    wanted = {"one_hot": eye, "multi_hot": eye.max(axis=1), "count": eye.sum(axis=1)}
    for mode, y in wanted.items():
        lookup = kind(vocabulary=vocabulary, output_mode=mode)
        np.testing.assert_array_equal(lookup(x), y)
        assert lookup(x).dtype == "float32"
        assert lookup.compute_output_shape(x.shape) == y.shape
        wide = kind(5 + 3, vocabulary=vocabulary, output_mode=mode, pad_to_max_tokens=True)
        np.testing.assert_array_equal(wide(x)[..., :5], y)
        assert wide(x).shape == wide.compute_output_shape(x.shape) == (*y.shape[:-1], 8)
    column = kind(vocabulary=vocabulary, output_mode="one_hot")(x[:, :1])
    np.testing.assert_array_equal(column, np.eye(5)[[1, 4]])


def test_count_counts_and_multi_hot_does_not():
    twice = np.array([["a", "a", "b"]])
    count = layers.StringLookup(vocabulary=LETTERS, output_mode="count")
    assert count(twice).tolist() == [[0, 2, 1, 0, 0]]
    many = layers.StringLookup(vocabulary=LETTERS, output_mode="binary")
    assert many(twice).tolist() == [[0, 1, 1, 0, 0]]


@pytest.mark.parametrize(("kind", "vocabulary", "x"), LOOKUPS)
def test_an_inverted_lookup_undoes_a_lookup_but_for_unknown_terms(kind, vocabulary, x):
    y = kind(vocabulary=vocabulary)(x)
    inverted = kind(vocabulary=vocabulary, invert=True)
    unknown = inverted.oov_token
    assert inverted(y).tolist() == np.where(y > 0, x.astype(object), unknown).tolist()
    assert inverted([0, 99, -5]).tolist() == [unknown] * 3


def test_several_unknown_indices_are_given_out_as_in_keras():
    # outputs of Keras
    x = [["", "x", "yy"], ["d", "zzz", "a"]]
    lookup = layers.StringLookup(num_oov_indices=3, mask_token="", vocabulary=LETTERS)
    assert lookup(x).tolist() == [[0, 3, 2], [7, 1, 4]]
    lookup = layers.StringLookup(num_oov_indices=3, salt=[1, 2], vocabulary=LETTERS)
    assert lookup(x).tolist() == [[1, 1, 2], [6, 0, 3]]
    x = [[0, 7, -8], [9, 100, 1]]
    lookup = layers.IntegerLookup(num_oov_indices=3, mask_token=0, vocabulary=[1, 5, 9])
    assert lookup(x).tolist() == [[0, 2, 2], [6, 2, 4]]
    hashed = layers.IntegerLookup(num_oov_indices=3, oov_method="farmhash", vocabulary=[1, 5, 9])
    assert hashed(x).tolist() == [[1, 1, 2], [5, 0, 3]]


@pytest.mark.parametrize("mode", ["int", "one_hot", "count", "multi_hot"])
def test_masks_are_0_as_indices_and_left_out_of_encodings(mode):
    lookup = layers.IntegerLookup(mask_token=0, vocabulary=[1, 5, 9], output_mode=mode)
    hot = np.array([[[0, 0, 0, 0], [1, 0, 0, 0]], [[0, 0, 0, 1], [0, 1, 0, 0]]])
    wanted = {"int": [[0, 1], [4, 2]], "one_hot": hot}.get(mode, hot.sum(axis=1))
    np.testing.assert_array_equal(lookup([[0, 7], [9, 1]]), wanted)


@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count", "tf_idf"])
@pytest.mark.parametrize("oov", [1, 3])
def test_looking_numbers_up_in_the_graph_is_the_same_by_both_engines(mode, oov):
    weights = [1.0, 2.0, 4.0, 8.0] if mode == "tf_idf" else None
    arguments = {"num_oov_indices": oov, "vocabulary": IDS, "idf_weights": weights}
    lookup = layers.IntegerLookup(output_mode=mode, mask_token=0, **arguments)
    numbers = NUMBERS * [1, 0, 1]
    at_once = lookup(numbers)
    x = Input((3,), dtype="int32")
    y = lookup(x)
    model = Model(x, y)
    assert (y.dtype, y.shape) == (str(at_once.dtype), (None, *at_once.shape[1:]))
    for kind in ("numpy", "xla"):
        with engine(kind):
            found = model.predict(numbers)
            np.testing.assert_array_equal(found, at_once)
            assert found.dtype == at_once.dtype


def test_numbers_are_inverted_in_the_graph():
    x = Input((2,), dtype="int64")
    model = Model(x, layers.IntegerLookup(vocabulary=IDS, invert=True)(x))
    assert model.predict(np.array([[1, 4], [0, 9]])).tolist() == [[12, 42], [-1, -1]]


@pytest.mark.parametrize(
    "data",
    [
        ["d", "b", "d", None, "[UNK]", "a", None, "d"],
        np.array(["d", "b", "d", "", "[UNK]", "a", "", "d"]),
        (batch for batch in (["d", "b"], np.array(["d", "", "a", "[UNK]"]), [["d"], [b""]])),
    ],
    ids=["list", "array", "batches"],
)
def test_the_most_frequent_terms_come_first_and_ties_in_falling_order(data):
    lookup = layers.StringLookup()
    lookup.adapt(data)
    assert lookup.get_vocabulary() == ["[UNK]", "d", "", "b", "a"]
    lookup = layers.StringLookup(max_tokens=4, mask_token="")
    lookup.adapt(["d", "b", "d", None, "c", "a", None, "d"])
    assert lookup.get_vocabulary() == ["", "[UNK]", "d", "c"]
    assert lookup.get_vocabulary(include_special_tokens=False) == ["d", "c"]


def test_numbers_are_learned_and_steps_end_the_learning():
    lookup = layers.IntegerLookup()
    lookup.adapt([1, 2, 2, -1, 7])
    assert lookup.get_vocabulary() == [-1, 2, 7, 1]
    endless = itertools.repeat(np.array([3, 4, 4]))
    lookup.adapt(endless, steps=2)
    assert lookup.get_vocabulary() == [-1, 4, 3]


def test_tf_idf_is_the_count_times_the_logarithm_of_how_rare_a_term_is():
    lookup = layers.StringLookup(output_mode="tf_idf", max_tokens=8, pad_to_max_tokens=True)
    lookup.adapt(np.array([["a", "a", "d"], ["d", "z", "b"]]))
    assert lookup.get_vocabulary() == ["[UNK]", "d", "a", "z", "b"]
    one, both = np.log(1 + 2 / (1 + 1)), np.log(1 + 2 / (1 + 2))
    unknown = (3 * one + both) / 4
    y = lookup(np.array([["a", "q", "a"], ["d", "b", "q"]]))
    wanted = [[unknown, 0, 2 * one, 0, 0], [unknown, both, 0, 0, one]]
    np.testing.assert_allclose(y, np.pad(wanted, ((0, 0), (0, 3))), rtol=1e-6)


@pytest.mark.parametrize(("kind", "vocabulary", "x"), LOOKUPS)
def test_a_vocabulary_may_be_set_with_its_special_terms_or_read_from_a_file(
    kind, vocabulary, x, tmp_path
):
    lookup = kind()
    special = lookup.get_vocabulary()
    lookup.set_vocabulary([*special, *vocabulary])
    assert lookup(x).tolist() == INDICES
    file = tmp_path / "terms.txt"
    file.write_text("\n".join(map(str, vocabulary)))
    from_file = kind(vocabulary=str(file))
    assert from_file(x).tolist() == INDICES
    assert from_file.get_config()["vocabulary"] is None
    lookup.save_assets(tmp_path)
    again = kind()
    again.load_assets(tmp_path)
    assert again.get_vocabulary() == lookup.get_vocabulary()


def test_learned_weights_are_kept_and_taken_back(tmp_path):
    lookup = layers.StringLookup(output_mode="tf_idf")
    lookup.adapt([["a", "b"], ["b", "b"]])
    store = {}
    lookup.save_own_variables(store)
    lookup.save_assets(tmp_path)
    again = layers.StringLookup.from_config(lookup.get_config())
    again.load_assets(tmp_path)
    again.load_own_variables(store)
    np.testing.assert_array_equal(again([["a", "b"]]), lookup([["a", "b"]]))


# -- text ----------------------------------------------------------------------------------------

SAYINGS = ["foo bar", "bar baz", "baz, bada! boom"]


def test_text_is_made_uniform_split_and_looked_up():
    vectorize = layers.TextVectorization(output_sequence_length=4)
    vectorize.adapt(SAYINGS)
    assert vectorize.get_vocabulary() == ["", "[UNK]", "baz", "bar", "foo", "boom", "bada"]
    assert vectorize.vocabulary_size() == 7
    wanted = [[4, 1, 3, 1], [1, 2, 0, 0]]
    texts = ["Foo  qux\tbar a b c", " qux  BAZ."]
    assert vectorize(texts).tolist() == wanted
    assert vectorize([[text] for text in texts]).tolist() == wanted
    assert vectorize(np.array(texts)).dtype == "int64"
    assert vectorize("foo bar").tolist() == [4, 3, 0, 0]
    assert vectorize.compute_output_shape((None, 1)) == (None, 4)


def test_without_a_length_rows_are_padded_to_the_longest():
    vectorize = layers.TextVectorization(vocabulary=["a", "b"])
    assert vectorize(["a", "", "b a c"]).tolist() == [[2, 0, 0], [0, 0, 0], [3, 2, 1]]


def test_ngrams_are_each_width_in_turn():
    vectorize = layers.TextVectorization(ngrams=2)
    vectorize.adapt(SAYINGS)
    words = ["baz", "bar", "foo bar", "foo", "boom", "baz bada", "bar baz", "bada boom", "bada"]
    assert vectorize.get_vocabulary() == ["", "[UNK]", *words]
    given = ["foo qux bar", "qux  bAZ bada"]
    assert vectorize(given).tolist() == [[5, 1, 3, 1, 1], [1, 2, 10, 1, 7]]  # output of Keras
    pairs = layers.TextVectorization(ngrams=(2,), vocabulary=["a b", "b c"])
    assert pairs(["a b c d"]).tolist() == [[2, 3, 1]]


def test_words_are_counted_and_weighed():
    one, two = np.log(1 + 3 / (1 + 1)), np.log(1 + 3 / (1 + 2))
    weights = np.array([(2 * two + 3 * one) / 5, two, two, one, one, one])
    counts = np.array([[1, 2, 0, 1, 0, 0], [1, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0]])
    wanted = {"count": counts, "multi_hot": counts > 0, "tf_idf": counts * weights}
    for mode, y in wanted.items():
        vectorize = layers.TextVectorization(output_mode=mode)
        vectorize.adapt(["foo bar bar", *SAYINGS[1:]])
        assert vectorize.get_vocabulary() == ["[UNK]", "bar", "baz", "foo", "boom", "bada"]
        given = ["foo bar qux bar", "qux  bAZ", ""]
        np.testing.assert_allclose(vectorize(given), y, rtol=1e-6)
        assert vectorize.compute_output_shape((3,)) == y.shape


def test_characters_are_split_and_only_ascii_becomes_lower_case():
    vectorize = layers.TextVectorization(split="character", standardize="lower")
    vectorize.adapt(["Äb b.", "bc"])
    assert vectorize.get_vocabulary() == ["", "[UNK]", "b", "Ä", "c", ".", " "]
    assert vectorize(["Äa B", "ÄbÄ"]).tolist() == [[3, 1, 6, 2], [3, 2, 3, 0]]


def test_text_that_is_not_split_is_one_term():
    vectorize = layers.TextVectorization(
        split=None, standardize="strip_punctuation", vocabulary=["It is", "b"]
    )
    assert vectorize(["It is!", "b"]).tolist() == [2, 3]
    assert vectorize([["It is!", "b"], ["B", "b"]]).tolist() == [[2, 3], [1, 3]]


def test_functions_may_make_uniform_and_split():
    vectorize = layers.TextVectorization(
        standardize=lambda texts: np.char.replace(texts, "x", "a"),
        split=lambda texts: [text.split("-") for text in texts],
        vocabulary=["a", "b"],
    )
    assert vectorize(["x-b-c", "b"]).tolist() == [[2, 3, 1], [3, 0, 0]]
    chars = layers.TextVectorization(split=np.char.split, vocabulary=["a", "b"])
    assert chars(["b a", "b"]).tolist() == [[3, 2], [3, 0]]


def test_a_learned_text_vocabulary_is_kept_and_taken_back(tmp_path):
    vectorize = layers.TextVectorization(output_mode="tf_idf")
    vectorize.adapt(SAYINGS)
    store = {}
    vectorize.save_own_variables(store)
    vectorize.save_assets(tmp_path)
    again = layers.TextVectorization.from_config(vectorize.get_config())
    again.load_assets(tmp_path)
    again.load_own_variables(store)
    np.testing.assert_array_equal(again(SAYINGS), vectorize(SAYINGS))


# -- buckets -------------------------------------------------------------------------------------

# The last column: outputs of Keras.
HASHINGS = {
    "text": ({"num_bins": 3}, [["A"], ["B"], ["C"], ["D"], ["E"]], [[1], [0], [1], [1], [2]]),
    "numbers": ({"num_bins": 3}, [1, 2, -3, 40], [0, 1, 0, 1]),
    "fractions": ({"num_bins": 3}, [1.7, 2.0, -3.2, 40.0], [0, 1, 0, 1]),
    "mask": ({"num_bins": 3, "mask_value": ""}, ["A", "B", "", "C", "D"], [1, 1, 0, 2, 2]),
    "salts": ({"num_bins": 3, "salt": [133, 137]}, ["A", "B", "C", "D", "E"], [1, 2, 1, 0, 2]),
    "salt": ({"num_bins": 3, "salt": 133}, ["A", "B", "C", "D", "E"], [0, 0, 2, 1, 0]),
    "count": (
        {"num_bins": 4, "output_mode": "count"},
        [["A", "B", "A"], ["C", "D", "E"]],
        [[3, 0, 0, 0], [1, 0, 0, 2]],
    ),
    "multi_hot": (
        {"num_bins": 4, "output_mode": "multi_hot"},
        [["A", "B", "A"], ["C", "D", "E"]],
        [[1, 0, 0, 0], [1, 0, 0, 1]],
    ),
    "one_hot": (
        {"num_bins": 4, "output_mode": "one_hot"},
        [["A"], ["B"], ["C"]],
        [[1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]],
    ),
}


@pytest.mark.parametrize("name", HASHINGS)
def test_hashing_gives_the_buckets_of_keras(name):
    arguments, x, wanted = HASHINGS[name]
    layer = layers.Hashing(**arguments)
    y = layer(x)
    assert y.tolist() == wanted
    assert y.dtype == ("float32" if "output_mode" in arguments else "int64")
    assert layer.compute_output_shape(np.shape(x)) == y.shape
    again = layers.Hashing.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert again(x).tolist() == wanted


# Outputs of Keras.
CROSSINGS = {
    "mixed": (5, [["A", "B", "A", "B", "A"], [101, 101, 101, 102, 102]], [1, 4, 1, 1, 3]),
    "many": (2**31 - 1, [["A", "B"], [1, -2]], [935942334, 1516588247]),
    "three": (2**31 - 1, [["A", "B"], [1, -2], ["q", "r"]], [684164285, 1507687418]),
    "numbers": (2**31 - 1, [[4, 5], [1, -2]], [1159169559, 1597806082]),
}


@pytest.mark.parametrize("name", CROSSINGS)
def test_crossing_gives_the_buckets_of_keras(name):
    bins, columns, wanted = CROSSINGS[name]
    y = layers.HashedCrossing(bins)([np.array(x) for x in columns])
    assert y.tolist() == wanted
    assert y.dtype == "int64"
    column = [np.array(x)[:, None] for x in columns]
    assert layers.HashedCrossing(bins)(column).tolist() == [[v] for v in wanted]


def test_crossings_are_encoded_as_one_hot_rows():
    _, columns, wanted = CROSSINGS["mixed"]
    layer = layers.HashedCrossing(5, output_mode="one_hot")
    for given in (columns, [np.array(x)[:, None] for x in columns]):
        np.testing.assert_array_equal(layer(given), np.eye(5)[wanted])
        assert layer.compute_output_shape([np.shape(x) for x in given]) == (5, 5)
    assert layer(columns).dtype == "float32"


# -- tables --------------------------------------------------------------------------------------

COLUMNS = {
    "f": [0.0, 1.0, 2.0, 4.0],
    "s": ["x", "y", "x", "z"],
    "i": [3, 3, 5, 7],
    "r": [1.0, 2.0, 3.0, 4.0],
}


def space(**options):
    features = {
        "f": "float_normalized",
        "s": "string_categorical",
        "i": layers.FeatureSpace.integer_hashed(4),
        "r": layers.FeatureSpace.float_rescaled(2.0, 1.0),
    }
    return layers.FeatureSpace(features, crosses=[("s", "i")], crossing_dim=5, **options)


def test_columns_stand_side_by_side_by_their_names_and_crosses_last():
    whole = space()
    whole.adapt(COLUMNS)
    f = (np.array(COLUMNS["f"]) - 1.75) / np.std(COLUMNS["f"])
    i = layers.Hashing(4)(np.array(COLUMNS["i"]))
    s = np.array([1, 3, 1, 2])  # the indices of a lookup: "x" is the most frequent
    crossed = layers.HashedCrossing(5)([s, i])
    r = 2 * np.array(COLUMNS["r"]) + 1
    eyes = np.eye(4)[i], r[:, None], np.eye(4)[s], np.eye(5)[crossed]
    wanted = np.concatenate([f[:, None], *eyes], axis=1)
    y = whole(COLUMNS)
    assert y.dtype == "float32"
    np.testing.assert_allclose(y, wanted, rtol=1e-5)
    one_row = whole({name: values[1] for name, values in COLUMNS.items()})
    np.testing.assert_allclose(one_row, wanted[1], rtol=1e-5)
    batches = space()
    batches.adapt([{n: v[k : k + 2] for n, v in COLUMNS.items()} for k in (0, 2)])
    np.testing.assert_allclose(batches(COLUMNS), wanted, rtol=1e-5)


def test_feature_spaces_give_what_those_of_keras_give():
    kinds = layers.FeatureSpace
    whole = kinds(
        {
            "s": kinds.string_categorical(output_mode="int"),
            "i": kinds.integer_categorical(output_mode="int"),
            "r": "float",
        },
        crosses=[kinds.cross(("s", "i"), 8, output_mode="int")],
        output_mode="dict",
    )
    whole.adapt(COLUMNS)
    # outputs of Keras
    assert {name: x[:, 0].tolist() for name, x in whole(COLUMNS).items()} == {
        "i": [1, 1, 3, 2],
        "r": [1.0, 2.0, 3.0, 4.0],
        "s": [1, 3, 1, 2],
        "s_X_i": [1, 4, 3, 3],
    }


def test_a_model_is_built_on_the_encoded_features():
    whole = space()
    whole.adapt(COLUMNS)
    inputs = whole.get_encoded_features()
    model = Model(inputs, layers.Dense(1)(inputs))
    assert model.predict(whole(COLUMNS)).shape == (4, 1)
    parts = space(output_mode="dict")
    parts.adapt(COLUMNS)
    shapes = {name: x.shape for name, x in parts.get_encoded_features().items()}
    assert shapes == {n: (None, *x.shape[1:]) for n, x in parts(COLUMNS).items()}


def test_columns_of_numbers_can_be_prepared_within_the_graph():
    whole = layers.FeatureSpace({"f": "float_normalized", "i": "integer_categorical"})
    whole.adapt(COLUMNS)
    model = Model(whole.get_inputs(), whole.get_encoded_features())
    columns = {"f": np.array(COLUMNS["f"])[:, None], "i": np.array(COLUMNS["i"])[:, None]}
    np.testing.assert_allclose(model.predict(columns), whole(COLUMNS), rtol=1e-6)


def test_any_layer_may_prepare_a_column():
    text = layers.TextVectorization(output_mode="count")
    kinds = layers.FeatureSpace
    whole = kinds({"t": kinds.feature("string", text, "float"), "d": kinds.float_discretized(2)})
    table = {"t": ["a b", "a", "b b"], "d": [0.0, 1.0, 2.0], "other": [0, 0, 0]}
    whole.adapt(table)
    y = whole(table)
    np.testing.assert_array_equal(y[:, 2:], text(table["t"]))
    assert y[:, :2].sum(axis=1).tolist() == [1, 1, 1]
    assert y[0, 0] == y[2, 1] == 1


def test_the_configuration_of_a_feature_space_makes_an_equal_one():
    whole = space()
    config = whole.get_config()
    again = layers.FeatureSpace.from_config(config)
    assert again.get_config() == config
    assert utils.FeatureSpace is layers.FeatureSpace
    # Of Keras's:
    assert list(config) == [
        "features",
        "output_mode",
        "crosses",
        "crossing_dim",
        "hashing_dim",
        "num_discretization_bins",
    ]
    assert config["crosses"] == [
        {
            "module": "keras.src.layers.preprocessing.feature_space",
            "class_name": "Cross",
            "config": {"feature_names": ("s", "i"), "crossing_dim": 5, "output_mode": "one_hot"},
            "registered_name": "Cross",
        }
    ]


# -- all of them ---------------------------------------------------------------------------------

# get_config() of Keras, but for name, trainable and dtype.
CONFIGS = {
    "string": (
        lambda: layers.StringLookup(vocabulary=LETTERS, output_mode="count"),
        {
            "invert": False,
            "max_tokens": None,
            "num_oov_indices": 1,
            "oov_token": "[UNK]",
            "mask_token": None,
            "output_mode": "count",
            "sparse": False,
            "pad_to_max_tokens": False,
            "idf_weights": None,
            "vocabulary": ["a", "b", "c", "d"],
            "vocabulary_size": 5,
            "oov_method": "floormod",
            "salt": None,
            "encoding": "utf-8",
        },
    ),
    "integer": (
        lambda: layers.IntegerLookup(vocabulary=np.array([1, 2])),
        {
            "invert": False,
            "max_tokens": None,
            "num_oov_indices": 1,
            "oov_token": -1,
            "mask_token": None,
            "output_mode": "int",
            "sparse": False,
            "pad_to_max_tokens": False,
            "vocabulary_dtype": "int64",
            "idf_weights": None,
            "vocabulary": [1, 2],
            "vocabulary_size": 3,
            "oov_method": "floormod",
            "salt": None,
        },
    ),
    "text": (
        lambda: layers.TextVectorization(vocabulary=["a", "b"], ngrams=2),
        {
            "max_tokens": None,
            "standardize": "lower_and_strip_punctuation",
            "split": "whitespace",
            "ngrams": 2,
            "output_mode": "int",
            "output_sequence_length": None,
            "pad_to_max_tokens": False,
            "sparse": False,
            "ragged": False,
            "vocabulary": ["a", "b"],
            "idf_weights": None,
            "encoding": "utf-8",
            "vocabulary_size": 4,
        },
    ),
    "hashing": (
        lambda: layers.Hashing(3, salt=5),
        {
            "num_bins": 3,
            "salt": [5, 5],
            "mask_value": None,
            "output_mode": "int",
            "sparse": False,
        },
    ),
    "crossing": (
        lambda: layers.HashedCrossing(3),
        {"num_bins": 3, "output_mode": "int", "sparse": False},
    ),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_configurations_are_those_of_keras(name):
    make, wanted = CONFIGS[name]
    config = make().get_config()
    assert {k: v for k, v in config.items() if k not in ("name", "trainable", "dtype")} == wanted
    assert serialize(make())["module"] == "keras.layers"
    again = type(make()).from_config(config)
    assert again.get_config() == config


ERRORS = {
    "no vocabulary": (
        lambda: layers.StringLookup(name="it")(["a"]),
        StateError,
        "StringLookup 'it' has no vocabulary yet.\n"
        "  given:    a layer that has seen no data\n"
        "  expected: a vocabulary\n"
        "  to mend:  call its adapt(data), or give it vocabulary=[...]",
    ),
    "unknown": (
        lambda: layers.StringLookup(name="it", num_oov_indices=0, vocabulary=["a"])(["a", "x"]),
        DataError,
        "StringLookup 'it' has no index for terms outside of its vocabulary.\n"
        "  given:    'x'\n"
        "  expected: terms of the vocabulary\n"
        "  to mend:  give the layer num_oov_indices=1",
    ),
    "twice": (
        lambda: layers.StringLookup(name="it", vocabulary=["a", "b", "a"]),
        DataError,
        "The vocabulary of StringLookup 'it' has a term more than once.\n"
        "  given:    'a'\n"
        "  expected: distinct terms; the special ones left out, or first, in the order ['[UNK]']",
    ),
    "symbolic": (
        lambda: layers.StringLookup(name="it", vocabulary=["a"])(Input((1,))),
        DTypeError,
        "StringLookup 'it' works on arrays, outside of the graph.\n"
        "  given:    a symbolic tensor\n"
        "  expected: an array, a list or a column of a table\n"
        "  to mend:  apply it to the data first, and give the model what comes out",
    ),
    "numbers": (
        lambda: layers.StringLookup(name="it", vocabulary=["a"])([3]),
        DTypeError,
        "StringLookup 'it' takes text.\n"
        "  given:    3, a int\n"
        "  expected: strings\n"
        "  to mend:  np.asarray(x).astype(str), or IntegerLookup for whole numbers",
    ),
    "text": (
        lambda: layers.IntegerLookup(name="it", vocabulary=[1])([0.5, np.nan]),
        DTypeError,
        "IntegerLookup 'it' takes whole numbers.\n"
        "  given:    an array of dtype float64, with 0.5\n"
        "  expected: integers\n"
        "  to mend:  fill missing values and use x.astype('int64'), or StringLookup for text",
    ),
    "ragged": (
        lambda: layers.StringLookup(name="it", vocabulary=["a"])([["a"], ["a", "b"]]),
        DataError,
        "The rows given to StringLookup 'it' have different lengths.\n"
        "  given:    a row of 1\n"
        "  expected: rows of one length\n"
        "  to mend:  join the words of a row, for TextVectorization to split, or pad them with ''",
    ),
    "learning twice": (
        lambda: layers.StringLookup(name="it", vocabulary=["a"]).adapt(["b"]),
        StateError,
        "StringLookup 'it' was made with a vocabulary and learns no other.\n"
        "  given:    adapt, and vocabulary=...\n"
        "  expected: one of them",
    ),
    "file in a configuration": (
        lambda: layers.StringLookup.from_config({"vocabulary": "/etc/passwd"}),
        ArgumentError,
        "A configuration of StringLookup may not name a file.\n"
        "  given:    vocabulary='/etc/passwd'\n"
        "  expected: the terms themselves\n"
        "  to mend:  make the layer with the path, if you trust it",
    ),
    "weights": (
        lambda: layers.StringLookup(name="it", vocabulary=["a"], output_mode="tf_idf"),
        ArgumentError,
        "StringLookup 'it' takes weights with output_mode='tf_idf', and only then.\n"
        "  given:    idf_weights=None, output_mode='tf_idf'\n"
        "  expected: a weight for each term",
    ),
    "split": (
        lambda: layers.TextVectorization(name="it", split="space"),
        UnknownNameError,
        "Unknown 'split' of TextVectorization 'it' 'space'; did you mean 'whitespace'?\n"
        "  given:    'space'\n"
        "  expected: one of 'character', 'whitespace'",
    ),
    "two columns of text": (
        lambda: layers.TextVectorization(name="it", vocabulary=["a"])([["a", "b"]]),
        ShapeError,
        "TextVectorization 'it' splits one text in each row.\n"
        "  given:    shape (1, 2)\n"
        "  expected: shape (rows,) or (rows, 1)",
    ),
    "splits to text": (
        lambda: layers.TextVectorization(name="it", vocabulary=["a"], split=list)(["a"]),
        DTypeError,
        "The function 'split' of TextVectorization 'it' gave no list of words for each text.\n"
        "  given:    1 parts of 1 texts\n"
        "  expected: a list of lists of words\n"
        "  to mend:  such as lambda texts: [text.split('-') for text in texts]",
    ),
    "no bins": (
        lambda: layers.Hashing(0, name="it"),
        ArgumentError,
        "Hashing 'it' needs a whole number above 0 for 'num_bins'.\n"
        "  given:    num_bins=0\n"
        "  expected: 1, 2, 3, …",
    ),
    "salt": (
        lambda: layers.Hashing(2, name="it", salt="x"),
        ArgumentError,
        "The salt of Hashing 'it' is one whole number, or two.\n"
        "  given:    salt='x'\n"
        "  expected: such as 1337, or [133, 137]",
    ),
    "real hashes": (
        lambda: layers.Hashing(2, name="it", dtype="float32"),
        ArgumentError,
        "Hashing 'it' gives whole numbers.\n"
        "  given:    dtype='float32', output_mode='int'\n"
        "  expected: dtype='int32' or 'int64'",
    ),
    "one column": (
        lambda: layers.HashedCrossing(2, name="it")(np.array(["a"])),
        DTypeError,
        "HashedCrossing 'it' crosses columns.\n"
        "  given:    a ndarray\n"
        "  expected: a list of two or more arrays",
    ),
    "columns of two lengths": (
        lambda: layers.HashedCrossing(2, name="it")([["a"], ["a", "b"]]),
        ShapeError,
        "HashedCrossing 'it' crosses columns of one length.\n"
        "  given:    shapes (1,), (2,)\n"
        "  expected: all (rows,), or all (rows, 1)",
    ),
    "missing numbers": (
        lambda: layers.FeatureSpace({"age": "float"}, name="it")({"age": [1, None, 2, None]}),
        DataError,
        "There are numbers missing in the column 'age' of FeatureSpace 'it'.\n"
        "  given:    2 of 4, the first in row 1\n"
        "  expected: a number in each row\n"
        "  to mend:  fill them, such as with table['age'].median()",
    ),
    "missing column": (
        lambda: layers.FeatureSpace({"age": "float"}, name="it")({"Age": [1]}),
        ArgumentError,
        "FeatureSpace 'it' misses columns.\n  given:    columns 'Age'\n  expected: also 'age'",
    ),
    "no table": (
        lambda: layers.FeatureSpace({"age": "float"}, name="it")(np.zeros(3)),
        DTypeError,
        "FeatureSpace 'it' takes columns by their names.\n"
        "  given:    a ndarray\n"
        "  expected: a table, or a dict such as {'age': [22, 38]}",
    ),
    "not adapted": (
        lambda: layers.FeatureSpace({"age": "float_normalized"}, name="it")({"age": [1]}),
        StateError,
        "FeatureSpace 'it' has not learned its columns yet.\n"
        "  given:    a feature space that must see 'age'\n"
        "  expected: space.adapt(table) first",
    ),
    "text in a graph": (
        lambda: layers.FeatureSpace({"sex": "string_categorical"}, name="it").get_inputs(),
        DTypeError,
        "FeatureSpace 'it' works on arrays, outside of the graph.\n"
        "  given:    text or hashes in 'sex'\n"
        "  expected: numbers alone\n"
        "  to mend:  give the model space(table), and build it on space.get_encoded_features()",
    ),
    "kind of a feature": (
        lambda: layers.FeatureSpace({"sex": "string_categorial"}),
        UnknownNameError,
        "Unknown kind of the feature 'sex' 'string_categorial'; did you mean "
        "'string_categorical' or 'integer_categorical' or 'string_hashed'?\n"
        "  given:    'string_categorial'\n"
        "  expected: one of 'float', 'float_discretized', 'float_normalized', 'float_rescaled', "
        "'integer_categorical', 'integer_hashed', 'string_categorical', 'string_hashed'",
    ),
    "unencoded": (
        lambda: layers.FeatureSpace(
            {"n": layers.FeatureSpace.integer_hashed(2, output_mode="int")}, name="it"
        )({"n": [1]}),
        ArgumentError,
        "The column 'n' of FeatureSpace 'it' cannot stand beside others.\n"
        "  given:    output_mode='int', dtype int64\n"
        "  expected: real numbers, or one_hot rows\n"
        "  to mend:  FeatureSpace(..., output_mode='dict')",
    ),
    "sparse": (
        lambda: layers.StringLookup(name="it", sparse=True),
        ArgumentError,
        "StringLookup 'it' gives dense arrays.\n  given:    sparse=True\n  expected: sparse=False",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_say_what_was_given_and_how_to_mend_it(name):
    make, kind, text = ERRORS[name]
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value) == text


def test_a_vocabulary_that_is_part_of_a_graph_cannot_change():
    lookup = layers.IntegerLookup(vocabulary=[1, 2])
    lookup(Input((1,), dtype="int64"))
    lookup.set_vocabulary([1, 2])
    with pytest.raises(StateError):
        lookup.set_vocabulary([1, 2, 3])
    assert lookup.get_vocabulary() == [-1, 1, 2]
