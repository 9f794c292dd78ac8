"""The slope of each node by each of its inputs: the links of the chain rule, as formulas.

They are read off the nodes' own rules for gradients, so a formula that is shown is the one that
is computed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pellucid.graph.dtypes import is_float
from pellucid.graph.tensor import Item, Tensor, before_updates
from pellucid.graph.variable import placeholder
from pellucid.see.notation import Formula, formula, number

__all__ = ["Link", "links_of", "pass_back"]


@dataclass(frozen=True)
class Link:
    """How the gradient goes from a node to one of its inputs.

    Attributes:
        node: Where it comes from.
        position: Which of the node's inputs it goes to.
        rule: The gradient by the input, made of ``upstream``, that by the node.
        upstream: Stands for the gradient by the node, whatever it is.
    """

    node: Tensor
    position: int
    rule: Tensor
    upstream: Tensor

    @property
    def input(self) -> Tensor:
        """Where it goes to."""
        return self.node.inputs[self.position]

    @property
    def is_factor(self) -> bool:
        """Whether it multiplies each element of the gradient with one number."""
        elementwise = getattr(self.node.op, "elementwise", False)
        return elementwise and self.input.shape == self.node.shape

    def local(self, names: Mapping[Tensor, Formula], upstream: Formula | None = None) -> Formula:
        """The slope as a formula: a factor, or else what becomes of the gradient.

        Args:
            names: How the node and its inputs are written.
            upstream: How the gradient by the node is written, where it is not a mere factor.
        """
        given = dict(names)
        given[self.upstream] = (
            number(1.0) if self.is_factor else upstream or Formula("∇", r"\nabla")
        )
        return formula(self.rule, given, tidy=True)


def links_of(node: Tensor) -> list[Link]:
    """The links from a node to those of its inputs that a gradient goes to.

    Examples:
        >>> from pellucid.see.notation import named
        >>> x, y = placeholder(name="x"), placeholder(name="y")
        >>> [link.local({x: named("x"), y: named("y")}) for link in links_of(x * y)]
        [y, x]
    """
    if not node.inputs or isinstance(node.spec, tuple) or isinstance(node.op, Item):
        return []  # of operations with several results, the rule needs all their gradients at once
    if not node.op.differentiable or not is_float(node.dtype):
        return []
    upstream = placeholder(node.shape, node.dtype, name="upstream")
    found = pass_back(node, upstream)
    return [Link(node, i, rule, upstream) for i, rule in enumerate(found) if rule is not None]


def pass_back(node: Tensor, upstream: Any) -> Iterable[Tensor | None]:
    """The gradient by each input of a node, given that by the node: the node's own rule."""
    if isinstance(node.op, Item):
        slots: list[Any] = [None] * len(node.inputs[0].spec)
        slots[node.op.index] = upstream
        return [slots]  # type: ignore[list-item]  # a part of the gradient by all results
    if not node.op.differentiable:
        return [None] * len(node.inputs)
    with before_updates():
        found = node.op.gradient(upstream, node, *node.inputs)
    return [
        g if is_float(getattr(x, "dtype", "")) or isinstance(x.spec, tuple) else None
        for g, x in zip(found, node.inputs, strict=True)
    ]
