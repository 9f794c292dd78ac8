"""Parts of a report that are no pictures: the table of confusions, and what was seen."""

import base64
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from pellucid.see.confusion import classes_of, confusion_counts
from pellucid.see.images import image_png

__all__ = ["belief", "confusion_table", "in_percent", "samples"]

MOST_MISTAKES = 12  # shown as images; the table of confusions counts them all


def confusion_table(y_true: Any, said: Any, labels: Sequence[str], what: str = "rows") -> str:
    """A ``<table>`` of which classes are taken for which.

    Args:
        y_true, said: As for :func:`~pellucid.see.confusion_counts`.
        labels: The names of the classes.
        what: What the rows are: ``"images"``.
    """
    classes = range(len(labels))
    counts = confusion_counts(y_true, said, len(labels))
    head = "".join(f'<th scope="col">{escape(labels[j])}</th>' for j in classes)
    rows = "\n".join(
        f'<tr><th scope="row">{escape(labels[i])}</th>'
        + "".join(_cell(counts, i, j) for j in classes)
        + "</tr>"
        for i in classes
    )
    return (
        '<table class="confusion"><caption>Rows: the true class. Columns: what the model said. '
        f"Numbers are {what} of the test part; mistakes are outlined.</caption>"
        f"<thead><tr><td></td>{head}</tr></thead>\n<tbody>{rows}</tbody></table>"
    )


def _cell(counts: np.ndarray, i: int, j: int) -> str:
    count = int(counts[i, j])
    kind = "none" if count == 0 else "right" if i == j else "wrong"
    share = round(60 * count / max(1, int(counts[i].sum())))  # at most 60 %: text stays legible
    return f'<td class="{kind}" style="--share:{share}">{count}</td>'


def samples(images: np.ndarray, y_true: Any, said: Any, labels: Sequence[str]) -> str:
    """The surest mistakes, and the first right one of each class, as images.

    Args:
        images: The test part; ink from 0 to 1.
        y_true: Their classes.
        said: Probabilities; a single one a row is that of class 1.
        labels: The names of the classes.

    Shapes:
        images (N, H, W), said (N, C)
    """
    truth, guess = classes_of(y_true), classes_of(said)
    said = np.asarray(said, float).reshape(len(images), -1)
    probabilities = np.concatenate([1 - said, said], axis=1) if said.shape[1] == 1 else said
    wrong = np.flatnonzero(guess != truth)
    surest = wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")]
    right = [np.flatnonzero((truth == c) & (guess == c))[:1] for c in range(len(labels))]
    shown = surest[:MOST_MISTAKES]

    def tiles(numbers: np.ndarray) -> str:
        each = [
            _tile(int(i), images[i], int(truth[i]), int(guess[i]), probabilities[i], labels)
            for i in numbers
        ]
        return f'<ul class="samples">{"".join(each)}</ul>'

    if len(wrong) == 0:
        mistakes = "<p>It made no mistake on the test part.</p>"
    else:
        which = "all" if len(shown) == len(wrong) else f"the surest {len(shown)}"
        mistakes = f"<h3>Mistakes: {which} of {len(wrong)}</h3>{tiles(shown)}"
    return (
        '<p class="quiet">Below each image of the test part what the model said, and how '
        f"probable it held that.</p>\n{mistakes}\n"
        f"<h3>Right: the first of each class</h3>{tiles(np.concatenate(right))}"
    )


def _tile(
    number: int, image: np.ndarray, truth: int, said: int, row: np.ndarray, labels: Sequence[str]
) -> str:
    right = truth == said
    ink = np.asarray(image, float)
    data = base64.b64encode(image_png(ink / 255 if ink.max() > 1 else ink)).decode()
    alt = f"Image {number} of the test part, which shows {labels[truth]}"
    note = "" if right else f"<br>is {escape(labels[truth])}: {escape(belief(row[truth]))}"
    mark = "" if right else "✗ "
    return (
        f'<li class="{"right" if right else "wrong"}">'
        f'<img class="digit" src="data:image/png;base64,{data}" alt="{escape(alt)}">'
        f"<b>{mark}{escape(labels[said])}</b>{escape(belief(row[said]))}{note}</li>\n"
    )


def in_percent(share: float) -> str:
    """A share in percent, with a decimal.

    Examples:
        >>> in_percent(0.98148)
        '98.1\xa0%'
    """
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def belief(probability: float) -> str:
    """A probability in whole percent, never called certain.

    Examples:
        >>> belief(0.7412), belief(0.9999), belief(0.0001)
        ('74\xa0%', '>\xa099\xa0%', '<\xa01\xa0%')
    """
    space = "\N{NO-BREAK SPACE}"
    if probability > 0.99:
        return f">{space}99{space}%"
    if probability < 0.01:
        return f"<{space}1{space}%"
    return f"{100 * probability:.0f}{space}%"
