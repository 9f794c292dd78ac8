"""Layers applied one after the other, to data on its way to a model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from pellucid.errors import DTypeError
from pellucid.layers.calls import context, tensors_in
from pellucid.layers.layer import Layer
from pellucid.layers.preprocessing.array_layer import ArrayLayer
from pellucid.serialization import deserialize

__all__ = ["Pipeline"]


@dataclass(eq=False, repr=False)
class Pipeline(Layer):
    """Layers applied one after the other, as one layer.

    Called on arrays outside of a model it takes it for training, as Keras: what draws at random
    does so.

    Args:
        layers: The layers, in their order. Those that work on arrays outside of the graph, as
            those of text, may be among them; the pipeline then works on arrays too.

    Raises:
        DTypeError: If they are not layers.

    Examples:
        >>> flipped = Pipeline([layers.RandomInvert((1.0, 1.0)), layers.Rescaling(1 / 255)])
        >>> flipped(np.array([[[[0.0], [255.0]]]])).ravel()
        array([1., 0.], dtype=float32)

    Source:
        Keras 3, ``keras.layers.Pipeline``.
    """

    layers: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        several = isinstance(self.layers, list | tuple)
        wrong = [x for x in self.layers if not isinstance(x, Layer)] if several else [self.layers]
        if wrong:
            raise DTypeError(
                f"{self.label} is made of layers.",
                given=f"a {type(wrong[0]).__name__}: {wrong[0]!r}",
                expected="a list of layers, such as [Rescaling(1 / 255), RandomFlip()]",
            )

    def __call__(self, inputs: Any, training: bool | None = None, **options: Any) -> Any:
        if tensors_in(inputs):
            return super().__call__(inputs, training=training, **options)
        if training is None and context() is None:
            training = True
        if not any(isinstance(layer, ArrayLayer) for layer in self.layers):
            return super().__call__(inputs, training=training, **options)
        for layer in self.layers:
            inputs = layer(inputs, training=training)
        return inputs

    def call(self, inputs: Any, training: bool = False) -> Any:
        for layer in self.layers:
            inputs = layer(inputs, training=training)
        return inputs

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return {"layers": config["layers"], "name": config["name"]}  # as Keras

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a pipeline, and the layers inside, from what :meth:`get_config` gave."""
        return super().from_config({**config, "layers": deserialize(config["layers"])})
