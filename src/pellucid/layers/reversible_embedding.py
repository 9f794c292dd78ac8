"""Numbers of words made vectors, and vectors made logits of words by the same table."""

from dataclasses import dataclass, field
from typing import Any

from pellucid.graph.dtypes import is_integer
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import not_equal
from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.indexing import take
from pellucid.graph.operations.movement import transpose
from pellucid.graph.operations.trigonometry import tanh
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer, whole_number

__all__ = ["ReversibleEmbedding"]


@dataclass(eq=False, repr=False)
class ReversibleEmbedding(Layer):
    """A vector for each number of a word, and back: for each vector a logit of each word.

    Called with ``reverse=True`` it is the last layer of a language model, ``x @ embeddings.T``.

    Args:
        input_dim: How many numbers there are: 0 to ``input_dim - 1``. Others read NaN.
        output_dim: The length of a vector.
        tie_weights: Whether the way back uses the same table rather than one of its own.
        embeddings_initializer: Makes the first tables.
        embeddings_regularizer: What the table adds to the loss.
        embeddings_constraint: Brings the table back into bounds after each step.
        mask_zero: Whether 0 stands for no word: layers behind then leave its steps out.
        reverse_dtype: In which dtype the way back is computed; as its inputs are by default.
        logit_soft_cap: Logits come no further from 0 than this: ``cap * tanh(logits / cap)``;
            ``None`` for no bound.

    Attributes:
        embeddings: The table, (input_dim, output_dim).
        reverse_embeddings: That of the way back, (output_dim, input_dim), unless it is the same.

    Shapes:
        x (B, ...) → (B, ..., output_dim); reversed (B, ..., output_dim) → (B, ..., input_dim)

    Raises:
        ArgumentError: If ``input_dim`` or ``output_dim`` is not a whole number above 0.

    Examples:
        >>> layer = ReversibleEmbedding(3, 2, embeddings_initializer="ones")
        >>> layer(np.array([[2, 1]])).shape
        (1, 2, 2)
        >>> layer(np.array([[1.0, 4.0]]), reverse=True)
        array([[5., 5., 5.]], dtype=float32)

    Source:
        Press, Wolf 2017, "Using the Output Embedding to Improve Language Models", section 1,
        https://arxiv.org/abs/1608.05859.
    """

    input_dim: int
    output_dim: int
    tie_weights: bool = True
    embeddings_initializer: Any = "uniform"
    embeddings_regularizer: Any = None
    embeddings_constraint: Any = None
    mask_zero: bool = False
    reverse_dtype: Any = None
    logit_soft_cap: float | None = None
    # Halves hold whole numbers up to 2048 alone: the inputs stay what they are.
    autocast: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.input_dim = whole_number(self, "input_dim")
        self.output_dim = whole_number(self, "output_dim")

    def build(self, input_shape: Any = None) -> None:
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )
        if not self.tie_weights:
            self.reverse_embeddings = self.add_weight(
                name="reverse_embeddings",
                shape=(self.output_dim, self.input_dim),
                initializer=self.embeddings_initializer,
            )

    def call(self, x: Tensor, reverse: bool = False) -> Tensor:
        if reverse:
            return self._logits(x)
        numbers = x if is_integer(x.dtype) else cast(x, "int32")
        vectors = cast(take(self.embeddings, numbers, axis=0), self.compute_dtype)
        if self.mask_zero:  # set here, since logits have no mask
            vectors.mask = not_equal(x, 0)
        return vectors

    def _logits(self, x: Tensor) -> Tensor:
        kernel = transpose(self.embeddings) if self.tie_weights else self.reverse_embeddings
        kernel = cast(kernel, self.reverse_dtype or self.compute_dtype)
        logits = matmul(x if self.reverse_dtype is None else cast(x, self.reverse_dtype), kernel)
        cap = self.logit_soft_cap
        return logits if cap is None else cap * tanh(logits / cap)
