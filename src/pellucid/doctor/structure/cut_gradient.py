"""S6: weights that no gradient reaches, by the graph."""

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.layout import Layout
from pellucid.doctor.treatment import can_change, changed, remade
from pellucid.graph.gradients import gradients
from pellucid.graph.operations.arithmetic import Add, Divide, Multiply, Negative, Subtract
from pellucid.graph.operations.broadcasting import Broadcast, Reshape, Size, Sum
from pellucid.graph.operations.casting import Cast, Identity, StopGradient
from pellucid.graph.operations.contraction import Einsum, Matmul
from pellucid.graph.operations.movement import Slice, Transpose
from pellucid.graph.tensor import Constant, Tensor
from pellucid.graph.variable import Variable
from pellucid.graph.walk import ancestors
from pellucid.layers.layer import Layer
from pellucid.models.trainer import Trainer

__all__ = ["CutGradient"]

READING = (
    "CS231n, Backpropagation, intuitions: https://cs231n.github.io/optimization-2/",
    "Karpathy, Yes you should understand backprop: "
    "https://karpathy.medium.com/yes-you-should-understand-backprop-e2f06eab496b",
)
PRODUCTS = (Multiply, Matmul, Einsum)
MOVES = (Broadcast, Cast, Identity, Negative, Reshape, Slice, Sum, Transpose)


class CutGradient(Check):
    """S6: nothing to train, or trainable weights whose gradient is 0 by the graph.

    The gradients of the loss are built as graph, and read: a gradient that nothing arrives at, or
    that has a constant 0 for a factor, is 0 whatever the data are. Then either the weights are
    not among what the loss is made from, or every way from them to the loss goes through an
    operation without a slope (argmax, rounding, comparison, ``stop_gradient``), which is named
    with its line. A model with a ``train_step`` of its own is passed over.

    It is an error where no weight of the model is reached, else a warning. Limits: none. Source:
    the definition of the chain rule.
    """

    id: ClassVar[str] = "S6"
    moment: ClassVar[Moment] = Moment.STRUCTURE
    stops: ClassVar[bool] = True
    explains: ClassVar[frozenset[str]] = frozenset({"I6", "P1", "R3", "R4", "R7", "R9", "E2"})

    def examine(self, case: Case) -> Iterator[Finding]:
        model, layout = case.model, case.layout
        if type(model).train_step is not Trainer.train_step or layout.loss is None:
            return
        weights = model.trainable_variables
        if not weights:
            yield self._nothing(case)
            return
        reached = set(ancestors([layout.loss]))
        # The gradient by a weight that the loss is not made from would be built of zeros.
        inside = [v for v in weights if v in reached and v.dtype.startswith(("float", "bfloat"))]
        slopes = gradients(layout.loss, inside) if inside else []
        zero = _zeros(slopes)
        dead = [v for v, g in zip(inside, slopes, strict=True) if g in zero]
        apart = [v for v in weights if v not in reached]
        all_dead = len(dead) + len(apart) == len(weights)
        yield from self._cut(layout, dead, all_dead)
        yield from self._apart(layout, apart, all_dead)

    def _nothing(self, case: Case) -> Finding:
        model: Any = case.model
        frozen = [x for x in model._layers_inside() if x.variables and not x.trainable]
        count = _count(model.variables)
        top = [x for x in frozen if x in getattr(model, "layers", [])]

        def treated(case: Case) -> Case:
            return changed(case, {x: _thawing(x) for x in top})

        names = [x.name for x in top]
        works = bool(top) and model.trainable and can_change(model, *top)
        if not model.trainable:
            now, instead = "model.trainable = False", "model.trainable = True"
        else:
            now = "\n".join(f'model.get_layer("{n}").trainable = False' for n in names)
            instead = "\n".join(f'model.get_layer("{n}").trainable = True' for n in names[-1:])
        return Finding(
            self.id,
            Severity.ERROR,
            "There is nothing to train.",
            "Every weight is frozen, so no step changes anything."
            if count
            else "No layer has weights, so no step changes anything.",
            measures=(Measure("trainable weights", 0), Measure("weights", count)),
            layer=str(names[-1]) if names else None,
            fix=Fix(instead or "layers.Dense(1)", now, treated if works else None),
            explains=self.explains,
            reading=READING,
        )

    def _cut(self, layout: Layout, dead: list[Variable], every: bool) -> Iterator[Finding]:
        """One finding for each place that cuts gradients off."""
        places: dict[Tensor | None, list[Variable]] = {}
        for variable in dead:
            places.setdefault(_last_cut(layout, variable), []).append(variable)
        for node, variables in places.items():
            layers = list(dict.fromkeys(layout.owner(v) for v in variables))
            names = ", ".join(f"'{layout.path(x)}'" for x in layers)
            if node is None:
                cause, fix = "a factor that is always 0", None
            else:
                cause = node.op.name
                if isinstance(node.op, StopGradient):
                    fix = Fix("x", "stop_gradient(x)", None)
                else:
                    fix = Fix("a function with a slope, such as softmax", f"{cause}(...)")
            where = None if node is None else layout.layer(node)
            yield Finding(
                self.id,
                Severity.ERROR if every else Severity.WARNING,
                f"No gradient gets past {cause}: {names} cannot learn.",
                "The output of that operation moves in steps or was declared constant, so the "
                "slope of the loss by everything before it is 0."
                if node is not None
                else "Every way from these weights to the loss is multiplied by 0.",
                measures=(Measure("weights without a gradient", _count(variables), 0),),
                layer=layout.path(layers[-1]) or None,
                line=None if node is None or where is None else _line(layout, where, node),
                fix=fix,
                explains=self.explains,
                reading=READING,
            )

    def _apart(self, layout: Layout, apart: list[Variable], every: bool) -> Iterator[Finding]:
        layers = list(dict.fromkeys(layout.owner(v) for v in apart))
        if not layers:
            return
        in_outputs = set(layout.nodes)
        names = ", ".join(f"'{layout.path(x)}'" for x in layers)
        output = any(v in in_outputs for v in apart)
        yield Finding(
            self.id,
            Severity.ERROR if every else Severity.NOTE if output else Severity.WARNING,
            f"The loss does not depend on {names}.",
            "They make an output that has no loss, so they keep their first weights."
            if output
            else "They are part of the model, but nothing that the loss is made from uses them, "
            "so they keep their first weights.",
            measures=(Measure("weights without a gradient", _count(apart), 0),),
            layer=layout.path(layers[0]) or None,
            line=layout.line(layers[0]),
            fix=Fix("a loss for each output" if output else "connect them, or leave them out"),
            explains=self.explains if every else frozenset(),
            reading=READING,
        )


def _thawing(layer: Layer) -> Any:
    return lambda: remade(layer, trainable=True)


def _zeros(slopes: list[Tensor]) -> set[Tensor]:
    """The nodes that are 0 whatever is fed: constants, and what is made of them."""
    zero: set[Tensor] = set()
    for node in ancestors(slopes):
        given = [x in zero for x in node.inputs]
        if isinstance(node.op, Constant):
            is_zero = node.op.array.size > 0 and not np.any(node.op.array)
        elif isinstance(node.op, PRODUCTS):
            is_zero = any(given)
        elif isinstance(node.op, Add | Subtract):
            is_zero = all(given)
        else:
            is_zero = isinstance(node.op, (Divide, *MOVES)) and given[0]
        if is_zero:
            zero.add(node)
    return zero


def _last_cut(layout: Layout, variable: Variable) -> Tensor | None:
    """The last operation without a slope on the ways from a weight towards the loss, if any.

    The last: one before it, as the ``stop_gradient`` inside of a softmax, is gone around.
    """
    assert layout.loss is not None
    passed: set[Tensor] = {variable}
    found = None
    for node in ancestors([layout.loss]):
        if isinstance(node.op, Size) or not any(x in passed for x in node.inputs):
            continue
        if isinstance(node.op, StopGradient) or not node.op.differentiable:
            found = node
        else:
            passed.add(node)
    return found


def _count(variables: list[Variable]) -> int:
    return sum(v.numpy().size for v in variables)


def _line(layout: Layout, layer: Layer, node: Tensor) -> str | None:
    """Where a node was written: in a layer that is ours, where that was applied."""
    ours = type(layer).__module__.startswith("pellucid.") and layer is not layout.model
    return layout.line(layer, node) if ours else node.line
