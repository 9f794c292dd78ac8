"""What layers of images share: where the axes are, and what is drawn for each image."""

from typing import Any, ClassVar

from pellucid import config, random
from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.operations.broadcasting import size_of
from pellucid.graph.operations.casting import cast
from pellucid.graph.tensor import Tensor
from pellucid.layers.calls import context, tensors_in
from pellucid.layers.layer import Layer

__all__ = ["ImageLayer", "RandomImageLayer"]


class ImageLayer(Layer):
    """Base of the layers of images: rows, height, width and channels, in either order.

    Called on arrays outside of a model, one that draws at random takes it for training, as Keras.
    """

    data_format: str | None = None

    factor_bounds: ClassVar[tuple[float, float]] = (-1, 1)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.data_format = config.standardize_data_format(self.data_format)
        if hasattr(self, "seed"):
            self.generator = random.SeedGenerator(self.seed)

    def __call__(self, images: Any, training: bool | None = None, **options: Any) -> Any:
        if training is None and context() is None and not tensors_in(images):
            training = True
        return super().__call__(images, training=training, **options)

    @property
    def space(self) -> tuple[int, int]:
        """The axes of height and width."""
        return (2, 3) if self.data_format == "channels_first" else (1, 2)

    @property
    def channels(self) -> int:
        """The axis of the channels."""
        return 1 if self.data_format == "channels_first" else 3

    def build(self, input_shape: Any) -> None:
        if len(input_shape) != 4:
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {tuple(input_shape)}.",
                given=f"{len(input_shape)} axes",
                expected="4 axes: the rows, height, width and channels of images",
                mend="x[np.newaxis] if it is one image, x[..., np.newaxis] if there is one channel",
            )

    def known_size(self, images: Any) -> tuple[int, int]:
        """The height and width of images, by them or by their spec.

        Raises:
            ShapeError: If one of them is open.
        """
        height, width = (images.shape[a] for a in self.space)
        if height is None or width is None:
            raise ShapeError(
                f"{self.label} needs to know how large its images are.",
                given=f"shape {images.shape}",
                expected="a known height and width",
                mend="give the input's full shape: Input(shape=(...))",
            )
        return height, width

    def factors(self, factor: Any, argument: str = "factor") -> tuple[float, float]:
        """The lowest and highest factor, from both or from one for both directions."""
        least, most = self.factor_bounds
        pair = factor if isinstance(factor, list | tuple) else None
        numbers = (factor,) if pair is None else pair
        if len(numbers) not in (1, 2) or (pair is not None and len(pair) != 2):
            inside = False
        else:
            inside = all(isinstance(f, int | float) and least <= f <= most for f in numbers)
        if not inside:
            raise ArgumentError(
                f"{self.label} cannot have this '{argument}'.",
                given=f"{argument}={factor!r}",
                expected=f"a number from {least} to {most}, or the lowest and the highest",
            )
        if pair is not None:
            return min(pair), max(pair)
        size = abs(factor)
        return max(-size, least), size

    def drawn(self, images: Tensor, low: float, high: float) -> Any:
        """A random number for each image: (B, 1, 1, 1)."""
        shape = (size_of(images, 0), 1, 1, 1)
        return cast(random.uniform(shape, low, high, seed=self.generator), self.compute_dtype)


class RandomImageLayer(ImageLayer):
    """Base of the layers that change images in training, and leave them otherwise."""

    def call(self, images: Tensor, training: bool = False) -> Tensor:
        x = cast(images, self.compute_dtype)
        return self.augmented(x) if training else x

    def augmented(self, x: Tensor) -> Tensor:
        """Images, in the layer's dtype, as they might also have been."""
        raise NotImplementedError(f"{type(self).__name__}.augmented")
