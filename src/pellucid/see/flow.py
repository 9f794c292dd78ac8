"""How gradients flow back through a model: how large they are at each weight, and over time."""

from typing import Any

import numpy as np

from pellucid.callbacks.callback import Callback
from pellucid.engines.function import Function, function
from pellucid.errors import StateError
from pellucid.graph.gradients import gradients
from pellucid.graph.operations.reductions import mean
from pellucid.models.looking import graph_on
from pellucid.models.model import Model
from pellucid.see.axes import HUES, axes_for, in_powers_of_ten, tell
from pellucid.see.inside import short_paths

__all__ = ["GradientFlow", "gradient_sizes", "plot_flow", "plot_flow_over_time"]

SMALL = 1e-3  # of the largest: below, a weight hardly moves while another one learns


def gradient_sizes(model: Model, x: Any, y: Any, sample_weight: Any = None) -> dict[str, float]:
    """How large the gradient of the loss is by each weight that is trained.

    Args:
        model: A compiled model.
        x: Inputs, B rows.
        y: Targets, B rows.
        sample_weight: How much each row counts, (B,).

    Returns:
        The root of the mean square of the gradient's elements, by the weight's path, from the
        input to the output. As in training: dropout drops.

    Raises:
        StateError: If the model has not been compiled.

    Examples:
        >>> line = layers.Dense(1, name="line", kernel_initializer="zeros", use_bias=False)
        >>> model = Sequential([Input((1,)), line], name="net")
        >>> model.compile(loss="mse")
        >>> gradient_sizes(model, np.array([[1.0], [1.0]]), np.array([3.0, 3.0]))
        {'net/line/kernel': 6.0}
    """
    run, feed = _sizes_graph(model, x, y, sample_weight)
    return _sizes(model, run, feed)


def _sizes_graph(model: Model, x: Any, y: Any, weight: Any) -> tuple[Function, Any]:
    loss, feed = graph_on(model, x, y, weight, training=True)
    slopes = gradients(loss, model.trainable_variables)
    return function(list(feed), [mean(g * g) for g in slopes]), list(feed.values())


def _sizes(model: Model, run: Function, feed: Any) -> dict[str, float]:
    squares = run(*feed)
    return {
        str(v.path): float(np.sqrt(s))
        for v, s in zip(model.trainable_variables, squares, strict=True)
    }


class GradientFlow(Callback):
    """Keeps how large the gradients are before training and after each epoch, on the same rows.

    Args:
        x: Inputs, B rows; a batch is enough.
        y: Targets, B rows.

    Attributes:
        sizes: By each weight's path what :func:`gradient_sizes` gives, each time.

    Examples:
        >>> x = np.array([[1.0], [2.0]])
        >>> model = Sequential([Input((1,)), layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> flow = GradientFlow(x, 3 * x)
        >>> _ = model.fit(x, 3 * x, epochs=2, callbacks=[flow], verbose=0)
        >>> [len(sizes) for sizes in flow.sizes.values()]
        [3, 3]
    """

    def __init__(self, x: Any, y: Any) -> None:
        super().__init__()
        self.x = x
        self.y = y
        self.sizes: dict[str, list[float]] = {}
        self._graph: tuple[Function, Any] | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Begin anew."""
        self.sizes = {}
        self._graph = _sizes_graph(self.model, self.x, self.y, None)
        self._keep()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keep the sizes."""
        self._keep()

    def _keep(self) -> None:
        assert self._graph is not None
        for path, size in _sizes(self.model, *self._graph).items():
            self.sizes.setdefault(path, []).append(size)


def plot_flow(model: Model, x: Any, y: Any, sample_weight: Any = None, ax: Any = None) -> Any:
    """Show how large the gradient is at each weight, from the input, at the top, to the output.

    Args:
        model, x, y, sample_weight: As for :func:`gradient_sizes`.
        ax: Where to draw; new axes by default.

    Returns:
        The axes, with a logarithmic scale: what vanishes is short by many powers of ten.
    """
    sizes = gradient_sizes(model, x, y, sample_weight)
    shown = {path: size for path, size in sizes.items() if size > 0}
    ax = axes_for(ax, "Gradient at each weight", (4.8, max(1.8, 0.32 * len(sizes) + 1.0)))
    most = max(shown.values(), default=1.0)
    least = in_powers_of_ten(ax, "x", shown.values())
    places = np.arange(len(sizes))
    widths = np.array([max(size, least) for size in sizes.values()])
    ax.barh(places, widths - least, left=least, color="#3f90da", height=0.7)
    ax.set_yticks(places, short_paths(list(sizes)))
    ax.invert_yaxis()
    ax.grid(False, axis="y")
    ax.set_xlabel("root mean square of the gradient")
    words = [f"Gradients of the loss by {len(sizes)} weights, from the input to the output."]
    for path, size in sizes.items():
        note = ", hardly any beside the largest" if size < SMALL * most else ""
        words.append(f"{path}: {size:.3g}{note}")
    return tell(ax, *words)


def plot_flow_over_time(flow: GradientFlow, ax: Any = None) -> Any:
    """Show how large the gradient was at each weight before training and after each epoch.

    Args:
        flow: The callback that ``fit`` was given.
        ax: Where to draw; new axes by default.

    Returns:
        The axes; biases, whose gradients go with those of their layers, are left out.

    Raises:
        StateError: If it has not been used in a training.
    """
    if not flow.sizes:
        raise StateError(
            "Nothing has been kept yet.",
            given="a GradientFlow that saw no training",
            expected="one that fit was given",
            mend="model.fit(x, y, callbacks=[flow])",
        )
    shown = {p: s for p, s in flow.sizes.items() if not p.endswith("/bias")} or flow.sizes
    epochs = np.arange(len(next(iter(shown.values()))))
    ax = axes_for(ax, "Gradients while learning", (5.2, 3.2))
    words = [f"Gradients of the loss by {len(shown)} weights over {len(epochs) - 1} epochs."]
    names = short_paths(list(shown))
    for i, (path, sizes) in enumerate(shown.items()):
        style = {"color": HUES[i % len(HUES)], "ls": ("-", "--", ":", "-.")[i % 4]}
        ax.plot(epochs, sizes, marker="o" if len(epochs) < 3 else None, label=names[i], **style)
        words.append(f"{path}: from {sizes[0]:.3g} to {sizes[-1]:.3g}")
    in_powers_of_ten(ax, "y", [size for sizes in shown.values() for size in sizes])
    ax.set_xlabel("epoch")
    ax.set_ylabel("root mean square")
    ax.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    return tell(ax, *words)
