"""Whom models ask: ``fit`` before the first step, and methods whose work is done in later rooms.

Who comes later, and knows of models, registers here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pellucid.callbacks.callback import Callback
from pellucid.callbacks.history import History
from pellucid.errors import unknown_name
from pellucid.models.data import Dataset

if TYPE_CHECKING:
    from pellucid.models.trainer import Trainer

__all__ = [
    "ADVICE",
    "Consultant",
    "Consultation",
    "Training",
    "checked_advice",
    "consult",
    "expert",
    "register",
    "register_expert",
]

ADVICE = ("auto", "quiet", "strict", "off")


@dataclass(frozen=True)
class Training:
    """What ``fit`` is about to do, with its arguments.

    Attributes:
        model: The model, compiled and built.
        train: The rows that it learns from.
        validation: The rows that it is judged on, if any.
        batch_size, epochs, shuffle, class_weight, verbose: As ``fit`` was given them.
        split: Its ``validation_split``, where that made the validation.
        steps: How many steps an epoch has; ``None`` where that is not known before.
        whole: Whether ``train`` is all that it learns from, and no first batch.
        advice: What is done about what is found, one of :data:`ADVICE`.
    """

    model: "Trainer"
    train: Dataset
    validation: Dataset | None
    batch_size: int
    epochs: int
    shuffle: bool
    split: float
    class_weight: Mapping[int, float] | None
    verbose: int
    steps: int | None
    whole: bool
    advice: str


class Consultation(Protocol):
    """What is said of one training."""

    callbacks: list[Callback]
    """What watches the training."""

    def conclude(self, history: History) -> None:
        """The training has ended."""


class Consultant(Protocol):
    """Who is asked."""

    def __call__(self, training: Training) -> Consultation:
        """Look at a training before its first step; raise if it should not begin."""


_consultants: list[Consultant] = []


def register(consultant: Consultant) -> None:
    """Let ``fit`` ask."""
    _consultants.append(consultant)


_experts: dict[str, Callable[..., Any]] = {}


def register_expert(name: str, answer: Callable[..., Any]) -> None:
    """Let the models' method of a name be answered by a function, given the model first."""
    _experts[name] = answer


def expert(name: str) -> Callable[..., Any]:
    """What answers the models' method of a name."""
    return _experts[name]


def consult(training: Training) -> list[Consultation]:
    """Ask about a training, unless it is not wanted."""
    return [] if training.advice == "off" else [ask(training) for ask in _consultants]


def checked_advice(advice: Any) -> str:
    """The value of ``doctor=``.

    Raises:
        UnknownNameError: For none of :data:`ADVICE`.
    """
    if advice not in ADVICE:
        raise unknown_name("value of 'doctor'", advice, ADVICE)
    return str(advice)
