"""Text as whole numbers or as counts of words."""

import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import serialization
from pellucid.errors import ArgumentError, DTypeError, UnknownNameError, unknown_name
from pellucid.layers.preprocessing.array_layer import (
    ArrayLayer,
    check_dense,
    one_last_axis,
    texts,
)
from pellucid.layers.preprocessing.index_lookup import batches
from pellucid.layers.preprocessing.lookup import StringLookup

__all__ = ["TextVectorization"]

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_STANDARDS = {
    "lower": _LOWER,
    "strip_punctuation": _NO_PUNCTUATION,
    "lower_and_strip_punctuation": _LOWER | _NO_PUNCTUATION,
}
_SPLITS: dict[str, Callable[[str], list[str]]] = {
    "whitespace": re.compile(r"[^ \t\n\v\f\r]+").findall,
    "character": list,
}


@dataclass(eq=False, repr=False)
class TextVectorization(ArrayLayer):
    """Text as indices of its words in a vocabulary, or as how often each word comes.

    Text is made uniform, split into words, joined to n-grams, and looked up by a
    :class:`StringLookup` whose mask token is the empty string. It works on arrays, outside of the
    graph.

    Args:
        max_tokens: The most indices that there may be, special ones included; at least 2.
        standardize: How text is made uniform: ``"lower_and_strip_punctuation"``, ``"lower"``,
            ``"strip_punctuation"``, ``None``, or a function of an array of text. As in Keras only
            the letters A to Z become lower case, and punctuation is that of ASCII.
        split: At ``"whitespace"``, into each ``"character"``, not at all (``None``), or by a
            function of a vector of text that gives a list of words for each.
        ngrams: How many neighbouring words make a term: up to this number, or exactly each of a
            tuple of numbers; ``None`` for single words.
        output_mode: ``"int"``, ``"multi_hot"``, ``"count"`` or ``"tf_idf"``, as for
            :class:`StringLookup`.
        output_sequence_length: With ``"int"``, the length to which rows are cut and padded with
            0; by default that of the longest.
        pad_to_max_tokens: Whether the encoded axis has size ``max_tokens`` in any case.
        vocabulary: The terms, or the path of a file of them; else :meth:`adapt` learns them.
        idf_weights: For ``"tf_idf"``: a weight for each term of the vocabulary.
        sparse, ragged: Not True.
        encoding: Of strings that come as bytes, and of the file.

    Shapes:
        x (rows,) or (rows, 1) → int64 (rows, longest or ``output_sequence_length``), or float
        (rows, vocabulary_size)

    Examples:
        >>> vectorize = layers.TextVectorization(output_sequence_length=4)
        >>> vectorize.adapt(["To be, or not to be:", "that is the question."])
        >>> vectorize.get_vocabulary()[:5]
        ['', '[UNK]', 'to', 'be', 'the']
        >>> vectorize(["The question is: to be?", "Me?"])
        array([[4, 6, 9, 2],
               [1, 0, 0, 0]])
    """

    max_tokens: int | None = None
    standardize: Any = "lower_and_strip_punctuation"
    split: Any = "whitespace"
    ngrams: Any = None
    output_mode: str = "int"
    output_sequence_length: int | None = None
    pad_to_max_tokens: bool = False
    vocabulary: Any = None
    idf_weights: Any = None
    sparse: bool = False
    ragged: bool = False
    encoding: str = "utf-8"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_dense(self)
        self.standardize = self._function("standardize", tuple(_STANDARDS))
        self.split = self._function("split", tuple(_SPLITS))
        self.ngrams = tuple(self.ngrams) if isinstance(self.ngrams, list) else self.ngrams
        self._widths = self._checked_widths()
        self._lookup_layer = StringLookup(
            self.max_tokens,
            mask_token="",
            vocabulary=self.vocabulary,
            idf_weights=self.idf_weights,
            output_mode=self.output_mode,
            pad_to_max_tokens=self.pad_to_max_tokens,
            encoding=self.encoding,
        )
        self.vocabulary = self._lookup_layer.vocabulary
        self.output_mode = self._lookup_layer.output_mode
        if self.ragged or (self.output_sequence_length is not None and self.output_mode != "int"):
            raise ArgumentError(
                f"{self.label} gives rows of one length, and cuts only rows of indices.",
                given=f"ragged={self.ragged}, output_mode={self.output_mode!r}, "
                f"output_sequence_length={self.output_sequence_length}",
                expected="ragged=False, and output_sequence_length with output_mode='int'",
            )

    def _function(self, argument: str, known: tuple[str, ...]) -> Any:
        """What an argument stands for: a name, a function, or nothing."""
        value = getattr(self, argument)
        if isinstance(value, dict):
            value = serialization.deserialize(value)
        if value is None or callable(value) or value in known:
            return value
        error: UnknownNameError = unknown_name(f"'{argument}' of {self.label}", value, known)
        raise error

    def _checked_widths(self) -> tuple[int, ...]:
        widths = (
            tuple(range(1, self.ngrams + 1)) if isinstance(self.ngrams, int) else self.ngrams or ()
        )
        if not isinstance(widths, tuple) or not all(type(n) is int and n > 0 for n in widths):
            raise ArgumentError(
                f"{self.label} needs numbers of words for its n-grams.",
                given=f"ngrams={self.ngrams!r}",
                expected="None, such as 2, or such as (1, 3)",
            )
        return widths

    # -- the vocabulary --------------------------------------------------------------------------

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn the vocabulary: the terms of the data, the most frequent first.

        Args:
            data: An array, a list or a column of text; or an iterable of such batches.
            batch_size: Taken for Keras's sake.
            steps: How many batches to take; all by default.

        Raises:
            StateError: If the layer was made with a vocabulary.
        """
        self.reset_state()
        for batch in batches(data, steps):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Count the terms of one batch of text."""
        self._lookup_layer.count(self._rows(self._standard(data)))

    def reset_state(self) -> None:
        """Forget what was counted."""
        self._lookup_layer.reset_state()

    def finalize_state(self) -> None:
        """Make the vocabulary of what was counted."""
        self._lookup_layer.finalize_state()

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[str]:
        """The terms in the order of their indices: :meth:`StringLookup.get_vocabulary`."""
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Give the layer its vocabulary: :meth:`StringLookup.set_vocabulary`."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights)

    def vocabulary_size(self) -> int:
        """The number of indices, those of the mask and of unknown terms among them."""
        return self._lookup_layer.vocabulary_size()

    # -- from text to numbers --------------------------------------------------------------------

    def call(self, inputs: Any) -> np.ndarray:
        standard = self._standard(inputs)
        rows = self._rows(standard)
        together = standard.ndim < (2 if self.split is None else 1)  # they are all one row
        if self.output_mode == "int":
            length = self.output_sequence_length
            if length is None:
                length = max(map(len, rows), default=0)
            padded = [row[:length] + [""] * (length - len(row)) for row in rows]
            terms = np.array(padded, dtype=object).reshape(len(rows), length)
            return self._lookup_layer(terms[0] if together else terms)
        encoded = [self._lookup_layer(row or [""]) for row in rows]
        return encoded[0] if together else np.stack(encoded)

    def _standard(self, values: Any) -> np.ndarray:
        """Uniform text: an array of strings."""
        array = texts(values, self.label, self.encoding)
        if callable(self.standardize):
            return texts(self.standardize(array.astype(str)), self.label, self.encoding)
        if self.standardize is None:
            return array
        table = _STANDARDS[self.standardize]
        standard = np.empty(array.size, dtype=object)
        standard[:] = [text.translate(table) for text in array.ravel()]
        return standard.reshape(array.shape)

    def _rows(self, standard: np.ndarray) -> list[list[str]]:
        """The terms of each text; without splitting, those of each row."""
        if self.split is None:
            size = standard.shape[-1] if standard.ndim else 1
            rows = standard.reshape(-1, size).tolist()
        else:
            flat = np.atleast_1d(one_last_axis(standard, self.label))
            if callable(self.split):
                rows = [list(map(str, row)) for row in self._split_by(flat)]
            else:
                rows = [_SPLITS[self.split](text) for text in flat]
        return [self._ngrams(row) for row in rows] if self._widths else rows

    def _split_by(self, flat: np.ndarray) -> list[Any]:
        rows = list(self.split(flat.astype(str)))
        if len(rows) != len(flat) or any(isinstance(row, str) for row in rows):
            raise DTypeError(
                f"The function 'split' of {self.label} gave no list of words for each text.",
                given=f"{len(rows)} parts of {len(flat)} texts",
                expected="a list of lists of words",
                mend="such as lambda texts: [text.split('-') for text in texts]",
            )
        return rows

    def _ngrams(self, words: list[str]) -> list[str]:
        return [
            " ".join(words[i : i + width])
            for width in self._widths
            for i in range(len(words) - width + 1)
        ]

    def compute_output_shape(self, input_shape: Any) -> Any:
        if self.output_mode == "int":
            return (input_shape[0], self.output_sequence_length)
        return (input_shape[0], *self._lookup_layer.compute_output_shape((None,)))

    # -- as data ---------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The arguments, and how long the vocabulary is; not a vocabulary that was learned."""
        return {**super().get_config(), "vocabulary_size": self.vocabulary_size()}

    @classmethod
    def from_config(cls, config: Any) -> "TextVectorization":
        """Make a layer from what :meth:`get_config` gave, ours or Keras's.

        Raises:
            ArgumentError: If it names a file: a configuration is data, and reads nothing.
        """
        StringLookup.from_config({"vocabulary": config.get("vocabulary")})
        return super().from_config({k: v for k, v in config.items() if k != "vocabulary_size"})

    def save_assets(self, dir_path: Any) -> None:
        """Write a learned vocabulary into a folder: :meth:`StringLookup.save_assets`."""
        self._lookup_layer.save_assets(dir_path)

    def load_assets(self, dir_path: Any) -> None:
        """Read what :meth:`save_assets` wrote."""
        self._lookup_layer.load_assets(dir_path)

    def save_own_variables(self, store: Any) -> None:
        """Put the weights of ``"tf_idf"`` into a store."""
        self._lookup_layer.save_own_variables(store)

    def load_own_variables(self, store: Any) -> None:
        """Take the weights of ``"tf_idf"`` out of a store."""
        self._lookup_layer.load_own_variables(store)
