"""The results of epochs as lines of a CSV file."""

import csv
import os
from typing import Any, TextIO

import numpy as np

from pellucid.callbacks.callback import Callback

__all__ = ["CSVLogger"]


class CSVLogger(Callback):
    """Writes the results of every epoch to a CSV file, at once.

    The columns are ``epoch``, from 0, and the results by their names in order. Where the first
    epoch has no validation there is a column for each ``val_`` too; what is missing is ``NA``.

    Args:
        filename: The file.
        separator: What stands between the columns.
        append: Whether to add to a file that is there, without a second heading, instead of
            replacing it.

    Examples:
        >>> import pathlib, tempfile
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "log.csv"
        >>> model = Sequential([layers.Dense(1, kernel_initializer="zeros")])
        >>> model.compile(optimizers.SGD(0.5), "mse")
        >>> x = np.ones((4, 1))
        >>> _ = model.fit(x, x, epochs=2, callbacks=[callbacks.CSVLogger(file)], verbose=0)
        >>> print(file.read_text())
        epoch,loss,val_loss
        0,1.0,NA
        1,1.0,NA
    """

    def __init__(
        self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False
    ) -> None:
        super().__init__()
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.keys: list[str] | None = None
        self.csv_file: TextIO | None = None
        self.writer: Any = None
        self.heading = True

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Open the file."""
        self._close()
        self.heading = not (
            self.append and os.path.exists(self.filename) and os.path.getsize(self.filename)
        )
        # newline="": the csv module ends lines itself.
        self.csv_file = open(self.filename, "a" if self.append else "w", newline="")  # noqa: SIM115
        self.keys = None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write a line."""
        logs = logs or {}
        assert self.csv_file is not None
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(key.startswith("val_") for key in self.keys):
                self.keys += [f"val_{key}" for key in self.keys]
            self.writer = csv.writer(self.csv_file, delimiter=self.sep, lineterminator="\n")
            if self.heading:
                self.writer.writerow(["epoch", *self.keys])
        self.writer.writerow([epoch, *(_shown(logs.get(key, "NA")) for key in self.keys)])
        self.csv_file.flush()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Close the file."""
        self._close()

    def _close(self) -> None:
        if self.csv_file is not None:
            self.csv_file.close()
        self.csv_file = self.writer = None


def _shown(value: Any) -> Any:
    """A value as a cell; several, such as a result for each class, in brackets."""
    several = isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim)
    return f'"[{", ".join(map(str, value))}]"' if several else value
