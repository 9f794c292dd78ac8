"""The loss over a plane of weights, with the ways that optimizers took."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.callbacks.callback import Callback
from pellucid.engines.function import function
from pellucid.errors import ArgumentError, StateError
from pellucid.models.looking import graph_on
from pellucid.models.model import Model
from pellucid.see.axes import HEAT, MARKS, axes_for, colours_of, tell

__all__ = ["WeightPath", "loss_plane", "plot_surface", "random_directions"]

STROKES = "#ffffff", "#e76300", "#92dadd", "#f0a0c8", "#bd1f01"  # seen on all of the heat's colours


def weights_in_a_row(model: Model) -> np.ndarray:
    """All weights that are trained, one after the other."""
    parts = [np.asarray(v.numpy(), float).ravel() for v in model.trainable_variables]
    return np.concatenate(parts) if parts else np.zeros(0)


class WeightPath(Callback):
    """Keeps the weights before training and after each epoch: the way that an optimizer took.

    Attributes:
        points: All weights that are trained, in a row, each time.

    Examples:
        >>> x = np.array([[1.0], [2.0]])
        >>> model = Sequential([Input((1,)), layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> path = WeightPath()
        >>> _ = model.fit(x, 3 * x, epochs=2, callbacks=[path], verbose=0)
        >>> np.shape(path.points)
        (3, 2)
    """

    def __init__(self) -> None:
        super().__init__()
        self.points: list[np.ndarray] = []

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Begin anew."""
        self.points = [weights_in_a_row(self.model)]

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keep the weights."""
        self.points.append(weights_in_a_row(self.model))


def loss_plane(
    model: Model,
    x: Any,
    y: Any,
    origin: Any,
    directions: Any,
    first: Any,
    second: Any,
) -> np.ndarray:
    """The loss with the weights at ``origin + a * directions[0] + b * directions[1]``.

    Args:
        model: A compiled model; it stays as it is.
        x: Inputs, N rows.
        y: Their targets.
        origin: All weights that are trained, in a row.
        directions: Two rows of as many.
        first: The steps along the first direction.
        second: Those along the second.

    Shapes:
        origin (W,), directions (2, W), first (A,), second (B,) → (B, A)

    Raises:
        ArgumentError: If there are not as many weights.

    Examples:
        >>> line = layers.Dense(1)
        >>> model = Sequential([Input((1,)), line])
        >>> model.compile(loss="mse")
        >>> loss_plane(model, np.ones((1, 1)), np.ones(1), [0, 0], np.eye(2), [0.0, 1.0], [0.0])
        array([[1., 0.]])
    """
    variables = model.trainable_variables
    sizes = [v.numpy().size for v in variables]
    origin, directions = np.asarray(origin, float), np.asarray(directions, float)
    if origin.shape != (sum(sizes),) or directions.shape != (2, sum(sizes)):
        raise ArgumentError(
            f"This is no plane of the weights of {model.label}.",
            given=f"an origin of shape {origin.shape}, directions of {directions.shape}",
            expected=f"shapes ({sum(sizes)},) and (2, {sum(sizes)})",
        )
    loss, feed = graph_on(model, x, y)
    run = function([*feed, *variables], loss)
    cuts = np.cumsum(sizes)[:-1]
    heights = np.empty((len(second), len(first)))
    for i, b in enumerate(second):
        for j, a in enumerate(first):
            row = origin + a * directions[0] + b * directions[1]
            weights = [
                part.reshape(v.numpy().shape).astype(v.dtype)
                for part, v in zip(np.split(row, cuts), variables, strict=True)
            ]
            heights[i, j] = run(*feed.values(), *weights)
    return heights


def random_directions(model: Model, seed: int = 0) -> np.ndarray:
    """Two random directions of the weights, each unit's part as long as the unit's own weights.

    So a step of 1 means the same for every layer, however large its weights are. Biases stay.

    Shapes:
        → (2, W)

    Source:
        Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets", section 4,
        https://arxiv.org/abs/1712.09913.
    """
    rng = np.random.default_rng(seed)
    parts: list[np.ndarray] = []
    for v in model.trainable_variables:
        weights = np.asarray(v.numpy(), float)
        drawn = rng.normal(size=(2, *weights.shape))
        if weights.ndim < 2:
            parts.append(np.zeros((2, weights.size)))
            continue
        inputs = tuple(range(weights.ndim - 1))
        length = np.sqrt((weights**2).sum(axis=inputs))
        own = np.sqrt((drawn**2).sum(axis=tuple(i + 1 for i in inputs), keepdims=True))
        parts.append((drawn / own * length).reshape(2, -1))
    return np.concatenate(parts, axis=1)


def plot_surface(
    model: Model,
    x: Any,
    y: Any,
    paths: Mapping[str, Any] | None = None,
    steps: int = 25,
    seed: int = 0,
    ax: Any = None,
) -> Any:
    """Show the loss over a plane of weights, and the ways of optimizers upon it.

    With ways the plane is the one that they spread in most; without, it goes through the model's
    weights in two random directions.

    Args:
        model: A compiled model; it stays as it is.
        x: Inputs, N rows; some hundred are enough.
        y: Their targets.
        paths: By the name of each optimizer its :class:`WeightPath`.
        steps: Points to each side: the loss is computed at each of them.
        seed: Of the random directions.
        ax: Where to draw; new axes by default.

    Returns:
        The axes. The lines are lines of equal loss, from powers of ten.

    Raises:
        StateError: If a way has no points.
    """
    points = {name: np.asarray(getattr(p, "points", p)) for name, p in (paths or {}).items()}
    for name, row in points.items():
        if not row.size:
            raise StateError(
                f"The way of '{name}' has no points.",
                given="a WeightPath that saw no training",
                expected="one that fit was given",
                mend="model.fit(x, y, callbacks=[path])",
            )
    if points:
        origin, directions = _plane_of(np.concatenate(list(points.values())))
        places = {n: (p - origin) @ directions.T for n, p in points.items()}
        every = np.concatenate(list(places.values()))
        low, high = every.min(axis=0), every.max(axis=0)
        margin = 0.25 * np.maximum(high - low, 0.1 * max(1e-3, float((high - low).max())))
        first, second = (
            np.linspace(low[i] - margin[i], high[i] + margin[i], steps) for i in (0, 1)
        )
    else:
        origin, directions, places = weights_in_a_row(model), random_directions(model, seed), {}
        first = second = np.linspace(-1, 1, steps)
    heights = loss_plane(model, x, y, origin, directions, first, second)
    ax = axes_for(ax, "Loss over a plane of weights", (5.2, 4.2))
    ax.grid(False)
    _relief(ax, first, second, heights)
    words = [
        f"The loss over a plane of weights goes from {np.nanmin(heights):.3g} to "
        f"{np.nanmax(heights):.3g}."
    ]
    for i, (name, way) in enumerate(places.items()):
        style = {"color": STROKES[i % len(STROKES)], "marker": MARKS[i % len(MARKS)], "ms": 3.5}
        ax.plot(*way.T, lw=1.4, label=name, mec="#1b1f24", mew=0.4, **style)
        ax.plot(*way[-1], color=style["color"], marker=style["marker"], ms=9, mec="#1b1f24")
        length = float(np.sqrt((np.diff(points[name], axis=0) ** 2).sum(axis=1)).sum())
        words.append(f"{name}: {len(way) - 1} epochs, a way of length {length:.3g}")
    if places:
        ax.legend(fontsize=8, facecolor="#717581", labelcolor="white", framealpha=0.9)
    ax.set_xlabel("along the first direction")
    ax.set_ylabel("along the second")
    return tell(ax, *words)


def _plane_of(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The plane in which points spread most: their middle, and two directions of length 1."""
    origin = points.mean(axis=0)
    _, _, directions = np.linalg.svd(points - origin, full_matrices=False)
    if len(directions) < 2:  # a single weight, or a single point: any other direction will do
        more = np.linalg.qr(np.concatenate([directions, np.eye(points.shape[1])[:2]]).T)[0].T
        directions = more
    return origin, directions[:2]


def _relief(ax: Any, first: np.ndarray, second: np.ndarray, heights: np.ndarray) -> None:
    from matplotlib.colors import LogNorm
    from matplotlib.ticker import LogLocator, MaxNLocator

    finite = np.where(np.isfinite(heights), heights, np.nan)
    low, high = float(np.nanmin(finite)), float(np.nanmax(finite))
    steep = low > 0 and high > 20 * low
    extent = (first[0], first[-1], second[0], second[-1])
    style: Any = {"norm": LogNorm(low, high)} if steep else {}
    image = ax.imshow(
        finite,
        extent=extent,
        origin="lower",
        aspect="auto",
        cmap=HEAT,
        interpolation="bilinear",
        **style,
    )
    if high > low:
        levels = np.geomspace(low, high, 12)[1:-1] if steep else np.linspace(low, high, 12)[1:-1]
        ax.contour(
            first,
            second,
            finite,
            levels,
            colors=[colours_of(ax)["page"]],
            linewidths=0.5,
            alpha=0.7,
        )
    locator = LogLocator(subs=(1, 2, 5)) if steep else MaxNLocator(5)
    ax.figure.colorbar(image, ax=ax, label="loss", ticks=locator, format="%.3g", shrink=0.85)
