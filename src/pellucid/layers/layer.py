"""What a layer is: a block with parameters, applied to tensors."""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, fields
from typing import Any

import numpy as np
import optree

from pellucid import initializers
from pellucid.configured import Configured, snake_case
from pellucid.engines.function import Function
from pellucid.errors import ShapeError
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.scope import name_scope, unique_name
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Tensor, Updates, as_array
from pellucid.graph.variable import Variable, placeholder

__all__ = ["Layer", "in_training"]

_training: list[bool] = []


@contextmanager
def in_training(training: bool) -> Iterator[None]:
    """Tell the layers called inside whether this is training, where they are not told directly."""
    _training.append(training)
    try:
        yield
    finally:
        _training.pop()


@dataclass(eq=False, repr=False)
class Layer(Configured):
    """A block of a network: parameters, and what is computed with them.

    A layer is a dataclass whose fields are its arguments. It makes its weights in
    ``build(spec)``, when it is first called and knows the shape of its input, and says in
    ``call(x)`` what it computes, with operations. The shape of the output follows from those.

    Args:
        name: Shown in summaries and errors; made from the class's name when not given.
        trainable: Whether training changes the weights.
        dtype: Dtype of the weights; float32 by default.

    Attributes:
        built: Whether the weights have been made.
        variables: All variables: weights first, then state (random seeds, running means).

    Examples:
        >>> @dataclass(eq=False)
        ... class Scale(Layer):
        ...     start: float = 1.0
        ...     def build(self, x):
        ...         self.factor = self.add_weight("factor", (x.shape[-1],), "ones")
        ...     def call(self, x):
        ...         return self.start * self.factor * x
        >>> Scale(2.0)(np.array([[1.0, 2.0]]))
        array([[2., 4.]], dtype=float32)
    """

    _: KW_ONLY
    name: str | None = None
    trainable: bool = True
    dtype: str | None = None

    def __post_init__(self) -> None:
        self.name: str = self.name or unique_name(snake_case(type(self).__name__))
        self.dtype: str = dtype_name(self.dtype or "float32")
        self.built = False
        self.variables: list[Variable] = []
        self._programs: dict[Any, tuple[Function, Any]] = {}

    def build(self, *specs: Spec) -> None:
        """Make the weights, knowing shape and dtype of the inputs. By default there are none."""

    def call(self, *inputs: Any, **options: Any) -> Any:
        """The output, made of the inputs by operations."""
        raise NotImplementedError(f"{type(self).__name__}.call")

    def __call__(self, *arguments: Any, training: bool | None = None, **options: Any) -> Any:
        """Apply the layer: to tensors, giving tensors; or to arrays, giving arrays at once.

        Args:
            arguments: Tensors or arrays; the first axis is the batch.
            training: Whether this is training (dropout drops) or not; by default what the layer
                or model around it was told, and outside of any not.
            options: Further arguments of the layer's ``call``.
        """
        inputs: Any = arguments
        if not any(isinstance(x, Tensor) for x in optree.tree_leaves(inputs)):
            return self._at_once(inputs, training, options)
        if training is None:
            training = bool(_training) and _training[-1]
        with name_scope(str(self.name)), in_training(training):
            self._build_once(inputs)
            if self._takes_training():
                options["training"] = training
            return self.call(*inputs, **options)

    def _build_once(self, inputs: Any) -> None:
        specs: Any = optree.tree_map(lambda x: x.spec, inputs)
        if not self.built:
            self.build(*specs)
            self.built = True
        self.check_input(*specs)

    def check_input(self, *specs: Spec) -> None:
        """Raise if the layer, as it was built, cannot be applied to inputs of these shapes."""

    @classmethod
    def _takes_training(cls) -> bool:
        return "training" in inspect.signature(cls.call).parameters

    def _at_once(self, inputs: Any, training: bool | None, options: dict[str, Any]) -> Any:
        """Apply the layer to arrays, by a graph that is kept for arrays of this kind."""
        arrays = [self._as_input(x) for x in optree.tree_leaves(inputs)]
        key = (
            tuple((x.shape[1:], x.dtype, x.ndim) for x in arrays),
            optree.tree_structure(inputs),
            training,
            tuple(sorted(options.items())),
        )
        if key not in self._programs:
            tensors = [
                placeholder((None, *x.shape[1:]) if x.ndim else (), dtype_name(x.dtype))
                for x in arrays
            ]
            symbolic = optree.tree_unflatten(key[1], tensors)
            with Updates() as updates:
                outputs = self(*symbolic, training=training, **options)
            self._programs[key] = Function(tensors, outputs, updates.new), outputs
        return self._programs[key][0](*arrays)

    def _as_input(self, x: Any) -> np.ndarray:
        array = as_array(x)
        return array.astype(np.float32) if array.dtype == np.float64 else array

    def add_weight(
        self,
        name: str,
        shape: tuple[int | None, ...],
        initializer: Any = "glorot_uniform",
        dtype: str | None = None,
        trainable: bool = True,
    ) -> Variable:
        """Make a variable that belongs to the layer.

        Args:
            name: Its name within the layer.
            shape: Its shape; every size must be known.
            initializer: What makes its first value: an initializer or the name of one.
            dtype: Its dtype; the layer's by default.
            trainable: Whether training changes it.

        Raises:
            ShapeError: If a size is open.
        """
        if None in shape:
            raise ShapeError(
                f"{self.label} cannot make its weight '{name}': a size is open.",
                given=f"shape {shape}",
                expected="known sizes on every axis but the batch",
                mend="give the input's full shape: Input(shape=(...))",
            )
        kind = dtype or self.dtype
        value = initializers.get(initializer)(shape, dtype=kind)
        variable = Variable(value, trainable=trainable, dtype=kind, name=name)
        self.track(variable)
        return variable

    def track(self, variable: Variable) -> None:
        """Count a variable among the layer's own, trainable ones first."""
        count = sum(v.trainable for v in self.variables)
        self.variables.insert(count if variable.trainable else len(self.variables), variable)

    @property
    def label(self) -> str:
        """How errors speak of the layer: ``Dense 'logits'``."""
        return f"{type(self).__name__} '{self.name}'"

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that training changes by gradients."""
        return [v for v in self.variables if v.trainable] if self.trainable else []

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that training does not change by gradients."""
        trained = set(self.trainable_variables)
        return [v for v in self.variables if v not in trained]

    @property
    def weights(self) -> list[Variable]:
        """The variables that a saved layer consists of: all but random seeds."""
        return [v for v in self.variables if v.dtype != "uint32"]

    def count_params(self) -> int:
        """The number of single weights.

        Raises:
            ShapeError: If the layer has not been built yet.
        """
        if not self.built:
            raise ShapeError(
                f"{self.label} has no weights yet.",
                given="a layer that has not seen an input",
                expected="a built layer",
                mend="call it on data or on Input(shape=(...)) first",
            )
        return sum(v.numpy().size for v in self.weights)

    def get_weights(self) -> list[np.ndarray]:
        """The values of the weights, as NumPy arrays, in the order of ``weights``."""
        return [v.numpy() for v in self.weights]

    def set_weights(self, values: list[Any]) -> None:
        """Give the weights values, in the order of :meth:`get_weights`.

        Raises:
            ShapeError: If their number or a shape does not fit; then nothing is changed.
        """
        arrays = [np.asarray(value) for value in values]
        given, wanted = [a.shape for a in arrays], [v.shape for v in self.weights]
        if given != wanted:
            raise ShapeError(
                f"{self.label} has other weights.",
                given=f"{len(given)} arrays of shapes {', '.join(map(str, given))}",
                expected=f"{len(wanted)} arrays of shapes {', '.join(map(str, wanted))}",
            )
        for variable, array in zip(self.weights, arrays, strict=True):
            variable.assign(array)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal layer: its fields."""
        return {f.name: _saved(getattr(self, f.name)) for f in fields(self)}

    def __repr__(self) -> str:
        shown = []
        for f in fields(self):
            value = getattr(self, f.name)
            if f.name not in ("name", "dtype", "trainable") and value != f.default:
                shown.append(f"{f.name}={_saved(value)!r}")
        return f"{type(self).__name__}({', '.join([*shown, f'name={self.name!r}'])})"


def _saved(value: Any) -> Any:
    """A field's value as plain data: a function by its name, an object by its configuration."""
    if hasattr(value, "get_config"):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    return value.__name__ if callable(value) else value
