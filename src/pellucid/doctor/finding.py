"""What a check finds: the symptom, its numbers, why it harms, and what to change."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from pellucid.doctor.case import Case
from pellucid.doctor.treating import STEPS, Treatment, compare
from pellucid.errors import StateError

__all__ = ["Finding", "Fix", "Measure", "Severity"]


class Severity(IntEnum):
    """How much a finding matters: a note is worth knowing, a warning harms, an error must go."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """As it is printed."""
        return self.name.lower()


@dataclass(frozen=True)
class Measure:
    """A number that was measured, against the limit that it went beyond.

    Attributes:
        name: What was measured: ``"largest standard deviation of a column"``.
        value: What it came to.
        limit: What it should not go beyond; ``None`` where there is no limit, as for a count.
    """

    name: str
    value: Any
    limit: Any = None

    def __str__(self) -> str:
        bound = "" if self.limit is None else f" (limit {_short(self.limit)})"
        return f"{self.name}: {_short(self.value)}{bound}"


@dataclass(frozen=True)
class Fix:
    """A change that helps.

    Attributes:
        now: The code as it is, one line or a few; empty where something is only added.
        instead: The code as it should be.
        treated: Makes of a case one in which the change was made, for trying it out; it must
            leave the given case as it is. ``None`` where only people can make the change.
    """

    instead: str
    now: str = ""
    treated: Callable[[Case], Case] | None = None


@dataclass(frozen=True)
class Finding:
    """Something that is wrong, or may be, with a model, its data or its training.

    Attributes:
        check: The check that found it: ``"A1"``.
        severity: How much it matters.
        symptom: What is the matter, one line.
        why: Why that harms, one sentence.
        measures: The numbers, against their limits.
        layer: The path of the layer it is about; ``None`` if it is about no single one.
        line: Where in the user's own code that layer, or the data, come from.
        fix: What to change.
        explains: Checks whose findings would be consequences of this one; ``None`` until checks
            are made for those that its check names.
        reading: Where to read more: titles with addresses.
        picture: Draws it on axes that it is given; ``None`` where a picture tells nothing.
        evidence: Findings that are consequences of this one; put there by the diagnosis.
        case: What it was found in; put there when checks are made. It holds the rows that
            :meth:`treat` trains on, as long as the finding is kept.
    """

    check: str
    severity: Severity
    symptom: str
    why: str
    measures: tuple[Measure, ...] = ()
    layer: str | None = None
    line: str | None = None
    fix: Fix | None = None
    explains: frozenset[str] | None = None
    reading: tuple[str, ...] = ()
    picture: Callable[[Any], Any] | None = field(default=None, compare=False)
    evidence: tuple["Finding", ...] = ()
    case: Case | None = field(default=None, compare=False, repr=False)

    def treat(self, steps: int = STEPS) -> Treatment:
        """Try the fix: train the model as it is and with the change, and show both.

        Both begin with the same weights, those from before the training if it was watched, and
        take the rows in the same order. The model is left as it is, bit for bit.

        Args:
            steps: How many steps at most; no more than ``fit`` was, or will be, told.

        Returns:
            The two trainings: whether the change helped, ``describe()``, ``plot()``.

        Raises:
            StateError: If only people can make the change, or it is not known in what to make it.

        Examples:
            >>> x = np.linspace(-1, 1, 64, dtype=np.float32)[:, None]
            >>> model = Sequential([layers.Dense(8, "tanh"), layers.Dense(1, "sigmoid")])
            >>> model.compile(optimizers.SGD(0.1), "mse")
            >>> diagnosis = doctor.examine(model, x, 3 * x, moments=["data"], epochs=20)
            >>> diagnosis.errors[0].treat().helped
            True
        """
        treated = None if self.fix is None else self.fix.treated
        if self.fix is None or treated is None or self.case is None:
            raise StateError(
                f"The change that {self.check} advises cannot be tried by a machine.",
                given="a finding without a case"
                if treated is not None
                else "a finding whose fix only people can make",
                expected="a finding of doctor.examine or fit, with fix.treated",
                mend=self.fix.instead if self.fix is not None else None,
            )
        return compare(self.case, treated, self.check, self.fix.instead, steps)

    def as_dict(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return {
            "check": self.check,
            "severity": self.severity.word,
            "symptom": self.symptom,
            "why": self.why,
            "measures": [
                {"name": m.name, "value": _plain(m.value), "limit": _plain(m.limit)}
                for m in self.measures
            ],
            "layer": self.layer,
            "line": self.line,
            "fix": None if self.fix is None else {"now": self.fix.now, "instead": self.fix.instead},
            "reading": list(self.reading),
            "evidence": [f.as_dict() for f in self.evidence],
        }


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return value if isinstance(value, int | float | str | bool | None) else str(value)
