"""What belongs to a layer: its weights, the layers inside, what it costs and what it reports."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import optree

from pellucid import constraints, initializers, regularizers
from pellucid.activations import linear
from pellucid.errors import ShapeError, StateError
from pellucid.graph.dtypes import dtype_name, is_float
from pellucid.graph.variable import Variable
from pellucid.layers.awaited import awaited_value
from pellucid.layers.calls import context, scope_of
from pellucid.metrics.metric import Mean, Metric
from pellucid.random.seeds import SeedGenerator

__all__ = ["Owner"]

_INTERNAL = ("_build_shapes", "_weights", "_losses", "_programs", "calls", "dtype_policy")


class Owner:
    """What every layer is besides a computation: the owner of weights, layers and metrics.

    What is kept in attributes belongs to it, also inside of lists, tuples, sets and dicts.
    """

    name: Any
    trainable: bool
    dtype: Any
    built: bool
    _weights: list[Variable]
    _losses: list[Any]
    _means: dict[str, Mean]

    def add_weight(
        self,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """Make a variable that belongs to the layer.

        Args:
            shape: Its shape; every size must be known. A scalar by default.
            initializer: What makes its first value: an initializer, the name of one, or a
                function of shape and dtype; by default ``"glorot_uniform"`` for real numbers and
                ``"zeros"`` for others.
            dtype: Its dtype; the layer's by default.
            trainable: Whether training changes it.
            autocast, aggregation, overwrite_with_gradient: Taken for Keras's sake.
            regularizer: What it adds to the loss.
            constraint: What brings it back into bounds after each step.
            name: Its name within the layer.

        Raises:
            ShapeError: If a size is open.
        """
        shape = () if shape is None else tuple(shape) if not isinstance(shape, int) else (shape,)
        if None in shape:
            raise ShapeError(
                f"{self.label} cannot make its weight '{name}': a size is open.",
                given=f"shape {shape}",
                expected="known sizes on every axis but the batch",
                mend="give the input's full shape: Input(shape=(...))",
            )
        kind = dtype_name(dtype or self.dtype)
        if initializer is None:
            initializer = "glorot_uniform" if is_float(kind) else "zeros"
        make = initializers.get(initializer)
        value = awaited_value(shape, kind)
        # What is awaited is not written to: by a function, so that it is not copied either.
        initial = make(shape, dtype=kind) if value is None else lambda: value
        with scope_of(self):
            variable = Variable(initial, trainable=trainable, dtype=kind, name=name)
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        self._weights.append(variable)
        return variable

    def add_loss(self, loss: Any) -> None:
        """Add to the loss of the model that the layer is part of; to be called within ``call``.

        Raises:
            StateError: Outside of a call.
        """
        around = context()
        if around is None:
            raise StateError(
                f"{self.label} can add to the loss only while it is called.",
                given="add_loss outside of call",
                expected="add_loss(tensor) inside of call(x)",
            )
        around.losses.extend(optree.tree_leaves(loss))

    def add_metric(self, value: Any, name: str) -> None:
        """Report a number as its mean over an epoch; to be called within ``call``.

        A metric kept as an attribute, and updated in ``call``, is reported as well.

        Args:
            value: A number, or a tensor, whose elements are averaged.
            name: What it is called in the history.

        Examples:
            >>> class Watched(layers.Layer):
            ...     def call(self, x):
            ...         self.add_metric(ops.max(x), name="largest")
            ...         return x
            >>> model = Sequential([Input((2,)), Watched(), layers.Dense(1)])
            >>> model.compile("sgd", "mse")
            >>> history = model.fit(np.array([[1.0, 3.0]]), np.ones(1), verbose=0).history
            >>> history["largest"]
            [3.0]
        """
        if name not in self._means:
            self._means[name] = Mean(name=name)
        self._means[name].update_state(value)

    @property
    def metrics(self) -> list[Metric]:
        """The metrics that the layer and the layers inside of it report."""
        found = [m for layer in self._layers_inside() for m in layer._attributes(Metric)]
        return list(dict.fromkeys(found))

    @property
    def losses(self) -> list[Any]:
        """What the layer adds to the loss: its regularizers, and what its last call added."""
        weights = [v for v in self.trainable_variables if v.regularizer is not None]
        return [*self._losses, *(v.regularizer(v) for v in weights if v.regularizer)]

    def _attributes(self, *kinds: type) -> Iterator[Any]:
        """What is kept in attributes."""
        queue = [v for k, v in vars(self).items() if k not in _INTERNAL]
        queue.reverse()
        while queue:
            value = queue.pop()
            if isinstance(value, kinds):
                yield value
            elif isinstance(value, list | tuple | set):
                queue.extend(reversed(list(value)))
            elif isinstance(value, dict):
                queue.extend(reversed(list(value.values())))

    @property
    def sublayers(self) -> list[Any]:
        """The layers that it is made of, each once."""
        return list(dict.fromkeys(self._attributes(Owner)))

    def _layers_inside(self) -> list[Any]:
        """The layer itself, and all layers inside of it."""
        found = [self]
        for layer in found:  # grows while it is gone through
            found += layer.sublayers
        return found

    @property
    def variables(self) -> list[Variable]:
        """All variables: weights that are trained, others, random seeds; then the sublayers'."""
        own = [*self._weights, *self._attributes(Variable)]
        seeds = [g.state for g in self._attributes(SeedGenerator)]
        ordered = [
            *(v for v in own if v.trainable),
            *(v for v in own if not v.trainable),
            *seeds,
            *(v for layer in self.sublayers for v in layer.variables),
        ]
        return list(dict.fromkeys(ordered))

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that training changes by gradients."""
        if not self.trainable:
            return []
        own = [v for v in (*self._weights, *self._attributes(Variable)) if v.trainable]
        inner = [v for layer in self.sublayers for v in layer.trainable_variables]
        return list(dict.fromkeys([*own, *inner]))

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that training does not change by gradients."""
        trained = set(self.trainable_variables)
        return [v for v in self.variables if v not in trained]

    @property
    def weights(self) -> list[Variable]:
        """The variables that a saved layer consists of: all but random seeds."""
        seeds = {g.state for g in self._attributes(SeedGenerator)}
        inner = {v for layer in self.sublayers for v in layer.variables}
        kept = {v for layer in self.sublayers for v in layer.weights}
        return [v for v in self.variables if v not in seeds and (v not in inner or v in kept)]

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes by gradients."""
        return self.trainable_variables

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training does not change by gradients."""
        trained = set(self.trainable_variables)
        return [v for v in self.weights if v not in trained]

    @property
    def kept(self) -> set[Variable]:
        """The variables that the layer keeps itself, in attributes."""
        return {*self._weights, *self._attributes(Variable)}

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "trainable" and "trainable" in vars(self):
            for layer in self.sublayers:
                layer.trainable = value
        if name == "activation" and value is None and callable(vars(self).get(name)):
            value = linear  # scripts take a trained model's activation off by setting it to None
        super().__setattr__(name, value)

    @property
    def label(self) -> str:
        """How errors speak of the layer: ``Dense 'logits'``."""
        return f"{type(self).__name__} '{self.name}'"

    def count_params(self) -> int:
        """The number of single weights.

        Raises:
            StateError: If the layer has not been built yet.
        """
        if not self.built:
            raise StateError(
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
