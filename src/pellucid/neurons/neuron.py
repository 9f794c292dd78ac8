"""One neuron: a weighted sum of its inputs, and whether or how strongly it fires."""

from collections.abc import Callable
from typing import Any

from pellucid import activations
from pellucid.errors import ShapeError
from pellucid.graph.operations.casting import floating
from pellucid.graph.operations.contraction import matmul
from pellucid.graph.tensor import Tensor, as_operand

__all__ = ["Neuron"]


class Neuron:
    """One artificial neuron: ``y = H(w₁x₁ + … + wₙxₙ + b)``.

    With the Heaviside step H it fires (1) when the sum is above 0, and does not (0) when the sum
    is 0 or below: a neuron that gets no input and has no bias is silent. So ``-bias`` is the
    threshold that the weighted inputs must exceed.

    Args:
        weights: One number for each input: above 0 it excites, below 0 it inhibits. May be a
            symbolic tensor, such as a variable, to differentiate by.
        bias: Added to the sum.
        activation: The function of the sum: a name of :mod:`pellucid.activations` or a function.

    Shapes:
        weights (F,), bias (); a call: x (..., F) → (...)

    Raises:
        ShapeError: If the weights are not a vector, the bias not a number, or a call's input has
            not one value for each weight.

    Examples:
        Logic gates, the first use of such neurons:

        >>> both = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        >>> Neuron([1, 1], bias=-1.5)(both)  # AND
        array([0., 0., 0., 1.], dtype=float32)
        >>> Neuron([1, 1], bias=-0.5)(both)  # OR
        array([0., 1., 1., 1.], dtype=float32)
        >>> Neuron([-1], bias=0.5)(np.array([[0], [1]]))  # NOT
        array([1., 0.], dtype=float32)

        It prints as its formula, and is a node of the graph on a symbolic tensor:

        >>> print(Neuron([2, -1], bias=-1.5))
        y = heaviside(2 x₁ - 1 x₂ - 1.5)
        >>> x = placeholder((None, 2), name="x")
        >>> Session().run(Neuron([2, -1], activation="relu")(x), {x: [[1, 1], [0, 1]]})
        array([1., 0.], dtype=float32)

    Source:
        McCulloch, Pitts 1943, "A Logical Calculus of the Ideas Immanent in Nervous Activity" (where
        a neuron fires when the threshold is reached); Rosenblatt 1958, "The Perceptron: a
        Probabilistic Model for Information Storage and Organization in the Brain".
    """

    def __init__(
        self,
        weights: Any,
        bias: Any = 0.0,
        activation: str | Callable[[Any], Any] = "heaviside",
    ) -> None:
        self.weights = floating(weights)
        self.bias = as_operand(bias)
        self.activation = activations.get(activation)
        if self.weights.ndim != 1 or self.bias.ndim != 0:
            raise ShapeError(
                "A neuron has a vector of weights and one bias.",
                given=f"weights of shape {self.weights.shape}, bias of shape {self.bias.shape}",
                expected="shapes (F,) and ()",
            )

    def __call__(self, x: Any) -> Any:
        """The output: an array for arrays, a node for a symbolic tensor."""
        x = floating(x)
        if x.shape[-1:] != self.weights.shape:
            raise ShapeError(
                f"A neuron of {self.weights.shape[0]} inputs cannot be applied to shape {x.shape}.",
                given=f"last axis {x.shape[-1] if x.shape else 'missing'}",
                expected=f"last axis {self.weights.shape[0]}, one value for each weight",
            )
        return self.activation(matmul(x, self.weights) + self.bias)

    def __str__(self) -> str:
        """The formula."""
        terms = [_term(w, f" x{_lowered(i)}") for i, w in enumerate(_values(self.weights), start=1)]
        if isinstance(self.bias, Tensor) or self.bias != 0:
            terms.append(_term("b" if isinstance(self.bias, Tensor) else float(self.bias)))
        total = " ".join(terms).removeprefix("+ ")
        if total.startswith("- "):
            total = "-" + total[2:]
        return f"y = {_name(self.activation)}({total})"

    def __repr__(self) -> str:
        return f"Neuron({self})"


def _values(weights: Any) -> list[Any]:
    """The numbers, or w₁, w₂, … where they are not known yet."""
    if isinstance(weights, Tensor):
        return [f"w{_lowered(i)}" for i in range(1, (weights.shape[0] or 0) + 1)]
    return weights.astype(float).tolist()


def _term(value: float | str, factor: str = "") -> str:
    if isinstance(value, str):
        return f"+ {value}{factor}"
    return f"{'-' if value < 0 else '+'} {abs(value):g}{factor}"


def _lowered(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _name(activation: Any) -> str:
    return getattr(activation, "__name__", type(activation).__name__)
