"""A graph as a picture: what lies in one layer is folded into one box."""

import math
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any

from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Constant, Tensor, spec_text
from pellucid.graph.variable import Placeholder, Variable
from pellucid.graph.walk import ancestors
from pellucid.see.theme import FAINT, INK, PAPER, themed

__all__ = ["Box", "Folded", "draw_graph", "fold"]

TIMES = " \N{MULTIPLICATION SIGN} "
SHOWN_OPERATIONS = 4  # names in a box; of more, only the number


@dataclass
class Box:
    """Nodes of the graph that are shown as one.

    Attributes:
        title: The innermost scope that they have in common, or a single node's name.
        nodes: They themselves, each after its inputs; constants left out.
    """

    title: str
    nodes: list[Tensor] = field(default_factory=list)

    @property
    def fed(self) -> bool:
        """Whether it is a single placeholder."""
        return isinstance(self.nodes[0].op, Placeholder)

    @property
    def operations(self) -> list[str]:
        """The operations in it, in order, without the reading of variables."""
        return [x.op.name for x in self.nodes if x.inputs]

    @property
    def weights(self) -> int:
        """How many single weights are in it."""
        found = (x for x in self.nodes if isinstance(x, Variable) and x.trainable)
        return sum(math.prod(n or 0 for n in x.shape) for x in found)


@dataclass
class Folded:
    """A graph of boxes.

    Attributes:
        boxes: Each after some box that it is made from.
        edges: For two boxes by number, the shape and dtype of what the second takes of the first.
    """

    boxes: list[Box]
    edges: dict[tuple[int, int], Any]


def fold(outputs: Tensor | Iterable[Tensor], depth: int = 2) -> Folded:
    """Put the nodes of a graph into boxes by their scopes.

    Args:
        outputs: What the graph is for.
        depth: How many levels of scopes to tell apart: 1 is a box for each model, 2 one for each
            of its layers. Nodes outside of any scope, and what is fed, have boxes of their own.

    Examples:
        >>> x = placeholder((None, 3), name="x")
        >>> with name_scope("double"):
        ...     y = (x + x) * 1.0
        >>> folded = fold(y)
        >>> [(box.title, box.operations) for box in folded.boxes]
        [('x', []), ('double', ['add', 'multiply'])]
        >>> {pair: str(spec) for pair, spec in folded.edges.items()}
        {(0, 1): 'float32[None, 3]'}
    """
    boxes: list[Box] = []
    edges: dict[tuple[int, int], Any] = {}
    numbers: dict[Any, int] = {}
    home: dict[Tensor, int] = {}
    nodes = ancestors([outputs] if isinstance(outputs, Tensor) else outputs)
    scopes = _scopes(nodes)
    for node in nodes:
        if isinstance(node.op, Constant):
            continue
        alone = not scopes[node] or isinstance(node.op, Placeholder)
        levels = [node.name] if alone else scopes[node].split("/")[:depth]
        key = node if alone else tuple(levels)
        if key not in numbers:
            numbers[key] = len(boxes)
            boxes.append(Box(levels[-1]))
        home[node] = numbers[key]
        boxes[home[node]].nodes.append(node)
        for x in node.inputs:
            if x in home and home[x] != home[node]:
                edges.setdefault((home[x], home[node]), x.spec)
    return Folded(boxes, edges)


def _scopes(nodes: list[Tensor]) -> dict[Tensor, str]:
    """The scope of each node. A variable made outside of any belongs to the layer that uses it."""
    scopes = {node: node.scope for node in nodes}
    for node in nodes:
        for x in node.inputs:
            if isinstance(x, Variable) and not scopes[x]:
                scopes[x] = node.scope
    return scopes


def draw_graph(outputs: Tensor | Iterable[Tensor], depth: int = 2, prefix: str = "graph") -> str:
    """Draw a graph from the top, what is fed, to the bottom, what comes out.

    Args:
        outputs: What the graph is for.
        depth: How many levels of scopes to tell apart, as in :func:`fold`.
        prefix: Begins the picture's ids.

    Returns:
        An ``<svg>`` element for a page of any colours. Rounded boxes are fed, square ones compute.

    Examples:
        >>> x = placeholder((None, 3), name="x")
        >>> picture = draw_graph(x + x)
        >>> picture[:4], "B × 3" in picture
        ('<svg', True)
    """
    from pygraphviz import AGraph

    folded = fold(outputs, depth)
    font = {"fontname": "Helvetica", "fontcolor": INK}
    graph = AGraph(directed=True, bgcolor="transparent", nodesep="0.3", ranksep="0.35", pad="0.05")
    graph.node_attr.update(
        font, shape="box", style="filled", color=FAINT, fillcolor=PAPER, margin="0.2,0.08"
    )
    graph.edge_attr.update(font, color=FAINT, fontsize="11", arrowsize="0.7")
    for number, box in enumerate(folded.boxes):
        style = "filled,rounded" if box.fed else "filled"
        graph.add_node(number, label=_label(box), style=style)
    for (start, end), spec in folded.edges.items():
        graph.add_edge(start, end, label=f"  {shape_text(spec)}  ")
    with _silenced_stderr():
        svg = graph.draw(format="svg", prog="dot").decode()
    return themed(svg, prefix)


def _label(box: Box) -> str:
    """A label in Graphviz's own HTML: the name, and below it smaller what is inside."""
    operations = box.operations
    parts = []
    if len(operations) > SHOWN_OPERATIONS:
        parts.append(f"{len(operations)} operations")
    elif operations and operations != [box.title]:
        parts.append(" · ".join(operations))
    if box.weights:
        parts.append(f"{box.weights:,} weights")
    if box.fed:
        parts.append("fed")
    lines = [
        f"<b>{escape(box.title)}</b>",
        *(f'<font point-size="11">{escape(p)}</font>' for p in parts),
    ]
    rows = "".join(f"<tr><td>{line}</td></tr>" for line in lines)
    return f'<<table border="0" cellspacing="0" cellpadding="1">{rows}</table>>'


def shape_text(spec: Any) -> str:
    """A shape as people write it, the open batch as B.

    Examples:
        >>> from pellucid.graph.spec import Spec
        >>> shape_text(Spec((None, 8, 8), "float32")), shape_text(Spec((), "float32"))
        ('B × 8 × 8', 'scalar')
        >>> shape_text(Spec((None,), "int32")), shape_text(Spec((3, None), "float32"))
        ('B (int32)', '3 × ?')
    """
    if not isinstance(spec, Spec):
        return spec_text(spec)
    sizes = [("B" if i == 0 else "?") if n is None else str(n) for i, n in enumerate(spec.shape)]
    text = TIMES.join(sizes) or "scalar"
    return text if spec.dtype == "float32" else f"{text} ({spec.dtype})"


@contextmanager
def _silenced_stderr() -> Iterator[None]:
    """Keep C libraries from writing to the terminal.

    The font library in pygraphviz's wheel warns of settings of newer systems that it does not
    know; nobody can do anything about that. Errors of Graphviz are raised all the same.
    """
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
