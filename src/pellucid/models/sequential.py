"""Models that are a list of layers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from pellucid.dtype_policies import floatx
from pellucid.errors import ArgumentError, DTypeError, GraphError, ShapeError, StateError
from pellucid.graph.spec import Spec, same_shape
from pellucid.graph.tensor import Tensor, Updates
from pellucid.graph.variable import Placeholder, placeholder
from pellucid.layers.calls import entered, scope_of, tensors_in
from pellucid.layers.inputs import InputLayer
from pellucid.layers.layer import Layer
from pellucid.models.arguments import listed
from pellucid.models.configuration import input_config, rebuilt
from pellucid.models.cut import fitted, wrong_shape
from pellucid.models.data import Dataset
from pellucid.models.model import Model
from pellucid.serialization import serialize

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
        given = listed("layers", self.layers)
        self.layers: list[Layer] = []
        self._input: Tensor | None = None
        super().__post_init__()
        for layer in given:
            self.add(layer)

    def add(self, layer: Any) -> None:
        """Put a layer at the end (an ``Input`` only at the front).

        Raises:
            DTypeError: If it is not a layer.
            StateError: If there is a layer of its name.
            GraphError: If it contains the model itself.
            ShapeError: If it does not fit what comes before it; then it is not added.
        """
        if isinstance(layer, InputLayer):
            layer = layer.output
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
        if self in _with_parts(layer):
            raise GraphError(
                f"{self.label} cannot be a layer of itself.",
                given=f"a cycle through {layer.label}",
                expected="a layer that does not contain the model",
            )
        if self._input is not None:
            x = self.outputs[0] if self.outputs else self._input
            with scope_of(self), entered(training=False), Updates():  # only drawn up
                self.outputs = [layer(x)]
            layer.calls.append(self.outputs[0].call)
            self.built = True
        self.layers.append(layer)
        self._forget_programs()

    def pop(self) -> Layer:
        """Take the last layer off."""
        if not self.layers:
            raise StateError(f"{self.label} has no layers.", expected="at least one layer")
        layer = self.layers.pop()
        self._forget_programs()
        if self._input is not None:
            self.outputs = [self(self._input, training=False)] if self.layers else []
        return layer

    def build(self, input_shape: Any = None) -> None:
        """Make the weights for inputs of a shape: ``build((None, 784))``.

        Called by itself when the model first sees data.

        Raises:
            ArgumentError: Without a shape, if the model does not begin with an ``Input``.
        """
        if input_shape is not None:
            self._declare(Spec(tuple(input_shape), floatx()))
        elif self._input is None:
            raise ArgumentError(
                f"{self.label} cannot be built for inputs of an unknown shape.",
                given="input_shape=None",
                expected="a shape with the batch, such as (None, 784)",
            )

    def _build_once(self, given: dict[str, Any]) -> None:
        (x,) = tensors_in(given)
        self.built = True
        self._declare(x.spec)

    def _declare(self, spec: Spec) -> None:
        """Settle what the model takes, and make the weights."""
        if self._input is None:
            dtype = floatx() if spec.dtype in ("bool", "uint8") else spec.dtype  # or pixels
            self._input = placeholder((None, *spec.shape[1:]), dtype, f"{self.name}_input")
            self.outputs = [self(self._input, training=False)]
            self.built = True

    def call(self, x: Any) -> Any:
        if not self.layers:
            raise StateError(f"{self.label} has no layers.", mend="model.add(layers.Dense(1))")
        x = x if self._input is None else fitted(x, self._input)
        for layer in self.layers:
            x = layer(x)
        return x

    def _check_rows(self, data: Dataset) -> None:
        if not isinstance(data.x, np.ndarray):
            raise ShapeError(
                f"{self.label} takes one array.",
                given=f"{data.part}x: a {type(data.x).__name__} of {len(data.x)}",
                expected="an array whose first axis counts the rows",
                mend="np.stack(x), if x is a list of rows",
            )
        if self._input is None:
            return
        wanted, given = self._input.shape[1:], data.x.shape[1:]
        without = [(*wanted, 1), wanted[:-1] if wanted[-1:] == (1,) else wanted]
        if not any(same_shape(shape, given) for shape in (wanted, *without)):
            raise wrong_shape(self.label, f"{data.part}x of shape {data.x.shape}", self._input)

    def get_config(self) -> dict[str, Any]:
        """The layers in order, as plain data in Keras's form."""
        shown = {"name": self.name, "trainable": self.trainable}
        layers = [serialize(layer) for layer in self.layers]
        config = {**shown, "dtype": serialize(self.dtype_policy), "layers": layers}
        if self._input is not None:
            layers.insert(0, input_config(self._input))
            config["build_input_shape"] = list(self._input.shape)
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a model, with new weights, from what :meth:`get_config` gave, ours or Keras's.

        Raises:
            UnknownNameError: For a class that is neither ours nor registered.
        """
        model = cls([rebuilt(c) for c in config["layers"]], name=config.get("name"))
        if not model.built and config.get("build_input_shape"):
            model.build(config["build_input_shape"])
        return model

    @property
    def output_names(self) -> list[str]:
        """The name of the last layer."""
        return [str(self.layers[-1].name)] if self.layers else []

    @property
    def inputs(self) -> list[Tensor]:
        return [] if self._input is None else [self._input]

    def __repr__(self) -> str:
        inside = ", ".join(map(repr, self.layers))
        return f"Sequential([{inside}], name={self.name!r})"


def _with_parts(layer: Layer) -> list[Layer]:
    """A layer and all those inside it."""
    found = [layer]
    for one in found:  # grows while it is gone through
        found += getattr(one, "layers", [])
    return found
