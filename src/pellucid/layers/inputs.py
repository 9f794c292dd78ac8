"""The inputs of models."""

from dataclasses import dataclass, field
from typing import Any

from pellucid.config import floatx
from pellucid.errors import ArgumentError, DTypeError
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.spec import Shape
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import placeholder
from pellucid.layers.calls import LayerCall
from pellucid.layers.layer import Layer

__all__ = ["Input", "InputLayer", "is_optional"]


@dataclass(eq=False, repr=False)
class InputLayer(Layer):
    """What stands for an input among the layers of a model: it is fed, and computes nothing.

    :func:`Input` makes one, and returns its tensor.

    Args:
        shape: The shape of one row, without the batch.
        batch_size: Rows in a batch; open by default.
        sparse, ragged: Taken for Keras's sake: inputs are dense.
        batch_shape: The shape with the batch, in place of ``shape`` and ``batch_size``.
        input_tensor: A symbolic tensor to use, in place of a new one.
        optional: Whether a model may be given ``None`` in its place; layers get that ``None``.
        dtype: The dtype of the input; ``config.floatx()`` by default.

    Raises:
        ArgumentError: If the shape is missing, said twice or differently, or something other than
            a dense input is asked for.

    Examples:
        >>> InputLayer((4,), name="x").output
        x: float32[None, 4] = placeholder()

    Source:
        Keras 3, ``keras.layers.InputLayer``.
    """

    shape: Any = None
    batch_size: int | None = None
    sparse: Any = None
    ragged: Any = None
    batch_shape: Any = None
    input_tensor: Tensor | None = field(default=None, repr=False)
    optional: bool = False

    def __post_init__(self) -> None:
        given = self.dtype
        super().__post_init__()
        for argument in ("sparse", "ragged"):
            if getattr(self, argument):
                raise ArgumentError(
                    f"{self.label} cannot be {argument}.",
                    given=f"{argument}=True",
                    expected="a dense input",
                )
            setattr(self, argument, False)
        tensor = self.input_tensor
        if tensor is None:
            tensor = placeholder(self._declared(), dtype_name(given or floatx()), self.name)
        elif not isinstance(tensor, Tensor):
            raise DTypeError(
                f"{self.label} stands for a symbolic tensor.",
                given=f"a {type(tensor).__name__}: {tensor!r}",
                expected="a tensor, such as placeholder((None, 3))",
            )
        else:
            self._need_same(tensor, given)
        self.batch_shape, self.dtype = tensor.shape, tensor.dtype
        self.shape = self.batch_size = self.input_tensor = None  # said by what is now known
        self.calls = [LayerCall(self, (), {}, None, tensor)]
        if tensor.call is None:
            tensor.call = self.calls[0]
        self.built = True

    def _declared(self) -> Shape:
        """The shape with the batch, from the arguments."""
        if (self.shape is None) == (self.batch_shape is None):
            raise ArgumentError(
                f"{self.label} needs one shape.",
                given=f"shape={self.shape!r}, batch_shape={self.batch_shape!r}",
                expected="shape=(...), without the batch, or batch_shape=(...), with it",
            )
        if self.batch_shape is None:
            shape = self.shape if isinstance(self.shape, list | tuple) else (self.shape,)
            return (self.batch_size, *shape)
        if self.batch_size is not None:
            raise ArgumentError(
                f"{self.label} is told twice how large a batch is.",
                given=f"batch_size={self.batch_size!r}, batch_shape={self.batch_shape!r}",
                expected="one of them",
            )
        return tuple(self.batch_shape)

    def _need_same(self, tensor: Tensor, dtype: Any) -> None:
        """Raise if an argument contradicts the tensor that was given."""
        said = {
            "shape": (self.shape, tensor.shape[1:]),
            "batch_size": (self.batch_size, tensor.shape[0] if tensor.ndim else None),
            "batch_shape": (self.batch_shape, tensor.shape),
            "dtype": (dtype and dtype_name(dtype), tensor.dtype),
        }
        for argument, (value, actual) in said.items():
            value = tuple(value) if isinstance(value, list) else value
            if value is not None and value != actual:
                raise ArgumentError(
                    f"{self.label} cannot stand for a tensor of another kind.",
                    given=f"{argument}={value!r}, and {tensor.name}: {tensor.spec}",
                    expected=f"{argument}={actual!r}, or the tensor alone",
                )

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such an input again, as Keras writes them."""
        names = ("batch_shape", "dtype", "sparse", "ragged", "name", "optional")
        return {name: getattr(self, name) for name in names}


def Input(  # noqa: N802 (Keras's name, and a layer's place)
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: Any = None,
    ragged: Any = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: Tensor | None = None,
    optional: bool = False,
) -> Tensor:
    """What goes into a model: a tensor that is fed, a batch of rows of the given shape.

    Args:
        shape: The shape of one row, without the batch.
        batch_size: Rows in a batch; open by default.
        dtype: Its dtype; ``config.floatx()`` by default.
        sparse, ragged: Taken for Keras's sake: inputs are dense.
        batch_shape: The shape with the batch, in place of ``shape`` and ``batch_size``.
        name: Its name.
        tensor: A symbolic tensor to use, in place of a new one.
        optional: Whether a model may be given ``None`` in its place; layers get that ``None``.

    Shapes:
        → (B, *shape)

    Raises:
        ArgumentError: If the shape is missing, said twice or differently, or something other than
            a dense input is asked for.

    Examples:
        >>> Input(shape=(784,), name="pixels")
        pixels: float32[None, 784] = placeholder()
        >>> Input(batch_shape=(8, None), dtype="int32", name="words")
        words: int32[8, None] = placeholder()
    """
    layer = InputLayer(
        shape,
        batch_size,
        sparse,
        ragged,
        batch_shape,
        tensor,
        optional,
        dtype=dtype,
        name=name,
    )
    result: Tensor = layer.output
    return result


def is_optional(x: Tensor) -> bool:
    """Whether a model may be given ``None`` in the place of an input."""
    layer = x.call.layer if x.call is not None else None
    return not isinstance(layer, InputLayer) or layer.optional  # as Keras: of others any may be
