"""What the doctor does in ``fit``: looks before the first step, watches, and sums up."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from rich.console import Console
from rich.text import Text

from pellucid.callbacks.callback import Callback
from pellucid.callbacks.history import History
from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.checking import checks_of, examine_case
from pellucid.doctor.diagnosis import Diagnosis
from pellucid.doctor.finding import Finding, Severity
from pellucid.doctor.gate import harm
from pellucid.doctor.one_thread import one_thread
from pellucid.doctor.remembered import Remembered, fingerprint
from pellucid.doctor.showing import as_text
from pellucid.doctor.watch import Watch
from pellucid.doctor.yardsticks import yardsticks
from pellucid.errors import DiagnosisError
from pellucid.models.consulting import Training, register
from pellucid.models.steps import kinds

__all__ = ["Visit"]

BEFORE = (Moment.DATA, Moment.STRUCTURE, Moment.INITIAL)
AFTER = (Moment.RUNNING, Moment.EVALUATION)
OF_A_BATCH = frozenset({"A2", "A4", *(f"S{i}" for i in range(1, 8))})  # the rest needs all rows
SHARE = 0.02  # of a fit's time may be spent on looking back at a training that went well
LONG = 0.05  # seconds: a first look that may take longer waits for a training that is long enough
WELL = 0.5  # of the constant's loss is gone: then units that are dead do no harm

_told: set[str] = set()  # what could not be done, in this process: said once


class Visit:
    """The doctor's look at one training: before the first step, and after the last.

    What was silent is not looked at again while the compiled model, the data and the way through
    them stay what they were: of a model that is trained in many short fits the first one pays.
    A check that fails, or anything else in here, is told once, and the training goes on.

    Args:
        training: What ``fit`` is about to do.

    Attributes:
        case: The same, as checks see it.
        diagnosis: What was found so far.
        callbacks: What watches the training.

    Raises:
        DiagnosisError: If an error means that nothing can come of the training; with
            ``doctor="strict"`` for every error and warning.
    """

    def __init__(self, training: Training) -> None:
        self.training = training
        self.diagnosis = Diagnosis()
        self.watch: Watch | None = None
        self.callbacks: list[Callback] = []
        self._shown: set[tuple[str, str]] = set()
        self._began = time.perf_counter()
        with self._excused("the look before the training"):
            self._look()
            self._refuse()
            self._show()
            if training.whole:
                self.watch = Watch(self.case)
                self.callbacks = [self.watch]

    def _look(self) -> None:
        given = self.training
        self.case = Case(
            given.model,
            given.train,
            given.validation,
            given.batch_size,
            given.epochs,
            given.shuffle,
            given.split,
            given.class_weight,
            steps=given.steps,
        )
        self._remember(self.case)
        silent = self.case.remembered.silent
        found = examine_case(self.case, BEFORE, self._wanted)
        loud = {finding.check for finding in found.findings}
        lasting = {check.id for check in checks_of(BEFORE) if check.lasting}
        self.diagnosis = replace(found, checked=(*sorted(silent), *found.checked))
        silent |= lasting & set(found.checked) - loud

    def _remember(self, case: Case) -> None:
        """Give a case what is known from earlier trainings of its model."""
        of_model: Remembered = case.model._keep(("doctor", *kinds(case.train)), Remembered)
        weights = tuple((case.class_weight or {}).items())
        data = fingerprint(case.train), fingerprint(case.validation), weights
        way = case.batch_size, case.shuffle, case.split, self.training.whole
        vars(case)["remembered"] = of_model.of((data, way))

    def _wanted(self, check: Check) -> bool:
        if check.id in self.case.remembered.silent:
            return False
        given = self.training
        if not given.whole and check.id not in OF_A_BATCH:
            return False
        if check.id == "S7" and not given.whole and given.steps is None:
            return False  # a schedule is judged by the number of steps
        # Numbers that are none end a fit before this, or are meant to be there: check_data=False.
        return check.quick and check.id != "A1"

    def _refuse(self) -> None:
        strict = self.training.advice == "strict"
        stopping = {check.id for check in checks_of(BEFORE) if check.stops}
        errors = [f for f in self.diagnosis.errors if strict or f.check in stopping]
        for finding in [*errors, *(self.diagnosis.warnings if strict else ())]:
            raise _refusal(finding)

    def _show(self) -> None:
        """Print the errors and warnings that were not yet; notes are for who asks."""
        found = [f for root in self.diagnosis.roots for f in self._news(root)]
        self._shown |= {(f.check, f.symptom) for f in found}
        if found:
            self._say(as_text(found))
        for what in self.diagnosis.failed.keys() - _told if self._speaks else ():
            _told.add(what)
            why = self.diagnosis.failed[what]
            self._say(Text(f"note  The doctor failed at {what}: {why}. The training goes on."))

    def _news(self, root: Finding) -> list[Finding]:
        """A cause that was not told yet; of one that was, what has come of it that is an error."""
        if (root.check, root.symptom) not in self._shown:
            return [root] if root.severity > Severity.NOTE else []
        errors = [f for f in root.evidence if f.severity == Severity.ERROR]
        return [f for f in errors if (f.check, f.symptom) not in self._shown]

    def _say(self, text: Text) -> None:
        if self._speaks:
            Console(highlight=False).print(text, soft_wrap=True)

    @property
    def _speaks(self) -> bool:
        return self.training.advice == "auto" and self.training.verbose >= 1

    def conclude(self, history: History) -> None:
        """Look at what came of it, and say what could be reached without a network."""
        with self._excused("the look after the training"):
            if self.watch is not None:
                self._look_back(history, self.watch)
        history.diagnosis = self.diagnosis

    def _look_back(self, history: History, watch: Watch) -> None:
        history.signals = watch.signals
        if watch.failed is not None:
            self._failed("the watch over the training", watch.failed)
        case = replace(self.case, history=history.history, signals=history.signals)
        vars(case)["remembered"] = self.case.remembered
        began = time.perf_counter()
        guess = watch.seconds_of_look()
        unknown = guess if guess > LONG else 0.0  # a short one is how its length becomes known
        doubtful = _is_doubtful(case)

        def wanted(check: Check) -> bool:
            if not check.quick or doubtful or not check.looks:
                return check.quick
            now = time.perf_counter()
            cost = case.remembered.seconds.get(check.id, unknown)
            return now - began + cost <= SHARE * (now - self._began)

        self.diagnosis = self.diagnosis.followed_by(examine_case(case, AFTER, wanted))
        if self._speaks and any(f.check == "R3" for f in self.diagnosis.roots):
            # Nothing is learned, and nothing says why: whoever sits there gets the probes' answer.
            self.diagnosis = self.diagnosis.followed_by(examine_case(case, [Moment.PROBE]))
        self._show()
        if self.training.advice == "auto" and self.training.verbose == 1:
            line = yardsticks(case, history)
            if line:
                self._say(Text(line))

    @contextmanager
    def _excused(self, what: str) -> Iterator[None]:
        """Let nothing but a refusal out: the doctor must not be why a training ends."""
        try:
            with one_thread():
                yield
        except DiagnosisError:
            raise
        except Exception as error:
            self._failed(what, f"{type(error).__name__}: {error}")
            self._show()

    def _failed(self, what: str, why: str) -> None:
        failed = {**self.diagnosis.failed, what: why}
        self.diagnosis = replace(self.diagnosis, failed=failed)


def _is_doubtful(case: Case) -> bool:
    """Whether a training, long enough to judge, is not clearly one that went well."""
    if case.signals is not None and case.signals.broken is not None:
        return True
    reached = harm(case)
    return reached is not None and reached.ripe and reached.learned < WELL


def _refusal(finding: Finding) -> DiagnosisError:
    return DiagnosisError(
        finding.symptom,
        given="; ".join(map(str, finding.measures)) or None,
        expected=finding.why,
        mend=finding.fix.instead if finding.fix else None,
        line=finding.line,
    )


register(Visit)
