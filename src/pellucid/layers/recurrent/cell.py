"""Cells: the step that a recurrent layer repeats, parted in what can be done for all steps at once.

What a step makes of its input alone does not wait for the step before it. So a recurrent layer
has the inputs of all steps multiplied in one large product first (``project``), and repeats only
what hangs on the state (``advance``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from pellucid import random
from pellucid.errors import ArgumentError
from pellucid.graph.operations.broadcasting import full, shape_of
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.movement import concatenate, split
from pellucid.graph.scope import name_scope
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import Variable
from pellucid.layers.layer import Layer

__all__ = ["Cell", "Noise", "Parts", "gated", "prepare"]

Product = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Noise:
    """What dropout multiplies with, the same in all steps of a sequence; empty for no dropout.

    Attributes:
        input: Patterns for the input: one, or one for each gate.
        state: Patterns for the state, one for each gate.
    """

    input: Sequence[Any] = ()
    state: Sequence[Any] = ()


class Parts(NamedTuple):
    """A cell as two functions, for one run over a sequence.

    Attributes:
        project: From the inputs of a step, or of all steps, to what hangs on them alone.
        advance: From that and the states to the output and the next states.
    """

    project: Callable[[Any], Any]
    advance: Callable[[Any, Any], tuple[Any, Any]]


class Cell(Layer):
    """Interface of our cells: gates that are each a product with the input and one with the state.

    A cell has ``kernel`` for the input and ``recurrent_kernel`` for the state, with the columns of
    its gates side by side, and ``units`` outputs, which are its first state.
    """

    gates: ClassVar[int] = 1
    states: ClassVar[int] = 1

    units: int
    dropout: float
    recurrent_dropout: float
    seed: int | None

    def __post_init__(self) -> None:
        super().__post_init__()
        for argument in ("dropout", "recurrent_dropout"):
            need_probability(self, argument)
        self.seed_generator = random.SeedGenerator(self.seed)

    @property
    def state_size(self) -> Any:
        """The size of the state, or a list of those of several."""
        return self.units if self.states == 1 else [self.units] * self.states

    @property
    def output_size(self) -> int:
        """The size of the output."""
        return self.units

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """The states before the first step: zeros, (B, units) each."""
        zeros = full((batch_size, self.units), 0, self.compute_dtype)
        return [zeros] * self.states

    def add_gates(
        self, kind: str, shape: tuple[int, ...], initializer: Any = None, name: str | None = None
    ) -> Variable:
        """Make the weights of all gates, as the arguments named for their kind say."""
        return self.add_weight(
            name=name or kind,
            shape=shape,
            initializer=initializer or getattr(self, f"{kind}_initializer"),
            regularizer=getattr(self, f"{kind}_regularizer"),
            constraint=getattr(self, f"{kind}_constraint"),
        )

    def cast(self, weight: Variable) -> Any:
        """A weight in the dtype of the computation."""
        return cast(weight, self.compute_dtype)

    def draw(self, shape: Sequence[Any], training: bool) -> Noise:
        """Draw the patterns of dropout for inputs of a step of some shape.

        As in Keras the gates share the pattern for the input, unless the state is dropped too.
        """
        if not training:
            return Noise()
        state = shape_of(self.get_initial_state(shape[0])[0]) if self.recurrent_dropout else ()
        return Noise(
            self._patterns(self.dropout, shape, self.input_patterns),
            self._patterns(self.recurrent_dropout, state, self.gates),
        )

    @property
    def input_patterns(self) -> int:
        """How many patterns there are for the input."""
        return self.gates if self.recurrent_dropout else 1

    def _patterns(self, rate: float, shape: Sequence[Any], count: int) -> list[Any]:
        if rate == 0:
            return []
        ones = full(shape, 1, self.compute_dtype)
        return [random.dropout(ones, rate, seed=self.seed_generator) for _ in range(count)]

    def project(self, x: Any, noise: Noise) -> Any:
        """What the gates make of the input alone; ``x`` may have further axes in front."""
        raise NotImplementedError(f"{type(self).__name__}.project")

    def advance(self, projected: Any, states: Sequence[Any], noise: Noise) -> tuple[Any, list[Any]]:
        """The output and the next states."""
        raise NotImplementedError(f"{type(self).__name__}.advance")

    def call(self, inputs: Tensor, states: Any, training: bool = False) -> tuple[Any, Any]:
        """One step: the output and the next states, in a list if they were given in one."""
        noise = self.draw(shape_of(inputs), training)
        several = isinstance(states, list | tuple)
        output, new = self.advance(
            self.project(inputs, noise), states if several else [states], noise
        )
        return output, new if several else new[0]


def need_probability(layer: Layer, argument: str) -> None:
    """Raise unless a layer's argument is a number from 0 to 1."""
    value = getattr(layer, argument)
    if not isinstance(value, int | float | np.number) or not 0 <= value <= 1:
        raise ArgumentError(
            f"{layer.label} needs a probability for '{argument}'.",
            given=f"{argument}={value!r}",
            expected="a number from 0 to 1",
        )


def gated(x: Any, kernel: Any, patterns: Sequence[Any], product: Product = matmul) -> Any:
    """``x`` times the columns of all gates; each gate sees what its own pattern leaves of ``x``."""
    if len(patterns) < 2:
        return product(x * patterns[0] if patterns else x, kernel)
    columns = split(kernel, len(patterns), axis=-1)
    return concatenate(
        [product(x * p, part) for p, part in zip(patterns, columns, strict=True)], axis=-1
    )


def prepare(cell: Any, shape: Sequence[Any], training: bool) -> Parts:
    """Make a cell ready for a sequence whose steps have inputs of some shape.

    What a cell draws at random it draws here: the step itself may run many times, and must leave
    the seed as it is. A cell of the user's own is called as it is, in each step.
    """
    if isinstance(cell, Cell):
        noise = cell.draw(shape, training)
        return Parts(
            _inside(cell, lambda x: cell.project(x, noise)),
            _inside(cell, lambda x, states: cell.advance(x, states, noise)),
        )
    if hasattr(cell, "prepare"):
        parts: Parts = cell.prepare(shape, training)
        return parts
    if isinstance(cell, Layer):
        return Parts(lambda x: x, lambda x, states: cell(x, states, training=training))
    return Parts(lambda x: x, cell.call)


def _inside(cell: Cell, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose nodes know the cell that they belong to."""

    def run(*arguments: Any) -> Any:
        with name_scope(str(cell.name)):
            return function(*arguments)

    return run
