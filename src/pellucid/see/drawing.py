"""Drawing the graph of a tensor or a model with what every node came to, both ways."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from html import escape
from typing import Any

import optree

from pellucid.engines.function import Session
from pellucid.engines.trace import Trace, node_names, short_array
from pellucid.errors import ArgumentError, DTypeError
from pellucid.graph.tensor import Constant, Tensor, as_array
from pellucid.graph.variable import Placeholder, Variable
from pellucid.graph.walk import ancestors, evaluate
from pellucid.models.looking import graph_on
from pellucid.models.model import Model
from pellucid.see.graph_picture import Box, Folded, fold, shape_text
from pellucid.see.inside import short_paths
from pellucid.see.notation import Formula, named, write
from pellucid.see.picture import Picture
from pellucid.see.slopes import Link, links_of
from pellucid.see.theme import FAINT, GRADIENT, INK, PAPER, QUIET, VALUE

__all__ = ["Subject", "draw", "subject_of"]

MOST_BOXES = 300  # beyond, nobody finds anything, and laying out takes minutes
WIDEST = 28  # letters of a formula that is written out in a box and used in the next one
LEGEND = "= value   ∇ gradient of what comes out   at an arrow: slope of its end by its start"
WHOLE = 24  # nodes of a graph that is drawn node by node unless told otherwise


def draw(
    target: Any,
    feed: Any = None,
    *,
    depth: int | None = None,
    opened: Collection[str] = (),
    sideways: bool = False,
) -> Picture:
    """Draw the computational graph, with the value of every node and the gradient by it.

    Both passes are run, so no gradient is shown that was not computed. A value follows ``=``, the
    gradient of what comes out by the node follows ``∇``; at an arrow stands the slope of its end
    by its start, by which the gradient is multiplied on the way back.

    Args:
        target: A tensor, or several; or a model.
        feed: For tensors what is fed, by placeholder. For a model inputs ``x``, or a tuple
            ``(x, y)`` with targets, or ``(x, y, sample_weight)``: then the graph is that of the
            loss. Without it the graph is drawn without values, unless it needs none fed.
        depth: How many levels of scopes to tell apart: 0 shows every node, 1 a box for each model,
            2 a box for each of its layers. By default small graphs are shown whole.
        opened: Layers that are shown node by node all the same: names or whole scopes.
        sideways: Whether to draw from left to right.

    Returns:
        A picture: ``.svg``, ``.png``, ``.html``, ``.dot``, ``.save(path)`` and ``.describe()``.

    Raises:
        ArgumentError: If there are too many boxes to be drawn.
        DTypeError: If the target is neither a tensor nor a model.
        GraphError: If a placeholder is not fed while others are.

    Examples:
        >>> x, y = placeholder(name="x"), placeholder(name="y")
        >>> picture = draw(x ** 2 * y + (y + 2), feed={x: 1, y: 2})
        >>> print(picture.describe().splitlines()[-1])
        add_1: x² · y + (y + 2), value 6, gradient 1; slope by multiply: 1; slope by add: 1
    """
    subject = subject_of(target, feed)
    if depth is None:
        depth = 0 if sum(bool(x.inputs) for x in subject.nodes) <= WHOLE else 2
    return drawn(subject, depth, opened, sideways)


@dataclass
class Subject:
    """A graph to be looked at, and what its nodes came to if it was run.

    Attributes:
        outputs: What it is for.
        trace: What its nodes came to; ``None`` if nothing was fed.
        nodes: All nodes, each after its inputs.
        names: Their names in words.
        short: How they are written in formulas of other nodes.
        written: Their own formulas.
        title: What it is the graph of; by default the names of the outputs.
    """

    outputs: list[Tensor]
    trace: Trace | None = None
    stop: set[Tensor] = field(default_factory=set)
    title: str = ""

    def __post_init__(self) -> None:
        self.nodes = ancestors(self.outputs, self.stop)
        self.names = node_names(self.nodes)
        last_names = ", ".join(self.names[x] for x in self.outputs)
        self.title = self.title or f"Graph of {last_names}"
        self.short: dict[Tensor, Formula] = {}
        self.written: dict[Tensor, Formula] = {}
        count = 0
        last = {x: self.names[x].split("/")[-1] for x in self.nodes}
        often = Counter(last[x] for x in self.nodes if not x.op.pure)
        for node in self.nodes:
            if node in self.stop or not node.op.pure:
                told_apart = 2 if often[last[node]] > 1 else 1  # kernel, or first/kernel
                name = "/".join(self.names[node].split("/")[-told_apart:])
                self.short[node] = self.written[node] = named(name)
                continue
            written = write(node, [self.short[x] for x in node.inputs])
            self.written[node] = self.short[node] = written
            if len(written.text) > WIDEST:
                count += 1
                self.short[node] = named(f"n{count}")

    def slope(self, link: Link) -> str:
        """The slope along an arrow: its formula, and the number where it is one."""
        node = link.node
        upstream = Formula("∇", r"\nabla")
        text = link.local({x: self.short[x] for x in (node, *node.inputs)}, upstream).text
        if not link.is_factor or self.trace is None or node.shape:
            return text
        given = {x: self.trace.value(x) for x in (node, *node.inputs)}
        value = short_array(
            evaluate([link.rule], {**given, link.upstream: as_array(1.0, node.dtype)})[link.rule]
        )
        return text if text == value else f"{text} = {value}"


def subject_of(target: Any, feed: Any = None) -> Subject:
    """The graph of what is to be looked at, run both ways if it can be.

    Raises:
        DTypeError: If the target is neither a tensor nor a model.
        GraphError: If a placeholder is not fed while others are.
    """
    title = ""
    if isinstance(target, Model):
        title = f"Graph of {target.label}"
        if feed is None:
            return Subject(_structure_of(target), title=title)
        fed = feed if isinstance(feed, tuple) else (feed,)
        title = f"Graph of the loss of {target.label}" if len(fed) > 1 else title
        target, feed = graph_on(target, *fed)
    outputs = optree.tree_leaves(target)
    for x in outputs:
        if not isinstance(x, Tensor):
            raise DTypeError(
                "Only graphs can be looked at.",
                given=f"a {type(x).__name__}",
                expected="a tensor made of placeholders and variables, or a model",
            )
    given = dict(feed or {})
    nodes = ancestors(outputs, given)
    if feed is None and any(isinstance(x.op, Placeholder) for x in nodes):
        return Subject(outputs, title=title)
    return Subject(outputs, Session().run(outputs, given, trace=True), set(given), title)


def _structure_of(model: Model) -> list[Tensor]:
    if not model.outputs:
        raise DTypeError(
            f"{model.label} has no graph yet.",
            given=f"a {type(model).__name__} whose call is code, or that has not seen an input",
            expected="a model that begins with an Input, or data to feed it",
            mend="see.draw(model, x)",
        )
    return list(model.outputs)


def drawn(
    subject: Subject, depth: int, opened: Collection[str] = (), sideways: bool = False
) -> Picture:
    """The picture of a graph; its folded boxes are pictures too."""
    folded = fold(subject.outputs, depth, opened, subject.stop)
    if len(folded.boxes) > MOST_BOXES:
        raise ArgumentError(
            "The graph is too large to be drawn node by node.",
            given=f"{len(folded.boxes)} boxes",
            expected=f"at most {MOST_BOXES}",
            mend="fold it: depth=2 for a box a layer, depth=1 for a box a model",
        )
    sheet = Sheet(subject, folded)
    parts = [(box.title, _inside(subject, folded, box)) for box in folded.boxes if box.path]
    return Picture(sheet.title, sheet.dot(sideways), sheet.words(), tuple(parts))


def _inside(subject: Subject, folded: Folded, box: Box) -> Picture:
    """What is folded into a box, with where it comes from."""
    within = set(box.nodes)
    outside = [x for node in box.nodes for x in node.inputs if x not in within]
    leaving = _leaving(subject, box)
    depth = len(box.path.split("/")) + 1
    inner = fold(leaving, depth, {box.path}, outside)
    return _picture(subject, inner, f"Inside {box.title}")


def _picture(subject: Subject, folded: Folded, title: str) -> Picture:
    sheet = Sheet(subject, folded, title)
    return Picture(title, sheet.dot(), sheet.words())


def _leaving(subject: Subject, box: Box) -> list[Tensor]:
    """The nodes of a box that others are made from, or that the graph is for."""
    within = set(box.nodes)
    used = {x for node in subject.nodes if node not in within for x in node.inputs}
    used |= set(subject.outputs)
    found = [x for x in box.nodes if x in used]
    return [x for x in found if not isinstance(x.spec, tuple)]


class Sheet:
    """Writes boxes and arrows down, for Graphviz and in words."""

    def __init__(self, subject: Subject, folded: Folded, title: str = "") -> None:
        self.subject = subject
        self.trace = subject.trace
        self.boxes = folded.boxes
        self.edges = folded.edges
        self.title = title or subject.title
        self.slopes = self._slopes()

    def _slopes(self) -> dict[tuple[int, int], list[str]]:
        """The slopes along the arrows between single nodes."""
        home = {box.nodes[0]: i for i, box in enumerate(self.boxes) if not box.path}
        found: dict[tuple[int, int], list[str]] = {}
        for node in home:
            if self.trace is None and not node.inputs:
                continue
            for link in links_of(node) if all(x in home for x in node.inputs) else []:
                if not isinstance(link.input.op, Constant):
                    pair = home[link.input], home[node]
                    found.setdefault(pair, []).append(self.subject.slope(link))
        return found

    def dot(self, sideways: bool = False) -> str:
        """The graph in Graphviz's language, in the theme's colours."""
        from pygraphviz import AGraph

        font = {"fontname": "Helvetica", "fontcolor": INK}
        graph = AGraph(directed=True, bgcolor="transparent", nodesep="0.3", ranksep="0.4")
        graph.graph_attr.update(pad="0.15", rankdir="LR" if sideways else "TB")
        if self.trace is not None:
            graph.graph_attr.update(font, label=LEGEND, fontsize="10", fontcolor=QUIET)
        graph.node_attr.update(
            font, shape="box", style="filled", color=FAINT, fillcolor=PAPER, margin="0.16,0.06"
        )
        graph.edge_attr.update(font, color=FAINT, fontcolor=QUIET, fontsize="11", arrowsize="0.7")
        parts = [i for i, box in enumerate(self.boxes) if box.path]
        for i, box in enumerate(self.boxes):
            leaf = not box.path and not box.nodes[0].inputs
            style = "filled,rounded" if leaf else "filled"
            width = "2" if box.path else "1"
            graph.add_node(i, label=self._label(box), style=style, penwidth=width)
            # By these classes a page finds the box, and what is folded into it.
            part = f" part{parts.index(i)}" if i in parts else ""
            graph.get_node(i).attr["class"] = f"box{i}{part}"
        for (start, end), spec in self.edges.items():
            slopes = self.slopes.get((start, end))
            text = " + ".join(slopes) if slopes else shape_text(spec)
            text = text if len(text) <= 2 * WIDEST else shape_text(spec)
            if isinstance(self.boxes[start].nodes[0].op, Constant):
                text = ""
            graph.add_edge(start, end, label=f"  {text}  ")
        return graph.to_string()

    def _label(self, box: Box) -> str:
        """A label in Graphviz's own HTML: the name, what is inside, the value, the gradient."""
        rows = [f"<b>{escape(self._heading(box))}</b>"]
        rows += [_small(text, QUIET) for text in self._about(box)]
        for name, value, gradient in self._numbers(box):
            before = f"{name} " if name else ""
            if value:
                rows.append(_small(f"{before}= {value}", VALUE))
            if gradient:
                rows.append(_small(f"{'' if value else before}∇ {gradient}", GRADIENT))
        cells = "".join(f"<tr><td>{row}</td></tr>" for row in rows)
        return f'<<table border="0" cellspacing="0" cellpadding="1">{cells}</table>>'

    def _heading(self, box: Box) -> str:
        node = box.nodes[0]
        if box.path:
            return box.title
        written, short = self.subject.written[node].text, self.subject.short[node].text
        return written if written == short else f"{short} = {_cut(written)}"

    def _about(self, box: Box) -> list[str]:
        """What else is said in a box."""
        node = box.nodes[0]
        if not box.path:
            kind = "fed" if box.fed else "weights" if isinstance(node, Variable) else ""
            shown = "" if isinstance(node.spec, tuple) or not node.shape else shape_text(node.spec)
            text = ", ".join(part for part in (shown, kind) if part)
            return [text] if text and not isinstance(node.op, Constant) else []
        operations = box.operations
        text = " · ".join(operations) if len(operations) <= 4 else f"{len(operations)} operations"
        weights = [f"{box.weights:,} weights"] if box.weights else []
        return [part for part in (text, *weights) if part]

    def _numbers(self, box: Box) -> list[tuple[str, str, str]]:
        """Names, values and gradients to be shown of a box; weights only with their gradient."""
        if self.trace is None:
            return []
        if not box.path:
            node = box.nodes[0]
            return [] if isinstance(node.op, Constant) else [("", *self._pair(node))]
        rows = [("", *self._pair(x)) for x in _leaving(self.subject, box)]
        weights = [x for x in box.nodes if isinstance(x, Variable) and x.trainable]
        names = short_paths([str(x.path) for x in weights], least=1)
        return rows + [(n, "", self._pair(x)[1]) for n, x in zip(names, weights, strict=True)]

    def _pair(self, node: Tensor) -> tuple[str, str]:
        assert self.trace is not None
        if node not in self.trace.names or isinstance(node.spec, tuple):
            return "", ""
        gradient = self.trace.gradient(node)
        value = self.trace.value(node)
        return short_array(value), "" if gradient is None else short_array(gradient)

    def words(self) -> str:
        """The graph in words, a line for each box."""
        count = f"{len(self.boxes)} {'boxes' if any(b.path for b in self.boxes) else 'nodes'}"
        lines = [f"{self.title}, {count}, from what is fed to what comes out."]
        for i, box in enumerate(self.boxes):
            if not isinstance(box.nodes[0].op, Constant) or box.path:
                lines.append(self._line(i, box))
        return "\n".join(lines)

    def _line(self, number: int, box: Box) -> str:
        names, node = self.subject.names, box.nodes[0]
        name = box.path or names[node]
        said = self._about(box)
        if not box.path and node.inputs:
            said = [self.subject.written[node].text, *said]
        for prefix, value, gradient in self._numbers(box):
            before = f"{prefix} " if prefix else ""
            said += [f"{before}value {value}"] if value else []
            said += [f"{before}gradient {gradient}"] if gradient else []
        if box.path:
            sources = [self._name(a) for a, b in self.edges if b == number]
            said += [f"made from {', '.join(sources)}"] if sources else []
        slopes = [
            f"slope by {self._name(a)}: {' + '.join(texts)}"
            for (a, b), texts in self.slopes.items()
            if b == number
        ]
        return "; ".join([f"{name}: {', '.join(said)}", *slopes])

    def _name(self, number: int) -> str:
        box = self.boxes[number]
        return box.title if box.path else self.subject.names[box.nodes[0]]


def _small(text: str, colour: str) -> str:
    return f'<font point-size="11" color="{colour}">{escape(text)}</font>'


def _cut(text: str, most: int = 2 * WIDEST) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
