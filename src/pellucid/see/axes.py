"""Axes that pictures are drawn on: the caller's or new ones, in colours that can be read there.

matplotlib's own style decides whether a picture is light or dark: pictures look at the colour of
the figure that they are drawn on, and there is no setting beside it.
"""

import io
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.see.theme import DAY, FAINT, INK, NAMED, NIGHT, PAGE, themed

__all__ = ["axes_for", "colours_of", "describe", "in_powers_of_ten", "mark_of", "on_page", "tell"]

STYLE: Any = {
    "svg.fonttype": "none",  # text stays text: selectable, and in the page's own font
    "svg.hashsalt": "pellucid",  # the same picture gives the same bytes
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
}

# Ten hues and ten marks: a class is told apart by both.
HUES = (
    *("#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6"),
    *("#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd"),
)
MARKS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
SIGNED = "PuOr_r"  # orange above 0, purple below: told apart by colour-blind eyes too
HEAT = "cividis"  # from little to much, alike to all eyes


def axes_for(
    ax: Any, title: str, size: tuple[float, float] = (4.8, 3.4), frame: bool = True
) -> Any:
    """The axes to draw on: those given, or those of a new figure; never shown.

    Args:
        ax: The caller's axes, or ``None``.
        title: Stands above, at the left.
        size: Width and height of a new figure, in inches.
        frame: Whether there are axes with ticks; an image needs none.
    """
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.subplots(figsize=size, layout="constrained")[1]
    if title:
        ax.set_title(title, loc="left", fontweight="bold", fontsize=12)
    if frame:
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(True, color=colours_of(ax)["faint"], linewidth=0.5)
        ax.set_axisbelow(True)
    else:
        ax.set_axis_off()
    return ax


def colours_of(ax: Any) -> dict[str, str]:
    """The theme's colours that can be read on the figure of some axes.

    Examples:
        >>> from matplotlib.figure import Figure
        >>> colours_of(Figure(facecolor="black").subplots())["ink"]
        '#e8eaed'
    """
    from matplotlib.colors import to_hex, to_rgb

    face = ax.figure.get_facecolor()
    if to_hex(face) == PAGE:
        return NAMED
    red, green, blue = to_rgb(face)
    return NIGHT if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else DAY


def in_powers_of_ten(ax: Any, which: str, values: Iterable[float]) -> float:
    """Give an axis a logarithmic scale over whole powers of ten around values above 0.

    Args:
        ax: The axes.
        which: ``"x"`` or ``"y"``.
        values: What has to be seen.

    Returns:
        The lower end.
    """
    from matplotlib.ticker import NullFormatter

    powers = np.log10([v for v in values if v > 0] or [1.0])
    low, high = math.floor(powers.min()), math.ceil(powers.max())
    low -= low == high
    ax.set(**{f"{which}scale": "log"})
    ax.set(**{f"{which}lim": (10.0**low, 10.0**high)})
    getattr(ax, f"{which}axis").set_minor_formatter(NullFormatter())
    return 10.0**low


def mark_of(number: int) -> tuple[str, str]:
    """The colour and the mark of a class: no two of the first hundred have both alike.

    Source:
        Petroff 2021, "Accessible Color Sequences for Data Visualization", the sequence of ten,
        https://arxiv.org/abs/2107.02270.

    Examples:
        >>> mark_of(0), mark_of(10)
        (('#3f90da', 'o'), ('#3f90da', 's'))
    """
    turn, place = divmod(number, len(HUES))
    return HUES[place], MARKS[(place + turn) % len(MARKS)]


def tell(ax: Any, *words: str) -> Any:
    """Keep with axes what the picture on them shows, in words; returns the axes."""
    ax.pellucid_words = "\n".join(words)
    return ax


def describe(picture: Any) -> str:
    """A picture in words, for those who do not see it.

    Args:
        picture: Axes that a function of this library drew on, or a drawn graph.

    Raises:
        ArgumentError: If this library did not draw it.

    Examples:
        >>> from pellucid.see import plot_confusion
        >>> print(describe(plot_confusion([0, 0, 1], [0, 1, 1])))
        Confusions of 3 rows in 2 classes: 2 right (66.7 %).
        0: 1 of 2 right; 1 said to be 1
        1: 1 of 1 right
    """
    if hasattr(picture, "pellucid_words"):
        return str(picture.pellucid_words)
    if callable(getattr(picture, "describe", None)):
        return str(picture.describe())
    raise ArgumentError(
        "Nothing is known of this picture.",
        given=f"a {type(picture).__name__}",
        expected="axes that a function of pellucid.see returned, or a drawn graph",
    )


def on_page(
    draw: Callable[[Any], Any], prefix: str, size: tuple[float, float] = (4.6, 3.1)
) -> tuple[str, str]:
    """Draw for a page of any colours.

    Args:
        draw: Draws on axes that it is given.
        prefix: Begins the picture's ids.
        size: Width and height in inches.

    Returns:
        An ``<svg>`` element, and the picture in words.

    Examples:
        >>> svg, words = on_page(lambda ax: tell(ax, "Nothing."), "none")
        >>> svg[:4], words
        ('<svg', 'Nothing.')
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=size, layout="constrained", facecolor=PAGE)
        ax = figure.subplots()
        ax.patch.set_alpha(0)
        draw(ax)
        figure.patch.set_visible(False)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    return themed(text.getvalue(), prefix), describe(ax)
