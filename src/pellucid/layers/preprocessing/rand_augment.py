"""Images changed in several ways, each drawn from a list of all that images survive."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import random
from pellucid.errors import ArgumentError
from pellucid.graph.operations.arithmetic import multiply
from pellucid.graph.operations.broadcasting import reshape, zeros_like
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import where
from pellucid.graph.operations.cond import switch
from pellucid.graph.operations.random import random_bits
from pellucid.graph.operations.reductions import sum
from pellucid.graph.operations.rounding import clip
from pellucid.graph.operations.scan import scan
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import whole_number
from pellucid.layers.preprocessing.augmentation import RandomBrightness, RandomContrast
from pellucid.layers.preprocessing.blur import RandomSharpness
from pellucid.layers.preprocessing.colour import RandomColorDegeneration
from pellucid.layers.preprocessing.geometry import RandomRotation, RandomShear, RandomTranslation
from pellucid.layers.preprocessing.histogram import Equalization
from pellucid.layers.preprocessing.image_layer import ImageLayer, RandomImageLayer
from pellucid.layers.preprocessing.tones import AutoContrast, RandomPosterization, Solarization
from pellucid.layers.preprocessing.value_range import checked_range

__all__ = ["AugMix", "RandAugment"]


class Keys(random.SeedGenerator):
    """Keys that follow from one, for layers inside of a branch, where no state can be kept."""

    def __init__(self, key: Any) -> None:
        self.key = key
        self.drawn = 0

    def next(self) -> Any:
        self.drawn += 1
        return random_bits(self.key + np.array([0, self.drawn], np.uint32), (2,))


class DrawingLayer(RandomImageLayer):
    """Base of layers that draw what they do from a list of other layers."""

    value_range: Any
    factor: Any
    interpolation: str
    seed: int | None

    factor_bounds = (0, 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.value_range = checked_range(self.label, self.value_range)
        self.factor = self.factors(self.factor)
        self.steps = self._steps()
        for step in self.steps:
            if hasattr(step, "generator"):
                step.generator = self.generator

    def _steps(self) -> list[ImageLayer]:
        """The layers, of one strength."""
        given: dict[str, Any] = {"data_format": self.data_format, "dtype": self.dtype_policy}
        moved = given | {"interpolation": self.interpolation}
        toned = given | {"value_range": self.value_range}
        factor = self.factor
        bits = max(1, int(8 * factor[1]))
        return [
            RandomShear(factor, factor, **moved),
            RandomTranslation(factor, factor, **moved),
            RandomRotation(factor, **moved),
            RandomPosterization(bits, **toned),
            Solarization(factor, factor, **toned),
            AutoContrast(**toned),
            Equalization(**toned),
            RandomBrightness(factor, **toned),
            RandomColorDegeneration(factor, **toned),
            RandomContrast(factor, **toned),
            RandomSharpness(factor, **toned),
        ]

    def draws(self, count: int, of: int) -> tuple[Any, Any]:
        """Which of some ways, and with what keys, for each of some steps."""
        ways = random.randint((count,), 0, of, seed=self.generator)
        return ways, random_bits(self.generator.next(), (count, 2))

    def changed(self, images: Any, way: Any, key: Any) -> Any:
        """Images changed in one of the ways; there may be one more, to leave them."""

        def by(layer: Any) -> Any:
            def run(x: Any, key: Any) -> Any:
                before = getattr(layer, "generator", None)
                layer.generator = Keys(key)
                try:
                    return layer(x, training=True)
                finally:
                    layer.generator = before

            return run

        return switch(way, [*map(by, self.steps), lambda x, key: x], images, key)


@dataclass(eq=False, repr=False)
class RandAugment(DrawingLayer):
    """In training, images changed in ways drawn from eleven, one after the other.

    They are sheared, moved, turned, posterized, solarized, stretched or equalized in contrast, or
    changed in brightness, colour, contrast or sharpness: all of a batch in the same ways, each by
    its own random numbers.

    Args:
        value_range: The lowest and highest value.
        num_ops: How many changes.
        factor: How strong they are at least and at most, from 0 to 1; or at most alone.
        interpolation: Of what is moved: ``"bilinear"`` or ``"nearest"``.
        seed: Makes the changes the same in every run.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, H, W, C), with C 1 or 3

    Raises:
        ArgumentError: If the factor lies outside of its range, or ``num_ops`` is not a whole
            number above 0.
        ShapeError: If the input is not of images of known size.

    Examples:
        >>> x = np.random.default_rng(0).uniform(0, 255, size=(2, 8, 8, 3))
        >>> y = RandAugment(seed=1)(x)
        >>> y.shape, bool((y != x).any()), bool((RandAugment(seed=1)(x) == y).all())
        ((2, 8, 8, 3), True, True)

    Source:
        Cubuk, Zoph, Shlens, Le 2019, "RandAugment: Practical automated data augmentation with a
        reduced search space", section 3, https://arxiv.org/abs/1909.13719; the changes are those
        of Keras 3, ``keras.layers.RandAugment``.
    """

    value_range: Any = (0, 255)
    num_ops: int = 2
    factor: Any = 0.5
    interpolation: str = "bilinear"
    seed: int | None = None
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.num_ops = whole_number(self, "num_ops")

    def augmented(self, x: Tensor) -> Tensor:
        # As one loop, its body is compiled once.
        draws = self.draws(self.num_ops, len(self.steps))
        return scan(lambda x, draw: (self.changed(x, *draw), None), x, draws)[0]


@dataclass(eq=False, repr=False)
class AugMix(DrawingLayer):
    """In training, images mixed with themselves as changed along several chains of changes.

    ``w x + (1 - w) (v_1 x_1 + v_2 x_2 + …)``, where each ``x_i`` went through up to
    ``chain_depth`` changes, ``w`` is drawn from the beta and ``v`` from the Dirichlet distribution
    of ``alpha``. All images of a batch share them, and the kinds of the changes.

    Args:
        value_range: The lowest and highest value, within which the result is kept.
        num_chains: How many chains there are.
        chain_depth: How many changes a chain has at most: each may be left out.
        factor: How strong they are at least and at most, from 0 to 1; or at most alone.
        alpha: Of the distributions: above 0; the greater, the more even is the mixture.
        all_ops: Whether brightness, colour, contrast and sharpness are changed too, besides
            shape, posterization, solarization and the range and frequency of tones.
        interpolation: Of what is moved: ``"bilinear"`` or ``"nearest"``.
        seed: Makes the changes the same in every run.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, H, W, C), with C 1 or 3

    Raises:
        ArgumentError: If the factor lies outside of its range, the numbers of chains and changes
            are not whole numbers above 0, or ``alpha`` is not above 0.
        ShapeError: If the input is not of images of known size.

    Examples:
        >>> x = np.random.default_rng(0).uniform(0, 255, size=(2, 8, 8, 3))
        >>> y = AugMix(seed=1)(x)
        >>> y.shape, bool((y != x).any()), bool((AugMix(seed=1)(x) == y).all())
        ((2, 8, 8, 3), True, True)

    Source:
        Hendrycks et al. 2020, "AugMix: A Simple Data Processing Method to Improve Robustness and
        Uncertainty", algorithm 1, https://arxiv.org/abs/1912.02781; the changes are those of
        Keras 3, ``keras.layers.AugMix``.
    """

    value_range: Any = (0, 255)
    num_chains: int = 3
    chain_depth: int = 3
    factor: Any = 0.3
    alpha: float = 1.0
    all_ops: bool = True
    interpolation: str = "bilinear"
    seed: int | None = None
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.num_chains = whole_number(self, "num_chains")
        self.chain_depth = whole_number(self, "chain_depth")
        if self.alpha <= 0:
            raise ArgumentError(
                f"{self.label} draws its mixtures from a distribution of 'alpha'.",
                given=f"alpha={self.alpha!r}",
                expected="a number above 0",
            )
        if not self.all_ops:
            self.steps = self.steps[:7]

    def augmented(self, x: Tensor) -> Tensor:
        # The chains one after the other, as one loop: its body is compiled once.
        steps = np.arange(self.num_chains * self.chain_depth) % self.chain_depth
        shares = random.gamma((self.num_chains, 1), self.alpha, seed=self.generator)
        last = np.float32(steps == self.chain_depth - 1).reshape(self.num_chains, -1)
        weights = cast(reshape(shares / sum(shares) * last, (-1,)), x.dtype)
        draws = *self.draws(len(steps), len(self.steps) + 1), steps == 0, weights

        def step(state: Any, draw: Any) -> Any:
            chain, mixed = state
            way, key, first, weight = draw
            chain = self.changed(where(first, x, chain), way, key)
            return (chain, mixed + multiply(weight, chain)), None

        (_, mixed), _ = scan(step, (x, zeros_like(x)), draws)
        share = cast(random.beta((), self.alpha, self.alpha, seed=self.generator), x.dtype)
        return clip(share * x + (1 - share) * mixed, *self.value_range)
