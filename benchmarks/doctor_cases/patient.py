"""What a case of the benchmark is: a network with its data and training, and what ails it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pellucid as pl

__all__ = ["PATIENTS", "Patient", "Setup", "healthy", "sick"]


@dataclass
class Setup:
    """A compiled model with its data, ready for `fit`.

    Attributes:
        model: The model, compiled.
        x: Its inputs.
        y: Its targets.
        fit: The other arguments of `fit`.
    """

    model: Any
    x: Any
    y: Any
    fit: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Patient:
    """A network by name, and what the doctor is to say of it.

    Attributes:
        name: What it is.
        build: Makes it from a seed: data, first weights and order of rows.
        expected: The checks any of which names its root cause; empty for a healthy network.
            Where a set-up has one cause that two checks may rightly call by their own name, both
            stand here.
        curable: Whether a machine could cure it, without knowing more about the task.
        unseen: Whether it was made up for this benchmark, and no threshold was tuned on it.
    """

    name: str
    build: Callable[[int], Setup]
    expected: tuple[str, ...] = ()
    curable: bool = False
    unseen: bool = False

    @property
    def healthy(self) -> bool:
        """Whether the doctor is to be silent about it."""
        return not self.expected

    def setup(self, seed: int) -> Setup:
        """The network for this seed; the seed of everything else is set, too."""
        pl.utils.set_random_seed(seed)
        return self.build(seed)


PATIENTS: dict[str, Patient] = {}
Builder = Callable[[int], Setup]


def healthy(name: str, unseen: bool = False) -> Callable[[Builder], Builder]:
    """Register what the decorated function builds as a network that learns well."""
    return _registered(name, (), False, unseen)


def sick(
    name: str, *expected: str, curable: bool = False, unseen: bool = False
) -> Callable[[Builder], Builder]:
    """Register what the decorated function builds as a network that one of `expected` ails."""
    return _registered(name, expected, curable, unseen)


def _registered(
    name: str, expected: tuple[str, ...], curable: bool, unseen: bool
) -> Callable[[Builder], Builder]:
    def register(build: Builder) -> Builder:
        if name in PATIENTS:
            raise ValueError(f"two cases are called {name!r}")
        PATIENTS[name] = Patient(name, build, expected, curable, unseen)
        return build

    return register
