"""P6: a learning rate at which the loss does not fall, or does not stay."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.clone import sandbox
from pellucid.doctor.dumb import dumb_loss
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.learning_rate import STEPS, RateTest, rate_test
from pellucid.doctor.remedies import CS231N, written
from pellucid.doctor.treatment import can_change, changed
from pellucid.doctor.trial import Trial, anew, leaves_of
from pellucid.doctor.view import weighted_probe
from pellucid.errors import PellucidError
from pellucid.optimizers.schedules.schedule import LearningRateSchedule

__all__ = ["LearningRateRange"]

HALF = 2.0  # times below where it diverges
FAR_BELOW = 1000.0  # times below the steepest
TURNS = 2  # of STEPS steps: how long the two rates are tried
LEARNED = 0.05  # of the best constant's loss: what counts as learning
BETTER = 0.1  # of it: how much lower the suggested rate has to bring the loss
BOTTOMLESS = 10.0  # times it: a loss that far below 0 has no least value
HARDLY = 0.1  # of what the suggested rate reaches: all that the whole training would come to


@dataclass(frozen=True)
class _Tried:
    """The loss before and after a short training, at the rates in use and at the suggested one."""

    first: float
    used: float
    suggested: float


class LearningRateRange(Check):
    """The learning rate is above half of where the loss diverges, or 1000 times below the steepest.

    A range test (from 1e-7 to 10, 80 steps, three times) says where both are. That alone is no
    harm: some networks learn well close to where they break. So 160 steps are made at the rates in
    use, those of a schedule one after the other, and at the rate that the test suggests. It is a
    warning where the first come to less than 5 % of the way from the best constant's loss to 0
    and the second get a tenth of it further; or, for a small rate, where all epochs together, at
    the pace of those steps, would come to less than a tenth of what the second reach. Of a
    schedule the largest rate counts, so that a warm-up from 0 is none too small.

    Source:
        Smith 2017, "Cyclical Learning Rates for Training Neural Networks", section 3.3; fastai
        and Lightning draw the test, and leave it to the user to judge.
    """

    id: ClassVar[str] = "P6"
    moment: ClassVar[Moment] = Moment.PROBE
    explains: ClassVar[frozenset[str]] = frozenset(
        {*(f"R{i}" for i in (1, 2, 3, 4, 5, 6, 9)), "P1", "E2", "E3", "E5"}
    )
    quick: ClassVar[bool] = False

    def examine(self, case: Case) -> Iterator[Finding]:
        if not case.model.trainable_variables or case.train.y is None:
            return
        if not all(np.isfinite(a).all() for a in case.train.arrays if a.dtype.kind == "f"):
            return  # A1 tells of it
        with sandbox(case), np.errstate(all="ignore"):
            rates = _rates(case)
            if rates is None or not rates.max() > 0:
                return
            rate = float(rates.max())
            try:
                trial = Trial(case, STEPS)
            except PellucidError:  # no step can be made: other checks tell why
                return
            found = rate_test(case, trial)
            high = rate > min(found.diverging / HALF, float(found.rates[-1]))
            low = rate < found.steepest / FAR_BELOW
            if not math.isfinite(found.suggestion) or not (high or low):
                return
            tried = _tried(trial, rates, found)
        dumb = _dumb(case)
        harm = _too_large(tried, dumb) if high else _too_small(tried, dumb, case)
        if harm:
            yield self._finding(case, found, tried, rate, high)

    def _finding(
        self, case: Case, found: RateTest, tried: _Tried, rate: float, high: bool
    ) -> Finding:
        limit = found.diverging / HALF if high else found.steepest / FAR_BELOW
        limit = float(min(limit, found.rates[-1]))
        steps = f"loss after {TURNS * STEPS} steps"
        return Finding(
            self.id,
            Severity.WARNING,
            f"A learning rate of {rate:.3g} is too {'large' if high else 'small'}.",
            "Each step goes so far beyond the lowest point that the loss does not fall."
            if high
            else "So small steps lead nowhere: the weights end about where they began.",
            (
                Measure("learning rate", rate, limit),
                Measure(f"{steps} at it, from {tried.first:.3g}", tried.used),
                Measure(
                    f"{steps} at {found.suggestion:g}, which the test suggests", tried.suggested
                ),
            ),
            fix=_fix(case, found.suggestion),
            explains=self.explains,
            reading=(
                CS231N,
                "Smith 2017, Cyclical Learning Rates for Training Neural Networks, "
                "https://arxiv.org/abs/1506.01186",
            ),
            picture=replace(found, used=rate).plot,
        )


def _rates(case: Case) -> np.ndarray | None:
    """The learning rates of all steps to come; ``None`` where each optimizer has its own."""
    leaves = leaves_of(case.model._compiled("doctor").optimizer)
    if len(leaves) > 1:
        return None
    given: Any = vars(leaves[0])["learning_rate"]
    steps = max(case.all_steps, 1)
    if not isinstance(given, LearningRateSchedule):
        return np.full(steps, float(np.asarray(leaves[0].learning_rate)))
    # Those that the trial will make, and some of the rest.
    shown = np.unique(
        [*range(min(steps, TURNS * STEPS)), *np.linspace(0, steps - 1, 20, dtype=int)]
    )
    values = [float(np.asarray(given(np.int32(i)))) for i in shown]
    return np.interp(np.arange(steps), shown, values)


def _tried(trial: Trial, rates: np.ndarray, found: RateTest) -> _Tried:
    """Two short trainings, on the same batches."""
    ends = []
    used = np.resize(rates, TURNS * STEPS) if len(rates) < TURNS * STEPS else rates
    for chosen in (used, np.full(TURNS * STEPS, found.suggestion)):
        trial.begin(0)
        for turn in range(TURNS):
            trial.run(chosen[turn * STEPS : (turn + 1) * STEPS])
        ends.append(trial.loss())
    return _Tried(found.first, *ends)


def _dumb(case: Case) -> float:
    """The best constant's loss on the rows that the trial measures on; NaN where none is known."""
    try:
        return float(dumb_loss(replace(case, validation=weighted_probe(case)), validation=True))
    except (PellucidError, ValueError, TypeError):  # a loss that does not take a constant
        return float("nan")


def _too_large(tried: _Tried, dumb: float) -> bool:
    span = abs(dumb) if math.isfinite(dumb) and dumb else abs(tried.first)
    if not math.isfinite(tried.suggested) or tried.first - tried.suggested < LEARNED * span:
        return False
    if not math.isfinite(tried.used):
        return True
    learned = min(tried.first, dumb if math.isfinite(dumb) else tried.first) - tried.used
    return learned < LEARNED * span and tried.used - tried.suggested > BETTER * span


def _too_small(tried: _Tried, dumb: float, case: Case) -> bool:
    span = abs(dumb) if math.isfinite(dumb) and dumb else abs(tried.first)
    if tried.suggested < -BOTTOMLESS * max(span, 1.0):
        return False  # a loss without a floor falls the faster the larger the rate is
    possible = tried.first - tried.suggested
    if not math.isfinite(possible) or possible < LEARNED * span:
        return False
    steps = case.all_steps
    expected = max(tried.first - tried.used, 0.0) * max(steps / (TURNS * STEPS), 1.0)
    return expected < HARDLY * possible


def _fix(case: Case, rate: float) -> Fix:
    optimizer = case.model._compiled("doctor").optimizer
    (leaf,) = leaves_of(optimizer)

    def treated(sick: Case) -> Case:
        was = sick.model._compiled("doctor").optimizer
        return changed(sick, optimizer=anew(was, rate))

    return Fix(
        instead=written(leaf, learning_rate=rate),
        now=f"optimizers.{leaf!r}",
        treated=treated if can_change(case.model) else None,
    )
