"""One set of colours for all pictures: names that a page turns into colours, by day and by night.

Programs that draw want colours as numbers; a page wants names (``var(--train)``), so that one
picture serves light and dark. So pictures are drawn with numbers that stand for names, and
:func:`themed` puts the names in.

Source:
    The hues are those of Okabe, Ito 2008, "Color Universal Design", which people with any of the
    common kinds of colour blindness can tell apart.
"""

import re

__all__ = [
    "BASELINE",
    "DAY",
    "FAINT",
    "GRADIENT",
    "INK",
    "NAMED",
    "NIGHT",
    "PAGE",
    "PAPER",
    "QUIET",
    "TRAIN",
    "VALIDATION",
    "VALUE",
    "WRONG",
    "by_day",
    "style",
    "themed",
]

INK = "#010203"
"""Text and outlines."""
FAINT = "#010204"
"""Grid lines, axes, what should stand back."""
PAPER = "#010205"
"""Areas that stand out from the page a little."""
TRAIN = "#010206"
"""What was measured on the training part."""
VALIDATION = "#010207"
"""What was measured on the validation part."""
BASELINE = "#010208"
"""What one would reach without learning."""
QUIET = "#010209"
"""Text of the second rank."""
VALUE = "#01020a"
"""What a node comes to on the way forwards."""
GRADIENT = "#01020b"
"""What arrives at a node on the way back."""
WRONG = "#01020c"
"""What is not as it should be: a mistake, a finding."""
PAGE = "#01020d"
"""What lies behind everything."""

NAMES = {
    INK: "currentColor",
    FAINT: "var(--faint)",
    PAPER: "var(--area)",
    TRAIN: "var(--train)",
    VALIDATION: "var(--validation)",
    BASELINE: "var(--baseline)",
    QUIET: "var(--quiet)",
    VALUE: "var(--value)",
    GRADIENT: "var(--gradient)",
    WRONG: "var(--wrong)",
    PAGE: "var(--page)",
}

# As in report.html, which has its own copy: it needs more of them, by day and by night.
DAY = {
    "page": "#ffffff",
    "ink": "#1b1f24",
    "quiet": "#5b626b",
    "faint": "#aab0b8",
    "area": "#f2f4f7",
    "train": "#0072b2",
    "validation": "#c04e00",
    "baseline": "#5b626b",
    "value": "#00704a",
    "gradient": "#b3261e",
    "wrong": "#a3276a",
}
NIGHT = {
    "page": "#14171a",
    "ink": "#e8eaed",
    "quiet": "#a4abb3",
    "faint": "#59616a",
    "area": "#20252a",
    "train": "#56b4e9",
    "validation": "#f0a035",
    "baseline": "#a4abb3",
    "value": "#5fd6a7",
    "gradient": "#ff9b90",
    "wrong": "#f296c3",
}


def _key(name: str) -> str:
    return "ink" if name == "currentColor" else name.removeprefix("var(--").removesuffix(")")


NAMED = {_key(name): number for number, name in NAMES.items()}
"""For each of the names above the number that stands for it."""

# How notebooks and pages say that they are light or dark, where it is not the system's choice.
SAY_NIGHT = '[data-jp-theme-light="false"] {0}, .vscode-dark {0}, html[theme="dark"] {0}, .dark {0}'
SAY_DAY = '[data-jp-theme-light="true"] {0}, .vscode-light {0}, html[theme="light"] {0}, .light {0}'


def style(element: str) -> str:
    """A style sheet that gives the names colours within an element, by day and by night.

    Examples:
        >>> print(style(".picture")[:65])
        .picture { color-scheme: light; --page: #ffffff; --ink: #1b1f24;
    """
    day, night = _rule("light", DAY), _rule("dark", NIGHT)
    return "\n".join(
        [
            f"{element} {day}",
            f"@media screen and (prefers-color-scheme: dark) {{ {element} {night} }}",
            f"{SAY_DAY.format(element)} {day}",
            f"{SAY_NIGHT.format(element)} {night}",
            f"{element} {{ background: var(--page); color: var(--ink); }}",
        ]
    )


def _rule(scheme: str, colours: dict[str, str]) -> str:
    names = " ".join(f"--{name}: {colour};" for name, colour in colours.items())
    return f"{{ color-scheme: {scheme}; {names} }}"


def by_day(text: str) -> str:
    """What was drawn in this module's colours with the colours of the day in their place.

    For what cannot have two sets of colours, such as PNG files.

    Examples:
        >>> by_day(f"color={VALUE}")
        'color=#00704a'
    """
    for colour, name in NAMES.items():
        text = text.replace(colour, DAY[_key(name)])
    return text


def themed(svg: str, prefix: str) -> str:
    """Make a drawn SVG part of a page: colours by name, no prologue, ids that are its own.

    Args:
        svg: A whole SVG file, drawn in this module's colours.
        prefix: Put before each id that the picture refers to; other ids are dropped, so that two
            pictures on a page have none in common.

    Examples:
        >>> themed('<?xml version="1.0"?><svg id="a"><path id="b" fill="#010203"/></svg>', "p")
        '<svg><path fill="currentColor"/></svg>'
    """
    svg = svg[svg.index("<svg") :].rstrip()
    svg = re.sub(r"\s*<metadata>.*?</metadata>|\s*<!--.*?-->", "", svg, flags=re.DOTALL)
    for colour, name in NAMES.items():
        svg = svg.replace(colour, name)
    used = set(re.findall(r'(?:url\(|href=")#([^)"]+)', svg))
    svg = re.sub(r' id="([^"]*)"', lambda m: f' id="{prefix}-{m[1]}"' if m[1] in used else "", svg)
    return re.sub(r'(url\(|href=")#', rf"\1#{prefix}-", svg)
