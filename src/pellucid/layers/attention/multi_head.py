"""Attention of several heads: each with queries, keys and values of its own, or sharing some."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pellucid.configured import snake_case
from pellucid.errors import ArgumentError
from pellucid.graph.scope import layer_name
from pellucid.graph.tensor import Tensor
from pellucid.layers.attention.heads import Heads, axes_of_attention
from pellucid.layers.layer import whole_number
from pellucid.ops.arrangement import repeat

__all__ = ["GroupQueryAttention", "GroupedQueryAttention", "MultiHeadAttention"]


@dataclass(eq=False, repr=False)
class MultiHeadAttention(Heads):
    """Values' means in several learned views, put together by a last projection.

    For each head ``softmax(query @ key.T / sqrt(key_dim)) @ value``, with query, key and value
    projected by kernels of the head's own.

    Args:
        num_heads: How many views.
        key_dim: Features of a query and a key in each head.
        value_dim: Features of a value in each head; ``key_dim`` by default.
        dropout: The share of the weights that training drops, from 0 to 1.
        use_bias: Whether the projections add numbers.
        output_shape: The axes that come out; the query's features by default.
        attention_axes: The axes along which values are looked up; by default all but those of the
            rows and the features.
        sliding_window: If given, a query looks only at values less than so many steps away.
        flash_attention: Taken for Keras's sake; there is one way to compute it.
        kernel_initializer: Makes the first weights.
        bias_initializer: Makes the first biases.
        kernel_regularizer: What the weights add to the loss.
        bias_regularizer: What the biases add to the loss.
        kernel_constraint: Brings the weights back into bounds after each step.
        bias_constraint: Brings the biases back into bounds after each step.
        use_gate: Whether each head's output is multiplied by a sigmoid of the query.
        seed: Makes what is dropped the same in every run.

    Attributes:
        query_dense: With kernel (F, N, K) and bias (N, K).
        key_dense: With kernel (H, N, K) and bias (N, K).
        value_dense: With kernel (G, N, V) and bias (N, V).
        output_dense: With kernel (N, V, *output_shape) and bias output_shape.

    Shapes:
        query (B, T, F), value (B, S, G), key (B, S, H) → (B, T, *output_shape), with
        ``return_attention_scores`` also the weights (B, N, T, S); the key is the value if not
        given; attention_mask (B, T, S); query_mask (B, T), value_mask and key_mask (B, S)

    Raises:
        ArgumentError: If a number is not a whole one above 0, or a share not from 0 to 1.
        ShapeError: If the sizes of the inputs do not fit.

    Examples:
        >>> x = np.ones((1, 5, 8))
        >>> y, weights = MultiHeadAttention(2, 4)(x, x, return_attention_scores=True)
        >>> y.shape, weights.shape
        ((1, 5, 8), (1, 2, 5, 5))
        >>> MultiHeadAttention(2, 4)(x, x, use_causal_mask=True, return_attention_scores=True)[1][
        ...     0, 0, 1
        ... ]
        array([0.5, 0.5, 0. , 0. , 0. ], dtype=float32)

    Source:
        Vaswani et al. 2017, "Attention Is All You Need", section 3.2.2,
        https://arxiv.org/abs/1706.03762.
    """

    num_heads: int
    key_dim: int
    value_dim: int | None = None
    dropout: float = 0.0
    use_bias: bool = True
    output_shape: Any = None
    attention_axes: Any = None
    sliding_window: int | None = None
    flash_attention: bool | None = None
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None
    use_gate: bool = False
    seed: int | None = None

    following: ClassVar[Mapping[str, str]] = {"value_dim": "key_dim"}

    def __post_init__(self) -> None:
        super().__post_init__()
        self.num_heads = whole_number(self, "num_heads")
        self.key_dim = whole_number(self, "key_dim")
        if self.value_dim is None:
            self.value_dim = self.key_dim
        self.value_dim = whole_number(self, "value_dim")
        if isinstance(self.output_shape, int):
            self.output_shape = (self.output_shape,)
        self.output_shape = tuple(self.output_shape) if self.output_shape else None
        self.attention_axes = axes_of_attention(self, self.attention_axes)

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        key_shape = value_shape if key_shape is None else key_shape
        self.need_shapes(query_shape, value_shape, key_shape, ndim=None)
        ndim = len(query_shape)
        axes = range(1, ndim - 1) if self.attention_axes is None else self.attention_axes
        self.attention_axes = tuple(a % ndim for a in axes)
        self.features = query_shape[-1], value_shape[-1]
        keys = self.num_heads, self.key_dim
        values = self.num_heads, whole_number(self, "value_dim")
        self.query_dense = self.projection("query", query_shape, keys)
        self.key_dense = self.projection("key", key_shape, keys)
        if self.use_gate:
            self._gate_dense = self.projection("gate", query_shape, values, activation="sigmoid")
        self.value_dense = self.projection("value", value_shape, values)
        self._dropout_layer = self.make_dropout()
        output_shape = self.output_shape or (query_shape[-1],)
        self.output_dense = self.projection("attention_output", values, output_shape, 2)

    def call(
        self,
        query: Tensor,
        value: Tensor,
        key: Tensor | None = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        key = value if key is None else key
        masks = query_mask, value_mask, key_mask
        seen = self.seen(query, value, masks, attention_mask, use_causal_mask)
        found, weights = self.attend(
            self.query_dense(query),
            self.key_dense(key),
            self.value_dense(value),
            seen,
            self.attention_axes,
            self._dropout_layer,
            return_attention_scores,
        )
        y = self.output_dense(found * self._gate_dense(query) if self.use_gate else found)
        return (y, weights) if return_attention_scores else y

    def _regularize(self, outputs: Any) -> None:
        """Nothing: the activity regularizer is that of the projections."""

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["flash_attention"]  # as Keras: it says how, not what
        return config


@dataclass(eq=False, repr=False)
class GroupQueryAttention(Heads):
    """Attention of several heads, of which groups share their keys and values.

    With one head for keys and values it is multi-query attention, with as many as for queries
    multi-head attention.

    Args:
        head_dim: Features in each head.
        num_query_heads: How many heads queries have.
        num_key_value_heads: How many heads keys and values have; divides that of the queries.
        dropout: The share of the weights that training drops, from 0 to 1.
        use_bias: Whether the projections add numbers.
        sliding_window: If given, a query looks only at values less than so many steps away.
        flash_attention: Taken for Keras's sake; there is one way to compute it.
        kernel_initializer: Makes the first weights.
        bias_initializer: Makes the first biases.
        kernel_regularizer: What the weights add to the loss.
        bias_regularizer: What the biases add to the loss.
        kernel_constraint: Brings the weights back into bounds after each step.
        bias_constraint: Brings the biases back into bounds after each step.
        use_gate: Whether each head's output is multiplied by a sigmoid of the query.
        seed: Makes what is dropped the same in every run.

    Shapes:
        query (B, T, F), value (B, S, G), key (B, S, H) → (B, T, F), with
        ``return_attention_scores`` also the weights (B, N, T, S); the key is the value if not
        given; attention_mask (B, T, S); query_mask (B, T), value_mask and key_mask (B, S)

    Raises:
        ArgumentError: If a number is not a whole one above 0, or the heads cannot be grouped.
        ShapeError: If the sizes of the inputs do not fit.

    Examples:
        >>> x = np.ones((1, 5, 8))
        >>> layer = GroupQueryAttention(head_dim=4, num_query_heads=6, num_key_value_heads=2)
        >>> layer(x, x).shape
        (1, 5, 8)

    Source:
        Ainslie et al. 2023, "GQA: Training Generalized Multi-Query Transformer Models from
        Multi-Head Checkpoints", section 2.2, https://arxiv.org/abs/2305.13245.
    """

    class_name_in_paths: ClassVar[str] = "GroupedQueryAttention"  # Keras's files have both names

    head_dim: int
    num_query_heads: int
    num_key_value_heads: int
    dropout: float = 0.0
    use_bias: bool = True
    sliding_window: int | None = None
    flash_attention: bool | None = None
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None
    use_gate: bool = False
    seed: int | None = None

    def __post_init__(self) -> None:
        self.name = self.name or layer_name(snake_case(self.class_name_in_paths))
        super().__post_init__()
        for argument in ("head_dim", "num_query_heads", "num_key_value_heads"):
            setattr(self, argument, whole_number(self, argument))
        if self.num_query_heads % self.num_key_value_heads:
            raise ArgumentError(
                f"{self.label} cannot put its heads into equal groups.",
                given=f"num_query_heads={self.num_query_heads}, "
                f"num_key_value_heads={self.num_key_value_heads}",
                expected=f"a number of query heads that {self.num_key_value_heads} divides",
            )

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        key_shape = value_shape if key_shape is None else key_shape
        self.need_shapes(query_shape, value_shape, key_shape)
        self.features = query_shape[-1], value_shape[-1]
        queries = self.num_query_heads, self.head_dim
        values = self.num_key_value_heads, self.head_dim
        self._query_dense = self.projection("query", query_shape, queries)
        self._key_dense = self.projection("key", key_shape, values)
        if self.use_gate:
            self._gate_dense = self.projection("gate", query_shape, queries, activation="sigmoid")
        self._value_dense = self.projection("value", value_shape, values)
        self._dropout_layer = self.make_dropout()
        self._output_dense = self.projection("attention_output", queries, (query_shape[-1],), 2)

    def call(
        self,
        query: Tensor,
        value: Tensor,
        key: Tensor | None = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        key = value if key is None else key
        masks = query_mask, value_mask, key_mask
        seen = self.seen(query, value, masks, attention_mask, use_causal_mask)
        times = self.num_query_heads // self.num_key_value_heads
        found, weights = self.attend(
            self._query_dense(query),
            repeat(self._key_dense(key), times, axis=2),
            repeat(self._value_dense(value), times, axis=2),
            seen,
            (1,),
            self._dropout_layer,
            return_attention_scores,
        )
        y = self._output_dense(found * self._gate_dense(query) if self.use_gate else found)
        return (y, weights) if return_attention_scores else y

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["flash_attention"]  # as Keras: it says how, not what
        return config


GroupedQueryAttention = GroupQueryAttention  # the name of the class in Keras's files
