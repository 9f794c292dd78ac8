"""Every layer, by one table: against Keras, its own shapes, both engines, and differences."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pytest

from pellucid import Input, Sequential, Updates, engine, layers, placeholder, utils
from pellucid.engines.numpy import NumpyProgram
from pellucid.errors import ArgumentError, PellucidError, ShapeError, StateError, UnknownNameError
from pellucid.graph.spec import same_shape
from pellucid.graph.tensor import as_tensor
from pellucid.testing import check_engines, check_gradient

CASES = {
    "Dense": (layers.Dense(4), (5, 3)),
    "Dense of time steps": (layers.Dense(4, "tanh"), (5, 2, 3)),
    "Dense without bias": (layers.Dense(2, activation="sigmoid", use_bias=False), (5, 3)),
    "Dense with initializers": (
        layers.Dense(2, "elu", kernel_initializer="he_normal", bias_initializer="ones"),
        (5, 3),
    ),
    "Activation": (layers.Activation("softmax"), (5, 3)),
    "Activation without": (layers.Activation(None), (5, 3)),
    "Dropout": (layers.Dropout(0.4), (5, 3)),
    "Dropout of rows": (layers.Dropout(0.4, noise_shape=(None, 1), seed=3), (5, 3)),
    "Dropout of nothing": (layers.Dropout(0), (5, 3)),
    "Flatten": (layers.Flatten(), (5, 2, 3)),
    "Flatten channels first": (layers.Flatten(data_format="channels_first"), (5, 2, 3, 4)),
    "Flatten of vectors": (layers.Flatten(), (5, 3)),
    "Flatten of numbers": (layers.Flatten(), (5,)),
    "Reshape": (layers.Reshape((3, 2)), (5, 6)),
    "Reshape with a rest": (layers.Reshape((2, -1)), (5, 3, 4)),
    "Reshape to a vector": (layers.Reshape((-1,)), (5, 3, 4)),
    "ReLU": (layers.ReLU(), (5, 3)),
    "ReLU with all": (layers.ReLU(max_value=1.0, negative_slope=0.2, threshold=0.3), (5, 3)),
    "LeakyReLU": (layers.LeakyReLU(), (5, 3)),
    "LeakyReLU of the lecture": (layers.LeakyReLU(negative_slope=0.1), (5, 3)),
    "ELU": (layers.ELU(alpha=0.7), (5, 3)),
    "Softmax": (layers.Softmax(), (5, 3)),
    "Softmax over two axes": (layers.Softmax(axis=(1, 2)), (5, 3, 2)),
    "Maxout": (layers.Maxout(3, pieces=4), (5, 2)),
    "Maxout without bias": (layers.Maxout(3, use_bias=False), (5, 4, 2)),
    "Heaviside": (layers.Heaviside(), (5, 3)),
}
IN_KERAS = [
    name for name, (layer, _) in CASES.items() if hasattr(keras.layers, type(layer).__name__)
]


def case(name, dtype="float32"):
    """A new layer of the table, and an input for it; weights and inputs keep off the kinks."""
    layer, shape = CASES[name]
    layer = type(layer).from_config({**layer.get_config(), "dtype": dtype, "name": "it"})
    rng = np.random.default_rng(1)
    return layer, rng.uniform(-2, 2, size=shape)


@pytest.fixture(params=CASES)
def name(request):
    return request.param


def test_every_layer_stands_in_a_table():
    tables = "\n".join(file.read_text() for file in Path(__file__).parent.glob("test_*.py"))
    public = {getattr(layers, name) for name in layers.__all__}
    names = {x.__name__ for x in public if isinstance(x, type) and x is not layers.Layer}
    missing = sorted(name for name in names if not re.search(rf"\b{name}\b", tables))
    assert not missing


@pytest.mark.parametrize("name", IN_KERAS)
def test_outputs_and_configurations_are_those_of_keras(name):
    layer, x = case(name)
    x = x.astype(np.float32)
    theirs = getattr(keras.layers, type(layer).__name__).from_config(layer.get_config())
    ours, expected = layer(x), np.asarray(theirs(x))
    assert [v.name for v in layer.weights] == [v.name for v in theirs.weights]
    if layer.weights:
        rng = np.random.default_rng(2)
        values = [rng.normal(size=w.shape).astype(np.float32) for w in layer.get_weights()]
        layer.set_weights(values)
        theirs.set_weights(values)
        ours, expected = layer(x), np.asarray(theirs(x))
    np.testing.assert_allclose(ours, expected, rtol=1e-6, atol=1e-6)

    config = theirs.get_config()
    for argument, value in layer.get_config().items():
        assert bare(value) == bare(config[argument]), argument
    missing = {k for k, v in config.items() if k not in layer.get_config() and v is not None}
    assert not missing
    assert type(layer).from_config(config).get_config() == layer.get_config()


def bare(value):
    """A value of a configuration without what Keras adds to it."""
    if isinstance(value, dict) and value.get("class_name") == "DTypePolicy":
        return value["config"]["name"]
    if isinstance(value, dict) and "class_name" in value:
        return value["class_name"], value["config"]
    return tuple(value) if isinstance(value, list) else value


def test_a_configuration_is_json_and_makes_an_equal_layer(name):
    layer, _ = case(name)
    again = type(layer).from_config(json.loads(json.dumps(layer.get_config())))
    assert repr(again) == repr(layer)
    assert json.dumps(again.get_config()) == json.dumps(layer.get_config())


def test_the_inferred_shape_is_the_actual_one_with_an_open_batch(name):
    layer, x = case(name)
    symbolic = layer(placeholder((None, *x.shape[1:]), name="x"))
    actual = layer(x)
    assert symbolic.shape[0] is None
    assert same_shape(symbolic.shape, actual.shape)
    assert None not in symbolic.shape[1:]
    assert symbolic.dtype == str(actual.dtype) == "float32"


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_both_engines_agree_in_every_dtype(name, dtype):
    layer, x = case(name, dtype)
    y = layer(placeholder(x.shape, "float32", name="x"), training=False)
    assert y.dtype == dtype
    assert all(v.dtype == dtype for v in layer.weights)
    check_engines(lambda x: layer(x), x.astype(np.float32))


def test_gradients_are_those_of_differences(name):
    layer, x = case(name, "float64")
    check_gradient(lambda x: layer(x), x)
    if layer.weights:
        wanted = [v.numpy() for v in layer.weights]
        check_gradient(lambda *values: replaced(layer, values, x), *wanted)


def replaced(layer, values, x):
    """The layer's output with tensors in the place of its weights."""
    with Updates() as updates:
        for variable, value in zip(layer.weights, values, strict=True):
            updates.assign(variable, value)
        return layer(as_tensor(x))


@pytest.mark.parametrize("engine_name", ["numpy", "xla"])
def test_dropout_in_training_drops_at_its_rate_and_keeps_the_mean(engine_name):
    x = np.ones((100, 100), np.float32)
    with engine(engine_name):
        layer = layers.Dropout(0.3, seed=4)
        first, second = layer(x, training=True), layer(x, training=True)
    np.testing.assert_allclose(np.unique(first), [0, 1 / 0.7], rtol=1e-6)
    deviation = 5 * np.sqrt(0.3 * 0.7 / x.size)  # five standard errors
    assert abs((first == 0).mean() - 0.3) < deviation
    assert (first != second).any()
    np.testing.assert_array_equal(layer(x), x)


def test_dropout_draws_the_same_numbers_from_both_engines():
    x = np.ones((20, 20), np.float32)
    drawn = []
    for name in ("numpy", "xla"):
        with engine(name):
            layer = layers.Dropout(0.5, seed=4)
            drawn.append([layer(x, training=True) for _ in range(3)])
    np.testing.assert_array_equal(drawn[0], drawn[1])


def test_dropout_of_rows_drops_whole_rows():
    y = layers.Dropout(0.5, noise_shape=(None, 1), seed=1)(np.ones((50, 4)), training=True)
    assert (y == y[:, :1]).all()
    assert 0 < (y[:, 0] == 0).sum() < 50


def test_a_maxout_of_two_pieces_can_be_the_absolute_value():
    layer = layers.Maxout(1, pieces=2, use_bias=False)
    x = np.linspace(-3, 3, 13, dtype=np.float32).reshape(-1, 1)
    layer(x)
    layer.set_weights([[[1.0, -1.0]]])
    np.testing.assert_array_equal(layer(x), abs(x))


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "bool"])
def test_whole_numbers_are_taken_as_inputs(dtype):
    layer = layers.Dense(1, kernel_initializer="ones")
    y = layer(np.array([[1, 0, 1]], dtype))
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y, [[2.0]])


def test_a_layer_called_under_another_engine_runs_on_it(monkeypatch):
    ran = []
    run = NumpyProgram.__call__
    monkeypatch.setattr(
        NumpyProgram, "__call__", lambda self, inputs: (ran.append(1), run(self, inputs))[1]
    )
    layer = layers.Dense(2)
    x = np.ones((3, 2), np.float32)
    layer(x)
    assert not ran
    with engine("numpy"):
        layer(x)
    assert ran


def test_a_frozen_layer_has_nothing_to_train_and_all_its_weights():
    layer = layers.Dense(2, trainable=False)
    layer(np.ones((1, 3)))
    assert layer.trainable_variables == []
    assert layer.non_trainable_variables == layer.weights
    assert layer.count_params() == 8


def test_repr_is_what_one_would_write():
    utils.reset_names()
    shown = [
        layers.Dense(3),
        layers.Dense(3, "relu", kernel_initializer="he_normal", name="hidden"),
        layers.Dropout(0.5),
        layers.Reshape([2, -1]),
        layers.ReLU(6.0),
        layers.Conv2D(3, 2),
        layers.Conv1D(3, 2, strides=2, data_format="channels_first"),
        layers.MaxPooling2D(3),
        layers.AveragePooling1D(2, strides=1),
        layers.ZeroPadding2D(),
        layers.Embedding(3, 2),
        layers.MultiHeadAttention(2, 3),
        layers.MultiHeadAttention(2, 3, value_dim=4),
        layers.Normalization(),
        layers.ReLU(max_value=None, negative_slope=0.5),
        layers.Bidirectional(layers.LSTM(2)),
        layers.Conv2D.from_config(layers.Conv2D(3, 2).get_config()),
    ]
    assert [repr(layer) for layer in shown] == [
        "Dense(units=3, name='dense')",
        "Dense(units=3, activation='relu', kernel_initializer='he_normal', name='hidden')",
        "Dropout(rate=0.5, name='dropout')",
        "Reshape(target_shape=(2, -1), name='reshape')",
        "ReLU(max_value=6.0, name='re_lu')",
        "Conv2D(filters=3, kernel_size=(2, 2), name='conv2d')",
        "Conv1D(filters=3, kernel_size=(2,), strides=(2,), data_format='channels_first', "
        "name='conv1d')",
        "MaxPooling2D(pool_size=(3, 3), name='max_pooling2d')",
        "AveragePooling1D(pool_size=(2,), strides=(1,), name='average_pooling1d')",
        "ZeroPadding2D(name='zero_padding2d')",
        "Embedding(input_dim=3, output_dim=2, name='embedding')",
        "MultiHeadAttention(num_heads=2, key_dim=3, name='multi_head_attention')",
        "MultiHeadAttention(num_heads=2, key_dim=3, value_dim=4, name='multi_head_attention_1')",
        "Normalization(name='normalization')",
        "ReLU(negative_slope=0.5, name='re_lu_1')",
        "Bidirectional(layer=LSTM(units=2, name='forward_lstm'), name='bidirectional')",
        "Conv2D(filters=3, kernel_size=(2, 2), name='conv2d_1')",
    ]


def text_of(make):
    utils.reset_names()
    with pytest.raises(PellucidError) as caught:
        make()
    return type(caught.value), str(caught.value).split("\n  made at:")[0]


WRONG_ARGUMENTS = {
    "Dense(0)": (
        lambda: layers.Dense(0),
        ArgumentError,
        """\
Dense 'dense' needs a whole number above 0 for 'units'.
  given:    units=0
  expected: 1, 2, 3, …""",
    ),
    "Maxout(pieces=1.5)": (
        lambda: layers.Maxout(3, pieces=1.5),
        ArgumentError,
        """\
Maxout 'maxout' needs a whole number above 0 for 'pieces'.
  given:    pieces=1.5
  expected: 1, 2, 3, …""",
    ),
    "Dropout(1.5)": (
        lambda: layers.Dropout(1.5),
        ArgumentError,
        """\
Dropout 'dropout' needs a probability.
  given:    rate=1.5
  expected: a number from 0 to 1""",
    ),
    "ReLU(threshold=-1)": (
        lambda: layers.ReLU(threshold=-1),
        ArgumentError,
        """\
ReLU 're_lu' needs a number of at least 0 for 'threshold'.
  given:    threshold=-1
  expected: 0 or more""",
    ),
    "LeakyReLU(None)": (
        lambda: layers.LeakyReLU(None),
        ArgumentError,
        """\
LeakyReLU 'leaky_re_lu' needs a number of at least 0 for 'negative_slope'.
  given:    negative_slope=None
  expected: 0 or more""",
    ),
    "Reshape(6)": (
        lambda: layers.Reshape(6),
        ArgumentError,
        """\
Reshape 'reshape' needs the shape of a row.
  given:    target_shape=6
  expected: a tuple of whole numbers above 0, of which one may be -1""",
    ),
    "Flatten('last')": (
        lambda: layers.Flatten("last"),
        UnknownNameError,
        """\
Unknown data_format 'last'.
  given:    'last'
  expected: one of 'channels_first', 'channels_last'""",
    ),
    "Reshape of other rows": (
        lambda: layers.Reshape((4, 2))(np.zeros((5, 6))),
        ShapeError,
        """\
Reshape 'reshape' cannot be applied to an input of shape (None, 6).
  given:    6 elements a row
  expected: target_shape=(4, 2)""",
    ),
    "Dense of other features": (
        lambda: built_dense()(np.zeros((32, 28, 28))),
        ShapeError,
        """\
Dense 'logits' cannot be applied to an input of shape (None, 28, 28).
  given:    last axis 28
  expected: last axis 784, the size it was built with
  to mend:  put Flatten() before it""",
    ),
    "Dense of one axis": (
        lambda: layers.Dense(1)(np.zeros(5)),
        ShapeError,
        """\
Dense 'dense' cannot be applied to an input of shape (None,).
  given:    1 axis
  expected: at least two axes: rows, and features
  to mend:  x.reshape(-1, 1) if these are rows of one feature, x.reshape(1, -1) if one row""",
    ),
    "Dense of open features": (
        lambda: layers.Dense(1)(placeholder((None, None))),
        ShapeError,
        """\
Dense 'dense' cannot make its weight 'kernel': a size is open.
  given:    shape (None, 1)
  expected: known sizes on every axis but the batch
  to mend:  give the input's full shape: Input(shape=(...))""",
    ),
    "count_params too early": (
        lambda: layers.Dense(1).count_params(),
        StateError,
        """\
Dense 'dense' has no weights yet.
  given:    a layer that has not seen an input
  expected: a built layer
  to mend:  call it on data or on Input(shape=(...)) first""",
    ),
    "set_weights of other shapes": (
        lambda: built_dense().set_weights([np.zeros((784, 9))]),
        ShapeError,
        """\
Dense 'logits' has other weights.
  given:    1 arrays of shapes (784, 9)
  expected: 2 arrays of shapes (784, 10), (10,)""",
    ),
}


def built_dense():
    layer = layers.Dense(10, name="logits")
    layer(Input((784,)))
    return layer


@pytest.mark.parametrize("what", WRONG_ARGUMENTS)
def test_what_cannot_be_is_said_with_the_layers_name(what):
    make, kind, message = WRONG_ARGUMENTS[what]
    assert text_of(make) == (kind, message)


@pytest.mark.parametrize(
    ("make", "guess"),
    [
        (lambda: layers.Dense(1, "rleu"), "Unknown activation 'rleu'; did you mean 'relu'"),
        (lambda: layers.Activation("tahn"), "Unknown activation 'tahn'; did you mean 'tanh'"),
        (
            lambda: layers.Dense(1, kernel_initializer="he_nrmal"),
            "Unknown initializer 'he_nrmal'; did you mean 'he_normal'",
        ),
    ],
)
def test_unknown_names_are_told_when_the_layer_is_made_with_the_nearest(make, guess):
    assert text_of(make)[1].startswith(guess)


def test_an_argument_of_keras_that_we_lack_is_an_error_only_if_it_asks_for_something():
    config = keras.layers.Dense(2).get_config() | {"quantization_config": "int8"}
    with pytest.raises(UnknownNameError, match="'quantization_config'"):
        layers.Dense.from_config(config)


@dataclass(eq=False, repr=False)
class Crooked(layers.Layer):
    def call(self, x):
        return x + np.ones((7, 5), np.float32)


def test_an_error_inside_a_layer_of_ones_own_names_layer_shapes_and_line():
    x = Input((3,), name="x")
    with pytest.raises(ShapeError) as caught:
        Sequential([x, Crooked(name="mine")])
    assert str(caught.value) == (
        "Shapes (None, 3) and (7, 5) cannot be combined element by element.\n"
        "  given:    3 against 5 on axis -1\n"
        "  expected: equal sizes, or a size of 1, on each axis counted from the last\n"
        "  to mend:  reshape or expand_dims one of them\n"
        "  in layer: Crooked 'mine'\n"
        "  made at:  test_layers.py:" + str(line_of("return x + np.ones((7")) + ": "
        "return x + np.ones((7, 5), np.float32)"
    )


def line_of(text):
    """The number of the first line of this file that has a text."""
    with open(__file__) as lines:
        return next(number for number, line in enumerate(lines, 1) if text in line)
