"""Files of Keras 3 on TensorFlow and on PyTorch: here they predict and go on learning as there."""

import zipfile

import numpy as np
import pytest

import pellucid
from pellucid.saving import load_model
from tests.saving.make_backends import ARCHIVE, BACKENDS, alone, more_losses, results_of

NAMES = ("convnet", "lstm", "perceptron", "two_inputs")


def unpacked(backend, name, folder):
    with zipfile.ZipFile(ARCHIVE) as archive:
        return archive.extract(f"{backend}/{name}.keras", folder)


def test_the_files_are_of_every_backend_and_every_kind_of_model():
    with zipfile.ZipFile(ARCHIVE) as archive:
        found = {name for name in archive.namelist() if name.endswith(".keras")}
    assert found == {f"{backend}/{name}.keras" for backend in BACKENDS for name in NAMES}


@pytest.mark.parametrize("engine", ["numpy", "xla"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_file_of_another_backend_predicts_and_goes_on_learning(tmp_path, backend, name, engine):
    expected = results_of(backend)
    x = alone([v for k, v in expected.items() if k.startswith(f"{name}/input/")])
    with pellucid.engine(engine):
        model = load_model(unpacked(backend, name, tmp_path))
        # Three batches, so that Adam's moments and its count of steps are of a training begun.
        assert int(model.optimizer.iterations.numpy()) == 3
        found = model.predict(x, verbose=0)
        losses = more_losses(model, x, expected[f"{name}/target"])
    np.testing.assert_allclose(found, expected[f"{name}/output"], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(losses, expected[f"{name}/losses"], rtol=1e-5)
    assert losses[-1] < losses[0]
