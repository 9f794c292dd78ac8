"""A page about a trained model: one HTML file that needs nothing else."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.saving.atomic import replacing
from pellucid.see.axes import on_page
from pellucid.see.confusion import classes_of
from pellucid.see.curves import plot_curves
from pellucid.see.predicted import plot_predicted
from pellucid.see.report_parts import confusion_table, in_percent, samples

__all__ = ["Report", "check_writable", "interval", "write"]

LABELLED_TABLE = 30  # classes of a table that can be read


@dataclass
class Report:
    """What a report tells of a model. What is not given is left out.

    Args:
        title: The heading.
        about: A sentence on what was trained on what.
        graph: An ``<svg>`` element, by :func:`~pellucid.see.graph_picture.draw_graph`.
        summary: What ``model.summary()`` prints.
        history: Results of each epoch: those of the training part, and with ``val_`` those of the
            validation part.
        baselines: What others reach, as :func:`~pellucid.see.baselines` returns it.
        x: The test part: images (N, H, W) with ink from 0 to 1 are shown, other rows are not.
        y_true: Their classes, or their targets.
        said: What the model makes of them: (N, C) probabilities, or anything else.
        labels: The names of the classes, if what is said are classes.
        unit: What is judged: rows, or places in them.
        scores: Results on the test part, by name; of classes the accuracy is told anyway.
        facts: Further pairs of a name and a value for the head of the page.
        findings: What the doctor found.
        pictures: Further pictures: for each a heading, an ``<svg>`` element, and its words.
        learning: A sentence on how it learned.
        recipe: A part of a page: how to make the model again.
        footer: A last sentence.
    """

    title: str
    about: str = ""
    graph: str = ""
    summary: str = ""
    history: Mapping[str, Sequence[float]] = field(default_factory=dict)
    baselines: Mapping[str, Any] = field(default_factory=dict)
    x: np.ndarray | None = None
    y_true: np.ndarray | None = None
    said: np.ndarray | None = None
    labels: Sequence[str] | None = None
    unit: str = "rows"
    scores: Mapping[str, float] = field(default_factory=dict)
    facts: Sequence[tuple[str, str]] = ()
    findings: Sequence[Any] = ()
    pictures: Sequence[tuple[str, str, str]] = ()
    learning: str = ""
    recipe: str = ""
    footer: str = ""

    @property
    def of_classes(self) -> bool:
        """Whether the model tells classes apart, and was asked to."""
        return self.labels is not None and self.said is not None and self.y_true is not None

    @property
    def correct(self) -> int:
        """How many rows of the test part are told right."""
        if not self.of_classes:
            return 0
        return int(np.sum(classes_of(self.said) == classes_of(self.y_true)))

    def html(self) -> str:
        """The page."""
        template = Template((files("pellucid.see") / "report.html").read_text("utf-8"))
        sections = [
            self._found(),
            self._learned(),
            self._judged(),
            self._computed(),
            *self._pictured(),
            _section("How to make it again", self.recipe) if self.recipe else "",
        ]
        return template.substitute(
            title=escape(self.title),
            about=escape(self.about),
            facts=self._facts(),
            sections="\n".join(filter(None, sections)),
            footer=escape(self.footer),
        )

    def _facts(self) -> str:
        rows = [(name, value, "") for name, value in self.facts]
        rows = [(_title(n), f"{v:.4g}", "on the test part") for n, v in self.scores.items()] + rows
        if self.of_classes and len(self.y_true):  # type: ignore[arg-type]
            n = len(self.y_true)  # type: ignore[arg-type]
            low, high = interval(self.correct, n)
            what = "images" if self._images() is not None else self.unit
            note = (
                f"of {n} {what} never seen; 95 % interval {in_percent(low)} to {in_percent(high)}"
            )
            rows = [("Test accuracy", in_percent(self.correct / n), note), *rows]
        return "\n".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(value)}<small>{escape(note)}</small></dd></div>"
            for name, value, note in rows
        )

    def _images(self) -> np.ndarray | None:
        """The test part as (N, H, W), if it is images of one channel."""
        x = self.x
        if x is not None and x.ndim == 4 and x.shape[-1] == 1:
            x = x[..., 0]
        return x if x is not None and x.ndim == 3 else None

    def _learned(self) -> str:
        names = [n for n in self.history if not n.startswith("val_") and n != "learning_rate"]
        if not names:
            return ""
        curves = "\n".join(self._curve(name) for name in names)
        note = f'<p class="quiet">{escape(self.learning)}</p>' if self.learning else ""
        return _section("How it learned", f'{note}<div class="curves">{curves}</div>')

    def _curve(self, name: str) -> str:
        percent = "accuracy" in name

        def draw(ax: Any) -> Any:
            return plot_curves(self.history, name, self.baselines, percent=percent, ax=ax)

        svg, words = on_page(draw, f"curve-{_id(name)}")
        show = in_percent if percent else "{:.3g}".format
        values, others = self.history[name], self.history.get(f"val_{name}")
        ends = [f"{show(values[-1])} in training"]
        ends += [f"{show(others[-1])} in validation"] if others else []
        caption = f"{_title(name)} after {len(values)} epochs: {', '.join(ends)}"
        for label, given in self.baselines.items():
            value = given.get(name) if isinstance(given, Mapping) else given
            caption += "" if value is None else f"; {label} {show(value)}"
        return _figure(svg, f"Learning curve. {words}", caption + ".")

    def _judged(self) -> str:
        if self.said is None or self.y_true is None or not len(self.y_true):
            return ""
        if not self.of_classes:
            return _section("What it says", self._said())
        assert self.labels is not None
        images = self._images()
        parts = []
        if len(self.labels) <= LABELLED_TABLE:
            what = self.unit if images is None else "images"
            table = confusion_table(self.y_true, self.said, self.labels, what)
            inner = f'<div class="scroll" tabindex="0" aria-label="Confusions">{table}</div>'
            parts.append(_section("What it confuses", inner))
        if images is not None:
            seen = samples(images, self.y_true, self.said, self.labels)
            parts.append(_section("What it saw", seen))
        return f'<div class="pair">{"".join(parts)}</div>'

    def _said(self) -> str:
        assert self.said is not None
        svg, words = on_page(lambda ax: plot_predicted(self.y_true, self.said, ax=ax), "said")
        return f'<div class="curves">{_figure(svg, words, words)}</div>'

    def _computed(self) -> str:
        if not self.graph and not self.summary:
            return ""
        note = (
            "The graph, a box for each layer, with the shape of what goes from one to the next; "
            "B is the number of rows in a batch."
        )
        inner = f'<p class="quiet">{note}</p>' if self.graph else ""
        inner += '<div class="graph">'
        if self.graph:
            inner += _figure(self.graph, "Graph of the model, folded by layers", "")
        if self.summary:
            label = 'tabindex="0" aria-label="Summary of the model"'
            inner += f"<pre {label}>{escape(self.summary)}</pre>"
        return _section("What it computes", inner + "</div>")

    def _pictured(self) -> list[str]:
        if not self.pictures:
            return []
        figures = "\n".join(
            _figure(svg, words, "", f"<h3>{escape(heading)}</h3>", words)
            for heading, svg, words in self.pictures
        )
        return [_section("What is inside", f'<div class="curves">{figures}</div>')]

    def _found(self) -> str:
        if not self.findings:
            return ""
        items = "\n".join(_finding(f, i) for i, f in enumerate(self.findings))
        return _section("What to look after", f'<ul class="findings">{items}</ul>')


def _section(title: str, inner: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{inner}\n</section>"


def _figure(svg: str, label: str, caption: str, above: str = "", words: str = "") -> str:
    """A picture with a text in its place for those who cannot see it."""
    svg = svg.replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1)
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    if words:
        below += f"<details><summary>In words</summary><pre>{escape(words)}</pre></details>"
    return f"<figure>{above}{svg}{below}</figure>"


def _finding(finding: Any, number: int) -> str:
    """A finding of the doctor: how much it matters, what, why, what to change, its picture."""
    told = finding.as_dict()
    parts = [f"<b>{escape(told['severity'].capitalize())}: {escape(told['symptom'])}</b>"]
    parts.append(f"<p>{escape(told['why'])}</p>")
    measures = "; ".join(str(m) for m in finding.measures)
    where = ", ".join(filter(None, [told["layer"], told["line"], measures]))
    if where:
        parts.append(f'<p class="quiet">{escape(where)}</p>')
    if told["fix"]:
        now = "".join(f"<del>- {escape(s)}</del>\n" for s in told["fix"]["now"].splitlines())
        then = "".join(f"<ins>+ {escape(s)}</ins>\n" for s in told["fix"]["instead"].splitlines())
        parts.append(f"<pre>{now}{then}</pre>")
    if finding.picture is not None:
        parts.append(_drawn(finding, number))
    if told["evidence"]:
        also = "".join(f"<li>{escape(f['symptom'])}</li>" for f in told["evidence"])
        parts.append(f"<p>That is why also:</p><ul>{also}</ul>")
    parts += [f'<p class="quiet">{linked(title)}</p>' for title in told["reading"]]
    return f'<li class="{escape(told["severity"])}">{"".join(parts)}</li>'


def _drawn(finding: Any, number: int) -> str:
    """A finding's picture; where it tells no words of its own, they are the symptom."""

    def draw(ax: Any) -> Any:
        finding.picture(ax)
        ax.pellucid_words = getattr(ax, "pellucid_words", finding.symptom)
        return ax

    svg, words = on_page(draw, f"finding-{number}", (5.0, 2.6))
    return _figure(svg, words, "")


def linked(title: str) -> str:
    """A title that ends in its address, as a link.

    Examples:
        >>> linked("About softmax, https://a.org/b")
        '<a href="https://a.org/b">About softmax</a>'
    """
    words, _, address = title.rpartition(" ")
    if not address.startswith(("http://", "https://")):
        return escape(title)
    return f'<a href="{escape(address)}">{escape(words.rstrip(",:") or address)}</a>'


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _id(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name)


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


def write(report: Report, path: Path) -> None:
    """Write the page to a file.

    Raises:
        ArgumentError: If it cannot be written.
    """
    page = report.html()
    try:
        with replacing(path) as temporary:
            temporary.write_text(page, "utf-8")
    except OSError as error:
        raise _cannot_write(path, error) from error


def _cannot_write(path: Path, error: OSError) -> ArgumentError:
    return ArgumentError(
        "The report cannot be written.",
        given=f"{path} ({error.strerror})",
        expected="a file in a folder that exists and may be written to",
        mend="name another file: --output report.html",
    )
