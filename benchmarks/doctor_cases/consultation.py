"""One network shown to the doctor: before its training, after it, and treated."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.doctor_cases import PATIENTS, Patient, Setup
from pellucid.doctor.case import Case
from pellucid.doctor.check import Moment
from pellucid.doctor.checking import examine_case
from pellucid.doctor.clone import sandbox
from pellucid.doctor.diagnosis import Diagnosis
from pellucid.doctor.dumb import dumb_loss
from pellucid.doctor.examining import _build
from pellucid.doctor.finding import Finding, Severity
from pellucid.doctor.view import view
from pellucid.doctor.watch import Watch
from pellucid.errors import PellucidError
from pellucid.models.data import prepare, split_tail

__all__ = ["Outcome", "consult"]

BEFORE = (Moment.DATA, Moment.STRUCTURE, Moment.INITIAL, Moment.PROBE)
AFTER = (Moment.RUNNING, Moment.EVALUATION)
HARMFUL = Severity.WARNING  # and errors: what a healthy network must not get
WELL = 0.5  # of the way from the best constant's loss to 0: a network that is cured gets there


@dataclass
class Outcome:
    """What the doctor said of a network.

    Attributes:
        name, seed: Which network.
        named: The causes in the order in which they are told: errors and warnings as they come,
            then the notes. Each with its severity and its symptom.
        learned: How far training came from the best constant's loss (0) to a loss of 0 (1).
        refused: Why `fit` did not train, if it did not.
        failed: Checks that could not be made, and why.
        treatment: The check whose fix was tried; `None` if there was none to try.
        cured: Whether it helped: the network learns well, or nothing harmful is found any more.
        seconds: Of the checks before the training, of the training, and of the checks after it.
    """

    name: str
    seed: int
    named: list[tuple[str, str, str]] = field(default_factory=list)
    learned: float | None = None
    refused: str | None = None
    failed: dict[str, str] = field(default_factory=dict)
    treatment: str | None = None
    cured: bool | None = None
    seconds: tuple[float, ...] = ()

    @property
    def patient(self) -> Patient:
        """Whom it is about."""
        return PATIENTS[self.name]

    def named_by(self, count: int) -> bool:
        """Whether the true cause is among the first so many that are told."""
        return any(check in self.patient.expected for check, *_ in self.named[:count])

    @property
    def alarms(self) -> list[tuple[str, str, str]]:
        """The errors and warnings among what is told."""
        return [told for told in self.named if told[1] != Severity.NOTE.word]

    def as_dict(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return {**asdict(self), "expected": list(self.patient.expected)}


def consult(name: str, seed: int, treat: bool = True) -> Outcome:
    """Show a network to the doctor, train it, show it again; then try what was advised."""
    patient = PATIENTS[name]
    outcome = Outcome(name, seed)
    with np.errstate(all="ignore"):
        setup = patient.setup(seed)
        case = case_of(setup)
        times = [time.perf_counter()]
        before = examine_case(case, BEFORE)
        times.append(time.perf_counter())
        try:
            case = trained(case, setup.fit.get("callbacks", []))
        except PellucidError as error:
            outcome.refused = str(error).splitlines()[0]
            after = Diagnosis()
            times += [time.perf_counter()] * 2
        else:
            times.append(time.perf_counter())
            after = examine_case(case, AFTER)
            times.append(time.perf_counter())
            outcome.learned = learned(case)
        outcome.seconds = tuple(b - a for a, b in pairwise(times))
        outcome.failed = {**before.failed, **after.failed}
        told = ranked(before, after)
        outcome.named = [(f.check, f.severity.word, f.symptom) for f in told]
        if treat and patient.curable and told:
            outcome.treatment, outcome.cured = told[0].check, cured(patient, seed, told[0].check)
    return outcome


def ranked(*diagnoses: Diagnosis) -> list[Finding]:
    """The causes of several diagnoses, as they are told."""
    return list(Diagnosis(tuple(finding for d in diagnoses for finding in d.findings)).roots)


def case_of(setup: Setup) -> Case:
    """The set-up as checks see it, its model built."""
    given = setup.fit
    train, validation = prepare(setup.x, setup.y, given.get("sample_weight")), None
    if "validation_data" in given:
        validation = prepare(*given["validation_data"], part="validation ")
    elif "validation_split" in given:
        train, validation = split_tail(train, given["validation_split"])
    _build(setup.model, train)
    return Case(
        setup.model,
        train,
        validation,
        batch_size=given.get("batch_size", 32),
        epochs=given["epochs"],
        shuffle=given.get("shuffle", True),
        split=given.get("validation_split", 0.0),
        class_weight=given.get("class_weight"),
    )


def trained(case: Case, callbacks: Sequence[Any] = ()) -> Case:
    """The case after its training, which was watched."""
    watch = Watch(case)
    test = case.validation
    history = case.model.fit(
        case.train.x,
        case.train.y,
        sample_weight=case.train.sample_weight,
        validation_data=None if test is None else (test.x, test.y),
        batch_size=case.batch_size,
        epochs=case.epochs,
        shuffle=case.shuffle,
        class_weight=case.class_weight,
        callbacks=[*callbacks, watch],
        verbose=0,
        doctor="off",  # it is asked here, and not stopped by what it finds
    )
    return replace(case, history=history.history, signals=watch.signals)


def learned(case: Case) -> float | None:
    """How far a training came, from the best constant's loss to 0, on the probe's rows."""
    probed = replace(case, train=case.probe)
    dumb, last = dumb_loss(probed), view(probed).loss_at()
    share = (dumb - last) / dumb if dumb else float("nan")
    return float(share) if np.isfinite(share) else None


def cured(patient: Patient, seed: int, check: str) -> bool | None:
    """Whether the fix of the first finding of a check helps; `None` if a machine cannot do it.

    The network is made again, treated as it was before its training, and trained.
    """
    case = case_of(patient.setup(seed))
    found = examine_case(case, BEFORE, lambda c: c.id == check).findings
    if not found:
        with suppress(PellucidError), sandbox(case):  # a cure is a new start
            ended = trained(case)
            found = examine_case(ended, AFTER, lambda c: c.id == check).findings
    fix = found[0].fix if found else None
    if fix is None or fix.treated is None:
        return None
    treated = fix.treated(case)
    before = examine_case(treated, BEFORE)
    try:
        ended = trained(treated)
    except PellucidError:
        return False
    share = learned(ended)
    if share is not None and share >= WELL:
        return True
    return not before and not examine_case(ended, AFTER)
