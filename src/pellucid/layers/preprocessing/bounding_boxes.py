"""Bounding boxes: as many for each image."""

from dataclasses import dataclass
from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph.operations.movement import pad, slice_axes
from pellucid.layers.layer import whole_number
from pellucid.layers.preprocessing.image_layer import ImageLayer

__all__ = ["MaxNumBoundingBoxes"]


@dataclass(eq=False, repr=False)
class MaxNumBoundingBoxes(ImageLayer):
    """A number of bounding boxes for each image: what is more is cut off, what is less filled up.

    Args:
        max_number: The number of boxes that comes out.
        fill_value: What missing boxes and their labels consist of, a whole number.
        bounding_box_format: What the four numbers of a box are; kept for Keras, which asks for it.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        {"images": (B, H, W, C), "bounding_boxes": {"boxes": (B, N, 4), "labels": (B, N)}} →
        the same with ``max_number`` boxes and labels; what else is in the dict stays

    Raises:
        ArgumentError: If ``max_number`` is not a whole number above 0.
        ShapeError: If there are no boxes with their labels, or an open number of them.

    Examples:
        >>> boxes = {"boxes": np.ones((1, 1, 4)), "labels": np.array([[7]])}
        >>> data = {"images": np.zeros((1, 8, 8, 1)), "bounding_boxes": boxes}
        >>> MaxNumBoundingBoxes(3)(data)["bounding_boxes"]["labels"]
        array([[ 7, -1, -1]])

    Source:
        Keras 3, ``keras.layers.MaxNumBoundingBoxes``, which leaves ``fill_value`` out of its
        configuration.
    """

    max_number: int
    fill_value: int = -1
    bounding_box_format: str | None = None
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.max_number, self.fill_value = whole_number(self, "max_number"), int(self.fill_value)

    def build(self, input_shape: Any) -> None:
        """There is nothing to make, and images are only handed on."""

    def call(self, images: Any) -> Any:
        boxes: Any = images.get("bounding_boxes", {}) if isinstance(images, dict) else {}
        parts = {k: boxes[k] for k in ("boxes", "labels") if k in boxes}
        shapes = {k: tuple(x.shape) for k, x in parts.items()}
        if not self._fit(shapes):
            raise ShapeError(
                f"{self.label} needs bounding boxes with their labels.",
                given=", ".join(f"'{k}' {shape}" for k, shape in shapes.items()) or "none",
                expected="{'bounding_boxes': {'boxes': (B, N, 4), 'labels': (B, N)}}, N known",
            )
        return {**images, "bounding_boxes": {**boxes, **{k: self._cut(parts[k]) for k in parts}}}

    def _fit(self, shapes: dict[str, tuple[int | None, ...]]) -> bool:
        boxes, labels = shapes.get("boxes", ()), shapes.get("labels", ())
        known = len(boxes) == 3 and boxes[1] is not None and boxes[2] == 4
        return known and len(labels) == 2 and labels[1] == boxes[1]

    def _cut(self, x: Any) -> Any:
        kept = slice_axes(x, {1: (0, min(self.max_number, x.shape[1]), 1)})
        missing = self.max_number - kept.shape[1]
        widths = [(0, missing if axis == 1 else 0) for axis in range(len(x.shape))]
        return pad(kept, widths, constant_values=self.fill_value)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if self.bounding_box_format is None:
            del config["bounding_box_format"]  # as Keras
        return config
