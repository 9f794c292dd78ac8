"""Findings as text for the terminal, and as a part of a page."""

import itertools
from collections.abc import Sequence
from html import escape
from typing import Any

from rich.text import Text

from pellucid.doctor.finding import Finding, Severity
from pellucid.see.axes import on_page
from pellucid.see.theme import style

__all__ = ["as_html", "as_text", "headline"]

COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}

_numbers = itertools.count(1)

CARD = """
.diagnosis { padding: 0.1rem 1rem; font: 0.95rem/1.45 system-ui, sans-serif; }
.diagnosis article { border-left: 0.25rem solid var(--faint); padding: 0.1rem 0 0.1rem 1rem;
  margin: 1rem 0; }
.diagnosis article.error, .diagnosis article.warning { border-color: var(--wrong); }
.diagnosis h4 { margin: 0.3rem 0; font-size: 1rem; }
.diagnosis p { margin: 0.3rem 0; max-width: 75ch; }
.diagnosis pre { background: var(--area); padding: 0.5rem 0.8rem; overflow-x: auto; }
.diagnosis del { color: var(--wrong); text-decoration: none; }
.diagnosis ins { color: var(--value); text-decoration: none; }
.diagnosis small { color: var(--quiet); }
.diagnosis a { color: inherit; }
.diagnosis svg { max-width: 100%; height: auto; }
"""


def headline(findings: Sequence[Finding]) -> str:
    """How many findings there are of which severity, in words.

    Examples:
        >>> headline([])
        'Nothing was found.'
    """
    parts = []
    for severity in sorted(Severity, reverse=True):
        count = len([f for f in findings if f.severity == severity])
        if count:
            parts.append(f"{count} {severity.word}{'s' if count > 1 else ''}")
    return ", ".join(parts) or "Nothing was found."


def as_text(findings: Sequence[Finding]) -> Text:
    """Findings one below the other, with colours where the terminal has them."""
    text = Text()
    for finding in findings:
        text.append(f"{finding.severity.word} {finding.check}", COLOURS[finding.severity])
        text.append(f"  {finding.symptom}\n", "bold")
        text.append(f"    {finding.why}\n")
        for label, content in _parts(finding):
            first, *rest = content.splitlines()
            text.append(f"    {label:<9}", "dim")
            text.append("".join(f"{line}\n" for line in (first, *(f"{'':13}{r}" for r in rest))))
    text.rstrip()
    return text


def _parts(finding: Finding) -> list[tuple[str, str]]:
    """The labelled lines below a finding's first two."""
    fix = finding.fix
    parts = [
        ("measured", "\n".join(map(str, finding.measures))),
        ("layer", finding.layer or ""),
        ("made at", finding.line or ""),
        ("now", fix.now if fix else ""),
        ("instead" if fix and fix.now else "add", fix.instead if fix else ""),
        ("so also", "\n".join(f"{f.check}: {f.symptom}" for f in _below(finding))),
        ("read", "\n".join(finding.reading)),
    ]
    return [(label, content) for label, content in parts if content.strip()]


def _below(finding: Finding) -> list[Finding]:
    """All consequences of a finding, those of consequences too."""
    found, todo = [], list(finding.evidence)
    while todo:
        first, *todo = todo
        found.append(first)
        todo = [*first.evidence, *todo]
    return found


def as_html(findings: Sequence[Finding]) -> str:
    """Findings as a part of a page, light or dark as the page is, with their pictures."""
    cards = "\n".join(map(_card, findings))
    return (
        f'<section class="diagnosis" aria-label="Diagnosis"><style>{style(".diagnosis")}{CARD}'
        f"</style>\n<p><strong>{headline(findings)}</strong></p>\n{cards}\n</section>"
    )


def _card(finding: Finding) -> str:
    word = finding.severity.word
    lines = [
        f'<article class="{word}"><h4><small>{word} {finding.check}</small> '
        f"{escape(finding.symptom)}</h4>",
        f"<p>{escape(finding.why)}</p>",
    ]
    if finding.measures:
        lines.append(f"<p>{'<br>'.join(escape(str(m)) for m in finding.measures)}</p>")
    places = [p for p in (finding.layer, finding.line) if p]
    if places:
        lines.append(f"<p><small>{escape(' · '.join(places))}</small></p>")
    if finding.fix:
        now = "".join(f"<del>- {escape(x)}</del>\n" for x in finding.fix.now.splitlines())
        then = "".join(f"<ins>+ {escape(x)}</ins>\n" for x in finding.fix.instead.splitlines())
        lines.append(f"<pre>{now}{then}</pre>")
    lines.append(_drawn(finding))
    if finding.evidence:
        below = "".join(f"<li>{f.check}: {escape(f.symptom)}</li>" for f in _below(finding))
        lines.append(f"<p>That is why also:</p><ul>{below}</ul>")
    lines += [f"<p><small>{_linked(title)}</small></p>" for title in finding.reading]
    return "\n".join([*lines, "</article>"])


def _linked(title: str) -> str:
    """A title that ends in its address, as a link."""
    words, _, address = title.rpartition(" ")
    if not address.startswith(("https://", "http://")):
        return escape(title)
    return f'<a href="{escape(address)}">{escape(words.rstrip(",:") or address)}</a>'


def _drawn(finding: Finding) -> str:
    """A finding's picture as SVG; who does not see it is told the symptom."""
    draw = finding.picture
    if draw is None:
        return ""

    def told(ax: Any) -> None:
        draw(ax)
        ax.pellucid_words = getattr(ax, "pellucid_words", finding.symptom)

    svg, words = on_page(told, f"finding{next(_numbers)}", (5, 2.6))
    return f'<div role="img" aria-label="{escape(words)}">{svg}</div>'
