"""Categories as whole numbers: the index of each term in a vocabulary."""

from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from pellucid import ops
from pellucid.errors import ArgumentError
from pellucid.layers.preprocessing.array_layer import integers, texts
from pellucid.layers.preprocessing.index_lookup import IndexLookup

__all__ = ["IntegerLookup", "StringLookup"]


@dataclass(eq=False, repr=False)
class StringLookup(IndexLookup):
    """Text as whole numbers: the index of each string in a vocabulary.

    It works on arrays, outside of the graph. A missing value (None, NaN) is the empty string.

    Args:
        max_tokens: The most indices that there may be, special ones included; at least 2.
        num_oov_indices: How many indices unknown terms share, by FarmHash; with 0 they are errors.
        mask_token: What counts as no term: index 0, or in other modes than ``"int"`` nothing.
        oov_token: What stands for unknown terms in the vocabulary, and comes out when inverted.
        vocabulary: The terms, or the path of a file of them; else :meth:`adapt` learns them.
        idf_weights: For ``"tf_idf"``: a weight for each term of the vocabulary.
        invert: Whether to go from indices to terms.
        output_mode: ``"int"``; ``"one_hot"`` for each term; or, for the terms of the last axis
            together, ``"multi_hot"``, ``"count"`` or ``"tf_idf"``: counts times log(1 + documents
            / (1 + documents with the term)).
        pad_to_max_tokens: Whether the encoded axis has size ``max_tokens`` in any case.
        sparse: Not True.
        encoding: Of strings that come as bytes, and of the file.
        salt: One or two numbers, with which SipHash takes the place of FarmHash.
        oov_method: Taken for Keras's sake: text is always hashed.

    Shapes:
        x (..., N) → int64 (..., N); one_hot float (..., N, vocabulary_size), or without the N if
        it is 1; else float (..., vocabulary_size). Keras declares the same dtypes, and gives
        int32 for all but ``"tf_idf"`` on JAX.

    Examples:
        >>> lookup = layers.StringLookup()
        >>> lookup.adapt(["cat", "dog", "dog", "owl"])
        >>> lookup.get_vocabulary()
        ['[UNK]', 'dog', 'owl', 'cat']
        >>> lookup(["dog", "cat", "cow"])
        array([1, 3, 0])
    """

    max_tokens: int | None = None
    num_oov_indices: int = 1
    mask_token: str | None = None
    oov_token: str | None = "[UNK]"
    vocabulary: Any = None
    idf_weights: Any = None
    invert: bool = False
    output_mode: str = "int"
    pad_to_max_tokens: bool = False
    sparse: bool = False
    encoding: str = "utf-8"
    _: KW_ONLY
    salt: Any = None
    oov_method: str = "floormod"

    def _values(self, values: Any) -> np.ndarray:
        return texts(values, self.label, self.encoding)

    def _found(self, values: np.ndarray) -> np.ndarray:
        found = (self._places.get(term, -1) for term in values.ravel())
        return np.fromiter(found, np.int64, values.size).reshape(values.shape)

    def _term_at(self, indices: np.ndarray) -> np.ndarray:
        terms = dict(enumerate(self.get_vocabulary()))
        found = [terms.get(i, self.oov_token) for i in indices.ravel().tolist()]
        return np.array(found, dtype=str).reshape(indices.shape)

    @property
    def _file_encoding(self) -> str:
        return self.encoding


@dataclass(eq=False, repr=False)
class IntegerLookup(IndexLookup):
    """Whole numbers that name categories, as indices from 0 on in a vocabulary.

    On symbolic tensors it is part of the graph; then the vocabulary must be there first.

    Args:
        max_tokens: The most indices that there may be, special ones included; at least 2.
        num_oov_indices: How many indices unknown terms share; with 0 they are errors.
        mask_token: What counts as no term: index 0, or in other modes than ``"int"`` nothing.
        oov_token: What stands for unknown terms in the vocabulary, and comes out when inverted.
        vocabulary: The terms, or the path of a file of them; else :meth:`adapt` learns them.
        vocabulary_dtype: ``"int64"``.
        idf_weights: For ``"tf_idf"``: a weight for each term of the vocabulary.
        invert: Whether to go from indices to terms.
        output_mode: As for :class:`StringLookup`.
        sparse: Not True.
        pad_to_max_tokens: Whether the encoded axis has size ``max_tokens`` in any case.
        oov_method: How several indices of unknown terms are given out: ``"floormod"``, by the
            remainder of the term; or ``"farmhash"``, evenly.
        salt: One or two numbers, with which SipHash takes the place of FarmHash.

    Shapes:
        As for :class:`StringLookup`.

    Examples:
        >>> lookup = layers.IntegerLookup(vocabulary=[10, 20, 30])
        >>> lookup([[30, 10], [20, 99]])
        array([[3, 1],
               [2, 0]])
    """

    max_tokens: int | None = None
    num_oov_indices: int = 1
    mask_token: int | None = None
    oov_token: int | None = -1
    vocabulary: Any = None
    vocabulary_dtype: str = "int64"
    idf_weights: Any = None
    invert: bool = False
    output_mode: str = "int"
    sparse: bool = False
    pad_to_max_tokens: bool = False
    oov_method: str = "floormod"
    salt: Any = None

    def _check_arguments(self) -> None:
        super()._check_arguments()
        if self.vocabulary_dtype != "int64":
            raise ArgumentError(
                f"The terms of {self.label} are kept in 64 bits.",
                given=f"vocabulary_dtype={self.vocabulary_dtype!r}",
                expected="'int64'",
            )
        if self.salt is not None and self.oov_method != "farmhash":
            raise ArgumentError(
                f"{self.label} needs a salt only where it hashes.",
                given=f"salt={self.salt!r}, oov_method={self.oov_method!r}",
                expected="oov_method='farmhash'",
            )

    @property
    def in_graph(self) -> bool:
        """Whether all it does can be said in operations: errors and hashes cannot."""
        hashed = self.num_oov_indices > 1 and self.oov_method == "farmhash"
        return self.invert or (self.num_oov_indices > 0 and not hashed)

    def _values(self, values: Any) -> Any:
        if isinstance(values, list) and all(isinstance(v, str) for v in values):
            values = [int(v) for v in values]  # the lines of a file
        return integers(values, self.label)

    def _found(self, values: Any) -> Any:
        rising = np.argsort(self._terms)
        terms = np.array(self._terms, np.int64)[rising]
        nearest = ops.minimum(ops.searchsorted(terms, values), len(terms) - 1)
        places = ops.take(rising + self._start, nearest)
        return ops.where(ops.take(terms, nearest) == values, places, -1)

    def _unknown(self, values: Any) -> Any:
        if self.oov_method == "farmhash":
            return super()._unknown(values)
        return values % self.num_oov_indices

    def _term_at(self, indices: Any) -> Any:
        terms = np.array([t if t is not None else -1 for t in self.get_vocabulary()], np.int64)
        inside = ops.logical_and(indices >= 0, indices < len(terms))
        oov = -1 if self.oov_token is None else self.oov_token
        found = ops.take(terms, ops.where(inside, indices, 0))
        return ops.cast(ops.where(inside, found, oov), "int64")

    def _parsed(self, line: str) -> int:
        return int(line)
