"""Whole models that Keras 2 itself wrote: they predict, and go on learning, as they did there."""

import io
import json
import zipfile

import h5py
import numpy as np
import pytest

import pellucid
from pellucid.errors import DataError, UnknownNameError
from pellucid.saving import load_model
from tests.saving.keras2_files import ARCHIVE, alone, more_losses

with zipfile.ZipFile(ARCHIVE) as archive:
    RESULTS = dict(np.load(io.BytesIO(archive.read("results.npz"))))
    NAMES = sorted(n.removesuffix(".h5") for n in archive.namelist() if n.endswith(".h5"))


@pytest.fixture(autouse=True)
def reference_engine():
    with pellucid.engine("numpy"):
        yield


def unpacked(name, folder):
    with zipfile.ZipFile(ARCHIVE) as archive:
        return archive.extract(f"{name}.h5", folder)


def parts(name, part):
    return [v for k, v in RESULTS.items() if k.startswith(f"{name}/{part}/")]


@pytest.mark.parametrize("name", [n for n in NAMES if n != "volumes"])
def test_a_model_of_keras_2_predicts_and_goes_on_learning_as_there(tmp_path, name):
    model = load_model(unpacked(name, tmp_path))
    found = model.predict(alone(parts(name, "input")), verbose=0)
    found = found if isinstance(found, list) else [found]
    for ours, theirs in zip(found, parts(name, "output"), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    assert (f"{name}/losses" in RESULTS) == (getattr(model, "compiled", None) is not None)
    if f"{name}/losses" in RESULTS:
        ours = more_losses(model, RESULTS, name)
        np.testing.assert_allclose(ours, RESULTS[f"{name}/losses"], rtol=1e-4)


def test_what_keras_3_computes_otherwise_is_said(tmp_path):
    file = unpacked("volumes", tmp_path)
    with pytest.warns(UserWarning, match="hard_sigmoid") as caught:
        model = load_model(file)
    with h5py.File(file) as opened:
        version = opened.attrs["keras_version"]
    assert [str(w.message) for w in caught] == [
        f"{file} of Keras {version} has layers with 'hard_sigmoid', which was 0.2 x + 0.5 there "
        "and is x / 6 + 0.5 since Keras 3: predictions differ a little."
    ]
    found = model.predict(parts("volumes", "input")[0], verbose=0)
    np.testing.assert_allclose(found, parts("volumes", "output")[0], atol=0.01)


def test_an_operation_of_tensorflow_without_a_name_here_is_refused_by_its_own(tmp_path):
    file = unpacked("arithmetic", tmp_path)
    with h5py.File(file, "r+") as opened:
        config = json.loads(opened.attrs["model_config"])
        (first, *_) = [x for x in config["config"]["layers"] if x["class_name"] == "TFOpLambda"]
        first["config"]["function"] = "io.read_file"
        opened.attrs["model_config"] = json.dumps(config)
    with pytest.raises(UnknownNameError) as caught:
        load_model(file)
    assert str(caught.value).startswith(
        f"{file}, model_config: Unknown function of TensorFlow between layers 'io.read_file'"
    )


def test_a_heap_of_texts_without_an_end_is_refused_instead_of_sought_for_ever(tmp_path):
    file = unpacked("perceptron", tmp_path)
    with open(file, "r+b") as opened:
        at = opened.read().index(b"GCOL") + 16
        opened.seek(at)
        opened.write(bytes(16))  # an object of no size: HDF5 itself would never get past it
    with pytest.raises(DataError) as caught:
        load_model(file)
    assert str(caught.value) == (
        f"{file} is broken.\n"
        f"  given:    a text of 0 bytes at byte {at}\n"
        "  expected: a whole file\n"
        "  to mend:  take an earlier copy"
    )
