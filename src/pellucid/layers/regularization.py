"""Layers that make training harder so that the network generalizes better."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import random
from pellucid.errors import ArgumentError
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer
from pellucid.layers.spatial import Spatial
from pellucid.regularizers import L1L2

__all__ = [
    "ActivityRegularization",
    "Dropout",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "need_share",
]


def need_share(layer: Layer, argument: str, whole: bool = True) -> None:
    """Raise unless one of a layer's arguments is a number from 0 to 1.

    Args:
        layer: The layer.
        argument: The argument's name; a ``rate`` is a probability.
        whole: Whether it may be 1.
    """
    value = getattr(layer, argument)
    number = isinstance(value, int | float | np.number)
    if not number or not 0 <= value <= 1 or (value == 1 and not whole):
        what = "a probability" if argument == "rate" else "a number from 0 to 1"
        raise ArgumentError(
            f"{layer.label} needs {what}.",
            given=f"{argument}={value!r}",
            expected="a number from 0 to 1" if whole else "a number from 0 to below 1",
        )


@dataclass(eq=False, repr=False)
class Dropout(Layer):
    """In training, each input is set to 0 with some probability; the others grow to make up.

    Outside of training the input passes as it is.

    Args:
        rate: The probability to be dropped, from 0 to 1.
        noise_shape: Shape of the pattern of what is dropped; sizes of 1 drop together along that
            axis, ``None`` takes the input's size. The input's shape by default.
        seed: Makes the pattern the same in every run.

    Shapes:
        x (...) → (...)

    Raises:
        ArgumentError: If the rate is not from 0 to 1.

    Examples:
        >>> layer = Dropout(0.5, seed=1)
        >>> y = layer(np.ones((1, 1000)), training=True)
        >>> sorted(set(y.ravel().tolist())), bool(0.4 < (y == 0).mean() < 0.6)
        ([0.0, 2.0], True)

    Source:
        Srivastava et al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from
        Overfitting", section 4, in the inverted form: scaled in training, not afterwards.
    """

    rate: float
    noise_shape: Any = None
    seed: int | None = None

    supports_masking = True

    def __post_init__(self) -> None:
        super().__post_init__()
        need_share(self, "rate")
        if self.noise_shape is not None:
            self.noise_shape = tuple(self.noise_shape)  # a list, where it comes from a file
        if self.rate > 0:
            self.seed_generator = random.SeedGenerator(self.seed)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        if not training or self.rate == 0:
            return x
        return random.dropout(x, self.rate, self.noise_shape, seed=self.seed_generator)


class SpatialDropout(Spatial):
    """Base of the layers that drop whole channels."""

    rate: float
    seed: int | None

    supports_masking = True

    def __post_init__(self) -> None:
        super().__post_init__()
        need_share(self, "rate")
        if self.rate > 0:
            self.seed_generator = random.SeedGenerator(self.seed)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        if not training or self.rate == 0:
            return x
        space = (1,) * self.spatial_ndim
        together = (None, None, *space) if self._first else (None, *space, None)
        return random.dropout(x, self.rate, together, seed=self.seed_generator)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal layer, and no others: Keras's classes take these."""
        config = super().get_config()
        del config["trainable"]
        return config | {"dtype": self.dtype}


@dataclass(eq=False, repr=False)
class SpatialDropout1D(SpatialDropout):
    """In training, each channel of a series is set to 0 as a whole with some probability.

    Neighbours in time are alike: dropping single ones would leave their sense.

    Args:
        rate: The probability to be dropped, from 0 to 1.
        seed: Makes the pattern the same in every run.

    Shapes:
        x (B, T, C) → (B, T, C)

    Raises:
        ArgumentError: If the rate is not from 0 to 1.
        ShapeError: If an input has not three axes.

    Examples:
        >>> y = SpatialDropout1D(0.5, seed=1)(np.ones((1, 3, 4)), training=True)
        >>> y[0]
        array([[0., 2., 2., 2.],
               [0., 2., 2., 2.],
               [0., 2., 2., 2.]], dtype=float32)

    Source:
        Tompson et al. 2015, "Efficient Object Localization Using Convolutional Networks",
        section 3.2, https://arxiv.org/abs/1411.4280.
    """

    rate: float
    seed: int | None = None

    spatial_ndim = 1


@dataclass(eq=False, repr=False)
class SpatialDropout2D(SpatialDropout):
    """In training, each channel of an image is set to 0 as a whole with some probability.

    Args:
        rate: The probability to be dropped, from 0 to 1.
        data_format: ``"channels_last"`` (B, H, W, C) or ``"channels_first"`` (B, C, H, W); by
            default as :mod:`pellucid.config` says.
        seed: Makes the pattern the same in every run.

    Shapes:
        x (B, H, W, C) → (B, H, W, C)

    Raises:
        ArgumentError: If the rate is not from 0 to 1.
        ShapeError: If an input has not four axes.

    Examples:
        >>> y = SpatialDropout2D(0.5, seed=1)(np.ones((1, 2, 2, 4)), training=True)
        >>> y[0, 0]
        array([[0., 2., 2., 2.],
               [0., 2., 2., 2.]], dtype=float32)

    Source:
        Tompson et al. 2015, as :class:`SpatialDropout1D`.
    """

    rate: float
    data_format: str | None = None
    seed: int | None = None

    spatial_ndim = 2


@dataclass(eq=False, repr=False)
class SpatialDropout3D(SpatialDropout):
    """In training, each channel of a volume is set to 0 as a whole with some probability.

    Args:
        rate: The probability to be dropped, from 0 to 1.
        data_format: ``"channels_last"`` (B, D, H, W, C) or ``"channels_first"`` (B, C, D, H,
            W); by default as :mod:`pellucid.config` says.
        seed: Makes the pattern the same in every run.

    Shapes:
        x (B, D, H, W, C) → (B, D, H, W, C)

    Raises:
        ArgumentError: If the rate is not from 0 to 1.
        ShapeError: If an input has not five axes.

    Examples:
        >>> y = SpatialDropout3D(0.5, seed=1)(np.ones((1, 2, 2, 2, 4)), training=True)
        >>> y[0, 0, 0]
        array([[0., 2., 2., 2.],
               [0., 2., 2., 2.]], dtype=float32)

    Source:
        Tompson et al. 2015, as :class:`SpatialDropout1D`.
    """

    rate: float
    data_format: str | None = None
    seed: int | None = None

    spatial_ndim = 3


@dataclass(eq=False, repr=False)
class ActivityRegularization(Layer):
    """A layer that changes nothing, and adds the size of what passes to the loss.

    ``l1 * sum(|x|) + l2 * sum(x²)``, divided by the number of rows.

    Args:
        l1: The factor of the absolute values, at least 0.
        l2: The factor of the squares, at least 0.

    Shapes:
        x (B, ...) → (B, ...)

    Examples:
        >>> model = Sequential([Input((2,)), ActivityRegularization(l2=0.1)])
        >>> model.compile(loss=lambda y, p: 0.0 * p[:, 0])
        >>> float(round(model.evaluate(np.array([[1.0, 2.0]]), np.zeros((1, 2)), verbose=0), 4))
        0.5

    Source:
        Keras 3, ``keras.layers.ActivityRegularization``.
    """

    l1: float = 0.0
    l2: float = 0.0

    supports_masking = True

    def __post_init__(self) -> None:
        self.activity_regularizer = L1L2(self.l1, self.l2)
        super().__post_init__()

    def call(self, x: Tensor) -> Tensor:
        return x

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal layer; the regularizer follows from them."""
        config = super().get_config()
        del config["activity_regularizer"]
        return config
