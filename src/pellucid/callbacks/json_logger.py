"""The results of epochs as lines of JSON."""

import json
import math
import os
from datetime import UTC, datetime
from typing import Any, TextIO

import numpy as np

from pellucid.callbacks.callback import Callback

__all__ = ["JSONLogger"]


class JSONLogger(Callback):
    """Writes the results of every epoch to a file of JSON Lines, at once.

    Each line is an object by itself: ``epoch``, from 0, ``time`` (when it ended, in UTC, by ISO
    8601) and the results by their names. ``pandas.read_json(file, lines=True)`` and
    ``polars.read_ndjson(file)`` make tables of it. NaN and infinity, which JSON has not, are
    ``null``.

    Args:
        filename: The file.
        append: Whether to add to a file that is there instead of replacing it.

    Examples:
        >>> import json, pathlib, tempfile
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "log.jsonl"
        >>> model = Sequential([layers.Dense(1, kernel_initializer="zeros")])
        >>> model.compile(optimizers.SGD(0.5), "mse")
        >>> x = np.ones((4, 1))
        >>> _ = model.fit(x, x, epochs=2, callbacks=[callbacks.JSONLogger(file)], verbose=0)
        >>> [json.loads(line)["loss"] for line in file.read_text().splitlines()]
        [1.0, 1.0]
    """

    def __init__(self, filename: str | os.PathLike[str], append: bool = False) -> None:
        super().__init__()
        self.filename = os.fspath(filename)
        self.append = append
        self.file: TextIO | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Open the file."""
        self._close()
        self.file = open(self.filename, "a" if self.append else "w", encoding="utf-8")  # noqa: SIM115

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write a line."""
        assert self.file is not None
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        results = {name: _plain(value) for name, value in (logs or {}).items()}
        line = {"epoch": epoch, "time": now, **results}
        print(json.dumps(line, allow_nan=False, ensure_ascii=False), file=self.file, flush=True)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Close the file."""
        self._close()

    def _close(self) -> None:
        if self.file is not None:
            self.file.close()
        self.file = None


def _plain(value: Any) -> Any:
    """A result as JSON has it: a number, a list of numbers, or text."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
