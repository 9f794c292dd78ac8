"""A vocabulary, learned or given, and what is made of the indices of terms in it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np

from pellucid import config, ops
from pellucid.allowance import claim
from pellucid.errors import ArgumentError, DataError, StateError, unknown_name
from pellucid.layers.awaited import awaited_terms
from pellucid.layers.preprocessing.array_layer import (
    ArrayLayer,
    check_dense,
    check_mode,
    encoded,
    encoded_shape,
    integers,
    salt_pair,
)
from pellucid.layers.preprocessing.fingerprints import buckets, farmhash64, siphash64

__all__ = ["IndexLookup", "batches"]

_MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")


class IndexLookup(ArrayLayer):
    """What the layers that look terms up in a vocabulary have in common.

    The indices are, in this order: 0 of the mask token (if there is one and ``output_mode`` is
    ``"int"``), then ``num_oov_indices`` of terms outside of the vocabulary, then the vocabulary.
    """

    # The fields of those layers, which have them in orders of their own.
    max_tokens: int | None
    num_oov_indices: int
    mask_token: Any
    oov_token: Any
    vocabulary: Any
    idf_weights: Any
    invert: bool
    output_mode: str
    pad_to_max_tokens: bool
    sparse: bool
    salt: Any
    oov_method: str

    def __post_init__(self) -> None:
        super().__post_init__()
        self.output_mode = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(
            self.output_mode, self.output_mode
        )
        check_mode(self, _MODES)
        check_dense(self)
        self._check_arguments()
        self.salt = salt_pair(self)
        self._terms: list[Any] = []
        self._places: dict[Any, int] = {}
        self._idf: np.ndarray | None = None
        self.reset_state()
        self._given = self.vocabulary is not None
        if self._given:
            self.set_vocabulary(self.vocabulary, self.idf_weights)
            if isinstance(self.vocabulary, str):
                self.vocabulary = None  # the file need not be where the layer is loaded
            else:
                self.vocabulary = np.asarray(self.vocabulary).tolist()

    def _check_arguments(self) -> None:
        def refuse(problem: str, given: str, expected: str) -> ArgumentError:
            return ArgumentError(f"{self.label} {problem}.", given=given, expected=expected)

        if self.max_tokens is not None and self.max_tokens <= 1:
            given = f"max_tokens={self.max_tokens}"
            raise refuse("has no room for a term", given, "None, or at least 2")
        claim(max(self.num_oov_indices, 0), "indices of unknown terms")
        if self.num_oov_indices < 0:
            given = f"num_oov_indices={self.num_oov_indices}"
            raise refuse("cannot have so few indices of unknown terms", given, "0, 1, 2, …")
        if self.pad_to_max_tokens and self.max_tokens is None:
            given = "pad_to_max_tokens=True, max_tokens=None"
            raise refuse("does not know how far to pad", given, "a number of max_tokens")
        if self.invert and self.output_mode != "int":
            given = f"invert=True, output_mode={self.output_mode!r}"
            raise refuse("gives terms when it is inverted", given, "output_mode='int'")
        if self.idf_weights is not None and self.output_mode != "tf_idf":
            given = f"idf_weights, and output_mode={self.output_mode!r}"
            raise refuse("weighs terms only for tf_idf", given, "output_mode='tf_idf'")
        if self.oov_method not in ("floormod", "farmhash"):
            methods = ("floormod", "farmhash")
            raise unknown_name(f"oov_method of {self.label}", self.oov_method, methods)

    # -- what a subclass says --------------------------------------------------------------------

    def _values(self, values: Any) -> Any:
        """What the user gave as an array of terms; or as the tensor that it is."""
        raise NotImplementedError

    def _found(self, values: Any) -> Any:
        """The index of each term, -1 where it is not in the vocabulary."""
        raise NotImplementedError

    def _term_at(self, indices: Any) -> Any:
        """The term of each index."""
        raise NotImplementedError

    def _unknown(self, values: Any) -> Any:
        """For each term a number from 0 to ``num_oov_indices - 1``."""
        hash: Callable[[bytes], int] = farmhash64
        if self.salt is not None:
            hash = partial(siphash64, key=tuple(self.salt))
        return buckets(values, hash, self.num_oov_indices)

    # -- the vocabulary --------------------------------------------------------------------------

    @property
    def _oov_start(self) -> int:
        return int(self.mask_token is not None and self.output_mode == "int")

    @property
    def _start(self) -> int:
        """The index of the first term of the vocabulary."""
        return self._oov_start + self.num_oov_indices

    def vocabulary_size(self) -> int:
        """The number of indices, those of the mask and of unknown terms among them."""
        return len(self._terms) + self._start

    @property
    def _depth(self) -> int:
        """How many classes encodings have."""
        padded = self.pad_to_max_tokens and self.max_tokens
        return padded or self.vocabulary_size()

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """The terms in the order of their indices.

        Args:
            include_special_tokens: Whether to begin with the mask token and the unknown ones, so
                that a term's place is its index.
        """
        special = [self.mask_token] * self._oov_start + [self.oov_token] * self.num_oov_indices
        return [*(special if include_special_tokens else []), *self._terms]

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Give the layer its vocabulary in place of one learned from data.

        Args:
            vocabulary: Distinct terms, with or without the special ones in front; or the path of
                a text file with a term in each line.
            idf_weights: For ``output_mode="tf_idf"``, a weight for each term.

        Raises:
            DataError: If a term comes twice, is reserved, or the vocabulary is empty or too long.
            ArgumentError: If weights are missing, too many or not wanted.
        """
        if isinstance(vocabulary, str):
            vocabulary = Path(vocabulary).read_text(encoding=self._file_encoding).splitlines()
        given = self._values(vocabulary).tolist()
        special = self.get_vocabulary()[: self._start]
        with_special = bool(given) and given[: self._start] == special
        terms = given[self._start :] if with_special else given
        self._check_terms(given, terms)
        if (idf_weights is not None) != (self.output_mode == "tf_idf"):
            raise ArgumentError(
                f"{self.label} takes weights with output_mode='tf_idf', and only then.",
                given=f"idf_weights={idf_weights!r}, output_mode={self.output_mode!r}",
                expected="a weight for each term" if idf_weights is None else "no weights",
            )
        weights = None if idf_weights is None else np.asarray(idf_weights, np.float64)
        if weights is not None and weights.shape != (len(given),):
            raise ArgumentError(
                f"{self.label} takes one weight for each term.",
                given=f"weights of shape {weights.shape}, {len(given)} terms",
                expected=f"shape ({len(given)},)",
            )
        self._take(terms, weights, padded=with_special)

    @property
    def _file_encoding(self) -> str:
        return "utf-8"

    def _check_terms(self, given: list[Any], terms: list[Any]) -> None:
        twice = [term for term, count in Counter(terms).items() if count > 1]
        reserved = [self.mask_token, self.oov_token] if self.invert else [self.mask_token]
        misplaced = [t for t in reserved if t is not None and t in terms]
        size = len(terms) + self._start
        if not given:
            problem, said = "is empty", "no terms"
        elif twice:
            problem, said = "has a term more than once", ", ".join(map(repr, twice[:5]))
        elif misplaced:
            problem = "has a reserved token in a place of its own"
            said = f"{misplaced[0]!r} at place {given.index(misplaced[0])}"
        elif self.max_tokens is not None and size > self.max_tokens:
            problem = "is too long"
            said = f"{size} indices with the special ones, max_tokens={self.max_tokens}"
        else:
            return
        raise DataError(
            f"The vocabulary of {self.label} {problem}.",
            given=said,
            expected="distinct terms; the special ones left out, or first, in the order "
            f"{self.get_vocabulary()[: self._start]}",
        )

    def _take(self, terms: list[Any], weights: np.ndarray | None, padded: bool) -> None:
        """Have these terms from now on."""
        if self.calls and terms != self._terms:
            raise StateError(
                f"The vocabulary of {self.label} is part of a graph and can no longer change.",
                given=f"{len(terms)} other terms, after the layer was applied to a tensor",
                expected="the vocabulary first",
                mend="adapt the layer, or set its vocabulary, before building the model",
            )
        self._terms = terms
        self._places = {term: i + self._start for i, term in enumerate(terms)}
        if weights is None:
            return
        if not padded:  # how rare unknown terms are is not known: the average stands for them
            weights = np.pad(weights, (self._start, 0), constant_values=weights.mean())
        if self.pad_to_max_tokens:
            weights = np.pad(weights, (0, self._depth - len(weights)))
        self._idf = weights.astype(config.floatx())

    # -- learning it -----------------------------------------------------------------------------

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the vocabulary: the terms of the data, the most frequent first.

        Terms that are equally frequent come in falling order, as in Keras.

        Args:
            data: An array, a list or a column of a table; or an iterable of such batches. Rows
                are the documents that ``"tf_idf"`` counts.
            steps: How many batches to take; all by default.

        Raises:
            StateError: If the layer was made with a vocabulary.
        """
        self.reset_state()
        for batch in batches(data, steps):
            self.update_state(batch)
        self.finalize_state()

    def reset_state(self) -> None:
        """Forget what was counted."""
        self._counts: Counter[Any] = Counter()
        self._document_counts: Counter[Any] = Counter()
        self._documents = 0

    def update_state(self, data: Any) -> None:
        """Count the terms of one batch: rows of terms, or one row."""
        values = self._values(data)
        self.count(values.reshape(len(values) if values.ndim > 1 else 1, -1).tolist())

    def count(self, documents: Iterable[list[Any]]) -> None:
        """Count the terms of documents, which may differ in length."""
        if self._given:
            raise StateError(
                f"{self.label} was made with a vocabulary and learns no other.",
                given="adapt, and vocabulary=...",
                expected="one of them",
            )
        for document in documents:
            self._counts.update(document)
            self._document_counts.update(set(document))
            self._documents += 1

    def finalize_state(self) -> None:
        """Make the vocabulary of what was counted."""
        if not self._counts:
            return
        for special in (self.mask_token, self.oov_token):
            self._counts.pop(special, None)
        room = None if self.max_tokens is None else self.max_tokens - self._start
        falling = sorted(self._counts, key=lambda term: (self._counts[term], term), reverse=True)
        terms = falling[:room]
        weights = None
        if self.output_mode == "tf_idf":
            found = np.array([self._document_counts[term] for term in terms], np.float64)
            weights = np.log(1 + self._documents / (1 + found))
        self._take(terms, weights, padded=False)
        self.reset_state()

    # -- looking up ------------------------------------------------------------------------------

    def call(self, inputs: Any) -> Any:
        if not self._terms:
            raise StateError(
                f"{self.label} has no vocabulary yet.",
                given="a layer that has seen no data",
                expected="a vocabulary",
                mend="call its adapt(data), or give it vocabulary=[...]",
            )
        if self.invert:
            return self._term_at(integers(inputs, self.label))
        values = self._values(inputs)
        indices = self._indices(values)
        if self.output_mode == "int":
            return indices
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        result = encoded(indices, mode, self._depth, config.floatx())
        return result if self._idf is None else result * self._idf

    def _indices(self, values: Any) -> Any:
        """The index of each term; -1, which no class has, for a mask that is to be left out."""
        found = self._found(values)
        known = found >= 0
        masked = False if self.mask_token is None else values == self.mask_token
        if self.num_oov_indices == 0:
            self._check_known(values, known | masked)
        if self.num_oov_indices == 1:
            found = ops.where(known, found, self._oov_start)
        elif self.num_oov_indices > 1:
            found = ops.where(known, found, self._unknown(values) + self._oov_start)
        if self.mask_token is not None:
            found = ops.where(masked, 0 if self.output_mode == "int" else -1, found)
        return ops.cast(found, "int64")

    def _check_known(self, values: np.ndarray, known: Any) -> None:
        if not np.all(known):
            unknown = list(dict.fromkeys(values[~known].tolist()))
            raise DataError(
                f"{self.label} has no index for terms outside of its vocabulary.",
                given=", ".join(map(repr, unknown[:5])) + (", …" if len(unknown) > 5 else ""),
                expected="terms of the vocabulary",
                mend="give the layer num_oov_indices=1",
            )

    def compute_output_shape(self, input_shape: Any) -> Any:
        return encoded_shape(input_shape, self.output_mode, self._depth)

    # -- as data ---------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The arguments, and how long the vocabulary is; not a vocabulary that was learned."""
        size = self.vocabulary_size() if self._terms else None
        return {**super().get_config(), "vocabulary_size": size}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a layer from what :meth:`get_config` gave, ours or Keras's.

        Raises:
            ArgumentError: If it names a file: a configuration is data, and reads nothing.
        """
        arguments = {name: value for name, value in config.items() if name != "vocabulary_size"}
        if isinstance(arguments.get("vocabulary"), str):
            raise ArgumentError(
                f"A configuration of {cls.__name__} may not name a file.",
                given=f"vocabulary={arguments['vocabulary']!r}",
                expected="the terms themselves",
                mend="make the layer with the path, if you trust it",
            )
        layer = super().from_config(arguments)
        size = int(config.get("vocabulary_size") or 0) - layer._start
        if layer.vocabulary is None and layer.in_graph and size > 0:
            layer._take(awaited_terms(layer, size), None, padded=True)
        return layer

    def save_assets(self, dir_path: Any) -> None:
        """Write a learned vocabulary into a folder, as Keras does: ``vocabulary.txt``."""
        if self.vocabulary is None:
            lines = "\n".join(map(str, self.get_vocabulary()))
            Path(dir_path, "vocabulary.txt").write_text(lines, encoding="utf-8")

    def load_assets(self, dir_path: Any) -> None:
        """Read the vocabulary that :meth:`save_assets` wrote, ours or Keras's."""
        if self.vocabulary is None:
            lines = Path(dir_path, "vocabulary.txt").read_text(encoding="utf-8").split("\n")
            self._take([self._parsed(line) for line in lines[self._start :]], None, padded=True)

    def _parsed(self, line: str) -> Any:
        return line

    def save_own_variables(self, store: Any) -> None:
        """Put the weights of ``"tf_idf"`` into a store, under Keras's name."""
        if self._idf is not None:
            store["idf_weights"] = self._idf

    def load_own_variables(self, store: Any) -> None:
        """Take the weights of ``"tf_idf"`` out of a store."""
        if self.output_mode == "tf_idf":
            self._idf = np.asarray(store["idf_weights"])


def batches(data: Any, steps: int | None) -> Iterable[Any]:
    """The batches to learn from: the data as one, each term a row; or what an iterable gives."""
    if isinstance(data, list | tuple | str) or hasattr(data, "__array__"):
        array = np.asarray(data, dtype=object)
        yield array[:, None] if array.ndim == 1 else array
        return
    for step, batch in enumerate(data):
        if steps is not None and step >= steps:
            return
        yield batch
