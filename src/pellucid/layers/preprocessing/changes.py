"""A change drawn once for a batch, and made to its images and to what comes with them alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pellucid import random
from pellucid.errors import ArgumentError
from pellucid.graph.operations.broadcasting import reshape, size_of
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import less
from pellucid.layers.preprocessing.image_layer import ImageLayer

__all__ = ["Change", "ChangingLayer"]


def _as_they_are(x: Any) -> Any:
    return x


@dataclass(frozen=True)
class Change:
    """What was drawn for a batch, as what it makes of the images and of what comes with them.

    Attributes:
        images: What it makes of images, in the layer's dtype.
        labels: What it makes of their labels; by default nothing new.
        segmentation_masks: The same of images of which each pixel is a class.
    """

    images: Callable[[Any], Any]
    labels: Callable[[Any], Any] = _as_they_are
    segmentation_masks: Callable[[Any], Any] = _as_they_are


class ChangingLayer(ImageLayer):
    """Base of layers that change images, and labels and segmentation masks with them.

    What they are called on is images, or a dict with ``"images"`` and, as far as there are,
    ``"labels"`` and ``"segmentation_masks"``; then a dict comes out. What else is in it is handed
    on. A subclass says in :meth:`change` what it draws.
    """

    factor_bounds = (0, 1)

    def change(self, images: Any) -> Change:
        """Draw for a batch."""
        raise NotImplementedError(f"{type(self).__name__}.change")

    def build(self, input_shape: Any) -> None:
        super().build(self._images(input_shape))

    def call(self, images: Any, training: bool = False) -> Any:
        x = cast(self._images(images), self.compute_dtype)
        change = self.change(x) if training else Change(_as_they_are)
        if not isinstance(images, dict):
            return change.images(x)
        changed: dict[str, Any] = {**images, "images": change.images(x)}
        if "labels" in images:
            changed["labels"] = change.labels(images["labels"])
        if "segmentation_masks" in images:
            changed["segmentation_masks"] = change.segmentation_masks(images["segmentation_masks"])
        return changed

    def _images(self, data: Any) -> Any:
        """The images, or their shape, alone or in a dict."""
        if not isinstance(data, dict):
            return data
        if "images" not in data or "bounding_boxes" in data:
            raise ArgumentError(
                f"{self.label} changes images, and labels and segmentation masks with them.",
                given=f"a dict with {', '.join(map(repr, data))}",
                expected="'images', and if need be 'labels' and 'segmentation_masks'",
                mend="leave bounding boxes out" if "bounding_boxes" in data else None,
            )
        return data["images"]

    @property
    def fine_dtype(self) -> str:
        """The dtype of places and shares: in half precision different ones would coincide."""
        return "float64" if self.compute_dtype == "float64" else "float32"

    def uniform(self, images: Any, low: float, high: float, *sizes: int) -> Any:
        """Random numbers for each image: (B, *sizes)."""
        shape = (size_of(images, 0), *sizes)
        return cast(random.uniform(shape, low, high, seed=self.generator), self.fine_dtype)

    def chosen(self, images: Any, factor: tuple[float, float]) -> Any:
        """Whether an image is changed, (B, 1, 1, 1), with a chance drawn for each as well."""
        chance = self.uniform(images, *factor)
        return reshape(less(self.uniform(images, 0, 1), chance), (-1, 1, 1, 1))
