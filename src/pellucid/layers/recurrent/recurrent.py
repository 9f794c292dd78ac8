"""What all recurrent layers share: a cell repeated along time, with masks and kept states."""

from dataclasses import fields
from typing import Any, ClassVar, TypeVar

import numpy as np
import optree

from pellucid.configured import snake_case
from pellucid.errors import ShapeError, StateError
from pellucid.graph.operations.broadcasting import expand, full, shape_of, size_of, zeros_like
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import where
from pellucid.graph.operations.movement import flip, swapaxes
from pellucid.graph.operations.scan import scan
from pellucid.graph.spec import Spec, same_shape
from pellucid.graph.tensor import Tensor, as_tensor, current_updates
from pellucid.graph.variable import Variable
from pellucid.layers.layer import Layer
from pellucid.layers.recurrent.cell import Parts, prepare

__all__ = ["Recurrent", "build_cell", "cell_of", "initial_state_of"]

Kind = TypeVar("Kind", bound=Layer)


class Kept:
    """The states that a stateful layer keeps from batch to batch.

    In a box of their own: as in Keras they are no weights, and are not saved.
    """

    def __init__(self) -> None:
        self.variables: Any = None


class Recurrent(Layer):
    """Interface of layers that repeat a cell: a subclass has these arguments, and makes the cell.

    Attributes:
        cell: What is repeated.
        state_size: The sizes of its states, a list.
        states: The variables that a stateful layer keeps its states in; else ``None``.
    """

    supports_masking = True
    step_axes: ClassVar[int | None] = 1
    """Axes of the input of one step, without the batch; ``None`` for any number from 1."""

    cell: Any
    return_sequences: bool
    return_state: bool
    go_backwards: bool
    stateful: bool
    unroll: bool
    zero_output_for_mask: bool

    def __post_init__(self, *_: Any) -> None:
        super().__post_init__()
        self.cell = self.make_cell()
        self._kept = Kept()

    def make_cell(self) -> Any:
        """The cell, made of the layer's arguments."""
        raise NotImplementedError(f"{type(self).__name__}.make_cell")

    @property
    def state_size(self) -> list[Any]:
        size = self.cell.state_size
        return list(size) if isinstance(size, list | tuple) else [size]

    @property
    def states(self) -> Any:
        return self._kept.variables

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        self._check_axes(sequences_shape)
        self._step_shape = tuple(sequences_shape[2:])
        build_cell(self.cell, (sequences_shape[0], *self._step_shape))
        if self.stateful and self.states is None:
            if sequences_shape[0] is None:
                raise ShapeError(
                    f"{self.label} keeps a state for each row, so it must know how many there are.",
                    given=f"an input of shape {tuple(sequences_shape)}",
                    expected="a batch of known size",
                    mend="Input(shape=(...), batch_size=...)",
                )
            first: Any = initial_state_of(self.cell, sequences_shape[0], self.compute_dtype)
            self._kept.variables = optree.tree_map(
                lambda x: Variable(x, trainable=False, dtype=self.variable_dtype, name="rnn_state"),
                first,
            )

    def _check_axes(self, shape: tuple[int | None, ...]) -> None:
        wanted = self.step_axes
        if len(shape) < 3 or (wanted is not None and len(shape) != wanted + 2):
            axes = "features" if wanted in (1, None) else f"{wanted - 1} of space, and channels"
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {tuple(shape)}.",
                given=f"{len(shape)} {'axis' if len(shape) == 1 else 'axes'}",
                expected=f"{(wanted or 1) + 2} axes: rows, steps, {axes}",
                mend="expand_dims(x, -1), if each step is one number" if len(shape) == 2 else None,
            )

    def check_input(self, x: Spec, *_: Any) -> None:
        self._check_axes(x.shape)
        if not same_shape(x.shape[2:], self._step_shape):
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {x.shape}.",
                given=f"steps of shape {x.shape[2:]}",
                expected=f"steps of shape {self._step_shape}, as it was built with",
            )
        if self.stateful:
            rows = _leaves(self.states)[0].shape[0]
            if x.shape[0] not in (rows, None):
                raise ShapeError(
                    f"{self.label} keeps the states of {rows} rows.",
                    given=f"an input of shape {x.shape}",
                    expected=f"{rows} rows in every batch",
                )

    def call(
        self,
        sequences: Tensor,
        initial_state: Any = None,
        mask: Any = None,
        training: bool = False,
    ) -> Any:
        """The outputs of the cell over the steps of each sequence.

        Args:
            sequences: The inputs, (B, T, ...).
            initial_state: The states before the first step, as ``return_state`` gives them.
            mask: Which steps count, bool (B, T): at the others the states stay as they are.
            training: Whether to drop.
        """
        dtype = getattr(self.cell, "compute_dtype", self.compute_dtype)
        rows = swapaxes(cast(sequences, dtype), 0, 1)
        first = self._first_states(initial_state, size_of(sequences, 0), dtype)
        parts = prepare(self.cell, shape_of(rows)[1:], training)
        step = self._step(parts, nested := isinstance(first[0], list))
        xs = (parts.project(rows), self._mask_rows(sequences, mask))
        last, outputs = scan(step, first, xs, reverse=self.go_backwards)
        states = optree.tree_map(lambda x: cast(x, self.compute_dtype), last)
        if self.stateful and current_updates() is not None:  # else nothing of this will be run
            for variable, state in zip(
                *map(optree.tree_leaves, (self.states, states)), strict=True
            ):
                variable.assign(cast(state, variable.dtype))
        if self.return_sequences:
            y = cast(swapaxes(outputs, 0, 1), self.compute_dtype)
            y = flip(y, 1) if self.go_backwards else y
        elif outputs is None:
            y = _last_state(states, nested)
        else:
            y = cast(outputs[0 if self.go_backwards else -1], self.compute_dtype)
        return (y, *states) if self.return_state else y

    def _step(self, parts: Parts, nested: bool) -> Any:
        """A step of the scan: from the states, and a row of projected inputs and of the mask."""

        def step(states: Any, row: Any) -> Any:
            x, counts = row
            output, found = parts.advance(x, states)
            new: Any = list(found) if isinstance(found, list | tuple) else [found]
            is_state = output is _last_state(new, nested)
            if counts is not None:
                new = optree.tree_map(lambda old, new: _where(counts, new, old), states, new)
                if self.zero_output_for_mask:
                    output, is_state = _where(counts, output, zeros_like(output)), False
                elif is_state:
                    output = _last_state(new, nested)
                else:
                    output = _where(counts, output, _last_state(states, nested))
            # What is among the last states anyway need not be stacked for all steps.
            return new, None if is_state and not self.return_sequences else output

        return step

    def _first_states(self, given: Any, batch: Any, dtype: str) -> list[Any]:
        """The states to start with, in a list."""
        usual = initial_state_of(self.cell, batch, dtype)
        if given is None:
            given = self.states if self.stateful else usual
        states: Any = list(given) if isinstance(given, list | tuple) else [given]
        shapes, wanted = ([tuple(x.shape) for x in _leaves(tree)] for tree in (states, usual))
        fits = optree.tree_structure(states) == optree.tree_structure(usual) and all(  # type: ignore[arg-type]
            same_shape(a, b) for a, b in zip(shapes, wanted, strict=True)
        )
        if not fits:
            raise ShapeError(
                f"{self.label} cannot start with these states.",
                given=f"{len(shapes)} of shapes {', '.join(map(str, shapes))}",
                expected=f"{len(wanted)} of shapes {', '.join(map(str, wanted))}",
            )
        first: Any = optree.tree_map(lambda x: cast(as_tensor(x), dtype), states)
        return list(first)

    def _mask_rows(self, sequences: Tensor, mask: Any) -> Any:
        """The mask, bool (T, B)."""
        if mask is None:
            return None
        if not same_shape(tuple(mask.shape), sequences.shape[:2]):
            raise ShapeError(
                f"{self.label} cannot be applied with a mask of shape {tuple(mask.shape)}.",
                given=f"an input of shape {sequences.shape}",
                expected=f"a mask of shape {sequences.shape[:2]}: whether each step counts",
            )
        return swapaxes(cast(mask, "bool"), 0, 1)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask goes on with sequences only; states have none."""
        mask = previous_mask if self.return_sequences else None
        return [mask, *([None] * len(self.state_size))] if self.return_state else mask

    def reset_state(self) -> None:
        """Forget what a stateful layer keeps: its states are zeros again.

        Raises:
            StateError: If it keeps none.
        """
        if not self.stateful:
            raise StateError(
                f"{self.label} keeps no state.",
                given="stateful=False",
                expected="a layer made with stateful=True",
            )
        for variable in _leaves(self.states):
            variable.assign(np.zeros(variable.shape, variable.numpy().dtype))


def _leaves(states: Any) -> list[Any]:
    """The states of a list, which may have lists in it."""
    return optree.tree_leaves(states)


def _last_state(states: Any, nested: bool) -> Any:
    """The state that stands for the output: the first one, of the last cell of a stack."""
    return states[-1][0] if nested else states[0]


def _where(counts: Tensor, x: Any, y: Any) -> Any:
    """``x`` in the rows that count, ``y`` in the others."""
    return where(expand(counts, tuple(range(1, x.ndim)), x), x, y)


def cell_of(layer: Layer, kind: type[Kind]) -> Kind:
    """A cell of a kind, with those arguments of a layer that it has too."""
    base = {f.name for f in fields(Layer)}
    shared = {f.name: getattr(layer, f.name) for f in fields(kind) if f.name not in base}
    return kind(
        **shared,
        name=snake_case(kind.__name__),
        dtype=layer.dtype_policy,
        trainable=layer.trainable,
    )


def build_cell(cell: Any, input_shape: Any) -> None:
    """Make the weights of a cell, if it is a layer that has none yet."""
    if isinstance(cell, Layer) and not cell.built:
        cell.build(tuple(input_shape))


def initial_state_of(cell: Any, batch: Any, dtype: str) -> list[Any]:
    """The states that a cell starts with: those that it says, or zeros of its sizes."""
    if hasattr(cell, "get_initial_state"):
        states = cell.get_initial_state(batch_size=batch)
    else:
        size = cell.state_size
        sizes = size if isinstance(size, list | tuple) else [size]
        states = [full((batch, *_shape(n)), 0, dtype) for n in sizes]
    return list(states) if isinstance(states, list | tuple) else [states]


def _shape(size: Any) -> tuple[int, ...]:
    return tuple(size) if isinstance(size, list | tuple) else (size,)
