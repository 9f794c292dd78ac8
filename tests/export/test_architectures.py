"""Whole networks of many kinds leave in both formats, and predict what they predicted here."""

import runpy

import numpy as np
import onnx
import onnxruntime
import optree
import pytest

import pellucid
import tests.saving.preparing  # noqa: F401  it adds architectures
from pellucid import engine, layers
from pellucid.graph.scope import reset_names
from tests.saving.architectures import ARCHITECTURES

BUILT = {
    name: build
    for name, build in ARCHITECTURES.items()
    if name != "half"  # onnxruntime computes no bfloat16, and NumPy has none
    and not name.startswith("changed_by_")  # in training alone
}


def network_of(name):
    """A network with weights of which none is 0 or 1."""
    reset_names()
    model = BUILT[name](pellucid, layers)
    rng = np.random.default_rng(len(name))
    for weight in model.weights:
        if weight.dtype == "float32":
            weight.assign(rng.uniform(0.2, 0.8, size=weight.shape).astype("float32"))
    return model


def rows_for(model, count):
    rng = np.random.default_rng(count)
    return [
        rng.integers(0, 4, size=(count, *x.shape[1:])).astype(x.dtype)
        if "int" in x.dtype
        else rng.uniform(-1, 1, size=(count, *x.shape[1:])).astype(x.dtype)
        for x in model.inputs
    ]


@pytest.mark.parametrize("name", BUILT)
def test_a_network_predicts_the_same_where_it_goes(name, tmp_path):
    model = network_of(name)
    model.export(tmp_path / "net.onnx")
    model.export(tmp_path / "net.py")
    onnx.checker.check_model(str(tmp_path / "net.onnx"), full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx", options)
    predict = runpy.run_path(str(tmp_path / "net.py"))["predict"]
    assert [x.name for x in session.get_inputs()] == model.input_names
    for count in (1, 3, 64):
        rows = rows_for(model, count)
        with engine("numpy"):
            expected = model.predict(rows if len(rows) > 1 else rows[0], batch_size=count)
        in_numpy = predict(*rows)
        assert optree.tree_structure(in_numpy) == optree.tree_structure(expected)
        in_onnx = session.run(None, dict(zip(model.input_names, rows, strict=True)))
        ours = optree.tree_leaves(expected)
        for got, limit in ((in_onnx, 1e-5), (optree.tree_leaves(in_numpy), 1e-6)):
            for theirs, wanted in zip(got, ours, strict=True):
                assert theirs.dtype == wanted.dtype
                np.testing.assert_allclose(theirs, wanted, rtol=limit, atol=limit)
