"""What attention of several heads is made of: projections, and the means of each head."""

import math
from dataclasses import dataclass
from typing import Any

from pellucid import initializers
from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.operations.broadcasting import reshape, shape_of
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.contraction import einsum, matmul
from pellucid.graph.operations.movement import expand_dims
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Tensor
from pellucid.layers.attention.dot import need_share
from pellucid.layers.attention.masks import (
    all_of,
    band,
    causal,
    masked_softmax,
    need_mask,
    of_rows,
)
from pellucid.layers.layer import Layer, whole_number
from pellucid.layers.regularization import Dropout

__all__ = ["Heads", "Projection"]


@dataclass(eq=False, repr=False)
class Projection(Layer):
    """An affine map from the last axes of its input to others: ``activation(x @ kernel + bias)``.

    Args:
        units: The axes that come out.
        contracted: How many of the input's last axes go in.
        activation: The function applied to the result, or its name; none by default.
        use_bias: Whether a number is added for each output.
        kernel_initializer: Makes the first weights.
        bias_initializer: Makes the first biases.
        kernel_regularizer: What the weights add to the loss.
        bias_regularizer: What the biases add to the loss.
        kernel_constraint: Brings the weights back into bounds after each step.
        bias_constraint: Brings the biases back into bounds after each step.

    Attributes:
        kernel: Weights, (F..., *units).
        bias: Biases, units.

    Shapes:
        x (B, ..., F...) → (B, ..., *units)

    Examples:
        >>> Projection((2, 3))(np.ones((1, 5, 4))).shape
        (1, 5, 2, 3)
    """

    units: tuple[int, ...]
    contracted: int = 1
    activation: Any = None
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*input_shape[-self.contracted :], *self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=self.units,
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def call(self, x: Tensor) -> Tensor:
        # As one product of two matrices, which the gradients are then too.
        outer, inner = shape_of(x)[: -self.contracted], self.kernel.shape[: self.contracted]
        rows = reshape(x, (*outer, math.prod(inner)))
        kernel = reshape(self.kernel, (math.prod(inner), math.prod(self.units)))
        y = reshape(matmul(rows, kernel), (*outer, *self.units))
        return self.activation(y + self.bias if self.use_bias else y)


class Heads(Layer):
    """Base of the layers of attention that look in several ways at once."""

    dropout: float
    use_bias: bool
    sliding_window: int | None
    kernel_initializer: Any
    bias_initializer: Any
    kernel_regularizer: Any
    bias_regularizer: Any
    kernel_constraint: Any
    bias_constraint: Any
    seed: int | None

    supports_masking = True

    def __post_init__(self) -> None:
        super().__post_init__()
        need_share(self, "dropout")
        if self.sliding_window is not None:
            self.sliding_window = whole_number(self, "sliding_window")

    def projection(
        self, name: str, shape: Any, units: tuple[int, ...], contracted: int = 1, **options: Any
    ) -> Projection:
        """A built projection with the layer's initializers, regularizers and constraints."""
        made = Projection(
            units,
            contracted,
            use_bias=self.use_bias,
            # Anew for each: one that has drawn its seed would make the same weights twice.
            kernel_initializer=_anew(self.kernel_initializer),
            bias_initializer=_anew(self.bias_initializer),
            kernel_regularizer=self.kernel_regularizer,
            bias_regularizer=self.bias_regularizer,
            activity_regularizer=self.activity_regularizer,
            kernel_constraint=self.kernel_constraint,
            bias_constraint=self.bias_constraint,
            dtype=self.dtype_policy,
            name=name,
            **options,
        )
        made.build(shape)
        return made

    def make_dropout(self) -> Dropout:
        """What drops weights in training."""
        return Dropout(self.dropout, seed=self.seed, dtype=self.dtype_policy, name="dropout")

    def need_shapes(self, query: Any, value: Any, key: Any, ndim: int | None = 3) -> None:
        """Raise unless there is a key for each value, and all have as many axes as they need."""
        shapes = f"query {tuple(query)}, value {tuple(value)}, key {tuple(key)}"
        axes = {len(query), len(value), len(key)}
        if len(axes) > 1 or min(axes) < 3 or ndim not in (None, *axes):
            raise ShapeError(
                f"{self.label} cannot be applied to inputs of these shapes.",
                given=shapes,
                expected="(B, T, F), (B, S, G) and (B, S, H): rows, steps, features",
            )
        differ = [m != n for m, n in zip(value[1:-1], key[1:-1], strict=True) if None not in (m, n)]
        if any(differ):
            raise ShapeError(
                f"{self.label} needs a key for each value.",
                given=shapes,
                expected="as many steps in the key as in the value",
            )

    def check_input(self, query: Spec, value: Spec, *others: Spec) -> None:
        """Raise unless queries and values have as many features as the layer was built with."""
        for name, spec, wanted in zip(
            ("query", "value"), (query, value), self.features, strict=True
        ):
            if spec.shape[-1] not in (wanted, None):
                raise ShapeError(
                    f"{self.label} cannot be applied to a {name} of shape {spec.shape}.",
                    given=f"last axis {spec.shape[-1]}",
                    expected=f"last axis {wanted}, the size it was built with",
                )

    features: tuple[int, int]

    def seen(
        self, query: Tensor, value: Tensor, masks: tuple[Any, Any, Any], given: Any, order: bool
    ) -> Any:
        """Which queries see which values: (B, T, S), ``None`` for all.

        Args:
            query: Queries.
            value: Values.
            masks: Which steps of query, value and key count.
            given: What the user says of it, if anything.
            order: Whether no query sees a later value.
        """
        query_mask, value_mask, key_mask = masks
        if query.ndim == 3:
            for name, mask, x in (
                ("query_mask", query_mask, query),
                ("value_mask", value_mask, value),
                ("key_mask", key_mask, value),
            ):
                need_mask(self, name, mask, x.shape[:2], "whether each step counts")
            seen = (query.shape[1], value.shape[1])
            need_mask(self, "attention_mask", given, seen, "which queries see which values")
        window = self.sliding_window
        return all_of(
            None if given is None else cast(given, "bool"),
            of_rows(query_mask, value_mask),
            of_rows(None, key_mask),
            causal(query, value) if order else None,
            None if window is None else band(query, value, window),
        )

    def attend(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        mask: Any,
        axes: tuple[int, ...],
        drop: Any,
        shown: bool,
    ) -> tuple[Any, Any]:
        """The values' means for each query and head, and their weights.

        Args:
            query: (B, ..., N, F), with the steps on the axes of attention.
            key: (B, ..., N, F), with as many steps as values.
            value: (B, ..., N, V).
            mask: The same for all heads, or with an axis for them; ``None`` for none.
            axes: The axes of attention.
            drop: What drops weights.
            shown: Whether the weights are an output.
        """
        letters = "abcdefghijklm"[: query.ndim]
        last = letters[-1]
        values = "".join(c.upper() if i in axes else c for i, c in enumerate(letters))
        rest = "".join(c for i, c in enumerate(letters[:-1]) if i not in axes)
        rows = "".join(letters[i] for i in axes)
        weights = rest + rows + rows.upper()
        query = query * (1 / math.sqrt(query.shape[-1] or 1))
        scores = einsum(f"{letters},{values}->{weights}", query, key)
        if mask is not None:
            for _ in range(scores.ndim - mask.ndim):
                mask = expand_dims(mask, -2 * len(axes) - 1)
        over = tuple(range(scores.ndim - len(axes), scores.ndim))
        # As Keras, whose fused attention lets a query that sees nothing see all, its other not.
        blind = shown or self.dropout > 0 or query.ndim != 4
        probabilities = masked_softmax(scores, mask, over, blind)
        product = f"{weights},{values[:-1]}{last}->{letters}"
        return einsum(product, drop(probabilities), value), probabilities


def _anew(initializer: Any) -> Any:
    if isinstance(initializer, initializers.Initializer):
        return type(initializer).from_config(initializer.get_config())
    return initializer


def axes_of_attention(layer: Layer, axes: Any) -> tuple[int, ...] | None:
    """The axes of attention as a layer was given them, one or several."""
    if axes is None or isinstance(axes, int):
        return axes if axes is None else (axes,)
    if not isinstance(axes, list | tuple) or not all(isinstance(a, int) for a in axes):
        raise ArgumentError(
            f"{layer.label} looks along whole axes.",
            given=f"attention_axes={axes!r}",
            expected="the number of an axis, or several",
        )
    return tuple(axes)
