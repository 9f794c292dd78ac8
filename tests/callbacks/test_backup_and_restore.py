import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import pellucid
from pellucid.callbacks import BackupAndRestore, EarlyStopping, LambdaCallback
from pellucid.errors import ArgumentError, DataError, ShapeError
from tests.callbacks.fitting import fitted, small_model
from tests.callbacks.resumable import assert_same, train

ROOT = Path(__file__).parents[2]


class CrashError(Exception):
    pass


def crashing(epoch, batch=None):
    """A callback that fails in an epoch: at its beginning, or after a batch."""
    seen = [0]

    def begin(number, logs):
        seen[0] = number
        if number == epoch and batch is None:
            raise CrashError

    def end_of_batch(number, logs):
        if seen[0] == epoch and number == batch:
            raise CrashError

    batches = {} if batch is None else {"on_train_batch_end": end_of_batch}
    return LambdaCallback(on_epoch_begin=begin, **batches)


@pytest.mark.parametrize(
    ("crash", "options"),
    [
        ((4,), {}),
        ((3, 1), {}),
        ((3, 2), {"save_freq": 1}),
        ((3, 2), {"save_freq": 3}),
        ((5, 3), {"save_freq": 1}),
        ((4,), {"epochs": 7}),
        ((4, 1), {"epochs": 7, "save_freq": 2}),
    ],
    ids=str,
)
def test_after_a_crash_the_same_training_goes_on_bit_for_bit(tmp_path, crash, options):
    whole = train(epochs=options.get("epochs", 6))
    with pytest.raises(CrashError):
        train(tmp_path / "backup", [crashing(*crash)], **options)
    assert_same(train(tmp_path / "backup", seed=2, **options), whole)


@pytest.mark.parametrize(("save_freq", "epoch", "batch"), [("epoch", 3, 1), (3, 4, 0)])
def test_after_a_kill_the_same_training_goes_on_bit_for_bit(tmp_path, save_freq, epoch, batch):
    arguments = [str(tmp_path / "backup"), str(save_freq), str(epoch), str(batch)]
    program = [sys.executable, "-m", "tests.callbacks.resumable", *arguments]
    assert subprocess.run(program, cwd=ROOT).returncode == -signal.SIGKILL
    assert_same(train(tmp_path / "backup", seed=2, save_freq=save_freq), train())


def test_only_the_epochs_that_are_missing_are_trained(tmp_path):
    with pytest.raises(CrashError):
        train(tmp_path, [crashing(4)])
    trained = []
    train(tmp_path, [LambdaCallback(on_epoch_begin=lambda epoch, logs: trained.append(epoch))])
    assert trained == [4, 5]


def test_what_early_stopping_has_counted_goes_on_too(tmp_path):
    def run(folder, further=()):
        stopping = EarlyStopping("loss", patience=4, min_delta=10, restore_best_weights=True)
        return train(folder, [stopping, *further], epochs=9)

    whole = run(tmp_path / "a")
    assert len(whole[1].epoch) == 5
    with pytest.raises(CrashError):
        run(tmp_path / "b", [crashing(3)])
    assert_same(run(tmp_path / "b"), whole)


def test_the_backup_is_removed_at_the_end_but_no_file_of_others(tmp_path):
    train(tmp_path / "a")
    assert not (tmp_path / "a").exists()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "mine").write_text("")
    train(tmp_path / "b", double_checkpoint=True)
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["mine"]


def test_the_backup_stays_at_the_end_if_that_is_wanted(tmp_path):
    whole = train(tmp_path, delete_checkpoint=False)
    assert_same(train(tmp_path, seed=3, delete_checkpoint=False), whole)


def test_after_ctrl_c_the_same_training_goes_on_bit_for_bit(tmp_path):
    interrupting = LambdaCallback(
        on_epoch_begin=lambda epoch, logs: (
            signal.raise_signal(signal.SIGINT) if epoch == 3 else None
        )
    )
    _, history, _ = train(tmp_path / "backup", [interrupting])
    assert history.stopped_by == "user"
    assert (tmp_path / "backup" / "latest.weights.h5").exists()
    assert_same(train(tmp_path / "backup", seed=2), train())


def broken_backup(folder, **options):
    with pytest.raises(CrashError):
        train(folder, [crashing(4)], **options)
    file = folder / "latest.weights.h5"
    file.write_bytes(file.read_bytes()[:3000])
    return file


def test_a_broken_backup_is_refused_by_name(tmp_path):
    file = broken_backup(tmp_path)
    with pytest.raises(DataError, match="is broken") as caught:
        train(tmp_path)
    assert str(file) in str(caught.value)


def test_the_backup_before_a_broken_one_is_taken_where_it_is_kept(tmp_path):
    broken_backup(tmp_path, double_checkpoint=True)
    with pytest.warns(UserWarning, match="Training goes on from the backup before the last one"):
        resumed = train(tmp_path, seed=2, double_checkpoint=True)
    assert_same(resumed, train())


def test_weights_alone_are_no_backup(tmp_path):
    file = tmp_path / "latest.weights.h5"
    model = small_model()
    model.save_weights(file)
    with pytest.raises(DataError) as caught:
        fitted([BackupAndRestore(tmp_path)], model=model)
    assert str(caught.value).startswith(f"{file} ")


def test_a_backup_of_another_model_is_refused_and_nothing_changes(tmp_path):
    with pytest.raises(CrashError):
        train(tmp_path, [crashing(2)])
    layers = [pellucid.Input((4,)), pellucid.layers.Dense(8), pellucid.layers.Dense(2)]
    model = pellucid.Sequential(layers)
    model.compile("adam", "mse")
    before = model.get_weights()
    with pytest.raises(ShapeError, match="does not fit"):
        model.fit(
            np.ones((4, 4)), np.ones((4, 2)), callbacks=[BackupAndRestore(tmp_path)], verbose=0
        )
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_backup_needs_a_folder():
    with pytest.raises(ArgumentError) as caught:
        BackupAndRestore("")
    assert str(caught.value) == (
        "A backup needs a folder.\n  given:    backup_dir=''\n  expected: a path"
    )


def test_only_a_backup_by_batches_makes_training_run_batch_by_batch(tmp_path):
    assert not BackupAndRestore(tmp_path).wants_batches("train")
    assert BackupAndRestore(tmp_path, save_freq=10).wants_batches("train")
