"""Long short-term memory whose gates are convolutions: for sequences of images."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pellucid.errors import ArgumentError, ShapeError, unknown_name
from pellucid.graph.operations.broadcasting import full, reshape, shape_of
from pellucid.graph.operations.convolution import convolution
from pellucid.graph.operations.movement import moveaxis
from pellucid.graph.operations.windows import each_axis
from pellucid.layers.layer import whole_number
from pellucid.layers.recurrent.cell import Cell, Noise, gated
from pellucid.layers.recurrent.lstm import forgetful, remember
from pellucid.layers.recurrent.recurrent import Recurrent, cell_of

__all__ = ["ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"]

DATA_FORMATS = ("channels_first", "channels_last")
PADDINGS = ("same", "valid")


@dataclass(eq=False, repr=False)
class ConvLSTMCell(Cell):
    """One step of :class:`~pellucid.layers.LSTMCell`, with convolutions where that has products.

    The state has the size of the input's convolution, and is itself convolved with padding.
    """

    filters: int
    kernel_size: Any
    strides: Any = 1
    padding: str = "valid"
    data_format: str | None = None
    dilation_rate: Any = 1
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

    @property
    def input_patterns(self) -> int:
        return self.gates

    @property
    def output_size(self) -> int:
        return self.filters

    @property
    def state_size(self) -> list[int]:
        return [self.filters] * self.states

    def build(self, input_shape: Any) -> None:
        shape = self._channels_last(input_shape)
        if None in shape[1:]:
            raise ShapeError(
                f"{self.label} makes its state as large as its input's convolution.",
                given=f"steps of shape {tuple(input_shape)}",
                expected="known sizes on every axis but the batch",
                mend="give the input's full shape: Input(shape=(...))",
            )
        columns = 4 * self.filters
        self.kernel = self.add_gates("kernel", (*self.kernel_size, shape[-1], columns))
        self.recurrent_kernel = self.add_gates(
            "recurrent", (*self.kernel_size, self.filters, columns), name="recurrent_kernel"
        )
        if self.use_bias:
            ones = forgetful(self.bias_initializer, self.filters) if self.unit_forget_bias else None
            self.bias = self.add_gates("bias", (columns,), ones)
        self.space = tuple(
            -(-n // s) if self.padding == "same" else (n - (k - 1) * d - 1) // s + 1
            for n, k, s, d in zip(
                shape[1:-1], self.kernel_size, self.strides, self.dilation_rate, strict=True
            )
        )

    def _channels_last(self, shape: Any) -> tuple[Any, ...]:
        first = self.data_format == "channels_first"
        return (shape[0], *shape[2:], shape[1]) if first else tuple(shape)

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """The states before the first step: zeros."""
        first = self.data_format == "channels_first"
        rest = (self.filters, *self.space) if first else (*self.space, self.filters)
        return [full((batch_size, *rest), 0, self.compute_dtype)] * self.states

    def inward(self, x: Any) -> Any:
        """The channels at the end, whatever the data format."""
        rank = len(self.kernel_size)
        return moveaxis(x, -rank - 1, -1) if self.data_format == "channels_first" else x

    def outward(self, x: Any) -> Any:
        """The channels where the data format has them."""
        rank = len(self.kernel_size)
        return moveaxis(x, -1, -rank - 1) if self.data_format == "channels_first" else x

    def project(self, x: Any, noise: Noise) -> Any:
        """What the gates make of the input alone, the channels at the end."""
        x, patterns = self.inward(x), [self.inward(p) for p in noise.input]
        y = gated(x, self.cast(self.kernel), patterns, self._over_all_steps)
        return y + self.cast(self.bias) if self.use_bias else y

    def _over_all_steps(self, x: Any, kernel: Any) -> Any:
        """The convolution of the input, of one step (B, ...) or of all (T, B, ...)."""
        steps = shape_of(x)[: -len(self.kernel_size) - 1]
        rows = reshape(x, (-1, *x.shape[len(steps) :]))
        y = convolution(rows, kernel, self.strides, self.padding, self.dilation_rate)
        return reshape(y, (*steps, *y.shape[1:]))

    def advance(self, projected: Any, states: Sequence[Any], noise: Noise) -> tuple[Any, list[Any]]:
        h, c = (self.inward(state) for state in states)
        patterns = [self.inward(p) for p in noise.state]
        z = projected + gated(h, self.cast(self.recurrent_kernel), patterns, _same)
        _, new = remember(z, c, self.activation, self.recurrent_activation)
        new = [self.outward(state) for state in new]
        return new[0], new


def _same(x: Any, kernel: Any) -> Any:
    return convolution(x, kernel, padding="same")


@dataclass(eq=False, repr=False)
class ConvLSTM(Recurrent):
    """Interface of convolutional LSTMs over some axes of space."""

    rank: ClassVar[int]

    filters: int
    kernel_size: Any
    strides: Any = 1
    padding: str = "valid"
    data_format: str | None = None
    dilation_rate: Any = 1
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
    unroll: bool = field(default=False, kw_only=True)
    zero_output_for_mask: bool = field(default=False, kw_only=True)

    def make_cell(self) -> ConvLSTMCell:
        self.filters = whole_number(self, "filters")
        for name in ("kernel_size", "strides", "dilation_rate"):
            setattr(self, name, each_axis(name, getattr(self, name), self.rank))
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ArgumentError(
                f"{self.label} cannot skip places both between windows and within them.",
                given=f"strides={self.strides}, dilation_rate={self.dilation_rate}",
                expected="1 for one of them",
            )
        self.padding = str(self.padding).lower()
        self.data_format = self.data_format or "channels_last"
        for kind, known in (("padding", PADDINGS), ("data_format", DATA_FORMATS)):
            if getattr(self, kind) not in known:
                raise unknown_name(kind, getattr(self, kind), known)
        return cell_of(self, ConvLSTMCell)


@dataclass(eq=False, repr=False)
class ConvLSTM1D(ConvLSTM):
    """Convolutional long short-term memory over sequences of lines.

    Args:
        filters: Channels of the output and of the memory.
        kernel_size: Size of the window: one number, or one for each axis of space.
        strides: Steps from one window of the input to the next.
        padding: ``"valid"``, or ``"same"`` for zeros around the input.
        data_format: ``"channels_last"``, or ``"channels_first"`` for (B, T, C, ...).
        dilation_rate: Steps from one element that a window of the input sees to the next.
        activation, recurrent_activation, use_bias, kernel_initializer, recurrent_initializer,
            bias_initializer, unit_forget_bias, kernel_regularizer, recurrent_regularizer,
            bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint, dropout,
            recurrent_dropout, seed: As in :class:`~pellucid.layers.LSTMCell`.
        return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask: As
            in :class:`~pellucid.layers.LSTM`.

    Shapes:
        sequences (B, T, W, C) → (B, W', filters), or (B, T, W', filters) with
        ``return_sequences``; with ``return_state`` a tuple of it and two states (B, W', filters)

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If the input, the mask or a state does not fit.

    Examples:
        >>> ConvLSTM1D(4, 3)(np.ones((2, 5, 8, 1))).shape
        (2, 6, 4)

    Source:
        Shi et al. 2015, "Convolutional LSTM Network", equation 3 without the terms in which gates
        look at the memory, https://arxiv.org/abs/1506.04214; Keras 3, ``keras.layers.ConvLSTM1D``.
    """

    rank = 1
    step_axes = 2


@dataclass(eq=False, repr=False)
class ConvLSTM2D(ConvLSTM):
    """Convolutional long short-term memory over sequences of images.

    Args:
        filters: Channels of the output and of the memory.
        kernel_size, strides, padding, data_format, dilation_rate, activation,
            recurrent_activation, use_bias, kernel_initializer, recurrent_initializer,
            bias_initializer, unit_forget_bias, kernel_regularizer, recurrent_regularizer,
            bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint, dropout,
            recurrent_dropout, seed, return_sequences, return_state, go_backwards, stateful,
            unroll, zero_output_for_mask: As in :class:`ConvLSTM1D`.

    Shapes:
        sequences (B, T, H, W, C) → (B, H', W', filters), or (B, T, H', W', filters) with
        ``return_sequences``

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If the input, the mask or a state does not fit.

    Examples:
        >>> ConvLSTM2D(4, 3, padding="same")(np.ones((2, 5, 6, 6, 1))).shape
        (2, 6, 6, 4)

    Source:
        Shi et al. 2015, https://arxiv.org/abs/1506.04214; Keras 3, ``keras.layers.ConvLSTM2D``.
    """

    rank = 2
    step_axes = 3


@dataclass(eq=False, repr=False)
class ConvLSTM3D(ConvLSTM):
    """Convolutional long short-term memory over sequences of volumes.

    Args:
        filters: Channels of the output and of the memory.
        kernel_size, strides, padding, data_format, dilation_rate, activation,
            recurrent_activation, use_bias, kernel_initializer, recurrent_initializer,
            bias_initializer, unit_forget_bias, kernel_regularizer, recurrent_regularizer,
            bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint, dropout,
            recurrent_dropout, seed, return_sequences, return_state, go_backwards, stateful,
            unroll, zero_output_for_mask: As in :class:`ConvLSTM1D`.

    Shapes:
        sequences (B, T, D, H, W, C) → (B, D', H', W', filters), or
        (B, T, D', H', W', filters) with ``return_sequences``

    Raises:
        ArgumentError: If an argument cannot be.
        ShapeError: If the input, the mask or a state does not fit.

    Examples:
        >>> ConvLSTM3D(4, 2)(np.ones((2, 3, 4, 4, 4, 1))).shape
        (2, 3, 3, 3, 4)

    Source:
        Shi et al. 2015, https://arxiv.org/abs/1506.04214; Keras 3, ``keras.layers.ConvLSTM3D``.
    """

    rank = 3
    step_axes = 4
