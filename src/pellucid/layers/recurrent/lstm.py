"""Long short-term memory: a state that gates protect, so that gradients last over many steps."""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field
from typing import Any

import numpy as np

from pellucid.graph.dtypes import numpy_dtype
from pellucid.graph.operations.movement import split
from pellucid.layers.layer import whole_number
from pellucid.layers.recurrent.cell import Cell, Noise, gated
from pellucid.layers.recurrent.recurrent import Recurrent, cell_of

__all__ = ["LSTM", "LSTMCell", "forgetful", "remember"]


def forgetful(bias_initializer: Any, units: int) -> Any:
    """An initializer for the biases of four gates that adds 1 to those of the forget gate.

    Gates that begin open let the gradient through from the start.

    Source:
        Jozefowicz, Zaremba, Sutskever 2015, "An Empirical Exploration of Recurrent Network
        Architectures", section 4.
    """

    def initializer(shape: Any, dtype: str) -> np.ndarray:
        return np.concatenate(
            [
                bias_initializer((units,), dtype=dtype),
                np.ones(units, numpy_dtype(dtype)),
                bias_initializer((2 * units,), dtype=dtype),
            ]
        )

    return initializer


def remember(z: Any, c: Any, activation: Any, recurrent_activation: Any) -> tuple[Any, list[Any]]:
    """The output and the states that the sums of the four gates lead to."""
    i, f, new, o = split(z, 4, axis=-1)
    c = recurrent_activation(f) * c + recurrent_activation(i) * activation(new)
    h = recurrent_activation(o) * activation(c)
    return h, [h, c]


@dataclass(eq=False, repr=False)
class LSTMCell(Cell):
    """One step of long short-term memory.

    The gates input ``i``, forget ``f`` and output ``o`` are ``σ(x @ W + h @ U + b)``, each with
    its own columns of ``W``, ``U`` and ``b``; then::

        c' = f * c + i * tanh(x @ W_c + h @ U_c + b_c)
        h' = o * tanh(c')

    Args:
        units: Size of the output ``h``, and of the memory ``c``.
        activation: The function written as tanh above.
        recurrent_activation: The function of the gates, written as σ above.
        use_bias: Whether a number is added for each unit and gate.
        kernel_initializer: Makes the first weights of the input.
        recurrent_initializer: Makes the first weights of the state.
        bias_initializer: Makes the first biases.
        unit_forget_bias: Whether the biases of the forget gate begin at 1.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: What the weights add to the
            loss.
        kernel_constraint, recurrent_constraint, bias_constraint: Bring the weights back into
            bounds after each step of training.
        dropout: The probability of an input to be dropped in training.
        recurrent_dropout: The probability of a state to be dropped; each gate has a pattern of
            its own then, for the input too.
        seed: Makes the patterns of dropout the same in every run.

    Attributes:
        kernel: (F, 4 units): the gates i, f, c, o side by side.
        recurrent_kernel: (units, 4 units).
        bias: (4 units,).

    Shapes:
        inputs (B, F), states [(B, units), (B, units)] → (B, units), [(B, units), (B, units)]

    Raises:
        ArgumentError: If ``units`` is not a whole number above 0, or a rate is not from 0 to 1.

    Examples:
        >>> cell = LSTMCell(2)
        >>> output, (h, c) = cell(np.ones((1, 3)), [np.zeros((1, 2)), np.zeros((1, 2))])
        >>> (output == h).all(), (abs(h) < abs(c)).all()
        (np.True_, np.True_)

    Source:
        Hochreiter, Schmidhuber 1997, "Long Short-Term Memory"; with the forget gate of Gers,
        Schmidhuber, Cummins 2000, "Learning to Forget"; Keras 3, ``keras.layers.LSTMCell``.
    """

    units: int
    activation: Any = "tanh"
    recurrent_activation: Any = "sigmoid"
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    recurrent_initializer: Any = "orthogonal"
    bias_initializer: Any = "zeros"
    unit_forget_bias: bool = True
    kernel_regularizer: Any = None
    recurrent_regularizer: Any = None
    bias_regularizer: Any = None
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    seed: int | None = None

    gates = 4
    states = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        self.units = whole_number(self, "units")

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_gates("kernel", (input_shape[-1], 4 * self.units))
        self.recurrent_kernel = self.add_gates(
            "recurrent", (self.units, 4 * self.units), name="recurrent_kernel"
        )
        if self.use_bias:
            ones = forgetful(self.bias_initializer, self.units) if self.unit_forget_bias else None
            self.bias = self.add_gates("bias", (4 * self.units,), ones)

    def project(self, x: Any, noise: Noise) -> Any:
        y = gated(x, self.cast(self.kernel), noise.input)
        return y + self.cast(self.bias) if self.use_bias else y

    def advance(self, projected: Any, states: Sequence[Any], noise: Noise) -> tuple[Any, list[Any]]:
        h, c = states
        z = projected + gated(h, self.cast(self.recurrent_kernel), noise.state)
        return remember(z, c, self.activation, self.recurrent_activation)


@dataclass(eq=False, repr=False)
class LSTM(Recurrent):
    """Long short-term memory over sequences.

    Args:
        units: Size of the output and of the memory.
        activation, recurrent_activation, use_bias, kernel_initializer, recurrent_initializer,
            bias_initializer, unit_forget_bias, kernel_regularizer, recurrent_regularizer,
            bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint, dropout,
            recurrent_dropout, seed: As in :class:`LSTMCell`.
        return_sequences: Whether to return the outputs of all steps, not only of the last.
        return_state: Whether to return the last states ``h`` and ``c`` besides.
        go_backwards: Whether to begin at the last step; outputs come in the order of their making.
        stateful: Whether a batch begins with the states at the end of the batch before it.
        unroll: Taken for Keras's sake: XLA compiles the loop as it sees fit.
        use_cudnn: Taken for Keras's sake.
        zero_output_for_mask: Whether the output of masked steps is 0, not that of the step before.

    Shapes:
        sequences (B, T, F) → (B, units), or (B, T, units) with ``return_sequences``;
        with ``return_state`` a tuple of it, h (B, units) and c (B, units)

    Raises:
        ArgumentError: If ``units`` is not a whole number above 0, or a rate is not from 0 to 1.
        ShapeError: If the input, the mask or a state does not fit.

    Examples:
        >>> LSTM(4)(np.ones((2, 10, 3))).shape
        (2, 4)
        >>> outputs, h, c = LSTM(4, return_sequences=True, return_state=True)(np.ones((2, 10, 3)))
        >>> outputs.shape, (outputs[:, -1] == h).all()
        ((2, 10, 4), np.True_)

    Source:
        Hochreiter, Schmidhuber 1997, "Long Short-Term Memory"; Keras 3, ``keras.layers.LSTM``.
    """

    units: int
    activation: Any = "tanh"
    recurrent_activation: Any = "sigmoid"
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    recurrent_initializer: Any = "orthogonal"
    bias_initializer: Any = "zeros"
    unit_forget_bias: bool = True
    kernel_regularizer: Any = None
    recurrent_regularizer: Any = None
    bias_regularizer: Any = None
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    seed: int | None = None
    return_sequences: bool = False
    return_state: bool = False
    go_backwards: bool = False
    stateful: bool = False
    unroll: bool = False
    use_cudnn: InitVar[Any] = "auto"
    zero_output_for_mask: bool = field(default=False, kw_only=True)

    def make_cell(self) -> LSTMCell:
        return cell_of(self, LSTMCell)
