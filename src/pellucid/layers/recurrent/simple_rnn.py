"""The simple recurrent network: the output of a step is an input of the next."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pellucid.layers.layer import whole_number
from pellucid.layers.recurrent.cell import Cell, Noise, gated
from pellucid.layers.recurrent.recurrent import Recurrent, cell_of

__all__ = ["SimpleRNN", "SimpleRNNCell"]


@dataclass(eq=False, repr=False)
class SimpleRNNCell(Cell):
    """One step of a simple recurrent network: ``h' = activation(x @ W + h @ U + b)``.

    Args:
        units: Size of the output, which is the state too.
        activation: The function applied to the sum.
        use_bias: Whether a number is added for each unit.
        kernel_initializer: Makes the first weights of the input.
        recurrent_initializer: Makes the first weights of the state.
        bias_initializer: Makes the first biases.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: What the weights add to the
            loss.
        kernel_constraint, recurrent_constraint, bias_constraint: Bring the weights back into
            bounds after each step of training.
        dropout: The probability of an input to be dropped in training.
        recurrent_dropout: The probability of a state to be dropped.
        seed: Makes the patterns of dropout the same in every run.

    Attributes:
        kernel: (F, units).
        recurrent_kernel: (units, units).
        bias: (units,).

    Shapes:
        inputs (B, F), states [(B, units)] → (B, units), [(B, units)]

    Raises:
        ArgumentError: If ``units`` is not a whole number above 0, or a rate is not from 0 to 1.

    Examples:
        >>> cell = SimpleRNNCell(2)
        >>> output, [state] = cell(np.ones((1, 3)), [np.zeros((1, 2))])
        >>> output.shape, (output == state).all()
        ((1, 2), np.True_)

    Source:
        Elman 1990, "Finding Structure in Time"; Keras 3, ``keras.layers.SimpleRNNCell``.
    """

    units: int
    activation: Any = "tanh"
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    recurrent_initializer: Any = "orthogonal"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    recurrent_regularizer: Any = None
    bias_regularizer: Any = None
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    seed: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.units = whole_number(self, "units")

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_gates("kernel", (input_shape[-1], self.units))
        self.recurrent_kernel = self.add_gates(
            "recurrent", (self.units, self.units), name="recurrent_kernel"
        )
        if self.use_bias:
            self.bias = self.add_gates("bias", (self.units,))

    def project(self, x: Any, noise: Noise) -> Any:
        y = gated(x, self.cast(self.kernel), noise.input)
        return y + self.cast(self.bias) if self.use_bias else y

    def advance(self, projected: Any, states: Sequence[Any], noise: Noise) -> tuple[Any, list[Any]]:
        recurrent = gated(states[0], self.cast(self.recurrent_kernel), noise.state)
        h = self.activation(projected + recurrent)
        return h, [h]


@dataclass(eq=False, repr=False)
class SimpleRNN(Recurrent):
    """A simple recurrent network over sequences.

    Args:
        units: Size of the output, which is the state too.
        activation, use_bias, kernel_initializer, recurrent_initializer, bias_initializer,
            kernel_regularizer, recurrent_regularizer, bias_regularizer, kernel_constraint,
            recurrent_constraint, bias_constraint, dropout, recurrent_dropout: As in
            :class:`SimpleRNNCell`.
        return_sequences: Whether to return the outputs of all steps, not only of the last.
        return_state: Whether to return the last state besides.
        go_backwards: Whether to begin at the last step; outputs come in the order of their making.
        stateful: Whether a batch begins with the states at the end of the batch before it.
        unroll: Taken for Keras's sake: XLA compiles the loop as it sees fit.
        seed: Makes the patterns of dropout the same in every run.
        zero_output_for_mask: Whether the output of masked steps is 0, not that of the step before.

    Shapes:
        sequences (B, T, F) → (B, units), or (B, T, units) with ``return_sequences``;
        with ``return_state`` a tuple of it and the state (B, units)

    Raises:
        ArgumentError: If ``units`` is not a whole number above 0, or a rate is not from 0 to 1.
        ShapeError: If the input, the mask or a state does not fit.

    Examples:
        >>> SimpleRNN(4)(np.ones((2, 10, 3))).shape
        (2, 4)
        >>> SimpleRNN(4, return_sequences=True)(np.ones((2, 10, 3))).shape
        (2, 10, 4)

    Source:
        Elman 1990, "Finding Structure in Time"; Keras 3, ``keras.layers.SimpleRNN``.
    """

    units: int
    activation: Any = "tanh"
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    recurrent_initializer: Any = "orthogonal"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    recurrent_regularizer: Any = None
    bias_regularizer: Any = None
    kernel_constraint: Any = None
    recurrent_constraint: Any = None
    bias_constraint: Any = None
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    return_sequences: bool = False
    return_state: bool = False
    go_backwards: bool = False
    stateful: bool = False
    unroll: bool = False
    seed: int | None = None
    zero_output_for_mask: bool = field(default=False, kw_only=True)

    def make_cell(self) -> SimpleRNNCell:
        return cell_of(self, SimpleRNNCell)
