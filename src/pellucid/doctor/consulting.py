"""What the doctor does in ``fit``: looks before the first step, watches, and sums up."""

from dataclasses import replace

from rich.console import Console
from rich.text import Text

from pellucid.callbacks.callback import Callback
from pellucid.callbacks.history import History
from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.checking import checks_of, examine_case
from pellucid.doctor.finding import Finding, Severity
from pellucid.doctor.showing import as_text
from pellucid.doctor.watch import Watch
from pellucid.doctor.yardsticks import yardsticks
from pellucid.errors import DiagnosisError
from pellucid.models.consulting import Training, register

__all__ = ["Visit"]

BEFORE = (Moment.DATA, Moment.STRUCTURE)
AFTER = (Moment.RUNNING, Moment.EVALUATION)


class Visit:
    """The doctor's look at one training: before the first step, and after the last.

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
        self.case = Case(
            training.model,
            training.train,
            training.validation,
            training.batch_size,
            training.epochs,
            training.shuffle,
            training.split,
            training.class_weight,
        )
        self.diagnosis = examine_case(self.case, BEFORE, self._wanted)
        self._refuse()
        self._shown: set[tuple[str, str]] = set()
        self._show()
        self.watch = Watch(self.case)
        self.callbacks: list[Callback] = [self.watch]

    def _wanted(self, check: Check) -> bool:
        # check_data=False says that values that are no numbers are meant to be there.
        return check.quick and (check.id != "A1" or self.training.check_data)

    def _refuse(self) -> None:
        strict = self.training.advice == "strict"
        stopping = {check.id for check in checks_of(BEFORE) if check.stops}
        errors = [f for f in self.diagnosis.errors if strict or f.check in stopping]
        for finding in [*errors, *(self.diagnosis.warnings if strict else ())]:
            raise _refusal(finding)

    def _show(self) -> None:
        """Print the errors and warnings that were not yet; notes are for who asks."""
        found = [f for f in self.diagnosis.roots if f.severity > Severity.NOTE]
        found = [f for f in found if (f.check, f.symptom) not in self._shown]
        self._shown |= {(f.check, f.symptom) for f in found}
        if found and self._speaks:
            Console(highlight=False).print(as_text(found), soft_wrap=True)

    @property
    def _speaks(self) -> bool:
        return self.training.advice == "auto" and self.training.verbose >= 1

    def conclude(self, history: History) -> None:
        """Look at what came of it, and say what could be reached without a network."""
        history.signals = self.watch.signals
        case = replace(self.case, history=history.history, signals=history.signals)
        after = examine_case(case, AFTER, self._wanted)
        self.diagnosis = self.diagnosis.followed_by(after)
        history.diagnosis = self.diagnosis
        self._show()
        if self.training.advice == "auto" and self.training.verbose == 1:
            line = yardsticks(case, history)
            if line:
                Console(highlight=False).print(Text(line), soft_wrap=True)


def _refusal(finding: Finding) -> DiagnosisError:
    return DiagnosisError(
        finding.symptom,
        given="; ".join(map(str, finding.measures)) or None,
        expected=finding.why,
        mend=finding.fix.instead if finding.fix else None,
        line=finding.line,
    )


register(Visit)
