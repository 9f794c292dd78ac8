"""ONNX files: run by onnxruntime, they give what the model predicts."""

import numpy as np
import onnx
import onnxruntime
import optree
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import Input, Model, Sequential, engine, layers
from pellucid.errors import PellucidError
from pellucid.export.onnx import export_onnx
from pellucid.export.onnx_writer import RULES
from pellucid.graph.scope import reset_names
from tests.export.cases import (
    CASES,
    NOWHERE,
    NUMPY_ONLY,
    OUTSIDE,
    digits,
    model_of,
    operations,
    predicted,
)


def session_of(model, folder):
    path = folder / "model.onnx"
    model.export(path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def run(session, arrays):
    return session.run(None, {x.name: a for x, a in zip(session.get_inputs(), arrays, strict=True)})


def assert_equal(session, model, arrays):
    expected = optree.tree_leaves(predicted(model, arrays))
    for ours, theirs in zip(expected, run(session, arrays), strict=True):
        assert theirs.dtype == ours.dtype
        np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_onnxruntime_gives_what_the_model_predicts(name, tmp_path):
    model, arrays = model_of(name)
    session = session_of(model, tmp_path)
    assert_equal(session, model, arrays)
    assert_equal(session, model, [x[:1] for x in arrays])  # the batch is open


def test_every_layer_is_exported_or_there_is_a_reason():
    held, queue, seen = set(), [layer for layer, _ in CASES.values()], set()
    for layer in queue:  # grows while it is gone through
        if id(layer) not in seen:
            seen.add(id(layer))
            held.add(type(layer))
            queue += layer.sublayers
    held.add(layers.InputLayer)  # in every model
    public = {getattr(layers, name) for name in layers.__all__}
    kinds = {k for k in public if isinstance(k, type) and issubclass(k, layers.Layer)}
    assert sorted(k.__name__ for k in kinds - held) == sorted(OUTSIDE)


@pytest.mark.parametrize("name", [*NUMPY_ONLY, *NOWHERE])
def test_what_onnx_has_no_word_for_is_named(name, tmp_path):
    text = refused(model_of(name)[0], tmp_path / "m.onnx")
    assert text.startswith("Lambda 'lambda")
    assert "cannot be exported to ONNX.\n" in text
    assert f"given:    its operation '{name}'" in text


def test_every_rule_is_held_by_a_layer_of_the_table():
    found = set().union(*map(operations, CASES))
    assert sorted(kind.__name__ for kind in set(RULES) - found) == []


@pytest.fixture(scope="module")
def recurrent(tmp_path_factory):
    """A network whose batch and time are open, and its session."""
    reset_names()
    x = Input((None, 2), name="x")
    hidden = layers.Bidirectional(layers.GRU(3, return_sequences=True))(x)
    hidden = layers.Conv1D(2, 3, padding="same", activation="gelu")(hidden)
    model = Model(
        x,
        layers.Dense(2)(
            layers.GlobalAveragePooling1D()(layers.LSTM(2, return_sequences=True)(hidden))
        ),
    )
    return session_of(model, tmp_path_factory.mktemp("onnx")), model


@given(rows=st.integers(1, 5), steps=st.integers(1, 7))
def test_any_number_of_rows_and_steps_is_taken(recurrent, rows, steps):
    session, model = recurrent
    x = np.random.default_rng(rows * 10 + steps).normal(size=(rows, steps, 2)).astype("float32")
    assert_equal(session, model, [x])


def test_attention_is_exported_with_masks_and_heads(tmp_path):
    reset_names()
    words = Input((6,), dtype="int32", name="words")
    x = layers.Embedding(9, 4, mask_zero=True)(words)
    x = layers.Add()([x, layers.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True)])
    x = layers.Add()([x, layers.GroupedQueryAttention(3, 4, 2)(x, x)])
    model = Model(words, layers.LSTM(3)(x))
    rows = np.array([[1, 2, 3, 4, 0, 0], [5, 6, 0, 0, 0, 0], [7, 8, 1, 2, 3, 4]], "int32")
    assert_equal(session_of(model, tmp_path), model, [rows])


def test_a_recurrent_layer_is_one_loop_whatever_its_length(tmp_path):
    model = Sequential([Input((100, 2)), layers.LSTM(3)])
    model.export(tmp_path / "m.onnx")
    kinds = [node.op_type for node in onnx.load(tmp_path / "m.onnx").graph.node]
    assert kinds.count("Scan") == 1
    assert len(kinds) < 20


def test_the_file_names_inputs_outputs_weights_and_who_wrote_it(tmp_path):
    model = digits()
    model.export(tmp_path / "digits.onnx")
    file = onnx.load(tmp_path / "digits.onnx")
    assert file.producer_name == "pellucid"
    assert file.graph.name == "digits"
    assert [x.name for x in file.graph.input] == ["pixels"]
    assert file.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    assert [x.name for x in file.graph.output] == ["digit"]
    named = {x.name for x in file.graph.initializer}
    assert {"hidden/kernel", "hidden/bias", "digit/kernel", "digit/bias"} <= named
    assert not any("dropout" in node.name for node in file.graph.node)


def test_what_is_in_dicts_is_named_by_its_keys(tmp_path):
    a, b = Input((3,), name="x"), Input((4,), name="y")
    h = layers.Dense(4)(a)
    outputs = {"one": h + b, "two": [layers.Dense(2)(h), layers.Dense(1)(b)]}
    model = Model({"left": a, "right": b}, outputs)
    session = session_of(model, tmp_path)
    assert [x.name for x in session.get_inputs()] == ["left", "right"] == model.input_names
    assert [x.name for x in session.get_outputs()] == ["one", "two_0", "two_1"]
    rows = {"left": np.ones((2, 3), np.float32), "right": np.zeros((2, 4), np.float32)}
    with engine("numpy"):
        expected = optree.tree_leaves(model.predict(rows))
    for ours, theirs in zip(expected, session.run(None, rows), strict=True):
        np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-6)


def test_a_network_in_half_precision_is_exported(tmp_path):
    model = Sequential([Input((4,)), layers.Dense(3, "gelu", dtype="float16")])
    x = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    (got,) = run(session_of(model, tmp_path), [x])
    assert got.dtype == np.float16
    np.testing.assert_allclose(got, predicted(model, [x]), rtol=2e-2, atol=2e-2)


class Noisy(layers.Layer):
    def call(self, x):
        return layers.Dropout(0.5, seed=1)(x, training=True)


def refused(model, path, **options):
    with pytest.raises(PellucidError) as caught:
        export_onnx(model, path, **options)
    return str(caught.value).split("\n  made at:")[0]


def test_what_cannot_be_exported_names_its_layer_and_why(tmp_path):
    reset_names()
    product = layers.Lambda(lambda x: __import__("pellucid").ops.cumprod(x, axis=1), name="growth")
    path = tmp_path / "m.onnx"
    assert refused(Sequential([Input((3,)), layers.Dense(2), product]), path) == (
        "Lambda 'growth' cannot be exported to ONNX.\n"
        "  given:    its operation 'cumprod'\n"
        "  expected: an operation that ONNX has too\n"
        "  to mend:  end the model before this layer: Model(model.inputs, layer.input)"
    )
    assert not path.exists()


def test_predictions_that_change_from_run_to_run_are_not_exported(tmp_path):
    reset_names()
    assert refused(Sequential([Input((3,)), Noisy(name="noisy")]), tmp_path / "m.onnx") == (
        "Noisy 'noisy' draws random numbers when it predicts.\n"
        "  given:    predictions that differ from run to run\n"
        "  expected: a layer that draws in training alone\n"
        "  to mend:  call it without training=True"
    )
    x = Input((5, 2), batch_size=2)
    model = Model(x, layers.GRU(3, stateful=True, name="gru")(x))
    assert refused(model, tmp_path / "m.onnx") == (
        "GRU 'gru' hands a state on from one batch to the next.\n"
        "  given:    an assignment to 'rnn_state' when it predicts\n"
        "  expected: predictions that depend on the inputs alone\n"
        "  to mend:  make it with stateful=False"
    )


class Subclassed(Model):
    def __init__(self):
        super().__init__(name="mine")
        self.dense = layers.Dense(2)

    def call(self, x):
        return self.dense(x)


def test_a_model_that_does_not_know_its_inputs_is_told_them(tmp_path):
    model, path = Subclassed(), tmp_path / "m.onnx"
    assert refused(model, path) == (
        "It is not known what Subclassed 'mine' takes.\n"
        "  given:    a model that was made without inputs\n"
        "  expected: a functional model, a Sequential that has seen data, or the shapes of the "
        "inputs\n"
        "  to mend:  model.export(path, input_signature=Input(shape=(...)))"
    )
    model.export(path, input_signature=Input((3,), name="x"))
    x = np.ones((2, 3), np.float32)
    with engine("numpy"):
        expected = model.predict(x)
    np.testing.assert_allclose(
        onnxruntime.InferenceSession(path).run(None, {"x": x})[0], expected, rtol=1e-5
    )


def test_a_format_that_there_is_not_is_named_with_those_that_there_are(tmp_path):
    with pytest.raises(PellucidError) as caught:
        digits().export(tmp_path / "net.pb")
    assert str(caught.value) == (
        "Unknown format to export to '.pb'.\n  given:    '.pb'\n  expected: one of 'numpy', 'onnx'"
    )
