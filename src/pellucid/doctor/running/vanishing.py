"""R7: the gradient vanishes on its way to the first layers."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.gate import harm
from pellucid.doctor.initial.fresh_weights import start_otherwise
from pellucid.doctor.remedies import line_of
from pellucid.doctor.running.dead_units import is_dead
from pellucid.doctor.view import View, Weights, view
from pellucid.graph.variable import Variable

__all__ = ["Vanishing"]

RATIO = 1e-3  # healthy: .06 to 1.7; sick: 2e-6 and less
SATURATED = 0.5

GLOROT = "Glorot, Bengio 2010, Understanding the difficulty of training deep feedforward neural "
GLOROT += "networks, https://proceedings.mlr.press/v9/glorot10a.html"


class Vanishing(Check):
    """R7: the network does not learn, and its first kernel gets next to no gradient.

    Rule: the gate of R3, and the root mean square of the loss's gradient by the first kernel is
    less than 1/1000 of that by the last one, at the first weights or at the last; neither dead
    nor saturated units are the reason.

    Source:
        AUTOTRAINER (1e-3). Healthy networks came to 0.06 to 1.7, sick ones to 2e-6 and less.
    """

    id: ClassVar[str] = "R7"
    moment: ClassVar[Moment] = Moment.RUNNING
    explains: ClassVar[frozenset[str]] = frozenset({"R3", "R4", "R9", "E2", "E3"})

    def examine(self, case: Case) -> Iterator[Finding]:
        reached = harm(case)
        if reached is None or not reached.not_learning:
            return
        seen = view(case)
        if len(seen.kernels) < 2:
            return
        ends = [seen.kernels[0], seen.kernels[-1]]
        for weights in [None] if case.signals is None else [case.signals.first, None]:
            units = seen.units(weights, hidden=True)
            if any(is_dead(u) or u.saturated >= SATURATED for u in units):
                continue
            ratio = _ratio(seen, ends, weights)
            if 0 < ratio < RATIO:
                yield _finding(case, ends[0], ratio)
                return


def _ratio(seen: View, ends: list[Variable], weights: Weights | None) -> float:
    first, last = (np.sqrt(np.mean(g**2)) for g in seen.slopes(seen.loss, ends, weights))
    return float(first / last) if last > 0 else float("nan")


def _fix(case: Case) -> Fix:
    """Relu and He's first weights where slopes are small."""
    flat = {"sigmoid", "tanh", "softsign", "hard_sigmoid"}
    seen = [case.layout.owner(kernel) for kernel in view(case).kernels]
    bent = [x for x in seen if getattr(getattr(x, "activation", None), "__name__", "") in flat]
    outputs = {case.layout.layer(case.layout.form(y).node) for y in case.layout.outputs}
    paths = [case.layout.path(x) for x in dict.fromkeys(bent) if x not in outputs]
    return start_otherwise(case, paths, activation="relu", kernel_initializer="he_normal") or Fix(
        instead='activation="relu", kernel_initializer="he_normal"', now='activation="sigmoid"'
    )


def _finding(case: Case, kernel: Variable, ratio: float) -> Finding:
    model = case.model
    path = kernel.scope.removeprefix(f"{model.name}/")
    return Finding(
        "R7",
        Severity.ERROR,
        f"The gradient vanishes: by '{path}' it is {ratio:.1g} of what it is by the last layer.",
        "Each layer multiplies the gradient with its slope, and slopes below 1 (a sigmoid's is "
        "at most 1/4) make it smaller from layer to layer.",
        (Measure("gradient by the first kernel / by the last", ratio, RATIO),),
        layer=path,
        line=line_of(case, path),
        fix=_fix(case),
        explains=Vanishing.explains,
        reading=(GLOROT,),
    )
