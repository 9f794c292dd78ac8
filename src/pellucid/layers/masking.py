"""Steps of time that are left out."""

from dataclasses import dataclass

from pellucid.errors import ShapeError
from pellucid.graph.operations.comparison import not_equal, where
from pellucid.graph.operations.movement import expand_dims
from pellucid.graph.operations.reductions import any
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer

__all__ = ["Masking"]


@dataclass(eq=False, repr=False)
class Masking(Layer):
    """Leaves out the steps of time in which every feature has one value, such as padding.

    Layers behind it that know masks, such as recurrent ones, then skip these steps; here they
    become 0.

    Args:
        mask_value: The value.

    Shapes:
        x (B, T, ..., F) → (B, T, ..., F), with a mask (B, T, ...)

    Raises:
        ShapeError: If an input has no axis for steps of time.

    Examples:
        >>> layer = Masking(mask_value=-1.0)
        >>> layer(np.array([[[-1.0, -1.0], [-1.0, 2.0]]]))
        array([[[ 0.,  0.],
                [-1.,  2.]]], dtype=float32)
        >>> layer(Input((5, 2))).mask.shape
        (None, 5)

    Source:
        Keras 3, ``keras.layers.Masking``.
    """

    mask_value: float = 0.0

    supports_masking = True

    def check_input(self, x: Spec) -> None:
        if x.ndim < 2:
            raise ShapeError(
                f"{self.label} cannot be applied to an input of shape {x.shape}.",
                given=f"{x.ndim} {'axis' if x.ndim == 1 else 'axes'}",
                expected="at least two axes: rows or steps of time, and features",
            )

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor | None = None) -> Tensor:
        mask: Tensor = any(not_equal(inputs, self.mask_value), axis=-1)
        return mask

    def call(self, x: Tensor) -> Tensor:
        result: Tensor = where(expand_dims(self.compute_mask(x), -1), x, 0)
        return result
