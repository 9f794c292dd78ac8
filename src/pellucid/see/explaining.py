"""The chain rule written out: a term for each path from a tensor to the loss."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.engines.trace import short_array
from pellucid.errors import GraphError
from pellucid.graph.gradients import gradients
from pellucid.graph.operations.broadcasting import ones_like
from pellucid.graph.tensor import Constant, Item, Tensor
from pellucid.graph.variable import placeholder
from pellucid.graph.walk import ancestors, evaluate
from pellucid.see.drawing import Subject, subject_of
from pellucid.see.graph_picture import shape_text
from pellucid.see.notation import SUM, Formula, formula, named, number, write
from pellucid.see.slopes import links_of, pass_back

__all__ = ["Explanation", "Term", "explain"]


@dataclass
class Term:
    """What one path adds to the gradient.

    Attributes:
        path: The nodes from the loss to the tensor.
        positions: Which input of each node the next one is.
        upstreams: What arrives at each node along this path alone, as tensors.
        formula: What arrives at the end, made of the values of the forward pass.
        value: Its number; ``None`` if nothing was fed.
    """

    path: list[Tensor]
    positions: list[int]
    upstreams: list[Tensor]
    formula: Formula
    value: Any = None


@dataclass
class Explanation:
    """A gradient as the sum over paths that it is. Printed as text, in a notebook as formulas.

    Attributes:
        loss, wrt: What is differentiated, and by what.
        terms: One for each path, as many as are shown.
        paths: How many paths there are.
        formula: The sum of the terms, if all are shown.
        value: The gradient, as ``gradients`` gives it; ``None`` if nothing was fed.
        text: The explanation, for a terminal.
        latex: The chain rule in LaTeX.
        page: The same with what its names stand for, as a notebook shows it.
    """

    loss: Tensor
    wrt: Tensor
    terms: list[Term]
    paths: int
    formula: Formula | None
    value: Any
    text: str = field(default="", repr=False)
    latex: str = field(default="", repr=False)
    page: str = field(default="", repr=False)

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self.text, "text/latex": f"$${self.page}$$"}


def explain(loss: Any, wrt: Tensor, feed: Any = None, most: int = 12) -> Explanation:
    """Write the gradient of a loss by a tensor as the chain rule has it.

    Args:
        loss: What is differentiated; one that is not a scalar counts as the sum of its elements.
            Or a model, whose loss it then is.
        wrt: The tensor to differentiate by ("with respect to").
        feed: What is fed, by placeholder: then the numbers are written too. For a model the batch
            ``(x, y)``.
        most: How many paths to write down; a deep network has more than anyone reads. The
            gradient is that over all of them in any case.

    Raises:
        GraphError: If the loss is not made from the tensor, by a way that a gradient goes.

    Examples:
        >>> x, y = placeholder(name="x"), placeholder(name="y")
        >>> explain(x ** 2 * y + (y + 2), wrt=y, feed={x: 1, y: 2})
        n1 = x²  = 1
        n2 = n1 · y  = 2
        n3 = y + 2  = 4
        loss = n2 + n3  = 6
        <BLANKLINE>
        path 1: loss ← n2 ← y
          ∂loss/∂n2 · ∂n2/∂y = 1 · n1 = n1 = 1
        path 2: loss ← n3 ← y
          ∂loss/∂n3 · ∂n3/∂y = 1 · 1 = 1
        <BLANKLINE>
        ∂loss/∂y = n1 + 1 = 2
    """
    subject = subject_of(loss, feed)
    if len(subject.outputs) != 1:
        raise GraphError(
            "One loss is explained at a time.",
            given=f"{len(subject.outputs)} tensors",
            expected="one tensor, or a model with its data (x, y)",
        )
    (loss,) = subject.outputs
    total = gradients(loss, wrt)
    reach = _Paths(loss, wrt)
    if not reach.count:
        raise GraphError(
            f"No gradient goes from '{loss.name}' to '{wrt.name}'.",
            given=f"explain('{loss.name}', wrt='{wrt.name}')",
            expected="a tensor that the loss is made from, by operations with slopes",
        )
    given: dict[Tensor, Any] | None = None
    if subject.trace is not None:
        given = {x: subject.trace.value(x) for x in subject.nodes if not isinstance(x.spec, tuple)}
    names = _names(subject, loss)
    terms = [_term(path, positions, names, given) for path, positions in reach.first(most)]
    whole = _sum([t.formula for t in terms]) if reach.count <= most else None
    value = None if given is None else evaluate([total], given)[total]
    result = Explanation(loss, wrt, terms, reach.count, whole, value)
    writer = _Writer(result, names, given, subject.nodes)
    result.text, result.latex, result.page = writer.text(), writer.latex(), writer.page()
    return result


def _names(subject: Subject, loss: Tensor) -> dict[Tensor, Formula]:
    """Leaves by their names, numbers as they are, the rest counted: n1, n2, …"""
    names: dict[Tensor, Formula] = {}
    count = 0
    for node in subject.nodes:
        if isinstance(node.op, Constant):
            names[node] = write(node, [])
        elif not node.inputs:
            names[node] = subject.short[node]
        elif node is loss:
            names[node] = named("loss")
        else:
            count += 1
            names[node] = named(f"n{count}")
    return names


class _Paths:
    """The ways that the gradient goes from a loss to a tensor."""

    def __init__(self, loss: Tensor, wrt: Tensor) -> None:
        self.loss, self.wrt = loss, wrt
        self.edges: dict[Tensor, list[int]] = {}
        ways: dict[Tensor, int] = {wrt: 1}
        for node in ancestors([loss], stop=[wrt]):
            if node is wrt or not any(x in ways for x in node.inputs):
                continue
            edges = [i for i in _positions(node) if node.inputs[i] in ways]
            if edges:
                self.edges[node] = edges
                ways[node] = sum(ways[node.inputs[i]] for i in edges)
        self.count = ways.get(loss, 0)

    def first(self, most: int) -> Iterator[tuple[list[Tensor], list[int]]]:
        """The first paths, in the order of the nodes' inputs."""
        stack: list[tuple[list[Tensor], list[int]]] = [([self.loss], [])]
        while stack and most:
            path, positions = stack.pop()
            if path[-1] is self.wrt:
                most -= 1
                yield path, positions
                continue
            for i in reversed(self.edges[path[-1]]):
                stack.append(([*path, path[-1].inputs[i]], [*positions, i]))


def _positions(node: Tensor) -> list[int]:
    """The inputs that a gradient goes to."""
    if isinstance(node.op, Item):
        return [0]
    if isinstance(node.spec, tuple):
        upstream: Any = [placeholder(s.shape, s.dtype, name="upstream") for s in node.spec]
        return [i for i, g in enumerate(pass_back(node, upstream)) if g is not None]
    return [link.position for link in links_of(node)]


def _term(
    path: list[Tensor],
    positions: list[int],
    names: dict[Tensor, Formula],
    given: dict[Tensor, Any] | None,
) -> Term:
    upstreams: list[Any] = [ones_like(path[0])]
    for node, position in zip(path, positions, strict=False):
        upstreams.append(list(pass_back(node, upstreams[-1]))[position])
    last = upstreams[-1]
    value = None if given is None else evaluate([last], given)[last]
    return Term(path, positions, upstreams, formula(last, names, tidy=True), value)


def _sum(formulas: list[Formula]) -> Formula:
    whole = formulas[0]
    for other in formulas[1:]:
        inner = other.inside(SUM + 1) if other.text.startswith("-") else other
        whole = Formula(f"{whole.text} + {inner.text}", f"{whole.latex} + {inner.latex}", SUM)
    return whole


class _Writer:
    """Writes an explanation down, as text and as LaTeX."""

    def __init__(
        self,
        explanation: Explanation,
        names: dict[Tensor, Formula],
        given: dict[Tensor, Any] | None,
        nodes: list[Tensor],
    ) -> None:
        self.explanation = explanation
        self.names = names
        self.given = given
        used = {x for term in explanation.terms for x in term.path}
        self.nodes = [x for x in nodes if x.inputs and not isinstance(x.spec, tuple)]
        if len(self.nodes) > 40:  # of a deep graph only what the terms speak of
            self.nodes = [x for x in self.nodes if x in used]

    def text(self) -> str:
        e = self.explanation
        lines = [self._definition(x) for x in self.nodes]
        lines.append("")
        for i, term in enumerate(e.terms, start=1):
            way = " ← ".join(self.names[x].text for x in term.path if x in self.names)
            lines += [f"path {i}: {way}", *(f"  {line}" for line in self._term(term))]
        if e.paths > len(e.terms):
            lines.append(f"and {e.paths - len(e.terms):,} paths more")
        left = f"∂{self._name(e.loss)}/∂{self._name(e.wrt)}"
        right = [] if e.formula is None else [e.formula.text]
        right += [] if e.value is None else [self._number(e.value)]
        same = len(right) == 2 and right[0] == right[1]
        return "\n".join([*lines, "", f"{left} = {' = '.join(right[:1] if same else right)}"])

    def _definition(self, node: Tensor) -> str:
        written = write(node, [self.names[x] for x in node.inputs])
        line = f"{self._name(node)} = {written.text}"
        if node.shape:
            line += f"  {shape_text(node.spec)}"
        return line if self.given is None else f"{line}  = {self._number(self.given[node])}"

    def _term(self, term: Term) -> list[str]:
        """The factors of a path side by side, where all are factors; else step by step."""
        slopes = [self._slope(term, i) for i in range(len(term.positions))]
        if all(is_factor for _, is_factor in slopes) and term.path[0].shape == ():
            pairs = zip(term.path, term.path[1:], strict=False)
            chain = " · ".join(f"∂{self._name(a)}/∂{self._name(b)}" for a, b in pairs)
            factors = " · ".join(f.inside(SUM + 1).text for f, _ in slopes)
            said = [chain, factors, term.formula.text]
            said += [] if term.value is None else [self._number(term.value)]
            return [" = ".join(dict.fromkeys(said))]
        lines = []
        for i, (f, _) in enumerate(slopes):
            arrived = term.upstreams[i + 1]
            line = f"∇{self._name(term.path[i + 1])} = {f.text}"
            if isinstance(arrived, Tensor):
                line += f"  {shape_text(arrived.spec)}"
                if self.given is not None:
                    line += f"  = {self._number(evaluate([arrived], self.given)[arrived])}"
            lines.append(line)
        return lines

    def _slope(self, term: Term, i: int) -> tuple[Formula, bool]:
        """One link of a path: its factor; or, if it is not one, the gradient behind it."""
        node, position = term.path[i], term.positions[i]
        links = {link.position: link for link in links_of(node)}
        scalar = all(x.shape == () for x in term.path if not isinstance(x.spec, tuple))
        name = self._name(node)
        upstream = number(1.0) if i == 0 else Formula(f"∇{name}", rf"\nabla {name}")
        if position not in links:
            return Formula(f"a part of ∇{name}", rf"\nabla {name}"), False
        link = links[position]
        if scalar and link.is_factor:
            return link.local(self.names), True
        given = {**self.names, link.upstream: upstream}
        return formula(link.rule, given, tidy=True), False

    def latex(self) -> str:
        e = self.explanation
        left = self._partial(e.loss, e.wrt)
        chains = [
            "".join(self._partial(a, b) for a, b in zip(t.path, t.path[1:], strict=False))
            for t in e.terms
        ]
        chain = " + ".join(chains) + (r" + \dots" if e.paths > len(e.terms) else "")
        right = [chain, *([] if e.formula is None else [e.formula.latex])]
        if e.value is not None and np.ndim(e.value) == 0:
            right.append(number(np.asarray(e.value)[()]).latex)
        return " = ".join(dict.fromkeys([left, *right]))

    def page(self) -> str:
        """The definitions of the names one below the other, and the chain rule below them."""
        lines = []
        for node in self.nodes:
            written = write(node, [self.names[x] for x in node.inputs]).latex
            line = rf"{self.names[node].latex} &= {written}"
            if node.shape:
                line += rf" && \text{{{shape_text(node.spec)}}}"
            elif self.given is not None:
                line += f" = {number(np.asarray(self.given[node])[()]).latex}"
            lines.append(line)
        lines.append(self.latex().replace(" = ", " &= ", 1))
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"

    def _partial(self, above: Tensor, below: Tensor) -> str:
        up, down = (self.names.get(x, named(x.name)).latex for x in (above, below))
        return rf"\frac{{\partial {up}}}{{\partial {down}}}"

    def _name(self, node: Tensor) -> str:
        return self.names[node].text if node in self.names else node.name

    def _number(self, value: Any) -> str:
        return short_array(value)
