"""First values drawn so that a signal keeps its size from layer to layer.

A unit that adds up ``fan_in`` inputs of variance 1 gives an output of variance 1 if its weights
have variance ``1 / fan_in``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import random
from pellucid.errors import DataError, unknown_name
from pellucid.initializers.initializer import RandomInitializer

__all__ = [
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "LecunNormal",
    "LecunUniform",
    "VarianceScaling",
]

# Standard deviation of the normal distribution cut off at ±2: its variance is 1 - 4 φ(2) / erf(√2).
TRUNCATED_STDDEV = math.sqrt(1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2)))


class Scaling(RandomInitializer):
    """Base of those that look at the shape for the variance."""

    scale: float
    mode: str
    distribution: str
    input_axes: Sequence[int] | None
    output_axes: Sequence[int] | None

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> np.ndarray:
        fan_in, fan_out = fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        stddev = math.sqrt(self.scale / max(1, n))
        if self.distribution == "uniform":
            limit = math.sqrt(3) * stddev  # even between ±a, numbers have variance a² / 3
            return random.uniform(shape, -limit, limit, dtype, self.drawn())
        if self.distribution == "untruncated_normal":
            return random.normal(shape, 0.0, stddev, dtype, self.drawn())
        return random.truncated_normal(shape, 0.0, stddev / TRUNCATED_STDDEV, dtype, self.drawn())


def fans(
    shape: Sequence[int],
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
) -> tuple[int, int]:
    """How many inputs an output of a kernel is made from, and how many outputs an input goes to.

    Examples:
        >>> fans((784, 10)), fans((3, 3, 16, 32))
        ((784, 10), (144, 288))
    """
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[a] for a in input_axes), math.prod(shape[a] for a in output_axes)
    if len(shape) < 2:
        return (math.prod(shape), math.prod(shape))
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


@dataclass(eq=False)
class VarianceScaling(Scaling):
    """Numbers of mean 0 and variance ``scale / n``, where ``n`` counts inputs or outputs of a unit.

    For a kernel of shape ``(..., inputs, outputs)``, ``fan_in`` is the number of terms that an
    output adds up (``inputs`` times the size of the window), ``fan_out`` the number of outputs
    that an input goes to.

    Args:
        scale: The variance of an output, if its inputs have variance 1 and ``mode="fan_in"``.
        mode: What ``n`` is: ``"fan_in"``, ``"fan_out"`` or ``"fan_avg"``, their mean.
        distribution: ``"truncated_normal"`` (or ``"normal"``), ``"untruncated_normal"`` or
            ``"uniform"``. All have the same variance.
        seed: An int, a ``SeedGenerator``, or ``None`` for one that is drawn.
        input_axes: The axes whose sizes make ``fan_in``; given together with ``output_axes``.
        output_axes: The axes whose sizes make ``fan_out``.

    Raises:
        DataError: If the scale is not positive.
        UnknownNameError: For an unknown mode or distribution.

    Examples:
        >>> VarianceScaling(2.0, seed=7)((50, 1000)).var().round(3)  # 2 / 50
        np.float32(0.04)

    Source:
        He, Zhang, Ren, Sun 2015, "Delving Deep into Rectifiers", section 2.2,
        https://arxiv.org/abs/1502.01852.
    """

    scale: float = 1.0
    mode: str = "fan_in"
    distribution: str = "truncated_normal"
    seed: Any = None
    input_axes: Sequence[int] | None = None
    output_axes: Sequence[int] | None = None

    def __post_init__(self) -> None:
        if not self.scale > 0:
            raise DataError(
                "VarianceScaling needs a variance to scale to.",
                given=f"scale={self.scale}",
                expected="a positive number",
            )
        if self.mode not in MODES:
            raise unknown_name("mode of VarianceScaling", self.mode, MODES)
        if self.distribution == "normal":
            self.distribution = "truncated_normal"
        if self.distribution not in DISTRIBUTIONS:
            raise unknown_name("distribution of VarianceScaling", self.distribution, DISTRIBUTIONS)
        super().__post_init__()


MODES = ("fan_avg", "fan_in", "fan_out")
DISTRIBUTIONS = ("truncated_normal", "uniform", "untruncated_normal")


@dataclass(eq=False)
class NamedScaling(Scaling):
    """Base of the cases of :class:`VarianceScaling` that have names of their own."""

    seed: Any = None
    input_axes: Sequence[int] | None = None
    output_axes: Sequence[int] | None = None


class GlorotUniform(NamedScaling):
    """Even numbers of variance ``2 / (fan_in + fan_out)``: between the two wishes for a signal.

    Forwards a signal keeps its size for ``1 / fan_in``, a gradient backwards for ``1 / fan_out``.
    The arguments are those of :class:`VarianceScaling`.

    Source:
        Glorot, Bengio 2010, "Understanding the difficulty of training deep feedforward neural
        networks", equation 16.
    """

    scale, mode, distribution = 1.0, "fan_avg", "uniform"


class GlorotNormal(NamedScaling):
    """Truncated normal numbers of variance ``2 / (fan_in + fan_out)``; see :class:`GlorotUniform`.

    The arguments are those of :class:`VarianceScaling`.

    Source:
        Glorot, Bengio 2010, equation 12.
    """

    scale, mode, distribution = 1.0, "fan_avg", "truncated_normal"


class HeUniform(NamedScaling):
    """Even numbers of variance ``2 / fan_in``, for relu, which lets half of a signal through.

    The arguments are those of :class:`VarianceScaling`.

    Source:
        He, Zhang, Ren, Sun 2015, "Delving Deep into Rectifiers", equation 10.
    """

    scale, mode, distribution = 2.0, "fan_in", "uniform"


class HeNormal(NamedScaling):
    """Truncated normal numbers of variance ``2 / fan_in``; see :class:`HeUniform`.

    The arguments are those of :class:`VarianceScaling`.

    Source:
        He, Zhang, Ren, Sun 2015, "Delving Deep into Rectifiers", equation 10.
    """

    scale, mode, distribution = 2.0, "fan_in", "truncated_normal"


class LecunUniform(NamedScaling):
    """Even numbers of variance ``1 / fan_in``: a linear unit's output is as large as its inputs.

    The arguments are those of :class:`VarianceScaling`.

    Source:
        LeCun, Bottou, Orr, Müller 1998, "Efficient BackProp", equation 16.
    """

    scale, mode, distribution = 1.0, "fan_in", "uniform"


class LecunNormal(NamedScaling):
    """Truncated normal numbers of variance ``1 / fan_in``; see :class:`LecunUniform`.

    The arguments are those of :class:`VarianceScaling`.

    Source:
        LeCun, Bottou, Orr, Müller 1998, "Efficient BackProp", equation 16.
    """

    scale, mode, distribution = 1.0, "fan_in", "truncated_normal"
