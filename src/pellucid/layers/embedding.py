"""Numbers of words and classes made vectors."""

from dataclasses import dataclass, field
from typing import Any

from pellucid.graph.dtypes import is_integer
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import not_equal
from pellucid.graph.operations.indexing import take
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer, whole_number

__all__ = ["Embedding"]


@dataclass(eq=False, repr=False, init=False)
class Embedding(Layer):
    """A vector for each number of a word or class: a table of vectors that is trained.

    Args:
        input_dim: How many numbers there are: 0 to ``input_dim - 1``. Others read NaN.
        output_dim: The length of a vector.
        embeddings_initializer: Makes the first table.
        embeddings_regularizer: What the table adds to the loss.
        embeddings_constraint: Brings the table back into bounds after each step.
        mask_zero: Whether 0 stands for no word: layers behind then leave its steps out.
        weights: The first table itself, as an array or a list of it; the layer is built then.
        input_length: Taken for the sake of older scripts, which had to say it.
        options: As for every layer.

    Attributes:
        embeddings: The table, (input_dim, output_dim).

    Shapes:
        x (B, ...) → (B, ..., output_dim)

    Raises:
        ArgumentError: If ``input_dim`` or ``output_dim`` is not a whole number above 0.
        ShapeError: If ``weights`` has another shape.

    Examples:
        >>> layer = Embedding(3, 2, weights=np.array([[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]]))
        >>> layer(np.array([[2, 1]]))
        array([[[3., 4.],
                [1., 2.]]], dtype=float32)

    Source:
        Bengio et al. 2003, "A Neural Probabilistic Language Model", section 2: the matrix C.
    """

    input_dim: int
    output_dim: int
    embeddings_initializer: Any = "uniform"
    embeddings_regularizer: Any = None
    embeddings_constraint: Any = None
    mask_zero: bool = False
    # Halves hold whole numbers up to 2048 alone: the inputs stay what they are.
    autocast: bool = field(default=False, kw_only=True)

    # Written out, since `weights` is an argument here and a property of every layer.
    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        input_length: int | None = None,
        **options: Any,
    ) -> None:
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.embeddings_initializer = embeddings_initializer
        self.embeddings_regularizer = embeddings_regularizer
        self.embeddings_constraint = embeddings_constraint
        self.mask_zero = mask_zero
        super().__init__(**{"autocast": False, **options})
        if weights is not None:
            self.build()
            one = isinstance(weights, list | tuple) and len(weights) == 1
            self.set_weights(list(weights) if one else [weights])

    def __post_init__(self) -> None:
        super().__post_init__()
        self.input_dim = whole_number(self, "input_dim")
        self.output_dim = whole_number(self, "output_dim")
        self.supports_masking = self.mask_zero  # type: ignore[misc]

    def build(self, input_shape: Any = None) -> None:
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )

    def call(self, x: Tensor) -> Tensor:
        numbers = x if is_integer(x.dtype) else cast(x, "int32")
        return cast(take(self.embeddings, numbers, axis=0), self.compute_dtype)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        return not_equal(inputs, 0) if self.mask_zero else None
