import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas
import polars
import pytest

from pellucid.callbacks import JSONLogger, LambdaCallback
from tests.callbacks.fitting import X, Y, fitted
from tests.callbacks.standing_in import played


def lines(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_every_epoch_is_a_line_with_its_results(tmp_path):
    results = [{"loss": 0.5, "val_loss": 0.25}, {"loss": np.float32(0.125), "per": np.ones(2)}]
    played(JSONLogger(tmp_path / "a"), results)
    first, second = lines(tmp_path / "a")
    assert list(first) == ["epoch", "time", "loss", "val_loss"]
    assert (first["epoch"], first["loss"], first["val_loss"]) == (0, 0.5, 0.25)
    assert (second["epoch"], second["loss"], second["per"]) == (1, 0.125, [1.0, 1.0])
    when = datetime.fromisoformat(second["time"])
    assert timedelta(0) <= datetime.now(UTC) - when < timedelta(minutes=1)


def test_what_is_no_number_is_null(tmp_path):
    played(JSONLogger(tmp_path / "a"), [{"a": np.nan, "b": np.inf, "c": [1.0, -np.inf]}])
    text = (tmp_path / "a").read_text()
    assert "NaN" not in text
    assert (
        lines(tmp_path / "a")[0] | {"a": None, "b": None, "c": [1.0, None]}
        == lines(tmp_path / "a")[0]
    )


@pytest.mark.parametrize("append", [False, True])
def test_a_second_training_replaces_the_first_or_adds_to_it(tmp_path, append):
    for _ in range(2):
        played(JSONLogger(tmp_path / "a", append), [{"loss": 0.5}])
    assert len(lines(tmp_path / "a")) == 1 + append


def test_every_line_is_there_before_the_next_epoch_and_tables_are_made_of_them(tmp_path):
    counts = []
    watching = LambdaCallback(
        on_epoch_begin=lambda epoch, logs: counts.append(len(lines(tmp_path / "a")))
    )
    _, history = fitted([JSONLogger(tmp_path / "a"), watching], validation_data=(X, Y))
    assert counts == [0, 1, 2]
    for table in (
        pandas.read_json(tmp_path / "a", lines=True),
        polars.read_ndjson(tmp_path / "a"),
    ):
        assert table["val_loss"].to_list() == pytest.approx(history.history["val_loss"])
