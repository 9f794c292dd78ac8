"""Making checks: those of some moments, in order, on a case."""

import importlib
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.diagnosis import Diagnosis
from pellucid.doctor.finding import Finding
from pellucid.random.seeds import random_state, restore_random_state

__all__ = ["checks_of", "examine_case"]

WITH_LOSS = (Moment.INITIAL, Moment.PROBE)

FOLDERS = {
    Moment.DATA: "data",
    Moment.STRUCTURE: "structure",
    Moment.INITIAL: "initial",
    Moment.PROBE: "probes",
    Moment.RUNNING: "running",
    Moment.EVALUATION: "evaluation",
}


def checks_of(moments: Iterable[Moment]) -> list[Check]:
    """The checks of some moments, in the order in which they are made.

    Examples:
        >>> [check.id for check in checks_of([doctor.Moment.DATA])][:3]
        ['A1', 'A2', 'A3']
    """
    modules = [importlib.import_module(f"pellucid.doctor.{FOLDERS[m]}") for m in sorted(moments)]
    return [check for module in modules for check in module.CHECKS]


def examine_case(
    case: Case, moments: Iterable[Moment], wanted: Callable[[Check], bool] = lambda check: True
) -> Diagnosis:
    """Make the checks of some moments on a case, or those of them that are wanted.

    A check that cannot be made, as on a model of a kind that its author did not think of, says so
    in :attr:`Diagnosis.failed`: the doctor must not be why a training ends.
    """
    found: list[tuple[Moment, Finding]] = []
    checked, failed = [], {}
    seeds = random_state()
    known = replace(case)  # without what checks computed on the way
    for check in filter(wanted, checks_of(moments)):
        began = time.perf_counter()
        try:
            if check.moment in WITH_LOSS and case.layout.problem is not None:
                continue  # there is nothing to begin with, and structure says why
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")  # what a check stumbles on is not the user's affair
                for f in check.examine(case):
                    follows = check.explains if f.explains is None else f.explains
                    found.append((check.moment, replace(f, case=known, explains=follows)))
        except Exception as error:
            failed[check.id] = f"{type(error).__name__}: {error}"
        else:
            checked.append(check.id)
        case.remembered.seconds[check.id] = time.perf_counter() - began
    restore_random_state(seeds)  # layers that are made to show a fix draw some
    found.sort(key=lambda pair: (pair[0], -pair[1].severity))  # else the checks' order stays
    return Diagnosis(tuple(f for _, f in found), tuple(checked), failed)
