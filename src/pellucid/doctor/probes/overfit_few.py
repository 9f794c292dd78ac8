"""P1: a network that cannot learn a few rows by heart."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.gate import owns_step
from pellucid.doctor.probes.memory import Memory, few_rows
from pellucid.doctor.probes.reachable import fall_without_floor, first_rows, is_blind, reachable
from pellucid.doctor.remedies import RECIPE
from pellucid.doctor.targets import targets_of
from pellucid.losses.loss import Loss

__all__ = ["OverfitFew"]

ROWS = 8
RATES = (0.01, 0.03, 0.1, 0.003, 0.001)
FIT, RIGHT = 0.95, 0.85  # of the constant's loss is gone, of the rows (7 of 8) are right: by heart
POOR, FEW_RIGHT = 0.6, 0.75  # below both the harm is plain: healthy networks came to .95 and 1
NARROW = 4  # columns of a layer that may be all that is in the way
SECONDS = 5.0
CHECKS = "https://cs231n.github.io/neural-networks-3/#sanitycheck"


class OverfitFew(Check):
    """P1: of 8 rows less than 7 can be learned, and more than 5 % of a constant's loss is left.

    Rule: all trained weights are trained on 8 rows, of all classes in turn and with different
    inputs, without regularizers and dropout, by 300 steps of Adam at five learning rates, of which
    the best one counts: what is judged is whether the network and its loss can, not how the user
    trains them. It is a warning where less than 60 % of the constant's loss goes and less than
    three quarters of the rows come right, else a note. A network that is an affine function of its
    inputs is asked for no more rows than such a function must fit (one more than its narrowest
    part has columns), and no network for more than half as many rows as it has weights.

    A loss of the user's own is asked first whether it pays for it to follow the targets at all; it
    is an error if the best constant is as good as that, or if it falls as minus the square of the
    distance from them.

    A probe that would take more than 5 seconds, beside compilation, is given up.

    Source:
        Karpathy's recipe ("overfit one batch"); CS231n, "overfit a tiny subset"; 5 % is that of
        Ben Braiek, Khomh 2023 (TheDeepChecker). The other limits are ours: of 49 healthy networks
        all but a logistic regression left less than 5 %, and that one had all rows right.
    """

    id: ClassVar[str] = "P1"
    moment: ClassVar[Moment] = Moment.PROBE
    explains: ClassVar[frozenset[str]] = frozenset({"R3", "R4", "R6", "R9", "E2", "E3", "E6"})
    quick: ClassVar[bool] = False

    def examine(self, case: Case) -> Iterator[Finding]:
        if owns_step(case.model) or len(case.heads) != 1 or case.layout.loss is None:
            return
        if any(not np.isfinite(a).all() for a in case.probe.arrays if a.dtype.kind == "f"):
            return
        if _is_own(case.heads[0].loss):
            asked = next(self._of_loss(first_rows(case)), None)
            if asked is not None:
                yield asked
                return
        rows = few_rows(case, _count(case))
        if rows is None or len(rows) < 2:
            return
        best = _best(replace(case, train=rows, validation=None, class_weight=None))
        if best is not None and not best.enough:
            yield self._poor(case, best, len(rows))

    def _of_loss(self, few: Case) -> Iterator[Finding]:
        """What is wrong with a loss, whatever the network is."""
        far = fall_without_floor(few)
        if far is not None:
            yield self._bottomless(*far)
        blind = is_blind(few)
        if blind is not None:
            yield self._blind(blind.constant, blind.following)

    def _bottomless(self, far: float, nearer: float) -> Finding:
        return Finding(
            self.id,
            Severity.ERROR,
            "The loss has no floor: it falls without end as outputs move away from the targets.",
            "Training makes the loss small, and so the errors large; its sign is the wrong one.",
            (
                Measure("loss of outputs a thousand deviations from the targets", far),
                Measure("loss of outputs a hundred deviations from them", nearer),
            ),
            fix=Fix("ops.mean(ops.square(y_true - y_pred))", "-ops.mean(...)"),
            explains=self.explains | {"R1", "R2", "R5"},
            reading=(RECIPE,),
        )

    def _blind(self, constant: float, following: float) -> Finding:
        return Finding(
            self.id,
            Severity.ERROR,
            "The loss asks for nothing: a constant output costs no more than one that follows the "
            "targets.",
            "What training makes small is then small without any look at the inputs.",
            (
                Measure("loss of a constant output", constant, following),
                Measure("loss of the best output that follows the targets", following),
            ),
            fix=Fix('model.compile(..., loss="mse")  # or another loss of the library', "loss=..."),
            explains=self.explains | {"R1", "R2", "R5"},
            reading=(RECIPE,),
        )

    def _poor(self, case: Case, best: "_Reached", rows: int) -> Finding:
        severity = Severity.WARNING if best.is_poor and rows == ROWS else Severity.NOTE
        narrow = _narrowest(case)
        where = "" if narrow is None else f" '{narrow[0]}' hands on no more than {narrow[1]}."
        reached = f"{max(best.share, 0):.0%} of a constant's loss is gone"
        reached += "" if best.right is None else f", {best.right:.0%} of the rows are right"
        return Finding(
            self.id,
            severity,
            f"The network cannot learn {rows} rows by heart: {reached}.{where}",
            "What cannot fit a few rows cannot fit many: the network is too narrow somewhere, dead "
            "or cut, or its loss does not ask for what the targets say.",
            (
                Measure("share of the constant's loss that is gone", best.share, FIT),
                *(() if best.right is None else (Measure("rows right", best.right, RIGHT),)),
                Measure("steps of Adam, at each of five rates", Memory.steps),
            ),
            layer=None if narrow is None else narrow[0],
            fix=Fix('layers.Dense(32, activation="relu")  # wider where it is narrowest'),
            explains=self.explains,
            reading=(RECIPE, f"CS231n, sanity checks: overfit a tiny subset {CHECKS}"),
        )


@dataclass(frozen=True)
class _Reached:
    """How much was learned: the share of the loss that went, and of the rows that are right."""

    share: float
    right: float | None

    @property
    def enough(self) -> bool:
        return self.share >= FIT or (self.right is not None and self.right >= RIGHT)

    @property
    def is_poor(self) -> bool:
        return self.share < POOR and (self.right is None or self.right < FEW_RIGHT)


def _best(few: Case) -> _Reached | None:
    """The best of all rates; ``None`` where no goal is known, or time ran out before one fits."""
    goal = reachable(few)
    if goal is None or not goal.constant - goal.following > 1e-6 * abs(goal.constant):
        return None
    memory = Memory(few, few.train, SECONDS)
    best: _Reached | None = None
    for rate in RATES:
        weights = memory.learn(rate)
        if weights is None:
            return None
        loss = memory.seen.loss_at(weights)
        if np.isfinite(loss):
            share = float((goal.constant - loss) / (goal.constant - goal.following))
            reached = _Reached(share, _right(few, memory.seen.predictions(weights)[0]))
            if best is None or (reached.right or 0, share) > (best.right or 0, best.share):
                best = reached
            if reached.enough:
                return reached
    return best


def _right(few: Case, output: np.ndarray) -> float | None:
    """The share of rows whose class is the one that the output says; ``None`` for numbers."""
    y = few.heads[0].targets
    if y is None:
        return None
    kind = targets_of(y, output.shape[-1] if output.ndim > 1 else None)
    if kind is None or kind.kind not in ("binary", "classes", "one-hot"):
        return None
    if output.ndim > 1 and output.shape[-1] > 1:
        truth = np.argmax(y, -1) if kind.kind == "one-hot" else y
        if truth.size != output.size // output.shape[-1]:
            return None
        return float(np.mean(np.argmax(output, -1).reshape(-1) == truth.reshape(-1)))
    if kind.kind != "binary" or output.size != y.size:
        return None
    low = few.predicting.form(few.predicting.outputs[0]).low
    limit = 0.5 if low >= 0 else 0.0  # a probability, or a logit
    return float(np.mean((output > limit).reshape(-1) == y.reshape(-1).astype(bool)))


def _count(case: Case) -> int:
    """How many rows the network may be asked for."""
    weights = sum(v.numpy().size for v in case.model.trainable_variables)
    count = min(ROWS, weights // 2)
    drawn = case.predicting
    output = drawn.outputs[0]
    source = drawn.form(output).source
    if drawn.affine.base.get(source) in drawn.inputs_set:
        widths = [v.numpy().shape[-1] for v in case.model.trainable_variables if v.ndim > 1]
        features = min(int(np.prod(a.shape[1:])) for a in case.probe.arrays[:1])
        count = min(count, 1 + min([features, *widths[:-1]]))
    return count


def _narrowest(case: Case) -> tuple[str, int] | None:
    """The path of the hidden layer with the fewest outputs, and how many, if they are very few."""
    drawn = case.predicting
    kernels: list[Any] = [v for v in case.model.trainable_variables if v.ndim > 1]
    if len(kernels) < 2:
        return None
    kernel = min(kernels[:-1], key=lambda v: v.shape[-1])
    if kernel.shape[-1] > NARROW:
        return None
    return drawn.path(drawn.owner(kernel)), int(kernel.shape[-1])


def _is_own(loss: Loss | None) -> bool:
    """Whether a loss is the user's code."""
    written = getattr(loss, "fn", None) or type(loss)
    return str(getattr(written, "__module__", "")).split(".")[0] != "pellucid"
