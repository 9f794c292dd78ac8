"""One set of colours for all pictures: names that a page turns into colours, by day and by night.

Programs that draw want colours as numbers; a page wants names (``var(--train)``), so that one
picture serves light and dark. So pictures are drawn with numbers that stand for names, and
:func:`themed` puts the names in.

Source:
    The hues are those of Okabe, Ito 2008, "Color Universal Design", which people with any of the
    common kinds of colour blindness can tell apart.
"""

import re

__all__ = ["BASELINE", "FAINT", "INK", "PAPER", "TRAIN", "VALIDATION", "themed"]

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

NAMES = {
    INK: "currentColor",
    FAINT: "var(--faint)",
    PAPER: "var(--area)",
    TRAIN: "var(--train)",
    VALIDATION: "var(--validation)",
    BASELINE: "var(--baseline)",
}


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
