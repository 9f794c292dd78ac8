"""Any cell over sequences, and cells stacked to one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from pellucid.errors import ArgumentError
from pellucid.layers.layer import Layer
from pellucid.layers.recurrent.cell import Parts, prepare
from pellucid.layers.recurrent.recurrent import Recurrent, build_cell, initial_state_of
from pellucid.serialization import deserialize

__all__ = ["RNN", "StackedRNNCells"]


def need_cell(layer: Layer, cell: Any) -> None:
    """Raise unless something is a cell."""
    if not hasattr(cell, "call") or not hasattr(cell, "state_size"):
        raise ArgumentError(
            f"{layer.label} repeats a cell.",
            given=repr(cell),
            expected="an object with call(inputs, states), which returns the output and the next "
            "states, and with state_size",
        )


def output_size_of(cell: Any) -> int:
    """The size of a cell's output: what it says, or that of its first state."""
    size = getattr(cell, "output_size", None)
    if size is None:
        size = cell.state_size
    return int(size[0] if isinstance(size, list | tuple) else size)


@dataclass(eq=False, repr=False)
class StackedRNNCells(Layer):
    """Cells as one: in each step the output of a cell is the input of the next.

    Args:
        cells: The cells, the first one first.

    Shapes:
        inputs (B, F), states: a list of those of each cell → (B, units of the last cell), states

    Raises:
        ArgumentError: If one of them is no cell.

    Examples:
        >>> cell = StackedRNNCells([layers.LSTMCell(4), layers.LSTMCell(2)])
        >>> cell.state_size, cell.output_size
        ([[4, 4], [2, 2]], 2)
        >>> RNN(cell)(np.ones((3, 5, 6))).shape
        (3, 2)

    Source:
        Keras 3, ``keras.layers.StackedRNNCells``.
    """

    cells: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        self.cells = list(self.cells)
        for cell in self.cells:
            need_cell(self, cell)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return super().from_config({**config, "cells": deserialize(config["cells"])})

    @property
    def state_size(self) -> list[Any]:
        """The sizes of each cell's states."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> int:
        """The size of the last cell's output."""
        return output_size_of(self.cells[-1])

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """The states that each cell starts with."""
        return [initial_state_of(cell, batch_size, self.compute_dtype) for cell in self.cells]

    def build(self, input_shape: Any) -> None:
        for cell in self.cells:
            build_cell(cell, input_shape)
            input_shape = (input_shape[0], output_size_of(cell))

    def prepare(self, shape: Sequence[Any], training: bool) -> Parts:
        """Make the cells ready for a sequence; the first one's inputs are there from the start."""
        parts = []
        for cell in self.cells:
            parts.append(prepare(cell, shape, training))
            shape = (shape[0], output_size_of(cell))

        def advance(x: Any, states: Any) -> tuple[Any, Any]:
            new_states = []
            for i, (part, state) in enumerate(zip(parts, states, strict=True)):
                x, new = part.advance(part.project(x) if i else x, state)
                new_states.append(list(new) if isinstance(new, list | tuple) else [new])
            return x, new_states

        return Parts(parts[0].project, advance)

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        """One step through all cells."""
        parts = self.prepare(tuple(inputs.shape), training)
        return parts.advance(parts.project(inputs), states)


@dataclass(eq=False, repr=False)
class RNN(Recurrent):
    """Any cell over sequences.

    A cell is a layer, or any object, with ``call(inputs, states)`` that returns an output and the
    next states, and ``state_size``: the size of its state, or a list of sizes. It may have
    ``output_size``, where that is not the first state's, and ``get_initial_state(batch_size)``,
    where the first states are not zeros.

    Args:
        cell: The cell, or a list of cells to be stacked.
        return_sequences: Whether to return the outputs of all steps, not only of the last.
        return_state: Whether to return the last states besides.
        go_backwards: Whether to begin at the last step; outputs come in the order of their making.
        stateful: Whether a batch begins with the states at the end of the batch before it.
        unroll: Taken for Keras's sake: XLA compiles the loop as it sees fit.
        zero_output_for_mask: Whether the output of masked steps is 0, not that of the step before.

    Shapes:
        sequences (B, T, ...) → (B, units), or (B, T, units) with ``return_sequences``;
        with ``return_state`` a tuple of it and the states

    Raises:
        ArgumentError: If it is no cell.
        ShapeError: If the input, the mask or a state does not fit.

    Examples:
        >>> class Sum(layers.Layer):
        ...     state_size = 1
        ...     def call(self, inputs, states):
        ...         total = states[0] + inputs
        ...         return total, [total]
        >>> RNN(Sum(), return_sequences=True)(np.array([[[1.0], [2.0], [3.0]]])).ravel()
        array([1., 3., 6.], dtype=float32)

    Source:
        Keras 3, ``keras.layers.RNN``.
    """

    cell: Any
    return_sequences: bool = False
    return_state: bool = False
    go_backwards: bool = False
    stateful: bool = False
    unroll: bool = False
    zero_output_for_mask: bool = False

    step_axes = None

    def make_cell(self) -> Any:
        if isinstance(self.cell, list | tuple):
            return StackedRNNCells(self.cell)
        need_cell(self, self.cell)
        return self.cell

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return super().from_config({**config, "cell": deserialize(config["cell"])})
