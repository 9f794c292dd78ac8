"""R6: rectified units that give 0 for every row."""

from collections.abc import Iterator
from typing import ClassVar

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.gate import Harm, harm
from pellucid.doctor.initial.fresh_weights import start_otherwise
from pellucid.doctor.remedies import line_of, other_rate
from pellucid.doctor.view import Units, view

__all__ = ["DeadUnits", "is_dead"]

WIDE, NARROW = 0.5, 0.75  # healthy: up to .27 after a training
WIDTH = 16  # below which half of the units may well be dead by chance
ALL = 0.95
LEARNED_WELL = 0.5

READING = "CS231n, Neural Networks 1: dying ReLU, https://cs231n.github.io/neural-networks-1/"


def is_dead(units: Units) -> bool:
    """Whether so many units are 0 on all rows that it is no chance."""
    return units.dead >= (WIDE if units.width >= WIDTH else NARROW)


class DeadUnits(Check):
    """R6: at least half of a layer's relu units are 0 on all rows, after the training.

    Rule: half of the units (three quarters in layers of fewer than 16) give 0 on every row of the
    probe. An error if the network does not learn, or if 95 % are dead and less than half of the
    constant's loss is gone; else a note. They are born dead if they were so before the first step.

    Source:
        Amazon SageMaker Debugger's DyingRelu (50 %), AUTOTRAINER (70 %); healthy trainings came to
        27 %. Without harm a note: many networks have units to spare.
    """

    id: ClassVar[str] = "R6"
    moment: ClassVar[Moment] = Moment.RUNNING
    looks: ClassVar[bool] = True
    explains: ClassVar[frozenset[str]] = frozenset({"R3", "R4", "R7", "R9", "E2", "E3"})

    def examine(self, case: Case) -> Iterator[Finding]:
        if case.signals is not None and case.signals.broken is not None:
            return
        found = [units for units in view(case).units() if is_dead(units)]
        if not found:
            return
        reached = harm(case)
        first = {} if case.signals is None else case.signals.first
        born = {u.layer for u in view(case).units(first) if is_dead(u)} if first else set()
        for units in found:
            yield _finding(case, units, _severity(units, reached), units.layer in born)


def _severity(units: Units, reached: Harm | None) -> Severity:
    if reached is None:
        return Severity.NOTE
    nearly_all = units.dead >= ALL and reached.learned < LEARNED_WELL
    return Severity.ERROR if reached.not_learning or nearly_all else Severity.NOTE


def _finding(case: Case, units: Units, severity: Severity, born: bool) -> Finding:
    when = "were dead before the first step" if born else "died during the training"
    if born:
        why = "A unit that is 0 on all rows has no slope, so that no step can change it: its "
        why += "first weights or its bias let nothing through."
        fix = start_otherwise(
            case, [units.layer], kernel_initializer="he_normal", bias_initializer="zeros"
        ) or Fix(
            instead='kernel_initializer="he_normal", bias_initializer="zeros", and inputs that are '
            "scaled"
        )
    else:
        why = "A step too long pushed the units to where they are 0 on all rows; there they have "
        why += "no slope, and stay."
        fix = other_rate(case, 0.1)
    return Finding(
        "R6",
        severity,
        f"{units.dead:.0%} of the {units.width} relu units of '{units.layer}' give 0 for every "
        f"row; they {when}.",
        why,
        (Measure("share of dead units", units.dead, WIDE if units.width >= WIDTH else NARROW),),
        layer=units.layer,
        line=line_of(case, units.layer),
        fix=fix,
        explains=DeadUnits.explains,
        reading=(READING,),
    )
