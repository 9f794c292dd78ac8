"""Running graphs: ``function`` and ``Session``."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import optree

from pellucid.engines.engine import get_engine
from pellucid.engines.trace import trace_graph
from pellucid.errors import DataError, GraphError, ShapeError
from pellucid.graph.dtypes import numpy_dtype
from pellucid.graph.spec import same_shape
from pellucid.graph.tensor import Tensor, as_tensor
from pellucid.graph.text import Graph
from pellucid.graph.variable import Placeholder, Variable
from pellucid.graph.walk import ancestors, not_fed

__all__ = ["Function", "Session", "feedable", "function"]


class Function:
    """A graph that is called with arrays. Made by :func:`function`."""

    def __init__(
        self,
        inputs: Sequence[Tensor],
        outputs: Any,
        updates: Mapping[Variable, Tensor] | None = None,
    ) -> None:
        self.inputs = list(inputs)
        flat, self.structure = optree.tree_flatten(outputs)
        self.outputs = [as_tensor(x) for x in flat]
        self.updates = {
            variable: as_tensor(new, None if isinstance(new, Tensor) else variable.dtype)
            for variable, new in (updates or {}).items()
        }
        self._check()
        self.program = get_engine().compile(self.inputs, self.outputs, self.updates)

    def __call__(self, *arrays: Any) -> Any:
        """Run the graph: update its variables, return arrays in the form of its outputs."""
        if len(arrays) != len(self.inputs):
            raise GraphError(
                "A function takes one array for each of its inputs.",
                given=f"{len(arrays)} arrays",
                expected=f"{len(self.inputs)}: {', '.join(x.name for x in self.inputs)}",
            )
        values = [feedable(x, array) for x, array in zip(self.inputs, arrays, strict=True)]
        return optree.tree_unflatten(self.structure, self.program(values))

    @property
    def graph(self) -> Graph:
        """The graph that it runs."""
        return Graph([*self.outputs, *self.updates.values()])

    def _check(self) -> None:
        for node in ancestors([*self.outputs, *self.updates.values()], stop=self.inputs):
            if isinstance(node.op, Placeholder) and node not in set(self.inputs):
                raise not_fed(node)
        for variable, new in self.updates.items():
            if not same_shape(variable.shape, new.shape) or variable.dtype != new.dtype:
                raise ShapeError(
                    f"Variable '{variable.name}' cannot be updated with '{new.name}'.",
                    given=str(new.spec),
                    expected=str(variable.spec),
                    line=new.line,
                )


def function(
    inputs: Sequence[Tensor], outputs: Any = (), updates: Mapping[Variable, Tensor] | None = None
) -> Function:
    """Make a graph callable.

    Args:
        inputs: The placeholders (or any tensors) that a call gives arrays for, in order.
        outputs: The tensors that a call returns: one, or a list, tuple or dict of them.
        updates: For variables, the tensor whose value each is to hold after the call. All are
            computed from the values before it.

    Raises:
        GraphError: If the outputs need a placeholder that is not among the inputs.
        ShapeError: If an update has another shape or dtype than its variable.

    Examples:
        >>> x, total = placeholder(name="x"), Variable(0.0, name="total")
        >>> add_up = function([x], total + x, updates={total: total + x})
        >>> add_up(2), add_up(3), total.numpy()
        (array(2., dtype=float32), array(5., dtype=float32), array(5., dtype=float32))
    """
    return Function(inputs, outputs, updates)


class Session:
    """Runs parts of the graph on demand, as TensorFlow 1 did.

    Examples:
        >>> x, y = placeholder(name="x"), placeholder(name="y")
        >>> out = x ** 2 * y + (y + 2)
        >>> print(Session().run(out, {x: 1, y: 2}))
        6.0
    """

    def __init__(self) -> None:
        self._functions: dict[Any, Function] = {}

    def run(
        self,
        fetches: Any,
        feed_dict: Mapping[Tensor, Any] | None = None,
        trace: bool = False,
    ) -> Any:
        """Compute tensors from the values of placeholders.

        Args:
            fetches: A tensor, or a list, tuple or dict of them.
            feed_dict: For each placeholder that is needed, a number or array. Other tensors can
                be fed too: what they are made from is then not computed.
            trace: Whether to keep the value of every node and the gradient by it: then the run is
                the reference engine's, node by node, forwards and backwards.

        Returns:
            NumPy arrays, in the form of ``fetches``; or a :class:`~pellucid.engines.trace.Trace`.

        Raises:
            GraphError: If a placeholder that is needed is not fed.
            ShapeError: If a value does not have the shape of its placeholder.
        """
        feed = dict(feed_dict or {})
        flat, structure = optree.tree_flatten(fetches)
        for x in [*flat, *feed]:
            if not isinstance(x, Tensor):
                raise GraphError(
                    "A session fetches tensors, and feeds them.",
                    given=f"a {type(x).__name__}: {x!r}",
                    expected="a placeholder, a variable or a tensor made of them",
                )
        if trace:
            given = {x: feedable(x, value) for x, value in feed.items()}
            return trace_graph(flat, given, structure.unflatten)
        key = (tuple(flat), tuple(feed), structure, get_engine().name)
        if key not in self._functions:
            self._functions[key] = Function(list(feed), fetches)
        return self._functions[key](*feed.values())


def feedable(tensor: Tensor, value: Any) -> np.ndarray:
    """A value as an array that the tensor can be fed with.

    Raises:
        DataError: If it is not made of numbers.
        ShapeError: If it has another shape.
    """
    array = np.asarray(value)
    if array.dtype.kind in "OSUMm":
        raise DataError(
            f"'{tensor.name}' can only be fed numbers.",
            given=f"an array of dtype {array.dtype}",
            expected=str(tensor.spec),
            mend="convert text to numbers first: array.astype('float32')",
            line=tensor.line,
        )
    if not same_shape(tensor.shape, array.shape):
        raise ShapeError(
            f"'{tensor.name}' was fed an array of another shape.",
            given=f"shape {array.shape}",
            expected=f"shape {tensor.shape}",
            line=tensor.line,
        )
    return array.astype(numpy_dtype(tensor.dtype), copy=False)
