"""What a loss comes to for outputs that follow the targets, and for outputs that do not."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from pellucid.doctor.case import Case, Head
from pellucid.doctor.dumb import dumb_loss

__all__ = ["Reachable", "fall_without_floor", "first_rows", "is_blind", "reachable"]

SHARES = (1.0, 0.99, 0.95, 0.8, 0.5, 0.2, 0.05)  # of the way from the mean to the target
FAR = (10.0, 100.0, 1000.0)  # deviations of the targets
SQUARE = 30.0  # times the fall of the distance before it: the size falls by 10, the square by 100
SCALES = (1.0, 3.0, 10.0)  # of logits
FREE = ("linear", "relu", "sigmoid", "softplus", "tanh")  # outputs that need not add up to 1
SAME = 1e-6  # of the losses that are compared


@dataclass(frozen=True)
class Reachable:
    """What a loss comes to.

    Attributes:
        constant: For the best output that is the same for all rows.
        following: For the best output that goes with the targets.
    """

    constant: float
    following: float


def reachable(case: Case) -> Reachable | None:
    """What the loss of the only output comes to on the case's rows.

    ``None`` where there are more outputs, or where it is not known what following would be.
    """
    head, shape = _only(case)
    if head is None or head.targets is None:
        return None
    following = _costs(head, _following(head.targets, shape))
    constant = [x for x in (dumb_loss(case) / head.weight,) if np.isfinite(x)]
    if not following or not constant:
        return None
    return Reachable(constant[0], min(following))


def is_blind(case: Case) -> Reachable | None:
    """What a loss comes to that is as small for a constant as for outputs that follow the targets.

    Followed they are closely and loosely, in their own numbers, by their logarithms, as logits,
    and the other way round, as distances do. ``None`` where some of it pays, or that cannot be
    told.
    """
    head, shape = _only(case)
    if head is None or head.targets is None or len(np.unique(head.targets, axis=0)) < 2:
        return None
    form = case.predicting.form(case.predicting.outputs[0])
    within = (form.low, form.high)
    followed = _following(head.targets, shape)
    following = _costs(head, followed, within)
    if len(following) < len(followed):  # such as the logarithm of 0: that is another illness
        return None
    free = form.kind in FREE or shape in ((), (1,))
    constant = _costs(head, _constants(head.targets, shape, within, free), within)
    # Of a convex loss that never looks at the targets, the mean of outputs costs no more than they.
    means = [np.broadcast_to(f.mean(axis=0, keepdims=True), f.shape) for f in followed]
    constant += _costs(head, means, within) if free else []
    if not following or not constant:
        return None
    best, least = min(constant), min(following)
    blind = best <= least + SAME * max(abs(best), abs(least), SAME)
    return Reachable(best, least) if blind else None


def fall_without_floor(case: Case) -> tuple[float, float] | None:
    """What a loss comes to for a constant far from the targets, and for one a tenth as far.

    ``None`` unless it falls there as fast as minus the square of the distance. As fast as minus
    the distance falls what a critic of Wasserstein's kind is trained by, which is meant.
    """
    head, shape = _only(case)
    goal = None if head is None or head.targets is None else _goal(head.targets, shape)
    if head is None or goal is None:
        return None
    form = case.predicting.form(case.predicting.outputs[0])
    mean, spread = goal.mean(axis=0, keepdims=True), float(goal.std())
    for sign, end in ((1, form.high), (-1, form.low)):
        if np.isfinite(end) or spread == 0:
            continue
        constants = [np.broadcast_to(mean + sign * k * spread, goal.shape) for k in (0.0, *FAR)]
        costs = _costs(head, constants)
        if len(costs) < len(constants):
            continue
        falls = -np.diff(costs)
        if (falls > 0).all() and (falls[1:] >= SQUARE * falls[:-1]).all() and costs[-1] < 0:
            return costs[-1], costs[-2]
    return None


def _only(case: Case) -> tuple[Head | None, tuple[int, ...]]:
    """The only output, and the shape of a row of it."""
    if len(case.heads) != 1 or len(case.predictions) != 1:
        return None, ()
    head, shape = case.heads[0], case.predictions[0].shape[1:]
    if head.loss is None or head.targets is None or head.targets.dtype.kind not in "biuf":
        return None, ()
    if any(n is None for n in shape) or not head.weight > 0:
        return None, ()
    return head, tuple(int(n) for n in shape if n is not None)


def _costs(
    head: Head, outputs: Iterable[np.ndarray], within: tuple[float, float] = (-np.inf, np.inf)
) -> list[float]:
    """The loss of each output, where it is a finite number."""
    assert head.loss is not None
    found = []
    for y in outputs:
        cost = float(np.mean(head.loss(head.targets, np.clip(y, *within).astype(np.float32))))
        found += [cost] if np.isfinite(cost) else []
    return found


def _goal(y: np.ndarray, shape: tuple[int, ...]) -> np.ndarray | None:
    """The targets as numbers of an output's shape; ``None`` if they are of another kind."""
    if y.size == len(y) * int(np.prod(shape)):
        return y.reshape(len(y), *shape).astype(np.float64)
    numbers = y.reshape(len(y), -1)
    whole = bool(np.all(numbers == np.floor(numbers)))
    if not whole or numbers.min() < 0 or not shape or numbers.max() >= shape[-1]:
        return None
    if y.size != len(y) * int(np.prod(shape[:-1])):
        return None
    return np.eye(shape[-1])[numbers.astype(int)].reshape(len(y), *shape)


def _following(y: np.ndarray, shape: tuple[int, ...]) -> list[np.ndarray]:
    goal = _goal(y, shape)
    if goal is None:
        return []
    mean = goal.mean(axis=0, keepdims=True)
    found = [mean + share * (goal - mean) for share in (*SHARES, *(-s for s in (*SHARES, 3, 10)))]
    if (goal > 0).all():  # what links take amounts to, as a loss that asks for a logarithm
        found += [sign * link(goal) for link in (np.log, np.reciprocal) for sign in (1, -1)]
    if np.isin(goal, (0, 1)).all():
        found += [1 - goal, *(sign * s * (2 * goal - 1) for s in SCALES for sign in (1, -1))]
    return found


def _constants(
    y: np.ndarray, shape: tuple[int, ...], within: tuple[float, float], free: bool
) -> list[np.ndarray]:
    """The targets' mean; where the columns are free of each other, all at one end as well."""
    goal = _goal(y, shape)
    if goal is None:
        return []
    mean = goal.mean(axis=0, keepdims=True)
    ends = [goal.min(), goal.max(), *(x for x in within if np.isfinite(x))] if free else []
    return [np.broadcast_to(x, goal.shape) for x in (mean, *map(np.asarray, ends))]


def first_rows(case: Case, rows: int = 64) -> Case:
    """The case with some of its probe's rows alone, without their weights."""
    few = case.probe.filled([a[:rows] for a in case.probe.arrays])
    return replace(case, train=replace(few, sample_weight=None), validation=None, class_weight=None)
