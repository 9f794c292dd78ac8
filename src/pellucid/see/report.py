"""A page about a trained classifier of images: one HTML file that needs nothing else."""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.see.pictures import image_png, learning_curve

__all__ = ["ImageReport", "check_writable", "interval", "write"]

MOST_MISTAKES = 12  # shown as images; the table of confusions counts them all


@dataclass
class ImageReport:
    """What a report tells of a classifier of images.

    Args:
        title: The heading.
        about: A sentence on what was trained on what.
        history: Results of each epoch: ``loss``, ``accuracy`` and both with ``val_``.
        baseline: Loss and accuracy of the best constant prediction, on the validation part.
        labels: The names of the classes.
        images: The test part; ink from 0 to 1.
        y_true: Their classes.
        probabilities: What the model makes of them.
        graph: An ``<svg>`` element, by :func:`~pellucid.see.graph_picture.draw_graph`.
        summary: What ``model.summary()`` prints.
        facts: Further pairs of a name and a value for the head of the page.
        footer: A last sentence: how to make the page again.

    Shapes:
        images (N, H, W), y_true (N,), probabilities (N, C)
    """

    title: str
    about: str
    history: Mapping[str, Sequence[float]]
    baseline: Mapping[str, float]
    labels: Sequence[str]
    images: np.ndarray
    y_true: np.ndarray
    probabilities: np.ndarray
    graph: str
    summary: str
    facts: Sequence[tuple[str, str]] = ()
    footer: str = ""

    @property
    def y_pred(self) -> np.ndarray:
        """The most probable class of each image."""
        return np.argmax(self.probabilities, axis=1)

    @property
    def correct(self) -> int:
        """How many images of the test part are told right."""
        return int(np.sum(self.y_pred == self.y_true))

    def html(self) -> str:
        """The page."""
        template = Template((files("pellucid.see") / "report.html").read_text("utf-8"))
        return template.substitute(
            title=escape(self.title),
            about=escape(self.about),
            facts=self._facts(),
            learning=escape(self._learning()),
            curves=self._curve("loss") + self._curve("accuracy", percent=True),
            confusion=self._confusion(),
            samples=self._samples(),
            graph=_with_label(self.graph, "Graph of the loss, folded by layers"),
            summary=escape(self.summary),
            footer=escape(self.footer),
        )

    def _facts(self) -> str:
        n = len(self.y_true)
        low, high = interval(self.correct, n)
        accuracy = (
            f"{in_percent(self.correct / n)}",
            f"of {n} images never seen; 95 % interval {in_percent(low)} to {in_percent(high)}",
        )
        rows = [("Test accuracy", *accuracy), *((name, value, "") for name, value in self.facts)]
        return "\n".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(value)}<small>{escape(note)}</small></dd></div>"
            for name, value, note in rows
        )

    def _learning(self) -> str:
        return (
            "After every epoch: once more through all training images. The training part is "
            "measured while units are dropped and weights still change, so it can look worse than "
            "the validation part. The dotted line is what one reaches by always giving the "
            "same answer."
        )

    def _curve(self, name: str, percent: bool = False) -> str:
        train, validation = self.history[name], self.history[f"val_{name}"]
        svg = learning_curve(name, train, validation, self.baseline[name], percent)
        show = in_percent if percent else "{:.3f}".format
        caption = (
            f"{name.capitalize()} after {len(train)} epochs: {show(train[-1])} in training, "
            f"{show(validation[-1])} in validation; constant prediction "
            f"{show(self.baseline[name])}."
        )
        label = f"Learning curve of the {name}. {caption}"
        return (
            f"<figure>{_with_label(svg, label)}<figcaption>{escape(caption)}</figcaption></figure>"
        )

    def _confusion(self) -> str:
        classes = range(len(self.labels))
        counts = np.zeros((len(self.labels), len(self.labels)), int)
        np.add.at(counts, (self.y_true, self.y_pred), 1)
        head = "".join(f'<th scope="col">{escape(self.labels[j])}</th>' for j in classes)
        rows = "\n".join(
            f'<tr><th scope="row">{escape(self.labels[i])}</th>'
            + "".join(self._cell(counts, i, j) for j in classes)
            + "</tr>"
            for i in classes
        )
        return (
            '<table class="confusion"><caption>Rows: the true class. Columns: what the model said. '
            "Numbers are images of the test part; mistakes are outlined.</caption>"
            f"<thead><tr><td></td>{head}</tr></thead>\n<tbody>{rows}</tbody></table>"
        )

    def _cell(self, counts: np.ndarray, i: int, j: int) -> str:
        count = int(counts[i, j])
        kind = "none" if count == 0 else "right" if i == j else "wrong"
        share = round(60 * count / max(1, int(counts[i].sum())))  # at most 60 %: text stays legible
        return f'<td class="{kind}" style="--share:{share}">{count}</td>'

    def _samples(self) -> str:
        wrong = np.flatnonzero(self.y_pred != self.y_true)
        surest = wrong[np.argsort(-self.probabilities[wrong].max(axis=1), kind="stable")]
        right = [
            np.flatnonzero((self.y_true == c) & (self.y_pred == c))[:1]
            for c in range(len(self.labels))
        ]
        shown = surest[:MOST_MISTAKES]
        if len(wrong) == 0:
            mistakes = "<p>It made no mistake on the test part.</p>"
        else:
            which = "all" if len(shown) == len(wrong) else f"the surest {len(shown)}"
            mistakes = f"<h3>Mistakes: {which} of {len(wrong)}</h3>{self._tiles(shown)}"
        return (
            '<p class="quiet">Below each image of the test part what the model said, and how '
            f"probable it held that.</p>\n{mistakes}\n"
            f"<h3>Right: the first of each class</h3>{self._tiles(np.concatenate(right))}"
        )

    def _tiles(self, numbers: np.ndarray) -> str:
        tiles = "\n".join(self._tile(int(i)) for i in numbers)
        return f'<ul class="samples">{tiles}</ul>'

    def _tile(self, number: int) -> str:
        truth, said = int(self.y_true[number]), int(self.y_pred[number])
        row = self.probabilities[number]
        is_right = truth == said
        data = base64.b64encode(image_png(self.images[number])).decode()
        alt = f"Image {number} of the test part, which shows {self.labels[truth]}"
        note = (
            "" if is_right else f"<br>is {escape(self.labels[truth])}: {escape(belief(row[truth]))}"
        )
        mark = "" if is_right else "✗ "
        return (
            f'<li class="{"right" if is_right else "wrong"}">'
            f'<img class="digit" src="data:image/png;base64,{data}" alt="{escape(alt)}">'
            f"<b>{mark}{escape(self.labels[said])}</b>{escape(belief(row[said]))}{note}</li>"
        )


def _with_label(svg: str, label: str) -> str:
    """The picture with a text in its place for those who cannot see it."""
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1)


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


def interval(correct: int, n: int) -> tuple[float, float]:
    """Where an accuracy that was measured on n examples probably lies, at 95 %.

    Examples:
        >>> low, high = interval(95, 100)
        >>> round(low, 3), round(high, 3)
        (0.888, 0.978)

    Source:
        Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference".
    """
    z = 1.959964  # the 97.5 % point of the normal distribution
    p = correct / n
    middle = p + z * z / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def check_writable(path: Path) -> None:
    """Raise unless a file can be written there; nothing is left behind.

    Raises:
        ArgumentError: With the system's reason.
    """
    existed = path.exists()
    try:
        with path.open("a"):
            pass
        if not existed:
            path.unlink()
    except OSError as error:
        raise _cannot_write(path, error) from error


def write(report: ImageReport, path: Path) -> None:
    """Write the page to a file.

    Raises:
        ArgumentError: If it cannot be written.
    """
    page = report.html()
    try:
        path.write_text(page, "utf-8")
    except OSError as error:
        raise _cannot_write(path, error) from error


def _cannot_write(path: Path, error: OSError) -> ArgumentError:
    return ArgumentError(
        "The report cannot be written.",
        given=f"{path} ({error.strerror})",
        expected="a file in a folder that exists and may be written to",
        mend="name another file: --output report.html",
    )
