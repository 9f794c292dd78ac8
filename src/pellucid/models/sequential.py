"""Models that are a list of layers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pellucid.errors import DTypeError, PellucidError, StateError
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import Placeholder, Variable, placeholder
from pellucid.layers.layer import Layer
from pellucid.models.model import Model

__all__ = ["Sequential"]


@dataclass(eq=False, repr=False)
class Sequential(Model):
    """Layers applied one after the other.

    Args:
        layers: The layers in order. With an :func:`~pellucid.Input` at the front the weights are
            made at once; without one, when the model first sees data.

    Attributes:
        layers: The layers, without the input.

    Examples:
        >>> model = Sequential([Input((4,)), layers.Dense(3, "relu"), layers.Dense(1)])
        >>> model.count_params()
        19
        >>> model(np.zeros((2, 4))).shape
        (2, 1)
    """

    layers: Any = field(default=None)

    def __post_init__(self) -> None:
        given: Iterable[Any] = self.layers or []
        self.layers: list[Layer] = []
        self._input: Tensor | None = None
        self.outputs: list[Tensor] = []
        super().__post_init__()
        for layer in given:
            self.add(layer)

    def add(self, layer: Any) -> None:
        """Put a layer at the end (an ``Input`` only at the front).

        Raises:
            DTypeError: If it is not a layer.
            ShapeError: If it does not fit what comes before it; then it is not added.
        """
        if isinstance(layer, Tensor) and isinstance(layer.op, Placeholder) and not self.layers:
            self._input = layer
            return
        if not isinstance(layer, Layer):
            raise DTypeError(
                f"{self.label} consists of layers.",
                given=f"a {type(layer).__name__}: {layer!r}",
                expected="a layer, or Input(shape) at the front",
            )
        if any(layer.name == other.name for other in self.layers):
            raise StateError(
                f"{self.label} has a layer named '{layer.name}' already.",
                given=repr(layer),
                expected="a name of its own for each layer",
                mend="pass another name=...",
            )
        self.layers.append(layer)
        self._kept.clear()
        if self._input is not None:
            try:
                self.outputs = [self(self._input, training=False)]
            except PellucidError:
                self.layers.pop()
                raise

    def pop(self) -> Layer:
        """Take the last layer off."""
        if not self.layers:
            raise StateError(f"{self.label} has no layers.", expected="at least one layer")
        self._kept.clear()
        layer = self.layers.pop()
        if self._input is not None and self.layers:
            self.outputs = [self(self._input, training=False)]
        return layer

    def build(self, *specs: Any) -> None:
        """Make the weights for inputs of a shape: ``build((None, 784))``.

        Called by itself when the model first sees data.
        """
        if self._input is None and specs:
            shape = specs[0] if isinstance(specs[0], tuple) else specs[0].shape
            dtype = "float32" if isinstance(specs[0], tuple) else specs[0].dtype
            self._input = placeholder((None, *shape[1:]), dtype, name=f"{self.name}_input")
            self.outputs = [self(self._input, training=False)]

    def call(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by its name or its place.

        Raises:
            UnknownNameError: If there is none.
        """
        from pellucid.errors import unknown_name

        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise unknown_name("layer", index, map(str, range(len(self.layers))))
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise unknown_name("layer", name, [str(layer.name) for layer in self.layers])

    @property
    def inputs(self) -> list[Tensor]:
        return [] if self._input is None else [self._input]

    @property
    def variables(self) -> list[Variable]:
        """The layers' variables, in the order of the layers."""
        return list(dict.fromkeys(v for layer in self.layers for v in layer.variables))

    @variables.setter
    def variables(self, value: list[Variable]) -> None:
        """A model has no variables of its own."""

    @property
    def trainable_variables(self) -> list[Variable]:
        if not self.trainable:
            return []
        found = (v for layer in self.layers for v in layer.trainable_variables)
        return list(dict.fromkeys(found))

    def __repr__(self) -> str:
        inside = ", ".join(map(repr, self.layers))
        return f"Sequential([{inside}], name={self.name!r})"
