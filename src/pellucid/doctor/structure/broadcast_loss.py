"""S2: a loss that compares truth and predictions of different shapes."""

from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.layout import Layout
from pellucid.doctor.treatment import can_change, changed, code, remade
from pellucid.doctor.view import View
from pellucid.errors import PellucidError, ShapeError
from pellucid.graph.operations.broadcasting import Reshape, reshape
from pellucid.graph.operations.casting import Cast, Identity
from pellucid.graph.tensor import Constant, Tensor
from pellucid.graph.walk import ancestors
from pellucid.layers.core import Dense

__all__ = ["BroadcastLoss"]

READING = (
    "NumPy, Broadcasting: https://numpy.org/doc/stable/user/basics.broadcasting.html",
    "Karpathy 2019, A Recipe for Training Neural Networks: "
    "https://karpathy.github.io/2019/04/25/recipe/",
)


class BroadcastLoss(Check):
    """S2: targets and predictions of different shapes are stretched against each other.

    The losses of this library refuse that. A loss of the user's own does what NumPy does: of
    ``(n,)`` and ``(n, 1)`` it makes ``(n, n)``, of ``(n, 2)`` and ``(n, 1)`` it makes ``(n, 2)``.
    Found in the graph of the loss: an elementwise operation one of whose operands is the targets,
    and another the predictions, element for element, squeezed or
    not, with one stretched along an axis. What was
    given an axis of size 1 on purpose (``expand_dims``) or reduced over one is passed over.

    Limits: none; the shapes are equal or not. Source: TensorFlow's issue 37770, PyTorch's 16045.
    """

    id: ClassVar[str] = "S2"
    moment: ClassVar[Moment] = Moment.STRUCTURE
    stops: ClassVar[bool] = True
    explains: ClassVar[frozenset[str]] = frozenset({"I1", "P1", "R3", "R5", "R9", "E2"})

    def examine(self, case: Case) -> Iterator[Finding]:
        layout = case.layout
        if isinstance(layout.problem, ShapeError):
            yield self._refused(case, layout, layout.problem)
        elif layout.loss is not None:
            met = next(_stretched(layout), None)
            if met is not None:
                yield self._silent(case, layout, *met)

    def _refused(self, case: Case, layout: Layout, error: ShapeError) -> Finding:
        fix = _as_advised(case, error) if error.mend else None
        for head, output in zip(case.heads, layout.outputs, strict=False):
            if fix is None and head.targets is not None:
                fix = _fix(case, layout, output, head.targets.shape)
        return Finding(
            self.id,
            Severity.ERROR,
            error.problem,
            "The loss has no value for truth and predictions that do not match.",
            measures=(Measure("given", error.given), Measure("expected", error.expected)),
            line=error.line,
            fix=fix,
            explains=self.explains,
            reading=READING,
        )

    def _silent(
        self, case: Case, layout: Layout, node: Tensor, truth: Tensor, output: Tensor
    ) -> Finding:
        layer = layout.layer(output)
        fix = _fix(case, layout, output, truth.shape)
        if truth not in set(layout.targets) or output not in set(layout.outputs):
            works = can_change(case.model) and len(layout.outputs) == 1 and _is_column(output)
            fix = Fix(
                "y_true - y_pred  # in the loss: as they come, of one shape",
                treated=_flattened if works else None,
            )
        return Finding(
            self.id,
            Severity.ERROR,
            f"The loss stretches targets {_shape(truth)} and outputs {_shape(output)} against each "
            "other.",
            f"Compared element by element they become {_shape(node)}: each output is held to "
            "targets that are not its own, and learns their mean.",
            measures=(
                Measure("shape of the targets", _shape(truth)),
                Measure("shape of the outputs", _shape(output)),
                Measure("shape that is compared", _shape(node)),
            ),
            layer=layout.path(layer) or None,
            line=node.line,
            fix=fix,
            explains=self.explains,
            reading=READING,
        )


def _as_advised(case: Case, error: ShapeError) -> Fix:
    """What the loss itself says; where it names another loss, that is tried."""
    sparse = "sparse_categorical_crossentropy"
    works = can_change(case.model) and str(error.mend).startswith(f"use {sparse}")
    treated = (lambda sick: changed(sick, loss=sparse)) if works else None
    return Fix(instead=str(error.mend), treated=treated)


def _is_column(output: Tensor) -> bool:
    return all(n == 1 for n in output.shape[1:])


def _flattened(case: Case) -> Case:
    """The loss given truth or predictions, or both, as ``(n,)``, so that nothing is stretched."""
    own: Any = case.model._compiled("doctor").loss
    for truth, output in ((True, True), (False, True), (True, False)):
        treated = changed(case, loss=partial(_given_flat, own, truth, output))
        if _compares(treated):
            break
    return treated


def _compares(case: Case) -> bool:
    """Whether the loss can be taken, with nothing stretched."""
    if case.layout.loss is None or any(_stretched(case.layout)):
        return False
    try:
        return bool(np.isfinite(View(case, case.probe).loss_at()))
    except PellucidError:  # as where an axis is dropped that is not of size 1
        return False


def _given_flat(own: Any, truth: bool, output: bool, y_true: Any, y_pred: Any) -> Any:
    y_true = reshape(y_true, (-1,)) if truth else y_true
    return own(y_true, reshape(y_pred, (-1,)) if output else y_pred)


def _stretched(layout: Layout) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Where targets and outputs meet with one stretched: the operation, the two."""
    assert layout.loss is not None
    targets = set(layout.targets)
    origin: dict[Tensor, Tensor] = {x: x for x in (*layout.targets, *layout.outputs)}
    for node in ancestors([layout.loss], stop=origin):
        if node in origin:
            continue
        if isinstance(node.op, Reshape) and node.inputs[0] in origin:
            if node.ndim <= node.inputs[0].ndim:  # squeezed: the same, element for element
                origin[node] = origin[node.inputs[0]]
            continue
        if not _elementwise(node):
            continue
        met = [x for x in node.inputs if not isinstance(x.op, Constant)]
        sources = [origin[x] for x in met if x in origin]
        if len(met) == 1 and sources and node.shape == met[0].shape:
            origin[node] = sources[0]
        if len(met) == 2 and len(sources) == 2 and _differ(met[0].shape, met[1].shape):
            shown = [x if x.shape != origin[x].shape else origin[x] for x in met]
            truth = [x for x, source in zip(shown, sources, strict=True) if source in targets]
            outputs = [x for x, source in zip(shown, sources, strict=True) if source not in targets]
            if truth and outputs:
                yield node, truth[0], outputs[0]


def _elementwise(node: Tensor) -> bool:
    return bool(getattr(node.op, "elementwise", False)) or isinstance(node.op, Cast | Identity)


def _differ(a: tuple[int | None, ...], b: tuple[int | None, ...]) -> bool:
    """Whether one of two shapes is stretched along an axis to meet the other."""
    if not a or not b:
        return False
    ndim = max(len(a), len(b))
    pairs = zip(*((1,) * (ndim - len(s)) + s for s in (a, b)), strict=True)
    return any((m == 1) != (n == 1) for m, n in pairs)


def _fix(case: Case, layout: Layout, output: Tensor, shape: tuple[int | None, ...]) -> Fix:
    layer = layout.layer(output)
    if len(shape) < output.ndim and output.shape[-1] == 1:
        return Fix(now="y", instead="y.reshape(-1, 1)")
    units: Any = shape[-1] if len(shape) == output.ndim else None
    if not isinstance(layer, Dense) or not units or units == layer.units:
        return Fix(instead=f"targets of the outputs' shape, {_shape(output)}")

    def treated(case: Case) -> Case:
        return changed(case, {layer: lambda: remade(layer, units=units)})

    works = can_change(case.model, layer)
    return Fix(code(layer, units=units), code(layer), treated if works else None)


def _shape(x: Tensor) -> str:
    """A shape as it is written, with n for the number of rows."""
    sizes = ["n" if n is None else str(n) for n in x.shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
