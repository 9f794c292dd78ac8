"""Layers that shake what passes, in training."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from pellucid import random
from pellucid.activations.rectifiers import SELU_ALPHA, SELU_SCALE
from pellucid.graph.operations.broadcasting import shape_of
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import where
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer
from pellucid.layers.regularization import need_share

__all__ = ["AlphaDropout", "GaussianDropout", "GaussianNoise"]


class Noisy(Layer):
    """Base of the layers that draw numbers in training, and let pass outside of it.

    Attributes:
        strength: The name of the argument that says how much; with 0 everything passes.
    """

    seed: int | None

    strength: ClassVar[str] = "rate"
    supports_masking = True

    def __post_init__(self) -> None:
        super().__post_init__()
        need_share(self, self.strength, whole=self.strength != "rate")
        if getattr(self, self.strength) > 0:
            self.seed_generator = random.SeedGenerator(self.seed)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        return self.shaken(x) if training and getattr(self, self.strength) > 0 else x

    def shaken(self, x: Tensor) -> Tensor:
        """What passes in training."""
        raise NotImplementedError(f"{type(self).__name__}.shaken")


@dataclass(eq=False, repr=False)
class AlphaDropout(Noisy):
    """In training, each input becomes SELU's lowest value with some probability.

    All are then scaled and shifted so that mean 0 and variance 1 stay what they are, as a network
    of SELUs needs it.

    Args:
        rate: The probability to be dropped, from 0 to below 1.
        noise_shape: Shape of the pattern of what is dropped; sizes of 1 drop together along that
            axis, ``None`` takes the input's size. The input's shape by default.
        seed: Makes the pattern the same in every run.

    Shapes:
        x (...) → (...)

    Raises:
        ArgumentError: If the rate is not from 0 to below 1.

    Examples:
        >>> y = AlphaDropout(0.5, seed=1)(np.ones((1, 1000)), training=True)
        >>> np.unique(y).round(3)
        array([-0.779,  1.666], dtype=float32)

    Source:
        Klambauer et al. 2017, "Self-Normalizing Neural Networks", section "New Dropout
        Technique", https://arxiv.org/abs/1706.02515.
    """

    rate: float
    noise_shape: Any = None
    seed: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.noise_shape is not None:
            self.noise_shape = tuple(self.noise_shape)  # a list, where it comes from a file

    def shaken(self, x: Tensor) -> Tensor:
        shape = shape_of(x)
        if self.noise_shape is not None:
            own = zip(self.noise_shape, shape, strict=True)
            shape = tuple(n if m is None else m for m, n in own)
        lowest = -SELU_ALPHA * SELU_SCALE
        kept = random.uniform(shape, seed=self.seed_generator) >= self.rate
        # The variance of what is left: 1 and 0, lowest and 0, each in its share.
        a = ((1 - self.rate) * (1 + self.rate * lowest**2)) ** -0.5
        b = -a * lowest * self.rate
        return cast(a * where(kept, x, lowest) + b, x.dtype)


@dataclass(eq=False, repr=False)
class GaussianDropout(Noisy):
    """In training, each input is multiplied by a normal number of mean 1.

    Its variance, ``rate / (1 - rate)``, is that of the factors of
    :class:`~pellucid.layers.Dropout`.

    Args:
        rate: The probability of the dropout that it resembles, from 0 to below 1.
        seed: Makes the numbers the same in every run.

    Shapes:
        x (...) → (...)

    Raises:
        ArgumentError: If the rate is not from 0 to below 1.

    Examples:
        >>> y = GaussianDropout(0.5, seed=1)(np.ones((1, 1000)), training=True)
        >>> bool(abs(y.mean() - 1) < 0.15), bool(abs(y.std() - 1) < 0.15)
        (True, True)

    Source:
        Srivastava et al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from
        Overfitting", section 10.
    """

    rate: float
    seed: int | None = None

    def shaken(self, x: Tensor) -> Tensor:
        stddev = math.sqrt(self.rate / (1 - self.rate))
        result: Tensor = x * random.normal(
            shape_of(x), 1.0, stddev, x.dtype, seed=self.seed_generator
        )
        return result


@dataclass(eq=False, repr=False)
class GaussianNoise(Noisy):
    """In training, a normal number of mean 0 is added to each input.

    Args:
        stddev: Its standard deviation, from 0 to 1.
        seed: Makes the numbers the same in every run.

    Shapes:
        x (...) → (...)

    Raises:
        ArgumentError: If the standard deviation is not from 0 to 1.

    Examples:
        >>> y = GaussianNoise(0.5, seed=1)(np.ones((1, 1000)), training=True)
        >>> bool(abs(y.mean() - 1) < 0.08), bool(abs(y.std() - 0.5) < 0.08)
        (True, True)

    Source:
        Keras 3, ``keras.layers.GaussianNoise``.
    """

    stddev: float
    seed: int | None = None

    strength = "stddev"

    def shaken(self, x: Tensor) -> Tensor:
        result: Tensor = x + random.normal(
            shape_of(x), 0.0, self.stddev, x.dtype, seed=self.seed_generator
        )
        return result
