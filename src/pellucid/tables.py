"""Tables of pandas, polars and Arrow: their columns as arrays; and the text of CSV files.

The three differ in how they keep numbers with gaps, text, categories and dates; narwhals, which
brings none of them along, reads them alike.
"""

import csv
import os
from collections.abc import Sequence
from datetime import date, time, timedelta
from numbers import Real
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, DataError

__all__ = ["column_names", "csv_rows", "is_table", "table_columns", "table_values"]


def is_table(x: Any) -> bool:
    """Whether something is a table of named columns; no library of tables need be there.

    Examples:
        >>> is_table({"age": [22, 38]}), is_table(np.zeros((2, 2)))
        (False, False)
    """
    return hasattr(x, "columns") and hasattr(x, "__getitem__") and hasattr(x, "shape")


def column_names(x: Any) -> tuple[str, ...]:
    """The names of a table's columns; none of anything else.

    Examples:
        >>> column_names(np.zeros((2, 2)))
        ()
    """
    if not is_table(x):
        return ()
    # Those of an Arrow table are behind another name; its ``columns`` are the columns themselves.
    return tuple(map(str, getattr(x, "column_names", x.columns)))


def table_values(x: Any, name: str) -> Any:
    """A table of numbers as an array, with a column for each of its own; anything else as it is.

    That is what Keras makes of a table. A model with an input for each column is given
    ``{name: table[name] for name in ...}``, or ``dict(table)`` of a pandas table.

    Args:
        x: A table of pandas, polars or Arrow, or something else.
        name: What errors call it.

    Shapes:
        a table of N columns → (rows, N)

    Raises:
        DataError: If a column is not of numbers; it names the column and the layer that helps.
    """
    if not is_table(x):
        return x
    columns = [_numbers(a, n, name) for n, a in table_columns(x, name).items()]
    return np.stack(columns, axis=1) if columns else np.zeros((0, 0))


def table_columns(
    table: Any, name: str, chosen: Sequence[str] | None = None
) -> dict[str, np.ndarray]:
    """The columns of a table by their names.

    Args:
        table: A table of pandas, polars or Arrow.
        name: What errors call it.
        chosen: The names of those that are wanted, as far as they are there; all by default.

    Returns:
        Numbers and booleans as arrays of their own dtype, where missing real numbers are NaN;
        text and categories as arrays of objects, where what is missing is ``None``.

    Raises:
        DataError: If a column is of dates, or whole numbers or booleans are missing in it.
        ArgumentError: If two columns have one name, or it is a table of another library.
    """
    import narwhals

    try:
        frame = narwhals.from_native(table, eager_only=True)
    except TypeError as error:
        raise ArgumentError(
            f"'{name}' is a table of a kind that cannot be read.",
            given=f"a {type(table).__module__}.{type(table).__name__}",
            expected="a table of pandas, polars or Arrow",
            mend="convert it to one of them, or to an array",
        ) from error
    except narwhals.exceptions.DuplicateError as error:
        raise ArgumentError(
            f"'{name}' has several columns of one name.",
            given=", ".join(map(repr, table.columns)),
            expected="a name of its own for each column",
        ) from error
    series = {str(column.name): column for column in frame.iter_columns()}
    names = series if chosen is None else [n for n in chosen if n in series]
    return {n: _values(series[n], n, name) for n in names}


def _values(column: Any, called: str, table: str) -> np.ndarray:
    """A narwhals series as an array."""
    dtype = column.dtype
    if dtype.is_temporal():
        raise _dates(column.drop_nulls().to_list(), str(dtype), called, table)
    if dtype.is_float():
        values: np.ndarray = column.to_numpy()
        return values
    if dtype.is_decimal():
        return np.array([np.nan if v is None else float(v) for v in column.to_list()])
    gaps = column.is_null().to_numpy()
    if not gaps.any() and (dtype.is_integer() or dtype.is_boolean()):
        whole: np.ndarray = column.to_numpy()
        return whole
    values = np.empty(len(column), object)
    values[:] = column.to_list()
    values[gaps] = None
    return _plain(values, gaps, called, table)


def _plain(values: np.ndarray, gaps: np.ndarray, called: str, table: str) -> np.ndarray:
    """Objects as numbers where that is what they are; ``None`` stands in the gaps."""
    known = values[~gaps].tolist()
    if any(isinstance(v, date | time | timedelta) for v in known):
        raise _dates(known, "", called, table)
    if not all(isinstance(v, Real | np.bool_) for v in known) or not known:
        return values
    numbers = np.array(known)
    if gaps.any():
        if numbers.dtype.kind != "f":
            raise _missing(values, called, table)
        filled = np.full(len(values), np.nan)
        filled[~gaps] = numbers
        return filled
    return numbers


def _numbers(values: np.ndarray, column: str, table: str) -> np.ndarray:
    """The column as it is, if it is of numbers."""
    if values.dtype.kind in "biuf":
        return values
    if any(v is None for v in values):
        raise _missing(values, column, table)
    raise DataError(
        f"The column '{column}' of '{table}' does not consist of numbers.",
        given=f"{values[0]!r} in row 0",
        expected="numbers or booleans",
        mend=f"utils.FeatureSpace({{'{column}': 'string_categorical', ...}}), or "
        "layers.StringLookup for this column",
    )


def _missing(values: np.ndarray, column: str, table: str) -> DataError:
    gaps = [i for i, value in enumerate(values) if value is None]
    text = any(isinstance(value, str) for value in values)
    return DataError(
        f"The column '{column}' of '{table}' has missing values.",
        given=f"{len(gaps)} of {len(values)}, the first in row {gaps[0]}",
        expected="a number in each row",
        mend=f"utils.FeatureSpace({{'{column}': 'string_categorical', ...}}) makes missing text a "
        "category"
        if text
        else f"fill them, such as with table['{column}'].median(); then layers.Normalization",
    )


def _dates(known: list[Any], dtype: str, column: str, table: str) -> DataError:
    example = f"such as {known[0]}" if known else ""
    return DataError(
        f"The column '{column}' of '{table}' has dates or times.",
        given=", ".join(part for part in (dtype, example) if part),
        expected="numbers or booleans",
        mend="make numbers of them that tell something: the days since a first one, the month, "
        "the day of the week",
    )


def csv_rows(path: str | os.PathLike[str]) -> list[list[str]]:
    """The rows of a CSV file, each as the texts of its cells; empty lines are left out.

    Raises:
        OSError: If the file cannot be read.
        DataError: If it is no text.

    Examples:
        >>> import pathlib, tempfile
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "rows.csv"
        >>> _ = file.write_text('a,b\\n1,"two, or 2"\\n')
        >>> csv_rows(file)
        [['a', 'b'], ['1', 'two, or 2']]
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            return [row for row in csv.reader(file) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"{os.fspath(path)} is not a CSV file.",
            given=str(error),
            expected="rows of text in UTF-8, with commas between the columns",
            mend="save the table as 'CSV UTF-8', as spreadsheet programs call it",
        ) from error
