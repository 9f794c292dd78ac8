"""Walking a graph: inputs before what is made of them. No recursion: a graph may be very deep."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pellucid.errors import GraphError
from pellucid.graph.spec import same_shape
from pellucid.graph.tensor import Op, Tensor, compute
from pellucid.graph.variable import Placeholder

__all__ = ["Rule", "ancestors", "evaluate", "run_graph", "run_nodes"]

Rule = Callable[[Tensor, tuple[Any, ...]], Any]


def ancestors(outputs: Iterable[Tensor], stop: Iterable[Tensor] = ()) -> list[Tensor]:
    """All nodes that the outputs are made from, themselves included, each after its inputs.

    Args:
        outputs: Where to start.
        stop: Nodes whose inputs are not looked at.

    Raises:
        GraphError: If a node is made from itself.
    """
    stop = set(stop)
    order: list[Tensor] = []
    state: dict[Tensor, bool] = {}  # False while its inputs are being visited, then True
    stack = [(x, False) for x in reversed(list(outputs))]
    while stack:
        node, visited = stack.pop()
        if visited:
            state[node] = True
            order.append(node)
            continue
        if node in state:
            if not state[node]:
                raise GraphError(
                    f"The graph has a cycle through node '{node.name}'.",
                    given=repr(node),
                    expected="a node made only from nodes before it",
                    mend="repeat a computation with scan() or while_loop()",
                    line=node.line,
                )
            continue
        state[node] = False
        stack.append((node, True))
        if node not in stop:
            # Seen last, visited first: inputs come out in their written order.
            stack.extend((x, False) for x in reversed(node.inputs) if not state.get(x, False))
    return order


def run_graph(outputs: Iterable[Tensor], given: Mapping[Tensor, Any], rule: Rule) -> dict[Any, Any]:
    """Give every node a value, from those given, by a rule for one node.

    Both engines run graphs by this function: the reference engine's rule computes with NumPy, the
    XLA engine's writes down JAX operations.

    Returns:
        The value of every node that the outputs need.

    Raises:
        GraphError: If a placeholder is not given.
    """
    return run_nodes(ancestors(outputs, stop=given), given, rule)


def run_nodes(order: Iterable[Tensor], given: Mapping[Tensor, Any], rule: Rule) -> dict[Any, Any]:
    """Give nodes that are already in order their values, from those given."""
    values: dict[Any, Any] = dict(given)
    for node in order:
        if node in values:
            continue
        if isinstance(node.op, Placeholder):
            raise not_fed(node)
        values[node] = rule(node, tuple(values[x] for x in node.inputs))
    return values


def not_fed(node: Tensor) -> GraphError:
    return GraphError(
        f"Placeholder '{node.name}' needs a value.",
        given="no value for it",
        expected=f"{node.spec}",
        mend=f"add it to the feed: feed_dict={{{node.name}: ...}}",
        line=node.line,
    )


def evaluate(outputs: Iterable[Tensor], given: Mapping[Tensor, Any]) -> dict[Any, Any]:
    """Run a graph with NumPy, node by node, and keep every value.

    Variables that are not given have their present value.
    """
    return run_graph(outputs, given, numpy_rule)


def numpy_rule(node: Tensor, inputs: tuple[Any, ...]) -> Any:
    """The value of one node: its operation's definition."""
    if not node.op.pure:  # a variable: placeholders are always given
        return node.numpy()  # type: ignore[attr-defined]
    check_open_sizes(node, inputs)
    return compute(node.op, node.spec, inputs)


def check_open_sizes(node: Tensor, inputs: tuple[Any, ...]) -> None:
    """Hold an elementwise operation to what its shape rule took for granted.

    Where open sizes met, they were taken to be equal; a size of 1 that would be stretched at run
    time would make its gradient wrong, so it is an error.
    """
    op: Op = node.op
    if not getattr(op, "elementwise", False) or len(inputs) < 2:
        return
    aligned = _aligned([x.shape for x in inputs])
    from_shape = tuple(0 if 0 in sizes else max(sizes) for sizes in aligned)
    for tensor, value in zip(node.inputs, inputs, strict=True):
        skip = len(from_shape) - value.ndim
        for declared, actual, full in zip(
            tensor.shape, value.shape, from_shape[skip:], strict=True
        ):
            if declared is None and actual != full:
                raise open_sizes_differ(node, inputs)
    if not same_shape(node.shape, from_shape):
        raise open_sizes_differ(node, inputs)


def _aligned(shapes: list[tuple[int, ...]]) -> Iterable[tuple[int, ...]]:
    ndim = max(map(len, shapes))
    return zip(*((1,) * (ndim - len(s)) + tuple(s) for s in shapes), strict=True)


def open_sizes_differ(node: Tensor, inputs: tuple[Any, ...]) -> GraphError:
    return GraphError(
        f"Sizes left open (None) that meet in '{node.name}' turned out different.",
        given=" and ".join(
            f"{t.name} {tuple(v.shape)}" for t, v in zip(node.inputs, inputs, strict=True)
        ),
        expected="equal sizes where both are None",
        mend="declare a size that is to be stretched as 1",
        line=node.line,
    )
