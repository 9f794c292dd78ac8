"""Layers that NumPy computes, outside of the graph: of text, and by hashes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import ops
from pellucid.errors import ArgumentError, DataError, DTypeError, ShapeError, unknown_name
from pellucid.graph.tensor import Tensor, is_symbolic
from pellucid.layers.calls import tensors_in
from pellucid.layers.layer import Layer

__all__ = [
    "ArrayLayer",
    "check_dense",
    "check_mode",
    "encoded",
    "encoded_shape",
    "integers",
    "one_last_axis",
    "salt_pair",
    "texts",
]


@dataclass(eq=False, repr=False)
class ArrayLayer(Layer):
    """A layer that is applied to arrays at once. Its ``call`` takes and gives NumPy arrays.

    Graphs hold numbers, not text. Such a layer prepares the data that a model is then given.
    """

    @property
    def in_graph(self) -> bool:
        """Whether it may be applied to symbolic tensors all the same."""
        return False

    def __call__(self, *args: Any, training: bool | None = None, **options: Any) -> Any:
        if not tensors_in((args, options)):
            return self.call(*args, **options)
        if self.in_graph:
            return super().__call__(*args, training=training, **options)
        raise DTypeError(
            f"{self.label} works on arrays, outside of the graph.",
            given="a symbolic tensor",
            expected="an array, a list or a column of a table",
            mend="apply it to the data first, and give the model what comes out",
        )


def texts(values: Any, label: str, encoding: str = "utf-8") -> np.ndarray:
    """Text as an array of Python strings; a missing value (None, NaN) is an empty string.

    Args:
        values: A string, a list, an array, or a column of a table.
        label: The layer, as errors speak of it.
        encoding: Of values that are bytes.

    Raises:
        DTypeError: If there is something else among them.
        DataError: If rows have different lengths.

    Examples:
        >>> texts(["a", None, b"c"], "here").tolist()
        ['a', '', 'c']
    """
    array = np.asarray(values, dtype=object)
    flat = array.ravel()
    for place, value in enumerate(flat):
        if not isinstance(value, str):
            flat[place] = _text(value, label, encoding)
    return flat.reshape(array.shape)


def _text(value: Any, label: str, encoding: str) -> str:
    if value is None or value != value or type(value).__name__ == "NAType":
        return ""
    if isinstance(value, bytes):
        return value.decode(encoding)
    if isinstance(value, list | tuple | np.ndarray):
        raise DataError(
            f"The rows given to {label} have different lengths.",
            given=f"a row of {len(value)}",
            expected="rows of one length",
            mend="join the words of a row, for TextVectorization to split, or pad them with ''",
        )
    raise DTypeError(
        f"{label} takes text.",
        given=f"{value!r}, a {type(value).__name__}",
        expected="strings",
        mend="np.asarray(x).astype(str), or IntegerLookup for whole numbers",
    )


def encoded(indices: Any, mode: str, depth: int, dtype: str) -> Any:
    """Indices as zeros and ones, or as counts; an index outside of the classes counts nowhere.

    Args:
        indices: Whole numbers: an array or a tensor.
        mode: ``"one_hot"``, each on its own; or, together along the last axis, ``"multi_hot"`` or
            ``"count"``.
        depth: How many classes.
        dtype: Of the result.

    Shapes:
        indices (..., N) → (..., depth), or (..., N, depth) for ``"one_hot"`` with N > 1

    Examples:
        >>> encoded(np.array([[0, 2, 2]]), "count", 3, "float32")
        array([[1., 0., 2.]], dtype=float32)
    """
    if mode == "one_hot":
        single = indices.ndim > 1 and indices.shape[-1] == 1
        return ops.one_hot(ops.squeeze(indices, -1) if single else indices, depth, dtype=dtype)
    if indices.ndim == 0:
        indices = ops.reshape(indices, (1,))
    if is_symbolic(indices):
        counts = ops.sum(ops.one_hot(indices, depth, dtype=dtype), axis=-2)
    else:  # one-hot rows of whole texts would fill the memory
        rows = indices.reshape(-1, indices.shape[-1])
        places = np.arange(len(rows))[:, None] * depth + rows
        inside = places[(rows >= 0) & (rows < depth)]
        counts = np.bincount(inside, minlength=len(rows) * depth).astype(dtype)
        counts = counts.reshape(*indices.shape[:-1], depth)
    return counts if mode == "count" else ops.cast(counts > 0, dtype)


def encoded_shape(shape: Sequence[Any], mode: str, depth: int) -> tuple[Any, ...]:
    """The shape of indices of some shape, as they are (``"int"``) or as :func:`encoded`.

    Examples:
        >>> encoded_shape((None, 4), "int", 3), encoded_shape((None, 4), "count", 3)
        ((None, 4), (None, 3))
    """
    if mode == "int":
        return tuple(shape)
    whole = mode == "one_hot" and (len(shape) < 2 or shape[-1] != 1)
    return (*(shape if whole else shape[:-1]), depth)


def check_mode(layer: Layer, modes: tuple[str, ...]) -> None:
    """Raise unless the layer's ``output_mode`` is one that it has.

    Raises:
        UnknownNameError: Else.
    """
    mode = layer.output_mode  # type: ignore[attr-defined]
    if mode not in modes:
        raise unknown_name(f"output_mode of {layer.label}", mode, modes)


def check_dense(layer: Layer) -> None:
    """Raise if sparse output is asked for.

    Raises:
        ArgumentError: Then.
    """
    if layer.sparse:  # type: ignore[attr-defined]
        raise ArgumentError(
            f"{layer.label} gives dense arrays.", given="sparse=True", expected="sparse=False"
        )


def salt_pair(layer: Layer) -> list[int] | None:
    """The layer's ``salt`` as two numbers, the key of SipHash.

    Raises:
        ArgumentError: If it is neither one nor two whole numbers.
    """
    salt = layer.salt  # type: ignore[attr-defined]
    if salt is None:
        return None
    pair = [salt, salt] if isinstance(salt, int) else salt
    if not isinstance(pair, list | tuple) or [type(n) for n in pair] != [int, int]:
        raise ArgumentError(
            f"The salt of {layer.label} is one whole number, or two.",
            given=f"salt={salt!r}",
            expected="such as 1337, or [133, 137]",
        )
    return list(pair)


def integers(values: Any, label: str) -> Any:
    """Whole numbers in int64: an array, or the tensor that was given.

    Raises:
        DTypeError: If they are something else.
    """
    if isinstance(values, Tensor):
        return ops.cast(values, "int64")
    array = np.asarray(values)
    if array.dtype == object:  # a list or a column whose kind of values only they tell
        array = np.array(array.tolist())
    if array.dtype.kind not in "biu":
        shown = array.ravel()[:1].tolist()
        raise DTypeError(
            f"{label} takes whole numbers.",
            given=f"an array of dtype {array.dtype}" + f", with {shown[0]!r}" * len(shown),
            expected="integers",
            mend="fill missing values and use x.astype('int64'), or StringLookup for text",
        )
    return array.astype(np.int64)


def one_last_axis(array: np.ndarray, label: str) -> np.ndarray:
    """An array without its last axis, which must be of size 1; a vector as it is.

    Raises:
        ShapeError: If it has another size.
    """
    if array.ndim < 2:
        return array
    if array.shape[-1] != 1:
        raise ShapeError(
            f"{label} splits one text in each row.",
            given=f"shape {array.shape}",
            expected="shape (rows,) or (rows, 1)",
        )
    return array[..., 0]
