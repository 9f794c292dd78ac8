"""A drawn picture: for a page, a notebook, a file, and in words."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from pellucid.errors import ArgumentError
from pellucid.saving.atomic import replacing
from pellucid.see.theme import by_day, style, themed
from pellucid.utils.quiet import silenced_stderr

__all__ = ["Picture"]

SMALLEST = 0.65  # to which a picture shrinks on a narrow page: letters of 7 points

CARD = """
.OWN { padding: .5rem; overflow-x: auto; } .OWN svg { max-width: 100%; height: auto; }
.OWN a { outline: none; } .OWN summary { cursor: pointer; }
.OWN a:is(:hover, :focus) :is(polygon, path) { stroke: currentColor; stroke-width: 2.5; }
.OWN pre { white-space: pre-wrap; color: inherit; background: none; }
"""

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Picture:
    """A graph that is laid out, and the same in words.

    Shown by itself at the end of a notebook's cell, in the colours of day or night.

    Attributes:
        title: What it shows.
        source: The graph in DOT, in the theme's colours.
        words: What the picture shows, for those who do not see it.
        parts: Folded boxes, by name: pictures of what is inside.

    Examples:
        >>> from pellucid.see import draw
        >>> x, y = placeholder(name="x"), placeholder(name="y")
        >>> picture = draw(x * y, {x: 2, y: 3})
        >>> print(picture.describe())
        Graph of multiply, 3 nodes, from what is fed to what comes out.
        x: fed, value 2, gradient 3
        y: fed, value 3, gradient 2
        multiply: x · y, value 6, gradient 1; slope by x: y = 3; slope by y: x = 2
    """

    title: str
    source: str
    words: str
    parts: Sequence[tuple[str, "Picture"]] = ()

    def describe(self) -> str:
        """The picture in words: a line for each box."""
        return self.words

    __str__ = describe

    def __repr__(self) -> str:
        return f"<Picture: {self.title}>"

    @property
    def dot(self) -> str:
        """The graph in Graphviz's language, in the colours of the day."""
        return by_day(self.source)

    @property
    def png(self) -> bytes:
        """A PNG file, in the colours of the day."""
        return self._drawn("png")

    @property
    def svg(self) -> str:
        """An SVG file that is dark where the reader's system is, and light elsewhere."""
        return self._element(f"<style>{style('svg')}</style>")

    @property
    def html(self) -> str:
        """A page that needs nothing else: the picture, what is inside its boxes, and the words."""
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(self.title)} · pellucid</title>"
            f"<style>{style(':root')} body {{ font: 1rem/1.5 system-ui, sans-serif; }}</style>"
            f"</head>\n<body>{self.fragment()}</body></html>\n"
        )

    def fragment(self) -> str:
        """A piece of a page, such as a notebook: all its styles hold within it alone."""
        own = f"pellucid-{next(_numbers)}"
        inner = "".join(
            f'<details><summary>Inside {escape(name)}</summary><div id="{own}-{k}">'
            f"{part._element()}</div></details>"
            for k, (name, part) in enumerate(self.parts)
        )
        picture = linked(self._element(), [name for name, _ in self.parts], own)
        return (
            f'<div class="{own}"><style>{style(f".{own}")}'
            f"{CARD.replace('OWN', own)}</style>"
            f"{picture}{inner}"
            f"<details><summary>In words</summary><pre>{escape(self.words)}</pre></details></div>"
        )

    def save(self, path: str | Path) -> None:
        """Write it to a file, as what the file's name ends in: svg, png, html, dot or txt.

        Raises:
            ArgumentError: If the name ends in something else.
        """
        path = Path(path)
        kinds = {
            ".svg": lambda: self.svg,
            ".png": lambda: self.png,
            ".html": lambda: self.html,
            ".dot": lambda: self.dot,
            ".txt": lambda: self.words + "\n",
        }
        if path.suffix not in kinds:
            raise ArgumentError(
                "A picture cannot be written as that.",
                given=f"a file's name that ends in '{path.suffix}'",
                expected=f"one of {', '.join(kinds)}",
            )
        content: Any = kinds[path.suffix]()
        with replacing(path) as temporary:
            temporary.write_bytes(content if isinstance(content, bytes) else content.encode())

    def _drawn(self, kind: str) -> bytes:
        from pygraphviz import AGraph

        source = self.dot if kind == "png" else self.source
        with silenced_stderr():
            return AGraph(string=source).draw(format=kind, prog="dot")

    def _element(self, inside: str = "") -> str:
        """The picture as an ``<svg>`` element, with its words for screen readers."""
        svg = centred(themed(self._drawn("svg").decode(), f"p{next(_numbers)}"))
        tag, rest = svg.split(">", 1)
        width = re.search(r' width="(\d+)pt"', tag)
        if width:  # a wide graph is scrolled sideways before its letters become too small
            tag += f' style="min-width: {SMALLEST * int(width[1]):.0f}pt"'
        about = f"<title>{escape(self.title)}</title><desc>{escape(self.words)}</desc>"
        return f'{tag} role="img" aria-label="{escape(self.title)}">{about}{inside}{rest}'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self.words, "text/html": self.fragment()}


def linked(svg: str, names: Sequence[str], own: str) -> str:
    """Let each folded box lead to what is inside: following the link opens it.

    Browsers open a ``<details>`` themselves for a link into it, by mouse and by keyboard, so no
    program is needed on the page.

    Args:
        svg: The picture, whose folded boxes have the classes ``part0``, ``part1`` and so on.
        names: Of the folded boxes.
        own: Begins the ids of what is inside.
    """

    def link(match: re.Match[str]) -> str:
        k = int(match[1])
        label = escape(f"Open {names[k]}")
        return f'<a href="#{own}-{k}" aria-label="{label}">{match[0]}</a>'

    if names:  # what is an image to screen readers has nothing in it to follow
        svg = svg.replace('role="img"', 'role="group"', 1)
    return re.sub(r'<g class="node box\d+ part(\d+)".*?</g>', link, svg, flags=re.DOTALL)


def centred(svg: str) -> str:
    """Let the lines in each box be centred by whoever shows them.

    Graphviz places a line's beginning by the widths of letters that it knows; the font that is
    there may have others.
    """

    def node(match: re.Match[str]) -> str:
        shape = re.search(r'<(?:polygon|path)[^>]*? (?:points|d)="([^"]*)"', match[0])
        if shape is None:
            return match[0]
        places = [float(x) for x in re.findall(r"(-?[\d.]+),-?[\d.]+", shape[1])]
        middle = f'text-anchor="middle" x="{(min(places) + max(places)) / 2:.2f}"'
        return re.sub(r'text-anchor="start" x="[^"]*"', middle, match[0])

    return re.sub(r'<g class="node.*?</g>', node, svg, flags=re.DOTALL)
