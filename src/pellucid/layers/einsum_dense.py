"""Dense layers over any axes, said by an equation."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.operations.contraction import einsum
from pellucid.graph.spec import Shape, Spec
from pellucid.graph.tensor import Tensor
from pellucid.initializers.scaling import Scaling
from pellucid.layers.layer import Layer

__all__ = ["EinsumDense"]

FORM = re.compile(r"(\.{3})?([a-zA-Z]+)(\.{3})?,([a-zA-Z]+)->(\.{3})?([a-zA-Z]+)(\.{3})?")


@dataclass(frozen=True)
class Equation:
    """What an equation says: the letters of the axes, and where others may stand.

    Attributes:
        inputs, kernel, outputs: A letter for each axis.
        before: Whether any axes may stand before those of the input, unchanged in the output.
        after: Whether behind them.
    """

    inputs: str
    kernel: str
    outputs: str
    before: bool
    after: bool


@dataclass(eq=False, repr=False)
class EinsumDense(Layer):
    """A dense layer over any axes: ``activation(einsum(equation, x, kernel) + bias)``.

    Args:
        equation: A letter for each axis of input and kernel, and of the output: ``"abc,cd->abd"``.
            ``...`` stands for any axes, before or behind those with letters:
            ``"...x,xy->...y"``.
        output_shape: The sizes of the output's axes, without the batch and those of ``...``;
            ``None`` for a size of the input.
        activation: The function applied to the result, or its name; none by default.
        bias_axes: The letters of the output's axes along which a bias is added; none by default.
        kernel_initializer: Makes the first weights.
        bias_initializer: Makes the first biases.
        kernel_regularizer: What the weights add to the loss.
        bias_regularizer: What the biases add to the loss.
        kernel_constraint: Brings the weights back into bounds after each step.
        bias_constraint: Brings the biases back into bounds after each step.

    Attributes:
        kernel: Weights, a size for each of its letters.
        bias: Biases, with size 1 along the axes that have none.

    Shapes:
        x (B, ...) → (B, ...)

    Raises:
        ArgumentError: If the equation has another form, or a letter comes from nowhere.
        ShapeError: If the input does not fit the equation.

    Examples:
        >>> layer = EinsumDense("abc,cd->abd", (None, 2), kernel_initializer="ones")
        >>> layer(np.array([[[1.0, 2.0], [3.0, 4.0]]]))
        array([[[3., 3.],
                [7., 7.]]], dtype=float32)

    Source:
        Keras 3, ``keras.layers.EinsumDense``.
    """

    equation: str
    output_shape: Any
    activation: Any = None
    bias_axes: str | None = None
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        several = isinstance(self.output_shape, list | tuple)
        self.output_shape = tuple(self.output_shape) if several else (self.output_shape,)
        self._letters = self._read()

    def _read(self) -> Equation:
        """What the equation says.

        Raises:
            ArgumentError: If it says nothing, or a letter comes from nowhere.
        """
        found = FORM.fullmatch(self.equation.replace(" ", ""))
        dots = found and (found[1], found[3], found[5], found[7])
        if not found or (found[1], found[3]) != (found[5], found[7]) or all(dots or ()):
            raise ArgumentError(
                f"{self.label} cannot read its equation.",
                given=f"equation={self.equation!r}",
                expected="'ab,bc->ac', '...ab,bc->...ac' or 'ab...,bc->ac...'",
            )
        result = Equation(found[2], found[4], found[6], bool(found[1]), bool(found[3]))
        for letter in result.outputs:
            if letter not in result.inputs + result.kernel:
                raise self._unknown(letter, "the output", "the input or the kernel")
        for letter in result.kernel:
            if letter not in result.inputs + result.outputs:
                raise self._unknown(letter, "the kernel", "the input or the output")
        for letter in self.bias_axes or "":
            if letter not in result.outputs:
                raise self._unknown(letter, "bias_axes", "the output")
        own = len(result.outputs) - (not result.before)
        if len(self.output_shape) != own:
            raise ArgumentError(
                f"{self.label} has another number of axes in its output.",
                given=f"output_shape={self.output_shape}",
                expected=f"{own} {'size' if own == 1 else 'sizes'}: equation={self.equation!r}"
                + ("" if result.before else ", without the batch"),
            )
        return result

    def _unknown(self, letter: str, there: str, where: str) -> ArgumentError:
        return ArgumentError(
            f"{self.label} does not know how large axis '{letter}' is.",
            given=f"'{letter}' in {there}: equation={self.equation!r}"
            + (f", bias_axes={self.bias_axes!r}" if there == "bias_axes" else ""),
            expected=f"a letter of {where}",
        )

    def _sizes(self, shape: Shape) -> tuple[dict[str, int | None], dict[str, int | None]]:
        """The sizes of the axes with letters: of the input, and of the output.

        Raises:
            ShapeError: If the input has too few axes or too many, or sizes contradict each other.
        """
        said = self._letters
        count, dotted = len(said.inputs), said.before or said.after
        if len(shape) < count + said.before or (len(shape) > count and not dotted):
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {shape}.",
                given=f"{len(shape)} {'axis' if len(shape) == 1 else 'axes'}",
                expected=f"{'at least ' if dotted else ''}{count + said.before} axes: "
                f"equation={self.equation!r}",
            )
        own = shape[len(shape) - count :] if said.before else shape[:count]
        inputs = dict(zip(said.inputs, own, strict=True))
        declared = self.output_shape if said.before else (shape[0], *self.output_shape)
        outputs = dict(zip(said.outputs, declared, strict=True))
        for letter, size in inputs.items():
            wanted = outputs.get(letter)
            if None not in (size, wanted) and size != wanted:
                raise ShapeError(
                    f"{self.label} cannot be applied to an input of shape {shape}.",
                    given=f"size {size} on axis '{letter}'",
                    expected=f"size {wanted}: output_shape={self.output_shape}",
                )
        return inputs, {letter: n or inputs.get(letter) for letter, n in outputs.items()}

    def build(self, input_shape: Any) -> None:
        said = self._letters
        inputs, outputs = self._sizes(input_shape)
        self.kernel = self.add_weight(
            name="kernel",
            shape=[{**inputs, **outputs}[letter] for letter in said.kernel],
            initializer=self._initializer(),
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if self.bias_axes is None:
            return
        first = min(said.outputs.index(letter) for letter in self.bias_axes)
        behind = len(input_shape) - len(said.inputs) if said.after else 0
        self.bias = self.add_weight(
            name="bias",
            shape=[*self._bias_sizes(outputs, said.outputs[first:]), *[1] * behind],
            initializer=self.bias_initializer,
            regularizer=self.bias_regularizer,
            constraint=self.bias_constraint,
        )

    def _bias_sizes(self, outputs: Mapping[str, int | None], letters: str) -> list[int | None]:
        return [outputs[letter] if letter in (self.bias_axes or "") else 1 for letter in letters]

    def _initializer(self) -> Any:
        """The kernel's initializer, told which axes are inputs and which are outputs."""
        made = self.kernel_initializer
        scaled = isinstance(made, Scaling)
        if not scaled or None not in (made.input_axes, made.output_axes):
            return made
        kernel, outputs = self._letters.kernel, self._letters.outputs
        axes: dict[str, Any] = {
            "input_axes": [i for i, letter in enumerate(kernel) if letter not in outputs],
            "output_axes": [i for i, letter in enumerate(kernel) if letter in outputs],
        }
        return dataclasses.replace(made, **axes)

    def check_input(self, x: Spec) -> None:
        inputs, _ = self._sizes(x.shape)
        kernel = dict(zip(self._letters.kernel, self.kernel.shape, strict=True))
        for letter, size in inputs.items():
            if letter in kernel and size not in (None, kernel[letter]):
                raise ShapeError(
                    f"{self.label} cannot be applied to an input of shape {x.shape}.",
                    given=f"size {size} on axis '{letter}'",
                    expected=f"size {kernel[letter]}, as it was built with",
                )

    def call(self, x: Tensor) -> Tensor:
        y = einsum(self.equation, x, self.kernel)
        return self.activation(y if self.bias_axes is None else y + self.bias)
