"""What a regression says against what is true."""

from typing import Any

import numpy as np

from pellucid.errors import DataError
from pellucid.see.axes import axes_for, colours_of, tell

__all__ = ["plot_predicted"]

MOST_POINTS = 5000


def plot_predicted(y_true: Any, said: Any, ax: Any = None) -> Any:
    """Show what a model says against what is true; on the diagonal they are alike.

    Args:
        y_true: Targets, any number to a row.
        said: What the model says, as many.
        ax: Where to draw; new axes by default.

    Returns:
        The axes; of more than 5,000 points as many, evenly.

    Raises:
        DataError: If there are not as many of both.

    Examples:
        >>> from pellucid.see import describe
        >>> print(describe(plot_predicted([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])))
        What is said against 3 true values, which go from 1 to 3.
        R² 0.5, mean absolute error 0.333.
    """
    truth, said = np.asarray(y_true, float).reshape(-1), np.asarray(said, float).reshape(-1)
    if truth.shape != said.shape:
        raise DataError(
            "There has to be a prediction for each target.",
            given=f"{len(truth)} targets and {len(said)} predictions",
            expected="as many of both",
        )
    ax = axes_for(ax, "What it says", (4.2, 3.8))
    shown = np.linspace(0, len(truth) - 1, min(MOST_POINTS, len(truth)), dtype=int)
    ends = [min(truth.min(), said.min()), max(truth.max(), said.max())]
    colours = colours_of(ax)
    ax.plot(ends, ends, color=colours["baseline"], ls=":", lw=1.5)
    ax.scatter(truth[shown], said[shown], s=14, color=colours["validation"], alpha=0.7)
    ax.set_xlabel("true")
    ax.set_ylabel("said")
    spread = float(((truth - truth.mean()) ** 2).sum())
    r2 = f"R² {1 - ((truth - said) ** 2).sum() / spread:.3g}, " if spread else ""
    return tell(
        ax,
        f"What is said against {len(truth)} true values, which go from {truth.min():.4g} to "
        f"{truth.max():.4g}.",
        f"{r2}mean absolute error {np.abs(truth - said).mean():.3g}.",
    )
