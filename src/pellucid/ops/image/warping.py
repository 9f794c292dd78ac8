"""Images warped: each new pixel is read from a place of its own, between the old ones.

Source:
    ``scipy.ndimage.map_coordinates`` for what is read outside; but ``"constant"`` and ``"wrap"``,
    as in JAX, are what SciPy calls ``"grid-constant"`` and ``"grid-wrap"``.
    Simard, Steinkraus, Platt 2003, "Best Practices for Convolutional Neural Networks Applied to
    Visual Document Analysis", section 2 (elastic distortions).
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, ShapeError, unknown_name
from pellucid.graph.dtypes import dtype_name, is_float
from pellucid.graph.operations.arithmetic import absolute, floor_divide, mod, sign
from pellucid.graph.operations.broadcasting import reshape, shape_of, size_of
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.comparison import greater_equal, less, logical_and, where
from pellucid.graph.operations.factorization import solve
from pellucid.graph.operations.indexing import take_along_axis
from pellucid.graph.operations.movement import concatenate, expand_dims, stack
from pellucid.graph.operations.rounding import clip, floor
from pellucid.graph.tensor import as_array, as_operand
from pellucid.ops.image.filtering import gaussian_blur
from pellucid.ops.image.layout import known_sizes, on_batches
from pellucid.random.distributions import normal

__all__ = [
    "affine_transform",
    "displaced",
    "elastic_transform",
    "map_coordinates",
    "perspective_transform",
]


def _mirrored(i: Any, size: int) -> Any:
    return absolute(mod(i + (size - 1), 2 * (size - 1)) - (size - 1)) if size > 1 else i * 0


# Where a position outside is read instead, by the position and the size of its axis.
FILL_MODES: dict[str, Callable[[Any, int], Any]] = {
    "constant": lambda i, size: clip(i, 0, size - 1),  # and then not read
    "nearest": lambda i, size: clip(i, 0, size - 1),
    "wrap": mod,
    "mirror": _mirrored,
    # Twice as fine, the edges of the elements are elements too: to mirror at them.
    "reflect": lambda i, size: floor_divide(_mirrored(2 * i + 1, 2 * size + 1) - 1, 2),
}
ORDERS = {"nearest": 0, "bilinear": 1}


def _fine(x: Any) -> Any:
    """Real numbers in which the places of pixels differ: half precision has too few digits."""
    x = floating(x)
    return x if dtype_name(x.dtype) in ("float32", "float64") else cast(x, "float32")


def _rounded(x: Any) -> Any:
    """To the nearest whole number, halves away from 0."""
    return sign(x) * floor(absolute(x) + 0.5)


def _neighbours(x: Any, order: int) -> list[tuple[Any, Any]]:
    """The elements around a place, each with its weight."""
    if order == 0:
        return [(cast(_rounded(x), "int32"), None)]
    low = floor(x)
    first = cast(low, "int32")
    return [(first, 1 - (x - low)), (first + 1, x - low)]


def _sample(
    flat: Any,
    sizes: Sequence[int],
    places: Sequence[Any],
    order: int,
    fill_mode: str,
    fill_value: float,
) -> Any:
    """Read images at places.

    Shapes:
        flat (B, elements, C), places for each axis (B, P) → (B, P, C)
    """
    bounded = fill_mode in ("constant", "nearest")
    corners = []
    for x, size in zip(places, sizes, strict=True):
        x = _fine(x)
        # Two steps outside all is as further away, and what is infinite has no whole number.
        corners.append(_neighbours(clip(x, -2, size + 1) if bounded else x, order))
    total: Any = None
    for corner in itertools.product(*corners):
        position, inside, weight = None, None, None
        for (i, share), size in zip(corner, sizes, strict=True):
            if fill_mode == "constant":
                here = logical_and(greater_equal(i, 0), less(i, size))
                inside = here if inside is None else logical_and(inside, here)
            i = FILL_MODES[fill_mode](i, size)
            position = i if position is None else position * size + i
            weight = share if weight is None else weight * share
        part = take_along_axis(flat, expand_dims(position, -1), 1)
        if inside is not None:
            part = where(expand_dims(inside, -1), part, fill_value)
        if weight is not None:
            part = part * expand_dims(weight, -1)
        total = part if total is None else total + part
    dtype = dtype_name(flat.dtype)
    if order == 1 and not is_float(dtype):
        total = _rounded(total)
    return cast(total, dtype)


def _require(order: object, fill_mode: str) -> None:
    if fill_mode not in FILL_MODES:
        raise unknown_name("fill_mode", fill_mode, FILL_MODES)
    if order not in (0, 1):
        raise ArgumentError(
            "Places are read from the nearest element, or from those around them by distance.",
            given=f"order={order!r}",
            expected="0 or 1",
        )


def map_coordinates(
    inputs: Any, coordinates: Any, order: int, fill_mode: str = "constant", fill_value: float = 0
) -> Any:
    """What a tensor is at places between its elements.

    Args:
        inputs: A tensor or array of known shape.
        coordinates: For each of its axes the places, in elements from 0.
        order: 0 for the nearest element, 1 for a mean of those around, by distance.
        fill_mode: What is outside: ``"constant"``, ``"nearest"`` (the element at the edge),
            ``"wrap"`` (from the other side), ``"mirror"`` (at the middle of the element at the
            edge) or ``"reflect"`` (at the edge).
        fill_value: The constant.

    Shapes:
        inputs (N axes), coordinates (N, ...) → (...)

    Raises:
        ShapeError: If there is not a row of places for each axis.
        ArgumentError: For another order.
        UnknownNameError: For another ``fill_mode``.

    Examples:
        >>> map_coordinates(np.array([0.0, 10.0, 20.0]), np.array([[0.5, 2.0, 4.0]]), 1)
        array([ 5., 20.,  0.])
    """
    _require(order, fill_mode)
    x = as_operand(inputs)
    if isinstance(coordinates, list | tuple):
        coordinates = stack([floating(row) for row in coordinates])
    places = floating(coordinates)
    if None in x.shape or places.ndim < 2 or places.shape[0] != x.ndim:
        raise ShapeError(
            "Each axis needs its coordinates.",
            given=f"inputs of shape {tuple(x.shape)}, coordinates of shape {tuple(places.shape)}",
            expected=f"known sizes, and coordinates of shape ({x.ndim}, ...)",
        )
    rows = [reshape(places[axis], (1, -1)) for axis in range(x.ndim)]
    found = _sample(
        reshape(x, (1, -1, 1)), [n for n in x.shape if n is not None], rows, order, fill_mode,
        fill_value,
    )  # fmt: skip
    return reshape(found, shape_of(places)[1:])


def _order(interpolation: str) -> int:
    if interpolation not in ORDERS:
        raise unknown_name("interpolation", interpolation, ORDERS)
    return ORDERS[interpolation]


def _warped(
    x: Any, rows: Any, columns: Any, interpolation: str, fill_mode: str, fill_value: float
) -> Any:
    """Images (B, H, W, C) read at rows and columns, each (B, H, W) or (1, H, W)."""
    height, width = known_sizes(x)
    flat = reshape(x, (-1, height * width, x.shape[-1]))
    places = [reshape(p, (-1, height * width)) for p in (rows, columns)]
    found = _sample(flat, (height, width), places, ORDERS[interpolation], fill_mode, fill_value)
    return reshape(found, (-1, height, width, x.shape[-1]))


def affine_transform(
    images: Any,
    transform: Any,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Any:
    """Images moved, turned, scaled, sheared, or seen from aside.

    The pixel in column x and row y is read at ``((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k)``
    with ``k = c0 x + c1 y + 1``.

    Keras on JAX leaves out the division by k, and so is right where c0 and c1 are 0 alone.

    Args:
        images: Of known height and width.
        transform: ``a0, a1, a2, b0, b1, b2, c0, c1``, for all images or for each.
        interpolation: ``"bilinear"`` or ``"nearest"``.
        fill_mode: What is outside, see :func:`map_coordinates`.
        fill_value: The constant.
        data_format: Where the channels lie.

    Shapes:
        images (..., H, W, C), transform (8) or (B, 8) → (..., H, W, C)

    Raises:
        UnknownNameError: For another interpolation or ``fill_mode``.
        ShapeError: If these are no images or no transforms.

    Examples:
        >>> image = np.array([[1.0, 2.0, 3.0]])[..., None]
        >>> one_to_the_right = np.array([1.0, 0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0])
        >>> affine_transform(image, one_to_the_right).ravel()
        array([0., 1., 2.])
    """
    order = _order(interpolation)
    _require(order, fill_mode)
    transform = _fine(transform)
    if transform.ndim not in (1, 2) or transform.shape[-1] != 8:
        raise ShapeError(
            "A transform consists of eight numbers.",
            given=f"a transform of shape {tuple(transform.shape)}",
            expected="shape (8,), or (batch, 8)",
        )
    a0, a1, a2, b0, b1, b2, c0, c1 = (reshape(transform[..., i], (-1, 1, 1)) for i in range(8))

    def warped(x: Any) -> Any:
        y, x_ = _grid(x, transform)
        k = c0 * x_ + c1 * y + 1
        rows, columns = (b0 * x_ + b1 * y + b2) / k, (a0 * x_ + a1 * y + a2) / k
        return _warped(x, rows, columns, interpolation, fill_mode, fill_value)

    return on_batches(warped, images, data_format)


def _grid(images: Any, like: Any) -> tuple[np.ndarray, np.ndarray]:
    """The rows (H, 1) and the columns (W) of images, in the dtype of the places computed there."""
    height, width = known_sizes(images)
    dtype = dtype_name(like.dtype)
    return as_array(np.arange(height)[:, None], dtype), as_array(np.arange(width), dtype)


def perspective_transform(
    images: Any,
    start_points: Any,
    end_points: Any,
    interpolation: str = "bilinear",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Any:
    """Images seen from aside, so that four points come to lie at four others.

    Args:
        images: Of known height and width.
        start_points: Four points (column, row), for all images or for each.
        end_points: Where they come to lie.
        interpolation: ``"bilinear"`` or ``"nearest"``.
        fill_value: What is outside.
        data_format: Where the channels lie.

    Shapes:
        images (..., H, W, C), points (4, 2) or (B, 4, 2) → (..., H, W, C)

    Raises:
        UnknownNameError: For another interpolation.
        ShapeError: If these are no images, or not four points.

    Examples:
        >>> image = np.arange(9.0).reshape(3, 3, 1)
        >>> corners = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]])
        >>> perspective_transform(image, corners, corners[:, ::-1])[..., 0].round(9)
        array([[0., 3., 6.],
               [1., 4., 7.],
               [2., 5., 8.]])
    """
    _order(interpolation)
    start, end = _fine(start_points), _fine(end_points)
    if tuple(start.shape[-2:]) != (4, 2) or start.ndim not in (2, 3) or start.shape != end.shape:
        raise ShapeError(
            "A perspective is given by four points and where they come to lie.",
            given=f"shapes {tuple(start.shape)} and {tuple(end.shape)}",
            expected="(4, 2), or (batch, 4, 2), twice",
        )
    # Eight equations: each end, by the formula of affine_transform, is read at its start.
    x, y = end[..., 0], end[..., 1]
    zero, one = x * 0, x * 0 + 1
    u, v = start[..., 0], start[..., 1]
    columns = stack([x, y, one, zero, zero, zero, -(u * x), -(u * y)], -1)
    rows = stack([zero, zero, zero, x, y, one, -(v * x), -(v * y)], -1)
    target = expand_dims(concatenate([u, v], -1), -1)
    transform = solve(concatenate([columns, rows], -2), target)[..., 0]
    return affine_transform(images, transform, interpolation, "constant", fill_value, data_format)


def elastic_transform(
    images: Any,
    alpha: float = 20.0,
    sigma: float = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    seed: Any = None,
    data_format: str | None = None,
) -> Any:
    """Images distorted as if of rubber: every pixel moves a bit, near ones alike.

    The ways are normal noise of standard deviation ``sigma``, blurred by ``sigma``, times
    ``alpha``. Downwards and across they are independent; in Keras on JAX they are the same.

    Args:
        images: Of known height and width.
        alpha: How far pixels move.
        sigma: Over how many pixels the ways are alike.
        interpolation: ``"bilinear"`` or ``"nearest"``.
        fill_mode: What is outside, see :func:`map_coordinates`.
        fill_value: The constant.
        seed: A whole number or a ``SeedGenerator``.
        data_format: Where the channels lie.

    Shapes:
        images (..., H, W, C) → (..., H, W, C)

    Raises:
        UnknownNameError: For another interpolation or ``fill_mode``.
        ShapeError: If these are no images, or of open size.

    Examples:
        >>> image = np.ones((4, 4, 1))
        >>> np.allclose(elastic_transform(image, seed=1), 1)
        True
    """
    size = int(6 * sigma) | 1

    def distorted(x: Any) -> Any:
        height, width = known_sizes(x)
        noise = normal((size_of(x, 0), height, width, 2), stddev=sigma, seed=seed)
        ways = alpha * gaussian_blur(noise, (size, size), (sigma, sigma), "channels_last")
        return displaced(x, ways, interpolation, fill_mode, fill_value, "channels_last")

    return on_batches(distorted, images, data_format)


def displaced(
    images: Any,
    ways: Any,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> Any:
    """Images in which every pixel is read some way off: so many rows down, so many columns across.

    Args:
        images: Of known height and width.
        ways: Those ways, in pixels.
        interpolation: ``"bilinear"`` or ``"nearest"``.
        fill_mode: What is outside, see :func:`map_coordinates`.
        fill_value: The constant.
        data_format: Where the channels lie.

    Shapes:
        images (B, H, W, C), ways (B, H, W, 2) → (B, H, W, C)

    Raises:
        UnknownNameError: For another interpolation or ``fill_mode``.
        ShapeError: If these are no images, or of open size.

    Examples:
        >>> image = np.arange(3.0).reshape(1, 1, 3, 1)
        >>> displaced(image, np.tile([0.0, 0.5], (1, 1, 3, 1))).ravel()
        array([0.5, 1.5, 2. ])
    """
    _require(_order(interpolation), fill_mode)
    ways = _fine(ways)

    def moved(x: Any) -> Any:
        y, x_ = _grid(x, ways)
        return _warped(x, y + ways[..., 0], x_ + ways[..., 1], interpolation, fill_mode, fill_value)

    return on_batches(moved, images, data_format)
