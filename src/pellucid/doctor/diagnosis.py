"""What an examination comes to: findings in order, root causes first, their consequences below."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pellucid.doctor.finding import Finding, Severity
from pellucid.doctor.showing import as_html, as_text, headline

__all__ = ["Diagnosis"]


@dataclass(frozen=True)
class Diagnosis:
    """All findings of an examination.

    It is true where there is something to mend: an error or a warning. Printed it is text, in a
    notebook a table; :meth:`json` is for programs.

    Attributes:
        findings: In the order of the checks' moments, and then the worse ones first.
        checked: The checks that were made.
        failed: For a check that could not be made, why not.

    Examples:
        >>> Diagnosis().exit_status, bool(Diagnosis())
        (0, False)
    """

    findings: tuple[Finding, ...] = ()
    checked: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)

    @property
    def roots(self) -> tuple[Finding, ...]:
        """The findings that no other explains, each with the others that it does as evidence.

        What harms comes first, in the order of the checks, and then the notes.
        A cause is as severe as the worst of its consequences: what alone would be worth a note is
        an error if it is why nothing is learned.
        """
        parents = _parents(self.findings)
        kept: dict[int, list[Finding]] = {i: [] for i in range(len(self.findings))}

        def with_evidence(i: int) -> Finding:
            below = [with_evidence(j) for j, parent in parents.items() if parent == i]
            finding = self.findings[i]
            worst = max([finding.severity, *(f.severity for f in below)])
            return replace(finding, severity=worst, evidence=(*finding.evidence, *below))

        causes = [with_evidence(i) for i in kept if i not in parents]
        return tuple(sorted(causes, key=lambda cause: cause.severity == Severity.NOTE))

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The causes that must go."""
        return tuple(f for f in self.roots if f.severity == Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The causes that harm."""
        return tuple(f for f in self.roots if f.severity == Severity.WARNING)

    @property
    def notes(self) -> tuple[Finding, ...]:
        """What is worth knowing."""
        return tuple(f for f in self.roots if f.severity == Severity.NOTE)

    @property
    def exit_status(self) -> int:
        """For a shell: 0 where all is well, 1 where there is an error or a warning."""
        return int(bool(self))

    def followed_by(self, other: "Diagnosis") -> "Diagnosis":
        """The findings of both: what was found later may follow from what was found before."""
        return Diagnosis(
            (*self.findings, *other.findings),
            (*self.checked, *other.checked),
            {**self.failed, **other.failed},
        )

    def __bool__(self) -> bool:
        return any(f.severity > Severity.NOTE for f in self.findings)

    def json(self, **options: Any) -> str:
        """All of it as JSON: causes with their evidence.

        Args:
            **options: For ``json.dumps``, such as ``indent=2``.
        """
        content = {
            "findings": [f.as_dict() for f in self.roots],
            "checked": list(self.checked),
            "failed": dict(self.failed),
        }
        return json.dumps(content, **options)

    def __str__(self) -> str:
        text = as_text(self.roots).plain
        lines = [headline(self.roots), text]
        lines += [f"not made: {check} ({why})" for check, why in self.failed.items()]
        return "\n".join(line for line in lines if line)

    def html(self) -> str:
        """A part of a page: the findings, with their pictures."""
        return as_html(self.roots)

    def _repr_html_(self) -> str:
        return self.html()


def _parents(findings: Iterable[Finding]) -> dict[int, int]:
    """For findings that are consequences the first of those that explain them, by number."""
    listed = list(findings)
    parents: dict[int, int] = {}
    for i, finding in enumerate(listed):
        for j, cause in enumerate(listed):
            if finding.check in (cause.explains or ()) and i not in _ups(j, parents) and i != j:
                parents[i] = j
                break
    return parents


def _ups(i: int, parents: Mapping[int, int]) -> list[int]:
    """The causes above a finding, itself first: two that explain each other make no circle."""
    chain = [i]
    while chain[-1] in parents:
        chain.append(parents[chain[-1]])
    return chain
