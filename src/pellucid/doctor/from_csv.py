"""Examining a model on the rows of a CSV file."""

import os
from collections.abc import Sequence

import numpy as np

from pellucid.doctor.diagnosis import Diagnosis
from pellucid.doctor.examining import examine
from pellucid.errors import DataError, unknown_name
from pellucid.models.model import Model
from pellucid.tables import csv_rows

__all__ = ["examine_rows"]


def examine_rows(
    model: Model, path: str | os.PathLike[str], targets: Sequence[str] = ()
) -> Diagnosis:
    """Examine a model with one input on the rows of a CSV file.

    Args:
        model: A compiled model.
        path: The file; its first line names the columns. An empty cell counts as NaN.
        targets: The columns that are to be predicted; by default the last one. All others, in
            their order, are the input.

    Raises:
        DataError: If the file is no CSV, a cell is no number, or there are no rows or no inputs.
        UnknownNameError: For a column that there is not.

    Examples:
        >>> import pathlib, tempfile
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "rows.csv"
        >>> _ = file.write_text("a,b,y\\n1,2,3\\n4,,5\\n")
        >>> model = Sequential([Input((2,)), layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> examine_rows(model, file).errors[0].check
        'A1'
    """
    names, *rows = csv_rows(path) or [[]]
    for target in targets:
        if target not in names:
            raise unknown_name(f"column of {path}", target, names)
    last = [names.index(t) for t in targets] or [len(names) - 1]
    first = [i for i in range(len(names)) if i not in last]
    if not rows or not first:
        raise DataError(
            f"{path} has no rows to examine.",
            given=f"{len(rows)} rows of {len(names)} columns",
            expected="a line of names, then rows of inputs and a target",
        )
    table = np.array([_numbers(path, i, row, names) for i, row in enumerate(rows, start=2)])
    x, y = table[:, first], table[:, last]
    if model.inputs:
        x = x.reshape(len(x), *(n or -1 for n in model.inputs[0].shape[1:]))
    whole = np.isfinite(y).all() and (y == np.floor(y)).all()
    y = y[:, 0] if y.shape[1] == 1 else y
    return examine(model, x, y.astype(np.int64) if whole else y)


def _numbers(path: object, line: int, row: list[str], names: list[str]) -> list[float]:
    if len(row) != len(names):
        raise DataError(
            f"Line {line} of {path} is of another length than the first.",
            given=f"{len(row)} cells",
            expected=f"{len(names)}",
        )
    numbers = []
    for name, cell in zip(names, row, strict=True):
        try:
            numbers.append(float(cell) if cell.strip() else np.nan)
        except ValueError:
            raise DataError(
                f"Line {line} of {path} has something else than a number.",
                given=f"{cell!r} in column {name!r}",
                expected="a number, or nothing",
                mend="number the categories first",
            ) from None
    return numbers
