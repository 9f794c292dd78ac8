"""What a model says over a plane: decision boundaries, and surfaces of regressions."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.models.model import Model
from pellucid.see.axes import HEAT, HUES, SIGNED, axes_for, colours_of, mark_of, tell
from pellucid.see.confusion import classes_of

__all__ = ["on_plane", "plot_boundary"]


def on_plane(
    model: Any,
    first: np.ndarray,
    second: np.ndarray,
    origin: Any,
    directions: Any,
    row_shape: tuple[int, ...] | None = None,
) -> np.ndarray:
    """What a model predicts at ``origin + a * directions[0] + b * directions[1]``.

    Args:
        model: Anything with a ``predict``.
        first: The steps along the first direction.
        second: Those along the second.
        origin: A row, or its elements.
        directions: Two rows, or their elements.
        row_shape: The shape of a row, where it is no row of features.

    Shapes:
        first (A,), second (B,), origin (F,), directions (2, F) → (B, A, U), as an image with the
        first direction to the right

    Examples:
        >>> model = Sequential([Input((2,)), layers.Dense(1, kernel_initializer="ones")])
        >>> on_plane(model, np.array([0.0, 1.0]), np.array([0.0, 10.0]), [0, 0], np.eye(2))[..., 0]
        array([[ 0.,  1.],
               [10., 11.]], dtype=float32)
    """
    origin = np.asarray(origin, float).reshape(-1)
    across, up = np.asarray(directions, float).reshape(2, -1)
    a, b = np.meshgrid(first, second)
    points = origin + a[..., None] * across + b[..., None] * up
    rows = points.reshape(-1, *(row_shape or origin.shape)).astype(np.float32)
    said = np.asarray(_predict(model, rows))
    return said.reshape(*a.shape, -1)


def _predict(model: Any, rows: np.ndarray) -> Any:
    if isinstance(model, Model):
        return model.predict(rows, batch_size=1024, verbose=0)
    return model.predict(rows)


def plot_boundary(
    model: Any,
    x: Any,
    y: Any = None,
    features: tuple[int, int] = (0, 1),
    plane: Any = None,
    at: Any = None,
    names: Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
    steps: int = 120,
    ax: Any = None,
) -> Any:
    """Show what a model says over two features, or over any plane, with the rows upon it.

    Of several outputs the largest says the class. A single output that lies within 0 and 1 for
    targets 0 and 1 is a probability, with the boundary at 0.5; any other one is a height.

    Args:
        model: Anything with a ``predict``: a model of ours, an estimator of scikit-learn.
        x: Rows of features.
        y: Their classes, or their targets; without them no rows are drawn.
        features: The two columns to vary, to the right and upwards.
        plane: Two directions instead of two columns, (2, F): the rows are then projected on them
            at right angles to the plane.
        at: The row through which the plane goes; by default the mean of the rows.
        names: The names of the columns.
        labels: The names of the classes.
        steps: Points to each side.
        ax: Where to draw; new axes by default.

    Returns:
        The axes.

    Raises:
        ArgumentError: If there are no such two columns, or the directions are no plane.
    """
    x = np.asarray(x)
    rows = x.reshape(len(x), -1).astype(float)
    at = rows.mean(axis=0) if at is None else np.asarray(at, float).reshape(-1)
    directions, origin = _plane(features, plane, at, rows.shape[1])
    places = (rows - origin) @ np.linalg.pinv(directions)
    low, high = places.min(axis=0), places.max(axis=0)
    margin = 0.08 * np.where(high > low, high - low, 1)
    first, second = (np.linspace(low[i] - margin[i], high[i] + margin[i], steps) for i in range(2))
    said = on_plane(model, first, second, origin, directions, x.shape[1:])
    ax = axes_for(ax, "What it says", (4.8, 4.0))
    ax.grid(False)
    extent = (first[0], first[-1], second[0], second[-1])
    kind = _kind(said, y)
    draw = {"class": _classes, "probability": _probability, "height": _heights}[kind]
    words = draw(ax, said, y, places, extent, first, second, labels)
    for i, set_label in enumerate((ax.set_xlabel, ax.set_ylabel)):
        if plane is not None:
            set_label(f"direction {i + 1}")
        else:
            set_label(names[features[i]] if names is not None else f"feature {features[i]}")
    where = f"{ax.get_xlabel()} and {ax.get_ylabel()}"
    return tell(ax, f"What the model says over {where}.", *words)


def _plane(
    features: tuple[int, int], plane: Any, at: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Two directions, and the row at which both are 0."""
    if plane is not None:
        directions = np.asarray(plane, float).reshape(len(plane), -1)
        if directions.shape != (2, size) or np.linalg.matrix_rank(directions) < 2:
            raise ArgumentError(
                "These directions span no plane.",
                given=f"directions of shape {directions.shape}",
                expected=f"two directions of {size} elements, none a multiple of the other",
            )
        return directions, at
    if len(set(features)) != 2 or not all(0 <= i < size for i in features):
        raise ArgumentError(
            "A plane needs two columns.",
            given=f"features={features}",
            expected=f"two different numbers from 0 to {size - 1}",
        )
    origin = at.copy()
    origin[list(features)] = 0  # so that places along the directions are the features themselves
    return np.eye(size)[list(features)], origin


def _kind(said: np.ndarray, y: Any) -> str:
    if said.shape[-1] > 1:
        return "class"
    within = said.min() >= 0 and said.max() <= 1
    binary = y is not None and bool(np.all(np.isin(np.asarray(y), (0, 1))))
    return "probability" if within and (y is None or binary) else "height"


def _classes(
    ax: Any, said: Any, y: Any, places: Any, extent: Any, first: Any, second: Any, labels: Any
) -> list[str]:
    from matplotlib.colors import to_rgb

    winners = said.argmax(axis=-1)
    hues = np.array([to_rgb(HUES[i % len(HUES)]) for i in range(said.shape[-1])])
    ax.imshow(
        np.concatenate([hues[winners], np.full((*winners.shape, 1), 0.3)], axis=-1),
        extent=extent,
        origin="lower",
        aspect="auto",
        interpolation="nearest",
    )
    for i in range(said.shape[-1]):
        if 0 < (winners == i).sum() < winners.size:
            ax.contour(first, second, winners == i, [0.5], colors=[HUES[i % len(HUES)]])
    _points(ax, y, places, labels)
    return [
        f"{_name(i, labels)}: {np.mean(winners == i):.0%} of the plane".replace("%", " %")
        for i in range(said.shape[-1])
    ]


def _probability(
    ax: Any, said: Any, y: Any, places: Any, extent: Any, first: Any, second: Any, labels: Any
) -> list[str]:
    image = ax.imshow(
        said[..., 0], extent=extent, origin="lower", aspect="auto", cmap=SIGNED, vmin=0, vmax=1
    )
    image.set_alpha(0.7)
    ax.figure.colorbar(image, ax=ax, label=f"probability of {_name(1, labels)}", shrink=0.8)
    if said.min() < 0.5 < said.max():
        colour = colours_of(ax)["ink"]
        ax.contour(first, second, said[..., 0], [0.5], colors=[colour], linewidths=1.5)
    _points(ax, y, places, labels)
    share = f"{np.mean(said > 0.5):.0%}".replace("%", " %")
    return [
        f"{_name(1, labels)} is more probable on {share} of the plane; "
        f"its probability goes from {said.min():.3g} to {said.max():.3g}"
    ]


def _heights(
    ax: Any, said: Any, y: Any, places: Any, extent: Any, first: Any, second: Any, labels: Any
) -> list[str]:
    given = None if y is None else np.asarray(y, float).reshape(-1)
    low, high = ((f(said) if given is None else f([f(said), f(given)])) for f in (np.min, np.max))
    image = ax.imshow(
        said[..., 0], extent=extent, origin="lower", aspect="auto", cmap=HEAT, vmin=low, vmax=high
    )
    ax.figure.colorbar(image, ax=ax, label="output", shrink=0.8)
    if given is not None:
        style = {"cmap": HEAT, "vmin": low, "vmax": high, "edgecolors": "white", "linewidths": 0.6}
        ax.scatter(*places.T, c=given, s=22, **style)
    return [f"The output goes from {said.min():.3g} to {said.max():.3g}"]


def _points(ax: Any, y: Any, places: np.ndarray, labels: Any) -> None:
    if y is None:
        return
    y = classes_of(y)
    for i in np.unique(y):
        hue, mark = mark_of(int(i))
        style = {
            "s": 22,
            "edgecolors": colours_of(ax)["ink"],
            "linewidths": 0.6,
            "label": _name(i, labels),
        }
        ax.scatter(*places[y == i].T, color=hue, marker=mark, **style)
    ax.legend(frameon=True, framealpha=0.85, fontsize=8)


def _name(number: int, labels: Any) -> str:
    return f"class {number}" if labels is None else str(labels[number])
