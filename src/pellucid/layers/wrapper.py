"""Layers that wrap another layer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from pellucid.errors import DTypeError
from pellucid.layers.layer import Layer
from pellucid.serialization import deserialize

__all__ = ["Wrapper"]


@dataclass(eq=False, repr=False)
class Wrapper(Layer):
    """Base of the layers that do something to, or with, another layer.

    Args:
        layer: The layer inside. It is built together with its wrapper.

    Raises:
        DTypeError: If it is not a layer.

    Examples:
        >>> class Twice(layers.Wrapper):
        ...     def call(self, x):
        ...         return self.layer(self.layer(x))
        >>> Twice(layers.Activation(lambda x: 3.0 * x))(np.array([[1.0, 2.0]]))
        array([[ 9., 18.]], dtype=float32)

    Source:
        Keras 3, ``keras.layers.Wrapper``.
    """

    layer: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.layer, Layer):
            raise DTypeError(
                f"{self.label} wraps a layer.",
                given=f"a {type(self.layer).__name__}: {self.layer!r}",
                expected="a layer, such as Dense(3)",
            )

    def build(self, input_shape: Any) -> None:
        if not self.layer.built:
            self.layer.build(input_shape)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a wrapper, and the layer inside, from what :meth:`get_config` gave."""
        return super().from_config({**config, "layer": deserialize(config["layer"])})
