"""Labels as one-hot rows, and rows brought to length 1, at once with NumPy."""

from typing import Any

import numpy as np

from pellucid.errors import DataError

__all__ = ["normalize", "to_categorical"]


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """1 at the class that each whole number names, 0 at all others.

    Args:
        x: Classes, from 0 on; a last axis of size 1 goes.
        num_classes: How many classes; one more than the largest by default.

    Raises:
        DataError: If a number names no class.

    Examples:
        >>> to_categorical([0, 2], 3)
        array([[1., 0., 0.],
               [0., 0., 1.]])
    """
    labels = np.asarray(x).astype(np.int64)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    count = int(labels.max(initial=-1)) + 1 if num_classes is None else num_classes
    if ((labels < 0) | (labels >= count)).any():
        raise DataError(
            "A label names no class.",
            given=f"labels from {labels.min()} to {labels.max()}",
            expected=f"whole numbers from 0 to {count - 1}",
        )
    return np.eye(count)[labels]


def normalize(x: Any, axis: int = -1, order: int = 2) -> np.ndarray:
    """Vectors divided by their length; those of length 0 stay.

    Args:
        x: Numbers.
        axis: Along which the vectors lie.
        order: Which length: ``(sum |x|^order)^(1 / order)``.

    Examples:
        >>> normalize(np.array([[3.0, 4.0]]))
        array([[0.6, 0.8]])
    """
    x = np.atleast_1d(np.asarray(x))
    length = np.linalg.norm(x, order, axis, keepdims=True)
    return x / np.where(length == 0, 1, length)
