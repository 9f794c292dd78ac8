"""What checks of data share: classes of rows, rows told apart, rows left out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import optree

from pellucid import losses
from pellucid.doctor.case import Case, Head
from pellucid.doctor.targets import targets_of
from pellucid.models.compiled import is_loss
from pellucid.models.data import Dataset

__all__ = ["classes_of", "divided", "hashes", "leaves", "units_of", "with_arrays"]

CHUNK = 2**20  # numbers that are hashed at once


def leaves(data: Dataset, part: str) -> list[np.ndarray]:
    """The arrays of the inputs (``"x"``) or targets (``"y"``)."""
    found: list[Any] = optree.tree_leaves(getattr(data, part))
    return found


def units_of(case: Case, head: Head) -> int | None:
    """The size of the last axis of an output."""
    shape = case.layout.outputs[case.heads.index(head)].shape
    return shape[-1] if shape else None


def classes_of(case: Case, head: Head, y: np.ndarray | None) -> np.ndarray | None:
    """The class of each row, from 0; ``None`` where rows have none, or several.

    Rows are in classes if the loss says so, by taking the classes' numbers, or if the targets are
    one-hot rows, or one column of two values, 0 and 1 or -1 and 1.
    """
    if y is None or head.loss is None:
        return None
    sparse = (losses.SparseCategoricalCrossentropy, losses.sparse_categorical_crossentropy)
    if is_loss(head.loss, *sparse):
        return y.reshape(-1).astype(np.int64) if y.size == len(y) else None
    kind = targets_of(y, units_of(case, head))
    if kind is None:
        return None
    if kind.kind == "one-hot" and y.ndim == 2:
        return np.argmax(y, axis=1)
    if kind.kind in ("binary", "signs") and y.size == len(y):
        return (y.reshape(-1) > 0).astype(np.int64)
    return None


def hashes(arrays: list[np.ndarray]) -> np.ndarray:
    """A number for each row, the same for equal rows and, but by a rare chance, for no others."""
    total = np.zeros(len(arrays[0]), np.uint64)
    for seed, array in enumerate(arrays):
        flat = array.reshape(len(array), -1)
        odd = np.random.default_rng(seed).integers(2**63, size=flat.shape[1], dtype=np.uint64)
        odd = 2 * odd + 1
        step = max(1, CHUNK // max(flat.shape[1], 1))
        for start in range(0, len(flat), step):
            rows = flat[start : start + step].astype(np.float64) + 0.0  # -0 is 0
            bits = rows.view(np.uint64)
            mixed = (bits ^ (bits >> np.uint64(29))) * odd
            total[start : start + step] += (mixed ^ (mixed >> np.uint64(32))).sum(
                axis=1, dtype=np.uint64
            )
    return total


def with_arrays(case: Case, part: str, change: Callable[[int, np.ndarray], np.ndarray]) -> Case:
    """A case whose inputs or targets are changed, alike in training and validation."""

    def changed(data: Dataset | None) -> Dataset | None:
        if data is None:
            return None
        flat, form = optree.tree_flatten(getattr(data, part))
        new: Any = optree.tree_unflatten(form, [change(i, a) for i, a in enumerate(flat)])
        return replace(data, x=new) if part == "x" else replace(data, y=new)

    train = changed(case.train)
    assert train is not None
    return replace(case, train=train, validation=changed(case.validation))


def divided(case: Case, classes: np.ndarray | None, seed: int = 0) -> Case:
    """A case whose rows are mixed and divided anew, each class in its share.

    Args:
        case: One with a validation.
        classes: The class of each row, those of the training first; ``None`` for none.
        seed: For the order.
    """
    if case.validation is None:
        return case
    pairs = zip(case.train.arrays, case.validation.arrays, strict=True)
    together = [np.concatenate(pair) for pair in pairs]
    rows = np.random.default_rng(seed).permutation(len(together[0]))
    if classes is not None:
        # Rows in the order of their place within their class: any share of them has all classes.
        of_row = classes[rows]
        order = np.argsort(of_row, kind="stable")
        counts = np.bincount(of_row)
        starts = np.cumsum(counts) - counts
        place = np.empty(len(rows))
        place[order] = (np.arange(len(rows)) - starts[of_row[order]]) / counts[of_row[order]]
        rows = rows[np.argsort(place, kind="stable")]
    cut = len(case.validation)
    return replace(
        case,
        train=case.train.filled([a[rows[cut:]] for a in together]),
        validation=case.validation.filled([a[rows[:cut]] for a in together]),
        split=0.0,
    )
