"""What a training showed of itself while it ran."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.graph.tensor import Tensor

__all__ = ["Look", "Signals", "Start"]


@dataclass(frozen=True)
class Look:
    """The model looked at between two epochs.

    Attributes:
        epoch: How many epochs were done, in this training.
        loss: The loss of the probe's rows, in inference, without penalties.
    """

    epoch: int
    loss: float


@dataclass(frozen=True)
class Start:
    """All that a training goes on from, at the start of an epoch: to run it again.

    Attributes:
        epoch: How many epochs were done before, in this training.
        values: What each variable of the training step held.
        position: Where the training was, as :class:`~pellucid.callbacks.position.Position` says.
    """

    epoch: int
    values: dict[Tensor, np.ndarray]
    position: dict[str, Any]


@dataclass
class Signals:
    """What a :class:`~pellucid.doctor.watch.Watch` has seen of a training.

    Attributes:
        first: The variables of the model before the first step.
        looks: The model between epochs, as often as time allowed.
        epochs: How many epochs were done.
        steps: How many steps were done.
        seconds: How long it took, without validation and without the watch itself.
        computing: Seconds of those in compiled steps.
        watching: Seconds that the watch took for itself.
        losses: The loss that each epoch reported.
        broken: How many epochs were done before the one in which a loss or weight was no longer
            finite; ``None`` if all stayed so.
        sound: The last start of an epoch, of those that were kept, from which all was finite.
    """

    first: dict[Tensor, np.ndarray] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)
    epochs: int = 0
    steps: int = 0
    seconds: float = 0.0
    computing: float = 0.0
    watching: float = 0.0
    losses: list[float] = field(default_factory=list)
    broken: int | None = None
    sound: Start | None = None
