"""Predictions for the rows of a CSV file, as CSV."""

import csv
import difflib
import io
import math
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import optree

from pellucid.errors import DataError, StateError
from pellucid.graph.dtypes import is_float, numpy_dtype
from pellucid.graph.tensor import Tensor
from pellucid.tables import csv_rows

__all__ = ["predict_rows"]


def predict_rows(model: Any, path: str | os.PathLike[str]) -> str:
    """Predict for each row of a CSV file.

    Args:
        model: A model that knows its inputs. One with one input takes all columns in their order.
            One with several takes for each the column of its name, or, where a row of it has
            several elements, ``name_0``, ``name_1`` and so on; other columns are not read.
        path: The file; its first line names the columns.

    Returns:
        The predictions as CSV: a column for each output, named for it, or for each of its elements.

    Raises:
        FileNotFoundError: If there is no such file.
        DataError: If columns are missing, or hold something else than numbers.
        StateError: If the model does not know its inputs.

    Examples:
        >>> import pathlib, tempfile
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "new.csv"
        >>> _ = file.write_text("a,b\\n1,2\\n3,4\\n")
        >>> total = layers.Dense(1, kernel_initializer="ones", name="total")
        >>> print(predict_rows(Sequential([Input((2,)), total]), file))
        total
        3.0
        7.0
    """
    inputs = list(model.inputs)
    if not inputs:
        raise StateError(
            f"It is not known what {model.label} takes.",
            given="a model that was made without inputs",
            expected="a functional model, or a Sequential that has seen data",
        )
    names, lines = _read(path)
    alone = len(inputs) == 1
    wanted = [names if alone else _wanted(x) for x in inputs]
    _require(path, names, [name for each in wanted for name in each])
    arrays = [
        _fed(x, columns, names, lines, path) for x, columns in zip(inputs, wanted, strict=True)
    ]
    fed: Any = (
        arrays[0] if len(arrays) == 1 else {x.name: a for x, a in zip(inputs, arrays, strict=True)}
    )
    outputs = model.predict(fed)
    columns: dict[str, np.ndarray] = {}
    for name, values in zip(
        _output_names(model, outputs), optree.tree_leaves(outputs), strict=True
    ):
        flat = np.reshape(values, (len(lines), -1))
        for i, column in enumerate(flat.T):
            columns[f"{name}_{i}" if flat.shape[1] > 1 else name] = column
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*([str(v) for v in column] for column in columns.values()), strict=True))
    return text.getvalue()


def _output_names(model: Any, outputs: Any) -> list[str]:
    count = len(optree.tree_leaves(outputs))
    known = list(model.output_names)
    return known if len(known) == count else [f"output_{i}" for i in range(count)]


def _read(path: str | os.PathLike[str]) -> tuple[list[str], list[list[str]]]:
    """The names of the columns, and the rows as text."""
    lines = csv_rows(path)
    if len(lines) < 2:
        raise DataError(
            f"{os.fspath(path)} has no rows to predict for.",
            given="an empty file" if not lines else "one line",
            expected="a line with the names of the columns, and rows below it",
        )
    names, rows = [name.strip() for name in lines[0]], lines[1:]
    if all(_number(name) is not None for name in names):
        raise DataError(
            f"{os.fspath(path)} does not name its columns.",
            given=f"a first line of numbers: {', '.join(names[:4])}",
            expected="a first line with the names of the columns",
        )
    for number, row in enumerate(rows, start=1):
        if len(row) != len(names):
            raise DataError(
                f"Row {number} of {os.fspath(path)} has another number of columns.",
                given=f"{len(row)}",
                expected=f"{len(names)}, as the first line names",
            )
    return names, rows


def _wanted(x: Tensor) -> list[str]:
    """The columns that one of several inputs takes."""
    size = _elements(x)
    return [str(x.name)] if size == 1 else [f"{x.name}_{i}" for i in range(size)]


def _elements(x: Tensor) -> int:
    return math.prod(n for n in x.shape[1:] if n is not None)


def _require(path: Any, names: list[str], wanted: list[str]) -> None:
    """Raise if columns are missing."""
    missing = [name for name in wanted if name not in names]
    if not missing:
        return
    others = [name for name in names if name not in wanted]
    near = difflib.get_close_matches(missing[0], others, n=1)
    raise DataError(
        f"{os.fspath(path)} lacks columns that the model takes.",
        given=_listed(names),
        expected=f"also {_listed(missing)}",
        mend=f"rename '{near[0]}' to '{missing[0]}'" if near else None,
    )


def _fed(
    x: Tensor, wanted: list[str], names: list[str], rows: list[list[str]], path: Any
) -> np.ndarray:
    """The array for one input."""
    if len(wanted) != _elements(x) and None not in x.shape[1:]:
        raise DataError(
            f"{os.fspath(path)} does not have the columns that the model takes.",
            given=f"{len(wanted)}: {_listed(wanted)}",
            expected=f"{_elements(x)} columns, for '{x.name}' of shape {x.shape}",
        )
    places = [names.index(name) for name in wanted]
    columns = [_column(names[i], [row[i] for row in rows], path, x.dtype) for i in places]
    sizes = [-1 if n is None else n for n in x.shape[1:]]
    return np.stack(columns, axis=1).reshape(len(rows), *sizes)


def _column(name: str, cells: Sequence[str], path: Any, dtype: str) -> np.ndarray:
    """The numbers of a column."""
    values = [_number(cell) for cell in cells]
    for number, (value, cell) in enumerate(zip(values, cells, strict=True), start=1):
        if value is None or (not is_float(dtype) and value != int(value)):
            whole = "" if is_float(dtype) else "whole "
            raise DataError(
                f"The column '{name}' of {os.fspath(path)} does not consist of {whole}numbers.",
                given=f"{cell!r} in row {number}" if cell.strip() else f"nothing in row {number}",
                expected=f"a {whole}number in each row",
            )
    return np.array(values, numpy_dtype(dtype))


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown
