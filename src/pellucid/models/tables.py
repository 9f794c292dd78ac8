"""Tables of pandas, polars and Arrow as arrays of numbers."""

from typing import Any

import numpy as np

from pellucid.errors import DataError

__all__ = ["is_table", "table_values"]


def is_table(x: Any) -> bool:
    """Whether something is a table of named columns; no library of tables need be there.

    Examples:
        >>> is_table({"age": [22, 38]}), is_table(np.zeros((2, 2)))
        (False, False)
    """
    return hasattr(x, "columns") and hasattr(x, "__getitem__") and hasattr(x, "shape")


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
    names = list(getattr(x, "column_names", x.columns))  # Arrow's `columns` are the data
    columns = [_column(np.asarray(x[n]), str(n), name) for n in names]
    return np.stack(columns, axis=1) if columns else np.zeros((0, 0))


def _column(values: np.ndarray, column: str, name: str) -> np.ndarray:
    if values.dtype == object:
        known = [v for v in values.tolist() if not _is_missing(v)]
        if len(known) < len(values):
            raise _missing(values, column, name)
        values = np.array(known)
    if values.dtype.kind in "biuf":
        return values
    dates = values.dtype.kind in "mM"
    raise DataError(
        f"The column '{column}' of '{name}' does not consist of numbers.",
        given=f"{values[0].item()!r} in row 0"
        if not dates
        else f"{values.dtype}, such as {values[0]}",
        expected="numbers or booleans",
        mend="count its days or seconds from one on"
        if dates
        else f"utils.FeatureSpace({{'{column}': 'string_categorical', ...}}), or "
        "layers.StringLookup for this column",
    )


def _is_missing(value: Any) -> bool:
    return value is None or type(value).__name__ == "NAType" or value != value


def _missing(values: np.ndarray, column: str, name: str) -> DataError:
    gaps = [i for i, value in enumerate(values.tolist()) if _is_missing(value)]
    text = any(isinstance(value, str) for value in values)
    return DataError(
        f"The column '{column}' of '{name}' has missing values.",
        given=f"{len(gaps)} of {len(values)}, the first in row {gaps[0]}",
        expected="a number in each row",
        mend=f"utils.FeatureSpace({{'{column}': 'string_categorical', ...}}) makes missing text a "
        "category"
        if text
        else f"fill them, such as with table['{column}'].median(); then layers.Normalization",
    )
