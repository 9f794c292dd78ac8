"""Saving a model while it is trained."""

import os
import warnings
from typing import Any

from pellucid.callbacks.monitor import MonitorCallback
from pellucid.errors import ArgumentError, unknown_name

__all__ = ["ModelCheckpoint", "batches_between"]


class ModelCheckpoint(MonitorCallback):
    """Saves the model after every epoch, or every so many batches, or only when it is the best.

    Files are written under another name first, so that each is whole or not there.

    Args:
        filepath: The file; ``{epoch:02d}``, ``{val_loss:.2f}`` and other results in its name are
            filled in. It ends in ``.keras``, or for weights alone in ``.weights.h5``.
        monitor: The result by which the best is told.
        verbose: 1 to say what is done, 0 not to.
        save_best_only: Whether to save only when the result is better than ever before.
        save_weights_only: Whether the weights alone are saved, not the whole model.
        mode: ``"min"``, ``"max"`` or ``"auto"``, as in
            :class:`~pellucid.callbacks.monitor.MonitorCallback`.
        save_freq: ``"epoch"``, or after how many batches; training then runs batch by batch.
        initial_value_threshold: What a result has to beat to be the first best one.

    Raises:
        ArgumentError: For a file name or a ``save_freq`` that cannot be.
        UnknownNameError: In ``fit``, if the name of the file asks for a result that there is not.

    Examples:
        >>> import pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> model = Sequential([layers.Dense(1, kernel_initializer="zeros")])
        >>> model.compile(optimizers.SGD(0.1), "mse")
        >>> keeping = callbacks.ModelCheckpoint(folder / "{epoch:02d}-{loss:.2f}.keras")
        >>> x = np.ones((4, 1))
        >>> _ = model.fit(x, x, epochs=2, callbacks=[keeping], verbose=0)
        >>> sorted(file.name for file in folder.iterdir())
        ['01-1.00.keras', '02-0.36.keras']
    """

    state = ("_batches", "best")

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: int | str = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self._every = batches_between(save_freq)
        self._batches = 0
        self._epoch = 0
        self._check_name()

    def _check_name(self) -> None:
        kind, ending = (
            ("of weights", ".weights.h5")
            if self.save_weights_only
            else ("with a whole model", ".keras")
        )
        if not self.filepath.endswith(ending):
            raise ArgumentError(
                f"The name of a file {kind} says what it is.",
                given=f"filepath={self.filepath!r}, save_weights_only={self.save_weights_only}",
                expected=f"a name that ends in {ending!r}",
            )

    def wants_batches(self, what: str) -> bool:
        return what == "train" and self._every is not None

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Know the epoch that batches belong to."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Save, if it is time."""
        if self._every is None:
            return
        self._batches += 1
        if self._batches >= self._every:
            self._batches = 0
            self._save({"batch": batch + 1, **(logs or {})}, self._epoch)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Save, if it is not done by batches."""
        if self._every is None:
            self._save(logs or {}, epoch)

    def _save(self, logs: dict[str, Any], epoch: int) -> None:
        path = self._path(epoch, logs)
        if not self._is_due(logs, epoch, path):
            return
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: finished saving model to {path}")

    def _path(self, epoch: int, logs: dict[str, Any]) -> str:
        names = {**logs, "epoch": epoch + 1}
        try:
            return self.filepath.format(**names)
        except KeyError as error:
            kind = f"result in the name of the file {self.filepath!r}:"
            raise unknown_name(kind, error.args[0], names) from None

    def _is_due(self, logs: dict[str, Any], epoch: int, path: str) -> bool:
        """Whether to save now; what is decided is said."""
        if not self.save_best_only:
            self._say(f"Epoch {epoch + 1}: saving model to {path}")
            return True
        current = logs.get(self.monitor)
        if current is None:
            known = ",".join(name for name in logs if name != "batch")
            warnings.warn(
                f"Can save best model only with {self.monitor} available. "
                f"Available metrics are: {known}",
                stacklevel=2,
            )
            return True
        best = "None" if self.best is None else f"{self.best:.5f}"
        if not self.is_better(current, self.best):
            self._say(f"Epoch {epoch + 1}: {self.monitor} did not improve from {best}")
            return False
        self._say(
            f"Epoch {epoch + 1}: {self.monitor} improved from {best} to {current:.5f}, "
            f"saving model to {path}"
        )
        self.best = current
        return True

    def _say(self, text: str) -> None:
        if self.verbose > 0:
            print(f"\n{text}")


def batches_between(save_freq: Any) -> int | None:
    """The number of batches between two savings; ``None`` if it is done by epochs.

    Raises:
        ArgumentError: If it is neither.
    """
    if save_freq == "epoch":
        return None
    if isinstance(save_freq, bool) or not isinstance(save_freq, int) or save_freq < 1:
        raise ArgumentError(
            "save_freq says when to save.",
            given=f"save_freq={save_freq!r}",
            expected="'epoch', or a number of batches of at least 1",
        )
    return save_freq
