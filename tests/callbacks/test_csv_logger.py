import keras
import numpy as np
import pytest

from pellucid.callbacks import CSVLogger, LambdaCallback
from tests.callbacks.fitting import X, Y, fitted
from tests.callbacks.standing_in import played

RESULTS = {
    "plain": [{"loss": 0.5, "acc": 1.0}, {"loss": 0.25, "acc": 1.0, "val_loss": 3.0}],
    "validated": [{"val_loss": 1.0, "loss": 0.5}, {"loss": 0.25}],
    "several": [{"loss": np.array([0.5, 0.25]), "note": "a,b"}, {"loss": 1.0, "note": "c"}],
}


@pytest.mark.parametrize("results", RESULTS.values(), ids=RESULTS)
@pytest.mark.parametrize("separator", [",", ";"])
def test_the_file_is_that_of_keras(tmp_path, results, separator):
    played(CSVLogger(tmp_path / "a", separator), results)
    played(keras.callbacks.CSVLogger(tmp_path / "b", separator), results)
    assert (tmp_path / "a").read_text().splitlines() == (tmp_path / "b").read_text().splitlines()


@pytest.mark.parametrize("append", [False, True])
def test_a_second_training_replaces_the_first_or_adds_to_it(tmp_path, append):
    for name, kind in (("a", CSVLogger), ("b", keras.callbacks.CSVLogger)):
        for _ in range(2):
            played(kind(tmp_path / name, append=append), RESULTS["plain"])
    assert len((tmp_path / "a").read_text().splitlines()) == (5 if append else 3)
    assert (tmp_path / "a").read_text().splitlines() == (tmp_path / "b").read_text().splitlines()


def test_every_line_is_there_before_the_next_epoch(tmp_path):
    lines = []

    def look(epoch, logs):
        lines.append((tmp_path / "a").read_text().splitlines())

    watching = LambdaCallback(on_epoch_begin=look)
    _, history = fitted([CSVLogger(tmp_path / "a"), watching], validation_data=(X, Y))
    assert [len(seen) for seen in lines] == [0, 2, 3]
    assert lines[2][0] == "epoch,loss,mae,val_loss,val_mae"
    assert lines[2][2].split(",")[3] == str(history.history["val_loss"][1])
