"""Harm: whether a network learns anything, told by the best that outputs without inputs reach.

A mechanism alone, such as units that are dead, harms nobody: many healthy networks have some. So
checks of a training raise an error or a warning only where the loss says that there is harm.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.dumb import dumb_loss
from pellucid.doctor.view import view, weighted_probe
from pellucid.doctor.yardsticks import linear_loss
from pellucid.models.trainer import Trainer

__all__ = ["Harm", "harm", "owns_step"]

LEAST_EPOCHS = 3  # before which, and before so many steps, nothing is said of a training
LEAST_STEPS = 100
LEARNED = 0.05  # of the way from the constant's loss to 0: healthy networks get .16 to 1
MOVED = 0.01  # of the first loss
FAR = 0.2  # times the constant's loss: a first loss below it had no far way to go
LITTLE = 0.01  # of the constant's loss: what is learned of data that say next to nothing
CLEAR = 3  # times the limits: then the reported losses decide, without a look at the model
NEAR = 2  # times the constant's loss: below it nothing runs away


@dataclass(frozen=True)
class Harm:
    """What a training came to, beside the loss of the best constant outputs.

    Attributes:
        dumb: The loss of the best constant outputs.
        first: The loss before the first step; NaN if it was not seen.
        best: The smallest loss.
        last: The loss as it is now.
        learned: ``(dumb - best) / dumb``: 1 for a loss of 0, 0 for no better than a constant.
        moved: ``(first - best) / |first|``.
        ripe: Whether there were steps enough to judge.
        enough: Whether little was learned because the data say little: a linear model, too, comes
            to no more.
    """

    dumb: float
    first: float
    best: float
    last: float
    learned: float
    moved: float
    ripe: bool
    enough: bool = False

    @property
    def not_learning(self) -> bool:
        """Whether the training, long enough, came to no more than a constant would."""
        if not self.ripe:
            return False
        stuck = self.moved < MOVED and self.first > FAR * self.dumb
        return (self.learned < LEARNED and not self.enough) or stuck


def owns_step(model: Any) -> bool:
    """Whether a model says itself what a step is, or what its loss: then no constant is known."""
    kind = type(model)
    own = ("train_step", "compute_loss")
    return any(getattr(kind, name) is not getattr(Trainer, name) for name in own)


def harm(case: Case) -> Harm | None:
    """What a training came to; ``None`` where no loss says it, or it is not a finite number.

    The losses are those of the probe's rows, in inference. Where the losses that ``fit`` reported
    leave no doubt (they are higher, for the weights were still changing), they are taken instead:
    nothing has to be computed.
    """
    kept: dict[str, Any] = vars(case)  # as a cached property keeps what it found
    if "harm" not in kept:
        kept["harm"] = _harm(case)
    return kept["harm"]


def _harm(case: Case) -> Harm | None:
    if owns_step(case.model) or not case.heads or any(h.targets is None for h in case.heads):
        return None
    dumb = float(dumb_loss(case))
    if not np.isfinite(dumb) or dumb <= 0:
        return None
    epochs, steps = _done(case)
    ripe = epochs >= LEAST_EPOCHS and steps >= LEAST_STEPS
    return _clearly_well(case, dumb, ripe) or _looked(case, dumb, ripe)


def _clearly_well(case: Case, dumb: float, ripe: bool) -> Harm | None:
    """What the reported losses say, if they say clearly that there is no harm, or none yet."""
    losses = [x for x in case.history.get("loss", []) if np.isfinite(x)]
    if not losses or not np.isfinite(case.history["loss"][-1]):
        return None
    first, best, last = losses[0], min(losses), losses[-1]
    learned, moved = (dumb - best) / dumb, (first - best) / max(abs(first), 1e-30)
    begun = not ripe and last < NEAR * dumb  # too early to say what it learns
    if begun or (learned > CLEAR * LEARNED and (moved > CLEAR * MOVED or first < FAR * dumb)):
        return Harm(dumb, first, best, last, learned, moved, ripe)
    return None


def _looked(case: Case, dumb: float, ripe: bool) -> Harm | None:
    seen, signals = view(case), case.signals
    # The training's best constant, on the rows that the loss is measured on.
    probe = replace(case, validation=weighted_probe(case))
    whole, dumb = dumb, float(dumb_loss(probe, validation=True))
    last = seen.loss_at()
    first = seen.loss_at(signals.first) if signals is not None else float("nan")
    looks = [] if signals is None else [look.loss for look in signals.looks]
    known = [x for x in (last, *looks) if np.isfinite(x)]
    if not known or dumb <= 0:
        return None
    best = min(known)
    moved = (first - best) / max(abs(first), 1e-30) if np.isfinite(first) else float("inf")
    # The reported losses are those of all rows, and higher than under weights that stand still:
    # if they are below the constant's something was learned, be it of classes that are rare.
    reported = [x for x in case.history.get("loss", []) if np.isfinite(x)]
    learned = max([(dumb - best) / dumb, *((whole - x) / whole for x in reported)])
    enough = LITTLE < learned < LEARNED and _say_little(case, whole, learned)
    return Harm(dumb, first, best, last, learned, moved, ripe, enough)


def _say_little(case: Case, dumb: float, learned: float) -> bool:
    """Whether a linear model learns something, and no more than twice as much."""
    linear = linear_loss(case) if len(case.heads) == 1 else None
    if linear is None or not np.isfinite(linear):
        return False
    by_chance = case.train.x.shape[1] / len(case.train)  # that so many columns fit of noise
    share = (dumb - linear) / dumb
    return bool(max(LITTLE, 2 * by_chance) < share < 2 * learned)


def _done(case: Case) -> tuple[int, int]:
    """How many epochs and steps were done."""
    if case.signals is not None:
        return case.signals.epochs, case.signals.steps
    epochs = len(case.history.get("loss", []))
    return epochs, epochs * -(-len(case.train) // case.batch_size)
