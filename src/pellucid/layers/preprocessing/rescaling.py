"""Numbers brought to another scale: by what is known of them, or by what was seen of them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import config
from pellucid.errors import ArgumentError, DataError, ShapeError
from pellucid.graph.dtypes import numpy_dtype
from pellucid.graph.operations.broadcasting import reshape
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import where
from pellucid.graph.operations.exponential import sqrt
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer

__all__ = ["Normalization", "Rescaling"]


@dataclass(eq=False, repr=False)
class Rescaling(Layer):
    """Each number times ``scale``, plus ``offset``.

    Args:
        scale: A number, or one for each channel.
        offset: A number, or one for each channel.

    Shapes:
        x (...) → (...)

    Examples:
        >>> Rescaling(0.5, offset=-1)(np.array([[0, 2, 5]]))
        array([[-1. ,  0. ,  1.5]], dtype=float32)

    Source:
        Keras 3, ``keras.layers.Rescaling``.
    """

    scale: Any
    offset: Any = 0.0

    supports_masking = True

    def call(self, x: Tensor) -> Tensor:
        scale, offset = (self._of_channels(v) for v in (self.scale, self.offset))
        return cast(x, self.compute_dtype) * scale + offset

    def _of_channels(self, numbers: Any) -> np.ndarray:
        array = np.asarray(numbers).astype(numpy_dtype(self.compute_dtype))
        first = config.image_data_format() == "channels_first"
        return array.reshape(*array.shape, 1, 1) if array.ndim == 1 and first else array


@dataclass(eq=False, repr=False)
class Normalization(Layer):
    """Numbers less their mean, over their standard deviation: ``(x - mean) / sqrt(variance)``.

    Mean and variance are given, or those of data that :meth:`adapt` is shown.

    Args:
        axis: The axes that have a mean of their own at each place; ``None`` for one mean of all.
        mean: The mean, for each place on the axes or one for all.
        variance: The variance, likewise.
        invert: Whether to undo it instead: ``mean + x * sqrt(variance)``.

    Attributes:
        adapt_mean: The mean of the data seen, one for each place on the axes.
        adapt_variance: The variance of the data seen.

    Shapes:
        x (...) → (...)

    Raises:
        ArgumentError: If only one of mean and variance is given.
        ShapeError: If their shapes differ, or a size on the axes is open or another.

    Examples:
        >>> layer = Normalization()
        >>> layer.adapt(np.array([[1.0, 10.0], [3.0, 30.0]]))
        >>> layer(np.array([[1.0, 30.0]]))
        array([[-1.,  1.]], dtype=float32)

    Source:
        Keras 3, ``keras.layers.Normalization``; batches are put together as in Chan, Golub,
        LeVeque 1983, "Algorithms for Computing the Sample Variance", equation 2.1.
    """

    axis: Any = -1
    mean: Any = None
    variance: Any = None
    invert: bool = False

    supports_masking = True

    def __post_init__(self) -> None:
        super().__post_init__()
        axes = () if self.axis is None else self.axis
        self.axis = (axes,) if isinstance(axes, int) else tuple(axes)
        # None of them is what NumPy makes of None in Keras's configurations.
        self.mean, self.variance = (_numbers(v) for v in (self.mean, self.variance))
        if (self.mean is None) != (self.variance is None):
            raise ArgumentError(
                f"{self.label} needs mean and variance, or neither.",
                given=f"mean={self.mean!r}, variance={self.variance!r}",
                expected="both, or none and a call of adapt",
            )
        shapes = [np.shape(v) for v in (self.mean, self.variance)]
        if shapes[0] != shapes[1] or len(shapes[0]) > len(self.axis):
            raise ShapeError(
                f"{self.label} needs a mean and a variance for each place on its axes.",
                given=f"mean of shape {shapes[0]}, variance of shape {shapes[1]}, axis={self.axis}",
                expected=f"one shape of at most {len(self.axis)} axes",
            )

    def build(self, input_shape: Any) -> None:
        ndim = len(input_shape)
        if any(not -ndim <= a < ndim for a in self.axis):
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {tuple(input_shape)}.",
                given=f"{ndim} axes, axis={self.axis}",
                expected=f"axes from {-ndim} to {ndim - 1}",
            )
        self._kept = tuple(sorted(a % ndim for a in self.axis))
        sizes = tuple(input_shape[a] for a in self._kept)
        if None in sizes:
            raise ShapeError(
                f"{self.label} needs to know how many means there are.",
                given=f"shape {tuple(input_shape)}, axis={self.axis}",
                expected="known sizes on these axes",
                mend="give the input's full shape: Input(shape=(...))",
            )
        self._sizes = sizes
        if self.mean is None:
            self.adapt_mean = self._weight("mean", "zeros", sizes)
            self.adapt_variance = self._weight("variance", "ones", sizes)
            self.count = self._weight("count", "zeros", (), "int32")

    def _weight(self, name: str, first: str, sizes: Any, dtype: str | None = None) -> Any:
        return self.add_weight(
            name=name, shape=sizes, initializer=first, dtype=dtype, trainable=False
        )

    def check_input(self, x: Spec) -> None:
        for axis, size in zip(self._kept, self._sizes, strict=True):
            if axis >= len(x.shape) or x.shape[axis] not in (size, None):
                raise ShapeError(
                    f"{self.label} cannot be applied to an input of shape {x.shape}.",
                    given=f"axis {axis} of {len(x.shape)} axes",
                    expected=f"size {size} there, as it was built with",
                )

    def call(self, x: Tensor) -> Tensor:
        x = cast(x, self.compute_dtype)
        mean, variance = (self._along(v, x.ndim) for v in self._moments())
        # Where all data was one number, the deviation is not 0 but the smallest allowed.
        deviation = sqrt(variance)
        deviation = where(deviation > config.epsilon(), deviation, config.epsilon())
        return mean + x * deviation if self.invert else (x - mean) / deviation

    def _moments(self) -> tuple[Any, Any]:
        if self.mean is None:
            return self.adapt_mean, self.adapt_variance
        kind = numpy_dtype(self.compute_dtype)
        mean, variance = np.asarray(self.mean), np.asarray(self.variance)
        return tuple(np.broadcast_to(v, self._sizes).astype(kind) for v in (mean, variance))  # type: ignore[return-value]

    def _along(self, moments: Any, ndim: int) -> Any:
        sizes = dict(zip(self._kept, self._sizes, strict=True))
        shape = [sizes.get(axis, 1) for axis in range(ndim)]
        return cast(reshape(moments, shape), self.compute_dtype)

    def adapt(self, data: Any) -> None:
        """Take mean and variance from data: an array, or batches of it.

        Args:
            data: An array of rows, or an iterable of batches; of a batch that is a tuple the
                first part counts.

        Raises:
            ArgumentError: If mean and variance were given.
            DataError: If there are no data.
            ShapeError: If the data do not fit what the layer was built with.
        """
        if self.mean is not None:
            raise ArgumentError(
                f"{self.label} has a mean and a variance already.",
                given=f"mean={self.mean!r}, variance={self.variance!r}",
                expected="Normalization() without them",
            )
        count, mean, variance = 0, np.zeros(()), np.zeros(())
        for batch in _batches(data):
            array = np.asarray(batch, np.float64)
            if not array.size:
                continue
            if not self.built:
                self.build(array.shape)
                self.built = True
                self._build_shapes = {"x": (None, *array.shape[1:])}  # a file is to know them
            self.check_input(Spec(array.shape, "float64"))
            rest = tuple(a for a in range(array.ndim) if a not in self._kept)
            here = math.prod(array.shape[a] for a in rest)
            share = here / (count + here)
            apart = array.mean(axis=rest) - mean
            variance = variance + share * (array.var(axis=rest) - variance + (1 - share) * apart**2)
            mean = mean + share * apart
            count += here
        if not count:
            raise DataError(
                f"{self.label} cannot learn from nothing.",
                given="no rows",
                expected="an array with rows, or batches of them",
            )
        self.adapt_mean.assign(np.broadcast_to(mean, self._sizes))
        self.adapt_variance.assign(np.broadcast_to(variance, self._sizes))
        self._programs.clear()


def _numbers(value: Any) -> Any:
    if value is None or (not isinstance(value, np.ndarray) and value == [None]):
        return None
    return np.asarray(value).tolist()


def _batches(data: Any) -> Iterable[Any]:
    """Data as batches: an array is one; so are a table and a list of rows of numbers."""
    if hasattr(data, "__array__"):
        return [data]
    if isinstance(data, list) and not any(hasattr(b, "__array__") for b in _flat(data)):
        return [data]
    return (b[0] if isinstance(b, tuple) else b for b in data)


def _flat(data: list[Any]) -> list[Any]:
    return [part for b in data for part in (b if isinstance(b, tuple | list) else [b])]
