"""Pictures of a training, drawn by matplotlib as SVG for a page of any colours."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.see.theme import BASELINE, FAINT, INK, TRAIN, VALIDATION, themed

__all__ = ["image_png", "learning_curve"]

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
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.5,
}


def learning_curve(
    name: str,
    train: Sequence[float],
    validation: Sequence[float],
    baseline: float | None = None,
    percent: bool = False,
) -> str:
    """A quantity after each epoch, on the training and the validation part.

    Args:
        name: Of the quantity, such as ``"loss"``.
        train: Its values on the training part, one an epoch.
        validation: Its values on the validation part, one an epoch.
        baseline: Its value for the best constant prediction.
        percent: Whether it is a share, to be shown in percent.

    Returns:
        An ``<svg>`` element. Lines differ in dashes as well as in colour.

    Examples:
        >>> learning_curve("loss", [2.0, 1.0], [2.1, 1.3], baseline=2.3)[:4]
        '<svg'
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.6, 3.1), layout="constrained")
        figure.patch.set_alpha(0)
        axes = figure.subplots()
        axes.patch.set_alpha(0)
        epochs = np.arange(1, len(train) + 1)
        marker = "o" if len(train) == 1 else None  # a line needs two points to be seen
        axes.plot(epochs, train, color=TRAIN, marker=marker, lw=2, label="training")
        axes.plot(
            epochs,
            validation,
            color=VALIDATION,
            marker=marker,
            lw=2,
            ls=(0, (5, 1.5)),
            label="validation",
        )
        if baseline is not None:
            axes.axhline(baseline, color=BASELINE, lw=1.5, ls=":", label="constant prediction")
        axes.set_title(name.capitalize(), loc="left", fontweight="bold", fontsize=12)
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        if percent:
            axes.set_ylim(0, 1.02)
            axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        else:
            axes.set_ylim(bottom=0)
        axes.legend(frameon=False, loc="best")
        return themed(_svg(figure), name)


def _svg(figure: Any) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()


def image_png(ink: np.ndarray) -> bytes:
    """A small image as a PNG file: black ink, transparent where there is none.

    Args:
        ink: From 0, none, to 1, full.

    Shapes:
        ink (H, W)

    Examples:
        >>> image_png(np.eye(2))[1:4]
        b'PNG'
    """
    from matplotlib.image import imsave

    pixels = np.zeros((*ink.shape, 4), np.uint8)
    pixels[..., 3] = np.round(255 * np.clip(ink, 0, 1))
    file = io.BytesIO()
    imsave(file, pixels, format="png")
    return file.getvalue()
