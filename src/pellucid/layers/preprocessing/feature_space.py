"""Tables as arrays: each column prepared in its way, pairs of columns crossed, all put together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import optree

from pellucid import ops
from pellucid.configured import Configured
from pellucid.errors import ArgumentError, DataError, DTypeError, StateError, unknown_name
from pellucid.graph.scope import unique_name
from pellucid.graph.tensor import is_symbolic
from pellucid.graph.variable import placeholder
from pellucid.layers.layer import Layer
from pellucid.layers.preprocessing.array_layer import ArrayLayer, encoded, integers, texts
from pellucid.layers.preprocessing.encoding import CategoryEncoding, Discretization
from pellucid.layers.preprocessing.hashing import HashedCrossing, Hashing
from pellucid.layers.preprocessing.index_lookup import IndexLookup
from pellucid.layers.preprocessing.lookup import IntegerLookup, StringLookup
from pellucid.layers.preprocessing.rescaling import Normalization, Rescaling
from pellucid.serialization import deserialize, serialize
from pellucid.tables import table_columns

__all__ = ["Cross", "Feature", "FeatureSpace", "TFDIdentity"]


@dataclass
class Cross(Configured):
    """Columns whose combination counts as one category."""

    feature_names: Any
    crossing_dim: int
    output_mode: str = "one_hot"

    def __post_init__(self) -> None:
        self.feature_names = tuple(self.feature_names)
        if self.output_mode not in ("int", "one_hot"):
            raise unknown_name("output_mode of a Cross", self.output_mode, ("int", "one_hot"))

    @property
    def name(self) -> str:
        return "_X_".join(self.feature_names)


@dataclass
class Feature(Configured):
    """How one column is prepared: its dtype, a layer, and what is made of that layer's output."""

    dtype: str
    preprocessor: Any
    output_mode: str

    def __post_init__(self) -> None:
        self.preprocessor = deserialize(self.preprocessor)
        if self.output_mode not in ("int", "one_hot", "float"):
            modes = ("int", "one_hot", "float")
            raise unknown_name("output_mode of a Feature", self.output_mode, modes)

    def get_config(self) -> dict[str, Any]:
        """The arguments as plain data."""
        return {**super().get_config(), "preprocessor": serialize(self.preprocessor)}

    @property
    def in_graph(self) -> bool:
        """Whether it can be prepared within a graph."""
        layer = self.preprocessor
        return self.dtype != "string" and (not isinstance(layer, ArrayLayer) or layer.in_graph)


@dataclass(eq=False, repr=False)
class TFDIdentity(Layer):
    """A column as it is; called so in Keras's configurations."""

    def call(self, x: Any) -> Any:
        return x


@dataclass(eq=False, repr=False)
class FeatureSpace(Layer):
    """The columns of a table as one array, or as a dict of arrays.

    It works on arrays, outside of the graph: give it a dict of columns or a table, and a model
    what comes out. :meth:`get_encoded_features` is the input of such a model. Missing text is a
    category of its own, the empty string; missing numbers are errors.

    Args:
        features: For each column the name of a kind, or a feature that the class method of that
            name makes: ``"float"``, as it is; ``"float_rescaled"``; ``"float_normalized"``, less
            the mean, over the standard deviation; ``"float_discretized"``, in bins;
            ``"integer_categorical"`` and ``"string_categorical"``, by a vocabulary;
            ``"integer_hashed"`` and ``"string_hashed"``. :meth:`feature` takes any layer.
        output_mode: ``"concat"``, side by side in the order of the names, crosses last; or
            ``"dict"``.
        crosses: Columns of categories to be crossed: tuples of names, or what :meth:`cross` makes.
        crossing_dim: Buckets of a cross that does not say how many.
        hashing_dim: Buckets of a hashed column that does not say how many.
        num_discretization_bins: Bins of a column that does not say how many.

    Shapes:
        columns, each (rows,) or (rows, 1) → float32 (rows, width), or a dict of (rows, …)

    Examples:
        >>> table = {"sex": ["male", "female", "female", "male"], "pclass": [3, 1, 3, 1]}
        >>> space = layers.FeatureSpace(
        ...     {"sex": "string_categorical", "pclass": "integer_categorical"})
        >>> space.adapt(table)
        >>> space(table)[:2]
        array([[0., 1., 0., 0., 1., 0.],
               [0., 0., 1., 0., 0., 1.]], dtype=float32)
    """

    module_in_files = "keras.utils"

    features: Any
    output_mode: str = "concat"
    crosses: Any = None
    crossing_dim: int = 32
    hashing_dim: int = 32
    num_discretization_bins: int = 32

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.output_mode not in ("concat", "dict"):
            raise unknown_name(f"output_mode of {self.label}", self.output_mode, ("concat", "dict"))
        if not self.features:
            raise ArgumentError(
                f"{self.label} needs columns.",
                given=f"features={self.features!r}",
                expected="such as {'age': 'float_normalized'}",
            )
        self.features: dict[str, Feature] = {
            name: self._feature(name, value) for name, value in self.features.items()
        }
        self.crosses: list[Cross] = [self._cross(c) for c in self.crosses or ()]
        self.preprocessors: dict[str, Any] = {n: f.preprocessor for n, f in self.features.items()}
        self.crossers = {c.name: HashedCrossing(c.crossing_dim, name=c.name) for c in self.crosses}
        self._adapted = self.built = not self._to_adapt()
        self._inputs: dict[str, Any] | None = None
        self._encoded: Any = None

    def _feature(self, name: str, value: Any) -> Feature:
        value = deserialize(value)
        if isinstance(value, Feature):
            return value
        sizes = {
            "float_discretized": (self.num_discretization_bins,),
            "integer_hashed": (self.hashing_dim,),
            "string_hashed": (self.hashing_dim,),
        }
        if value not in _KINDS:
            raise unknown_name(f"kind of the feature '{name}'", value, _KINDS)
        return getattr(self, value)(*sizes.get(value, ()), name=name)

    def _cross(self, cross: Any) -> Cross:
        cross = deserialize(cross)
        cross = cross if isinstance(cross, Cross) else Cross(cross, self.crossing_dim)
        for name in cross.feature_names:
            if name not in self.features:
                raise unknown_name("feature of a cross", name, self.features)
        return cross

    # -- kinds of features -----------------------------------------------------------------------

    @classmethod
    def cross(cls, feature_names: Any, crossing_dim: int, output_mode: str = "one_hot") -> Cross:
        """Columns whose combination counts as one category, in so many buckets."""
        return Cross(feature_names, crossing_dim, output_mode)

    @classmethod
    def feature(cls, dtype: str, preprocessor: Any, output_mode: str) -> Feature:
        """A column of a dtype (``"string"`` for text), prepared by any layer."""
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name: str | None = None) -> Feature:
        """Real numbers as they are."""
        layer = TFDIdentity(dtype="float32", name=_named("float", name))
        return Feature("float32", layer, "float")

    @classmethod
    def float_rescaled(
        cls, scale: Any = 1.0, offset: Any = 0.0, name: str | None = None
    ) -> Feature:
        """Real numbers, times a scale and plus an offset."""
        layer = Rescaling(scale, offset, name=_named("float_rescaled", name))
        return Feature("float32", layer, "float")

    @classmethod
    def float_normalized(cls, name: str | None = None) -> Feature:
        """Real numbers less their mean, over their standard deviation."""
        layer = Normalization(axis=-1, name=_named("float_normalized", name))
        return Feature("float32", layer, "float")

    @classmethod
    def float_discretized(
        cls,
        num_bins: int | None,
        bin_boundaries: Any = None,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Real numbers in bins, of equally many numbers or within given boundaries."""
        count = num_bins if bin_boundaries is None else None
        layer = Discretization(bin_boundaries, count, name=_named("float_discretized", name))
        return Feature("float32", layer, output_mode)

    @classmethod
    def integer_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Whole numbers that name categories."""
        named = _named("integer_categorical", name)
        layer = IntegerLookup(max_tokens, num_oov_indices, name=named)
        return Feature("int32", layer, output_mode)

    @classmethod
    def string_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Text that names categories."""
        named = _named("string_categorical", name)
        layer = StringLookup(max_tokens, num_oov_indices, name=named)
        return Feature("string", layer, output_mode)

    @classmethod
    def string_hashed(
        cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """Text in buckets."""
        return Feature("string", Hashing(num_bins, name=_named("string_hashed", name)), output_mode)

    @classmethod
    def integer_hashed(
        cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """Whole numbers in buckets."""
        return Feature("int32", Hashing(num_bins, name=_named("integer_hashed", name)), output_mode)

    # -- learning --------------------------------------------------------------------------------

    def _to_adapt(self) -> list[str]:
        """The columns whose layers learn from data."""
        return [
            name
            for name, layer in self.preprocessors.items()
            if hasattr(layer, "adapt")
            and getattr(layer, "vocabulary", None) is None
            and (not isinstance(layer, Normalization) or layer.mean is None)
            and getattr(layer, "bin_boundaries", None) is None
        ]

    def adapt(self, dataset: Any) -> None:
        """Learn vocabularies, means and bins.

        Args:
            dataset: A table or a dict of columns; or an iterable of such batches.

        Raises:
            ArgumentError: If a column is missing.
            DataError: If a number is missing.
        """
        if not isinstance(dataset, Mapping) and not hasattr(dataset, "columns"):
            parts = [self._columns(batch) for batch in dataset]
            dataset = {n: np.concatenate([part[n] for part in parts]) for n in self.features}
        columns = self._columns(dataset)
        for name in self._to_adapt():
            self.preprocessors[name].adapt(columns[name])
        self._adapted = self.built = True

    def _columns(self, table: Any) -> dict[str, Any]:
        """The columns of a table as arrays (rows, 1), of the dtype that each feature has."""
        if hasattr(table, "columns") and not isinstance(table, Mapping):
            table = table_columns(table, str(self.name), list(self.features))
        if not isinstance(table, Mapping):
            raise DTypeError(
                f"{self.label} takes columns by their names.",
                given=f"a {type(table).__name__}",
                expected="a table, or a dict such as {'age': [22, 38]}",
            )
        missing = [name for name in self.features if name not in table]
        if missing:
            raise ArgumentError(
                f"{self.label} misses columns.",
                given=f"columns {', '.join(map(repr, table))}",
                expected=f"also {', '.join(map(repr, missing))}",
            )
        return {name: self._column(name, table[name]) for name in self.features}

    def _column(self, name: str, values: Any) -> Any:
        if is_symbolic(values):
            return values
        label, dtype = f"the column '{name}' of {self.label}", self.features[name].dtype
        if dtype == "string":
            array = texts(values, label)
        elif dtype.startswith("int"):
            array = integers(values, label)
        else:
            array = np.asarray(values, dtype=dtype)
            bad = np.isnan(array.ravel())
            if bad.any():
                raise DataError(
                    f"There are numbers missing in {label}.",
                    given=f"{int(bad.sum())} of {bad.size}, the first in row {int(bad.argmax())}",
                    expected="a number in each row",
                    mend=f"fill them, such as with table['{name}'].median()",
                )
        return array.reshape(1, 1) if array.ndim == 0 else array.reshape(len(array), -1)

    # -- preparing -------------------------------------------------------------------------------

    def __call__(self, data: Any, **options: Any) -> Any:
        self._check_adapted()
        result = self._prepared(self._columns(data))
        single = isinstance(data, Mapping) and all(
            np.ndim(data[name]) == 0 for name in self.features
        )
        return optree.tree_map(lambda x: x[0], result) if single else result

    def _prepared(self, columns: dict[str, Any]) -> Any:
        found = {name: layer(columns[name]) for name, layer in self.preprocessors.items()}
        crossed = {
            c.name: self.crossers[c.name]([found[name] for name in c.feature_names])
            for c in self.crosses
        }
        modes = {name: f.output_mode for name, f in self.features.items()}
        modes |= {c.name: c.output_mode for c in self.crosses}
        parts = {**{n: found[n] for n in sorted(found)}, **{n: crossed[n] for n in sorted(crossed)}}
        for name, part in parts.items():
            if modes[name] == "one_hot":
                parts[name] = encoded(part, "multi_hot", self._size(name), "float32")
            elif self.output_mode == "concat" and not str(part.dtype).startswith("float"):
                raise ArgumentError(
                    f"The column '{name}' of {self.label} cannot stand beside others.",
                    given=f"output_mode='int', dtype {part.dtype}",
                    expected="real numbers, or one_hot rows",
                    mend="FeatureSpace(..., output_mode='dict')",
                )
        return parts if self.output_mode == "dict" else ops.concatenate([*parts.values()], axis=-1)

    def _size(self, name: str) -> int:
        """How many categories a column has, or a cross."""
        layer = self.preprocessors.get(name) or self.crossers[name]
        if isinstance(layer, IndexLookup):
            return layer.vocabulary_size()
        if isinstance(layer, Discretization):
            return len(layer.bin_boundaries) + 1 if layer.num_bins is None else layer.num_bins
        if isinstance(layer, Hashing | HashedCrossing):
            return layer.num_bins
        if isinstance(layer, CategoryEncoding):
            return layer.num_tokens
        raise ArgumentError(
            f"How many categories the column '{name}' of {self.label} has is not known.",
            given=f"output_mode='one_hot' after {layer.label}",
            expected="a layer that looks up, hashes or discretizes",
            mend="output_mode='int', or 'float'",
        )

    def _check_adapted(self) -> None:
        if not self._adapted:
            raise StateError(
                f"{self.label} has not learned its columns yet.",
                given=f"a feature space that must see {', '.join(map(repr, self._to_adapt()))}",
                expected="space.adapt(table) first",
            )

    # -- in a model ------------------------------------------------------------------------------

    def get_inputs(self) -> dict[str, Any]:
        """A symbolic input for each column, where all can be prepared within the graph.

        Raises:
            DTypeError: If one cannot: text, and what is hashed.
        """
        outside = [name for name, f in self.features.items() if not f.in_graph]
        outside += [cross.name for cross in self.crosses]
        if outside:
            raise DTypeError(
                f"{self.label} works on arrays, outside of the graph.",
                given=f"text or hashes in {', '.join(map(repr, outside))}",
                expected="numbers alone",
                mend="give the model space(table), and build it on space.get_encoded_features()",
            )
        if self._inputs is None:
            self._inputs = {
                name: placeholder((None, 1), f.dtype, name) for name, f in self.features.items()
            }
        return self._inputs

    def get_encoded_features(self) -> Any:
        """What a model is built on: symbolic tensors of the shapes that come out.

        They are made of :meth:`get_inputs` where all columns can be prepared within the graph;
        else they are inputs themselves, to be fed what the feature space gives.
        """
        self._check_adapted()
        if self._encoded is None:
            if not self.crosses and all(f.in_graph for f in self.features.values()):
                self._encoded = self._prepared(self.get_inputs())
            else:
                self._encoded = self._encoded_inputs()
        return self._encoded

    def _encoded_inputs(self) -> Any:
        row = {
            n: "" if f.dtype == "string" else np.zeros((), f.dtype)
            for n, f in self.features.items()
        }
        example = self(row)
        if self.output_mode == "concat":
            return placeholder((None, *example.shape), str(example.dtype), f"{self.name}_encoded")
        return {n: placeholder((None, *x.shape), str(x.dtype), n) for n, x in example.items()}

    # -- as data ---------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """The arguments as plain data; as in Keras without the name and what all layers have."""
        where = {"module": "keras.src.layers.preprocessing.feature_space"}

        def written(part: Feature | Cross) -> dict[str, Any]:
            return {**serialize(part), **where, "registered_name": type(part).__name__}

        return {
            "features": {name: written(feature) for name, feature in self.features.items()},
            "output_mode": self.output_mode,
            "crosses": [written(cross) for cross in self.crosses],
            "crossing_dim": self.crossing_dim,
            "hashing_dim": self.hashing_dim,
            "num_discretization_bins": self.num_discretization_bins,
        }

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes that the layers of the columns were built for; ``None`` before learning."""
        if not self._adapted:
            return None
        return {n: layer.get_build_config() or {} for n, layer in self.preprocessors.items()}

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Make room for what a file knows of the columns: what was written had learned them."""
        for name, feature in self.features.items():
            shape = (config.get(name) or {}).get("input_shape")
            layer = feature.preprocessor
            if shape is not None and not layer.built and feature.in_graph:
                layer(placeholder(tuple(shape), feature.dtype))
        self._adapted = self.built = True


_KINDS = (
    "float",
    "float_rescaled",
    "float_normalized",
    "float_discretized",
    "integer_categorical",
    "string_categorical",
    "integer_hashed",
    "string_hashed",
)


def _named(kind: str, name: str | None) -> str:
    return f"{name or unique_name(kind)}_preprocessor"
