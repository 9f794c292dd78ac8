"""NumPy code: run without pellucid, it gives what the model predicts."""

import ast
import inspect
import runpy
import subprocess
import sys

import numpy as np
import optree
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from pellucid import Input, Model, Sequential, layers
from pellucid.errors import PellucidError
from pellucid.export import numpy_functions
from pellucid.export.numpy_folding import Gelu, Reduce, Softmax
from pellucid.export.numpy_writer import RULES
from pellucid.graph.operations.cumulative import cumprod
from pellucid.graph.scope import reset_names
from tests.export.cases import CASES, NOWHERE, NUMPY_ONLY, digits, model_of, operations, predicted


def code_of(model, folder):
    model.export(folder / "net.py")
    return (folder / "net.py").read_text()


def function_of(model, folder):
    code_of(model, folder)
    return runpy.run_path(str(folder / "net.py"))["predict"]


def assert_equal(predict, model, arrays):
    expected = predicted(model, arrays)
    got = predict(*arrays)
    assert optree.tree_structure(got) == optree.tree_structure(expected)
    leaves = zip(optree.tree_leaves(expected), optree.tree_leaves(got), strict=True)
    for ours, theirs in leaves:
        assert theirs.dtype == ours.dtype
        np.testing.assert_allclose(theirs, ours, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", [*CASES, *NUMPY_ONLY])
def test_the_code_gives_what_the_model_predicts(name, tmp_path):
    model, arrays = model_of(name)
    predict = function_of(model, tmp_path)
    assert_equal(predict, model, arrays)
    assert_equal(predict, model, [x[:1] for x in arrays])  # the batch is open


@pytest.mark.parametrize("name", CASES)
def test_lines_are_short_and_every_name_is_used(name, tmp_path):
    code = code_of(model_of(name)[0], tmp_path)
    assert max(map(len, code.splitlines())) <= 100
    tree = ast.parse(code)
    names = [n for n in ast.walk(tree) if isinstance(n, ast.Name)]
    read = {n.id for n in names if isinstance(n.ctx, ast.Load)}
    called = {n.name for n in tree.body if isinstance(n, ast.FunctionDef)} - {"predict"}
    assert called <= read
    made = {n.id for n in names if isinstance(n.ctx, ast.Store)} - {"_", "state", "step", "view"}
    assert made <= read


def test_every_rule_is_held_by_a_layer_of_the_table():
    found = set().union(*map(operations, [*CASES, *NUMPY_ONLY])) | {Gelu, Reduce, Softmax}
    assert sorted(kind.__name__ for kind in set(RULES) - found) == []


@pytest.mark.parametrize("name", NOWHERE)
def test_what_numpy_has_no_word_for_is_named(name, tmp_path):
    with pytest.raises(PellucidError) as caught:
        model_of(name)[0].export(tmp_path / "net.py")
    assert "cannot be exported to NumPy" in str(caught.value)
    assert f"given:    its operation '{name}'" in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("reverse", [False, True])
def test_running_products_are_written_which_onnx_lacks(reverse, tmp_path):
    reset_names()
    product = layers.Lambda(lambda x: cumprod(x, axis=1, reverse=reverse))
    model = Sequential([Input((3,), name="x"), product])
    x = np.array([[1, 2, 3], [4, -5, 6]], np.float32)
    assert_equal(function_of(model, tmp_path), model, [x])


@pytest.fixture(scope="module")
def recurrent(tmp_path_factory):
    """A network whose batch and time are open, and its function."""
    reset_names()
    x = Input((None, 2), name="x")
    hidden = layers.Bidirectional(layers.GRU(3, return_sequences=True))(x)
    hidden = layers.Conv1D(2, 3, padding="same", activation="gelu")(hidden)
    hidden = layers.LSTM(2, return_sequences=True)(hidden)
    model = Model(x, layers.Dense(2)(layers.GlobalAveragePooling1D()(hidden)))
    return function_of(model, tmp_path_factory.mktemp("numpy")), model


@given(rows=st.integers(1, 5), steps=st.integers(1, 7))
def test_any_number_of_rows_and_steps_is_taken(recurrent, rows, steps):
    predict, model = recurrent
    x = np.random.default_rng(rows * 10 + steps).normal(size=(rows, steps, 2)).astype("float32")
    assert_equal(predict, model, [x])


def test_attention_is_written_with_masks_and_heads(tmp_path):
    reset_names()
    words = Input((6,), dtype="int32", name="words")
    x = layers.Embedding(9, 4, mask_zero=True)(words)
    x = layers.Add()([x, layers.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True)])
    x = layers.Add()([x, layers.GroupedQueryAttention(3, 4, 2)(x, x)])
    model = Model(words, layers.LSTM(3)(x))
    rows = np.array([[1, 2, 3, 4, 0, 0], [5, 6, 0, 0, 0, 0], [7, 8, 1, 2, 3, 4]], "int32")
    assert_equal(function_of(model, tmp_path), model, [rows])


DIGITS = '''\
"""The network 'digits' in NumPy: predict(pixels) is what it predicts.

Written by pellucid 0.1.0. Its weights are in net.npz, beside this file.
"""

from pathlib import Path

import numpy as np

with np.load(Path(__file__).with_name("net.npz")) as weights:
    hidden_kernel = weights["hidden_kernel"]  # (64, 64)
    hidden_bias = weights["hidden_bias"]  # (64,)
    digit_kernel = weights["digit_kernel"]  # (64, 10)
    digit_bias = weights["digit_bias"]  # (10,)


def softmax(x, axis):
    """Shares that add up to 1; without the largest taken off, exp could overflow."""
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def predict(pixels):
    """From pixels float32[N, 64] to float32[N, 10]."""
    pixels = np.asarray(pixels, np.float32)
    # Rescaling 'rescaling'
    rescaling = pixels * 0.0625
    # Dense 'hidden'
    hidden = np.maximum(rescaling @ hidden_kernel + hidden_bias, 0)
    # Dense 'digit'
    return softmax(hidden @ digit_kernel + digit_bias, axis=1)
'''


def test_a_network_for_digits_reads_as_a_person_would_write_it(tmp_path):
    assert code_of(digits(), tmp_path) == DIGITS


def test_the_trained_network_is_as_good_without_pellucid(tmp_path):
    x, y = load_digits(return_X_y=True)
    model = digits()
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x[:1500], y[:1500], epochs=10, verbose=0)
    model.export(tmp_path / "net.py")
    np.save(tmp_path / "x.npy", x[1500:])
    program = (
        "import sys, numpy as np; from net import predict; "
        "np.save('y.npy', predict(np.load('x.npy'))); "
        "print([m for m in sys.modules if m.split('.')[0] in ('pellucid', 'jax')])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True
    )
    assert (result.stdout, result.stderr) == ("[]\n", "")
    got = np.load(tmp_path / "y.npy")
    np.testing.assert_allclose(got, model.predict(x[1500:]), rtol=1e-5, atol=1e-6)
    assert np.mean(got.argmax(axis=1) == y[1500:]) > 0.85


def test_a_recurrent_layer_is_a_loop_in_python(tmp_path):
    reset_names()
    model = Sequential([Input((100, 2), name="x"), layers.SimpleRNN(3, name="rnn")])
    assert code_of(model, tmp_path).endswith(
        """\
    x = np.asarray(x, np.float32)
    # SimpleRNN 'rnn'
    state = np.zeros((len(x), 3), np.float32)
    for step in x.transpose(1, 0, 2) @ rnn_kernel + rnn_bias:
        state = np.tanh(step + state @ rnn_recurrent_kernel)
    return state
"""
    )


def test_what_is_open_besides_the_rows_is_not_called_as_many_as_they(tmp_path):
    model = Sequential([Input((None, 2), name="x"), layers.Dense(3)])
    assert '"""From x float32[N, any, 2] to float32[N, any, 3]."""' in code_of(model, tmp_path)


def test_functions_that_are_copied_need_numpy_and_each_other_alone():
    tree = ast.parse(inspect.getsource(numpy_functions))
    imported = [n.names[0].name for n in ast.walk(tree) if isinstance(n, ast.Import)]
    assert imported == ["math", "numpy"]
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    functions = [n.name for n in tree.body if isinstance(n, ast.FunctionDef)]
    assert sorted(functions) == sorted(numpy_functions.__all__)


def test_names_of_layers_that_python_keeps_for_itself_are_changed(tmp_path):
    reset_names()
    model = Sequential(
        [Input((3,), name="lambda"), layers.Dense(2, "relu", name="np"), layers.Dense(1, name="2")]
    )
    assert_equal(function_of(model, tmp_path), model, [np.ones((2, 3), np.float32)])


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (
            layers.Lambda(lambda x: __import__("pellucid").ops.erfinv(x), name="tails"),
            "Lambda 'tails' cannot be exported to NumPy.\n"
            "  given:    its operation 'erfinv'\n"
            "  expected: an operation that NumPy has too\n"
            "  to mend:  end the model before this layer: Model(model.inputs, layer.input)",
        ),
        (
            layers.Dense(2, dtype="bfloat16", name="half"),
            "Dense 'half' cannot be exported to NumPy.\n"
            "  given:    its operation 'cast'\n"
            "  expected: a dtype that NumPy has; bfloat16 is none\n"
            "  to mend:  save_weights, make the model of float32, load_weights, and export that",
        ),
    ],
)
def test_what_cannot_be_exported_names_its_layer_and_why(layer, expected, tmp_path):
    with pytest.raises(PellucidError) as caught:
        Sequential([Input((3,)), layer]).export(tmp_path / "net.py")
    assert str(caught.value).split("\n  made at:")[0] == expected
    assert not (tmp_path / "net.py").exists()
