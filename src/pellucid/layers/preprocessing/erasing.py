"""Images with a part missing."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import random
from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.dtypes import numpy_dtype
from pellucid.graph.operations.broadcasting import shape_of
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import logical_and, where
from pellucid.graph.operations.exponential import sqrt
from pellucid.graph.operations.rounding import clip
from pellucid.layers.preprocessing.boxes import drawn_boxes
from pellucid.layers.preprocessing.changes import Change, ChangingLayer
from pellucid.layers.preprocessing.value_range import checked_range

__all__ = ["RandomErasing"]


@dataclass(eq=False, repr=False)
class RandomErasing(ChangingLayer):
    """In training, a rectangle of some images overwritten, with noise or one colour.

    Args:
        factor: The lowest and highest chance of an image, from 0 to 1; or the highest alone.
        scale: The lowest and highest share of the image, from 0 to 1; or the highest alone. One
            is drawn for each direction, and the rectangle's side is the square root of it.
        fill_value: What it is overwritten with: a number, or one for each of three channels; by
            default normal noise times the highest value, kept within the range of values.
        value_range: The lowest and highest value.
        seed: Makes the rectangles the same in every run.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, H, W, C); also in a dict, with labels (B, ...) and segmentation
        masks (B, H, W, 1), which stay

    Raises:
        ArgumentError: If a factor lies outside of its range, or there are bounding boxes.
        ShapeError: If the input is not of images of known size, with as many channels as values.

    Examples:
        >>> x = np.ones((1, 4, 4, 1))
        >>> y = RandomErasing((1.0, 1.0), scale=(0.25, 0.25), fill_value=0, seed=2)(x)
        >>> float(y.sum())  # without 2 × 2 of 4 × 4
        12.0

    Source:
        Zhong et al. 2017, "Random Erasing Data Augmentation", algorithm 1,
        https://arxiv.org/abs/1708.04896; what is drawn is as in ``keras.layers.RandomErasing``.
    """

    factor: Any = 1.0
    scale: Any = (0.02, 0.33)
    fill_value: Any = None
    value_range: Any = (0, 255)
    seed: int | None = None
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.factor = self.factors(self.factor)
        self.scale = self.factors(self.scale, "scale")
        self.value_range = tuple(checked_range(self.label, self.value_range))
        values = self.fill_value if self._coloured else [self.fill_value]
        numbers = all(v is None or isinstance(v, int | float) for v in values)
        if not numbers or (self._coloured and (len(values) != 3 or None in values)):
            raise ArgumentError(
                f"{self.label} cannot have this 'fill_value'.",
                given=f"fill_value={self.fill_value!r}",
                expected="a number, one for each of three channels, or None for noise",
            )

    @property
    def _coloured(self) -> bool:
        return isinstance(self.fill_value, list | tuple)

    def change(self, images: Any) -> Change:
        if self._coloured and images.shape[self.channels] != 3:
            raise ShapeError(
                f"{self.label} has a colour for images of three channels.",
                given=f"images of shape {images.shape}",
                expected=f"3 on axis {self.channels}",
                mend="fill_value=0",
            )
        sides = sqrt(self.uniform(images, *self.scale, 2))
        inside = drawn_boxes(self, images, sides[:, 0], sides[:, 1])
        erased = logical_and(self.chosen(images, self.factor), inside)
        fill = clip(self._fill(images), *self.value_range)
        return Change(images=lambda x: where(erased, cast(fill, x.dtype), x))

    def _fill(self, images: Any) -> Any:
        if self.fill_value is None:
            return self.value_range[1] * random.normal(shape_of(images), seed=self.generator)
        values = np.array(self.fill_value, numpy_dtype(self.compute_dtype))
        shape = [1] * 4
        shape[self.channels] = values.size
        return values.reshape(shape)
