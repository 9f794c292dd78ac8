"""A graph as text: a line for every node, each after the nodes that it is made from."""

from collections.abc import Iterable

from pellucid.graph.tensor import Tensor
from pellucid.graph.walk import ancestors

__all__ = ["Graph"]


class Graph:
    """The part of the graph that some tensors are made from.

    Args:
        outputs: A tensor, or several.

    Attributes:
        nodes: All nodes, each after its inputs.

    Examples:
        >>> x, y = placeholder(name="x"), placeholder(name="y")
        >>> print(Graph(x ** 2 * y))
        x: float32[] = placeholder()
        integer_power: float32[] = integer_power(x; exponent=2)
        y: float32[] = placeholder()
        multiply: float32[] = multiply(integer_power, y)
    """

    def __init__(self, outputs: Tensor | Iterable[Tensor]) -> None:
        self.outputs = [outputs] if isinstance(outputs, Tensor) else list(outputs)
        self.nodes = ancestors(self.outputs)

    def __len__(self) -> int:
        return len(self.nodes)

    def __str__(self) -> str:
        return "\n".join(map(repr, self.nodes))

    def __repr__(self) -> str:
        return f"<Graph of {len(self)} nodes, {', '.join(x.name for x in self.outputs)}>"
