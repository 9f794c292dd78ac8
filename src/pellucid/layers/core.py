"""Dense layers, and activations as layers."""

from dataclasses import dataclass
from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph.operations.broadcasting import reshape, shape_of
from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.reductions import max
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer, whole_number

__all__ = ["Activation", "Dense", "Identity", "Maxout", "need_features"]


def need_features(layer: Layer, shape: tuple[int | None, ...]) -> None:
    """Raise unless an input has an axis of features behind that of the rows."""
    if len(shape) < 2:
        raise ShapeError(
            f"{layer.label} cannot be applied to an input of shape {shape}.",
            given=f"{len(shape)} {'axis' if len(shape) == 1 else 'axes'}",
            expected="at least two axes: rows, and features",
            mend="x.reshape(-1, 1) if these are rows of one feature, x.reshape(1, -1) if one row",
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
        kernel_regularizer: What the weights add to the loss.
        bias_regularizer: What the biases add to the loss.
        kernel_constraint: Brings the weights back into bounds after each step.
        bias_constraint: Brings the biases back into bounds after each step.

    Attributes:
        kernel: Weights, (F, units).
        bias: Biases, (units,).

    Shapes:
        x (B, ..., F) → (B, ..., units)

    Raises:
        ArgumentError: If ``units`` is not a whole number above 0.
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
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None

    supports_masking = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self.units = whole_number(self, "units")

    def build(self, input_shape: Any) -> None:
        need_features(self, input_shape)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(input_shape[-1], self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.units,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def check_input(self, x: Spec) -> None:
        need_features(self, x.shape)
        if not hasattr(self, "kernel"):  # a subclass that builds something else
            return
        features = self.kernel.shape[0]
        if x.shape[-1] not in (features, None):
            flat = features is not None and _product(x.shape[1:]) == features
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {x.shape}.",
                given=f"last axis {x.shape[-1]}",
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

    supports_masking = True

    def call(self, x: Tensor) -> Tensor:
        return self.activation(x)


@dataclass(eq=False, repr=False)
class Identity(Layer):
    """A layer that changes nothing: where a layer has to be, and nothing is to be done.

    Shapes:
        x (...) → (...)

    Examples:
        >>> Identity()(np.array([[-1.0, 2.0]]))
        array([[-1.,  2.]], dtype=float32)
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        return inputs


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
        x (B, ..., F) → (B, ..., units)

    Raises:
        ArgumentError: If ``units`` or ``pieces`` is not a whole number above 0.
        ShapeError: If the last axis of an input is not the one it was built with.

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
        self.units = whole_number(self, "units")
        self.pieces = whole_number(self, "pieces")

    def build(self, input_shape: Any) -> None:
        need_features(self, input_shape)
        columns = self.units * self.pieces
        self.kernel = self.add_weight(
            name="kernel", shape=(input_shape[-1], columns), initializer=self.kernel_initializer
        )
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(columns,), initializer=self.bias_initializer
            )

    def check_input(self, x: Spec) -> None:
        need_features(self, x.shape)
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
