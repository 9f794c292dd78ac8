"""Dense layers, activations as layers, and the input of a model."""

from dataclasses import dataclass
from typing import Any

from pellucid import activations
from pellucid.errors import ShapeError
from pellucid.graph.operations.broadcasting import reshape, shape_of
from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.reductions import max
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import placeholder
from pellucid.layers.layer import Layer

__all__ = ["Activation", "Dense", "Input", "Maxout"]


def Input(  # noqa: N802 (Keras's name, and a layer's place)
    shape: tuple[int | None, ...],
    batch_size: int | None = None,
    dtype: str = "float32",
    name: str | None = None,
) -> Tensor:
    """What goes into a model: a tensor that is fed, a batch of rows of the given shape.

    Args:
        shape: The shape of one row, without the batch.
        batch_size: Rows in a batch; open by default.
        dtype: Its dtype.
        name: Its name.

    Shapes:
        → (B, *shape)

    Examples:
        >>> Input(shape=(784,), name="pixels")
        pixels: float32[None, 784] = placeholder()
    """
    return placeholder((batch_size, *shape), dtype, name)


def positive(layer: Layer, argument: str, value: Any) -> None:
    """Raise unless an argument of a layer is a whole number above 0."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ShapeError(
            f"{layer.label} needs a whole number above 0 for '{argument}'.",
            given=f"{argument}={value!r}",
            expected="1, 2, 3, …",
        )


@dataclass(eq=False, repr=False)
class Dense(Layer):
    """A layer of neurons, each connected to every input: ``activation(x @ kernel + bias)``.

    Args:
        units: How many neurons, at least 1.
        activation: The function applied to the result, or its name; none by default.
        use_bias: Whether a number is added for each neuron.
        kernel_initializer: Makes the first weights.
        bias_initializer: Makes the first biases.

    Attributes:
        kernel: Weights, (F, units).
        bias: Biases, (units,).

    Shapes:
        x (..., F) → (..., units)

    Raises:
        ShapeError: If the last axis of an input is not the one it was built with.

    Examples:
        >>> layer = Dense(2, kernel_initializer="ones")
        >>> layer(np.array([[1.0, 2.0, 3.0]]))
        array([[6., 6.]], dtype=float32)

    Source:
        Keras 3, ``keras.layers.Dense``.
    """

    units: int
    activation: Any = None
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(self, "units", self.units)
        self.activation = activations.get(self.activation)

    def build(self, x: Spec) -> None:
        if not x.shape:
            raise ShapeError(
                f"{self.label} needs an input with at least one axis.",
                given=str(x),
                expected="(..., features)",
            )
        self.kernel = self.add_weight("kernel", (x.shape[-1], self.units), self.kernel_initializer)
        if self.use_bias:
            self.bias = self.add_weight("bias", (self.units,), self.bias_initializer)

    def check_input(self, x: Spec) -> None:
        features = self.kernel.shape[0]
        if not x.shape or x.shape[-1] not in (features, None):
            flat = features is not None and _product(x.shape[1:]) == features
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {x.shape}.",
                given=f"last axis {x.shape[-1] if x.shape else 'missing'}",
                expected=f"last axis {features}, the size it was built with",
                mend="put Flatten() before it" if flat else None,
            )

    def call(self, x: Tensor) -> Tensor:
        y = matmul(x, self.kernel)
        return self.activation(y + self.bias if self.use_bias else y)


def _product(sizes: tuple[int | None, ...]) -> int | None:
    result = 1
    for n in sizes:
        if n is None:
            return None
        result *= n
    return result


@dataclass(eq=False, repr=False)
class Activation(Layer):
    """A function applied to each element.

    Args:
        activation: The function, or its name.

    Shapes:
        x (...) → (...)

    Examples:
        >>> Activation("relu")(np.array([[-1.0, 2.0]]))
        array([[0., 2.]], dtype=float32)
    """

    activation: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        self.activation = activations.get(self.activation)

    def call(self, x: Tensor) -> Tensor:
        return self.activation(x)


@dataclass(eq=False, repr=False)
class Maxout(Layer):
    """The largest of several affine functions for each unit: an activation that is learned.

    Without it, and without any activation, layer upon layer is still one matrix.

    Args:
        units: How many outputs.
        pieces: How many affine functions each output chooses from, at least 1. Two can make
            ReLU (0 and x), and the absolute value (x and -x).
        use_bias: Whether a number is added to each piece.
        kernel_initializer: Makes the first weights.
        bias_initializer: Makes the first biases.

    Attributes:
        kernel: Weights, (F, units * pieces): the pieces of a unit side by side.
        bias: Biases, (units * pieces,).

    Shapes:
        x (..., F) → (..., units)

    Examples:
        >>> layer = Maxout(1, pieces=2, use_bias=False)
        >>> _ = layer(np.ones((1, 1)))
        >>> layer.set_weights([[[1.0, -1.0]]])
        >>> layer(np.array([[-3.0], [2.0]]))
        array([[3.],
               [2.]], dtype=float32)

    Source:
        Goodfellow et al. 2013, "Maxout Networks", section 3, https://arxiv.org/abs/1302.4389.
    """

    units: int
    pieces: int = 2
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(self, "units", self.units)
        positive(self, "pieces", self.pieces)

    def build(self, x: Spec) -> None:
        columns = self.units * self.pieces
        self.kernel = self.add_weight("kernel", (x.shape[-1], columns), self.kernel_initializer)
        if self.use_bias:
            self.bias = self.add_weight("bias", (columns,), self.bias_initializer)

    def check_input(self, x: Spec) -> None:
        if x.shape[-1] not in (self.kernel.shape[0], None):
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {x.shape}.",
                given=f"last axis {x.shape[-1]}",
                expected=f"last axis {self.kernel.shape[0]}, the size it was built with",
            )

    def call(self, x: Tensor) -> Tensor:
        y = matmul(x, self.kernel)
        y = y + self.bias if self.use_bias else y
        return max(reshape(y, (*shape_of(x)[:-1], self.units, self.pieces)), axis=-1)
