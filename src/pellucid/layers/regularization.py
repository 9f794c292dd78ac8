"""Layers that make training harder so that the network generalizes better."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import random
from pellucid.errors import ArgumentError
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer

__all__ = ["Dropout"]


@dataclass(eq=False, repr=False)
class Dropout(Layer):
    """In training, each input is set to 0 with some probability; the others grow to make up.

    Outside of training the input passes as it is.

    Args:
        rate: The probability to be dropped, from 0 to 1.
        noise_shape: Shape of the pattern of what is dropped; sizes of 1 drop together along that
            axis, ``None`` takes the input's size. The input's shape by default.
        seed: Makes the pattern the same in every run.

    Shapes:
        x (...) → (...)

    Raises:
        ArgumentError: If the rate is not from 0 to 1.

    Examples:
        >>> layer = Dropout(0.5, seed=1)
        >>> y = layer(np.ones((1, 1000)), training=True)
        >>> sorted(set(y.ravel().tolist())), bool(0.4 < (y == 0).mean() < 0.6)
        ([0.0, 2.0], True)

    Source:
        Srivastava et al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from
        Overfitting", section 4, in the inverted form: scaled in training, not afterwards.
    """

    rate: float
    noise_shape: Any = None
    seed: int | None = None

    supports_masking = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.rate, int | float | np.number) or not 0 <= self.rate <= 1:
            raise ArgumentError(
                f"{self.label} needs a probability.",
                given=f"rate={self.rate!r}",
                expected="a number from 0 to 1",
            )
        if self.noise_shape is not None:
            self.noise_shape = tuple(self.noise_shape)  # a list, where it comes from a file
        if self.rate > 0:
            self.seed_generator = random.SeedGenerator(self.seed)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        if not training or self.rate == 0:
            return x
        return random.dropout(x, self.rate, self.noise_shape, seed=self.seed_generator)
