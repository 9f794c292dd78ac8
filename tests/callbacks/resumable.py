"""A training with all that is drawn by chance, to be cut off and gone on with in a process.

Run as a program it trains, until it is killed, with ``BackupAndRestore`` in a folder.
"""

import os
import signal
import sys

import numpy as np

import pellucid
from pellucid import callbacks, optimizers
from tests.callbacks.fitting import fitted, small_model


def train(folder=None, further=(), seed=1, epochs=6, **options):
    """A training with dropout, shuffling, Adam, and a learning rate that is reduced.

    Returns:
        Every number that it leaves behind: variables, history, the next random seed.
    """
    pellucid.utils.set_random_seed(seed)
    model = small_model(optimizers.Adam(0.05), dropout=0.3)
    plateau = callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=2, min_delta=0.5)
    backup = [] if folder is None else [callbacks.BackupAndRestore(folder, **options)]
    rest = {"steps_per_epoch": 3} if epochs == 7 else {}  # of 4: orders reach over epochs
    _, history = fitted([*backup, plateau, *further], epochs=epochs, model=model, **rest)
    values = [v.numpy() for v in (*model.variables, *model.optimizer.variables)]
    return values, history, pellucid.random.new_seed()


def assert_same(a, b):
    for x, y in zip(a[0], b[0], strict=True):
        np.testing.assert_array_equal(x, y)
    assert (a[1].epoch, a[1].history) == (b[1].epoch, b[1].history)
    assert a[2] == b[2]


if __name__ == "__main__":
    folder, save_freq, epoch, batch = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

    def die(number, logs):
        if model_epoch[0] == epoch and number == batch:
            os.kill(os.getpid(), signal.SIGKILL)

    model_epoch = [0]
    killing = callbacks.LambdaCallback(
        on_epoch_begin=lambda number, logs: model_epoch.__setitem__(0, number),
        on_train_batch_end=die,
    )
    train(folder, [killing], save_freq="epoch" if save_freq == "epoch" else int(save_freq))
