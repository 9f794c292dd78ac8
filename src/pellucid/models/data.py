"""Data for training and evaluation: arrays of equal length, checked before anything changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Any

import numpy as np
import optree

from pellucid.config import floatx
from pellucid.errors import ArgumentError, DataError, DTypeError
from pellucid.tables import column_names, table_values

__all__ = [
    "Dataset",
    "check_finite",
    "check_labels",
    "prepare",
    "split_tail",
]


@dataclass(frozen=True)
class Dataset:
    """Rows of inputs, targets and weights.

    Attributes:
        x: Inputs, arrays of N rows, in the structure that the user gave.
        y: Targets, arrays of N rows in the structure of the outputs; ``None`` if there are none.
        sample_weight: A weight for each row, (N,), or a structure of such; ``None`` where all
            count the same.
        part: How errors tell these data from others: ``"validation "`` before their names.
        columns: The names of the inputs' columns, where they were a table.
    """

    x: Any
    y: Any = None
    sample_weight: Any = None
    part: str = ""
    columns: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.arrays[0])

    @property
    def arrays(self) -> list[np.ndarray]:
        """All arrays: inputs, then targets, then weights."""
        everything: Any = (self.x, self.y, self.sample_weight)
        return optree.tree_leaves(everything)  # what is None is no leaf

    def rows(self, part: slice) -> "Dataset":
        """Part of the rows."""
        return self.filled([a[part] for a in self.arrays])

    def filled(self, arrays: Sequence[np.ndarray]) -> "Dataset":
        """Other arrays in the same structure."""
        everything: Any = (self.x, self.y, self.sample_weight)
        structure = optree.tree_structure(everything)
        x, y, weight = optree.tree_unflatten(structure, arrays)
        return replace(self, x=x, y=y, sample_weight=weight)

    def by_column(self, names: Sequence[str]) -> "Dataset":
        """Columns of the inputs' table as inputs of their own; what is no table stays."""
        if not self.columns:
            return self
        x = {name: self.x[:, self.columns.index(name)] for name in names}
        return replace(self, x=x, columns=())

    def weighted(self, class_weight: Mapping[int, float] | None) -> "Dataset":
        """The same rows, each also weighted by its class.

        Classes are whole numbers from 0, or one-hot rows; a class without a weight counts 1.

        Raises:
            DTypeError: If the weights are not a mapping of whole numbers.
            DataError: If there are no classes.
        """
        if class_weight is None:
            return self
        if not isinstance(class_weight, Mapping) or not all(
            isinstance(key, Integral) for key in class_weight
        ):
            raise DTypeError(
                "class_weight says for each class how much its rows count.",
                given=f"class_weight={class_weight!r}",
                expected="a dict such as {0: 1.0, 1: 5.0}",
            )
        if not isinstance(self.y, np.ndarray):
            raise DataError(
                "Class weights need classes.",
                given="class_weight, but "
                + ("no targets y" if self.y is None else "targets of several outputs"),
                expected="whole numbers or one-hot rows for y",
                mend=None if self.y is None else "pass sample_weight for each output",
            )
        many = self.y.ndim > 1 and self.y.shape[-1] > 1
        classes = np.argmax(self.y, axis=-1) if many else self.y.reshape(len(self.y), -1)[:, 0]
        known, positions = np.unique(classes, return_inverse=True)
        if np.any(known != np.floor(known)):
            raise DataError(
                "Class weights need classes.",
                given=f"class_weight, but targets such as {known[known != np.floor(known)][0]}",
                expected="whole numbers or one-hot rows for y",
                mend="weight rows by sample_weight",
            )
        weights = np.array([class_weight.get(int(c), 1.0) for c in known], np.float32)[positions]
        if self.sample_weight is not None:
            weights = weights.reshape(-1, *[1] * (self.sample_weight.ndim - 1)) * self.sample_weight
        return replace(self, sample_weight=weights)


def prepare(
    x: Any, y: Any = None, sample_weight: Any = None, part: str = "", as_stored: bool = False
) -> Dataset:
    """Make a data set of arrays, lists or nested lists and dicts of arrays.

    Floating-point data become float32, unless they are to stay ``as_stored`` or all is computed
    in float64 (``config.set_floatx``); whole numbers and booleans stay.

    Raises:
        DataError: If there are no rows, not equally many, or if a value is not a number.
    """
    if x is None:
        raise DataError(
            "There are no data.", given=f"{part}x=None", expected="an array with a row or more"
        )
    columns = column_names(x)
    x, y = table_values(x, f"{part}x"), table_values(y, f"{part}y")
    data = Dataset(
        _arrays(x, f"{part}x", as_stored),
        _arrays(y, f"{part}y", as_stored),
        _arrays(sample_weight, f"{part}sample_weight", as_stored),
        part,
        columns,
    )
    lengths = {name: len(array) for name, array in _named(data)}
    if len(set(lengths.values())) > 1:
        raise DataError(
            "The data have different numbers of rows.",
            given=", ".join(f"{name}: {n}" for name, n in lengths.items()),
            expected="as many rows of each",
            mend="np.stack(x), if x is a list of rows and not of inputs"
            if isinstance(data.x, list | tuple)
            else None,
        )
    if not len(data):
        raise DataError(
            "There are no data.",
            given=", ".join(f"{name} of shape {array.shape}" for name, array in _named(data)),
            expected="at least one row",
        )
    return data


def _arrays(structure: Any, name: str, as_stored: bool) -> Any:
    """Each part of a structure as an array of numbers; ``None`` stays."""
    return optree.tree_map(lambda a: _numbers(a, name, as_stored), structure, is_leaf=_is_rows)


def _is_rows(x: Any) -> bool:
    """Whether a list is the data themselves (numbers), not a list of several inputs."""
    if not isinstance(x, list | tuple):
        return False
    return not any(hasattr(part, "__array__") and np.ndim(part) > 0 for part in x)


def _named(data: Dataset) -> list[tuple[str, np.ndarray]]:
    """The arrays with the names by which errors call them."""
    pairs = []
    for name, structure in (("x", data.x), ("y", data.y), ("sample_weight", data.sample_weight)):
        paths, arrays, _ = optree.tree_flatten_with_path(structure)
        for path, array in zip(paths, arrays, strict=True):
            pairs.append((data.part + name + "".join(f"[{key!r}]" for key in path), array))
    return pairs


def _numbers(values: Any, name: str, as_stored: bool) -> np.ndarray:
    """An array of numbers with at least one axis, float64 as float32 unless it is to stay."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise DataError(
            f"The rows of '{name}' have different lengths.",
            given="a ragged list",
            expected="an array of equally long rows",
            mend="pad the rows to one length",
        ) from None
    if array.dtype == object and _first_other(array) is None:
        array = array.astype(np.float64)  # a table of mixed columns, all of them numbers
    if array.dtype.kind not in "biuf" and str(array.dtype) != "bfloat16":
        raise _not_numbers(array, name)
    if array.ndim == 0:
        raise DataError(
            f"'{name}' is a single number.",
            given=f"{array}",
            expected="an array whose first axis counts the rows",
        )
    narrowed = array.dtype == np.float64 and floatx() != "float64" and not as_stored
    return array.astype(np.float32) if narrowed else array


def _first_other(array: np.ndarray) -> tuple[int, ...] | None:
    """Where the first element is that is not a number."""
    elements = zip(np.ndindex(array.shape), array.ravel(), strict=True)
    return next((i for i, v in elements if not isinstance(v, Real | np.bool_)), None)


def _not_numbers(array: np.ndarray, name: str) -> DataError:
    given = f"an array of dtype {array.dtype}"
    if array.size:
        place = _first_other(array) or (0,) * array.ndim
        value = array[place]
        shown = value.item() if isinstance(value, np.generic) else value
        given += f", with {shown!r}" + (f" in {_place(place)}" if place else "")
    return DataError(
        f"'{name}' does not consist of numbers.",
        given=given,
        expected="numbers or booleans",
        mend="turn text and categories into numbers first, for example with "
        f"np.unique({name.split()[-1]}, return_inverse=True)[1]",
    )


def _place(index: tuple[int, ...]) -> str:
    """A place in an array, in words."""
    where = f"row {index[0]}" + (f", column {index[1]}" if len(index) > 1 else "")
    return where + (f" (index {index})" if len(index) > 2 else "")


def check_finite(data: Dataset) -> None:
    """Raise if a value is NaN or infinite, and say where.

    Raises:
        DataError: With the first row and column, and how many values there are.
    """
    for name, array in _named(data):
        # A sum is finite only if all of its terms are; only a doubt is looked into.
        with np.errstate(all="ignore"):
            if array.dtype.kind != "f" or np.isfinite(array.sum()):
                continue
        bad = ~np.isfinite(array)
        if not bad.any():
            continue
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        rows = int(bad.reshape(len(bad), -1).any(axis=1).sum())
        columns = data.columns if array is data.x else ()
        column = f" ('{columns[place[1]]}')" if columns else ""
        raise DataError(
            f"'{name}' has values that are not finite numbers.",
            given=f"{array[place]} in {_place(place)}{column}; {int(bad.sum())} such values in "
            f"{rows} of {len(array)} rows",
            expected="finite numbers",
            mend="drop or fill those rows, or pass check_data=False to train on them all the same",
        )


def check_labels(y: np.ndarray, classes: int, ignored: int | None = None, name: str = "y") -> None:
    """Raise if labels are not whole numbers from 0 to before the number of classes.

    Raises:
        DataError: With the first such label and its row.
    """
    labels = y.reshape(len(y), -1)
    wrong = (labels < 0) | (labels >= classes)
    if y.dtype.kind == "f":
        wrong |= labels != np.floor(labels)
    if ignored is not None:
        wrong &= labels != ignored
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        low, high = labels.min(), labels.max()
        raise DataError(
            f"'{name}' has labels that a model with {classes} outputs cannot give.",
            given=f"label {labels[row, column]} in row {row}; labels from {low} to {high}",
            expected=f"whole numbers from 0 to {classes - 1}",
            mend=f"give the last layer {int(high) + 1} units"
            if high >= classes and low >= 0
            else "number the classes from 0",
        )


def split_tail(data: Dataset, share: float) -> tuple[Dataset, Dataset]:
    """Part off the last rows for validation, as Keras does (before any shuffling).

    Raises:
        ArgumentError: If a part would be empty, or the share is not between 0 and 1.
    """
    cut = int(len(data) * (1.0 - share))
    if not 0.0 < share < 1.0 or not 0 < cut < len(data):
        raise ArgumentError(
            "The data cannot be split so.",
            given=f"validation_split={share} of {len(data)} rows",
            expected="a share between 0 and 1 that leaves rows on both sides",
        )
    return data.rows(slice(cut)), data.rows(slice(cut, None))
