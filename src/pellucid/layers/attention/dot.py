"""Attention of one head, whose scores are products or sums of queries and keys."""

from dataclasses import dataclass
from typing import Any

from pellucid import random
from pellucid.errors import ArgumentError, ShapeError, unknown_name
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import where
from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.movement import expand_dims, swapaxes
from pellucid.graph.operations.reductions import sum
from pellucid.graph.operations.trigonometry import tanh
from pellucid.graph.tensor import Tensor
from pellucid.layers.attention.masks import all_of, causal, masked_softmax, need_mask
from pellucid.layers.layer import Layer

__all__ = ["AdditiveAttention", "Attention", "need_share"]


def need_share(layer: Layer, argument: str) -> None:
    """Raise unless a layer's argument is a number from 0 to 1.

    Raises:
        ArgumentError: If it is something else.
    """
    value = getattr(layer, argument)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ArgumentError(
            f"{layer.label} needs a probability.",
            given=f"{argument}={value!r}",
            expected="a number from 0 to 1",
        )


class _Scored(Layer):
    """Base of both: scores made probabilities, and the values' means weighted with them."""

    dropout: float
    seed: int | None

    supports_masking = True

    def __post_init__(self) -> None:
        super().__post_init__()
        need_share(self, "dropout")
        if self.dropout > 0:
            self.seed_generator = random.SeedGenerator(self.seed)

    def scores(self, query: Tensor, key: Tensor) -> Any:
        """How well each key fits each query: (B, T, F), (B, S, F) → (B, T, S)."""
        raise NotImplementedError(f"{type(self).__name__}.scores")

    def need_inputs(self, shapes: Any) -> None:
        """Raise unless the inputs are a list of queries, values and perhaps keys."""
        several = isinstance(shapes, list | tuple) and isinstance(shapes[0], list | tuple)
        if not several or len(shapes) not in (2, 3):
            raise ArgumentError(
                f"{self.label} looks up values for queries.",
                given=f"{len(shapes)} inputs" if several else f"one input of shape {shapes}",
                expected="a list of two or three: [query, value] or [query, value, key]",
                mend=f"{type(self).__name__}()([x, x]) for x to look at itself",
            )
        query, value, key = (tuple(shapes[i]) for i in (0, 1, -1))
        if len(shapes) == 3 and None not in (value[-2], key[-2]) and value[-2] != key[-2]:
            raise _lengths_differ(self, value, key)
        if None not in (query[-1], key[-1]) and query[-1] != key[-1]:
            raise ShapeError(
                f"{self.label} cannot compare queries with keys.",
                given=f"queries of shape {query}, keys of shape {key}",
                expected="one size of the last axis",
            )

    def call(
        self,
        inputs: list[Tensor],
        mask: Any = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        query, value, key = inputs[0], inputs[1], inputs[-1]
        query_mask, value_mask = (None, None) if mask is None else (mask[0], mask[1])
        need_mask(self, "mask of queries", query_mask, query.shape[:-1], "whether each counts")
        need_mask(self, "mask of values", value_mask, value.shape[:-1], "whether each counts")
        seen = None if value_mask is None else expand_dims(cast(value_mask, "bool"), -2)
        seen = all_of(seen, causal(query, value) if use_causal_mask else None)
        probabilities = masked_softmax(self.scores(query, key), seen)
        if training and self.dropout > 0:
            probabilities = random.dropout(probabilities, self.dropout, seed=self.seed_generator)
        result = matmul(probabilities, value)
        if query_mask is not None:
            result = where(expand_dims(cast(query_mask, "bool"), -1), result, 0)
        return (result, probabilities) if return_attention_scores else result

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """That of the queries."""
        return None if previous_mask is None else previous_mask[0]


def _lengths_differ(layer: Layer, value: Any, key: Any) -> ShapeError:
    return ShapeError(
        f"{layer.label} needs a key for each value.",
        given=f"values of shape {value}, keys of shape {key}",
        expected="as many keys as values",
    )


@dataclass(eq=False, repr=False)
class Attention(_Scored):
    """Values' means, weighted by the softmax of the products of queries and keys.

    ``softmax(scale * query @ key.T) @ value``; there is no division by the square root of the
    number of features.

    Args:
        use_scale: Whether the scores are multiplied by a number that is learned.
        score_mode: ``"dot"``, a product; or ``"concat"``, ``sum(tanh(query + key))``.
        dropout: The share of the weights that training drops, from 0 to 1.
        seed: Makes what is dropped the same in every run.

    Attributes:
        scale: If used, ().
        concat_score_weight: In mode ``"concat"``: what the sum is multiplied by, ().

    Shapes:
        [query (B, T, F), value (B, S, V), key (B, S, F)] → (B, T, V), with
        ``return_attention_scores`` also the weights (B, T, S); the key is the value if not given;
        mask [(B, T), (B, S)]

    Raises:
        ArgumentError: If the inputs are not two or three.
        ShapeError: If their sizes do not fit.
        UnknownNameError: For another mode.

    Examples:
        >>> query, value = np.array([[[10.0, 0.0]]]), np.array([[[1.0, 0.0], [0.0, 1.0]]])
        >>> Attention()([query, value]).round(3)
        array([[[1., 0.]]], dtype=float32)

    Source:
        Luong, Pham, Manning 2015, "Effective Approaches to Attention-based Neural Machine
        Translation", equation 8, https://arxiv.org/abs/1508.04025.
    """

    use_scale: bool = False
    score_mode: str = "dot"
    dropout: float = 0.0
    seed: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.score_mode not in ("dot", "concat"):
            raise unknown_name("score mode", self.score_mode, ("dot", "concat"))

    def build(self, input_shape: Any) -> None:
        self.need_inputs(input_shape)
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=(), initializer="ones")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(
                name="concat_score_weight", shape=(), initializer="ones"
            )

    def scores(self, query: Tensor, key: Tensor) -> Any:
        if self.score_mode == "dot":
            products = matmul(query, swapaxes(key, -2, -1))
            return products * self.scale if self.use_scale else products
        sums = expand_dims(query, -2) + expand_dims(key, -3)
        sums = sums * self.scale if self.use_scale else sums
        return self.concat_score_weight * sum(tanh(sums), axis=-1)


@dataclass(eq=False, repr=False)
class AdditiveAttention(_Scored):
    """Values' means, weighted by the softmax of ``sum(scale * tanh(query + key))``.

    Args:
        use_scale: Whether each feature's share in the sum is learned.
        dropout: The share of the weights that training drops, from 0 to 1.
        seed: Makes what is dropped the same in every run.

    Attributes:
        scale: If used, (F,).

    Shapes:
        [query (B, T, F), value (B, S, V), key (B, S, F)] → (B, T, V), with
        ``return_attention_scores`` also the weights (B, T, S); the key is the value if not given;
        mask [(B, T), (B, S)]

    Raises:
        ArgumentError: If the inputs are not two or three.
        ShapeError: If their sizes do not fit.

    Examples:
        >>> query, value = np.zeros((1, 1, 1)), np.array([[[9.0], [-9.0]]])
        >>> AdditiveAttention(use_scale=False)([query, value]).round(2)
        array([[[6.85]]], dtype=float32)

    Source:
        Bahdanau, Cho, Bengio 2015, "Neural Machine Translation by Jointly Learning to Align and
        Translate", appendix A.1.2, https://arxiv.org/abs/1409.0473.
    """

    use_scale: bool = True
    dropout: float = 0.0
    seed: int | None = None

    def build(self, input_shape: Any) -> None:
        self.need_inputs(input_shape)
        if self.use_scale:
            self.scale = self.add_weight(
                name="scale", shape=(input_shape[0][-1],), initializer="glorot_uniform"
            )

    def scores(self, query: Tensor, key: Tensor) -> Any:
        sums = tanh(expand_dims(query, -2) + expand_dims(key, -3))
        return sum(sums * self.scale if self.use_scale else sums, axis=-1)
