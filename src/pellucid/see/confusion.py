"""Which classes are taken for which."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import DataError
from pellucid.see.axes import axes_for, colours_of, tell

__all__ = ["classes_of", "confusion_counts", "plot_confusion"]

MOST_NUMBERS = 20  # classes beyond which the cells are too small for their numbers


def classes_of(y: Any) -> np.ndarray:
    """Classes by number, from numbers, from rows of one-hot targets, or from probabilities.

    A single probability a row counts as that of class 1.

    Examples:
        >>> classes_of([2, 0]), classes_of([[0.1, 0.9], [0.8, 0.2]]), classes_of([[0.7], [0.2]])
        (array([2, 0]), array([1, 0]), array([1, 0]))
    """
    y = np.asarray(y)
    if y.ndim == 2 and y.shape[1] > 1:
        return np.argmax(y, axis=1)
    y = y.reshape(-1)
    return (y > 0.5).astype(int) if y.dtype.kind == "f" and np.any(y % 1) else y.astype(int)


def confusion_counts(y_true: Any, y_pred: Any, classes: int | None = None) -> np.ndarray:
    """How many rows of each class are said to be of each class.

    Args:
        y_true: The true classes: numbers from 0, or one-hot rows.
        y_pred: What was said: numbers, or probabilities.
        classes: How many there are; by default as many as occur.

    Shapes:
        y_true (N,) or (N, C), y_pred (N,) or (N, C) → (C, C): rows true, columns said

    Raises:
        DataError: If there are not as many of both, or a class is out of range.

    Examples:
        >>> confusion_counts([0, 0, 1], [0, 1, 1])
        array([[1, 1],
               [0, 1]])
    """
    wide = [np.shape(y)[1] for y in (y_true, y_pred) if np.ndim(y) == 2]
    y_true, y_pred = classes_of(y_true), classes_of(y_pred)
    if len(y_true) != len(y_pred):
        raise DataError(
            "There has to be a prediction for each row.",
            given=f"{len(y_true)} true classes and {len(y_pred)} predictions",
            expected="as many of both",
        )
    found = max((int(y.max(initial=-1)) for y in (y_true, y_pred)), default=-1) + 1
    size = classes or max([found, *wide])
    lowest = min((int(y.min(initial=0)) for y in (y_true, y_pred)), default=0)
    if lowest < 0 or found > size:
        raise DataError(
            "Classes are numbered from 0.",
            given=f"class {lowest if lowest < 0 else found - 1}",
            expected=f"classes from 0 to {size - 1}",
        )
    counts = np.zeros((size, size), int)
    np.add.at(counts, (y_true, y_pred), 1)
    return counts


def plot_confusion(
    y_true: Any, y_pred: Any, labels: Sequence[str] | None = None, ax: Any = None
) -> Any:
    """Show which classes are taken for which; right ones gray, mistakes in colour.

    Args:
        y_true, y_pred: As for :func:`confusion_counts`.
        labels: The classes' names.
        ax: Where to draw; new axes by default.

    Returns:
        The axes.
    """
    counts = confusion_counts(y_true, y_pred, None if labels is None else len(labels))
    names = [str(n) for n in (range(len(counts)) if labels is None else labels)]
    side = max(2.6, 0.42 * len(counts) + 0.9)
    ax = axes_for(ax, "Confusions", (side + 0.4, side))
    ax.grid(False)
    colours = colours_of(ax)
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    for i, j in np.ndindex(*counts.shape):
        colour = colours["faint" if i == j else "wrong"]
        cell = ((j - 0.46, i - 0.46), 0.92, 0.92)
        ax.add_patch(_square(*cell, facecolor=colours["area"], edgecolor="none"))
        if counts[i, j]:
            ax.add_patch(
                _square(
                    *cell,
                    facecolor=colour,
                    alpha=float(0.15 + 0.45 * shares[i, j]),
                    edgecolor=colour,
                )
            )
        if len(counts) <= MOST_NUMBERS:
            right = "ink" if counts[i, j] else "faint"
            weight = "bold" if counts[i, j] and i != j else "normal"
            text = {"ha": "center", "va": "center", "color": colours[right], "fontweight": weight}
            ax.text(j, i, str(counts[i, j]), fontsize=10, **text)
    ax.set_xlim(-0.5, len(counts) - 0.5)
    ax.set_ylim(len(counts) - 0.5, -0.5)
    ax.set_aspect("equal")
    turned = {"rotation": 45, "ha": "right"} if max(map(len, names)) > 3 else {}
    if len(counts) <= MOST_NUMBERS:
        ax.set_xticks(range(len(names)), names, **turned)
        ax.set_yticks(range(len(names)), names)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.set_xlabel("said")
    ax.set_ylabel("true")
    return tell(ax, *_words(counts, names))


def _square(corner: tuple[float, float], width: float, height: float, **style: Any) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle(corner, width, height, **style)


def _words(counts: np.ndarray, names: Sequence[str]) -> list[str]:
    total, right = int(counts.sum()), int(np.trace(counts))
    share = f" ({right / total:.1%})".replace("%", " %") if total else ""
    rows = f"{total} {'row' if total == 1 else 'rows'}"
    lines = [f"Confusions of {rows} in {len(names)} classes: {right} right{share}."]
    for i, name in enumerate(names):
        wrong = [
            f"{counts[i, j]} said to be {names[j]}"
            for j in np.argsort(-counts[i], kind="stable")
            if j != i and counts[i, j]
        ]
        told = "; ".join([f"{counts[i, i]} of {counts[i].sum()} right", *wrong])
        lines.append(f"{name}: {told}")
    return lines
