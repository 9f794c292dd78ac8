"""The layers at the core, by one table: against Keras, their own shapes, both engines."""

import json

import keras
import numpy as np
import pytest

from pellucid import Input, Model, Sequential, engine, function, layers, placeholder, utils
from pellucid.errors import ArgumentError, DTypeError, PellucidError, ShapeError, UnknownNameError
from pellucid.graph.operations.arithmetic import absolute
from pellucid.serialization import custom_object_scope, deserialize, serialize
from tests.layers.against_keras import DTYPES, Table

WORDS = np.array([[1, 0, 2], [3, 3, 1]], np.int32)
PLAIN = {"kernel_initializer": "zeros"}
TABLE = Table(
    {
        "EinsumDense": (layers.EinsumDense("ab,bc->ac", 4, **PLAIN), (5, 3)),
        "EinsumDense with bias": (
            layers.EinsumDense("abc,cd->abd", (None, 4), "tanh", bias_axes="d", **PLAIN),
            (5, 2, 3),
        ),
        "EinsumDense of heads": (
            layers.EinsumDense("abc,cde->abde", (None, 2, 4), bias_axes="de", **PLAIN),
            (5, 2, 3),
        ),
        "EinsumDense that joins heads": (
            layers.EinsumDense("abde,dec->abc", (2, 3), bias_axes="bc", **PLAIN),
            (5, 2, 4, 3),
        ),
        "EinsumDense of a middle axis": (
            layers.EinsumDense("abc,bd->adc", (4, None), bias_axes="d", **PLAIN),
            (5, 2, 3),
        ),
        "EinsumDense with axes before": (
            layers.EinsumDense("...x,xy->...y", 4, bias_axes="y", **PLAIN),
            (2, 3, 2, 3),
        ),
        "EinsumDense with axes behind": (
            layers.EinsumDense("ab...,bc->ac...", 4, bias_axes="c", **PLAIN),
            (2, 3, 2, 3),
        ),
        "EinsumDense with regularizers": (
            layers.EinsumDense("ab,bc->ac", 4, kernel_regularizer="l2", **PLAIN),
            (5, 3),
        ),
        "Embedding": (layers.Embedding(4, 3, "zeros"), WORDS),
        "Embedding with a mask": (
            layers.Embedding(4, 3, "zeros", "l2", "non_neg", mask_zero=True),
            WORDS,
        ),
        "Embedding of real numbers": (layers.Embedding(4, 3, "zeros"), WORDS + np.float32(0.5)),
        "Masking": (
            layers.Masking(-1.0),
            np.array([[[-1, -1], [-1, 2]], [[3, 4], [-1, -1]]], np.float32),
        ),
        "Identity": (layers.Identity(), (5, 3)),
        "PReLU": (layers.PReLU(), (5, 2, 3)),
        "PReLU with shared axes": (layers.PReLU("ones", "l2", shared_axes=[1, 2]), (2, 4, 3, 2)),
        "PReLU with an axis": (layers.PReLU(shared_axes=1), (2, 4, 3)),
    }
)


@pytest.fixture(params=TABLE.rows)
def name(request):
    return request.param


def test_outputs_and_weights_are_those_of_keras(name):
    TABLE.check_outputs(name)


def test_configurations_are_those_of_keras(name):
    TABLE.check_config(name)


def test_the_inferred_shape_is_the_actual_one(name):
    TABLE.check_shape(name)


# The step by hand knows no masks and no constraints; two layers have nothing to train.
STEPS = [n for n in TABLE.rows if n not in ("Embedding with a mask", "Masking", "Identity")]


@pytest.mark.parametrize("name", STEPS)
def test_a_step_of_gradient_descent_is_that_of_keras(name):
    TABLE.check_training_step(name)


@pytest.mark.parametrize("name", [name for name in TABLE.rows if name != "Masking"])
def test_gradients_are_those_of_differences(name):  # Masking jumps where it masks
    TABLE.check_gradients(name)


@pytest.mark.parametrize("dtype", DTYPES)
def test_both_engines_agree_in_every_dtype(name, dtype):
    TABLE.check_engines(name, dtype)


def test_a_configuration_is_json_and_makes_an_equal_layer(name):
    layer = TABLE.rows[name][0]
    again = deserialize(json.loads(json.dumps(serialize(layer))))
    assert repr(again) == repr(layer)
    assert json.dumps(again.get_config()) == json.dumps(layer.get_config())


def test_words_of_number_0_and_padding_are_masked():
    words = layers.Input((4,), dtype="int32")
    mask = layers.Embedding(9, 2, mask_zero=True)(words).mask
    assert run(mask, words, np.array([[3, 0, 1, 0]], np.int32)).tolist() == [
        [True, False, True, False]
    ]
    assert layers.Embedding(9, 2)(words).mask is None
    steps = layers.Input((2, 2))
    mask = layers.Masking(7.0)(steps).mask
    x = np.array([[[7, 7], [7, 1]]], np.float32)
    assert run(mask, steps, x).tolist() == [[False, True]]


def run(output, inputs, x):
    with engine("numpy"):
        return function([inputs], output)(x)


def test_an_embedding_can_start_from_given_vectors():
    table = np.arange(6.0, dtype=np.float32).reshape(3, 2)
    for weights in (table, [table]):
        layer = layers.Embedding(3, 2, weights=weights)
        np.testing.assert_array_equal(layer.get_weights()[0], table)
    assert "weights" not in layer.get_config()


def test_numbers_of_words_are_not_rounded_in_half_precision():
    table = np.zeros((4000, 1))
    table[2049] = 1.0  # a half would read row 2048
    layer = layers.Embedding(4000, 1, dtype="float16", weights=table)
    with engine("numpy"):
        y = layer(np.array([[2049.0]], np.float32))
    assert y.dtype == np.float16
    assert y == 1.0


def test_softmax_gives_what_a_mask_leaves_out_no_probability():
    x = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], np.float32)
    for mask in (
        np.array([[True, False, True], [False, False, False]]),
        np.array([[1.0, 0.0, 1.0], [0.4, 0.6, 0.0]], np.float32),
    ):
        expected = np.asarray(keras.layers.Softmax()(x, mask=mask))
        np.testing.assert_allclose(layers.Softmax()(x, mask=mask), expected, rtol=1e-6)


# -- inputs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {"shape": (3,), "name": "x"},
        {"shape": (3, None), "batch_size": 8, "dtype": "int32", "name": "x"},
        {"batch_shape": (None, 4), "dtype": "float16", "name": "x", "optional": True},
        {"shape": (), "name": "x"},
    ],
)
def test_an_input_is_that_of_keras(options):
    ours, theirs = Input(**options), keras.Input(**options)
    assert (ours.shape, ours.dtype, ours.name) == (theirs.shape, theirs.dtype, theirs.name)
    layer = keras.layers.InputLayer(**options)
    assert ours.call.layer.get_config() == layer.get_config()
    again = layers.InputLayer.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert keras.layers.InputLayer.from_config(ours.call.layer.get_config()).name == "x"


def test_an_input_can_stand_for_a_tensor_that_there_is():
    x = placeholder((None, 3), name="x")
    assert Input(tensor=x) is x
    assert x.call.layer.batch_shape == (None, 3)


def test_the_inputs_of_a_model_are_among_its_layers():
    a, b = Input((2,), name="a"), Input((2,), name="b")
    model = Model([a, b], layers.add([a, b], name="sum"))
    assert [layer.name for layer in model.layers] == ["a", "b", "sum"]


def test_an_input_layer_stands_at_the_front_of_a_list_of_layers():
    model = Sequential([layers.InputLayer((4,)), layers.Dense(3)])
    assert model.outputs[0].shape == (None, 3)
    assert [type(layer) for layer in model.layers] == [layers.Dense]


# -- functions as layers --------------------------------------------------------------------------


def halved(x):
    return x / 2


def test_a_function_is_told_of_training_and_masks_and_its_arguments():
    def seen(x, mask=None, training=None, factor=1.0):
        assert mask is not None
        return x * factor * (10.0 if training else 1.0)

    layer = layers.Lambda(seen, arguments={"factor": 3.0})
    x = Input((2, 2))
    for training, expected in ((False, 3.0), (True, 30.0)):
        y = layer(layers.Masking()(x), training=training)
        assert y.mask is None  # as long as the layer does not say what it is
        found = run(y, x, np.ones((1, 2, 2), np.float32))
        np.testing.assert_array_equal(found, np.full((1, 2, 2), expected, np.float32))


def test_a_lambda_hands_on_the_mask_that_it_is_given():
    x = layers.Masking()(Input((2, 2)))
    assert layers.Lambda(absolute, mask=lambda x, mask: mask)(x).mask is x.mask


def test_named_functions_are_saved_by_their_names():
    layer = layers.Lambda(halved, name="half")
    config = layer.get_config()
    assert bare(config["function"]) == "halved"
    with custom_object_scope({"halved": halved}):
        again = layers.Lambda.from_config(config)
    np.testing.assert_array_equal(again(np.ones((1, 2))), [[0.5, 0.5]])


def bare(function):
    return function["config"]


def test_code_is_loaded_only_with_permission_and_is_keras_s_form():
    factor = 3.0
    layer = layers.Lambda(lambda x, shift=1.0: factor * x + shift, name="affine")
    config = layer.get_config()
    x = np.ones((1, 2), np.float32)
    for again in (
        layers.Lambda.from_config(json.loads(json.dumps(config)), safe_mode=False),
        keras.layers.Lambda.from_config(config, safe_mode=False),
    ):
        np.testing.assert_array_equal(np.asarray(again(x)), [[4.0, 4.0]])
    theirs = keras.layers.Lambda(lambda x: 5 * x, name="affine").get_config()
    again = layers.Lambda.from_config(theirs, safe_mode=False)
    np.testing.assert_array_equal(again(x), [[5.0, 5.0]])
    assert set(again.get_config()) == set(theirs)


# -- what cannot be -------------------------------------------------------------------------------

WRONG = {
    "code without permission": (
        lambda: layers.Lambda.from_config(layers.Lambda(lambda x: x).get_config()),
        ArgumentError,
        """\
This configuration of a Lambda holds code, which could do anything.
  given:    code, and safe_mode=True
  expected: a function made with def and registered: @register_serializable()
  to mend:  pass safe_mode=False, if you trust where it comes from""",
    ),
    "a function that is not registered": (
        lambda: layers.Lambda.from_config(layers.Lambda(halved).get_config()),
        UnknownNameError,
        """\
Unknown function 'halved'.
  given:    'halved'
  expected: one of """,
    ),
    "no function": (
        lambda: layers.Lambda(2.0),
        DTypeError,
        """\
Lambda 'lambda' makes a layer of a function.
  given:    a float: 2.0
  expected: a function of the input, such as lambda x: 2 * x""",
    ),
    "no shape": (
        lambda: Input(name="x"),
        ArgumentError,
        """\
InputLayer 'x' needs one shape.
  given:    shape=None, batch_shape=None
  expected: shape=(...), without the batch, or batch_shape=(...), with it""",
    ),
    "two batch sizes": (
        lambda: Input(batch_shape=(3, 4), batch_size=3, name="x"),
        ArgumentError,
        """\
InputLayer 'x' is told twice how large a batch is.
  given:    batch_size=3, batch_shape=(3, 4)
  expected: one of them""",
    ),
    "a sparse input": (
        lambda: Input((3,), sparse=True, name="x"),
        ArgumentError,
        """\
InputLayer 'x' cannot be sparse.
  given:    sparse=True
  expected: a dense input""",
    ),
    "another tensor": (
        lambda: Input((4,), tensor=placeholder((None, 3), name="p"), name="x"),
        ArgumentError,
        """\
InputLayer 'x' cannot stand for a tensor of another kind.
  given:    shape=(4,), and p: float32[None, 3]
  expected: shape=(3,), or the tensor alone""",
    ),
    "no words": (
        lambda: layers.Embedding(0, 3),
        ArgumentError,
        """\
Embedding 'embedding' needs a whole number above 0 for 'input_dim'.
  given:    input_dim=0
  expected: 1, 2, 3, …""",
    ),
    "a table of another shape": (
        lambda: layers.Embedding(4, 3, weights=np.zeros((3, 4))),
        ShapeError,
        """\
Embedding 'embedding' has other weights.
  given:    1 arrays of shapes (3, 4)
  expected: 1 arrays of shapes (4, 3)""",
    ),
    "no equation": (
        lambda: layers.EinsumDense("ab->ac", 4),
        ArgumentError,
        """\
EinsumDense 'einsum_dense' cannot read its equation.
  given:    equation='ab->ac'
  expected: 'ab,bc->ac', '...ab,bc->...ac' or 'ab...,bc->ac...'""",
    ),
    "a letter from nowhere": (
        lambda: layers.EinsumDense("ab,bc->ad", 4),
        ArgumentError,
        """\
EinsumDense 'einsum_dense' does not know how large axis 'd' is.
  given:    'd' in the output: equation='ab,bc->ad'
  expected: a letter of the input or the kernel""",
    ),
    "a bias along no axis": (
        lambda: layers.EinsumDense("ab,bc->ac", 4, bias_axes="b"),
        ArgumentError,
        """\
EinsumDense 'einsum_dense' does not know how large axis 'b' is.
  given:    'b' in bias_axes: equation='ab,bc->ac', bias_axes='b'
  expected: a letter of the output""",
    ),
    "too many sizes": (
        lambda: layers.EinsumDense("ab,bc->ac", (3, 4)),
        ArgumentError,
        """\
EinsumDense 'einsum_dense' has another number of axes in its output.
  given:    output_shape=(3, 4)
  expected: 1 size: equation='ab,bc->ac', without the batch""",
    ),
    "too few axes": (
        lambda: layers.EinsumDense("abc,cd->abd", (None, 4))(np.zeros((2, 3))),
        ShapeError,
        """\
EinsumDense 'einsum_dense' cannot be applied to an input of shape (None, 3).
  given:    2 axes
  expected: 3 axes: equation='abc,cd->abd'""",
    ),
    "another size than said": (
        lambda: layers.EinsumDense("abc,cd->abd", (5, 4))(np.zeros((2, 3, 1))),
        ShapeError,
        """\
EinsumDense 'einsum_dense' cannot be applied to an input of shape (None, 3, 1).
  given:    size 3 on axis 'b'
  expected: size 5: output_shape=(5, 4)""",
    ),
    "another size than built with": (
        lambda: built(layers.EinsumDense("ab,bc->ac", 4), (2, 3))(np.zeros((2, 5))),
        ShapeError,
        """\
EinsumDense 'einsum_dense' cannot be applied to an input of shape (None, 5).
  given:    size 5 on axis 'b'
  expected: size 3, as it was built with""",
    ),
    "other rows for PReLU": (
        lambda: built(layers.PReLU(), (2, 3))(np.zeros((2, 5))),
        ShapeError,
        """\
PReLU 'p_re_lu' cannot be applied to an input of shape (None, 5).
  given:    rows of shape (5,)
  expected: rows of shape (3,), as it was built with; any size where it has 1""",
    ),
    "nothing to mask": (
        lambda: layers.Masking()(np.zeros(5)),
        ShapeError,
        """\
Masking 'masking' cannot be applied to an input of shape (None,).
  given:    1 axis
  expected: at least two axes: rows or steps of time, and features""",
    ),
    "a mask that does not fit": (
        lambda: layers.Softmax()(np.zeros((2, 3)), mask=np.ones((2, 2), bool)),
        ShapeError,
        """\
Softmax 'softmax' cannot use this mask.
  given:    a mask of shape (None, 2) for an input of shape (None, 3)
  expected: the shape of the input, or 1 for some of its sizes""",
    ),
    "a wrapper of no layer": (
        lambda: layers.Wrapper(3),
        DTypeError,
        """\
Wrapper 'wrapper' wraps a layer.
  given:    a int: 3
  expected: a layer, such as Dense(3)""",
    ),
}


def built(layer, shape):
    layer(placeholder(shape))
    return layer


def text_of(make):
    utils.reset_names()
    with pytest.raises(PellucidError) as caught:
        make()
    return type(caught.value), str(caught.value).split("\n  made at:")[0]


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_said_with_the_layers_name(what):
    make, kind, message = WRONG[what]
    found, text = text_of(make)
    assert found is kind
    if kind is UnknownNameError:  # which ends in the names that other tests have registered
        text = text[: len(message)]
    assert text == message
