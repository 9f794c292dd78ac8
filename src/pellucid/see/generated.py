"""Images that models make: samples, reconstructions, and walks from one code to another."""

from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.models.model import Model
from pellucid.see.axes import axes_for, tell
from pellucid.see.images import images_of, show_grid

__all__ = ["plot_latent_walk", "plot_reconstructions", "plot_samples"]

MOST = 100  # images in a picture


def plot_samples(
    images: Any, shape: tuple[int, ...] | None = None, columns: int | None = None, ax: Any = None
) -> Any:
    """Show images side by side, such as those that a generator makes of noise.

    Args:
        images: N images, of which at most 100 are shown. Numbers may go from 0 to 1, from -1 to 1
            (the outputs of tanh) or from 0 to 255; images of one channel are ink on white.
        shape: The shape of an image, where rows are flat.
        columns: How many to a row; by default about as many as rows.
        ax: Where to draw; new axes by default.

    Shapes:
        images (N, H, W), (N, H, W, 1), (N, H, W, 3), or flat (N, F)

    Returns:
        The axes.

    Raises:
        ShapeError: If these are no images.

    Examples:
        >>> from pellucid.see import describe
        >>> noise = np.random.default_rng(0).uniform(size=(6, 8, 8, 1))
        >>> print(describe(plot_samples(noise)))
        6 images of 8 x 8; the numbers go from 0.000301 to 0.997.
        Two of them differ by 0.344 a pixel on average.
    """
    values = np.asarray(images, float)[:MOST]
    shown = images_of(values, shape)
    ax = axes_for(ax, "Samples", (4.8, 3.8), frame=False)
    show_grid(ax, shown, columns)
    n, height, width = shown.shape[:3]
    words = [
        f"{n} images of {height} x {width}; the numbers go from {values.min():.3g} to "
        f"{values.max():.3g}."
    ]
    if n > 1:
        # Near 0 where a generator has collapsed: where it makes one image of all noise.
        flat = shown.reshape(n, -1)
        apart = np.abs(flat[:, None] - flat[None]).mean(axis=-1).sum() / (n * (n - 1))
        words.append(f"Two of them differ by {apart:.3g} a pixel on average.")
    return tell(ax, *words)


def plot_reconstructions(
    model: Any, x: Any, shape: tuple[int, ...] | None = None, count: int = 8, ax: Any = None
) -> Any:
    """Show images, and below each what an autoencoder makes of it.

    Args:
        model: Anything with a ``predict`` that gives back what it is given.
        x: N images, of which the first are shown.
        shape: The shape of an image, where rows are flat.
        count: How many to show.
        ax: Where to draw; new axes by default.

    Shapes:
        x (N, H, W), (N, H, W, 1), (N, H, W, 3), or flat (N, F)

    Returns:
        The axes.

    Raises:
        ShapeError: If these are no images, or the model gives something of another shape.

    Examples:
        >>> from pellucid.see import describe
        >>> model = Sequential([Input((4, 4)), layers.Rescaling(0.5)])
        >>> print(describe(plot_reconstructions(model, np.ones((2, 4, 4)))))
        2 images, above, and what is made of each, below: 0.5 a pixel apart on average.
        image 0: 0.5 apart
        image 1: 0.5 apart
    """
    given = np.asarray(x)[:count]
    made = np.asarray(_predict(model, given))
    if made.shape != given.shape:
        raise ShapeError(
            "An autoencoder gives back what it is given.",
            given=f"{made.shape} made of {given.shape}",
            expected="the same shape",
        )
    below = 1.0 if np.min(given) < 0 else 0.0  # both in the range of what was given
    above = images_of(given, shape)
    full = 255.0 if given.max(initial=0) > 1 else 1.0
    returned = np.clip((made / full + below) / (1 + below), 0, 1).reshape(above.shape)
    ax = axes_for(ax, "Given, and made of it", (5.2, 1.9), frame=False)
    show_grid(ax, np.concatenate([above, returned]), len(above))
    apart = np.abs(np.asarray(given, float) - made).reshape(len(given), -1).mean(axis=1)
    return tell(
        ax,
        f"{len(given)} images, above, and what is made of each, below: {apart.mean():.3g} a pixel "
        "apart on average.",
        *(f"image {i}: {a:.3g} apart" for i, a in enumerate(apart)),
    )


def plot_latent_walk(
    decoder: Any,
    codes: Any,
    steps: int = 8,
    shape: tuple[int, ...] | None = None,
    ax: Any = None,
) -> Any:
    """Show what a decoder makes of codes on the straight way from one to another.

    Args:
        decoder: Anything with a ``predict`` that makes images of codes: a decoder, a generator.
        codes: Two codes or more; each way from one to the next is a row of images.
        steps: Images to a row, both ends among them.
        shape: The shape of an image, where rows are flat.
        ax: Where to draw; new axes by default.

    Shapes:
        codes (K, ...) with K at least 2

    Returns:
        The axes.

    Raises:
        ShapeError: If there are fewer than two codes, or what is made of them is no image.

    Examples:
        >>> from pellucid.see import describe
        >>> decoder = Sequential([Input((1,)), layers.Dense(4), layers.Reshape((2, 2))])
        >>> words = describe(plot_latent_walk(decoder, [[0.0], [1.0]], steps=3))
        >>> print(words.splitlines()[0])
        From one code to the next in 3 images, 1 way.
    """
    codes = np.asarray(codes, np.float32)
    if codes.ndim < 2 or len(codes) < 2 or steps < 2:
        raise ShapeError(
            "A walk goes from one code to another.",
            given=f"codes of shape {codes.shape} and {steps} steps",
            expected="two codes or more, (K, ...), and at least two steps",
        )
    shares = np.linspace(0, 1, steps, dtype=np.float32).reshape(1, -1, *[1] * (codes.ndim - 1))
    way = (1 - shares) * codes[:-1, None] + shares * codes[1:, None]
    made = np.asarray(_predict(decoder, way.reshape(-1, *codes.shape[1:])), float)
    images = images_of(made, shape)
    legs = len(codes) - 1
    ax = axes_for(ax, "From code to code", (5.6, 0.75 * legs + 0.6), frame=False)
    show_grid(ax, images, steps)
    moved = np.abs(np.diff(images.reshape(legs, steps, -1), axis=1)).mean(axis=-1)
    words = [f"From one code to the next in {steps} images, {legs} {_ways(legs)}."]
    for i, each in enumerate(moved):
        at = int(each.argmax())
        words.append(
            f"way {i + 1}: a step changes {each.mean():.3g} a pixel on average, most "
            f"({each[at]:.3g}) from image {at + 1} to {at + 2}"
        )
    return tell(ax, *words)


def _ways(count: int) -> str:
    return "way" if count == 1 else "ways"


def _predict(model: Any, rows: Any) -> Any:
    return model.predict(rows, verbose=0) if isinstance(model, Model) else model.predict(rows)
