"""Layers that bring each example, by itself, to a common scale."""

from dataclasses import dataclass, field
from typing import Any

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.dtypes import promote
from pellucid.graph.operations.arithmetic import square
from pellucid.graph.operations.broadcasting import reshape, shape_of
from pellucid.graph.operations.casting import autocast, cast
from pellucid.graph.operations.exponential import rsqrt
from pellucid.graph.operations.reductions import mean
from pellucid.graph.spec import Shape, Spec
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer
from pellucid.layers.spatial import is_whole
from pellucid.ops.normalizing import layer_normalization, normalize, rms_normalization

__all__ = [
    "AlongAxes",
    "GroupNormalization",
    "LayerNormalization",
    "RMSNormalization",
    "Scaled",
    "UnitNormalization",
]


class AlongAxes(Layer):
    """Base of the layers with an ``axis``: one, or several."""

    axis: Any

    def axes(self, shape: Shape) -> tuple[int, ...]:
        """The axes, counted from the first, in their order.

        Raises:
            ShapeError: If an input of this shape does not have them.
        """
        several = self.axis if isinstance(self.axis, list | tuple) else [self.axis]
        for axis in several:
            if not -len(shape) <= axis < len(shape):
                raise ShapeError(
                    f"{self.label} cannot be applied to an input of shape {shape}.",
                    given=f"{len(shape)} {'axis' if len(shape) == 1 else 'axes'}",
                    expected=f"an axis {axis}",
                )
        return tuple(sorted(axis % len(shape) for axis in several))

    def need_sizes(self, shape: Shape, sizes: Shape) -> None:
        """Raise if the axes of an input have other sizes than the layer was built with."""
        given = tuple(shape[a] for a in self.axes(shape))
        if len(given) != len(sizes) or any(
            None not in (n, m) and n != m for n, m in zip(given, sizes, strict=True)
        ):
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {shape}.",
                given=f"size {', '.join(map(str, given))} on axis {self.axis}",
                expected=f"size {', '.join(map(str, sizes))}, as it was built with",
            )


class Scaled(AlongAxes):
    """Base of the layers that scale and shift what they have normalized.

    Attributes:
        gamma: The factors, with ``scale``; else ``None``.
        beta: The summands, with ``center``; else ``None``.
    """

    center: bool
    scale: bool
    beta_initializer: Any
    gamma_initializer: Any
    beta_regularizer: Any
    gamma_regularizer: Any
    beta_constraint: Any
    gamma_constraint: Any

    def build(self, input_shape: Any) -> None:
        self._sizes: Shape = tuple(input_shape[a] for a in self.axes(input_shape))
        self.gamma = self._weight("gamma") if self.scale else None
        self.beta = self._weight("beta") if self.center else None

    def _weight(self, name: str) -> Any:
        return self.add_weight(
            name=name,
            shape=self._sizes,
            initializer=getattr(self, f"{name}_initializer"),
            regularizer=getattr(self, f"{name}_regularizer"),
            constraint=getattr(self, f"{name}_constraint"),
        )

    def check_input(self, x: Spec, *mask: Spec) -> None:
        self.need_sizes(x.shape, self._sizes)


@dataclass(eq=False, repr=False)
class LayerNormalization(Scaled):
    """Each example brought to mean 0 and variance 1 along an axis, then scaled and shifted.

    ``(x - mean) / sqrt(variance + epsilon) * gamma + beta``, computed in at least float32.

    Args:
        axis: The axis, or several, over which mean and variance are taken.
        epsilon: Keeps the divisor from 0.
        center: Whether there is a ``beta``.
        scale: Whether there is a ``gamma``.
        beta_initializer: Makes the first ``beta``.
        gamma_initializer: Makes the first ``gamma``.
        beta_regularizer: What ``beta`` adds to the loss.
        gamma_regularizer: What ``gamma`` adds to the loss.
        beta_constraint: Brings ``beta`` back into bounds after each step.
        gamma_constraint: Brings ``gamma`` back into bounds after each step.
        rms_scaling: Not any more: see :class:`RMSNormalization`.

    Attributes:
        gamma: The factors, of the sizes of the axes.
        beta: The summands, likewise.

    Shapes:
        x (B, ...) → (B, ...)

    Raises:
        ArgumentError: With ``rms_scaling``.
        ShapeError: If an input lacks the axis, or it has another size than built with.

    Examples:
        >>> LayerNormalization()(np.array([[1.0, 3.0]])).round(3)
        array([[-1.,  1.]], dtype=float32)

    Source:
        Ba, Kiros, Hinton 2016, "Layer Normalization", equation 4,
        https://arxiv.org/abs/1607.06450.
    """

    axis: Any = -1
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None
    rms_scaling: bool = field(default=False, kw_only=True)
    autocast: bool = field(default=False, kw_only=True)  # the moments keep their digits

    supports_masking = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.rms_scaling:
            raise ArgumentError(
                f"{self.label} does not scale by the root of the mean square.",
                given="rms_scaling=True",
                expected="rms_scaling=False",
                mend="RMSNormalization()",
            )

    def call(self, x: Tensor) -> Tensor:
        axes = self.axes(x.shape)
        wide = cast(x, promote(x.dtype, self.compute_dtype))
        with autocast(None):
            y = layer_normalization(wide, self.gamma, self.beta, axes, self.epsilon)
        result: Tensor = cast(y, self.compute_dtype)
        return result


@dataclass(eq=False, repr=False)
class GroupNormalization(Scaled):
    """Each example brought to mean 0 and variance 1 in groups of channels, then scaled and shifted.

    One group is layer normalization of the whole example; as many groups as channels, or -1, is
    instance normalization.

    Args:
        groups: How many groups; the number of channels is a multiple of it.
        axis: That of the channels.
        epsilon: Keeps the divisor from 0.
        center: Whether there is a ``beta``.
        scale: Whether there is a ``gamma``.
        beta_initializer: Makes the first ``beta``.
        gamma_initializer: Makes the first ``gamma``.
        beta_regularizer: What ``beta`` adds to the loss.
        gamma_regularizer: What ``gamma`` adds to the loss.
        beta_constraint: Brings ``beta`` back into bounds after each step.
        gamma_constraint: Brings ``gamma`` back into bounds after each step.

    Attributes:
        gamma: The factors, (C,).
        beta: The summands, (C,).

    Shapes:
        x (B, ..., C) → (B, ..., C)

    Raises:
        ArgumentError: If ``groups`` is not a whole number above 0, nor -1.
        ShapeError: If the channels cannot be divided into such groups.

    Examples:
        >>> GroupNormalization(groups=2)(np.array([[1.0, 3.0, 10.0, 30.0]])).round(3)
        array([[-1.,  1., -1.,  1.]], dtype=float32)

    Source:
        Wu, He 2018, "Group Normalization", section 3.1, https://arxiv.org/abs/1803.08494.
    """

    groups: int = 32
    axis: int = -1
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None
    autocast: bool = field(default=False, kw_only=True)  # the moments keep their digits

    supports_masking = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if not is_whole(self.groups, 1) and self.groups != -1:
            raise ArgumentError(
                f"{self.label} cannot have this number of groups.",
                given=f"groups={self.groups!r}",
                expected="a whole number above 0, or -1 for a group for each channel",
            )

    def build(self, input_shape: Any) -> None:
        (axis,) = self.axes(input_shape)
        channels = input_shape[axis]
        if channels is not None and channels % (self._count(channels)):
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {input_shape}.",
                given=f"{channels} channels on axis {self.axis}",
                expected=f"a multiple of groups={self.groups}",
            )
        super().build(input_shape)

    def _count(self, channels: int) -> int:
        return channels if self.groups == -1 else self.groups

    def call(self, x: Tensor) -> Tensor:
        (axis,) = self.axes(x.shape)
        (channels,) = self._sizes
        assert channels is not None  # its weights have been made
        parts = (self._count(channels), channels // self._count(channels))
        shape = shape_of(x)
        wide = cast(x, promote(promote(x.dtype, "float32"), self.compute_dtype))
        grouped = reshape(wide, (*shape[:axis], *parts, *shape[axis + 1 :]))
        over = [a for a in range(1, grouped.ndim) if a != axis]
        along = [*[1] * axis, *parts, *[1] * (x.ndim - axis - 1)]
        with autocast(None):
            centred = grouped - mean(grouped, over, keepdims=True)
            y = centred * rsqrt(mean(square(centred), over, keepdims=True) + self.epsilon)
            y = y if self.gamma is None else y * reshape(self.gamma, along)
            y = y if self.beta is None else y + reshape(self.beta, along)
        result: Tensor = cast(reshape(y, shape), self.compute_dtype)
        return result


@dataclass(eq=False, repr=False)
class RMSNormalization(AlongAxes):
    """Each example divided by the root of its mean square along an axis, then scaled.

    Args:
        axis: The axis, or several, over which the mean is taken.
        epsilon: Added to the mean square.

    Attributes:
        scale: The factors, of the sizes of the axes.

    Shapes:
        x (B, ...) → (B, ...)

    Raises:
        ShapeError: If an input lacks the axis, or it has another size than built with.

    Examples:
        >>> RMSNormalization()(np.array([[1.0, 7.0]])).round(3)
        array([[0.2, 1.4]], dtype=float32)

    Source:
        Zhang, Sennrich 2019, "Root Mean Square Layer Normalization", equation 4,
        https://arxiv.org/abs/1910.07467.
    """

    axis: Any = -1
    epsilon: float = 1e-6

    def build(self, input_shape: Any) -> None:
        sizes = [input_shape[a] for a in self.axes(input_shape)]
        self.scale = self.add_weight(name="scale", shape=sizes, initializer="ones")

    def check_input(self, x: Spec) -> None:
        self.need_sizes(x.shape, self.scale.shape)

    def call(self, x: Tensor) -> Tensor:
        result: Tensor = rms_normalization(x, self.scale, self.axes(x.shape), self.epsilon)
        return result


@dataclass(eq=False, repr=False)
class UnitNormalization(AlongAxes):
    """Each example divided by its length, so that its squares sum to 1.

    Args:
        axis: The axis, or several, along which the vectors lie.

    Shapes:
        x (B, ...) → (B, ...)

    Raises:
        ShapeError: If an input lacks the axis.

    Examples:
        >>> UnitNormalization()(np.array([[3.0, 4.0]]))
        array([[0.6, 0.8]], dtype=float32)

    Source:
        Keras 3, ``keras.layers.UnitNormalization``.
    """

    axis: Any = -1

    supports_masking = True

    def call(self, x: Tensor) -> Tensor:
        # The least length, squared, is 0 in half precision.
        wide = cast(x, promote(x.dtype, "float32"))
        result: Tensor = cast(normalize(wide, self.axes(x.shape), epsilon=1e-12), x.dtype)
        return result
