"""A graph as a picture: what lies in one layer is folded into one box."""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Any

from pellucid.engines.trace import scopes_of
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Constant, Tensor, spec_text
from pellucid.graph.variable import Placeholder, Variable
from pellucid.graph.walk import ancestors
from pellucid.see.theme import FAINT, INK, PAPER, themed
from pellucid.utils.quiet import silenced_stderr

__all__ = ["Box", "Folded", "draw_graph", "fold", "shape_text"]

TIMES = " \N{MULTIPLICATION SIGN} "
SHOWN_OPERATIONS = 4  # names in a box; of more, only the number


@dataclass
class Box:
    """Nodes of the graph that are shown as one.

    Attributes:
        title: The innermost scope that they have in common, or a single node's name.
        nodes: They themselves, each after its inputs; constants left out.
        path: The whole scope that is folded into it; ``""`` for a single node.
    """

    title: str
    nodes: list[Tensor] = field(default_factory=list)
    path: str = ""

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


def fold(
    outputs: Tensor | Iterable[Tensor],
    depth: int = 2,
    opened: Collection[str] = (),
    stop: Iterable[Tensor] = (),
) -> Folded:
    """Put the nodes of a graph into boxes by their scopes.

    Args:
        outputs: What the graph is for.
        depth: How many levels of scopes to tell apart: 1 is a box for each model, 2 one for each
            of its layers, 0 one for each node. Nodes outside of any scope, and what is fed, have
            boxes of their own.
        opened: Scopes that are not folded: whole ones, or the names of layers.
        stop: Nodes whose inputs are not looked at.

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
    nodes = ancestors([outputs] if isinstance(outputs, Tensor) else outputs, stop)
    scopes = scopes_of(nodes)
    paths = {
        x: "" if isinstance(x.op, Placeholder) else _folded_path(scopes[x], depth, opened)
        for x in nodes
    }
    constants = _shown_constants(nodes, paths) if opened or not depth else set()
    for node in nodes:
        if isinstance(node.op, Constant) and node not in constants:
            continue
        path = paths[node]
        key = path or node
        if key not in numbers:
            numbers[key] = len(boxes)
            boxes.append(Box(path.split("/")[-1] if path else node.name, path=path))
        home[node] = numbers[key]
        boxes[home[node]].nodes.append(node)
        for x in node.inputs:
            if x in home and home[x] != home[node]:
                edges.setdefault((home[x], home[node]), x.spec)
    return Folded(boxes, edges)


def _folded_path(scope: str, depth: int, opened: Collection[str]) -> str:
    """The scope of the box that a node of a scope lies in; ``""`` if it stands alone."""
    levels = scope.split("/") if scope and depth else []
    for n in range(min(depth, len(levels)), len(levels) + 1):
        path = "/".join(levels[:n])
        if path and path not in opened and levels[n - 1] not in opened:
            return path
    return ""


def _shown_constants(nodes: list[Tensor], paths: dict[Tensor, str]) -> set[Tensor]:
    """The constants that a node which stands alone is made from."""
    alone = (x for x in nodes if not paths[x])
    return {x for node in alone for x in node.inputs if isinstance(x.op, Constant)}


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
    with silenced_stderr():
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
        >>> shape_text((Spec((None, 3), "float32"), Spec((), "int32")))
        'B × 3, scalar (int32)'
    """
    if isinstance(spec, tuple):
        return ", ".join(map(shape_text, spec))
    if not isinstance(spec, Spec):
        return spec_text(spec)
    sizes = [("B" if i == 0 else "?") if n is None else str(n) for i, n in enumerate(spec.shape)]
    text = TIMES.join(sizes) or "scalar"
    return text if spec.dtype == "float32" else f"{text} ({spec.dtype})"
