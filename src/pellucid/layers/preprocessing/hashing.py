"""Categories as buckets of hashes: no vocabulary to learn, at the price of collisions."""

from dataclasses import dataclass
from functools import partial, reduce
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, DTypeError, ShapeError
from pellucid.layers.layer import whole_number
from pellucid.layers.preprocessing.array_layer import (
    ArrayLayer,
    check_dense,
    check_mode,
    encoded,
    encoded_shape,
    integers,
    salt_pair,
    texts,
)
from pellucid.layers.preprocessing.fingerprints import (
    buckets,
    concatenated,
    farmhash64,
    siphash64,
)

__all__ = ["HashedCrossing", "Hashing"]


@dataclass(eq=False, repr=False)
class Hashing(ArrayLayer):
    """Text or whole numbers as buckets, the same ones as in Keras and on every machine.

    The bucket is the FarmHash fingerprint of the text, or of the number's decimal digits, modulo
    ``num_bins``. Real numbers lose their fraction first. It works on arrays, outside of the
    graph.

    Args:
        num_bins: How many buckets.
        mask_value: What is given bucket 0, for itself.
        salt: One or two numbers, with which SipHash takes the place of FarmHash.
        output_mode: ``"int"``; ``"one_hot"`` for each value; or, for the values of the last axis
            together, ``"multi_hot"`` or ``"count"``.
        sparse: Not True.

    Shapes:
        x (..., N) → int64 (..., N); one_hot float (..., N, num_bins), or without the N if it is
        1; else float (..., num_bins)

    Examples:
        >>> layers.Hashing(num_bins=3)(["A", "B", "C", "D", "E"])
        array([1, 0, 1, 1, 2])

    Source:
        Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask Learning",
        https://arxiv.org/abs/0902.2206.
    """

    num_bins: int
    mask_value: Any = None
    salt: Any = None
    output_mode: str = "int"
    sparse: bool = False

    def __post_init__(self) -> None:
        if self.dtype is None and self.output_mode == "int":
            self.dtype = "int64"
        super().__post_init__()
        whole_number(self, "num_bins")
        check_mode(self, ("int", "one_hot", "multi_hot", "count"))
        check_dense(self)
        self.salt = salt_pair(self)
        if self.output_mode == "int" and self.compute_dtype not in ("int32", "int64"):
            raise ArgumentError(
                f"{self.label} gives whole numbers.",
                given=f"dtype='{self.compute_dtype}', output_mode='int'",
                expected="dtype='int32' or 'int64'",
            )

    def call(self, inputs: Any) -> np.ndarray:
        values = self._values(inputs)
        own = self.mask_value is not None and self.num_bins > 1  # whether bucket 0 is the mask's
        hash = farmhash64 if self.salt is None else partial(siphash64, key=tuple(self.salt))
        found = buckets(_whole(values), hash, self.num_bins - own)
        if own:
            found = np.where(values == self.mask_value, 0, found + 1)
        if self.output_mode == "int":
            return found.astype(self.compute_dtype)
        return encoded(found, self.output_mode, self.num_bins, self.compute_dtype)

    def _values(self, inputs: Any) -> np.ndarray:
        array = np.asarray(inputs)
        return array if array.dtype.kind in "biuf" else texts(inputs, self.label)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return encoded_shape(input_shape, self.output_mode, self.num_bins)


@dataclass(eq=False, repr=False)
class HashedCrossing(ArrayLayer):
    """Two or more categories together as one: the bucket of their combination.

    A linear model can so weigh pairs, such as a place and an hour. The fingerprints of the values
    are chained; the buckets are those of Keras. It works on arrays, outside of the graph.

    Args:
        num_bins: How many buckets.
        output_mode: ``"int"`` or ``"one_hot"``.
        sparse: Not True.

    Shapes:
        a list of x, each (rows,) or (rows, 1) → int64 of their shape, or float (rows, num_bins)

    Examples:
        >>> cross = layers.HashedCrossing(num_bins=5)
        >>> cross([["A", "B", "A", "B", "A"], [101, 101, 101, 102, 102]])
        array([1, 4, 1, 1, 3])
    """

    num_bins: int
    output_mode: str = "int"
    sparse: bool = False

    def __post_init__(self) -> None:
        if self.dtype is None and self.output_mode == "int":
            self.dtype = "int64"
        super().__post_init__()
        whole_number(self, "num_bins")
        check_mode(self, ("int", "one_hot"))
        check_dense(self)

    def call(self, inputs: Any) -> np.ndarray:
        columns = self._columns(inputs)
        seed = 0xDECAFCAFFE  # TensorFlow's
        distinct: dict[tuple[int, ...], int] = {}
        found = np.empty(columns[0].size, np.int64)
        for row, fingerprints in enumerate(zip(*map(_fingerprints, columns), strict=True)):
            if fingerprints not in distinct:
                distinct[fingerprints] = reduce(concatenated, fingerprints, seed) % self.num_bins
            found[row] = distinct[fingerprints]
        shaped = found.reshape(columns[0].shape)
        if self.output_mode == "int":
            return shaped.astype(self.compute_dtype)
        return encoded(shaped, "one_hot", self.num_bins, self.compute_dtype)

    def _columns(self, inputs: Any) -> list[np.ndarray]:
        if not isinstance(inputs, list | tuple) or len(inputs) < 2:
            raise DTypeError(
                f"{self.label} crosses columns.",
                given=f"a {type(inputs).__name__}",
                expected="a list of two or more arrays",
            )
        columns = [self._column(x) for x in inputs]
        shapes = [x.shape for x in columns]
        first = shapes[0]
        if len(first) > 2 or (len(first) == 2 and first[1] != 1) or len(set(shapes)) > 1:
            raise ShapeError(
                f"{self.label} crosses columns of one length.",
                given=f"shapes {', '.join(map(str, shapes))}",
                expected="all (rows,), or all (rows, 1)",
            )
        return columns

    def _column(self, x: Any) -> np.ndarray:
        array = np.asarray(x)
        return integers(array, self.label) if array.dtype.kind in "biuf" else texts(x, self.label)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return encoded_shape(input_shape[0], self.output_mode, self.num_bins)

    def get_config(self) -> dict[str, Any]:
        """The arguments; without ``trainable``, and the dtype by its name, as in Keras."""
        config = {**super().get_config(), "dtype": self.dtype}
        return {name: value for name, value in config.items() if name != "trainable"}


def _whole(values: np.ndarray) -> np.ndarray:
    """Real numbers without their fraction, booleans as text has them in TensorFlow."""
    if values.dtype.kind == "f":
        return values.astype(np.int64)
    return np.where(values, "1", "0") if values.dtype.kind == "b" else values


def _fingerprints(column: np.ndarray) -> list[int]:
    """Of text its hash, of a whole number itself as 64 bits."""
    if column.dtype.kind == "i":
        return [n % 2**64 for n in column.ravel().tolist()]
    known = {text: farmhash64(text.encode()) for text in set(column.ravel().tolist())}
    return [known[text] for text in column.ravel().tolist()]
