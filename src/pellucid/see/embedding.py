"""Where a model puts its rows: the outputs of a layer, brought down to two numbers each."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, unknown_name
from pellucid.models.model import Model
from pellucid.see.axes import axes_for, colours_of, mark_of, tell
from pellucid.see.confusion import classes_of
from pellucid.see.inside import Inside, layer_outputs

__all__ = ["plot_embedding", "principal_components"]


def principal_components(rows: Any, count: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Where rows lie along the directions in which they spread most.

    The largest weight of each direction is above 0, so that the picture is the same every time.

    Args:
        rows: N rows of F numbers.
        count: How many directions, at most as many as rows or numbers.

    Shapes:
        rows (N, F) → places (N, count), shares of the variance (count,) from 0 to 1

    Raises:
        ArgumentError: If there are not as many directions.

    Examples:
        >>> places, shares = principal_components(np.array([[0.0, 0.0], [3.0, 4.0]]), 1)
        >>> places, shares
        (array([[-2.5],
               [ 2.5]]), array([1.]))
    """
    from scipy.linalg import eigh

    rows = np.asarray(rows, float).reshape(len(rows), -1)
    if not 1 <= count <= min(rows.shape):
        raise ArgumentError(
            "There are not as many directions.",
            given=f"count={count} for {rows.shape[0]} rows of {rows.shape[1]} numbers",
            expected=f"from 1 to {min(rows.shape)}",
        )
    centred = rows - rows.mean(axis=0)
    # By the smaller of two tables of products: a decomposition of the rows themselves takes ten
    # times as long, and finds all directions.
    wide = centred.shape[1] > len(centred)
    products = centred @ centred.T if wide else centred.T @ centred
    last = len(products) - 1
    squares, vectors = eigh(products, subset_by_index=[last + 1 - count, last])
    squares, vectors = squares[::-1].clip(0), vectors[:, ::-1]
    directions = centred.T @ vectors if wide else vectors
    places = vectors * np.sqrt(squares) if wide else centred @ vectors
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=0)[None], axis=0)
    total = float((centred**2).sum()) or 1.0
    return places * np.where(largest < 0, -1.0, 1.0), squares / total


def plot_embedding(
    model: Model,
    x: Any,
    y: Any = None,
    layer: str | None = None,
    method: str = "pca",
    labels: Sequence[str] | None = None,
    ax: Any = None,
) -> Any:
    """Show where a layer puts rows: near each other what it holds alike.

    Args:
        model: A functional model, or a Sequential that has seen data.
        x: Inputs, N rows.
        y: Their classes: a colour and a mark each.
        layer: The layer's name; by default the last but one.
        method: ``"pca"`` for principal components, or ``"tsne"``: scikit-learn's t-SNE, which
            keeps neighbours together and tells nothing by distances.
        labels: The names of the classes.
        ax: Where to draw; new axes by default.

    Returns:
        The axes.

    Raises:
        UnknownNameError: If there is no such layer or method.
    """
    names = list(Inside.of(model).layers)
    name = layer or names[max(0, len(names) - 2)]
    rows = layer_outputs(model, x, name)
    rows = rows.reshape(len(rows), -1)
    if method == "pca":
        places, shares = principal_components(rows)
        axes = [f"component {i + 1}: {s:.0%} of the variance" for i, s in enumerate(shares)]
        axes = [a.replace("%", " %") for a in axes]
    elif method == "tsne":
        from sklearn.manifold import TSNE

        near = min(30.0, max(1.0, (len(rows) - 1) / 3))
        places = TSNE(random_state=0, init="pca", perplexity=near).fit_transform(rows)
        axes = ["t-SNE 1", "t-SNE 2"]
    else:
        raise unknown_name("method", method, ["pca", "tsne"])
    ax = axes_for(ax, f"Where {name} puts rows", (4.8, 4.2))
    words = [f"{len(rows)} rows as '{name}' puts them, {rows.shape[1]} numbers brought down to 2."]
    words.append(f"To the right {axes[0]}, upwards {axes[1]}.")
    classes = None if y is None else classes_of(y)
    style = {"s": 16, "edgecolors": colours_of(ax)["ink"], "linewidths": 0.3, "alpha": 0.9}
    for i in [0] if classes is None else np.unique(classes):
        hue, mark = mark_of(int(i))
        which = np.full(len(rows), True) if classes is None else classes == i
        label = f"class {i}" if labels is None else str(labels[i])
        ax.scatter(*places[which].T, color=hue, marker=mark, label=label, **style)
        if classes is not None:
            middle = places[which].mean(axis=0)
            words.append(f"{label}: {np.sum(which)} rows around ({middle[0]:.3g}, {middle[1]:.3g})")
    if classes is not None:
        ax.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    ax.set_xlabel(axes[0])
    ax.set_ylabel(axes[1])
    return tell(ax, *words)
