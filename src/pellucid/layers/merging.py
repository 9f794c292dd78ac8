"""Layers that make one tensor of several, element by element."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.operations import arithmetic
from pellucid.graph.operations.broadcasting import broadcast_to, shape_of
from pellucid.graph.operations.comparison import logical_or, where
from pellucid.graph.operations.movement import expand_dims
from pellucid.graph.spec import Shape, broadcast_shapes
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer

__all__ = [
    "Add",
    "Average",
    "Maximum",
    "Merge",
    "Minimum",
    "Multiply",
    "Subtract",
    "add",
    "average",
    "maximum",
    "minimum",
    "multiply",
    "subtract",
]


def described(inputs: Sequence[Tensor]) -> str:
    """What errors call a layer's inputs: where each comes from, and its shape."""
    return ", ".join(
        f"'{x.call.layer.name if x.call else x.name}' of shape {x.shape}" for x in inputs
    )


class Merge(Layer):
    """Base of the layers that are called on a list of tensors and make one of them.

    Raises:
        DTypeError: If a layer is not called on a list of tensors.
        ShapeError: If their shapes do not fit together; the error names the inputs.
    """

    supports_masking = True

    def need_list(self, inputs: Any, count: int | None = None) -> None:
        """Raise unless the layer is called on a list of tensors, or just so many."""
        several = isinstance(inputs, list | tuple)
        if not several or not inputs or count not in (None, len(inputs)):
            one = inputs if several else [inputs]
            raise DTypeError(
                f"{self.label} is called on a list of tensors.",
                given=f"{'a list of ' if several else ''}{len(one)}: {described(one)}",
                expected=f"a list of {count or 'at least 1'}",
                mend=f"{type(self).__name__}(...)([a, b])",
            )
        rows = {x.shape[0] for x in inputs if x.ndim} - {None}
        if len(rows) > 1:
            raise ShapeError(
                f"{self.label} cannot merge batches of different sizes.",
                given=described(inputs),
                expected="the same number of rows in each",
            )


class Elementwise(Merge):
    """Base of the layers that merge element by element.

    Tensors with fewer axes get axes of size 1 behind that of the rows. The mask says which steps
    count in at least one of the inputs, if all of them have masks.
    """

    def call(self, inputs: Any, mask: Any = None) -> Tensor:
        self.need_list(inputs)
        ndim = max(x.ndim for x in inputs)
        self._need_fitting(inputs, [_widened(x.shape, ndim) for x in inputs])
        # A tensor that gets another axis loses its mask, as in Keras.
        masks = [
            None if m is None or x.ndim < ndim else broadcast_to(expand_dims(m, -1), shape_of(x))
            for x, m in zip(inputs, mask or [None] * len(inputs), strict=True)
        ]
        wide = [expand_dims(x, list(range(1, 1 + ndim - x.ndim))) for x in inputs]
        return self.merge(wide, masks)

    def _need_fitting(self, inputs: Sequence[Tensor], shapes: Sequence[Shape]) -> None:
        try:
            broadcast_shapes(*shapes)
        except ShapeError as error:
            raise ShapeError(
                f"{self.label} cannot merge tensors of these shapes.",
                given=described(inputs),
                expected=error.expected,
            ) from None

    def merge(self, inputs: list[Tensor], masks: list[Any]) -> Tensor:
        """Tensors of the same number of axes made one.

        Args:
            inputs: The tensors.
            masks: For each a mask of its shape, or ``None``.
        """
        raise NotImplementedError(f"{type(self).__name__}.merge")

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        if previous_mask is None or any(m is None for m in previous_mask):
            return None
        return functools.reduce(logical_or, previous_mask)


def _widened(shape: Shape, ndim: int) -> Shape:
    return (*shape[:1], *[1] * (ndim - len(shape)), *shape[1:])


class Add(Elementwise):
    """The sum of several tensors.

    Shapes:
        list of (B, ...) → (B, ...)

    Raises:
        DTypeError: If it is not called on a list of tensors.
        ShapeError: If their shapes do not fit together; the error names the inputs.

    Examples:
        >>> Add()([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])])
        array([[11., 22.]], dtype=float32)
    """

    def merge(self, inputs: list[Tensor], masks: list[Any]) -> Tensor:
        return functools.reduce(arithmetic.add, inputs)


class Subtract(Elementwise):
    """The difference of two tensors.

    Shapes:
        list of two (B, ...) → (B, ...)

    Raises:
        DTypeError: If it is not called on a list of two tensors.
        ShapeError: If their shapes do not fit together; the error names the inputs.

    Examples:
        >>> Subtract()([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])])
        array([[ -9., -18.]], dtype=float32)
    """

    def call(self, inputs: Any, mask: Any = None) -> Tensor:
        self.need_list(inputs, count=2)
        return super().call(inputs, mask)

    def merge(self, inputs: list[Tensor], masks: list[Any]) -> Tensor:
        return inputs[0] - inputs[1]


class Multiply(Elementwise):
    """The product of several tensors.

    A step that a mask leaves out counts as a factor of 1; one that all masks leave out, as 0.

    Shapes:
        list of (B, ...) → (B, ...)

    Raises:
        DTypeError: If it is not called on a list of tensors.
        ShapeError: If their shapes do not fit together; the error names the inputs.

    Examples:
        >>> Multiply()([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])])
        array([[10., 40.]], dtype=float32)
    """

    def merge(self, inputs: list[Tensor], masks: list[Any]) -> Tensor:
        factors = [x if m is None else where(m, x, 1) for x, m in zip(inputs, masks, strict=True)]
        product: Tensor = functools.reduce(arithmetic.multiply, factors)
        if any(m is None for m in masks):
            return product
        result: Tensor = where(functools.reduce(logical_or, masks), product, 0)
        return result


class Average(Elementwise):
    """The mean of several tensors.

    Shapes:
        list of (B, ...) → (B, ...)

    Raises:
        DTypeError: If it is not called on a list of tensors.
        ShapeError: If their shapes do not fit together; the error names the inputs.

    Examples:
        >>> Average()([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])])
        array([[ 5.5, 11. ]], dtype=float32)
    """

    def merge(self, inputs: list[Tensor], masks: list[Any]) -> Tensor:
        result: Tensor = functools.reduce(arithmetic.add, inputs) / len(inputs)
        return result


def _chosen(
    choose: Callable[[Any, Any], Any], inputs: Sequence[Tensor], masks: Sequence[Any]
) -> Tensor:
    """One of each element, step by step through the list; what a mask leaves out is not chosen."""
    result, mask = inputs[0], masks[0]
    for x, m in zip(inputs[1:], masks[1:], strict=True):
        x = x if m is None else where(m, x, result)
        result = choose(result if mask is None else where(mask, result, x), x)
        mask = None if m is None or mask is None else logical_or(mask, m)
    return result


class Maximum(Elementwise):
    """The largest of several tensors, element by element.

    Shapes:
        list of (B, ...) → (B, ...)

    Raises:
        DTypeError: If it is not called on a list of tensors.
        ShapeError: If their shapes do not fit together; the error names the inputs.

    Examples:
        >>> Maximum()([np.array([[1.0, 20.0]]), np.array([[10.0, 2.0]])])
        array([[10., 20.]], dtype=float32)
    """

    def merge(self, inputs: list[Tensor], masks: list[Any]) -> Tensor:
        return _chosen(arithmetic.maximum, inputs, masks)


class Minimum(Elementwise):
    """The smallest of several tensors, element by element.

    Shapes:
        list of (B, ...) → (B, ...)

    Raises:
        DTypeError: If it is not called on a list of tensors.
        ShapeError: If their shapes do not fit together; the error names the inputs.

    Examples:
        >>> Minimum()([np.array([[1.0, 20.0]]), np.array([[10.0, 2.0]])])
        array([[1., 2.]], dtype=float32)
    """

    def merge(self, inputs: list[Tensor], masks: list[Any]) -> Tensor:
        return _chosen(arithmetic.minimum, inputs, masks)


def add(inputs: Sequence[Any], **options: Any) -> Any:
    """The sum of several tensors, by an :class:`Add` layer made for it.

    Examples:
        >>> add([np.array([[1.0]]), np.array([[10.0]])])
        array([[11.]], dtype=float32)
    """
    return Add(**options)(inputs)


def subtract(inputs: Sequence[Any], **options: Any) -> Any:
    """The difference of two tensors, by a :class:`Subtract` layer made for it.

    Examples:
        >>> subtract([np.array([[1.0]]), np.array([[10.0]])])
        array([[-9.]], dtype=float32)
    """
    return Subtract(**options)(inputs)


def multiply(inputs: Sequence[Any], **options: Any) -> Any:
    """The product of several tensors, by a :class:`Multiply` layer made for it.

    Examples:
        >>> multiply([np.array([[2.0]]), np.array([[10.0]])])
        array([[20.]], dtype=float32)
    """
    return Multiply(**options)(inputs)


def average(inputs: Sequence[Any], **options: Any) -> Any:
    """The mean of several tensors, by an :class:`Average` layer made for it.

    Examples:
        >>> average([np.array([[2.0]]), np.array([[10.0]])])
        array([[6.]], dtype=float32)
    """
    return Average(**options)(inputs)


def maximum(inputs: Sequence[Any], **options: Any) -> Any:
    """The largest of several tensors, by a :class:`Maximum` layer made for it.

    Examples:
        >>> maximum([np.array([[2.0]]), np.array([[10.0]])])
        array([[10.]], dtype=float32)
    """
    return Maximum(**options)(inputs)


def minimum(inputs: Sequence[Any], **options: Any) -> Any:
    """The smallest of several tensors, by a :class:`Minimum` layer made for it.

    Examples:
        >>> minimum([np.array([[2.0]]), np.array([[10.0]])])
        array([[2.]], dtype=float32)
    """
    return Minimum(**options)(inputs)
