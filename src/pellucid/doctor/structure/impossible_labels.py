"""S3: labels that no output stands for."""

from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar

import numpy as np

from pellucid.doctor.case import Case, Head
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.data.rows import with_arrays
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.structure.judged import family_of
from pellucid.doctor.treatment import can_change, changed, code, remade
from pellucid.layers.core import Dense

__all__ = ["ImpossibleLabels"]

READING = (
    "CS231n, Linear classification, softmax classifier: https://cs231n.github.io/linear-classify/",
)


class ImpossibleLabels(Check):
    """S3: class numbers beyond the output's units, below 0, or that are no whole numbers.

    For sparse categorical cross-entropy, over all rows of the training and of the validation. A
    label that is no class costs nothing and teaches nothing, or, elsewhere, reads another memory.
    The label of ``ignore_class`` is allowed.

    Limits: 0 and the number of units, by the definition of the loss. Source: measured in Keras
    3.15, which trains on label 3 with 3 units without a word.
    """

    id: ClassVar[str] = "S3"
    moment: ClassVar[Moment] = Moment.STRUCTURE
    stops: ClassVar[bool] = True
    explains: ClassVar[frozenset[str]] = frozenset({"I1", "P1", "R1", "R3", "E3"})

    def examine(self, case: Case) -> Iterator[Finding]:
        layout = case.predicting
        if len(layout.outputs) != len(case.heads):
            return
        for head, output in zip(case.heads, layout.outputs, strict=True):
            units = output.shape[getattr(head.loss, "axis", -1)] if output.ndim else None
            if family_of(head.loss) != "sparse" or units is None or units < 2:
                continue
            layer = layout.layer(layout.form(output).source)
            for part, y in (
                ("training", head.targets),
                ("validation", head.validation_targets),
            ):
                finding = None if y is None else self._wrong(case, head, y, units, part, layer)
                if finding is not None:
                    yield Finding(
                        **finding,
                        check=self.id,
                        severity=Severity.ERROR,
                        layer=layout.path(layer) or None,
                        line=layout.line(layer, output),
                        explains=self.explains,
                        reading=READING,
                    )
                    break

    def _wrong(
        self, case: Case, head: Head, y: np.ndarray, units: int, part: str, layer: Any
    ) -> dict[str, Any] | None:
        """What is wrong with labels; ``None`` if nothing is."""
        if y.dtype.kind not in "iuf" or not y.size:
            return None
        ignored = getattr(head.loss, "ignore_class", None)
        counted = np.isfinite(y) & (y != ignored if ignored is not None else True)
        labels = y[counted]
        broken = labels != np.floor(labels)
        low, high = (labels.min(), labels.max()) if labels.size else (0, 0)
        if broken.any():
            return {
                "symptom": f"Labels of the {part} are no whole numbers.",
                "why": "The loss wants the number of the right class and cuts off the rest: 1.7 "
                "counts as class 1.",
                "measures": (
                    Measure("share of labels that are not whole", float(broken.mean()), 0.0),
                ),
                "fix": Fix(now="y", instead="np.round(y).astype(int)"),
            }
        if low < 0:
            return {
                "symptom": f"Labels of the {part} are below 0.",
                "why": "Classes are numbered from 0; a row whose label is no class costs nothing "
                "and teaches nothing.",
                "measures": (
                    Measure("smallest label", int(low), 0),
                    Measure("share of such labels", float((labels < 0).mean()), 0.0),
                ),
                "fix": Fix(
                    now="y",
                    instead=f"y + {-int(low)}",
                    treated=partial(_raised, by=-int(low))
                    if high - low < units and len(case.heads) == 1
                    else None,
                ),
            }
        if high >= units:
            return {
                "symptom": f"Labels of the {part} reach {int(high)}, but there are {units} units.",
                "why": "A unit is needed for each class, counted from 0; a row whose label has "
                "none costs nothing and teaches nothing.",
                "measures": (
                    Measure("largest label", int(high), units - 1),
                    Measure("share of such labels", float((labels >= units).mean()), 0.0),
                ),
                "fix": _units(case, layer, int(high) + 1),
            }
        return None


def _raised(case: Case, by: int) -> Case:
    return with_arrays(case, "y", lambda i, y: y + by)


def _units(case: Case, layer: Any, units: int) -> Fix:
    if not isinstance(layer, Dense):
        return Fix(instead=f"{units} units in the output")

    def treated(case: Case) -> Case:
        return changed(case, {layer: lambda: remade(layer, units=units)})

    works = can_change(case.model, layer)
    return Fix(code(layer, units=units), code(layer), treated if works else None)
