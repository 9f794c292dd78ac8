"""The rows that a model is most wrong about."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.models.model import Model
from pellucid.see.axes import axes_for, colours_of, tell
from pellucid.see.confusion import classes_of
from pellucid.see.images import show_mosaic
from pellucid.see.inside import loss_of

__all__ = ["plot_top_losses", "row_losses"]


def row_losses(model: Model, x: Any, y: Any) -> np.ndarray:
    """What each row adds to the loss, by the loss that the model was compiled with.

    Args:
        model: A compiled model with one output.
        x: Inputs, N rows.
        y: Targets, N rows.

    Shapes:
        y (N, ...) → (N,), the mean where a row has several losses

    Raises:
        ArgumentError: If the model has several outputs, or no loss.
        StateError: If it has not been compiled.

    Examples:
        >>> model = Sequential([Input((1,)), layers.Dense(1, kernel_initializer="ones")])
        >>> model.compile(loss="mse")
        >>> row_losses(model, np.array([[1.0], [2.0]]), np.array([[1.0], [5.0]]))
        array([0., 9.], dtype=float32)
    """
    loss = loss_of(model)
    said = model.predict(x, verbose=0)
    y = np.asarray(y)
    if y.ndim == said.ndim - 1 and said.shape[-1] == 1:
        y = y[..., None]
    costs = np.asarray(loss.call(y, said))
    return costs.reshape(len(said), -1).mean(axis=1)


def plot_top_losses(
    model: Model,
    x: Any,
    y: Any,
    count: int = 12,
    labels: Sequence[str] | None = None,
    ax: Any = None,
) -> Any:
    """Show the rows with the largest losses, the worst first.

    Args:
        model: A compiled model with one output.
        x: Inputs, N rows: images (N, H, W) or (N, H, W, C), or rows of features.
        y: Their targets.
        count: How many to show.
        labels: The names of the classes.
        ax: Where to draw; new axes by default.

    Returns:
        The axes: images with what was said and what is true, or for other rows bars with their
        numbers.
    """
    x = np.asarray(x)
    costs = row_losses(model, x, y)
    worst = np.argsort(-costs, kind="stable")[:count]
    said = np.asarray(model.predict(x[worst], verbose=0))
    notes = _notes(said, np.asarray(y)[worst], labels)
    told = [
        f"row {i}: {n}, loss {c:.3g}" for i, n, c in zip(worst, notes, costs[worst], strict=True)
    ]
    words = [f"The {len(worst)} rows of {len(x)} with the largest losses, the worst first.", *told]
    if x.ndim in (3, 4):
        images = x[worst].astype(float)
        images = images if x.ndim == 3 else images.mean(axis=-1)
        ax = axes_for(ax, "Largest losses", (5.2, 3.8), frame=False)
        framed = np.pad(images, ((0, 0), (0, max(2, images.shape[1] // 4)), (1, 1)))
        show_mosaic(ax, framed, "gray_r", captions=notes)
        for text in ax.texts:
            text.set_color("#1b1f24")  # on the paper of the images, whatever the page is
        return tell(ax, *words)
    ax = axes_for(ax, "Largest losses", (4.8, max(1.8, 0.3 * len(worst) + 1)))
    ax.barh(np.arange(len(worst)), costs[worst], color=colours_of(ax)["wrong"], height=0.7)
    ticks = [f"row {i}: {n}" for i, n in zip(worst, notes, strict=True)]
    ax.set_yticks(np.arange(len(worst)), ticks, fontsize=8)
    ax.invert_yaxis()
    ax.grid(False, axis="y")
    ax.set_xlabel("loss")
    return tell(ax, *words)


def _notes(said: np.ndarray, y: np.ndarray, labels: Sequence[str] | None) -> list[str]:
    """What was said and what is true of each row."""
    of_classes = said.shape[-1] > 1 and (y.dtype.kind in "iub" or y.ndim == said.ndim)
    binary = said.shape[-1] == 1 and bool(np.all(np.isin(y, (0, 1))))
    if of_classes or binary:
        name = (lambda k: str(k)) if labels is None else (lambda k: str(labels[k]))
        guesses = said.argmax(axis=-1) if of_classes else (said.reshape(-1) > 0.5).astype(int)
        pairs = zip(guesses, classes_of(y), strict=True)
        return [f"said {name(guess)}, is {name(truth)}" for guess, truth in pairs]
    flat = said.reshape(len(said), -1)[:, 0], y.reshape(len(y), -1)[:, 0]
    return [f"said {a:.3g}, is {b:.3g}" for a, b in zip(*flat, strict=True)]
