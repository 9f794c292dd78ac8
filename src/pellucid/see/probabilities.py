"""How well scores tell classes apart, and whether probabilities are what they say they are."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from pellucid.errors import DataError
from pellucid.see.axes import HUES, axes_for, colours_of, tell
from pellucid.see.confusion import classes_of

__all__ = [
    "calibration_points",
    "plot_calibration",
    "plot_precision_recall",
    "plot_roc",
    "precision_recall_points",
    "roc_points",
]

MOST_CURVES = 10  # classes that are drawn; all are told of in words
FEW_CURVES = 4  # whose names have room among the curves
STYLES = ("-", "--", "-.")


def roc_points(y_true: Any, scores: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How many rows are called positive, rightly and wrongly, as the threshold falls.

    Args:
        y_true: Whether each row is positive: 1 or 0.
        scores: Higher for what is held to be positive; probabilities or not.

    Shapes:
        y_true (N,), scores (N,) → three of (K + 1,), for K scores that differ: the share of the
        negative rows called positive, the share of the positive ones, and the least score that is
        called positive, which begins at infinity

    Raises:
        DataError: If there are not as many of both, or not both kinds of rows.

    Examples:
        >>> wrongly, rightly, thresholds = roc_points([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.8])
        >>> wrongly, rightly
        (array([0. , 0. , 0.5, 1. ]), array([0. , 0.5, 1. , 1. ]))
    """
    positive, negative, thresholds = _counts(y_true, scores)
    return negative / negative[-1], positive / positive[-1], thresholds


def precision_recall_points(y_true: Any, scores: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How many of those called positive are, and how many of the positive are called so.

    Args:
        y_true: Whether each row is positive: 1 or 0.
        scores: Higher for what is held to be positive; probabilities or not.

    Shapes:
        y_true (N,), scores (N,) → three of (K + 1,), for K scores that differ: recall, which
        rises, precision, and the least score that is called positive, which begins at infinity,
        where nothing is called positive and the precision is 1

    Raises:
        DataError: If there are not as many of both, or not both kinds of rows.

    Examples:
        >>> recall, precision, thresholds = precision_recall_points([0, 1, 1], [0.3, 0.2, 0.9])
        >>> recall, precision.round(2)
        (array([0. , 0.5, 0.5, 1. ]), array([1.  , 1.  , 0.5 , 0.67]))
    """
    positive, negative, thresholds = _counts(y_true, scores)
    called = positive + negative
    precision = np.divide(positive, called, out=np.ones(len(called)), where=called > 0)
    return positive / positive[-1], precision, thresholds


def _counts(y_true: Any, scores: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positive and negative rows with a score of at least each threshold, from infinity down."""
    truth = np.asarray(y_true).reshape(-1).astype(bool)
    scores = np.asarray(scores, float).reshape(-1)
    _need_as_many(len(truth), len(scores))
    if truth.all() or not truth.any():
        raise DataError(
            "One kind of rows alone cannot be told apart.",
            given=f"{len(truth)} rows, {'all' if truth.any() else 'none'} of them positive",
            expected="rows of both kinds",
        )
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)  # of equal scores
    positive = np.cumsum(truth[order])[last]
    return (
        np.append(0, positive),
        np.append(0, last + 1 - positive),
        np.append(np.inf, ordered[last]),
    )


def _need_as_many(truths: int, predictions: int) -> None:
    if truths != predictions:
        raise DataError(
            "There has to be a prediction for each row.",
            given=f"{truths} true classes and {predictions} predictions",
            expected="as many of both",
        )


def _each_class(
    y_true: Any, y_pred: Any, labels: Sequence[str] | None
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """For each class that is told apart from the others: its name, its rows, their scores.

    Of two classes only the second is: the curves of the first say the same.
    """
    scores = np.asarray(y_pred, float)
    scores = scores.reshape(len(scores), -1)
    truth = classes_of(y_true)
    _need_as_many(len(truth), len(scores))
    count = scores.shape[1]
    for i in [1] if count <= 2 else range(count):
        name = f"class {i}" if labels is None else str(labels[i])
        yield name, truth == i, scores[:, 0 if count == 1 else i]


def plot_roc(y_true: Any, y_pred: Any, labels: Sequence[str] | None = None, ax: Any = None) -> Any:
    """Show the receiver operating characteristic: what is found, against false alarms.

    Args:
        y_true: The true classes: numbers from 0, or one-hot rows.
        y_pred: What was said: the score of class 1, or one for each class.
        labels: The names of the classes.
        ax: Where to draw; new axes by default.

    Shapes:
        y_true (N,) or (N, C), y_pred (N,), (N, 1) or (N, C)

    Returns:
        The axes: a curve for each class against all others, of two classes for the second. The
        dotted line is what guessing gives, an area of 0.5.

    Raises:
        DataError: If there are not as many of both, or rows of one class alone.

    Examples:
        >>> from pellucid.see import describe
        >>> print(describe(plot_roc([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.8])).splitlines()[1])
        class 1: area 0.875; at 0.8 it finds 50 %, and takes 0 % of the others for it
    """
    ax = axes_for(ax, "Found, against false alarms", _size(y_pred))
    ax.plot([0, 1], [0, 1], color=colours_of(ax)["baseline"], ls=":", lw=1.5)

    def draw(truth: np.ndarray, scores: np.ndarray) -> tuple[Any, Any, str, str]:
        wrongly, rightly, thresholds = roc_points(truth, scores)
        area = float(np.sum(np.diff(wrongly) * (rightly[1:] + rightly[:-1]) / 2))
        best = int(np.argmax(rightly - wrongly))
        said = f"area {area:.3g}; at {thresholds[best]:.3g} it finds {100 * rightly[best]:.0f} %, "
        said += f"and takes {100 * wrongly[best]:.0f} % of the others for it"
        return wrongly, rightly, f"area {area:.3f}", said

    words = _curves(ax, y_true, y_pred, labels, draw)
    ax.set_xlabel("others taken for it (false positive rate)")
    ax.set_ylabel("found (true positive rate)")
    return tell(
        ax,
        f"Receiver operating characteristic of {len(classes_of(y_true))} rows: of the rows of a "
        "class how many are found, against how many others are taken for it.",
        *words,
    )


def plot_precision_recall(
    y_true: Any, y_pred: Any, labels: Sequence[str] | None = None, ax: Any = None
) -> Any:
    """Show precision against recall: how right what was found is, the more of it is found.

    Args:
        y_true, y_pred, labels, ax: As for :func:`plot_roc`.

    Returns:
        The axes: a curve for each class against all others, of two classes for the second.

    Raises:
        DataError: If there are not as many of both, or rows of one class alone.

    Examples:
        >>> from pellucid.see import describe
        >>> print(describe(plot_precision_recall([0, 1, 1], [0.3, 0.2, 0.9])).splitlines()[1])
        class 1: average precision 0.833, guessing gives 0.667
    """
    ax = axes_for(ax, "Right, against found", _size(y_pred))

    def draw(truth: np.ndarray, scores: np.ndarray) -> tuple[Any, Any, str, str]:
        recall, precision, _ = precision_recall_points(truth, scores)
        average = float(np.sum(np.diff(recall) * precision[1:]))
        said = f"average precision {average:.3g}, guessing gives {truth.mean():.3g}"
        return recall, precision, f"average {average:.3f}", said

    words = _curves(ax, y_true, y_pred, labels, draw, drawstyle="steps-pre")
    ax.set_xlabel("found (recall)")
    ax.set_ylabel("right of what is said (precision)")
    return tell(
        ax,
        f"Precision against recall of {len(classes_of(y_true))} rows: of what is said to be of a "
        "class how much is, against how many of its rows are found.",
        *words,
    )


def _size(y_pred: Any) -> tuple[float, float]:
    """The size of a new figure: with room for a list of many classes beside the curves."""
    return (6.0 if np.ndim(y_pred) == 2 and np.shape(y_pred)[1] > FEW_CURVES else 4.4, 4.0)


def _curves(
    ax: Any,
    y_true: Any,
    y_pred: Any,
    labels: Sequence[str] | None,
    draw: Callable[[np.ndarray, np.ndarray], tuple[Any, Any, str, str]],
    **style: Any,
) -> list[str]:
    """A curve for each class; returns what is told of each."""
    words = []
    known = list(_each_class(y_true, y_pred, labels))
    for i, (name, truth, scores) in enumerate(known):
        if len(known) > 1 and not truth.any():
            words.append(f"{name}: no row")
            continue
        across, up, short, said = draw(truth, scores)
        words.append(f"{name}: {said}")
        if i < MOST_CURVES:
            look = {"color": HUES[i % len(HUES)], "ls": STYLES[i % len(STYLES)], "lw": 2}
            ax.plot(across, up, label=f"{name}: {short}", **look, **style)
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)
    ax.set_aspect("equal")
    beside = {"loc": "center left", "bbox_to_anchor": (1, 0.5)} if len(known) > FEW_CURVES else {}
    ax.legend(frameon=False, fontsize=8, **(beside or {"loc": "lower right"}))
    return words


def calibration_points(
    y_true: Any, y_pred: Any, bins: int = 10
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How often what is held probable is true, for probabilities that are about alike.

    Of a single probability a row it is that of class 1. Of several, it is that of the class that
    is said, the largest; true is then what is said rightly.

    Args:
        y_true: The true classes: numbers from 0, or one-hot rows.
        y_pred: Probabilities.
        bins: Into how many equal parts 0 to 1 is divided; empty ones are left out.

    Shapes:
        y_true (N,) or (N, C), y_pred (N,), (N, 1) or (N, C) → three of at most (bins,): the mean
        probability, the share that is true, and the number of rows

    Raises:
        DataError: If there are not as many of both, or these are no probabilities.

    Examples:
        >>> said, true, rows = calibration_points([0, 1, 1, 1], [0.2, 0.2, 0.9, 0.9], bins=2)
        >>> said, true, rows
        (array([0.2, 0.9]), array([0.5, 1. ]), array([2, 2]))
    """
    said = np.asarray(y_pred, float)
    said = said.reshape(len(said), -1)
    truth = classes_of(y_true)
    _need_as_many(len(truth), len(said))
    if said.size and not (said.min() >= 0 and said.max() <= 1):
        raise DataError(
            "Only probabilities can be held against how often they come true.",
            given=f"numbers from {said.min():.4g} to {said.max():.4g}",
            expected="numbers from 0 to 1",
            mend="for logits: ops.sigmoid(y_pred), or ops.softmax(y_pred)",
        )
    right = truth == 1 if said.shape[1] == 1 else said.argmax(axis=1) == truth
    probability = said.max(axis=1)
    # An edge belongs to the part below it.
    place = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], probability)
    rows = np.bincount(place, minlength=bins)
    used = rows > 0
    sums = (np.bincount(place, v.astype(float), bins)[used] for v in (probability, right))
    mean, share = (s / rows[used] for s in sums)
    return mean, share, rows[used]


def plot_calibration(y_true: Any, y_pred: Any, bins: int = 10, ax: Any = None) -> Any:
    """Show whether probabilities are what they say: of rows held 70 % probable 70 % are true.

    Args:
        y_true, y_pred, bins: As for :func:`calibration_points`.
        ax: Where to draw; new axes by default.

    Returns:
        The axes; below the diagonal the model is surer than it should be. Marks are as large as
        the rows that they stand for are many.

    Raises:
        DataError: If there are not as many of both, or these are no probabilities.

    Examples:
        >>> from pellucid.see import describe
        >>> print(describe(plot_calibration([0, 1, 1, 1], [0.2, 0.2, 0.9, 0.9], bins=2)))
        Probabilities of 4 rows against how often they come true: on average 0.2 apart.
        said 0.2: true 0.5 of 2 rows
        said 0.9: true 1 of 2 rows

    Source:
        Guo, Pleiss, Sun, Weinberger 2017, "On Calibration of Modern Neural Networks", equation 5
        for the average, https://arxiv.org/abs/1706.04599.
    """
    said, true, rows = calibration_points(y_true, y_pred, bins)
    ax = axes_for(ax, "Held probable, and true", (4.4, 4.0))
    colours = colours_of(ax)
    ax.plot([0, 1], [0, 1], color=colours["baseline"], ls=":", lw=1.5)
    ax.plot(said, true, color=colours["validation"], lw=2)
    ax.scatter(
        said,
        true,
        s=20 + 180 * rows / max(1, rows.max(initial=1)),
        zorder=3,
        color=colours["validation"],
        alpha=0.8,
    )
    ax.set_xlim(-0.04, 1.04)
    ax.set_ylim(-0.04, 1.04)
    ax.set_aspect("equal")
    ax.set_xlabel("probability that was said")
    ax.set_ylabel("share that is true")
    apart = float(np.sum(rows * np.abs(true - said)) / max(1, rows.sum()))
    return tell(
        ax,
        f"Probabilities of {rows.sum()} rows against how often they come true: on average "
        f"{apart:.3g} apart.",
        *(
            f"said {p:.3g}: true {t:.3g} of {n} rows"
            for p, t, n in zip(said, true, rows, strict=True)
        ),
    )
