"""Layers that bring each channel to a common scale, over the batch."""

from dataclasses import dataclass
from typing import Any

from pellucid import config
from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.dtypes import promote
from pellucid.graph.operations.arithmetic import square
from pellucid.graph.operations.broadcasting import broadcast_to, reshape, shape_of
from pellucid.graph.operations.casting import autocast, cast
from pellucid.graph.operations.comparison import where
from pellucid.graph.operations.movement import expand_dims
from pellucid.graph.operations.reductions import sum
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Tensor, current_updates
from pellucid.layers.normalization import Scaled
from pellucid.ops.normalizing import batch_normalization, moments

__all__ = ["BatchNormalization"]


@dataclass(eq=False, repr=False)
class BatchNormalization(Scaled):
    """Each channel brought to mean 0 and variance 1 over the batch, then scaled and shifted.

    ``(x - mean) / sqrt(variance + epsilon) * gamma + beta``, computed in at least float32. In
    training, mean and variance are those of the batch; what they are from batch to batch is
    averaged, ``moving = momentum * moving + (1 - momentum) * batch``, and these averages stand
    in for them outside of training. A frozen layer (``trainable=False``) is not in training.

    Args:
        axis: That of the channels; 1 for images with the channels first.
        momentum: How much of the averages each batch leaves as it is, from 0 to 1.
        epsilon: Keeps the divisor from 0.
        center: Whether there is a ``beta``.
        scale: Whether there is a ``gamma``.
        beta_initializer: Makes the first ``beta``.
        gamma_initializer: Makes the first ``gamma``.
        moving_mean_initializer: Makes the first average of the means.
        moving_variance_initializer: Makes the first average of the variances.
        beta_regularizer: What ``beta`` adds to the loss.
        gamma_regularizer: What ``gamma`` adds to the loss.
        beta_constraint: Brings ``beta`` back into bounds after each step.
        gamma_constraint: Brings ``gamma`` back into bounds after each step.
        renorm, renorm_clipping, renorm_momentum: Keras's batch renormalization, which is not here.
        synchronized: Whether over all devices: a graph is one program on all of them anyway.

    Attributes:
        gamma: The factors, (C,).
        beta: The summands, (C,).
        moving_mean: The average of the means, (C,).
        moving_variance: The average of the variances, (C,).

    Shapes:
        x (B, ..., C), mask (B, ...) → (B, ..., C): where the mask is false, x does not count

    Raises:
        ArgumentError: With ``renorm``.
        ShapeError: If an input lacks the axis, or has another number of channels than built with,
            or the mask another number of axes.

    Examples:
        >>> layer = BatchNormalization(momentum=0.5)
        >>> layer(np.array([[1.0], [3.0]]), training=True).round(3)
        array([[-1.],
               [ 1.]], dtype=float32)
        >>> layer.moving_mean.numpy(), layer.moving_variance.numpy()
        (array([1.], dtype=float32), array([1.], dtype=float32))

    Source:
        Ioffe, Szegedy 2015, "Batch Normalization", algorithms 1 and 2,
        https://arxiv.org/abs/1502.03167; with Keras's averages, of the variance as it is.
    """

    axis: int = -1
    momentum: float = 0.99
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: Any = "zeros"
    gamma_initializer: Any = "ones"
    moving_mean_initializer: Any = "zeros"
    moving_variance_initializer: Any = "ones"
    beta_regularizer: Any = None
    gamma_regularizer: Any = None
    beta_constraint: Any = None
    gamma_constraint: Any = None
    renorm: bool = False
    renorm_clipping: Any = None
    renorm_momentum: float = 0.99
    synchronized: bool = False

    supports_masking = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.renorm:
            raise ArgumentError(
                f"{self.label} cannot renormalize.",
                given="renorm=True",
                expected="renorm=False",
                mend="LayerNormalization or GroupNormalization, if the batches are small",
            )

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.moving_mean = self.add_weight(
            name="moving_mean",
            shape=self._sizes,
            initializer=self.moving_mean_initializer,
            trainable=False,
        )
        self.moving_variance = self.add_weight(
            name="moving_variance",
            shape=self._sizes,
            initializer=self.moving_variance_initializer,
            trainable=False,
        )

    def call(self, x: Tensor, training: bool = False, mask: Tensor | None = None) -> Tensor:
        if mask is not None and mask.ndim != x.ndim - 1:
            raise ShapeError(
                f"{self.label} cannot use this mask.",
                given=f"a mask of shape {mask.shape} for an input of shape {x.shape}",
                expected=f"{x.ndim - 1} axes: those of the input but the last",
            )
        (axis,) = self.axes(x.shape)
        wide = cast(x, promote(x.dtype, "float32"))
        with autocast(None):  # averages in half precision would stand still
            mean, variance = self.moving_mean, self.moving_variance
            if training and self.trainable:
                mean, variance = self._moments(wide, mask, axis)
                self._remember(mean, variance)
            y = batch_normalization(wide, mean, variance, axis, self.beta, self.gamma, self.epsilon)
        result: Tensor = cast(y, self.compute_dtype)
        return result

    def _moments(self, x: Tensor, mask: Tensor | None, axis: int) -> tuple[Any, Any]:
        """Mean and variance of the batch, for each channel."""
        over = [a for a in range(x.ndim) if a != axis]
        if mask is None:
            return moments(x, over)
        counts = broadcast_to(expand_dims(cast(mask, "bool"), -1), shape_of(x))
        count = sum(cast(counts, x.dtype), over, keepdims=True) + config.epsilon()
        mean = sum(where(counts, x, 0), over, keepdims=True) / count
        squares = square(where(counts, x - mean, 0))
        variance = sum(squares, over, keepdims=True) / count
        return reshape(mean, self._sizes), reshape(variance, self._sizes)

    def _remember(self, mean: Any, variance: Any) -> None:
        """Average what the batch has into what batches had."""
        if current_updates() is None:
            return  # a graph is being drawn up, not run: it remembers when a model runs it
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            new = moving * self.momentum + batch * (1 - self.momentum)
            moving.assign(cast(new, moving.dtype))

    def check_input(self, x: Spec, *mask: Spec) -> None:
        super().check_input(x)
