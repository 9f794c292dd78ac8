"""What a check is: a rule that looks at a case and yields what it finds."""

from collections.abc import Iterator
from enum import IntEnum
from typing import ClassVar

from pellucid.doctor.case import Case
from pellucid.doctor.finding import Finding

__all__ = ["LATER", "Check", "Moment"]

LATER = frozenset(
    [
        f"{letter}{i}"
        for letter, n in {"I": 6, "P": 8, "R": 10, "E": 6}.items()
        for i in range(1, n + 1)
    ]
)
"""Checks of what a model does, which cannot do well where data or structure are broken."""


class Moment(IntEnum):
    """When a check can be made; those before the first step are made in this order."""

    DATA = 1
    STRUCTURE = 2
    INITIAL = 3
    PROBE = 4
    RUNNING = 5
    EVALUATION = 6


class Check:
    """A rule. One check a file; its docstring says the rule, its limits and where they are from.

    Attributes:
        id: Short and lasting: ``"A1"``.
        moment: When it is made.
        explains: Checks whose findings follow from what this one finds, so that they count as its
            evidence and are no headlines.
        stops: Whether ``fit`` refuses to begin when it finds an error: nothing could come of it.
        quick: Whether ``fit`` makes it, of those before the first step: it takes milliseconds.
        lasting: Whether what it finds before the first step follows from the structure and the
            data, so that, silent once, it need not be made again for the same ones.
        looks: Whether it runs the model on rows, although it learned: then ``fit`` leaves it out
            where the training was too short to pay for it.
    """

    id: ClassVar[str]
    moment: ClassVar[Moment]
    explains: ClassVar[frozenset[str]] = frozenset()
    stops: ClassVar[bool] = False
    quick: ClassVar[bool] = True
    lasting: ClassVar[bool] = True
    looks: ClassVar[bool] = False

    def examine(self, case: Case) -> Iterator[Finding]:
        """Yield what is found; nothing where all is well or the rule does not apply.

        The case, its model and its data must be left as they are, bit for bit.
        """
        raise NotImplementedError(f"{type(self).__name__}.examine")
