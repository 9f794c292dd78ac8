"""A recurrent layer run over sequences from both ends."""

from collections.abc import Mapping
from dataclasses import Field, dataclass
from typing import Any, Self

import optree

from pellucid.errors import ArgumentError, ShapeError, unknown_name
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.movement import concatenate, flip
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer
from pellucid.serialization import custom_object_scope, deserialize

__all__ = ["Bidirectional"]

MERGES = {
    "sum": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "ave": lambda a, b: (a + b) / 2,
    "concat": lambda a, b: concatenate([a, b], axis=-1),
    None: lambda a, b: (a, b),
}
SHARED = ("stateful", "return_sequences", "return_state")


@dataclass(eq=False, repr=False)
class Bidirectional(Layer):
    """A recurrent layer run over sequences forwards, and another like it backwards.

    Args:
        layer: The layer, of which two are made.
        merge_mode: How the two outputs become one: ``"concat"``, ``"sum"``, ``"mul"``, ``"ave"``,
            or ``None`` for a tuple of both.
        backward_layer: Another layer for the way back, made with ``go_backwards=True``.

    Attributes:
        forward_layer: The layer made for the way forwards.

    Shapes:
        sequences (B, T, F) → (B, 2 units) for ``"concat"``, else (B, units); with
        ``return_sequences`` (B, T, ...); with ``return_state`` a tuple of it, the states at the
        end of the way forwards and those at the end of the way back

    Raises:
        ArgumentError: If a layer is not recurrent, or the two do not go together.
        UnknownNameError: For another ``merge_mode``.

    Examples:
        >>> Bidirectional(layers.GRU(4))(np.ones((2, 10, 3))).shape
        (2, 8)

    Source:
        Schuster, Paliwal 1997, "Bidirectional Recurrent Neural Networks"; Keras 3,
        ``keras.layers.Bidirectional``.
    """

    layer: Any
    merge_mode: str | None = "concat"
    backward_layer: Any = None

    supports_masking = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.merge_mode not in MERGES:
            raise unknown_name("merge_mode", self.merge_mode, map(str, MERGES))
        self._need_recurrent(self.layer)
        given = self.layer
        self.forward_layer = _copy(given, "forward")
        self.layer = self.forward_layer  # what is saved; the layer given stays as it was
        if self.backward_layer is None:
            self.backward_layer = _copy(given, "backward", go_backwards=True)
        self._need_recurrent(self.backward_layer)
        self._need_a_pair()
        for one in (self.forward_layer, self.backward_layer):
            if hasattr(one, "zero_output_for_mask"):
                # Where a step is masked each way would repeat the output of another step.
                one.zero_output_for_mask = one.return_sequences

    def _at_default(self, f: Field[Any]) -> bool:
        if f.name != "backward_layer":
            return super()._at_default(f)
        forward, backward = self.forward_layer.get_config(), self.backward_layer.get_config()
        alone = ("name", "go_backwards", "zero_output_for_mask")
        return all(backward[name] == forward[name] for name in forward if name not in alone)

    def _need_recurrent(self, layer: Any) -> None:
        if not isinstance(layer, Layer) or not hasattr(layer, "go_backwards"):
            raise ArgumentError(
                f"{self.label} runs a recurrent layer both ways.",
                given=repr(layer),
                expected="a recurrent layer, such as LSTM(64)",
            )

    def _need_a_pair(self) -> None:
        a, b = self.forward_layer, self.backward_layer
        if a.go_backwards == b.go_backwards:
            raise ArgumentError(
                f"{self.label} needs one layer that goes backwards.",
                given=f"go_backwards={a.go_backwards} for both",
                expected="one of each",
            )
        for name in SHARED:
            if getattr(a, name) != getattr(b, name):
                raise ArgumentError(
                    f"{self.label} needs two layers with one '{name}'.",
                    given=f"{getattr(a, name)} forwards, {getattr(b, name)} backwards",
                    expected="the same for both",
                )

    @property
    def return_sequences(self) -> bool:
        """Whether the outputs of all steps are returned."""
        return bool(self.forward_layer.return_sequences)

    @property
    def return_state(self) -> bool:
        """Whether the last states are returned besides."""
        return bool(self.forward_layer.return_state)

    @property
    def stateful(self) -> bool:
        """Whether a batch begins with the states at the end of the batch before it."""
        return bool(self.forward_layer.stateful)

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(sequences_shape)

    def call(
        self,
        sequences: Tensor,
        initial_state: Any = None,
        mask: Any = None,
        training: bool = False,
    ) -> Any:
        """The outputs of both ways.

        Args:
            sequences: The inputs, (B, T, ...).
            initial_state: The first states of the way forwards, then those of the way back.
            mask: Which steps count, bool (B, T).
            training: Whether to drop.
        """
        first: Any = (None, None)
        if initial_state is not None:
            self._need_states(initial_state)
            half = len(initial_state) // 2
            first = (list(initial_state[:half]), list(initial_state[half:]))
        results = [
            layer(sequences, initial_state=state, mask=mask, training=training)
            for layer, state in zip((self.forward_layer, self.backward_layer), first, strict=True)
        ]
        states: list[Any] = []
        if self.return_state:
            states = [state for result in results for state in result[1:]]
            results = [result[0] for result in results]
        a, b = (cast(y, self.compute_dtype) for y in results)
        if self.return_sequences:
            b = flip(b, 1)
        merged = MERGES[self.merge_mode](a, b)
        if not self.return_state:
            return merged
        return (*merged, *states) if self.merge_mode is None else (merged, *states)

    def _need_states(self, given: Any) -> None:
        each = [len(one.state_size) for one in (self.forward_layer, self.backward_layer)]
        if len(given) != sum(each):
            raise ShapeError(
                f"{self.label} cannot start with these states.",
                given=f"{len(given)} of shapes {', '.join(str(tuple(x.shape)) for x in given)}",
                expected=f"{sum(each)}: {each[0]} for the way forwards, then {each[1]} for the way "
                "back",
            )

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask goes on with sequences only; states have none."""
        mask = previous_mask if self.return_sequences else None
        return [mask] * (2 if self.merge_mode is None else 1) if self.return_state else mask

    def reset_state(self) -> None:
        """Forget what stateful layers keep: their states are zeros again."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    @property
    def states(self) -> Any:
        """The variables that stateful layers keep their states in; else ``None``."""
        pair: Any = [self.forward_layer.states, self.backward_layer.states]
        return None if None in pair else optree.tree_leaves(pair)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        layers = {name: deserialize(config[name]) for name in LAYERS if config.get(name)}
        return super().from_config({**config, **layers})


LAYERS = ("layer", "backward_layer")


def _copy(layer: Layer, way: str, **changed: Any) -> Any:
    """A new layer with the arguments of another, named for its way."""
    name = f"{way}_{str(layer.name).removeprefix(f'{way}_')}"
    cell = getattr(layer, "cell", None)
    inside = {type(x).__name__: type(x) for x in (cell, *getattr(cell, "cells", []))}
    with custom_object_scope(inside):  # a cell of the user's own needs no registering for this
        return type(layer).from_config({**layer.get_config(), "name": name, **changed})
