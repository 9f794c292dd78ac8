"""What kind of targets some rows have: yes or no, classes, several at once, or numbers."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Targets", "targets_of"]

ROWS = 10_000  # looked at, evenly over the data
MOST_CLASSES = 1000  # whole numbers beyond are counts or amounts


@dataclass(frozen=True)
class Targets:
    """What kind of targets some rows have.

    Attributes:
        kind: ``"binary"`` (0 or 1), ``"signs"`` (-1 or 1), ``"classes"`` (whole numbers from 0),
            ``"one-hot"`` (a 1 among zeros), ``"multi-label"`` (any number of ones among zeros),
            ``"shares"`` (parts of 1), ``"probabilities"`` (from 0 to 1), ``"numbers"``.
        count: How many classes or columns there are.
    """

    kind: str
    count: int


def targets_of(y: np.ndarray, units: int | None = None) -> Targets | None:
    """Say what kind of targets an array holds; ``None`` of something else than numbers.

    Args:
        y: Targets, N rows.
        units: The size of the last axis of what they are compared with: if theirs is as large,
            and above 1, they have a column for each.

    Examples:
        >>> targets_of(np.array([0, 2, 1])), targets_of(np.eye(3), 3).kind
        (Targets(kind='classes', count=3), 'one-hot')
    """
    if y.dtype.kind not in "biuf" or not y.size:
        return None
    rows = y[np.linspace(0, len(y) - 1, min(ROWS, len(y)), dtype=int)]
    if y.dtype.kind == "f" and not np.isfinite(rows).all():
        return None
    columns = y.shape[-1] if y.ndim > 1 else 1
    if columns > 1 and columns == (units or columns):
        return Targets(_of_columns(rows), columns)
    return _of_one(rows, y)


def _of_columns(rows: np.ndarray) -> str:
    """Of rows that have a number for each unit."""
    zeros_and_ones = bool(((rows == 0) | (rows == 1)).all())
    sums = rows.sum(axis=-1)
    if zeros_and_ones:
        return "one-hot" if bool((sums == 1).all()) else "multi-label"
    if bool(((rows >= 0) & (rows <= 1)).all()):
        return "shares" if np.allclose(sums, 1, atol=1e-3) else "probabilities"
    return "numbers"


def _of_one(rows: np.ndarray, y: np.ndarray) -> Targets:
    """Of rows that have one number, or one for each place."""
    if bool(((rows == 0) | (rows == 1)).all()):
        return Targets("binary", 2)
    if bool(((rows == -1) | (rows == 1)).all()):
        return Targets("signs", 2)
    low, high = float(y.min()), float(y.max())
    if bool((rows == np.floor(rows)).all()) and low >= 0 and high < MOST_CLASSES:
        return Targets("classes", int(high) + 1)
    return Targets("probabilities" if low >= 0 and high <= 1 else "numbers", 1)
