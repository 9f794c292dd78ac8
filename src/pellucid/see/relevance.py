"""Which parts of an input a prediction hangs on: saliency and Grad-CAM."""

from typing import Any

import numpy as np

from pellucid.engines.function import Session
from pellucid.errors import ShapeError
from pellucid.graph.gradients import gradients
from pellucid.models.model import Model
from pellucid.see.axes import HEAT, axes_for, tell
from pellucid.see.images import place_of, show_image
from pellucid.see.inside import Inside, one_row

__all__ = ["grad_cam", "plot_grad_cam", "plot_saliency", "saliency"]


def saliency(model: Model, x: Any, target: int | None = None) -> np.ndarray:
    """The slope of a class's score by each element of the input.

    Args:
        model: A functional model, or a Sequential that has seen data, with one input.
        x: One row.
        target: The class, or another unit of the output; by default that with the highest score.

    Shapes:
        x (...) or (1, ...) → (...), one slope for each element

    Returns:
        Slopes of the score before the softmax or sigmoid at the model's end, if there is one.

    Examples:
        >>> model = Sequential([Input((2,)), layers.Dense(1, "sigmoid", kernel_initializer="ones")])
        >>> saliency(model, np.array([1.0, 2.0]))
        array([1., 1.], dtype=float32)

    Source:
        Simonyan, Vedaldi, Zisserman 2014, "Deep Inside Convolutional Networks", section 3,
        https://arxiv.org/abs/1312.6034.
    """
    inside = Inside.of(model)
    row = inside.feed(one_row(x, model))
    target = _target(inside, row) if target is None else target
    score = inside.scores[:, target]
    return np.asarray(Session().run(gradients(score, inside.inputs[0]), row))[0]


def grad_cam(
    model: Model, x: Any, target: int | None = None, layer: str | None = None
) -> np.ndarray:
    """Where in an image a convolutional network sees a class.

    The maps of a layer are added up, each weighted by the mean slope of the class's score by it;
    what speaks against the class is cut off.

    Args:
        model: A functional model, or a Sequential that has seen data, with one input.
        x: One image.
        target: The class; by default that with the highest score.
        layer: The name of the layer; by default the last one whose outputs are maps.

    Shapes:
        x (H, W, C) or (1, H, W, C) → (h, w) of the layer's maps, at least 0

    Raises:
        ShapeError: If the outputs of that layer, or of all, are no maps.
        UnknownNameError: If there is no layer of that name.

    Source:
        Selvaraju et al. 2017, "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
        Localization", equations 1 and 2, https://arxiv.org/abs/1610.02391.
    """
    inside = Inside.of(model)
    row = inside.feed(one_row(x, model))
    target = _target(inside, row) if target is None else target
    last = next((n for n in reversed(inside.layers) if inside.layers[n].ndim == 4), None)
    name = layer or last
    if name is None or inside.layer(name).ndim != 4:
        raise ShapeError(
            "Grad-CAM needs a layer whose outputs are maps.",
            given=f"{model.label} has none" if name is None else f"'{name}' with others",
            expected="outputs of shape (rows, height, width, channels)",
        )
    maps = inside.layer(name)
    slopes = gradients(inside.scores[:, target], maps)
    a, slope = (np.asarray(v)[0] for v in Session().run([maps, slopes], row))
    return np.maximum((a * slope.mean(axis=(0, 1))).sum(axis=-1), 0)


def _target(inside: Inside, row: Any) -> int:
    return int(np.argmax(np.asarray(Session().run(inside.scores, row))[0]))


def plot_saliency(model: Model, x: Any, target: int | None = None, ax: Any = None) -> Any:
    """Show which pixels of an image, or which features of a row, a class's score hangs on.

    Args:
        model: A functional model, or a Sequential that has seen data, with one input.
        x: One row. An image is (H, W) or (H, W, C).
        target: The class; by default that with the highest score.
        ax: Where to draw; new axes by default.

    Returns:
        The axes: for an image the largest size of the slope at each pixel, else a bar for each
        feature.
    """
    row = one_row(x, model)[0]
    slopes = saliency(model, row, target)
    inside = Inside.of(model)
    number = _target(inside, inside.feed(row[None])) if target is None else target
    size = np.abs(slopes)
    if slopes.ndim == 1:
        ax = axes_for(ax, f"Slope of score {number} by each feature")
        ax.bar(np.arange(len(slopes)), slopes, color="#717581")
        ax.set_xlabel("feature")
        ax.xaxis.get_major_locator().set_params(integer=True)
        order = np.argsort(-size)[:5]
        told = ", ".join(f"{i} ({slopes[i]:.3g})" for i in order)
        return tell(ax, f"Slopes of score {number} by {len(slopes)} features.", f"Largest: {told}.")
    image = size.max(axis=-1) if size.ndim == 3 else size
    ax = axes_for(ax, f"What score {number} hangs on", (3.4, 3.4), frame=False)
    ax.imshow(image, cmap=HEAT, interpolation="nearest")
    return tell(
        ax,
        f"Saliency of score {number} over an image of {image.shape[0]} by {image.shape[1]} pixels.",
        f"It hangs most on what is {place_of(image)}, where the slope is {image.max():.3g}.",
    )


def plot_grad_cam(
    model: Model, x: Any, target: int | None = None, layer: str | None = None, ax: Any = None
) -> Any:
    """Show where in an image a convolutional network sees a class; arguments as :func:`grad_cam`.

    Args:
        model, x, target, layer: As for :func:`grad_cam`.
        ax: Where to draw; new axes by default.

    Returns:
        The axes: the image in gray, and over it the map.
    """
    row = one_row(x, model)[0]
    heat = grad_cam(model, row, target, layer)
    inside = Inside.of(model)
    number = _target(inside, inside.feed(row[None])) if target is None else target
    ax = axes_for(ax, f"Where score {number} comes from", (3.4, 3.4), frame=False)
    height, width = row.shape[:2]
    show_image(ax, row)
    extent = (-0.5, width - 0.5, height - 0.5, -0.5)
    ax.imshow(heat, cmap=HEAT, alpha=0.6, extent=extent, interpolation="bilinear")
    return tell(
        ax,
        f"Grad-CAM of score {number}: a map of {heat.shape[0]} by {heat.shape[1]} "
        f"over an image of {height} by {width} pixels.",
        f"Most speaks for it {place_of(heat)}." if heat.max() else "Nothing speaks for it.",
    )
