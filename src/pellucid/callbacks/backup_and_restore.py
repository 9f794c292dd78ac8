"""A training that was cut off, by a crash or Ctrl-C, going on where it was."""

import json
import os
import shutil
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.callbacks.callback import Callback
from pellucid.callbacks.model_checkpoint import batches_between
from pellucid.errors import ArgumentError, DataError
from pellucid.graph.variable import Variable
from pellucid.random.seeds import random_state, restore_random_state
from pellucid.saving.atomic import replacing
from pellucid.saving.hdf5 import Part, Reader, reading, write
from pellucid.saving.weights_h5 import assign, parts_of, read_layers, read_part

__all__ = ["BackupAndRestore"]


class BackupAndRestore(Callback):
    """Backs the training up, so that the same ``fit``, called again, goes on where it was cut off.

    What goes on is the same training, bit for bit, on the same engine and device: weights,
    optimizer, random numbers, the order of rows, the history, and what the other callbacks of this
    library count. It goes on from the last backup, for which the model must be made, compiled and
    fitted with the same arguments. A fit that comes to its end removes
    its backup; one that Ctrl-C ends leaves it.

    The backup is ``latest.weights.h5``, one file that is there whole or not at all, and that
    ``load_weights`` reads too. It is made after the other callbacks were called.

    Args:
        backup_dir: A folder of its own for each training; made when it is needed.
        save_freq: ``"epoch"``, or after how many batches; training then runs batch by batch.
        double_checkpoint: Whether the backup before the last one is kept as well, as
            ``latest.weights.h5.bkp``, for the case that the last one is broken.
        delete_checkpoint: Whether a fit that comes to its end removes its backup.

    Raises:
        ArgumentError: For an empty folder name or a ``save_freq`` that cannot be.
        DataError: In ``fit``, if the backup is broken or of a model with other layers.
        ShapeError: In ``fit``, if it is of a model with other shapes.

    Examples:
        >>> import tempfile
        >>> model = Sequential([Input((1,)), layers.Dense(1)])
        >>> model.compile("adam", "mse")
        >>> x = np.ones((4, 1))
        >>> backup = callbacks.BackupAndRestore(tempfile.mkdtemp(), delete_checkpoint=False)
        >>> _ = model.fit(x, x, epochs=2, callbacks=[backup], verbose=0)
        >>> model.fit(x, x, epochs=3, callbacks=[backup], verbose=0).epoch
        [0, 1, 2]
    """

    comes_last = True

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: int | str = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        if not os.fspath(backup_dir):
            raise ArgumentError(
                "A backup needs a folder.", given=f"backup_dir={backup_dir!r}", expected="a path"
            )
        self.backup_dir = backup_dir
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._every = batches_between(save_freq)
        self._batches = 0
        self._file = Path(backup_dir) / "latest.weights.h5"
        self._earlier = Path(backup_dir) / "latest.weights.h5.bkp"

    def wants_batches(self, what: str) -> bool:
        return what == "train" and self._every is not None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Go on from the backup, if there is one."""
        self._batches = 0
        if not self._file.exists() and not self._earlier.exists():
            return
        try:
            self._restore(self._file)
        except (DataError, FileNotFoundError) as error:
            if not self._earlier.exists():
                raise
            self._restore(self._earlier)
            warnings.warn(
                f"Training goes on from the backup before the last one: {error}", stacklevel=2
            )

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Back up, if it is time."""
        if self._every is None:
            return
        self._batches += 1
        if self._batches >= self._every:
            self._batches = 0
            self._save()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Back up, if it is not done by batches."""
        if self._every is None:
            self._save()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Remove the backup, unless the training is to go on."""
        if not self.delete_checkpoint or self.model.position.history.stopped_by == "user":
            return
        self._file.unlink(missing_ok=True)
        self._earlier.unlink(missing_ok=True)
        folder = Path(self.backup_dir)
        if folder.is_dir() and not any(folder.iterdir()):  # files of others stay
            folder.rmdir()

    # -- the file --------------------------------------------------------------------------------

    def _save(self) -> None:
        os.makedirs(self.backup_dir, exist_ok=True)
        if self.double_checkpoint and self._file.exists():
            with replacing(self._earlier) as temporary:
                shutil.copyfile(self._file, temporary)
        plain, arrays = self._of_others()
        notes = {
            "position": self.model.position.state(),
            "seeds": random_state(),
            "callbacks": plain,
        }
        text = np.frombuffer(json.dumps(notes, default=float).encode(), np.uint8)
        parts = {
            "training": Part([text]),
            "training/variables": Part([v.numpy() for v in self._variables()]),
            **{f"training/callbacks/{name}": Part(values) for name, values in arrays.items()},
        }
        write(self._file, parts_of(self.model) | parts)

    def _restore(self, path: Path) -> None:
        """Read all of a backup; then change everything."""
        with reading(path) as reader:
            optimizer = self.model.optimizer
            found = read_layers(self.model, reader)
            found += read_part(reader, "optimizer", optimizer.variables, f"'{optimizer.name}'")
            found += read_part(reader, "training/variables", self._variables(), "this training")
            notes = self._notes(reader)
            states = self._states(reader, notes["callbacks"])
        assign(found)
        self.model.position.restore(notes["position"])
        restore_random_state(notes["seeds"])
        for callback, state in states:
            vars(callback).update(state)

    def _notes(self, reader: Reader) -> dict[str, Any]:
        if reader.count("training") is None:
            raise DataError(
                f"{os.fspath(reader.path)} is no backup of a training.",
                given="weights alone",
                expected="a file that BackupAndRestore wrote",
                mend="remove it, or take another backup_dir",
            )
        text = reader.read("training", 0, None, "this training")
        return json.loads(text.tobytes())

    def _variables(self) -> list[Variable]:
        """What changes in training besides weights and optimizer: seeds, and metrics so far."""
        weights = set(self.model.weights)
        seeds = [v for v in self.model.variables if v not in weights]
        return seeds + [v for m in self.model.metrics for v in m.variables]

    def _of_others(self) -> tuple[dict[str, Any], dict[str, list[np.ndarray]]]:
        """The states of the other callbacks: plain values, and lists of arrays."""
        plain: dict[str, Any] = {}
        arrays: dict[str, list[np.ndarray]] = {}
        for place, callback in self._others():
            plain[place] = {}
            for name in callback.state:
                value = getattr(callback, name)
                if isinstance(value, list):
                    arrays[f"{place}/{name}"] = value
                else:
                    plain[place][name] = value
        return plain, arrays

    def _states(self, reader: Reader, plain: dict[str, Any]) -> list[tuple[Callback, Any]]:
        """For each of the other callbacks what the backup has of it."""
        states = []
        for place, callback in self._others():
            state = dict(plain.get(place, {}))
            for name in callback.state:
                where = f"training/callbacks/{place}/{name}"
                count = reader.count(where)
                if count is not None:
                    state[name] = [reader.read(where, i, None, place) for i in range(count)]
            states.append((callback, state))
        return states

    def _others(self) -> list[tuple[str, Callback]]:
        """The other callbacks that count something, by class and number."""
        counts: Counter[str] = Counter()
        named = []
        for callback in self.model.position.callbacks:
            if callback.state:
                kind = type(callback).__name__
                named.append((f"{kind}_{counts[kind]}", callback))
                counts[kind] += 1
        return named
