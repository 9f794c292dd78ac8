"""What layers over series, images and volumes share: one to three axes of space, and channels."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from pellucid import config
from pellucid.errors import ArgumentError, ShapeError, unknown_name
from pellucid.graph.spec import Shape, Spec
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer
from pellucid.ops import sliding

__all__ = ["Spatial", "is_whole"]


def is_whole(n: Any, least: int) -> bool:
    """Whether something is a whole number that is large enough."""
    return isinstance(n, int | np.integer) and not isinstance(n, bool) and bool(n >= least)


class Spatial(Layer):
    """Base of the layers whose inputs have an axis for rows, some for space, one for channels.

    Attributes:
        spatial_ndim: How many axes of space there are.
        paddings: The names that ``padding`` may have, where a layer has that argument.
    """

    data_format: str | None  # not in all of them

    spatial_ndim: ClassVar[int]
    paddings: ClassVar[tuple[str, ...]] = ("same", "valid")

    def __post_init__(self) -> None:
        super().__post_init__()
        self._channels: int | None = None
        if hasattr(self, "data_format"):
            self.data_format = config.standardize_data_format(self.data_format)

    @property
    def _first(self) -> bool:
        """Whether the channels lie before space."""
        return getattr(self, "data_format", "channels_last") == "channels_first"

    # -- arguments -------------------------------------------------------------------------------

    def numbers(self, argument: str, least: int = 1) -> tuple[int, ...]:
        """A number for each axis of space, from one for all or one for each.

        Raises:
            ArgumentError: If there are not as many as axes, or one is too small.
        """
        value = getattr(self, argument)
        several = tuple(value) if isinstance(value, list | tuple) else (value,) * self.spatial_ndim
        if len(several) != self.spatial_ndim or not all(is_whole(n, least) for n in several):
            each = f", or {self.spatial_ndim} of them" if self.spatial_ndim > 1 else ""
            raise ArgumentError(
                f"{self.label} cannot have this '{argument}'.",
                given=f"{argument}={value!r}",
                expected=f"a whole number of at least {least}{each}",
            )
        return tuple(int(n) for n in several)

    def padding_name(self, padding: Any) -> str:
        """The name of a padding, in lower case.

        Raises:
            UnknownNameError: For another one.
        """
        if not isinstance(padding, str) or padding.lower() not in self.paddings:
            raise unknown_name("padding", padding, self.paddings)
        return padding.lower()

    # -- inputs ----------------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        self.need_axes(input_shape)
        self._channels = self.channels(input_shape)

    def check_input(self, x: Spec, *others: Spec) -> None:
        self.need_axes(x.shape)
        given, built = self.channels(x.shape), self._channels
        if None in (given, built) or given == built or not self.weights:
            return
        other = "channels_last" if self._first else "channels_first"
        there = x.shape[-1 if self._first else 1] == built
        raise ShapeError(
            f"{self.label} cannot be applied to an input of shape {x.shape}.",
            given=f"{given} {'channel' if given == 1 else 'channels'}",
            expected=f"{built} {'channel' if built == 1 else 'channels'}, as it was built with",
            mend=f"data_format={other!r} if the channels lie there" if there else None,
        )

    def channels(self, shape: Shape) -> int | None:
        """How many channels an input of some shape has."""
        return shape[1 if self._first else -1]

    def spatial(self, shape: Shape) -> Shape:
        """The sizes of an input along the axes of space."""
        return shape[2:] if self._first else shape[1:-1]

    def need_axes(self, shape: Shape) -> None:
        """Raise unless an input has rows, space and channels."""
        if len(shape) == self.spatial_ndim + 2:
            return
        space = f"{self.spatial_ndim} of space"
        order = f"the channels, {space}" if self._first else f"{space}, the channels"
        lacking = len(shape) == self.spatial_ndim + 1
        raise ShapeError(
            f"{self.label} cannot be applied to an input of shape {shape}.",
            given=f"{len(shape)} {'axis' if len(shape) == 1 else 'axes'}",
            expected=f"{self.spatial_ndim + 2} axes: the rows, {order}",
            mend="x[..., np.newaxis] if there is one channel, x[np.newaxis] if there is one row"
            if lacking and not self._first
            else None,
        )

    def channels_last(self, function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
        """Apply a function of tensors that have the channels on the last axis."""
        return sliding.channels_last(
            function, x, "channels_first" if self._first else "channels_last"
        )
