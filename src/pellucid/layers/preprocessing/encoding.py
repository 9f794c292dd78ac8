"""Whole numbers as rows of zeros and ones, and the bins that make whole numbers of others."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, DataError, StateError
from pellucid.graph.operations.broadcasting import reshape, shape_of
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import greater_equal
from pellucid.graph.operations.movement import expand_dims
from pellucid.graph.operations.reductions import max, sum
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer, whole_number
from pellucid.layers.preprocessing.array_layer import check_dense, check_mode
from pellucid.ops.scoring import one_hot

__all__ = ["CategoryEncoding", "Discretization", "encode"]


def encode(x: Any, mode: str, count: int, dtype: str, weights: Any = None) -> Any:
    """Whole numbers from 0 as a layer puts them out.

    Args:
        x: Whole numbers; one that is not below ``count`` is left out.
        mode: ``"int"``, as they are; ``"one_hot"``, a 1 in a row of zeros for each;
            ``"multi_hot"``, ones in one row for all of a sample; ``"count"``, how many of each.
        count: The length of the rows.
        dtype: Of the result.
        weights: What each number counts, instead of 1.

    Shapes:
        x (B, N) → (B, N), (B, N, count), (B, count) or (B, count)

    Examples:
        >>> encode(np.array([[0, 2, 2]]), "count", 3, "float32")
        array([[1., 0., 2.]], dtype=float32)
    """
    if mode == "int":
        return cast(x, dtype)
    x = cast(x, "int32")
    if mode == "one_hot":
        several = x.ndim > 1 and x.shape[-1] == 1
        return one_hot(reshape(x, shape_of(x)[:-1]) if several else x, count, dtype=dtype)
    rows = one_hot(x, count, dtype=dtype)
    axis = 1 if x.ndim > 1 else 0
    if mode == "multi_hot":
        return max(rows, axis=axis)
    return sum(rows if weights is None else rows * expand_dims(cast(weights, dtype), -1), axis=axis)


@dataclass(eq=False, repr=False)
class CategoryEncoding(Layer):
    """Whole numbers that stand for categories, as rows of zeros and ones.

    Args:
        num_tokens: How many categories: the length of the rows.
        output_mode: ``"multi_hot"``, a 1 for each category in a sample; ``"count"``, how often
            each comes; ``"one_hot"``, a row for each number.
        sparse: Not True: tensors here are dense.

    Shapes:
        x (B, N) → (B, num_tokens), with ``"one_hot"`` (B, N, num_tokens), where an N of 1 is left
        out; count_weights (B, N)

    Raises:
        ArgumentError: If ``num_tokens`` is not a whole number above 0, a sparse tensor is asked
            for, or weights are given that are not used.
        UnknownNameError: For another mode.

    Examples:
        >>> CategoryEncoding(4)(np.array([[0, 2], [3, 3]]))
        array([[1., 0., 1., 0.],
               [0., 0., 0., 1.]], dtype=float32)

    Source:
        Keras 3, ``keras.layers.CategoryEncoding``.
    """

    num_tokens: int
    output_mode: str = "multi_hot"
    sparse: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.num_tokens = whole_number(self, "num_tokens")
        self.output_mode = "multi_hot" if self.output_mode == "binary" else self.output_mode
        check_mode(self, ("count", "multi_hot", "one_hot"))
        check_dense(self)

    def call(self, inputs: Tensor, count_weights: Any = None) -> Tensor:
        if count_weights is not None and self.output_mode != "count":
            raise ArgumentError(
                f"{self.label} counts nothing.",
                given=f"count_weights, output_mode={self.output_mode!r}",
                expected="no weights, or output_mode='count'",
            )
        return encode(inputs, self.output_mode, self.num_tokens, self.compute_dtype, count_weights)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["sparse"]  # as Keras
        return config


@dataclass(eq=False, repr=False)
class Discretization(Layer):
    """The number of the bin that each number lies in.

    The bins' boundaries are given, or so chosen by :meth:`adapt` that each bin holds as many of
    the data.

    Args:
        bin_boundaries: Where one bin ends and the next begins, rising: ``[0, 1]`` makes the bins
            below 0, from 0 to below 1, and from 1.
        num_bins: How many bins there are to be; instead of the boundaries.
        epsilon: How far, as a share of the data, an adapted boundary may lie from its place.
        output_mode: ``"int"``, or as :class:`CategoryEncoding` has them.
        sparse: Not True: tensors here are dense.

    Shapes:
        x (B, N) → (B, N), with other modes as :class:`CategoryEncoding`

    Raises:
        ArgumentError: Unless just one of boundaries and number of bins is given.
        StateError: If there are no boundaries when it is called.
        UnknownNameError: For another mode.

    Examples:
        >>> Discretization([0.0, 1.0])(np.array([[-3.0, 0.0, 5.0]]))
        array([[0, 1, 2]], dtype=int32)
        >>> layer = Discretization(num_bins=2)
        >>> layer.adapt(np.arange(10.0))
        >>> layer(np.array([[0.0, 9.0]]))
        array([[0, 1]], dtype=int32)

    Source:
        Keras 3, ``keras.layers.Discretization``, with its summaries: the data seen so far are
        kept as about ``1 / epsilon`` values and how many data each stands for.
    """

    bin_boundaries: Any = None
    num_bins: int | None = None
    epsilon: float = 0.01
    output_mode: str = "int"
    sparse: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_mode(self, ("count", "int", "multi_hot", "one_hot"))
        check_dense(self)
        if (self.num_bins is None) == (self.bin_boundaries is None):
            raise ArgumentError(
                f"{self.label} needs the boundaries of its bins or their number.",
                given=f"bin_boundaries={self.bin_boundaries!r}, num_bins={self.num_bins!r}",
                expected="one of the two",
            )
        if self.num_bins is not None:
            self.num_bins = whole_number(self, "num_bins")
        if self.bin_boundaries is not None:
            self.bin_boundaries = np.asarray(self.bin_boundaries).tolist()
            if sorted(self.bin_boundaries) != self.bin_boundaries:
                raise ArgumentError(
                    f"{self.label} needs boundaries that rise.",
                    given=f"bin_boundaries={self.bin_boundaries!r}",
                    expected=f"{sorted(self.bin_boundaries)!r}",
                )

    def call(self, x: Tensor) -> Tensor:
        if self.bin_boundaries is None:
            raise StateError(
                f"{self.label} has no bins yet.",
                given=f"num_bins={self.num_bins}",
                expected="data from which it takes their boundaries",
                mend="call adapt(data) first",
            )
        x = cast(x, self.compute_dtype)
        ends = np.asarray(self.bin_boundaries, "float32")
        # The number of the bin is the number of boundaries that are passed.
        bins = sum(cast(greater_equal(expand_dims(x, -1), ends), "int32"), axis=-1)
        dtype = "int32" if self.output_mode == "int" else self.compute_dtype
        return encode(bins, self.output_mode, len(ends) + 1, dtype)

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Choose boundaries between which there are as many of the data each.

        Args:
            data: An array, or an iterable of batches.
            steps: How many batches to take; all by default.

        Raises:
            ArgumentError: If the boundaries were given.
            DataError: If there are no data.
        """
        if self.num_bins is None:
            raise ArgumentError(
                f"{self.label} has its bins already.",
                given=f"bin_boundaries={self.bin_boundaries!r}",
                expected="num_bins instead, if the boundaries are to come from data",
            )
        summary = np.zeros((2, 0), np.float32)
        whole = hasattr(data, "__array__") or isinstance(data, list)
        for i, batch in enumerate([data] if whole and _is_one(data) else data):
            if steps is not None and i >= steps:
                break
            new = _summary(np.asarray(batch, np.float32), self.epsilon)
            joined = np.concatenate([new, summary], axis=1)
            summary = _compressed(joined[:, np.argsort(joined[0])], self.epsilon)
        if not summary.size:
            raise DataError(
                f"{self.label} cannot learn from nothing.",
                given="no numbers",
                expected="an array, or batches of them",
            )
        self.bin_boundaries = _compressed(summary, 1 / self.num_bins)[0, :-1].tolist()
        self._programs.clear()

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["trainable"]  # as Keras, which has no weights to train here
        return {**config, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: Any) -> "Discretization":
        """As of any layer; that of an adapted one has both boundaries and their number."""
        if config.get("num_bins") is None:
            return super().from_config(config)
        layer = super().from_config({**config, "bin_boundaries": None})
        layer.bin_boundaries = config.get("bin_boundaries")
        return layer


def _is_one(data: Any) -> bool:
    return not isinstance(data, list) or not any(hasattr(b, "__array__") for b in data)


def _summary(values: np.ndarray, epsilon: float) -> np.ndarray:
    """Data as values at equal distances of rank, and how many data each stands for."""
    values = np.sort(values.ravel())
    step = np.maximum(values.size * epsilon, 1)
    ends = values[int(step - 1) :: int(step)]
    return np.stack([ends, np.full_like(ends, step)])


def _compressed(summary: np.ndarray, epsilon: float) -> np.ndarray:
    """A summary of about ``1 / epsilon`` values, between which there are as many data each."""
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    counts = summary[1].cumsum()
    ends = np.interp(shares, counts / counts[-1], summary[0])
    reached = np.interp(shares, counts / counts[-1], counts)
    return np.stack([ends, np.diff(reached, prepend=0)]).astype(np.float32)
