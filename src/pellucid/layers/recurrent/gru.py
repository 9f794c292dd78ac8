"""Gated recurrent units: memory with two gates and no state besides the output."""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field
from typing import Any

from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.movement import slice_axes, split
from pellucid.layers.layer import whole_number
from pellucid.layers.recurrent.cell import Cell, Noise, gated
from pellucid.layers.recurrent.recurrent import Recurrent, cell_of

__all__ = ["GRU", "GRUCell"]


@dataclass(eq=False, repr=False)
class GRUCell(Cell):
    """One step of gated recurrent units.

    The gates update ``z`` and reset ``r`` are ``σ(x @ W + h @ U + b)``, each with its own columns
    of ``W``, ``U`` and ``b``; then::

        n  = tanh(x @ W_n + r * (h @ U_n + b_n))      with reset_after
        n  = tanh(x @ W_n + (r * h) @ U_n)            without
        h' = z * h + (1 - z) * n

    Args:
        units: Size of the output, which is the state too.
        activation: The function written as tanh above.
        recurrent_activation: The function of the gates, written as σ above.
        use_bias: Whether a number is added for each unit and gate.
        kernel_initializer: Makes the first weights of the input.
        recurrent_initializer: Makes the first weights of the state.
        bias_initializer: Makes the first biases.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: What the weights add to the
            loss.
        kernel_constraint, recurrent_constraint, bias_constraint: Bring the weights back into
            bounds after each step of training.
        dropout: The probability of an input to be dropped in training.
        recurrent_dropout: The probability of a state to be dropped; each gate has a pattern of
            its own then, for the input too.
        reset_after: Whether the reset gate comes after the product, as in cuDNN, or before it, as
            in the paper.
        seed: Makes the patterns of dropout the same in every run.

    Attributes:
        kernel: (F, 3 units): the gates z, r and n side by side.
        recurrent_kernel: (units, 3 units).
        bias: (2, 3 units) with ``reset_after``, for the input and for the state; else (3 units,).

    Shapes:
        inputs (B, F), states [(B, units)] → (B, units), [(B, units)]

    Raises:
        ArgumentError: If ``units`` is not a whole number above 0, or a rate is not from 0 to 1.

    Examples:
        >>> cell = GRUCell(2)
        >>> output, [state] = cell(np.ones((1, 3)), [np.zeros((1, 2))])
        >>> output.shape, (output == state).all()
        ((1, 2), np.True_)

    Source:
        Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder", section 2.3,
        https://arxiv.org/abs/1406.1078; Keras 3, ``keras.layers.GRUCell``.
    """

    units: int
    activation: Any = "tanh"
    recurrent_activation: Any = "sigmoid"
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
    reset_after: bool = True
    seed: int | None = None

    gates = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        self.units = whole_number(self, "units")

    def build(self, input_shape: Any) -> None:
        columns = 3 * self.units
        self.kernel = self.add_gates("kernel", (input_shape[-1], columns))
        self.recurrent_kernel = self.add_gates(
            "recurrent", (self.units, columns), name="recurrent_kernel"
        )
        if self.use_bias:
            self.bias = self.add_gates("bias", (2, columns) if self.reset_after else (columns,))

    def project(self, x: Any, noise: Noise) -> Any:
        y = gated(x, self.cast(self.kernel), noise.input)
        if not self.use_bias:
            return y
        bias = self.cast(self.bias)
        return y + (bias[0] if self.reset_after else bias)

    def advance(self, projected: Any, states: Sequence[Any], noise: Noise) -> tuple[Any, list[Any]]:
        h = states[0]
        x_z, x_r, x_n = split(projected, 3, axis=-1)
        kernel = self.cast(self.recurrent_kernel)
        if self.reset_after:
            inner = gated(h, kernel, noise.state)
            if self.use_bias:
                inner = inner + self.cast(self.bias)[1]
            h_z, h_r, h_n = split(inner, 3, axis=-1)
            recurrent = self.recurrent_activation(x_r + h_r) * h_n
        else:
            gate_columns = slice_axes(kernel, {1: (0, 2 * self.units, 1)})
            own_columns = slice_axes(kernel, {1: (2 * self.units, None, 1)})
            h_z, h_r = split(gated(h, gate_columns, noise.state[:2]), 2, axis=-1)
            dropped = h * noise.state[2] if noise.state else h
            recurrent = matmul(self.recurrent_activation(x_r + h_r) * dropped, own_columns)
        z = self.recurrent_activation(x_z + h_z)
        h = z * h + (1 - z) * self.activation(x_n + recurrent)
        return h, [h]


@dataclass(eq=False, repr=False)
class GRU(Recurrent):
    """Gated recurrent units over sequences.

    Args:
        units: Size of the output, which is the state too.
        activation, recurrent_activation, use_bias, kernel_initializer, recurrent_initializer,
            bias_initializer, kernel_regularizer, recurrent_regularizer, bias_regularizer,
            kernel_constraint, recurrent_constraint, bias_constraint, dropout, recurrent_dropout,
            seed, reset_after: As in :class:`GRUCell`.
        return_sequences: Whether to return the outputs of all steps, not only of the last.
        return_state: Whether to return the last state besides.
        go_backwards: Whether to begin at the last step; outputs come in the order of their making.
        stateful: Whether a batch begins with the states at the end of the batch before it.
        unroll: Taken for Keras's sake: XLA compiles the loop as it sees fit.
        use_cudnn: Taken for Keras's sake.
        zero_output_for_mask: Whether the output of masked steps is 0, not that of the step before.

    Shapes:
        sequences (B, T, F) → (B, units), or (B, T, units) with ``return_sequences``;
        with ``return_state`` a tuple of it and the state (B, units)

    Raises:
        ArgumentError: If ``units`` is not a whole number above 0, or a rate is not from 0 to 1.
        ShapeError: If the input, the mask or a state does not fit.

    Examples:
        >>> GRU(4)(np.ones((2, 10, 3))).shape
        (2, 4)

    Source:
        Cho et al. 2014, section 2.3, https://arxiv.org/abs/1406.1078; Keras 3,
        ``keras.layers.GRU``.
    """

    units: int
    activation: Any = "tanh"
    recurrent_activation: Any = "sigmoid"
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
    return_sequences: bool = False
    return_state: bool = False
    go_backwards: bool = False
    stateful: bool = False
    unroll: bool = False
    reset_after: bool = True
    use_cudnn: InitVar[Any] = "auto"
    zero_output_for_mask: bool = field(default=False, kw_only=True)

    def make_cell(self) -> GRUCell:
        return cell_of(self, GRUCell)
