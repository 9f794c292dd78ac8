"""A layer applied to each step of sequences."""

import inspect
from dataclasses import dataclass
from typing import Any

import optree

from pellucid.errors import ShapeError
from pellucid.graph.operations.broadcasting import reshape, shape_of
from pellucid.graph.spec import Spec, same_shape
from pellucid.graph.tensor import Tensor
from pellucid.layers.wrapper import Wrapper

__all__ = ["TimeDistributed"]


@dataclass(eq=False, repr=False)
class TimeDistributed(Wrapper):
    """A layer applied to each step of sequences, with the same weights.

    All steps are rows of one batch to the layer. For layers that look at each row by itself that
    is what Keras computes step by step; one that looks at the whole batch, such as
    ``BatchNormalization`` in training, sees all steps at once.

    Args:
        layer: The layer.

    Shapes:
        inputs (B, T, ...) → (B, T, *what the layer makes of a row)

    Raises:
        DTypeError: If it is no layer.
        ShapeError: If an input has no steps, or a mask does not fit.

    Examples:
        >>> TimeDistributed(layers.Dense(4))(np.ones((2, 10, 3))).shape
        (2, 10, 4)

    Source:
        Keras 3, ``keras.layers.TimeDistributed``.
    """

    supports_masking = True

    def build(self, input_shape: Any) -> None:
        self._check_axes(input_shape)
        super().build((input_shape[0], *input_shape[2:]))

    def check_input(self, x: Spec, *_: Any) -> None:
        self._check_axes(x.shape)

    def _check_axes(self, shape: Any) -> None:
        if len(shape) < 3:
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {tuple(shape)}.",
                given=f"{len(shape)} {'axis' if len(shape) == 1 else 'axes'}",
                expected="at least three axes: rows, steps, features",
            )

    def call(self, inputs: Tensor, training: bool = False, mask: Any = None) -> Any:
        """The layer's outputs at all steps.

        Args:
            inputs: (B, T, ...).
            training: Handed on to the layer.
            mask: Handed on to the layer, if it takes one: bool (B, T) or (B, T, ...).
        """
        rows, steps = shape_of(inputs)[:2]
        given = {}
        if mask is not None:
            self._check_mask(inputs, mask)
            if "mask" in inspect.signature(self.layer.call).parameters:
                given["mask"] = _folded(mask)
        outputs = self.layer(_folded(inputs), training=training, **given)
        return optree.tree_map(lambda y: reshape(y, (rows, steps, *shape_of(y)[1:])), outputs)

    def _check_mask(self, inputs: Tensor, mask: Any) -> None:
        if not same_shape(tuple(mask.shape[:2]), inputs.shape[:2]):
            raise ShapeError(
                f"{self.label} cannot be applied with a mask of shape {tuple(mask.shape)}.",
                given=f"an input of shape {inputs.shape}",
                expected=f"a mask whose first axes are {inputs.shape[:2]}",
            )


def _folded(x: Any) -> Any:
    """All steps as rows of one batch."""
    return reshape(x, (-1, *shape_of(x)[2:]))
