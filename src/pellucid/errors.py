"""The tree of errors: what was given, what was expected, and how to mend it."""

import difflib
from collections.abc import Iterable

__all__ = [
    "ArgumentError",
    "DTypeError",
    "DataError",
    "DiagnosisError",
    "GraphError",
    "PellucidError",
    "ShapeError",
    "StateError",
    "UnknownNameError",
    "unknown_name",
]

MOST_NAMES = 80  # more than that nobody reads in an error


class PellucidError(Exception):
    """Base of every error that this library raises on purpose.

    Args:
        problem: One sentence that says what went wrong, ending in a full stop.
        given: What the user gave.
        expected: What would have been right.
        mend: What to do about it.
        line: The line of the user's code that made the node at fault.

    Attributes:
        layer: The layer in whose ``call`` it happened, where the sentence does not name one.

    Examples:
        >>> print(PellucidError("The soup is cold.", given="20 °C", expected="at least 60 °C"))
        The soup is cold.
          given:    20 °C
          expected: at least 60 °C
    """

    def __init__(
        self,
        problem: str,
        *,
        given: str | None = None,
        expected: str | None = None,
        mend: str | None = None,
        line: str | None = None,
    ) -> None:
        self.problem = problem
        self.given = given
        self.expected = expected
        self.mend = mend
        self.line = line
        self.layer: str | None = None
        super().__init__(problem)

    def __str__(self) -> str:
        parts = [
            ("given:   ", self.given),
            ("expected:", self.expected),
            ("to mend: ", self.mend),
            ("in layer:", self.layer),
            ("made at: ", self.line),
        ]
        return "\n".join([self.problem, *(f"  {label} {text}" for label, text in parts if text)])


class ShapeError(PellucidError, ValueError):
    """Shapes that do not fit together."""


class DTypeError(PellucidError, TypeError):
    """A dtype or a Python type that an operation or argument does not take."""


class ArgumentError(PellucidError, ValueError):
    """An argument with a value that it cannot have, or that contradicts another."""


class DataError(PellucidError, ValueError):
    """Data that cannot be trained on: wrong lengths, labels out of range, NaN, text as numbers."""


class DiagnosisError(PellucidError, ValueError):
    """A training that the doctor says should not begin: nothing could come of it."""


class GraphError(PellucidError, ValueError):
    """A graph that cannot be run: a placeholder that is not fed, a cycle, a gradient cut off."""


class StateError(PellucidError, ValueError):
    """Something asked for too early, such as ``fit`` before ``compile``."""


class UnknownNameError(PellucidError, ValueError):
    """A name that nothing is registered under."""


def unknown_name(kind: str, name: object, known: Iterable[str]) -> UnknownNameError:
    """Make the error for a name that does not exist, with the names that come near it.

    Examples:
        >>> print(unknown_name("activation", "rleu", ["elu", "relu", "tanh"]))
        Unknown activation 'rleu'; did you mean 'relu'?
          given:    'rleu'
          expected: one of 'elu', 'relu', 'tanh'
    """
    names = sorted(set(known))
    near = difflib.get_close_matches(str(name).lower(), names, n=3, cutoff=0.6)
    guess = f"; did you mean {' or '.join(repr(n) for n in near)}?" if near else "."
    expected = f"one of {', '.join(repr(n) for n in names)}"
    if len(names) > MOST_NAMES:
        nearest = difflib.get_close_matches(str(name), names, n=5, cutoff=0.0)
        expected = f"one of {len(names)} names; nearest are {', '.join(map(repr, nearest))}"
    return UnknownNameError(f"Unknown {kind} {name!r}{guess}", given=repr(name), expected=expected)
