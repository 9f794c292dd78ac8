"""Numbers of many distributions, made from random bits.

A ``seed`` is everywhere an int (the same numbers at each call), a
:class:`~pellucid.random.SeedGenerator` (others at each call), a key uint32[2], or ``None`` for the
global generator. The numbers are a NumPy array at once, or a tensor: inside ``with Updates()``,
where the shape holds tensors, or with a key that is a tensor.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import DataError, DTypeError, ShapeError
from pellucid.graph.dtypes import dtype_name, is_float, is_integer
from pellucid.graph.operations.arithmetic import maximum, minimum, mod
from pellucid.graph.operations.bits import right_shift
from pellucid.graph.operations.broadcasting import broadcast_to, shape_of, size_of, zeros_like
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.comparison import less, where
from pellucid.graph.operations.exponential import log
from pellucid.graph.operations.indexing import take
from pellucid.graph.operations.movement import expand_dims
from pellucid.graph.operations.random import random_bits
from pellucid.graph.operations.reductions import argmax
from pellucid.graph.operations.sorting import argsort
from pellucid.graph.operations.special import erfinv
from pellucid.graph.tensor import Tensor, as_operand
from pellucid.random.seeds import key_from

__all__ = ["categorical", "dropout", "normal", "randint", "shuffle", "truncated_normal", "uniform"]

# For each dtype: bits drawn for a number, and how many of them fit in its mantissa.
_BITS = {"float16": (16, 11), "bfloat16": (16, 8), "float32": (32, 24), "float64": (64, 53)}

Shape = int | Sequence[Any]


def uniform(
    shape: Shape, minval: Any = 0.0, maxval: Any = 1.0, dtype: str | None = None, seed: Any = None
) -> Any:
    """Numbers spread evenly from ``minval`` to ``maxval``.

    Args:
        shape: Sizes; any may be an integer tensor.
        minval: Lower bound, included.
        maxval: Upper bound, excluded for 0 to 1; other bounds may be met by rounding.
        dtype: A floating-point dtype; float32 when not given.
        seed: See above.

    Raises:
        DTypeError: If the dtype is not floating point.

    Examples:
        >>> uniform((3,), seed=7).round(4)
        array([0.3513, 0.4333, 0.7743], dtype=float32)
    """
    dtype = real_dtype(dtype)
    bits, digits = _BITS[dtype]
    whole = right_shift(_bits(seed, shape, bits), bits - digits)
    unit = _as_float(whole, dtype) * 2.0**-digits
    return cast(unit * (maxval - minval) + minval, dtype)


def normal(
    shape: Shape, mean: Any = 0.0, stddev: Any = 1.0, dtype: str | None = None, seed: Any = None
) -> Any:
    """Numbers of the normal distribution.

    ``x = mean + stddev * sqrt(2) * erfinv(u)`` for ``u`` even in (-1, 1): the inverse of the
    distribution function. In float32 the largest number is some 5.4 standard deviations out.

    Args:
        shape: Sizes; any may be an integer tensor.
        mean: Their mean.
        stddev: Their standard deviation.
        dtype: A floating-point dtype; float32 when not given.
        seed: See above.

    Raises:
        DTypeError: If the dtype is not floating point.

    Examples:
        >>> normal((3,), seed=7).round(4)
        array([-0.3817, -0.168 ,  0.7529], dtype=float32)
    """
    dtype = real_dtype(dtype)
    x = erfinv(_symmetric(seed, shape, dtype))
    return cast(x * (stddev * math.sqrt(2)) + mean, dtype)


def truncated_normal(
    shape: Shape, mean: Any = 0.0, stddev: Any = 1.0, dtype: str | None = None, seed: Any = None
) -> Any:
    """Numbers of the normal distribution, without those beyond two standard deviations.

    As :func:`normal`, with ``u`` even between ``±erf(sqrt(2))``. What is left has a standard
    deviation of ``0.8796 * stddev``.

    Args:
        shape: Sizes; any may be an integer tensor.
        mean: Their mean.
        stddev: The standard deviation before the ends are cut off.
        dtype: A floating-point dtype; float32 when not given.
        seed: See above.

    Raises:
        DTypeError: If the dtype is not floating point.

    Examples:
        >>> truncated_normal((3,), seed=7).round(4)
        array([-0.3635, -0.1603,  0.712 ], dtype=float32)
    """
    dtype = real_dtype(dtype)
    x = erfinv(_symmetric(seed, shape, dtype) * math.erf(math.sqrt(2))) * math.sqrt(2)
    x = minimum(maximum(x, -2.0), 2.0)  # rounding may step over the ends
    return cast(x * stddev + mean, dtype)


def randint(shape: Shape, minval: Any, maxval: Any, dtype: str = "int32", seed: Any = None) -> Any:
    """Whole numbers from ``minval`` to ``maxval - 1``, each as likely as the others.

    64 bits are drawn for a number and divided by the count of numbers: what is left differs from
    even by less than that count in 2**64.

    Args:
        shape: Sizes; any may be an integer tensor.
        minval: The smallest number.
        maxval: One more than the largest number.
        dtype: An integer dtype.
        seed: See above.

    Raises:
        DTypeError: If the dtype is not an integer one.
        DataError: If there is no such number, or the dtype does not hold them.

    Examples:
        >>> randint((5,), 0, 10, seed=7)
        array([4, 6, 6, 4, 0], dtype=int32)
    """
    dtype = dtype_name(dtype)
    if not is_integer(dtype):
        raise DTypeError("randint makes whole numbers.", given=dtype, expected="an integer dtype")
    if isinstance(minval, int) and isinstance(maxval, int):
        _check_range(minval, maxval, dtype)
        count = np.asarray((maxval - minval) % 2**64, np.uint64)
        minval = np.asarray(minval, dtype)
    else:
        count = cast(maxval - minval, "uint64")
    drawn = _bits(seed, shape, 64)
    # A count of 2**64 does not fit and became 0: all bits as they are.
    drawn = mod(drawn, count) if isinstance(count, Tensor) or count.any() else drawn
    return cast(drawn, dtype) + cast(minval, dtype)


def _check_range(minval: int, maxval: int, dtype: str) -> None:
    held = np.iinfo(dtype)
    if not held.min <= minval < maxval <= held.max + 1:
        raise DataError(
            "These are not the bounds of whole numbers.",
            given=f"minval={minval}, maxval={maxval}",
            expected=f"maxval above minval, and numbers that {dtype} holds",
        )


def categorical(logits: Any, num_samples: int, dtype: str = "int32", seed: Any = None) -> Any:
    """Numbers of classes, each as likely as the softmax of its logit.

    The class is drawn by the Gumbel trick: ``argmax(logits - log(-log(u)))``, ``u`` even in (0, 1).

    Args:
        logits: A row of logits for each distribution.
        num_samples: How many numbers to draw from each.
        dtype: An integer dtype.
        seed: See above.

    Shapes:
        logits (B, C) → (B, num_samples)

    Raises:
        ShapeError: If the logits do not have two axes.

    Examples:
        >>> categorical(np.array([[0.0, 100.0, 0.0]]), 4, seed=7)
        array([[1, 1, 1, 1]], dtype=int32)

    Source:
        Maddison, Tarlow, Minka 2014, "A* Sampling", section 2, https://arxiv.org/abs/1411.0030.
    """
    logits = floating(logits)
    if logits.ndim != 2:
        raise ShapeError(
            "categorical takes a table of logits.",
            given=f"shape {tuple(logits.shape)}",
            expected="two axes: distributions and classes",
        )
    shape = (size_of(logits, 0), num_samples, size_of(logits, 1))
    u = open_uniform(seed, shape, "float32")
    noisy = expand_dims(cast(logits, "float32"), 1) - log(-log(u))
    return cast(argmax(noisy, axis=-1), dtype)


def dropout(
    inputs: Any, rate: float, noise_shape: Sequence[int | None] | None = None, seed: Any = None
) -> Any:
    """The inputs with a share of them set to 0, and the others scaled up to make up for it.

    Args:
        inputs: Real values.
        rate: The share that is dropped, in [0, 1]; the others are divided by ``1 - rate``.
        noise_shape: Shape of the mask, with 1 for the axes along which all are dropped together
            and ``None`` for a size of the inputs; that of the inputs when not given.
        seed: See above.

    Shapes:
        inputs (...) → (...)

    Raises:
        DataError: If the rate is not in [0, 1].

    Examples:
        >>> dropout(np.ones(8, np.float32), 0.5, seed=7)
        array([2., 0., 2., 0., 2., 0., 0., 2.], dtype=float32)

    Source:
        Srivastava et al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from
        Overfitting", section 10: scaled in training rather than in use.
    """
    if not 0 <= rate <= 1:
        raise DataError("A dropout rate is a share.", given=f"{rate}", expected="0 to 1")
    inputs = floating(inputs)
    if rate == 0:
        return inputs
    if rate == 1:
        return zeros_like(inputs)
    shape = shape_of(inputs)
    noise = shape if noise_shape is None else _filled(noise_shape, shape)
    bits, threshold = _threshold(rate)
    dropped = less(_bits(seed, noise, bits), threshold)
    if noise_shape is not None:
        dropped = broadcast_to(dropped, shape)
    return where(dropped, 0, inputs * (1 / (1 - rate)))


def shuffle(x: Any, axis: int = 0, seed: Any = None) -> Any:
    """The slices of a tensor along an axis, whole, in an order drawn at random.

    Args:
        x: Any values.
        axis: The axis whose positions change places.
        seed: See above.

    Shapes:
        x (...) → (...)

    Examples:
        >>> shuffle(np.arange(6).reshape(3, 2), seed=7)
        array([[4, 5],
               [2, 3],
               [0, 1]])
    """
    x = as_operand(x)
    # Sorting random numbers is a shuffle; of 64 bits, no two are equal.
    return take(x, argsort(_bits(seed, size_of(x, axis), 64)), axis=axis)


def _filled(noise_shape: Sequence[int | None], shape: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(noise_shape) != len(shape):
        raise ShapeError(
            "The shape of dropout's mask does not fit its inputs.",
            given=f"noise_shape={tuple(noise_shape)}",
            expected=f"{len(shape)} sizes",
        )
    return tuple(n if m is None else m for m, n in zip(noise_shape, shape, strict=True))


def _threshold(rate: float) -> tuple[int, int]:
    """How many bits to draw for an event of this chance, and below which number it happens.

    Bits cost time: as few as say the chance exactly, else 16, which err by at most 2**-17. Only
    chances near 0 or 1 need more.
    """
    near_an_end = not 2**-10 < rate < 1 - 2**-10
    bits = 8 if (256.0 * rate).is_integer() else 32 if near_an_end else 16
    return bits, min(round(rate * 2**bits), 2**bits - 1)


def _bits(seed: Any, shape: Shape, bits: int) -> Any:
    sizes = (shape,) if isinstance(shape, int | Tensor) else tuple(shape)
    if None in [n for n in sizes if not isinstance(n, Tensor)]:
        raise ShapeError(
            "Random numbers need a shape without open sizes.",
            given=f"shape {sizes}",
            expected="numbers or integer tensors",
            mend="take the sizes from a tensor: shape_of(x)",
        )
    return random_bits(key_from(seed), sizes, f"uint{bits}")


def _as_float(whole: Any, dtype: str) -> Any:
    # By way of a signed integer, which it fits in: processors convert these, not unsigned ones.
    return cast(cast(whole, "int64" if dtype == "float64" else "int32"), dtype)


def open_uniform(seed: Any, shape: Shape, dtype: str) -> Any:
    """Even in (0, 1): odd multiples of a power of 2, so that logarithms are finite."""
    bits, digits = _BITS[dtype]
    whole = _as_float(right_shift(_bits(seed, shape, bits), bits - digits + 1), dtype)
    return (2 * whole + 1) * 2.0**-digits


def _symmetric(seed: Any, shape: Shape, dtype: str) -> Any:
    """Even in (-1, 1): odd multiples of a power of 2, so that ±1 and 0 are left out.

    Half precision is too coarse for the ends of a distribution: float32 takes its place.
    """
    wide = "float64" if dtype == "float64" else "float32"
    bits, digits = _BITS[wide]
    whole = cast(right_shift(_bits(seed, shape, bits), bits - digits), f"int{bits}")
    return cast(2 * whole + (1 - 2**digits), wide) * 2.0**-digits


def real_dtype(dtype: str | None) -> str:
    """The name of a floating-point dtype; float32 when none is given."""
    name = "float32" if dtype is None else dtype_name(dtype)
    if not is_float(name):
        raise DTypeError(
            "This distribution makes real numbers.",
            given=name,
            expected="a floating-point dtype",
            mend="use randint for whole numbers",
        )
    return name
