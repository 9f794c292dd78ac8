"""Writing an ONNX graph: values by name, a node for each step, and graphs inside of nodes."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from pellucid.export.inference import Inference, unsupported
from pellucid.graph.dtypes import numpy_dtype
from pellucid.graph.operations.body import Body
from pellucid.graph.rewriting import simplify
from pellucid.graph.spec import Shape
from pellucid.graph.tensor import Constant, Item, Op, Tensor
from pellucid.graph.walk import ancestors

__all__ = ["RULES", "Rule", "Writer", "rule"]

Rule = Callable[..., Any]
RULES: dict[type[Op], Rule] = {}
"""How an operation is said in ONNX: a function of the writer, the node and its inputs' names."""

R = TypeVar("R", bound=Rule)


def rule(*kinds: type[Op]) -> Callable[[R], R]:
    """Register a function as the rule of some operations: a decorator."""

    def register(function: R) -> R:
        RULES.update(dict.fromkeys(kinds, function))
        return function

    return register


class Writer:
    """Collects the nodes of an ONNX graph.

    A rule writes what one of our nodes comes to and returns the name of the value, or several.

    Args:
        graph: What is exported.
        outer: The writer of the graph around this one, whose values can be read here.

    Attributes:
        nodes: ONNX's nodes, in an order in which they can be computed.
        arrays: The values that are known, by name; those of graphs inside are kept outside.
        names: The name of the value of each of our nodes.
    """

    def __init__(self, graph: Inference, outer: "Writer | None" = None) -> None:
        self.graph = graph
        self.nodes: list[Any] = []
        self.arrays: dict[str, np.ndarray] = {} if outer is None else outer.arrays
        self.names: dict[Tensor, Any] = {} if outer is None else dict(outer.names)
        self._constants: dict[Any, str] = {} if outer is None else outer._constants
        self._taken: set[str] = set() if outer is None else outer._taken
        self._place = ""

    # -- what rules use --------------------------------------------------------------------------

    def node(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        """Add a node and return the name of its result, or a list of several names."""
        from onnx import helper

        hint = f"{self._place}/{kind}" if self._place else kind
        names = [self.fresh(hint) for _ in range(outputs)]
        attributes = {key: value for key, value in attributes.items() if value != []}
        self.nodes.append(helper.make_node(kind, inputs, names, name=names[0], **attributes))
        return names[0] if outputs == 1 else names

    def fresh(self, hint: str) -> str:
        """A name that nothing has yet."""
        number, name = 1, hint
        while name in self._taken:
            name, number = f"{hint}_{number}", number + 1
        self._taken.add(name)
        return name

    def constant(self, value: Any, dtype: str | None = None, hint: str = "constant") -> str:
        """The name of a known array; equal ones without names of their own are one."""
        array = np.asarray(value, None if dtype is None else numpy_dtype(dtype))
        key = (array.shape, str(array.dtype), array.tobytes()) if hint == "constant" else None
        if key is None or key not in self._constants:
            name = self.fresh(hint)
            self.arrays[name] = array
            if key is None:
                return name
            self._constants[key] = name
        return self._constants[key]

    def ints(self, *values: int) -> str:
        """A vector of whole numbers, as axes and sizes are given."""
        return self.constant(np.array(values, np.int64))

    def like(self, node: Tensor, value: float) -> str:
        """A number of the dtype of a node."""
        return self.constant(value, node.dtype)

    def cast(self, x: str, dtype: str) -> str:
        from onnx import helper

        return self.node("Cast", x, to=helper.np_dtype_to_tensor_dtype(numpy_dtype(dtype)))

    def transpose(self, x: str, axes: Iterable[int]) -> str:
        """The axes of a value in another order; known values are turned here."""
        order = list(axes)
        if x in self.arrays:
            hint = f"{x}_transposed"
            return self.constant(np.transpose(self.arrays[x], order), hint=hint)
        return self.node("Transpose", x, perm=order)

    def shape(self, sizes: Shape, given: Sequence[str]) -> str:
        """A shape as a vector: open sizes (``None``) are the values given, in turn."""
        if None not in sizes:
            return self.ints(*sizes)  # type: ignore[arg-type]
        rest = iter(given)
        parts = [
            self.node("Reshape", self.cast(next(rest), "int64"), self.ints(1))
            if n is None
            else self.ints(n)
            for n in sizes
        ]
        return self.node("Concat", *parts, axis=0)

    def refuse(self, node: Tensor, why: str) -> Exception:
        """The error for what ONNX has no words for."""
        return unsupported(self.graph, node, "ONNX", why)

    # -- walking ---------------------------------------------------------------------------------

    def write(self, outputs: Iterable[Tensor]) -> list[str]:
        """Write all nodes that some tensors are made from; return the names of these."""
        outputs = list(outputs)
        for node in ancestors(outputs, stop=self.names):
            if node not in self.names:
                self.names[node] = self._written(node)
        return [self.names[x] for x in outputs]

    def _written(self, node: Tensor) -> Any:
        if isinstance(node.op, Constant):
            source = self.graph.weights.get(node, ())
            hint = source[0] if len(source) == 1 else node.name if source else "constant"
            return self.constant(node.op.array, hint=hint)
        if isinstance(node.op, Item):
            return self.names[node.inputs[0]][node.op.index]
        found = RULES.get(type(node.op))
        if found is None:
            raise self.refuse(node, "an operation that ONNX has too")
        self._place = "/".join(self.graph.path(node))
        return found(self, node, *(self.names[x] for x in node.inputs))

    # -- graphs inside of nodes ------------------------------------------------------------------

    def inside(
        self, body: Body, own: Sequence[Tensor], captured: dict[Tensor, str], name: str
    ) -> Any:
        """A body as a graph inside of a node.

        Args:
            body: The body.
            own: Those of its inputs that the node feeds; the others have the names captured.
            captured: Names of values around it.
            name: Of the graph.
        """
        inner = Writer(self.graph, self)
        inner.names |= captured
        for x in own:
            inner.names[x] = inner.fresh(f"{name}/{x.name}")
        new = simplify(body.outputs)
        results = inner.write(new[y] for y in body.outputs)
        # A graph inside may neither hand an input through nor give one value twice.
        last = [inner.node("Identity", x) for x in results]
        return inner.made(
            name,
            {inner.names[x]: x for x in own},
            dict(zip(last, body.outputs, strict=True)),
        )

    def made(self, name: str, inputs: dict[str, Tensor], outputs: dict[str, Tensor]) -> Any:
        """The nodes as ONNX's graph, between inputs and outputs by name."""
        from onnx import helper

        return helper.make_graph(
            self.nodes,
            name,
            [_declared(n, x) for n, x in inputs.items()],
            [_declared(n, x) for n, x in outputs.items()],
        )


def _declared(name: str, x: Tensor) -> Any:
    """The type of a value: open sizes have names, that of the first axis ``batch``."""
    from onnx import helper

    sizes = [
        ("batch" if axis == 0 else f"{name}_{axis}") if n is None else n
        for axis, n in enumerate(x.shape)
    ]
    kind = helper.np_dtype_to_tensor_dtype(numpy_dtype(x.dtype))
    return helper.make_tensor_value_info(name, kind, sizes)
