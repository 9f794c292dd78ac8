"""A4: targets that the last activation cannot reach."""

import math
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.data.target_scale import compares_numbers, standardised
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.treatment import can_change, changed, code, remade
from pellucid.errors import PellucidError
from pellucid.layers.layer import Layer

__all__ = ["OutOfRange"]

SHARE, GRAVE = 0.01, 0.1  # of the targets
AWAY = 10.0  # what targets come to in the mean, beside first outputs of about 1


class OutOfRange(Check):
    """More than 1 % of the targets lie outside of what the output can be: from 10 % on an error.

    The bounds are read from the graph, whatever the weights: of a sigmoid 0 and 1, of twice a tanh
    -2 and 2. Of losses that compare numbers; the others have checks of their own.

    Source:
        Wardat et al. 2022, "DeepDiagnosis: Automatically Diagnosing Faults and Recommending
        Actionable Fixes in Deep Learning Programs", symptom OutOfRange.
    """

    id: ClassVar[str] = "A4"
    moment: ClassVar[Moment] = Moment.DATA
    explains: ClassVar[frozenset[str]] = frozenset(
        ["I1", "I4", "I5", "P1", "R3", "R4", "R5", "R6", "R7", "R9", "E2"]
    )

    def examine(self, case: Case) -> Iterator[Finding]:
        layout = case.layout
        for head, output in zip(case.heads, layout.outputs, strict=True):
            y = head.targets
            if y is None or not compares_numbers(head.loss) or y.dtype.kind == "b":
                continue
            form = layout.form(output)
            slack = 1e-5 * max([1.0, *(abs(b) for b in (form.low, form.high) if math.isfinite(b))])
            outside = float(np.mean((y < form.low - slack) | (y > form.high + slack)))
            if outside <= SHARE:
                continue
            layer = layout.layer(form.node)
            yield Finding(
                self.id,
                Severity.ERROR if outside >= GRAVE else Severity.WARNING,
                f"{100 * outside:.0f} % of the targets lie outside of what the output can be.",
                "No weights bring the output there: the loss stays above what a line would reach, "
                "and the units that try are driven into saturation.",
                (
                    Measure("share of the targets outside", outside, SHARE),
                    Measure("targets", f"from {y.min():.4g} to {y.max():.4g}"),
                    Measure("output", f"from {form.low:.4g} to {form.high:.4g}"),
                ),
                layer=layout.path(layer),
                line=layout.line(layer, form.node),
                fix=_fix(case, layer),
                explains=self.explains,
                reading=(
                    "CS231n, Losses for regression: https://cs231n.github.io/neural-networks-2/",
                ),
            )


def _fix(case: Case, layer: Layer) -> Fix:
    """The last layer without its activation."""
    try:
        now, instead = code(layer), code(layer, activation="linear")
    except (PellucidError, TypeError):  # a layer, or an activation, that is the user's own
        return Fix("layers.Dense(units)  # as the last layer, with no activation")

    far = any(_is_far(head.targets) for head in case.heads)
    scaled = "\ny = (y - y.mean(axis=0)) / y.std(axis=0)" if far else ""

    def treated(case: Case) -> Case:
        free = changed(case, {layer: lambda: remade(layer, activation="linear")})
        return standardised(free) if far else free

    return Fix(instead + scaled, now, treated if can_change(case.model, layer) else None)


def _is_far(y: np.ndarray | None) -> bool:
    """Whether a linear output, which begins near 0, has a long way to the targets."""
    if y is None or y.dtype.kind not in "iuf":
        return False
    return bool(np.abs(y).mean() > AWAY)
