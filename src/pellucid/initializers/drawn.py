"""First values drawn from a distribution that is the same for every shape."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import random
from pellucid.errors import ShapeError
from pellucid.initializers.initializer import RandomInitializer, numpy_of

__all__ = ["Orthogonal", "RandomNormal", "RandomUniform", "TruncatedNormal"]


@dataclass(eq=False)
class RandomNormal(RandomInitializer):
    """Normally distributed numbers.

    Args:
        mean: Their mean.
        stddev: Their standard deviation.
        seed: An int, a ``SeedGenerator``, or ``None`` for one that is drawn.

    Examples:
        >>> RandomNormal(stddev=0.1, seed=7)((2,)).round(3)
        array([-0.038,  0.075], dtype=float32)
    """

    mean: float = 0.0
    stddev: float = 0.05
    seed: Any = None

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> np.ndarray:
        return random.normal(shape, self.mean, self.stddev, dtype, self.drawn())


@dataclass(eq=False)
class RandomUniform(RandomInitializer):
    """Evenly distributed numbers.

    Args:
        minval: Lower bound.
        maxval: Upper bound.
        seed: An int, a ``SeedGenerator``, or ``None`` for one that is drawn.

    Examples:
        >>> RandomUniform(0, 1, seed=7)((2,)).round(3)
        array([0.351, 0.774], dtype=float32)
    """

    minval: float = -0.05
    maxval: float = 0.05
    seed: Any = None

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> np.ndarray:
        return random.uniform(shape, self.minval, self.maxval, dtype, self.drawn())


@dataclass(eq=False)
class TruncatedNormal(RandomInitializer):
    """Normally distributed numbers, without those beyond two standard deviations.

    Args:
        mean: Their mean.
        stddev: The standard deviation before the ends are cut off.
        seed: An int, a ``SeedGenerator``, or ``None`` for one that is drawn.

    Examples:
        >>> TruncatedNormal(stddev=1, seed=7)((2,)).round(3)
        array([-0.364,  0.712], dtype=float32)
    """

    mean: float = 0.0
    stddev: float = 0.05
    seed: Any = None

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> np.ndarray:
        return random.truncated_normal(shape, self.mean, self.stddev, dtype, self.drawn())


@dataclass(eq=False)
class Orthogonal(RandomInitializer):
    """A matrix whose rows or columns, whichever are fewer, are orthogonal and of one length.

    It is the first factor of the QR decomposition of a matrix of normal numbers. A kernel with
    more than two axes is taken as a matrix with the outputs, its last axis, for columns.

    Args:
        gain: The length.
        seed: An int, a ``SeedGenerator``, or ``None`` for one that is drawn.

    Raises:
        ShapeError: When called with a shape of fewer than two axes.

    Examples:
        >>> q = Orthogonal(seed=7)((4, 3), "float64")
        >>> np.abs(q.T @ q - np.eye(3)).max() < 1e-15
        np.True_

    Source:
        Saxe, McClelland, Ganguli 2014, "Exact solutions to the nonlinear dynamics of learning in
        deep linear neural networks", https://arxiv.org/abs/1312.6120; made even over all
        orthogonal matrices as in Mezzadri 2007, "How to generate random matrices from the
        classical compact groups", section 5, https://arxiv.org/abs/math-ph/0609050.
    """

    gain: float = 1.0
    seed: Any = None

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> np.ndarray:
        if len(shape) < 2:
            raise ShapeError(
                "Orthogonal makes matrices.",
                given=f"shape {tuple(shape)}",
                expected="at least two axes",
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        q, r = np.linalg.qr(random.normal(tall, dtype="float64", seed=self.drawn()))
        q *= np.sign(np.diag(r))  # QR prefers a sign; without it every matrix is as likely
        q = q if rows >= columns else q.T
        return (self.gain * q).reshape(shape).astype(numpy_of(dtype))
